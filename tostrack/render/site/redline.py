"""The redline of a change: a row for each edit in the order of the text, and the unchanged text between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tostrack.analysis.sentence import read_quote
from tostrack.analysis.topic_moves import ranked
from tostrack.models import Change, Edit, Flag, Hunk
from tostrack.render.escape import cut, path_of, safe_line
from tostrack.render.headline import distinct_flags, edit_label, flag_label
from tostrack.render.word_edits import Run, around, fold, runs_of, unfolded
from tostrack.value import Value

#: Kept words shown on each side of an edit before the rest is folded away.
CONTEXT = 28
#: Of the words that lead a change in a list: kept words beside an edit, and characters in all.
_EXCERPT_CONTEXT = 10
_EXCERPT = 300
#: Of what a change contributes to the search: a dozen long clauses.
_SEARCHED = 8_000
_QUOTE = 300


class FlagNote(Value):
    """A flag of an edit, as a note above it."""

    topic: str
    label: str
    quote: str
    meaning: str
    rule: str
    #: Whether the change granted, widened, narrowed or withdrew something by it.
    moved: bool


class Row(Value):
    """One edit."""

    #: From 1, in the order of the text.
    number: int
    edit: str
    verb: str
    heading: tuple[str, ...]
    #: ``h``, ``p``, ``li``, ``ol`` or ``row``.
    shape: str
    #: Both texts in one; ``=``, ``-``, ``+``, and ``…`` for what is folded away.
    runs: tuple[Run, ...]
    flags: tuple[FlagNote, ...] = ()
    facts: tuple[str, ...] = ()
    #: Clauses that are unchanged between the edit before and this one.
    unchanged: int = 0
    #: The place of its new text, from 0, and of its old text.
    new_at: int | None = None
    old_at: int | None = None


def rows(change: Change, meanings: Mapping[tuple[str, str], str]) -> list[Row]:
    """Return the edits of *change* in the order of the new text; removed text is at its old place.

    Args:
        change: With its hunks in order.
        meanings: What a flag says, by rule and polarity.
    """
    found: list[Row] = []
    end = 0
    for number, hunk in enumerate(change.hunks, 1):
        start = hunk.new_at
        unchanged = max(start - end, 0) if start is not None else 0
        found.append(_row(number, hunk, unchanged, meanings))
        if start is not None:
            end = max(end, start + hunk.new_count)
    return found


def runs_of_rows(edits: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield *edits* in runs that need one heading: clauses side by side that were all added, or all removed."""
    run: list[Row] = []
    for row in edits:
        if run and not (_plain(row) and _plain(run[-1]) and row.unchanged == 0 and _title(row) == _title(run[-1])):
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _plain(row: Row) -> bool:
    return row.edit in (Edit.ADDED, Edit.REMOVED) and not row.flags and not row.facts


def _title(row: Row) -> tuple[str, tuple[str, ...]]:
    return row.verb, row.heading


def _row(number: int, hunk: Hunk, unchanged: int, meanings: Mapping[tuple[str, str], str]) -> Row:
    runs = runs_of(hunk)
    heading = hunk.kind[0] == "h"
    return Row(
        number,
        hunk.edit.value,
        edit_label(hunk).capitalize(),
        tuple(safe_line(part) for part in hunk.heading),
        "h" if heading else hunk.kind[:2] if hunk.kind[:2] in ("li", "ol") else hunk.kind,
        tuple(unfolded(runs, CONTEXT) if hunk.edit is Edit.REWORDED else runs),
        tuple(note(flag, hunk, meanings) for flag in distinct_flags(hunk)),
        tuple(safe_line(fact.sentence) for fact in hunk.facts),
        unchanged,
        hunk.new_at,
        hunk.old_at,
    )


def note(flag: Flag, hunk: Hunk, meanings: Mapping[tuple[str, str], str]) -> FlagNote:
    """Return *flag* as a note."""
    meaning = meanings.get((flag.rule, flag.polarity.value), "")
    quote = cut(safe_line(flag.quote), _QUOTE)
    return FlagNote(
        safe_line(flag.topic), flag_label(flag, hunk), quote, safe_line(meaning), flag.rule, flag.direction is not None
    )


def leading(change: Change) -> tuple[Hunk, str] | None:
    """Return the edit that matters most and the words in it that do; None when nothing was edited.

    That is its heaviest flag; where no flag is, what the verdict's explanation quotes.
    """
    hunks = ranked(change)
    if not hunks:
        return None
    if flags := distinct_flags(hunks[0]):
        return hunks[0], safe_line(flags[0].quote)
    quote = read_quote(change.explanation)
    told = [hunk for hunk in hunks if quote and any(quote in safe_line(side) for side in (hunk.new, hunk.old))]
    return (told[0], quote) if told else (hunks[0], "")


def excerpt(change: Change) -> tuple[Run, ...]:
    """Return the words that changed in the edit that matters most, short enough to read in a list."""
    lead = leading(change)
    if lead is None:
        return ()
    hunk, quote = lead
    runs = runs_of(hunk)
    if hunk.edit is Edit.REWORDED:
        runs = fold(runs, _EXCERPT_CONTEXT)
    return tuple(around(runs, [quote] if quote else [], _EXCERPT))


def place_of(change: Change) -> str:
    """Return the heading path of the edit that matters most."""
    lead = leading(change)
    return path_of(lead[0].heading, 90) if lead else ""


def searched(change: Change) -> str:
    """Return the added and the removed clauses, to be searched, and the words that clauses lost."""
    return safe_line(" … ".join(map(_searched, ranked(change))))[:_SEARCHED]


def _searched(hunk: Hunk) -> str:
    if hunk.edit is not Edit.REWORDED:
        return hunk.new or hunk.old
    gone = " ".join(text for op, text in runs_of(hunk) if op == "-")
    return f"{hunk.new} [{gone}]" if gone else hunk.new


def unchanged_after(change: Change, clauses: int) -> int:
    """Return how many of the *clauses* of the new text are unchanged behind the last edit."""
    ends = [hunk.new_at + hunk.new_count for hunk in change.hunks if hunk.new_at is not None]
    return clauses - max(ends, default=0)
