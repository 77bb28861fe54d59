"""Compare two texts of a document: what differs, what it means, which flags move, and the verdict. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tostrack.analysis.diff import diff
from tostrack.analysis.printed_lines import join_printed_lines
from tostrack.analysis.text_pair_key import TextPairKey
from tostrack.clauses import split_clauses
from tostrack.models import (
    Change,
    Clause,
    Flag,
    Hunk,
    Reading,
    Reason,
    Version,
)

if TYPE_CHECKING:
    from tostrack.analysis.flags import Rulebook
    from tostrack.analysis.flags.history import FlagEvent


def read_version(version: str | Version) -> Reading:
    """Return *version* with its clauses; what it sets in lines of print is whole paragraphs in its text."""
    version = Version(version) if isinstance(version, str) else version
    version = replace(version, text=join_printed_lines(version.text))
    return Reading(version, tuple(split_clauses(version.text)))


def compare(old: str | Version, new: str | Version, earlier: Sequence[str | Version] = ()) -> Change:
    """Return what changed from *old* to *new*, whether it matters and why.

    Args:
        old: The old text.
        new: The new text.
        earlier: Texts before *old*, most recent first: a return to one of them is recognised.
    """
    return compare_readings(read_version(old), read_version(new), [read_version(version) for version in earlier])


def compare_readings(
    old: Reading, new: Reading, earlier: Sequence[Reading] = (), book: Rulebook | None = None
) -> Change:
    """Return what `compare` returns, for texts that are split already; *book* decides what is flagged."""
    from tostrack.analysis.facts import compare_document_dates
    from tostrack.analysis.flags import SHIPPED
    from tostrack.analysis.summary import keep_certain_moves, summarize
    from tostrack.analysis.verdict import find_reasons
    from tostrack.analysis.verdict.with_history import judge_with_history

    hunks, told = _hunks(TextPairKey(old, new), book or SHIPPED)
    judgement = judge_with_history(hunks, old, new, earlier)
    if judgement.reason is not Reason.SUSPECT:
        # The judgement has asked for them already; of a page that is no policy nobody needs them.
        found = find_reasons(hunks, old, new)
        told = tuple(replace(hunk, reason=finding.reason) for hunk, finding in zip(told, found, strict=True))
        told = tuple(keep_certain_moves(told, old.version.text, new.version.text))
        judgement = summarize(judgement, told, old.version.text, new.version.text)
    return Change(old.version, new.version, told, judgement, dating=compare_document_dates(old, new))


# One pair of texts is compared with and without the texts before, and again when a page flaps: the same differs.
@lru_cache(maxsize=64)
def _hunks(pair: TextPairKey, book: Rulebook) -> tuple[tuple[Hunk, ...], tuple[Hunk, ...]]:
    """Return what differs, and the same with flags and facts."""
    from tostrack.analysis.facts import find_facts
    from tostrack.analysis.flags.directions import find_directions
    from tostrack.analysis.verdict.account import language_of

    old, new = pair.old, pair.new
    hunks = diff(old.clauses, new.clauses)
    flags = find_directions(hunks, old.clauses, new.clauses, book)
    facts = find_facts(hunks, old.clauses, new.clauses, language_of(new))
    told = (
        replace(hunk, flags=_without_titles(hunk, found), facts=moved)
        for hunk, found, moved in zip(hunks, flags, facts, strict=True)
    )
    return hunks, tuple(told)


def _without_titles(hunk: Hunk, flags: tuple[Flag, ...]) -> tuple[Flag, ...]:
    """Return *flags* without those by which a heading only mentions a topic: its title alone moves nothing of it."""
    return flags if hunk.kind[0] != "h" else tuple(flag for flag in flags if flag.direction)


def flag_clauses(clauses: Iterable[Clause], book: Rulebook) -> list[tuple[Flag, ...]]:
    """Return the flags of each of *clauses*, in their order, by the rules of *book*."""
    return [book.of_clause(clause) for clause in clauses]


def find_flag_events(before: Reading | None, after: Reading, book: Rulebook | None = None) -> list[FlagEvent]:
    """Return what happened to the flags from one version to the next; of a first version, all its flags."""
    from tostrack.analysis.flags import SHIPPED
    from tostrack.analysis.flags.history import change_events, first_events, is_touched

    book = book or SHIPPED
    if before is None:
        return list(first_events(after.clauses, book))
    if not is_touched(before.clauses, after.clauses, book):
        return []
    return list(change_events(diff(before.clauses, after.clauses), before.clauses, after.clauses, book))
