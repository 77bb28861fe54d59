"""Collect the reasons behind one change: the texts compared, the verdict, the flags and the notification."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.analysis.flags.rulebook import Explanation
from tostrack.analysis.topic_moves import ranked
from tostrack.archive import Archive, ChangeRow, VersionRow
from tostrack.clauses import plain
from tostrack.models import VERDICT_OF, Change, Clause, Hunk, Reading, Reason, Verdict
from tostrack.render.explanation import ComparedText, FoundFlag, Reasoning
from tostrack.services.export import change_of, version_of
from tostrack.services.stored_rules import read_standing_rules

if TYPE_CHECKING:
    from tostrack.analysis.verdict.context import TextPair


def explain_change(
    archive: Archive,
    change_id: str,
    book: Rulebook = SHIPPED,
    *,
    limit: int | None = None,
    with_accounts: bool = True,
) -> Reasoning:
    """Return why the change of *change_id* (as ``tostrack log`` lists it) was reported, or was not.

    The verdict, the flags and the reason of each hunk are those that were stored.

    Args:
        archive: Open for reading.
        change_id: Names the change.
        book: Says why a clause is flagged.
        limit: So many hunks, the most important, are explained; of the others only the reason is reported. None: all.
        with_accounts: Whether to say which words the rule of a silent hunk explains: that reads the hunk again.

    Raises:
        ConfigError: There is no such change.
    """
    row = change_of(archive, change_id)
    change = archive.load_change(row)
    texts = _Texts(archive, row, book)
    shown = {id(hunk) for hunk in ranked(change)[:limit]}
    return Reasoning(
        row.id,
        change,
        _compared(archive, row),
        row.announced,
        tuple(
            _explain_hunk(change, at, reason, texts, with_account=with_accounts)
            if id(change.hunks[at]) in shown
            else FoundFlag(change.hunks[at], reason, "")
            for at, reason in enumerate(_reasons(change, texts))
        ),
    )


class _Texts:
    """Both texts of a change, read where a hunk needs them."""

    def __init__(self, archive: Archive, row: ChangeRow, book: Rulebook) -> None:
        self._archive = archive
        self._row = row
        self._book = book

    @cached_property
    def _versions(self) -> list[VersionRow]:
        row = self._row
        return [version_of(self._archive, row, number) for number in (row.from_number, row.to_number)]

    @cached_property
    def readings(self) -> tuple[Reading, Reading]:
        old, new = map(self._archive.reading, self._versions)
        return old, new

    @cached_property
    def rules(self) -> Rulebook:
        """The rules, with what they found in both texts before."""
        return read_standing_rules(self._archive, self._versions, self._book)

    @cached_property
    def pair(self) -> TextPair:
        from tostrack.analysis.verdict.context import TextPair

        return TextPair(*self.readings)

    def clauses(self, hunk: Hunk) -> list[Clause]:
        """Return the clauses of *hunk*, the new ones first."""
        old, new = self.readings
        places = ((new, hunk.new_at, hunk.new_count), (old, hunk.old_at, hunk.old_count))
        return [one for text, at, count in places if at is not None for one in text.clauses[at : at + count]]


def _reasons(change: Change, texts: _Texts) -> list[Reason]:
    """Return the recorded reason of each hunk; of a change recorded without them, what today's rules find."""
    recorded = [hunk.reason for hunk in change.hunks if hunk.reason is not None]
    if len(recorded) == len(change.hunks):
        return recorded
    from tostrack.analysis.verdict import find_reasons

    return [finding.reason for finding in find_reasons(change.hunks, *texts.readings)]


def _explain_hunk(change: Change, at: int, reason: Reason, texts: _Texts, *, with_account: bool) -> FoundFlag:
    from tostrack.analysis.verdict.quotes import quote

    hunk = change.hunks[at]
    is_silent = VERDICT_OF[reason] is not Verdict.SUBSTANTIVE
    account = _account(change, at, reason, texts) if with_account and is_silent else ""
    return FoundFlag(hunk, reason, quote(hunk), tuple(_whys(hunk, texts)), account)


def _account(change: Change, at: int, reason: Reason, texts: _Texts) -> str:
    """Return the rule that is silent about a hunk today and the words that it explains; empty where none is."""
    from tostrack.analysis.verdict.silence import account_for

    rule, entries = account_for(change.hunks, at, reason, texts.pair)
    words = " ".join(f"{entry.op}{entry.token.text}" for entry in entries if entry.explained)
    return f"{rule.replace('_', ' ')} explains {words or 'all of it'}" if rule else ""


def _whys(hunk: Hunk, texts: _Texts) -> Iterable[Explanation]:
    """Yield why each flag of *hunk* is there: as its clause is flagged today, else by what its rule says."""
    if not hunk.flags:
        return
    rules = texts.rules
    known = [(flag, clause) for clause in texts.clauses(hunk) for flag in rules.of_clause(clause)]
    for flag in hunk.flags:
        same = [one for one in known if one[0].rule == flag.rule]
        best = next((one for one in same if one[0].quote == flag.quote), next(iter(same), None))
        if best is None:
            yield Explanation(flag, rules.meaning(flag.rule), "Found by the rules of the day on which it was stored.")
        else:
            yield replace(rules.explain_flag(best[0], _with_lead(best[1])), flag=flag)


def _with_lead(clause: Clause) -> str:
    return f"{clause.lead}\n{plain(clause.text)}" if clause.lead else plain(clause.text)


# What was compared with what


def _compared(archive: Archive, row: ChangeRow) -> ComparedText:
    """Return which versions met in the change of *row*, and why those."""
    days = {version.number: version.seen_at[:10] for version in archive.versions(row.service, row.document)}
    late = row.occasion == "settled"
    stood = row.to_number - 1
    told = _told_before(archive, row)

    def version(number: int) -> str:
        return f"version {number} of {days[number]}" if number in days else f"version {number}"

    sentences = [f"V{version(row.to_number)[1:]} was compared with {version(row.from_number)}."]
    if late:
        sentences.append(
            f"It is an older text that returned; it was notified on {row.seen_at[:10]}, because until then the return "
            "might have been temporary, and it was compared with the text of the last notification."
        )
    elif row.from_number == stood:
        sentences.append("That was the current text.")
    elif row.from_number == told:
        sentences.append(
            f"V{version(stood)[1:]} was the current text, but readers were last notified of the other one."
        )
    else:
        sentences.append(
            f"V{version(stood)[1:]} was the current text; of the texts since the last notification, the most similar "
            "one was compared."
        )
    if told is None:
        sentences.append("There was no earlier notification.")
    elif not late and told != row.from_number:
        sentences.append(f"The last notification was of {version(told)}.")
    if row.verdict == Verdict.SUBSTANTIVE and not row.announced:
        sentences.append("It matters, and nobody is notified: it was imported as history.")
    return ComparedText(row.from_number, stood, told, tuple(sentences))


def _told_before(archive: Archive, row: ChangeRow) -> int | None:
    """Return the number of the version that readers knew before the change of *row*."""
    earlier = [
        other.to_number
        for other in archive.changes(row.service, row.document)
        if other.announced and (other.seen_at, other.to_number) < (row.seen_at, row.to_number) and other.id != row.id
    ]
    return earlier[0] if earlier else None
