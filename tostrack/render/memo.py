"""A change as one paragraph to paste into a story or a letter: what changed, with quotes, and how to verify it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

from tostrack.analysis.sentence import split_sentence
from tostrack.analysis.topic_moves import join_words, ranked
from tostrack.models import VERDICT_OF, Change, Edit, Hunk, Verdict, from_iso, iso
from tostrack.render.change_formats import safe_url
from tostrack.render.escape import count, safe_line
from tostrack.render.headline import distinct_flags, headline
from tostrack.render.word_edits import around, runs_of, side
from tostrack.value import Value

#: Edits that are quoted, and characters of each quote.
_EDITS, _QUOTE = 3, 240
#: Services that are named as having said so before.
_NAMED = 3


class Precedence(Value):
    """The other platforms that had a clause of the kind of a flag by a day."""

    #: What such a clause says: ``takes a licence to what you post``.
    meaning: str
    #: How many other services had been watched by then.
    watched: int
    #: Those of them that had such a clause, the earliest first, each with the time it was first seen there.
    before: tuple[tuple[str, str], ...]


class MemoFacts(Value):
    """The contents of a memo beside the change itself."""

    service_name: str
    document_name: str
    #: As ``tostrack log`` lists it; empty for the difference between two versions that the reader chose.
    change_id: str
    #: The page of the change; empty without a site.
    page: str = ""
    #: Where the new text was fetched, and when.
    url: str = ""
    fetched_at: str = ""
    #: The effective date that the new text states of itself; None where it states none.
    effective: date | None = None
    #: Who had a clause of that kind before; None where no flag that moved is in the new text.
    precedence: Precedence | None = None


def render_memo(change: Change, facts: MemoFacts) -> str:
    """Return *change* as one paragraph of plain text."""
    old, new = change.old, change.new
    days = [f"{version.seen_at:%Y-%m-%d}" if version.seen_at else "an unknown day" for version in (old, new)]
    title = headline(change, facts.service_name, facts.document_name)
    if title.endswith("…"):
        # A paragraph has room for all of it; the quotes follow.
        short = headline(change, facts.service_name, facts.document_name, quoted=False)
        lead = f"{facts.service_name} changes its {facts.document_name}" if short.endswith("…") else short
        said = split_sentence(change.explanation)[0].rstrip(".")
        title = f"{lead}: {said[:1].lower()}{said[1:]}"
    compared = (
        f"The text first seen on {days[1]} (version {new.number}) was compared with the text of {days[0]} "
        f"(version {old.number}): {count(len(change.hunks), 'edit')}."
    )
    parts = [
        f"{title}.",
        compared,
        *_quotes(change),
        *_dates(change, facts),
        *_precedence(facts.precedence),
        f"SHA-256 of the new text: {new.sha256}.",
        *_sources(facts),
    ]
    return " ".join(parts) + "\n"


def _quotes(change: Change) -> Iterator[str]:
    weighty = [hunk for hunk in ranked(change) if hunk.reason and VERDICT_OF[hunk.reason] is Verdict.SUBSTANTIVE]
    for hunk in (weighty or ranked(change))[:_EDITS]:
        if hunk.edit is Edit.MOVED:
            continue
        old, new = (_side(hunk, op) for op in "-+")
        # Words that were only inserted leave nothing but the sign of what is left out on the other side.
        if not old.strip("… "):
            yield f"New: “{new}”"
        elif not new.strip("… "):
            yield f"Removed: “{old}”"
        else:
            yield f"Before: “{old}” After: “{new}”"


def _side(hunk: Hunk, op: str) -> str:
    quotes = [safe_line(flag.quote) for flag in distinct_flags(hunk)]
    return "".join(text for _, text in side(around(runs_of(hunk), quotes, _QUOTE), op)).strip()


def _dates(change: Change, facts: MemoFacts) -> Iterator[str]:
    if change.silence:
        yield safe_line(change.silence)
    if facts.effective and change.new.seen_at:
        ahead = (facts.effective - change.new.seen_at.date()).days
        said = f", {count(ahead, 'day')} after it was first seen" if ahead > 0 else ""
        yield f"The new text states {facts.effective.isoformat()} as its effective date{said}."


def _precedence(found: Precedence | None) -> Iterator[str]:
    """Yield whether other watched services said so before; nothing where no other was watched."""
    if found is None or not found.watched:
        return
    others = count(found.watched, "other watched service")
    said = f"a clause of this kind (“{safe_line(found.meaning)}”)"
    if not found.before:
        yield f"First of the watched services: of {others} none had {said} by that day."
        return
    named = [f"{safe_line(name)} (since {seen_at[:10]} or earlier)" for name, seen_at in found.before[:_NAMED]]
    more = len(found.before) - len(named)
    listed = join_words([*named, *([f"{more} more"] if more else [])])
    yield f"Not the first: of {others} {len(found.before)} had {said}: {listed}."


def _sources(facts: MemoFacts) -> Iterator[str]:
    if url := safe_url(facts.url):
        copy = wayback_address(facts.url, facts.fetched_at)
        yield f"Source: {url}, fetched {facts.fetched_at}" + (f"; near that time at {copy}" if copy else "") + "."
    if page := safe_url(facts.page):
        yield f"Change page: {page}"
    if facts.change_id:
        yield (
            f"To verify: `tostrack export evidence {facts.change_id}` packs both texts, the captures and a script that "
            "checks their hashes."
        )


def wayback_address(url: str, fetched_at: str) -> str:
    """Return where the Internet Archive shows the page at *url* as it was at about that time; empty for others."""
    url = safe_url(url)
    host = url.partition("://")[2].partition("/")[0].partition(":")[0]
    if not url.lower().startswith("http") or "." not in host or host.replace(".", "").isdigit():
        return ""
    stamp = iso(from_iso(fetched_at)).translate({ord(char): None for char in "-:TZ"})
    return f"https://web.archive.org/web/{stamp}/{quote(url, safe=':/?&=%#+,;@~!$*()')}"
