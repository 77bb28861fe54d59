"""What kind of document a name, an address and a title tell."""

import json
from pathlib import Path

import pytest
from conftest import LICENCE, WIDER, paragraphs

from tostrack.analysis.flags.rule_sources import list_packs
from tostrack.archive import Archive
from tostrack.archive.kinds import find_kinds
from tostrack.language.document_kind import KINDS, document_names, find_document_kind, read_kind, suggest_kind
from tostrack.language.words import read_everywhere
from tostrack.models import Document, Page
from tostrack.services.export import dataset
from tostrack.watchlist import load


@pytest.mark.parametrize(
    ("name", "address", "text", "kind"),
    [
        ("Terms of Service", "https://acme.example/tos", "", "terms"),
        ("Privacy Policy", "https://acme.example/p", "", "privacy"),
        ("Sub-processors", "https://acme.example/legal/list", "", "sub-processors"),
        ("Who we work with", "https://acme.example/legal/sub-processors.html", "", "sub-processors"),
        ("Data Processing Addendum", "https://acme.example/dpa", "", "data-processing"),
        ("Service Level Agreement", "https://acme.example/legal/1", "", "sla"),
        ("API Terms", "https://acme.example/legal/2", "", "developer-terms"),
        ("Generative AI Prohibited Use Policy", "https://acme.example/legal/3", "", "acceptable-use"),
        ("Acceptable Use Policy", "https://acme.example/aup", "", "acceptable-use"),
        ("How your data is used to improve model performance", "https://acme.example/5", "", "ai"),
        ("Cookie-Richtlinie", "https://acme.example/c", "", "cookies"),
        ("Document 7", "https://acme.example/7", "# Privacy Policy\n\nWe take care of your data.", "privacy"),
        ("Document 7", "https://acme.example/7", "We take care of your data.", ""),
        ("Document 7", "https://acme.example/7", "# Acme\n\n# Privacy Policy\n\nWe take care.", "privacy"),
        # The heading of a section is no title.
        ("Document 7", "https://acme.example/7", "# How we rank\n\n## Conditions of listing\n\nWe rank.", ""),
        ("Trackers Policy", "https://acme.example/7", "", "cookies"),
        ("Legal", "https://acme.example/legal", "", ""),
        # What is called terms is what its slug, its address or its host says more closely.
        ("Terms of Service", "https://acme.example/legal/api-terms", "", "developer-terms"),
        ("Terms of Service", "https://developers.acme.example/terms", "", "developer-terms"),
        ("Review Guidelines", "https://developer.acme.example/review", "", "developer-terms"),
        ("AI Terms of Service", "https://acme.example/6", "", "ai"),
        # The policy decides, not whom it is for.
        ("Developer Privacy Policy", "https://acme.example/8", "", "privacy"),
        # The first of several.
        ("Terms and Privacy Policy", "https://acme.example/9", "", "terms"),
        ("Privacy and Cookie Policy", "https://acme.example/10", "", "privacy"),
        ("Terms, Privacy and API Terms", "https://acme.example/11", "", "terms"),
        ("Terms and Conditions for API Use", "https://acme.example/12", "", "developer-terms"),
        # A word of one language that is another word in the next.
        ("Informativa resa ai sensi di legge", "https://acme.example/13", "", ""),
        ("Training and Certification", "https://acme.example/14", "", ""),
    ],
)
def test_the_kind_is_told_by_name_address_and_title(name, address, text, kind):
    assert find_document_kind([name], [address], text) == kind
    assert kind in ("", *KINDS)


#: By kind, a name in each of seven languages.
NAMES = {
    "sub-processors": """
        Unterauftragsverarbeiter
        Liste des sous-traitants
        Lista de subencargados
        Elenco dei sub-responsabili
        Lista de suboperadores
        Lijst van subverwerkers
        Lista podprocesorów
    """,
    "data-processing": """
        Auftragsverarbeitungsvertrag
        Accord de sous-traitance
        Acuerdo de tratamiento de datos
        Accordo sul trattamento dei dati
        Acordo de tratamento de dados
        Verwerkersovereenkomst
        Umowa powierzenia przetwarzania danych osobowych
    """,
    "sla": """
        Dienstgütevereinbarung
        Engagement de niveau de service
        Acuerdo de nivel de servicio
        Accordo sul livello di servizio
        Acordo de nível de serviço
        Serviceniveauovereenkomst
        Poziom usług
    """,
    "acceptable-use": """
        Richtlinie zur zulässigen Nutzung
        Politique d’utilisation acceptable
        Política de uso aceptable
        Norme sull'uso accettabile
        Política de uso aceitável
        Beleid voor aanvaardbaar gebruik
        Zasady dozwolonego użytkowania
    """,
    "developer-terms": """
        Bedingungen für Entwickler
        Conditions pour les développeurs
        Términos para desarrolladores
        Termini per gli sviluppatori
        Termos para desenvolvedores
        Voorwaarden voor ontwikkelaars
        Regulamin API
    """,
    "ai": """
        KI-Richtlinie
        Charte d'intelligence artificielle
        Política de inteligencia artificial
        Politica sull'intelligenza artificiale
        Política de inteligência artificial
        Beleid voor kunstmatige intelligentie
        Zasady korzystania ze sztucznej inteligencji
    """,
    "privacy": """
        Hinweise zum Datenschutz
        politique-de-confidentialite
        politica-de-privacidad
        Tutela dei dati personali
        Aviso de privacidade da Acme
        Privacyreglement
        Ochrona danych osobowych
    """,
    "terms": """
        Nutzungsbedingungen der Acme
        Conditions de la plateforme
        Términos de la plataforma
        Termini della piattaforma
        Termos da plataforma
        Platformvoorwaarden
        Warunki korzystania z serwisu
    """,
}


@pytest.mark.parametrize("kind", NAMES)
def test_kinds_are_told_in_seven_more_languages(kind):
    names = [name.strip() for name in NAMES[kind].strip().splitlines()]
    assert {name: find_document_kind([name]) for name in names} == dict.fromkeys(names, kind)


def test_a_word_that_is_no_kind_gets_the_kind_that_was_meant():
    assert read_kind("dpa") == "data-processing"
    assert read_kind("subprocessors") == ""
    meant = {word: suggest_kind(word) for word in ("subprocessors", "api", "privcy", "coookies", "zzz")}
    assert meant == {
        "subprocessors": "sub-processors", "api": "developer-terms", "privcy": "privacy", "coookies": "cookies",
        "zzz": "",
    }  # fmt: skip


def test_the_lists_of_every_language_are_of_kinds_that_are_known():
    assert set(read_everywhere("kinds")) == set(KINDS)


#: Documents of the shipped list whose names alone do not tell their kind, or tell another one at first sight.
SHIPPED = {
    "google/api-terms": "developer-terms",
    "instagram/platform-terms": "developer-terms",
    "facebook/ai-terms": "ai",
    "google/ai-use-policy": "acceptable-use",
    "mailjet/sending-policy": "acceptable-use",
    "signal/terms": "terms",
    "roblox/privacy": "privacy",
    "openai/training": "ai",
    "anthropic/sub-processors": "sub-processors",
    "wp-engine/data-processing": "data-processing",
    "steam/conduct": "community-guidelines",
    "github/takedown": "copyright",
}


def test_the_kinds_of_the_shipped_documents():
    kinds = {
        document.id: find_document_kind(*document_names(document))
        for document in load(Path(__file__).parents[1] / "watchlist.toml").documents
    }

    assert {name: kinds[name] for name in SHIPPED} == SHIPPED
    # Rules about money, advertisements and sellers are of no kind.
    assert sorted(name for name, kind in kinds.items() if not kind) == [
        "etsy/sellers", "instagram/monetization", "pinterest/advertising", "youtube/monetization",
    ]  # fmt: skip
    slugs = ("terms", "privacy", "acceptable-use", "sub-processors", "data-processing")
    assert {name: kind for name, kind in kinds.items() if name.partition("/")[2] in slugs and kind not in name} == {}


def test_list_shows_kinds_and_picks_by_them(platform, run):
    (platform.folder / "watchlist.toml").write_text(
        '[watch.acme.terms]\nurl = "https://acme.example/terms"\n[watch.acme.vendors]\n'
        'name = "Sub-processors"\nurl = "https://acme.example/vendors"\n'
    )

    assert "sub-processors" in run("list").stdout
    [row] = [json.loads(line) for line in run("list", "--kind", "sub-processors", "--json").stdout.splitlines()]
    assert (row["document"], row["kind"]) == ("vendors", "sub-processors")
    assert "no watched document is of the kind sla" in run("list", "--kind", "sla").stderr
    wrong = run("list", "--kind", "subprocessors")
    assert wrong.exit_code == 2
    assert "did you mean 'sub-processors'?" in wrong.stderr


# In the archive


PLAIN = "We care about what people make here, and we read what you write to us about it every day of the week."


@pytest.fixture
def recorded(platform, run):
    """A platform with terms, a list of sub-processors that only its title tells, and a page that nothing tells."""
    for slug, name in (("vendors", "Whom we work with"), ("values", "Our values")):
        page = Page(f"https://acme.example/{slug}", select=("main",))
        platform.documents.append(Document("acme", slug, (page,), name, "Acme"))
    platform.night(
        terms=paragraphs(LICENCE),
        vendors=paragraphs("Pixhost Inc. hosts the data that you post.", title="List of sub-processors"),
        values=paragraphs(PLAIN, title="Our values"),
    )
    platform.night(
        terms=paragraphs(WIDER),
        vendors=paragraphs("Pixhost Inc. and Adnet Ltd. host the data that you post.", title="List of sub-processors"),
    )
    return run


def rows(result):
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_title_of_the_newest_text_tells_what_name_and_address_do_not(platform, recorded):
    with Archive(platform.database) as archive:
        assert find_kinds(archive, archive.documents()) == {
            "acme/terms": "terms", "acme/vendors": "sub-processors", "acme/values": "",
        }  # fmt: skip


def test_the_text_is_read_only_where_nothing_else_tells(platform, recorded, monkeypatch):
    read = []
    text = Archive.text
    monkeypatch.setattr(Archive, "text", lambda archive, *name: read.append(name) or text(archive, *name))
    with Archive(platform.database) as archive:
        find_kinds(archive, archive.documents())

    assert sorted(read) == [("acme", "values"), ("acme", "vendors")]


def test_the_address_of_the_newest_capture_tells(platform):
    page = Page("https://acme.example/dpa", select=("main",))
    platform.documents = [Document("acme", "paper", (page,), "The paper", "Acme")]
    platform.night(dpa=paragraphs(PLAIN, title="Acme"))

    with Archive(platform.database) as archive:
        assert find_kinds(archive, archive.documents("acme")) == {"acme/paper": "data-processing"}


def test_the_json_of_commands_has_the_kind(recorded):
    kinds = {"terms": "terms", "vendors": "sub-processors", "values": ""}

    assert {row["document"]: row["kind"] for row in rows(recorded("status", "--json"))} == kinds
    for command in (("log", "--all"), ("flags",), ("flags", "--history")):
        found = rows(recorded(*command, "--json"))
        assert found
        assert {row["document"]: row["kind"] for row in found}.items() <= kinds.items()


@pytest.mark.parametrize("command", [("log", "--all"), ("flags",), ("search", "post")])
def test_commands_pick_documents_by_kind(recorded, command):
    def documents(*kinds):
        options = [word for kind in kinds for word in ("--kind", kind)]
        return {row["document"] for row in rows(recorded(*command, "--json", *options))}

    assert documents("terms") == {"terms"}
    assert documents("sub-processors") <= {"vendors"}
    assert documents("terms", "sub-processors") == documents()


def test_a_kind_that_no_document_is_of_is_named(recorded):
    found = recorded("log", "--kind", "dpa")
    wrong = recorded("flags", "--kind", "privcy")

    assert found.exit_code == wrong.exit_code == 2
    assert "no recorded document is of the kind data-processing; there are sub-processors, terms" in found.stderr
    assert "did you mean 'privacy'?" in wrong.stderr


def test_the_metadata_of_a_dataset_has_the_kind(platform, recorded, tmp_path):
    with Archive(platform.database) as archive:
        files = dict(dataset(archive, archive.documents()))

    listed = {row["document"]: row["kind"] for row in json.loads(files["metadata.json"])}
    assert listed == {"terms": "terms", "vendors": "sub-processors", "values": ""}


def test_flags_lists_topics_and_packs_and_which_are_on(platform, run):
    path = platform.folder / "watchlist.toml"
    path.write_text(path.read_text().replace("[settings]", '[settings]\npacks = ["retention"]'))
    (platform.folder / "topics.toml").write_text('[topic.minors]\nmeaning = "children"\n')

    found = {row["topic"]: (row["on"], row["source"]) for row in rows(run("flags", "--topics", "--json"))}
    assert found["licensing"] == (True, "shipped")
    assert found["minors"] == (True, "own")
    assert found["retention"] == (True, "pack")
    assert found["location"] == (False, "pack")
    assert set(list_packs()) < set(found)
    text = run("flags", "--topics").stdout
    assert "in which countries your data is kept" in text
    assert 'packs = ["arbitration"] in [settings]' in text
