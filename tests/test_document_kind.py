"""What kind of document a name, an address and a title tell."""

import json
from pathlib import Path

import pytest

from tostrack.document_kind import KINDS, document_names, find_document_kind, read_kind, suggest_kind
from tostrack.language.words import read_everywhere
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
    wrong = run("list", "--kind", "subprocessors")
    assert wrong.exit_code == 2
    assert "did you mean 'sub-processors'?" in wrong.stderr
