"""What the verdict says is the same in every language that it reads."""

import pytest

from tests.test_language import STAMPS
from tostrack.analysis.comparison import compare
from tostrack.models import Verdict, Version, from_iso

#: The same short stamp, a month later.
SHORT = {
    "en": ("Last updated: 5 Jan. 2024", "Last updated: 9 Feb. 2024"),
    "de": ("Zuletzt aktualisiert: 5. Jan. 2024", "Zuletzt aktualisiert: 9. Feb. 2024"),
    "es": ("Última actualización: 5 ene. 2024", "Última actualización: 9 feb. 2024"),
    "fr": ("Dernière mise à jour : 5 janv. 2024", "Dernière mise à jour : 9 févr. 2024"),
    "it": ("Ultimo aggiornamento: 5 gen. 2024", "Ultimo aggiornamento: 9 feb. 2024"),
    "nl": ("Laatst bijgewerkt: 5 mrt. 2024", "Laatst bijgewerkt: 9 okt. 2024"),
    "pl": ("Ostatnia aktualizacja: 5 sty 2024 r.", "Ostatnia aktualizacja: 9 paź 2024 r."),
    "pt": ("Última atualização: 5 de jan. de 2024", "Última atualização: 9 de dez. de 2024"),
}
#: Other words for it.
OTHERS = [
    ("Stand: 5. Januar 2024", "Stand: 9. Februar 2024"),
    ("Fassung vom 5. Jänner 2024", "Fassung vom 9. Februar 2024"),
    ("Mis à jour le 5 janvier 2024", "Mis à jour le 1er février 2024"),
    ("Fecha de actualización: 5 de enero de 2024", "Fecha de actualización: 9 de febrero de 2024"),
    ("Aggiornato al 5 gennaio 2024", "Aggiornato al 9 febbraio 2024"),
    ("Versie 5 januari 2024", "Versie 9 februari 2024"),
    ("Zaktualizowano 5 stycznia 2024 r.", "Zaktualizowano 9 lutego 2024 r."),
    ("Atualizado em 5 de janeiro de 2024", "Atualizado em 9 de fevereiro de 2024"),
    ("Stand 01/2024", "Stand 02/2024"),
    ("Dernière modification le 5 janvier 2024", "Dernière modification le 1er février 2024"),
    ("Fecha de la última revisión: enero de 2024", "Fecha de la última revisión: febrero de 2024"),
    ("Ultima modifica: 1° gennaio 2024", "Ultima modifica: 1° febbraio 2024"),
    ("Última actualização: 05/01/2024", "Última actualização: 09/02/2024"),
    ("Laatst gewijzigd op 05-01-2024", "Laatst gewijzigd op 09-02-2024"),
    ("Data ostatniej zmiany: 5 stycznia 2024 r.", "Data ostatniej zmiany: 9 lutego 2024 r."),
]
#: A date that binds is no stamp.
BINDING = [
    ("You must pay by 5 January 2024.", "You must pay by 9 February 2024."),
    ("Sie müssen bis zum 5. Januar 2024 zahlen.", "Sie müssen bis zum 9. Februar 2024 zahlen."),
    ("Vous devez payer avant le 5 janv. 2024.", "Vous devez payer avant le 9 févr. 2024."),
    ("Debe pagar antes del 5 de enero de 2024.", "Debe pagar antes del 9 de febrero de 2024."),
    ("Devi pagare entro il 5 gen. 2024.", "Devi pagare entro il 9 feb. 2024."),
    ("U moet betalen vóór 5 jan. 2024.", "U moet betalen vóór 9 feb. 2024."),
    ("Musisz zapłacić do 5 stycznia 2024 r.", "Musisz zapłacić do 9 lutego 2024 r."),
    ("Você deve pagar até 5 de jan. de 2024.", "Você deve pagar até 9 de dez. de 2024."),
]
BODY = "# Terms\n\n{}\n\nThe service is offered as it is, to everyone who asks.\n"


def verdict_of(old, new):
    versions = (
        Version(BODY.format(line), from_iso(day))
        for line, day in ((old, "2024-01-06T00:00:00Z"), (new, "2024-12-31T00:00:00Z"))
    )
    return compare(*versions).verdict


@pytest.mark.parametrize(("old", "new"), [*SHORT.values(), *STAMPS.values(), *OTHERS])
def test_the_day_of_the_last_update_binds_nobody(old, new):
    assert verdict_of(old, new) is not Verdict.SUBSTANTIVE


@pytest.mark.parametrize(("old", "new"), BINDING)
def test_the_day_of_a_duty_binds(old, new):
    assert verdict_of(old, new) is Verdict.SUBSTANTIVE


#: One letter, or the article of a law, makes another sentence.
LETTERS = [
    ("es", "Eliminamos los contenidos ilegales.", "Eliminamos los contenidos legales."),
    ("pl", "Tutaj można włączyć reklamy.", "Tutaj można wyłączyć reklamy."),
    ("de", "Alle Angaben sind vertraglich.", "Alle Angaben sind vertraulich."),
    ("de", "Mitglieder müssen zustimmen.", "Mitglieder müssten zustimmen."),
    ("de", "Stufe: II", "Stufe: III"),
    ("fr", "Requêtes par jour : 500", "Requêtes par jour : 5 000"),
    ("nl", "Niemand leest de berichten.", "Iemand leest de berichten."),
    ("es", "La base es el artículo 6.1.b del RGPD.", "La base es el artículo 6.1.f del RGPD."),
    ("pt", "A base é o artigo 6.º, n.º 1, do RGPD.", "A base é o artigo 9.º, n.º 1, do RGPD."),
    (
        "de",
        "Grundlage ist Art. 6 der Datenschutz-Grundverordnung.",
        "Grundlage ist Art. 9 der Datenschutz-Grundverordnung.",
    ),
]
#: The same, written otherwise.
FORMS = [
    ("de", "Die Nutzer antworten.", "Die Nutzerinnen und Nutzer antworten."),
    ("de", "Die Frist endet nach dreißig Tagen.", "Die Frist endet nach dreißig (30) Tagen."),
    ("es", "La respuesta llega en treinta días.", "La respuesta llega en 30 días."),
    ("fr", "Les utilisateurs sont informés.", "Les utilisateur·rice·s sont informé·e·s."),
    ("fr", "Le client est informé.", "Le client est informé(e)."),
    ("pl", "Klient jest informowany.", "Klient/ka jest informowany/a."),
    ("pl", "Kaucja wynosi 5 złotych.", "Kaucja wynosi 5 zł."),
    ("pt", "A actividade é, p. ex., um jogo.", "A atividade é, por exemplo, um jogo."),
]
#: Slips, as they were corrected.
SLIPS = [
    ("de", "Die Datenschutzbeaufragte antwortet.", "Die Datenschutzbeauftragte antwortet."),
    ("fr", "Le réglement est entierement publié.", "Le règlement est entièrement publié."),
    ("es", "Las condicciones valen para todos.", "Las condiciones valen para todos."),
]
TEXTS = {
    "de": "Wir erklären hier, wie der Dienst läuft und was die Datenschutzbeauftragte tut. Sie können uns schreiben, wenn Sie Fragen haben.",
    "es": "Aquí explicamos cómo funciona el servicio y qué hacemos con los datos de los clientes cuando escriben a la empresa.",
    "fr": "Nous expliquons ici comment le service marche et ce que nous faisons avec les données des clients qui nous écrivent.",
    "nl": "Hier leggen wij uit hoe de dienst werkt en wat wij met de gegevens van klanten doen als zij ons een bericht sturen.",
    "pl": "Tutaj wyjaśniamy, jak działa usługa i co robimy z danymi klientów, którzy do nas piszą, oraz jak się z nami skontaktować.",
    "pt": "Aqui explicamos como funciona o serviço e o que fazemos com os dados dos clientes quando eles escrevem para a empresa.",
}


def verdict_in(language, old, new):
    return compare(
        *(Version(f"# 1\n\n{TEXTS[language]}\n\n{line}\n", from_iso("2024-01-06")) for line in (old, new))
    ).verdict


@pytest.mark.parametrize(("language", "old", "new"), LETTERS)
def test_one_letter_makes_another_word_in_every_language(language, old, new):
    assert verdict_in(language, old, new) is Verdict.SUBSTANTIVE
    assert verdict_in(language, new, old) is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(("language", "old", "new"), [*SLIPS, *FORMS])
def test_a_slip_or_another_form_says_the_same_in_every_language(language, old, new):
    assert verdict_in(language, old, new) is not Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("behind", "verdict"),
    [
        ("Diese Cookies zeigen Werbung.", Verdict.SUBSTANTIVE),
        ("Diese Cookies zeigen Werbung.\n\n### Statistik\n\nAus\n\nDiese Cookies zählen Besuche.", Verdict.NOISE),
        ("Daten werden gelöscht, sobald Sie die Cookies ablehnen.\n\n### Statistik\n\nAus", Verdict.SUBSTANTIVE),
    ],
)
def test_a_state_is_a_switch_only_before_cookies_and_beside_other_switches(behind, verdict):
    assert verdict_in("de", f"### Werbung\n\nAus\n\n{behind}", f"### Werbung\n\nAn\n\n{behind}") is verdict
