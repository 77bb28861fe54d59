"""Changes for people at a terminal, or for a pipe: nothing of the page's own bytes reaches either one raw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from tostrack.analysis.topic_moves import ranked
from tostrack.models import Change, Edit, Fact, Flag, Hunk
from tostrack.render.escape import ascii_only, columns, count, cut, document_id, path_of, safe_line, span_of
from tostrack.render.headline import distinct_flags, edit_label, flag_label, tally_edits
from tostrack.render.terminal_style import PLAIN, SIGNS, TerminalStyle, align_columns
from tostrack.render.word_edits import excerpt, runs_of, side, view

#: Unflagged hunks shown before the rest are only counted: two screens of reading.
UNFLAGGED_SHOWN = 20
#: Kept words shown on each side of an edit.
CONTEXT = 14
#: Longest quote of a flag, in columns; the clause itself is beneath it.
_QUOTE = 220
#: Two columns narrower than this each cannot be read.
_NARROWEST_COLUMN = 30


def render_change(
    change: Change,
    look: TerminalStyle = PLAIN,
    *,
    context: int = CONTEXT,
    side_by_side: bool = False,
    stat: bool = False,
    limit: int | None = UNFLAGGED_SHOWN,
    hint: str = " (--all-hunks)",
) -> str:
    """Return *change* as lines to read: a headline, then its hunks, those that matter most first.

    Args:
        look: Its width is what to wrap to; 0 leaves every paragraph on one line.
        context: Kept words to show on each side of an edit.
        side_by_side: Old text on the left, new text on the right, when there is room for both.
        stat: A table of what changed by heading, in place of the hunks.
        limit: How many unflagged hunks to show; None shows all.
        hint: What to say after the number of hunks that are not shown.
    """
    blocks = [_headline(change, look)]
    if stat:
        blocks += [_stat(change, look)]
    else:
        hunks = ranked(change)
        flagged = [hunk for hunk in hunks if hunk.flags]
        others = [hunk for hunk in hunks if not hunk.flags]
        shown = others if limit is None else others[:limit]
        two_columns = side_by_side and (look.width - 3) // 2 >= _NARROWEST_COLUMN
        blocks += _hunks([*flagged, *shown], look, context, two_columns=two_columns)
        if left := len(others) - len(shown):
            blocks.append([look.fit(f"… and {count(left, 'more edit')}{hint}", "dim")])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def change_as_text(change: Change, *, budget: int = 30_000) -> str:
    """Return *change* as plain text of at most *budget* characters: the text part of a mail or of a feed entry."""
    text = render_change(change, TerminalStyle(width=76), hint="")
    return text if len(text) <= budget else text[: budget - 3].rpartition("\n")[0] + "\n…\n"


def _headline(change: Change, look: TerminalStyle) -> list[str]:
    name = document_id(safe_line(change.service), safe_line(change.document)) or "change"
    span = span_of(change)
    # A long name must not push the days off the line.
    apart = look.width and columns(name) + columns(span) + 2 > look.width
    titles = [name, span] if apart else ["  ".join(filter(None, [name, span]))]
    lines = [look.fit(title, "title") for title in titles if title]
    verdict = f"{change.verdict} ({change.reason})"
    topics = ", ".join(map(safe_line, change.topics))
    lines += look.paragraph(f"{verdict}: {topics}" if topics else verdict)
    for sentence in filter(None, (change.explanation, change.silence)):
        lines += look.paragraph(safe_line(sentence))
    if told := tally_edits(change):
        lines.append(look.fit(told, "dim"))
    return lines


def _hunks(hunks: Sequence[Hunk], look: TerminalStyle, context: int, *, two_columns: bool) -> Iterator[list[str]]:
    """Yield a block of lines for each of *hunks*; unflagged neighbours of one edit and heading share its title."""
    block: list[str] = []
    before: Hunk | None = None
    for hunk in hunks:
        titled = before is None or bool(hunk.flags or before.flags) or _about(hunk) != _about(before)
        if block and (titled or before is None or hunk.kind != before.kind or hunk.kind[:2] not in ("li", "ol", "ro")):
            yield block
            block = []
        if titled:
            block.append(look.titled(edit_label(hunk), hunk.heading))
            block += [line for flag in distinct_flags(hunk) for line in _flag(flag, hunk, look)]
            block += [line for fact in hunk.facts for line in _fact(fact, look)]
        block += _columns(hunk, look, context) if two_columns else _body(hunk, look, context)
        before = hunk
    if block:
        yield block


def _about(hunk: Hunk) -> tuple[Edit, tuple[str, ...], bool, tuple[Fact, ...]]:
    return hunk.edit, hunk.heading, hunk.kind[0] == "h", hunk.facts


def _flag(flag: Flag, hunk: Hunk, look: TerminalStyle) -> list[str]:
    quote = cut(safe_line(flag.quote), _QUOTE)
    return _marked("flag", "!" if look.ascii else "⚑", f"{flag_label(flag, hunk)} — “{quote}”", look)


def _fact(fact: Fact, look: TerminalStyle) -> list[str]:
    return _marked("fact", "*" if look.ascii else "•", cut(safe_line(fact.sentence), _QUOTE), look)


def _marked(style: str, sign: str, text: str, look: TerminalStyle) -> list[str]:
    first, *more = look.wrap([("=", text)], 2)
    # Every further line begins with a mark too: no word of the page begins a line of output.
    signs = [sign, *("|" if look.ascii else "│" for _ in more)]
    return [look.paint(style, f"{mark} {look.line(line)}") for mark, line in zip(signs, [first, *more], strict=True)]


def _sign(hunk: Hunk, look: TerminalStyle) -> str:
    return look.paint(hunk.edit, SIGNS[hunk.edit]) + " "


def _bullet(hunk: Hunk) -> str:
    return "• " if hunk.kind[:2] == "li" else ""


def _body(hunk: Hunk, look: TerminalStyle, context: int) -> list[str]:
    sign = _sign(hunk, look)
    bullet = ascii_only(_bullet(hunk)) if look.ascii else _bullet(hunk)
    if hunk.edit in (Edit.ADDED, Edit.REMOVED):
        # The sign at the edge says it; marks and strokes in whole clauses only tire the eye.
        quotes = [safe_line(flag.quote) for flag in hunk.flags]
        parts = excerpt(runs_of(hunk)[0][1], quotes, context)
        styles = {"=": str(hunk.edit), "quote": f"{hunk.edit} quote", "…": "…"}
        lines = [[(styles[op], part) for op, part in line] for line in look.wrap(parts, 2 + columns(bullet))]
    else:
        lines = look.wrap(view(hunk, context), 2 + columns(bullet))
    pad = " " * columns(bullet)
    return [sign + (pad if at else bullet) + look.line(line) for at, line in enumerate(lines)]


def _columns(hunk: Hunk, look: TerminalStyle, context: int) -> list[str]:
    """Return *hunk* with its old text on the left and its new text on the right."""
    each = (look.width - 5) // 2
    narrow = TerminalStyle(look.colour, each, look.ascii)
    runs = view(hunk, context)
    if hunk.edit in (Edit.ADDED, Edit.REMOVED):
        # Its side says it; marks in whole clauses only tire the eye.
        runs = [(str(hunk.edit), text) for _, text in runs]
    left = narrow.wrap(side(runs, "-")) if hunk.edit is not Edit.ADDED else []
    right = narrow.wrap(side(runs, "+")) if hunk.edit is not Edit.REMOVED else []
    between = " | " if look.ascii else " │ "
    rows = []
    for one, two in zip_longest(left, right, fillvalue=()):
        blank = " " * max(each - sum(columns(text) for _, text in one), 0)
        rows.append(f"{_sign(hunk, look)}{look.line(one)}{blank}{between}{look.line(two)}".rstrip())
    return rows


def _stat(change: Change, look: TerminalStyle) -> list[str]:
    """Return a table: for each heading, how many clauses were edited and how, and the topics flagged there."""
    sections: dict[tuple[str, ...], list[Hunk]] = {}
    for hunk in change.hunks:
        sections.setdefault(hunk.heading, []).append(hunk)
    rows = []
    for heading, hunks in sections.items():
        edits = Counter(hunk.edit for hunk in hunks)
        numbers = [f"{edits[edit]}{SIGNS[edit]}" if edits[edit] else "" for edit in Edit]
        flagged = dict.fromkeys(safe_line(flag.topic) for hunk in hunks for flag in hunk.flags)
        topics = f"  ⚑ {', '.join(flagged)}" if flagged else ""
        # Up to four numbers are before the heading.
        room = max(look.width - 24 - columns(topics), 20) if look.width else 0
        rows.append([*numbers, (path_of(heading, room) or "(no heading)") + topics])
    return align_columns(rows, look, right=len(Edit))
