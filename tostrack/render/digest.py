"""A digest for one reader as text, HTML and JSON, the changes that matter most to the reader first.

Each change is one sentence, what it means in the words of its topic, the quote with its edits, and a link; what does
not matter is counted in a line. All that a page wrote is encoded for the form that it goes into.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from html import escape
from typing import Any

from tostrack.analysis.summary import summarize
from tostrack.analysis.topic_moves import importance, join_words, ranked
from tostrack.models import Change, Edit, Flag, Hunk, iso
from tostrack.render.calendar import BindingDate, binding_row
from tostrack.render.change_formats import LINKED, change_as_json, coloured, html, safe_url
from tostrack.render.change_formats import change_as_markdown as markdown
from tostrack.render.chat import ChatBlock
from tostrack.render.escape import count, cut, path_of, safe_line, span_of
from tostrack.render.headline import distinct_flags, headline, moved, subject_of
from tostrack.render.word_edits import Run, around, fold, marked, runs_of, wrap
from tostrack.render.wording import describe_reason
from tostrack.value import Value

#: Bytes of HTML spent on changes; Gmail cuts a mail near 102 KB. What does not fit is reported by its headline.
BUDGET = 70_000
#: Edits shown of one change; the page of the change shows them all.
EDITS = 3
#: Changes reported by a headline alone, beyond which they are counted.
HEADLINES = 20
#: Words around an edit, and characters of a quote.
_CONTEXT, _QUOTE = 14, 900
_WIDTH = 72


class DigestItem(Value):
    """One change, as the reader gets it."""

    change: Change
    service_name: str
    document_name: str
    #: The page of the change; empty without a site.
    link: str = ""
    #: The first day of each flag of the current text, in words, by topic, polarity and quote.
    pasts: Mapping[tuple[str, str, str], str] = field(default_factory=dict)


class Digest(Value):
    """The changes of a period for one reader."""

    name: str
    since: datetime
    until: datetime
    #: What the reader asked for.
    items: tuple[DigestItem, ...] = ()
    #: Changes that matter, in what is watched, and touch none of the reader's topics.
    others: tuple[DigestItem, ...] = ()
    #: How many changes were only another wording, and how many no change of the text at all.
    editorial: int = 0
    noise: int = 0
    #: How many documents are watched, and of which services.
    documents: int = 0
    services: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    #: Why tostrack itself may be at fault; empty on a usual night.
    warning: str = ""
    #: Earlier changes that matter and that nobody acknowledged or dismissed.
    unacknowledged: tuple[DigestItem, ...] = ()
    #: How many changes of the last month were silenced, by reason; empty but in the first digest of a month.
    silenced: Mapping[str, int] = field(default_factory=dict)
    #: Effective dates ahead.
    upcoming: tuple[BindingDate, ...] = ()
    #: Says what a flag means, in the words of its topic.
    meaning: Callable[[Flag], str] = lambda _: ""


class Footer(Value):
    """Why the reader gets this message, and how to unsubscribe."""

    why: str = ""
    #: Addresses, https or mailto.
    leave: tuple[str, ...] = ()


def digest_subject(digest: Digest) -> str:
    """Return the digest in one line: its weightiest change, and how many more there are."""
    if not digest.items:
        return f"Still watching {count(digest.documents, 'document')}: no change to report"
    first, *rest = _ordered(digest)
    return _headline(first, digest, quoted=False) + (f", and {count(len(rest), 'more change')}" if rest else "")


def _mine(change: Change, topics: Sequence[str]) -> Change:
    """Return *change* with the flags of the reader's *topics* alone, where it has any of them."""
    if set(topics).isdisjoint(change.topics):
        return change
    hunks = tuple(replace(h, flags=tuple(f for f in h.flags if f.topic in topics)) for h in change.hunks)
    judgement = summarize(change.judgement, hunks, change.old.text, change.new.text)
    return replace(change, hunks=hunks, judgement=judgement)


def _headline(item: DigestItem, digest: Digest, *, quoted: bool = True) -> str:
    return headline(_mine(item.change, digest.topics), item.service_name, item.document_name, quoted=quoted)


def _ordered(digest: Digest) -> list[DigestItem]:
    """Return the items, what weighs most for this reader first; then what touches most, then what came first."""

    def weight(item: DigestItem) -> tuple[bool, int, int]:
        mine = _mine(item.change, digest.topics)
        away = bool(digest.topics) and set(mine.topics).isdisjoint(digest.topics)
        return away, min(map(importance, mine.hunks), default=99), -sum(bool(hunk.flags) for hunk in mine.hunks)

    return sorted(digest.items, key=weight)


class _Told(Value):
    """One edit as it is reported: its place, what it means, and the words."""

    where: str
    meanings: tuple[str, ...]
    runs: tuple[Run, ...]
    stroked: bool


def _told(item: DigestItem, digest: Digest) -> tuple[list[_Told], int]:
    """Return the edits of *item* that are shown, and how many are not."""
    change = _mine(item.change, digest.topics)
    hunks = [hunk for hunk in ranked(change) if not hunk.kind.startswith("h")] or ranked(change)
    flagged = [hunk for hunk in hunks if hunk.flags]
    # A topic that only a neighbouring clause is about is shown when nothing of the topic moved.
    news = [hunk for hunk in flagged if any(flag.direction for flag in hunk.flags)]
    shown = (news or flagged or hunks)[:EDITS]
    return [_edit(hunk, digest, item.pasts) for hunk in shown], len(change.hunks) - len(shown)


def _edit(hunk: Hunk, digest: Digest, pasts: Mapping[tuple[str, str, str], str]) -> _Told:
    flags = distinct_flags(hunk)
    meanings = [
        "; ".join(filter(None, [_meaning(flag, hunk, digest), pasts.get((flag.topic, flag.polarity, flag.quote))]))
        for flag in _agreeing(flags, hunk)
    ]
    if not flags:
        meanings = [cut(safe_line(fact.sentence), _QUOTE) for fact in hunk.facts[:2]]
    runs = fold(runs_of(hunk), _CONTEXT) if hunk.edit is Edit.REWORDED else runs_of(hunk)
    runs = around(runs, [safe_line(flag.quote) for flag in flags], _QUOTE)
    where = path_of(hunk.heading, _WIDTH - 3)
    return _Told(where, tuple(dict.fromkeys(meanings)), tuple(runs), hunk.edit is Edit.REWORDED)


def _agreeing(flags: Sequence[Flag], hunk: Hunk) -> list[Flag]:
    """Return what is said of the flags of one edit: those that moved, and of each topic only the weightiest way."""
    told = [flag for flag in flags if flag.direction] or list(flags)
    ways: dict[str, str] = {}
    return [flag for flag in told if ways.setdefault(flag.topic, moved(flag, hunk)) == moved(flag, hunk)]


def _meaning(flag: Flag, hunk: Hunk, digest: Digest) -> str:
    what = f"{subject_of(flag.topic)}, {moved(flag, hunk)}"
    meaning = safe_line(digest.meaning(flag))
    return f"{what}: {meaning}" if meaning else what


def _about(digest: Digest) -> str:
    watched = f"{count(digest.documents, 'document')} of {join_words(_few(digest.services))}" if digest.services else ""
    topics = f"for you: {join_words([subject_of(topic).lower() for topic in digest.topics])}" if digest.topics else ""
    days = " to ".join(dict.fromkeys(f"{when:%Y-%m-%d}" for when in (digest.since, digest.until)))
    return " · ".join(filter(None, [days, watched, topics]))


def _few(names: Sequence[str]) -> list[str]:
    shown = [safe_line(name) for name in names[:4]]
    return [*shown, f"{len(names) - 4} more"] if len(names) > 4 else shown


def _counted(digest: Digest) -> str:
    """Return one line that counts the changes not shown, or nothing if there are none."""
    parts = [f"{count(digest.editorial, 'editorial change')}"] if digest.editorial else []
    parts += [f"{count(digest.noise, 'cosmetic change')} (layout, dates, counters, reversions)"] * bool(digest.noise)
    lines = [f"Not shown: {join_words(parts)}."] if parts else []
    if digest.silenced:
        tally = join_words([f"{number} ({describe_reason(reason)})" for reason, number in digest.silenced.items()])
        lines.append(f"Silenced in the last 30 days: {tally}; `tostrack log --silenced` lists them.")
    return " ".join(lines)


def _sections(digest: Digest) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the lists behind the changes: a title, then lines, each with its link or an empty one."""
    lists = {
        "Also changed, outside your topics": [
            (_headline(one, digest, quoted=False), one.link) for one in digest.others
        ],
        "Not acknowledged yet": [(_headline(one, digest), one.link) for one in digest.unacknowledged],
        "Effective dates ahead": [(one.sentence(digest.until.date()), one.link) for one in digest.upcoming],
    }
    return [(title, lines) for title, lines in lists.items() if lines]


def _quiet(digest: Digest) -> str:
    return (
        f"Nothing that matters to you changed in {count(digest.documents, 'document')} since {digest.since:%Y-%m-%d}."
    )


# Plain text


def digest_as_text(digest: Digest, footer: Footer | None = None) -> str:
    """Return *digest* as plain text in lines of 72 columns."""
    lines = [*_wrapped(_about(digest)), ""]
    if digest.warning:
        lines += [*_wrapped(digest.warning), ""]
    items = _ordered(digest)
    for number, item in enumerate(items[: EDITS * HEADLINES], 1):
        lines += [*_text_item(item, digest, f"{number}. " if len(items) > 1 else ""), ""]
    if len(items) > EDITS * HEADLINES:
        lines += [f"… and {count(len(items) - EDITS * HEADLINES, 'more change')}", ""]
    if not items:
        lines += [*_wrapped(_quiet(digest)), ""]
    for title, listed in _sections(digest):
        lines.append(f"{title}:")
        for line, link in listed[:HEADLINES]:
            lines += _wrapped(line, "  ", "- ")
            lines += [f"  {link}"] if link else []
        lines += [f"  … and {len(listed) - HEADLINES} more"] * (len(listed) > HEADLINES)
        lines.append("")
    if counted := _counted(digest):
        lines += [*_wrapped(counted), ""]
    if footer:
        # "-- " alone in a line begins the signature: mail programs fold it away.
        lines += ["-- ", *_wrapped(footer.why), *(f"Unsubscribe: {address}" for address in footer.leave)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _text_item(item: DigestItem, digest: Digest, number: str) -> list[str]:
    lines = _wrapped(_headline(item, digest), " " * len(number), number)
    lines += _wrapped(_extent(item.change), "   ")
    if item.change.silence:
        lines += _wrapped(safe_line(item.change.silence), "   ")
    told, left = _told(item, digest)
    for edit in told:
        lines.append("")
        lines += _wrapped(edit.where, "   ") if edit.where else []
        lines += [line for meaning in edit.meanings for line in _wrapped(meaning, "     ", "   * ")]
        quote = [("=", "“"), *marked(edit.runs), ("=", "”")]
        lines += ["   | " + "".join(text for _, text in line) for line in wrap(quote, _WIDTH - 5)]
    if item.link:
        lines += ["", f"   {_rest(left)}:", f"   {item.link}"]
    elif left:
        lines += ["", f"   … and {count(left, 'more edit')}"]
    return lines


def _extent(change: Change) -> str:
    """Return when it happened and how much of it there is: a reader of three edits must know of a rewriting."""
    return f"{span_of(change)} · {count(len(change.hunks), 'edit')}"


def _rest(left: int) -> str:
    return "The whole change" + (f", {count(left, 'more edit')}" if left else "")


def _wrapped(text: str, indent: str = "", first: str = "") -> list[str]:
    lines = wrap([("=", text)], _WIDTH - len(indent or first))
    texts = ["".join(part for _, part in line) for line in lines]
    return [(first or indent if at == 0 else indent) + line for at, line in enumerate(texts)]


# HTML

_BODY = (
    'style="margin:0 auto;padding:16px;max-width:40em;font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,sans-serif;'
    'overflow-wrap:anywhere"'
)
_SMALL = 'style="margin:0 0 1em;font-size:14px"'
_ITEM = 'style="margin:0 0 0.2em;font-size:18px;line-height:1.35"'
_EDIT = 'style="margin:0 0 1em;padding:0 0 0 12px;border-left:3px solid #8c959f"'
_LINE = 'style="margin:0 0 0.2em;font-size:14px"'
_LIST = 'style="margin:0 0 1em;padding:0 0 0 1.2em"'


def digest_as_html(digest: Digest, footer: Footer | None = None) -> str:
    """Return *digest* as an HTML page for mail programs: inline styles, nothing remote, under `BUDGET` and a little.

    Text and background keep the program's own colours, light or dark; only edits are coloured, and signed as well.
    """
    parts = [f"<p {_SMALL}>{html(_about(digest))}</p>"]
    parts += [f"<p><strong>{html(digest.warning)}</strong></p>"] if digest.warning else []
    headlines: list[DigestItem] = []
    room = BUDGET
    for item in _ordered(digest):
        block = "" if headlines else _html_item(item, digest)
        room -= len(block.encode("utf-8", "replace"))
        if headlines or room < 0:
            headlines.append(item)
        else:
            parts.append(block)
    parts += _html_list("More changes", [(_headline(item, digest), item.link) for item in headlines])
    if not digest.items:
        parts.append(f"<p>{html(_quiet(digest))}</p>")
    for title, listed in _sections(digest):
        parts += _html_list(title, listed)
    if counted := _counted(digest):
        parts.append(f"<p {_SMALL}>{html(counted)}</p>")
    parts += _html_footer(footer) if footer else []
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="supported-color-schemes" content="light dark">\n'
        f"<style>:root{{color-scheme:light dark}}</style>\n<title>{html(digest_subject(digest))}</title>\n</head>\n"
        f"<body {_BODY}>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def _html_item(item: DigestItem, digest: Digest) -> str:
    about = [_extent(item.change), safe_line(item.change.silence)]
    parts = [
        f"<h2 {_ITEM}>{html(_headline(item, digest))}</h2>",
        f"<p {_SMALL}>{'<br>'.join(html(line) for line in about if line)}</p>",
    ]
    told, left = _told(item, digest)
    for edit in told:
        where = f"<p {_LINE}>{html(edit.where)}</p>" if edit.where else ""
        meanings = "".join(f"<p {_LINE}><strong>{html(meaning)}</strong></p>" for meaning in edit.meanings)
        body = "".join(coloured(op, text, stroked=edit.stroked) for op, text in edit.runs)
        parts.append(f'<div {_EDIT}>{where}{meanings}<p style="margin:0" dir="auto">{body}</p></div>')
    if link := safe_url(item.link):
        parts.append(f'<p><a href="{escape(link)}" {LINKED}>{html(_rest(left))}</a></p>')
    elif left:
        parts.append(f"<p {_SMALL}>… and {html(count(left, 'more edit'))}</p>")
    return "\n".join(parts)


def _html_list(title: str, listed: Sequence[tuple[str, str]]) -> list[str]:
    if not listed:
        return []
    lines = []
    for line, address in listed[:HEADLINES]:
        link = safe_url(address)
        lines.append(
            f'<li><a href="{escape(link)}" {LINKED}>{html(line)}</a></li>' if link else f"<li>{html(line)}</li>"
        )
    if len(listed) > HEADLINES:
        lines.append(f"<li>… and {len(listed) - HEADLINES} more</li>")
    return [f"<p {_LINE}><strong>{html(title)}</strong></p>", f"<ul {_LIST}>{''.join(lines)}</ul>"]


def _html_footer(footer: Footer) -> list[str]:
    links = " · ".join(
        f'<a href="{escape(address)}" {LINKED}>Unsubscribe{" by mail" if address.startswith("mailto:") else ""}</a>'
        for address in map(safe_url, footer.leave)
        if address
    )
    return [f'<hr style="border:0;border-top:1px solid #8c959f"><p {_SMALL}>{html(footer.why)}<br>{links}</p>']


# For chats and programs

#: Changes reported in a chat.
_CHAT = 8


def digest_as_chat(digest: Digest) -> tuple[ChatBlock, ...]:
    """Return *digest* as a few blocks of plain text: a sentence, its meaning and a link for each change."""
    items = _ordered(digest)
    blocks = [ChatBlock(digest.warning)] if digest.warning else []
    for item in items[:_CHAT]:
        told, _ = _told(item, digest)
        meanings = dict.fromkeys(meaning for edit in told for meaning in edit.meanings)
        lines = ["• " + _headline(item, digest), *(f"  {meaning}" for meaning in list(meanings)[:2])]
        blocks.append(ChatBlock("\n".join(lines), item.link))
    if len(items) > _CHAT:
        blocks.append(ChatBlock(f"… and {count(len(items) - _CHAT, 'more change')}"))
    blocks = blocks or [ChatBlock(_quiet(digest))]
    return (*blocks, *(ChatBlock(f"• {one.sentence(digest.until.date())}") for one in digest.upcoming[:_CHAT]))


def digest_as_markdown(digest: Digest) -> str:
    """Return *digest* as Markdown: the changes one after the other, as in an issue."""
    budget = BUDGET // max(len(digest.items), 7)
    parts = [
        markdown(
            item.change, service_name=item.service_name, document_name=item.document_name, url=item.link, budget=budget
        )
        for item in _ordered(digest)
    ]
    return "\n".join([*parts, _counted(digest)]).rstrip("\n") + "\n"


def digest_as_payload(digest: Digest) -> Mapping[str, Any]:
    """Return *digest* as plain values for `json.dumps`: the webhook's body."""
    return {
        "digest": digest.name,
        "since": iso(digest.since),
        "until": iso(digest.until),
        "subject": digest_subject(digest),
        "warning": digest.warning,
        "changes": [
            {**change_as_json(item.change), "headline": _headline(item, digest), "link": item.link}
            for item in _ordered(digest)
        ],
        "others": [_named(item) for item in digest.others],
        "upcoming": [binding_row(one, digest.until.date()) for one in digest.upcoming],
        "unacknowledged": [_named(item) for item in digest.unacknowledged],
        "silenced": dict(digest.silenced),
        "editorial": digest.editorial,
        "noise": digest.noise,
    }


def _named(item: DigestItem) -> dict[str, str]:
    return {"service": item.change.service, "document": item.change.document, "link": item.link}
