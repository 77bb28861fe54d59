"""The judgement in the light of what stood before: outages, and texts that are nearly an older one."""

from datetime import UTC, datetime, timedelta

import pytest

from tostrack import Version, compare
from tostrack.models import Reason, Verdict

NOW = datetime(2024, 6, 1, tzinfo=UTC)
CLAUSES = [
    f"Rule {name}: you keep what you post on Pixboard, and we may show it to {name} people." for name in "abcdefghij"
]
POLICY = "# Terms\n\nLast updated: 1 March 2020\n\n" + "\n\n".join(CLAUSES)
WALL = "# This page isn't available\n\nAn unexpected error has occurred. Try again later."


def version(text: str, days: int) -> Version:
    return Version(text, NOW - timedelta(days=days))


@pytest.fixture
def variant() -> str:
    return POLICY.replace("you keep", "you own").replace("we may show", "we will sell")


def test_a_wall_is_suspect():
    assert compare(POLICY, WALL).reason is Reason.SUSPECT


def test_a_short_policy_that_speaks_of_outages_is_no_wall():
    old = "# Status\n\nIf a page isn't available, write to help@pixboard.example and we answer within 2 days."

    assert compare(old, old.replace("2 days", "5 days")).reason is Reason.NUMBERS


def test_the_same_policy_behind_a_wall_is_no_news():
    assert compare(version(WALL, 1), version(POLICY, 0), [version(POLICY, 2)]).verdict is Verdict.NOISE


def test_behind_a_wall_a_change_is_judged_by_what_stood_before_it():
    new = POLICY.replace("show it to a people", "sell it to a people")

    change = compare(version(WALL, 1), version(new, 0), [version(WALL, 2), version(POLICY, 3)])

    assert change.reason is Reason.NEW_TEXT


def test_behind_a_wall_with_nothing_before_it_nothing_can_be_said():
    assert compare(WALL, POLICY).reason is Reason.SUSPECT


def framed(text: str) -> str:
    """Return *text* in a frame that is too long for a wall."""
    menu = "\n".join(f"- [What {name} people like to read about us](/{name})" for name in "abcdefghijklmnopqrs")
    return f"{menu}\n\n{text}"


LONG = POLICY + "\n\n" + "\n\n".join(f"Rule {n}: we tell you of it {n} days before." for n in range(30))


def test_a_wall_in_the_frame_of_the_page_is_suspect():
    assert compare(framed(LONG), framed(WALL)).reason is Reason.SUSPECT
    assert compare(framed(WALL), framed(LONG)).reason is Reason.SUSPECT


def test_a_server_that_speaks_instead_of_one_of_several_parts_is_suspect():
    other = "\n\n".join(f"Part {n}: what we say about the sale of seats on day {n}." for n in range(200))

    assert compare(f"{LONG}\n\n{other}", f"{WALL}\n\n{other}").reason is Reason.SUSPECT
    spoken = "# Outages\n\nWe owe nothing for technical difficulties."
    assert compare(f"{LONG}\n\n{other}", f"{spoken}\n\n{other}").verdict is Verdict.SUBSTANTIVE


def test_a_policy_that_comes_to_speak_of_outages_is_no_wall():
    change = compare(framed(LONG), framed(f"{LONG}\n\nWe owe nothing when the service is unavailable."))

    assert change.reason is Reason.NEW_TEXT


def test_a_text_that_is_nearly_an_older_one_is_its_return(variant):
    nearly = POLICY.replace("# Terms", "# Terms of Service")

    change = compare(version(variant, 2), version(nearly, 0), [version(POLICY, 9)])

    assert change.reason is Reason.OSCILLATION


def test_a_text_that_is_an_older_one_but_for_what_matters_is_told(variant):
    nearly = POLICY.replace("show it to a people", "sell it to a people")

    assert compare(version(variant, 2), version(nearly, 0), [version(POLICY, 9)]).verdict is Verdict.SUBSTANTIVE


def test_an_older_text_that_is_dated_anew_is_told(variant):
    back = POLICY.replace("1 March 2020", "30 May 2024")
    forth = variant.replace("1 March 2020", "2 May 2024")

    assert compare(version(forth, 20), version(back, 0), [version(POLICY, 90)]).verdict is Verdict.SUBSTANTIVE


def test_what_another_edition_lacks_proves_nothing():
    german = "# Bedingungen\n\nSie behalten alles, was Sie auf der Plattform mit anderen teilen, und wir zeigen es."
    less = "\n\n".join([POLICY.split("\n\n")[0], "Last updated: 9 May 2024", *CLAUSES[:5]])

    assert compare(version(POLICY, 3), version(less, 0), [version(german, 9)]).reason is Reason.REMOVED_TEXT


def test_an_item_of_two_short_sentences_that_always_stood_there_is_no_return():
    lists = "# Processors\n\nWe use these processors:\n\n- Mailbox. Support desk.\n- Clickmeter. Web statistics.\n"
    stood = [version(f"{lists}{'- Pager. Alarms.' * (age < 3)}\n\n{POLICY}", age) for age in (2, 3, 90)]
    new = version(stood[0].text.replace("- Clickmeter. Web statistics.\n", ""), 0)

    assert compare(stood[0], new, stood[1:]).reason is Reason.REMOVED_TEXT
