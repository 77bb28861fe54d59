"""One document's journey, pure: captures and history in; text, change, verdict and flags out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tostrack.clauses import canonical_key, split_clauses
from tostrack.diff import diff
from tostrack.errors import ExtractError
from tostrack.models import (
    Change,
    Clause,
    Document,
    Flag,
    Hunk,
    Judgement,
    Reading,
    Snapshot,
    Version,
    sha256,
)

# From captures to text


def extractor() -> str:
    """Return which edition of the extractor this is: its texts are only compared with its own."""
    from tostrack.extract import EXTRACTOR_VERSION

    return EXTRACTOR_VERSION


def declaration(document: Document) -> str:
    """Return a hash of what the watchlist says of the document's text; addresses do not belong to it."""
    return sha256("\n".join(page.fingerprint for page in document.pages))[:16]


def text(document: Document, captures: Mapping[int, Snapshot]) -> str:
    """Return the document's Markdown: the text of every page, in order.

    Raises:
        ExtractError: A page holds no usable text.
    """
    from tostrack.extract import extract

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
CONFIRMABLE = frozenset({"collapse", "explosion", "language", "truncated"})


def suspicion(captures: Iterable[Snapshot], text: str, before: Reading | None) -> str:
    """Return why *text* does not look like the policy, as a word of `extract.suspect.CAUSES`; empty when it does.

    Args:
        captures: The answers that it was extracted from.
        text: The Markdown.
        before: What stands, if anything does.
    """
    from tostrack.extract import title
    from tostrack.extract.decode import decode
    from tostrack.extract.suspect import suspect

    pages = list(captures)
    one = pages[0] if len(pages) == 1 else None
    found = suspect(
        text,
        previous=before.version.text if before else None,
        html="\n".join(decode(page.body, page.content_type) for page in pages),
        page_title=title(one.body, content_type=one.content_type) if one else "",
        asked_url=one.url if one else "",
        final_url=one.final_url if one else "",
    )
    return found or ""


def diagnosis(captures: Iterable[Snapshot]) -> str:
    """Return what pages of which nothing could be extracted say instead of the policy; empty when they do not tell."""
    from tostrack.extract import extract

    for capture in captures:
        try:
            whole = extract(capture.body, url=capture.final_url, select=("body",), content_type=capture.content_type)
        except ExtractError:
            continue
        if cause := suspicion([capture], whole, None):
            return cause
    return ""


def read(version: str | Version) -> Reading:
    """Return *version* with its clauses."""
    version = Version(version) if isinstance(version, str) else version
    return Reading(version, tuple(split_clauses(version.text)))


def text_key(reading: Reading) -> str:
    """Return the hash of the canonical text: two texts that share it differ in no word and no number."""
    return sha256(canonical_key(reading.clauses))


# From two texts to a change


def compare(old: str | Version, new: str | Version, earlier: Sequence[str | Version] = ()) -> Change:
    """Return what changed from *old* to *new*, whether it matters and why.

    Args:
        old: The text that stood.
        new: The text that stands now.
        earlier: Texts that stood before *old*, most recent first: a return to one of them is recognised.
    """
    return compare_readings(read(old), read(new), [read(version) for version in earlier])


def compare_readings(old: Reading, new: Reading, earlier: Sequence[Reading] = ()) -> Change:
    """Return what `compare` returns, for texts that are split already."""
    from tostrack.judge import judge

    hunks = diff(old.clauses, new.clauses)
    return _flagged(old, new, hunks, judge(hunks, old, new, earlier))


def redline(old: Reading, new: Reading, judgement: Judgement, flags: Sequence[tuple[int, Flag]]) -> Change:
    """Return the change between two texts that was judged and flagged before; nothing is judged or flagged again.

    Args:
        old: The text before.
        new: The text after.
        judgement: As it was made.
        flags: As they were found, each with the place of its hunk.
    """
    hunks = diff(old.clauses, new.clauses)
    found = [replace(hunk, flags=tuple(flag for place, flag in flags if place == at)) for at, hunk in enumerate(hunks)]
    if all(any(flag.quote in side for side in (h.old, h.new)) for h in found for flag in h.flags):
        return Change(old.version, new.version, tuple(found), judgement)
    # Our diff has moved since: the quotes stand elsewhere now.
    return _flagged(old, new, hunks, judgement)


def _flagged(old: Reading, new: Reading, hunks: Sequence[Hunk], judgement: Judgement) -> Change:
    from tostrack.flag import moves

    flagged = (replace(hunk, flags=moves(hunk, old.clauses, new.clauses)) for hunk in hunks)
    return Change(old.version, new.version, tuple(flagged), judgement)


# From clauses to flags


def flags_fingerprint() -> str:
    """Return which edition of the rules this is."""
    from tostrack.flag import FINGERPRINT

    return FINGERPRINT


def flags(clauses: Iterable[Clause]) -> dict[Clause, tuple[Flag, ...]]:
    """Return the flags of each of *clauses*."""
    from tostrack.flag import flag_clause

    return {clause: flag_clause(clause) for clause in clauses}
