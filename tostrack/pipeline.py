"""One document's journey, pure: captures and history in; text, change, verdict and flags out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tostrack.clauses import canonical, canonical_key, split_clauses
from tostrack.diff import diff
from tostrack.errors import ExtractError
from tostrack.judge import judge
from tostrack.models import (
    Change,
    Clause,
    Document,
    Flag,
    Hunk,
    Judgement,
    Reading,
    Reason,
    Snapshot,
    Verdict,
    Version,
    sha256,
)


@dataclass(frozen=True)
class Past:
    """A version that stood before, whether readers were told of it, and how its coming was judged."""

    reading: Reading
    told: bool
    #: None for a first version and for a re-extraction.
    reason: Reason | None = None


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
                url=capture.url,
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
        asked_url=one.chain[0] if one and one.chain else "",
        final_url=one.url if one else "",
    )
    return found or ""


def diagnosis(captures: Iterable[Snapshot]) -> str:
    """Return what pages of which nothing could be extracted say instead of the policy; empty when they do not tell."""
    from tostrack.extract import extract

    for capture in captures:
        try:
            whole = extract(capture.body, url=capture.url, select=("body",), content_type=capture.content_type)
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
    hunks = diff(old.clauses, new.clauses)
    return _flagged(old, new, hunks, judge(hunks, old, new, earlier))


def redline(old: Reading, new: Reading, judgement: Judgement) -> Change:
    """Return the change between two texts that were judged before."""
    return _flagged(old, new, diff(old.clauses, new.clauses), judgement)


def _flagged(old: Reading, new: Reading, hunks: Sequence[Hunk], judgement: Judgement) -> Change:
    from tostrack.flag import moves

    flagged = (replace(hunk, flags=moves(hunk, old.clauses, new.clauses)) for hunk in hunks)
    return Change(old.version, new.version, tuple(flagged), judgement)


def change(document: Document, current: Reading, new: Reading, past: Sequence[Past]) -> Change:
    """Return the change that *new* makes to a document.

    Args:
        document: Whose text it is.
        current: The text that stands.
        new: The text that was just seen.
        past: The versions up to *current*, most recent first.
    """
    readings = [entry.reading for entry in past]
    base = _baseline(current, new, past)
    earlier = [reading for reading in readings if reading.version.number != base.version.number]
    found = compare_readings(base, new, earlier)
    if found.reason is Reason.OSCILLATION and _takes_back(past):
        found = replace(found, judgement=Judgement(Reason.REVERTED, _TAKEN_BACK.format(found.explanation)))
    return replace(found, service=document.service, document=document.slug)


_RETURNS = (Reason.OSCILLATION, Reason.REVERTED)
_TAKEN_BACK = "What was told last is taken back. {}"


def _takes_back(past: Sequence[Past]) -> bool:
    """Whether a return takes back what readers were told last, and is not one turn of many."""
    return bool(past) and past[0].told and not any(entry.reason in _RETURNS for entry in past)


def _baseline(current: Reading, new: Reading, past: Sequence[Past]) -> Reading:
    """Return the text that *new* is held against: the closest of those seen since readers were last told something.

    Where two variants of a page alternate, an edit inside one of them must not look like the whole difference between
    them. What readers were told last stays the oldest text to compare with: nothing they know is passed over.
    """
    candidates = [current]
    for entry in past:
        if entry.reading.version.number < candidates[-1].version.number:
            candidates.append(entry.reading)
        if entry.told:
            break
    key = text_key(new)
    if any(text_key(candidate) == key for candidate in candidates):
        return current
    return max(candidates, key=lambda candidate: _likeness(candidate, new))


def _likeness(one: Reading, other: Reading) -> float:
    """Return the share of clauses that two texts have in common, from 0 to 1."""
    ours, theirs = (Counter(map(canonical, reading.clauses)) for reading in (one, other))
    return (ours & theirs).total() / max(1, (ours | theirs).total())


def is_told(change: Change) -> bool:
    """Whether readers are told of *change*."""
    return change.verdict is Verdict.SUBSTANTIVE


# From clauses to flags


def flags_fingerprint() -> str:
    """Return which edition of the rules this is."""
    from tostrack.flag import FINGERPRINT

    return FINGERPRINT


def flags(clauses: Iterable[Clause]) -> dict[Clause, tuple[Flag, ...]]:
    """Return the flags of each of *clauses*."""
    from tostrack.flag import flag_clause

    return {clause: flag_clause(clause) for clause in clauses}
