"""The whole reasoning behind one change, and behind the flags of one clause: values, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tostrack.analysis.flags.rulebook import Explanation
from tostrack.analysis.topic_moves import ranked
from tostrack.models import VERDICT_OF, Change, Edit, Hunk, Reason
from tostrack.render.change_formats import change_as_json
from tostrack.render.escape import count, cut, safe_line
from tostrack.render.headline import distinct_flags, flag_label
from tostrack.render.terminal_style import PLAIN, SIGNS, TerminalStyle
from tostrack.render.word_edits import clipped, fold, runs_of
from tostrack.value import Value, fields_of

#: Kept words shown on each side of an edit, and characters of a clause: enough to know it again.
_CONTEXT = 5
_CLAUSE = 220
_QUOTE = 160


class FoundFlag(Value):
    """The finding of one hunk by today's rules, and why its flags are there."""

    hunk: Hunk
    reason: Reason
    #: The words that the finding rests on.
    quote: str
    flags: tuple[Explanation, ...] = ()
    #: The rule that is silent about it, with the words that changed and that it explains; empty where none is.
    account: str = ""


class ComparedText(Value):
    """Which text the new one was compared with, which text was current, and which one readers knew; version numbers."""

    held_against: int
    stood: int
    #: None when readers had been notified of no change.
    told: int | None
    #: One sentence each.
    sentences: tuple[str, ...]


class Reasoning(Value):
    """One stored change with everything that decided whether readers were notified."""

    #: As ``tostrack log`` lists it.
    id: str
    change: Change
    compared: ComparedText
    announced: bool
    findings: tuple[FoundFlag, ...]


def render_reasoning(reasoning: Reasoning, look: TerminalStyle = PLAIN, limit: int | None = 20) -> str:
    """Return *reasoning* as lines to read: what was compared, the verdict, then every hunk, what matters most first.

    Args:
        limit: How many hunks to show; None shows all.
    """
    change = reasoning.change
    lines = [look.fit(safe_line(reasoning.id), "title")]
    for sentence in reasoning.compared.sentences:
        lines += look.paragraph(safe_line(sentence))
    verdict = f"{change.verdict} ({change.reason}): {change.explanation}"
    notified = "Readers were notified." if reasoning.announced else "Readers were not notified."
    lines += ["", *look.paragraph(safe_line(verdict), "flag"), *look.paragraph(notified)]
    if change.silence:
        lines += look.paragraph(safe_line(change.silence))
    order = {id(hunk): place for place, hunk in enumerate(ranked(change))}
    findings = sorted(reasoning.findings, key=lambda found: order[id(found.hunk)])
    for found in findings[:limit]:
        lines += ["", *_finding(found, look)]
    if limit is not None and len(findings) > limit:
        lines += [
            "",
            look.fit(f"… and {count(len(findings) - limit, 'more edit')} (--all-hunks)", "dim"),
        ]
    return "\n".join(lines) + "\n"


def _finding(found: FoundFlag, look: TerminalStyle) -> Iterator[str]:
    hunk = found.hunk
    what = f"{hunk.edit}: {VERDICT_OF[found.reason]} ({found.reason})"
    yield look.titled(what, hunk.heading)
    runs = runs_of(hunk)
    shown = clipped(fold(runs, _CONTEXT) if hunk.edit is Edit.REWORDED else runs, _CLAUSE)
    body = shown if hunk.edit is Edit.REWORDED else [("=", text) for _, text in shown]
    for line in look.wrap(body, 2):
        yield f"{look.paint(hunk.edit, SIGNS[hunk.edit])} {look.line(line)}"
    if found.quote:
        yield from _marked("judged", f"“{cut(safe_line(found.quote), _QUOTE)}”", look)
    if found.account:
        yield from _marked("silent", cut(safe_line(found.account), _CLAUSE), look)
    for fact in hunk.facts:
        yield from _marked("moved", cut(safe_line(fact.sentence), _QUOTE), look)
    reasons = {(why.flag.rule, why.flag.quote): why for why in found.flags}
    for flag in distinct_flags(hunk):
        yield from _why(reasons[flag.rule, flag.quote], flag_label(flag, hunk), look)


def _why(why: Explanation, label: str, look: TerminalStyle) -> Iterator[str]:
    yield from _marked("flag", f"{label} — “{cut(safe_line(why.flag.quote), _QUOTE)}”", look, style="flag")
    rule = f"{why.flag.rule}: {why.meaning}" if why.meaning else why.flag.rule
    yield from _marked("rule", safe_line(rule), look)
    if why.why:
        yield from _marked("why", safe_line(why.why), look)
    if why.contributions:
        weights = ", ".join(f"{safe_line(words)} {weight:+.1f}" for words, weight in why.contributions)
        yield from _marked("words", weights, look)


def _marked(name: str, text: str, look: TerminalStyle, *, style: str = "dim") -> list[str]:
    """Return *text* under its name, each line with a mark before the page's words."""
    bar = "|" if look.ascii else "│"
    lines = look.wrap([("=", text)], 11)
    return [
        f"  {look.paint(style, (name if not at else '').ljust(7))}{bar} {look.line(line)}"
        for at, line in enumerate(lines)
    ]


def render_flags_of(text: str, reasons: Sequence[Explanation], look: TerminalStyle = PLAIN) -> str:
    """Return why each flag of the clause *text* is there, as lines to read; no flag is said, too."""
    lines = [line for why in reasons for line in _why(why, f"{why.flag.topic} · {why.flag.polarity}", look)]
    return "\n".join(lines or look.paragraph(f"No flag: “{cut(safe_line(text), _QUOTE)}”")) + "\n"


# JSON


def reasoning_json(reasoning: Reasoning) -> dict[str, Any]:
    """Return *reasoning* as plain values: the fields of ``diff --json``, and in each hunk what was found in it."""
    change = change_as_json(reasoning.change)
    for hunk, found in zip(change["hunks"], reasoning.findings, strict=True):
        reasons = {(why.flag.rule, why.flag.quote): why for why in found.flags}
        for flag in hunk["flags"]:
            flag.update(_why_json(reasons[flag["rule"], flag["quote"]]))
        hunk["found"] = {"verdict": VERDICT_OF[found.reason], "reason": found.reason, "quote": found.quote}
    compared = fields_of(reasoning.compared, ("held_against", "stood", "told", "sentences"))
    return {"id": reasoning.id, **change, "announced": reasoning.announced, "compared": compared}


def flag_json(why: Explanation) -> dict[str, Any]:
    """Return a flag of one clause, and why it is there, as plain values."""
    return fields_of(why.flag, ("topic", "polarity", "quote", "start", "end", "rule")) | _why_json(why)


def _why_json(why: Explanation) -> dict[str, Any]:
    weights = [[words, round(weight, 3)] for words, weight in why.contributions]
    return {"meaning": why.meaning, "why": why.why, "contributions": weights}
