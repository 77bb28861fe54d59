"""What readers are told ends up true, and flapping does not wake them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tostrack.analysis.comparison import read_version
from tostrack.analysis.decision import (
    STABLE_AFTER,
    STABLE_AFTER_AT_MOST,
    History,
    HistoryEntry,
    decide,
)
from tostrack.models import Reason, Version

RULES = "\n\n".join(
    f"You must follow rule number {name} whenever you use the service." for name in ("one", "two", "three")
)
TEXTS = [
    f"# Terms\n\n{RULES}\n\n{clause}"
    for clause in (
        "We never sell the photos that you upload to anybody.",
        "We may sell the photos that you upload to advertisers.",
        "A court in Ireland decides any dispute between you and us.",
        "You grant us a worldwide licence to train models on your photos.",
    )
]


class Reader:
    """One document crawled every night, and somebody who reads what is told."""

    def __init__(self) -> None:
        self.at = datetime(2024, 1, 1, 3, tzinfo=UTC)
        self.past: list[HistoryEntry] = []
        self.believes: int | None = None
        self.told: list[tuple[datetime, Reason]] = []

    def night(self, text: int) -> None:
        reading = read_version(Version(TEXTS[text], self.at, len(self.past) + 1))
        decision = decide(History(tuple(self.past), self.reversions), reading)
        if decision.base is None:
            self.past = [HistoryEntry(reading)]
            self.believes = text
        elif self.past[0].reading.version.text == reading.version.text:
            if decision.change:
                self.past[0] = HistoryEntry(self.past[0].reading, notified=True, reason=decision.change.reason)
        else:
            self.past.insert(0, HistoryEntry(reading, decision.notify, decision.change.reason))
        if decision.notify:
            self.hears(decision.change, text)
        self.at += timedelta(days=1)

    @property
    def reversions(self) -> int:
        return sum(reason is Reason.REVERTED for _, reason in self.told)

    def hears(self, found, text: int) -> None:
        assert text != self.believes, "nobody is told what they know"
        self.believes = text
        self.told.append((self.at, found.reason))


def after(*nights: int) -> Reader:
    reader = Reader()
    for text in nights:
        reader.night(text)
    return reader


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, len(TEXTS) - 1), min_size=1, max_size=25))
def test_what_readers_were_told_is_true_once_a_text_has_stood(nights):
    reader = after(*nights, *[nights[-1]] * (STABLE_AFTER_AT_MOST.days + 1))

    assert reader.believes == nights[-1]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, len(TEXTS) - 1), min_size=1, max_size=25))
def test_readers_are_told_at_most_once_for_each_new_text_and_each_text_that_stood(nights):
    reader = after(*nights)

    stood = sum(
        len(set(nights[start : start + STABLE_AFTER.days])) == 1 for start in range(len(nights) - STABLE_AFTER.days + 1)
    )
    assert len(reader.told) <= len(set(nights)) - 1 + stood


def test_an_alternating_page_is_told_once_in_thirty_nights():
    assert len(after(*[0, 1] * 15).told) == 1
    assert len(after(*[0, 1, 2] * 10).told) == 2


def test_a_page_that_turns_every_few_nights_is_told_less_and_less():
    turns = [0, 0, 0, 0, 1, 1, 1, 1] * 12

    assert len(after(*turns).told) <= 3


def test_a_page_that_turns_every_three_weeks_is_told_three_times_a_year():
    turns = ([0] * 21 + [1] * 21) * 8

    assert len(after(*turns).told) <= 3


def test_a_clause_taken_back_after_it_had_stood_is_told_the_same_night():
    reader = after(0, 1, 1, 1, 1, 0)

    assert [reason for _, reason in reader.told] == [Reason.NEW_TEXT, Reason.REVERTED]


def history_of(*texts, days=20):
    start = datetime(2024, 1, 1, tzinfo=UTC)
    dated = [read_version(Version(text, start + timedelta(days=days * at), at + 1)) for at, text in enumerate(texts)]
    *before, newest = dated
    entries = [
        HistoryEntry(one, notified=at > 0, reason=Reason.NEW_TEXT if at else None) for at, one in enumerate(before)
    ]
    return decide(History(tuple(reversed(entries))), newest).why


def test_a_return_says_which_text_is_back_and_what_moved():
    said = history_of(TEXTS[0], TEXTS[1], TEXTS[0])

    assert said.startswith("Reverted after 20 days to the text of 2024-01-01, from that of 2024-01-21: ")
    assert "sell the photos" in said


def test_a_return_of_one_clause_says_that_the_rest_remains():
    promise = "We never sell the photos that you upload to anybody."
    plain, promised = f"# Terms\n\n{RULES}", f"# Terms\n\n{RULES}\n\n{promise}"
    dispute = "A court in Ireland decides any dispute between you and us."

    said = history_of(plain, promised, f"{promised}\n\n{dispute}", f"{plain}\n\n{dispute}")

    assert said.startswith("Partly reverted after 20 days: ")
    assert "never sell the photos" in said
    assert said.endswith("The rest of the text of 2024-02-10 remains.")


def test_a_clause_taken_back_at_once_is_told_when_the_old_text_has_stood():
    flapped = after(0, 1, 0)
    assert len(flapped.told) == 1

    for _ in range(STABLE_AFTER.days):
        flapped.night(0)

    assert [reason for _, reason in flapped.told] == [Reason.NEW_TEXT, Reason.REVERTED]


def test_a_change_that_flaps_first_and_then_stays_leaves_readers_with_it():
    reader = after(0, 1, 0, 1, 1, 1, 1, 1)

    assert (reader.believes, len(reader.told)) == (1, 1)


def test_an_edit_of_a_variant_that_readers_do_not_know_says_what_became_of_what_they_do():
    reader = after(0, 1, 0)
    version = Version(TEXTS[0] + "\n\nYou must be at least 18 years old.", reader.at, 4)

    found = decide(History(tuple(reader.past)), read_version(version)).change

    assert [hunk.new for hunk in found.hunks] == ["You must be at least 18 years old."]
    assert "the change reported on 2024-01-02 is no longer in force" in found.explanation
