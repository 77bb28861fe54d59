"""The dates that documents state about themselves, and what it means when they stand still."""

from datetime import UTC, date, datetime

import pytest

from tostrack.analysis.comparison import compare
from tostrack.analysis.facts import compare_document_dates, find_stated_dates
from tostrack.clauses import split_clauses
from tostrack.language.dates import find_dates
from tostrack.models import Reading, Version

RULE = "You must follow the rules of the house whenever you use the service."


def reading(text, seen_at=None):
    return Reading(Version(text, seen_at), tuple(split_clauses(text)))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("March 1, 2023", "2023-03-01"),
        ("Mar. 1st, 2023", "2023-03-01"),
        ("1 March 2023", "2023-03-01"),
        ("the 1st of March, 2023", "2023-03-01"),
        ("1. März 2023", "2023-03-01"),
        ("1er mars 2023", "2023-03-01"),
        ("1 de marzo de 2023", "2023-03-01"),
        ("1 marzo 2023", "2023-03-01"),
        ("1 de março de 2023", "2023-03-01"),
        ("1 maart 2023", "2023-03-01"),
        ("den 1 mars 2023", "2023-03-01"),
        ("2023-03-01", "2023-03-01"),
        ("2023年3月1日", "2023-03-01"),
        ("01.03.2023", "2023-03-01"),
        ("13/01/2023", "2023-01-13"),
        ("1/13/2023", "2023-01-13"),
        ("March 2023", "2023-03"),
        ("mars de 2023", "2023-03"),
    ],
)
def test_a_date_is_read_however_it_is_written(text, day):
    assert [found.iso for found in find_dates(f"From {text} on, 12 of them.")] == [day]


@pytest.mark.parametrize("text", ["3/4/2023", "February 30, 2023", "2023", "March 1", "19.99", "1.2.3", "May we 2023?"])
def test_what_may_be_another_day_is_no_date(text):
    assert find_dates(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Last updated: March 1, 2023", "updated", "Last updated: March 1, 2023"),
        ("*Last Modified* 1 March 2023", "updated", "Last Modified 1 March 2023"),
        ("Effective Date: March 1, 2023", "effective", "Effective Date: March 1, 2023"),
        ("# Effective date\n\nMarch 1, 2023", "effective", "Effective date: March 1, 2023"),
        ("| Version | March 1, 2023 |", "updated", "Version | March 1, 2023"),
        ("# Terms\n\nMarch 1, 2023 (view archived version)", "updated", "March 1, 2023"),
        ("This agreement has been in force from March 1, 2023 on for everybody who uses any of it.", "effective", None),
        ("Stand: 1. März 2023", "updated", "Stand: 1. März 2023"),
        ("Dernière mise à jour : 1 mars 2023", "updated", "Dernière mise à jour : 1 mars 2023"),
        ("Dernière mise à jour des Conditions générales d’utilisation et de vente : 1 mars 2023", "updated", None),
        (
            "Cette politique relative aux cookies a été mise à jour pour la dernière fois le 1 mars 2023.",
            "updated",
            None,
        ),
        ("à jour du 1 mars 2023", "updated", "à jour du 1 mars 2023"),
        ("Eﬀective: March 1, 2023", "effective", "Effective: March 1, 2023"),
        ("This version of the questions and answers of our members took effect March 1, 2023.", "effective", None),
        ("Effective on March 1, 2023; click here to download a file with all of it to read", "effective", None),
        ("En vigor desde el 1 de marzo de 2023", "effective", "En vigor desde el 1 de marzo de 2023"),
        ("Ultimo aggiornamento: 1 marzo 2023", "updated", "Ultimo aggiornamento: 1 marzo 2023"),
    ],
)
def test_a_document_s_own_date_is_read_with_its_words(text, kind, words):
    found = find_stated_dates(split_clauses(text))

    stated = getattr(found, kind)
    assert stated.first == date(2023, 3, 1)
    assert words in (None, stated.words)
    assert [found.updated, found.effective].count(None) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Accounts that were opened before March 1, 2023 keep the old price.",
        "The previous version was effective until March 1, 2023.",
        "© Acme, last updated by nobody",
        "On March 1, 2023 we opened a new office in Ghent, and since then everybody has been happy with the view.",
        "Effective March 1, 2023, people who buy a camera from us get a second lens for the price of a single one.",
    ],
)
def test_dates_of_something_else_are_not_the_document_s(text):
    found = find_stated_dates(split_clauses(f"# Terms\n\n{RULE}\n\n{RULE}\n\n{RULE}\n\n{RULE}\n\n{RULE}\n\n{text}"))

    assert (found.updated, found.effective) == (None, None)


def test_of_several_dates_of_a_kind_the_latest_counts():
    found = find_stated_dates(split_clauses("Last updated: March 1, 2023\n\nLast updated: May 1, 2024"))

    assert found.updated.iso == "2024-05-01"


def test_the_language_of_a_text_tells_day_from_month():
    french = (
        "Vous pouvez utiliser les services de la société pour vous et les membres de votre famille, dans les limites."
    )
    english = "You may use the services of the company for yourself and the members of your family, within the limits."

    for text, label, day in ((french, "à jour du", "2022-02-04"), (english, "Last updated:", None)):
        found = find_stated_dates(split_clauses(f"# Acme\n\n{label} 04/02/2022\n\n{text}")).updated
        assert (found and found.iso) == day


SEEN = datetime(2023, 6, 1, tzinfo=UTC)


def note(old, new, seen_at=SEEN):
    found = compare_document_dates(reading(old, seen_at), reading(new))
    return found and found.note


def test_a_date_that_stands_still_is_told():
    assert note("Last updated: March 1, 2023", "Last updated: March 1, 2023") == (
        "The document does not say that it was changed: its date is still March 1, 2023."
    )


def test_a_date_that_went_back_is_told():
    assert note("Effective: May 1, 2023", "Effective: March 1, 2023") == (
        "The document is dated back: its date moved from May 1, 2023 to March 1, 2023."
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Last updated: March 1, 2023", "Last updated: May 1, 2023"),
        # One of its two dates moved on.
        ("Effective: March 1, 2023\n\nUpdated: March 1, 2023", "Effective: March 1, 2023\n\nUpdated: May 1, 2023"),
        ("Updated: March 1, 2023", "Effective: March 1, 2023\n\nUpdated: March 1, 2023"),
        # A month became a day of it.
        ("Last updated: March 2023", "Last updated: March 1, 2023"),
        # It states no date any more, or did not before.
        ("Last updated: March 1, 2023", RULE),
        (RULE, "Last updated: March 1, 2023"),
        # The day had not passed when the text was first seen: it may have been changed on that very day.
        ("Last updated: June 1, 2023", "Last updated: June 1, 2023"),
        ("Effective: July 1, 2023", "Effective: July 1, 2023"),
    ],
)
def test_a_document_that_speaks_or_that_cannot_be_blamed_is_not_called_silent(old, new):
    assert note(old, new) == ""


def test_without_any_stated_date_nothing_is_claimed():
    assert compare_document_dates(reading(RULE), reading(f"{RULE} Always.")) is None


def test_only_a_change_that_matters_is_called_silent():
    old = f"Last updated: March 1, 2023\n\n{RULE}"
    matters = compare(old, f"{old}\n\nA court in Ghent decides any dispute between you and us.")
    noise = compare(old, old.replace("house", "**house**"))

    assert "still March 1, 2023" in matters.silence
    assert noise.silence == ""
