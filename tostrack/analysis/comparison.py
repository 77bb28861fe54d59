"""One document's journey, pure: captures and history in; text, change, verdict and flags out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from tostrack.analysis.diff import diff
from tostrack.clauses import split_clauses
from tostrack.errors import ExtractError
from tostrack.models import (
    Change,
    Clause,
    Dating,
    Document,
    Fact,
    Flag,
    Hunk,
    Judgement,
    Page,
    Reading,
    Snapshot,
    Version,
    sha256,
)

if TYPE_CHECKING:
    from tostrack.analysis.flags import FlagEvent, Rulebook

_Found = TypeVar("_Found", Flag, Fact)

# From captures to text


def extractor_version() -> str:
    """Return which edition of the extractor this is: its texts are only compared with its own."""
    from tostrack.extraction import EXTRACTOR_VERSION

    return EXTRACTOR_VERSION


def declaration_hash(document: Document) -> str:
    """Return a hash of what the watchlist says of the document's text; addresses do not belong to it."""
    return sha256("\n".join(page.fingerprint for page in document.pages))[:16]


def extract_text(document: Document, captures: Mapping[int, Snapshot]) -> str:
    """Return the document's Markdown: the text of every page, in order.

    Raises:
        ExtractError: A page holds no usable text.
    """
    from tostrack.extraction import extract

    parts = []
    for number, page in enumerate(document.pages):
        capture = captures[number]
        parts.append(
            extract(
                capture.body,
                url=capture.final_url,
                select=page.select,
                remove=page.remove,
                filters=page.filters,
                content_type=capture.content_type,
            )
        )
    return "\n".join(parts)


#: Suspicions that the same text seen again at leisure answers: it is odd, but it does not say that it is no policy.
CONFIRMABLE = frozenset({"collapse", "language", "truncated"})


def find_suspicion(captures: Iterable[Snapshot], text: str, before: Reading | None) -> str:
    """Return why *text* does not look like the policy, as a word of `extract.suspect.CAUSES`; empty when it does.

    Args:
        captures: The answers that it was extracted from.
        text: The Markdown.
        before: What stands, if anything does.
    """
    from tostrack.extraction import title
    from tostrack.extraction.decode import decode
    from tostrack.extraction.quality import classify_suspect

    pages = list(captures)
    one = pages[0] if len(pages) == 1 else None
    found = classify_suspect(
        text,
        previous=before.version.text if before else None,
        html="\n".join(decode(page.body, page.content_type) for page in pages),
        page_title=title(one.body, content_type=one.content_type) if one else "",
        asked_url=one.url if one else "",
        final_url=one.final_url if one else "",
    )
    return found or ""


def diagnose_pages(captures: Iterable[Snapshot]) -> str:
    """Return what pages of which nothing could be extracted say instead of the policy; empty when they do not tell."""
    from tostrack.extraction import extract

    for capture in captures:
        try:
            whole = extract(capture.body, url=capture.final_url, select=("body",), content_type=capture.content_type)
        except ExtractError:
            continue
        if cause := find_suspicion([capture], whole, None):
            return cause
    return ""


def propose_repair(
    document: Document, captures: Mapping[int, Snapshot], last: str = "", kept: Mapping[int, Snapshot] | None = None
) -> str:
    """Return a sentence that names, for each page whose selector died, the container to select; empty when none did.

    Args:
        captures: What the pages answered, by number.
        last: The last good text; without one, the container of the page's main text is named.
        kept: The last good captures: of several pages each is compared with its own.
    """
    from tostrack.extraction.selector_repair import find_nearest_container

    named = []
    for number, page in enumerate(document.pages):
        capture = captures.get(number)
        if capture is None or not page.select or _page_text(page, capture):
            continue
        before = (kept or {}).get(number)
        stood = (_page_text(page, before) if before else "") or last
        container = find_nearest_container(
            capture.body,
            stood or _page_text(replace(page, select=(), remove=()), capture),
            content_type=capture.content_type,
        )
        if container:
            what = "the last good text" if stood else "the page's main text"
            where = f" of {page.url}" if len(document.pages) > 1 else ""
            found = f"{what} is most like {container.selector!r}{where} ({container.likeness:.0%})"
            named.append(f"{found}: try select = '{container.selector}'")
    return "; ".join(named)


def _page_text(page: Page, capture: Snapshot) -> str:
    """Return the Markdown of one page, or the empty string when it has none."""
    from tostrack.extraction import extract

    try:
        return extract(
            capture.body,
            url=capture.final_url,
            select=page.select,
            remove=page.remove,
            filters=page.filters,
            content_type=capture.content_type,
        )
    except ExtractError:
        return ""


def read_version(version: str | Version) -> Reading:
    """Return *version* with its clauses."""
    version = Version(version) if isinstance(version, str) else version
    return Reading(version, tuple(split_clauses(version.text)))


# From two texts to a change


def compare(old: str | Version, new: str | Version, earlier: Sequence[str | Version] = ()) -> Change:
    """Return what changed from *old* to *new*, whether it matters and why.

    Args:
        old: The text that stood.
        new: The text that stands now.
        earlier: Texts that stood before *old*, most recent first: a return to one of them is recognised.
    """
    return compare_readings(read_version(old), read_version(new), [read_version(version) for version in earlier])


def compare_readings(
    old: Reading, new: Reading, earlier: Sequence[Reading] = (), book: Rulebook | None = None
) -> Change:
    """Return what `compare` returns, for texts that are split already; *book* decides what is flagged."""
    from tostrack.analysis.facts import compare_document_dates
    from tostrack.analysis.flags import SHIPPED
    from tostrack.analysis.judgement import judge_with_history

    hunks, told = _hunks(old, new, book or SHIPPED)
    return Change(
        old.version,
        new.version,
        told,
        judge_with_history(hunks, old, new, earlier),
        dating=compare_document_dates(old, new),
    )


# One pair of texts is compared with what stood before and without: what differs is the same.
@lru_cache(maxsize=16)
def _hunks(old: Reading, new: Reading, book: Rulebook) -> tuple[tuple[Hunk, ...], tuple[Hunk, ...]]:
    """Return what differs, and the same with flags and facts."""
    from tostrack.analysis.facts import find_facts
    from tostrack.analysis.flags import find_directions

    hunks = diff(old.clauses, new.clauses)
    flags = find_directions(hunks, old.clauses, new.clauses, book)
    told = (replace(hunk, flags=f, facts=found) for hunk, f, found in zip(hunks, flags, find_facts(hunks), strict=True))
    return hunks, tuple(told)


def rebuild_change(
    old: Reading,
    new: Reading,
    judgement: Judgement,
    flags: Sequence[tuple[int, Flag]],
    facts: Sequence[tuple[int, Fact]],
    dating: Dating | None,
) -> Change:
    """Return the change between two texts as it was judged, flagged and told before: no rule is asked again.

    Args:
        old: The text before.
        new: The text after.
        judgement: As it was made.
        flags: As they were found, each with the place of its hunk.
        facts: As they were found, each with the place of its hunk.
        dating: As it was read.
    """
    hunks = diff(old.clauses, new.clauses)
    flagged = _placed(flags, hunks, lambda flag, hunk: flag.quote in hunk.new or flag.quote in hunk.old)
    meant = _placed(facts, hunks, lambda fact, hunk: fact.old in hunk.old and fact.new in hunk.new)
    told = [replace(hunk, flags=tuple(flagged[at]), facts=tuple(meant[at])) for at, hunk in enumerate(hunks)]
    return Change(old.version, new.version, tuple(told), judgement, dating=dating)


def _placed(
    found: Iterable[tuple[int, _Found]], hunks: Sequence[Hunk], stands_in: Callable[[_Found, Hunk], bool]
) -> list[list[_Found]]:
    """Return what was *found* by the places of *hunks*."""
    places: list[list[_Found]] = [[] for _ in hunks]
    for place, one in found:
        # When our diff has moved since, it stands elsewhere now.
        for at in (place, *range(len(hunks))):
            if at < len(hunks) and stands_in(one, hunks[at]):
                places[at].append(one)
                break
    return places


# From clauses to flags


def flag_clauses(clauses: Iterable[Clause], book: Rulebook) -> dict[Clause, tuple[Flag, ...]]:
    """Return the flags of each of *clauses* by the rules of *book*."""
    return {clause: book.of_clause(clause) for clause in clauses}


def trace_flag_history(readings: Iterable[Reading], book: Rulebook | None = None) -> Iterator[list[FlagEvent]]:
    """Yield, for each of *readings*, oldest first, what happened to the flags in it since the one before."""
    from tostrack.analysis.flags import SHIPPED, change_events, first_events, is_touched

    book = book or SHIPPED
    before: Reading | None = None
    for reading in readings:
        if before is None:
            yield list(first_events(reading.clauses, book))
        elif is_touched(before.clauses, reading.clauses, book):
            hunks = diff(before.clauses, reading.clauses)
            yield list(change_events(hunks, before.clauses, reading.clauses, book))
        else:
            yield []
        before = reading
