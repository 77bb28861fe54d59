"""A change as Markdown for an issue, as an HTML fragment for a mail or a feed, and as JSON for programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any

from tostrack.analysis.topic_moves import ranked
from tostrack.models import Change, Edit, Fact, Flag, Hunk, Version, iso
from tostrack.render.escape import count, cut, path_of, safe_line, span_of
from tostrack.render.headline import distinct_flags, edit_label, find_untold, flag_label, headline
from tostrack.render.word_edits import Run, clipped, view
from tostrack.value import fields_of

#: Kept words shown on each side of an edit.
CONTEXT = 20
_QUOTE = 300
#: Characters shown of a hunk that is too long for what is left of the budget.
_CLIPPED = 600
#: Size of a rendered change in characters. Gmail cuts a mail near 102 KB, and a digest holds several changes.
BUDGET = 30_000


def _title(hunk: Hunk) -> str:
    return " · ".join(filter(None, [edit_label(hunk).capitalize(), path_of(hunk.heading)]))


def _sentence(fact: Fact) -> str:
    return cut(safe_line(fact.sentence), _QUOTE)


def _quote(flag: Flag) -> str:
    return cut(safe_line(flag.quote), _QUOTE)


def _within(hunks: list[Hunk], render: Callable[[Hunk, list[Run]], str], budget: int) -> tuple[list[str], int]:
    """Return the rendered *hunks* that fit into *budget* characters, and how many are left out.

    A hunk that does not fit whole is shown by its beginning: its heading and flags are worth more than silence.
    """
    blocks: list[str] = []
    for hunk in hunks:
        runs = view(hunk, CONTEXT)
        block = render(hunk, runs)
        if len(block) > budget:
            block = render(hunk, clipped(runs, _CLIPPED))
        if len(block) > budget:
            continue
        budget -= len(block)
        blocks.append(block)
    return blocks, len(hunks) - len(blocks)


# Markdown

_ACTIVE = re.compile(r"[\\`*_\[\]|~$#]")
#: What would open a list, a heading or a rule where a line begins.
_OPENING = re.compile(r"^(?:\d{1,9}(?=[.)])|(?=[-+=]))(.)(?=\s|$|[-+=])")
_MENTION = re.compile(r"(?<!\w)@(?=\w)")


def markdown_line(text: str) -> str:
    """Return *text*, one safe line, escaped for Markdown; nobody is mentioned by it."""
    text = _ACTIVE.sub(r"\\\g<0>", escape(text, quote=False))
    return _MENTION.sub("@&#8203;", _OPENING.sub(lambda start: f"{start[0][:-1]}\\{start[1]}", text))


def change_as_markdown(
    change: Change, *, service_name: str = "", document_name: str = "", url: str = "", budget: int = BUDGET
) -> str:
    """Return *change* as Markdown: a heading, the verdict, then the hunks, flagged ones first.

    Edits are ``<del>`` and ``<ins>``, which GitHub and GitLab render: ``**`` does not open before a comma.

    Args:
        budget: Characters to spend on hunks; those that do not fit are counted.
    """
    title = headline(change, service_name, document_name, quoted=False)
    lines = [f"## {markdown_line(title)}"] + [markdown_line(safe_line(line)) for line in _about(change, title)]
    blocks, left = _within(ranked(change), _md_hunk, budget)
    lines += blocks
    if left:
        lines.append(f"… and {count(left, 'more edit')}")
    if link := safe_url(url):
        lines.append(f"<{link}>")
    return "\n\n".join(lines) + "\n"


def _about(change: Change, title: str) -> list[str]:
    """Return the lines under the headline *title*: days and verdict, and the sentences that it does not say."""
    dateline = " · ".join(filter(None, [span_of(change), f"{change.verdict} ({change.reason})"]))
    return [line for line in (dateline, find_untold(change.explanation, title), change.silence) if line]


def _md_hunk(hunk: Hunk, runs: list[Run]) -> str:
    lines = [f"**{markdown_line(_title(hunk))}**"]
    lines += [
        f"⚑ {markdown_line(flag_label(flag, hunk))} — “{markdown_line(_quote(flag))}”" for flag in distinct_flags(hunk)
    ]
    lines += [f"• {markdown_line(_sentence(fact))}" for fact in hunk.facts]
    body = "".join(_md_run(op, text) for op, text in runs)
    return "\\\n".join(lines) + f"\n> {body}"


def _md_run(op: str, text: str) -> str:
    tag = {"-": "del", "+": "ins"}.get(op)
    return f"<{tag}>{markdown_line(text)}</{tag}>" if tag else markdown_line(text)


# HTML

#: Both colours are set, so that the contrast holds on a light and on a dark page.
_DEL = "background:#ffebe9;color:#82071e;text-decoration:"
_INS = "background:#dafbe1;color:#044f1e;text-decoration:"
_FLAG = 'style="margin:0.2em 0"'
#: A long address breaks rather than make a phone scroll sideways.
_HUNK = 'style="margin:0 0 1em;padding:0 0 0 0.8em;border-left:3px solid #8c959f;overflow-wrap:anywhere"'
_TITLE = 'style="margin:0 0 0.2em;font-size:0.9em"'
#: Attributes of a link: the reader's colours, and no referrer.
LINKED = 'style="color:inherit" rel="noopener nofollow"'
_LINKS = re.compile(r"(?:https?://|mailto:)[^\s<>\"'\\\x00-\x1f\x7f-\x9f]+\Z", re.IGNORECASE)


def safe_url(url: str) -> str:
    """Return *url* when it is a whole http, https or mailto address, else the empty string."""
    return url if _LINKS.match(url) else ""


def change_as_html(change: Change, *, url: str = "", budget: int = BUDGET, title: bool = True) -> str:
    """Return *change* as an HTML fragment with inline styles that mail clients and feed readers keep.

    What was deleted is ``<del>[−…]</del>`` and what was inserted ``<ins>[+…]</ins>``: the signs speak where colours,
    strokes or styles are lost, or the elements (sanitize-html 2.17.5; docs/upstream.md). There are no images, no
    scripts and nothing remote.

    Args:
        budget: Characters to spend on hunks; those that do not fit are counted.
        title: Whether to begin with the headline; a feed entry has it in its title.
    """
    # An entry's own title has the quote.
    first = headline(change, quoted=not title)
    parts = [f"<p><strong>{html(first)}</strong></p>"] if title else []
    parts.append(f"<p>{'<br>'.join(map(html, _about(change, first)))}</p>")
    blocks, left = _within(ranked(change), _html_hunk, budget)
    parts += blocks
    if left:
        parts.append(f"<p>… and {count(left, 'more edit')}</p>")
    if link := safe_url(url):
        parts.append(f'<p><a href="{html(link)}" {LINKED}>Read the whole change</a></p>')
    return "\n".join(parts) + "\n"


def html(text: str) -> str:
    """Return *text* as one safe line of HTML."""
    return escape(safe_line(text))


def _html_hunk(hunk: Hunk, runs: list[Run]) -> str:
    flags = "".join(
        f"<p {_FLAG}><strong>⚑ {html(flag_label(flag, hunk))}</strong> — “{html(_quote(flag))}”</p>"
        for flag in distinct_flags(hunk)
    )
    facts = "<br>".join(f"• {html(_sentence(fact))}" for fact in hunk.facts)
    facts = f"<p {_FLAG}>{facts}</p>" if facts else ""
    # In a whole clause the colour says it; strokes only tire the eye.
    body = "".join(coloured(op, text, stroked=hunk.edit is Edit.REWORDED) for op, text in runs)
    title = f"<p {_TITLE}><strong>{html(_title(hunk))}</strong></p>"
    return f'<div {_HUNK}>{title}{flags}{facts}<p style="margin:0" dir="auto">{body}</p></div>'


def coloured(op: str, text: str, *, stroked: bool) -> str:
    """Return one run as HTML: removed and added text in colours that work on light and dark, and with its sign."""
    if op == "-":
        return f'<del style="{_DEL}{"line-through" if stroked else "none"}">[−{escape(text)}]</del>'
    if op == "+":
        return f'<ins style="{_INS}{"underline" if stroked else "none"}">[+{escape(text)}]</ins>'
    return escape(text)


# JSON


def change_as_json(change: Change) -> dict[str, Any]:
    """Return *change* as plain values that `json.dumps` takes, under the field names of ``tostrack diff --json``."""
    was, now = (change.dating.old, change.dating.new) if change.dating else ("", "")
    return {
        **fields_of(change, ("service", "document")),
        "from": _json_version(change.old),
        "to": _json_version(change.new),
        **fields_of(change, ("verdict", "reason", "explanation", "importance", "topics")),
        "hunks": [_json_hunk(hunk) for hunk in change.hunks],
        # The days that the texts state of themselves, and whether the document is silent on a real change.
        "stated": {"from": was or None, "to": now or None, "silent": bool(change.silence)},
        "headline": headline(change),
    }


def _json_version(version: Version) -> dict[str, Any]:
    seen_at = iso(version.seen_at) if version.seen_at else None
    return {"number": version.number, "seen_at": seen_at, "sha256": version.sha256}


def _json_hunk(hunk: Hunk) -> dict[str, Any]:
    return {
        **fields_of(hunk, ("edit", "heading", "old", "new", "words")),
        "flags": [fields_of(flag, ("topic", "polarity", "direction", "quote", "rule")) for flag in hunk.flags],
        "facts": [fact_as_json(fact) for fact in hunk.facts],
    }


def fact_as_json(fact: Fact) -> dict[str, Any]:
    """Return *fact* as plain values: with the parts of a company's entry, and of an amount what and how much it is."""
    # Lazy: it reads the words of every language, and a change is shown on a terminal without them.
    from tostrack.analysis.facts.values import fact_value

    values = {"old_value": fact_value(fact.kind, fact.old), "new_value": fact_value(fact.kind, fact.new)}
    return fields_of(fact, ("kind", "old", "new", "subject", "sentence")) | values
