"""A language is one file; its words reach every reader, and no list of one place lacks what another has."""

import importlib.resources
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.language.dates import find_dates
from tostrack.language.detect import detect_language
from tostrack.language.dictionary import has_word
from tostrack.language.words import (
    LEVELS,
    REQUIRED,
    LanguageError,
    entry_pattern,
    expand_entry,
    list_languages,
    list_missing,
    load_language,
    month_numbers,
    parse_language,
    union,
)

READ = list_languages("verdict")
#: A "last updated" line of each language, with a short month and with a full one.
STAMPS = {
    "en": ("Last updated: 5 Jan. 2024", "Last updated: February 9, 2024"),
    "de": ("Zuletzt aktualisiert: 5. Jan. 2024", "Zuletzt aktualisiert: 9. Februar 2024"),
    "es": ("Última actualización: 5 ene. 2024", "Última actualización: 9 de febrero de 2024"),
    "fr": ("Dernière mise à jour : 5 janv. 2024", "Dernière mise à jour : 9 février 2024"),
    "it": ("Ultimo aggiornamento: 5 gen. 2024", "Ultimo aggiornamento: 9 febbraio 2024"),
    "nl": ("Laatst bijgewerkt: 5 jan. 2024", "Laatst bijgewerkt: 9 februari 2024"),
    "pl": ("Ostatnia aktualizacja: 5 sty 2024", "Ostatnia aktualizacja: 9 lutego 2024 r."),
    "pt": ("Última atualização: 5 de jan. de 2024", "Última atualização: 9 de fevereiro de 2024"),
}
SAMPLES = {
    "en": "We do not sell your personal information to anyone, and you can ask us to delete it at any time.",
    "de": "Wir verkaufen Ihre personenbezogenen Daten nicht, und Sie können jederzeit die Löschung verlangen.",
    "es": "No vendemos su información personal a nadie y usted puede pedir que la eliminemos en cualquier momento.",
    "fr": "Nous ne vendons pas vos données personnelles et vous pouvez demander leur suppression à tout moment.",
    "it": "Non vendiamo i tuoi dati personali a nessuno e puoi chiedere che siano cancellati in qualsiasi momento.",
    "nl": "Wij verkopen uw persoonsgegevens niet en u kunt ons op elk moment vragen om deze te verwijderen.",
    "pl": "Nie sprzedajemy danych osobowych i w każdej chwili można się zwrócić do nas o ich usunięcie.",
    "pt": "Não vendemos os seus dados pessoais a ninguém e você pode pedir que eles sejam apagados.",
    "sv": "Vi säljer inte dina personuppgifter och du kan när som helst be att de raderas av oss på vår sida.",
    "tr": "Kişisel verilerinizi kimseye satmıyoruz ve bizim için bu bilgileri her zaman silebilirsiniz, olarak da.",
    "ru": "Мы не продаём ваши персональные данные и вы можете в любое время попросить нас их удалить.",
    "uk": "Ми не продаємо ваші персональні дані, і ви можете будь-коли попросити нас їх видалити з бази.",
    "ja": "当社は、お客様の個人情報を第三者に販売することはありません。",
    "zh": "我们不会向任何人出售您的个人信息，您可以随时要求我们删除。",
    "ko": "당사는 귀하의 개인정보를 누구에게도 판매하지 않습니다.",
    "ar": "نحن لا نبيع معلوماتك الشخصية لأي شخص ويمكنك أن تطلب منا حذفها في أي وقت.",
}
#: Names of months that only one of two tables knew, and where: the verdict called the other's a changed number.
MONTHS_ONLY_IN_VERDICT = """
czerwca czerwiec grudnia grudzień jänner kwiecień kwietnia lipca lipiec listopad listopada lutego luty maja marca marzec
październik października sierpień sierpnia styczeń stycznia wrzesień września
""".split()
MONTHS_ONLY_IN_FACTS = """
ago aout avr decembre dic fev fevrier févr gen giu janv juil lug maerz mag marco mrt ott
""".split()
#: Words that one reader of several had, by list; each is in the one list that all read.
FORMERLY_APART = {
    # The verdict's stop words, and the language check's.
    ("words", "stop_words"): "utente nostri sono het zijn użytkownik à nous przez twoje werden dass usted",
    # Of the facts' two readers, the verdict's actors, and the quotes of the explanation.
    ("guards", "negation"): "not never cannot no nor neither none without fail refuse refrain avoid unable",
    ("guards", "condition"): "unless except if until",
    # The facts read "ought", "needs to" and "reserves the right"; the verdict did not.
    ("guards", "duty"): "must shall should ought required obliged obligated",
    ("guards", "permission"): "may might can could allowed permitted entitled",
    # The recipients of the verdict, of the facts, of the flags, and the parties of a heading.
    ("parties", "third"): "partner vendor advertisers subprocessor network brokers supplier contractor affiliates researchers "
    "insurers banks employers subsidiary recipient agent acquirer licensee",
    ("dates", "latest"): "last latest recently dernière zuletzt letzte letztmals última ultimo ultima laatst senast",
    # Those of a stamp, in the verdict; those of a stated date, in the facts; those of a day that is told apart.
    ("dates", "updated"): "updated aktualisiert stand jour actualización aggiornamento bijgewerkt uppdaterad aktualizacja "
    "aktualizacja zmiana atualização fassung aggiornata päivitetty opdateret version dated",
    ("dates", "stamped"): "copyright jour mise ago v aktualizacji atualização aggiornamento actualización created",
    ("dates", "binding"): "effective vigueur kraft vigor vigore wirksam gültig vigentes vigência ingangsdatum",
    ("page", "references"): "section article annex schedule paragraf § point artikel",
}  # fmt: skip


def test_eight_languages_are_read():
    assert set(READ) == {"en", "de", "fr", "es", "it", "pt", "nl", "pl"}


@pytest.mark.parametrize("code", list_languages())
def test_a_file_has_the_lists_of_its_level(code):
    assert list_missing(load_language(code)) == []


@pytest.mark.parametrize("code", READ)
def test_every_list_of_a_read_language_has_words(code):
    language = load_language(code)
    tables = {**REQUIRED["verdict"], **(REQUIRED["flags"] if language.has_level("flags") else {})}
    empty = [
        f"{table}.{name}"
        for table, names in tables.items()
        for name in names
        if not language.list_words(table, name) and name != "joins"
    ]
    assert empty == []


@pytest.mark.parametrize("code", READ)
def test_a_year_has_twelve_months_and_a_week_seven_days(code):
    language = load_language(code)
    assert len(language.list_rows("dates", "months")) == 12
    assert len(language.list_rows("dates", "weekdays")) == 7


@pytest.mark.parametrize(("table", "name"), FORMERLY_APART)
def test_the_one_list_has_what_each_former_list_had(table, name):
    known = {word for entry in union(table, name) for word in (entry, *entry.split())}
    assert [word for word in FORMERLY_APART[table, name].split() if word not in known] == []


@pytest.mark.parametrize("name", [*MONTHS_ONLY_IN_VERDICT, *MONTHS_ONLY_IN_FACTS])
def test_each_name_of_a_month_is_known_everywhere(name):
    assert name in month_numbers()
    (found,) = find_dates(f"5 {name} 2024")
    assert found.first.month == month_numbers()[name]


@pytest.mark.parametrize(("code", "number"), [(code, number) for code in READ for number in range(12)])
def test_each_name_of_a_month_is_read_in_a_date(code, number):
    for name in load_language(code).list_rows("dates", "months")[number]:
        for written in (f"5 {name} 2024", f"5. {name.capitalize()}. 2024", f"{name.upper()} 5, 2024"):
            assert [found.iso for found in find_dates(written)] == [f"2024-{number + 1:02}-05"], written


@pytest.mark.parametrize("code", READ)
def test_the_line_of_the_last_update_names_its_day(code):
    assert [found.iso for line in STAMPS[code] for found in find_dates(line)] == ["2024-01-05", "2024-02-09"]
    dated = entry_pattern(load_language(code).list_words("dates", "updated"))
    assert all(dated.search(line.lower()) for line in STAMPS[code])


@pytest.mark.parametrize(
    "text",
    ["Wenn Sie 2024 bestellen", "the list 2023", "v lis 2024", "mais out 2024", "3/4/2023", "31 2024", "2024-05-00"],
)
def test_what_is_no_date_is_none(text):
    assert find_dates(text) == []


@pytest.mark.parametrize("code", SAMPLES)
def test_a_language_is_detected(code):
    assert detect_language(SAMPLES[code]) == code


@pytest.mark.parametrize("text", ["", "OK", "Acme Pixboard Inc.", "12 34 56", "A B C D E F G H"])
def test_no_language_is_made_up(text):
    assert detect_language(text) == ""


@given(st.text())
def test_detection_answers_with_a_language_or_nothing(text):
    assert detect_language(text) in ("", *list_languages())


def test_an_entry_is_expanded():
    assert list(expand_entry("shar(e|es|ing)")) == ["share", "shares", "sharing"]
    assert list(expand_entry("(the |)court")) == ["the court", "court"]
    with pytest.raises(LanguageError, match="bracket"):
        list(expand_entry("shar(e"))
    with pytest.raises(LanguageError, match="more than"):
        list(expand_entry("(a|b|c|d|e|f)" * 6))


def test_a_pattern_of_entries_finds_whole_words_and_prefixes():
    pattern = entry_pattern(("advertis*", "no longer *"))
    assert [found[0] for found in pattern.finditer("the advertisers no longer sell readvertising")] == [
        "advertisers",
        "no longer sell",
    ]
    assert not entry_pattern(()).search("anything")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("level = 'all'", "level"),
        ("level = 'verdict'\nstop_words = 'a'", "dates.months"),
        ("level = 'detect'", "stop_words"),
        ("level = 'detect'\nstop_words = ['a']", "must be a string"),
        ("level = 'detect", "xx.toml"),
    ],
)
def test_a_faulty_file_is_refused(text, fault):
    with pytest.raises(LanguageError, match=fault):
        parse_language("xx", text)


def test_an_unknown_language_names_its_file():
    for code in ("qq", "../en", ""):
        with pytest.raises(LanguageError, match="tostrack/language"):
            load_language(code)


def test_the_levels_are_those_that_the_files_declare():
    assert [set(list_languages(level)) for level in LEVELS] == sorted(
        (set(list_languages(level)) for level in LEVELS), key=len, reverse=True
    )
    files = {
        file.name for file in importlib.resources.files("tostrack.language").iterdir() if file.name.endswith(".toml")
    }
    assert {f"{code}.toml" for code in list_languages()} == files


def test_nothing_of_it_is_read_before_it_is_asked_for():
    script = "import json, sys, tostrack.cli; print(json.dumps([m for m in sys.modules if m.startswith('tostrack.language.')]))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == ["tostrack.language.lazy_pattern"]


#: Tables of which every list is read, whatever its name; and those of which each list is asked for by its name.
READ_WHOLE = {"facts", "units", "money", "answers", "numbers", "errors", "roles", "words", "kinds"}
READ_BY_NAME = {"dates", "guards", "parties", "page", "wording", "binding"}


def test_every_list_is_read_by_something():
    """A list that no module asks for goes, so that adding a language does not mean filling it in."""
    package = Path(str(importlib.resources.files("tostrack")))
    sources = "\n".join(
        path.read_text(encoding="utf-8").partition("def load_language" if path.name == "words.py" else "\0")[
            2 if path.name == "words.py" else 0
        ]
        for path in sorted(package.rglob("*.py"))
    )
    listed = {
        (table, name)
        for code in list_languages()
        for table in READ_BY_NAME
        for name in load_language(code).list_names(table)
    }
    unread = {
        f"{table}.{name}"
        for table, name in listed
        if not re.search(rf"""["']{name}["'][^#]{{,200}}"{table}"|"{table}"[^#]{{,200}}["']{name}["']""", sources)
        and not re.search(rf"""_list_all\(["']{name}["']""", sources)
    }
    assert unread == set()
    assert {table for code in list_languages() for table in load_language(code)._tables} == (READ_WHOLE | READ_BY_NAME)


def test_no_neutral_word_is_one_that_binds():
    """The lists of all languages are read together: an article of one must not be a negation of another."""
    guards = union("guards", "negation", "duty", "permission", "prohibition", "only")
    assert union("wording", "neutral") & guards == set()


KNOWN = {
    "de": "größe",
    "en": "wealth",
    "es": "sesión",
    "fr": "données",
    "it": "società",
    "nl": "bewaren",
    "pt": "você",
    "ru": "данные",
}


@pytest.mark.parametrize("language", KNOWN)
def test_a_dictionary_knows_words_and_no_misspellings(language):
    assert has_word(KNOWN[language], language)
    assert has_word("xqzzv", language) is False


def test_a_language_without_dictionary_says_so():
    assert has_word("dane", "pl") is None
