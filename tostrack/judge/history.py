"""Has this document said this before? Returns to an earlier text, whole or in part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tostrack.clauses import canonical_text, sentences
from tostrack.judge.context import Context, Text
from tostrack.judge.findings import Finding
from tostrack.models import Judgement, Reading, Reason, iso

#: Of the versions that others recorded, 43 in 100 that changed text are undone within a week, and stale copies come
#: back for some weeks; a text that stood for two months was in force, and its going is news.
_STOOD = timedelta(days=60)


def returned(news: Sequence[Finding], context: Context, earlier: Sequence[Reading]) -> Judgement | None:
    """Return a judgement when everything that is new was said before and everything that is gone was not."""
    texts = [Text(reading) for reading in earlier]
    back = next((text for text in texts if text.key == context.new.key), None)
    whole = back is not None
    if back is None:
        back = next((text for text in texts if _undone(news, [text])), None)
    if back is None and not _undone(news, texts):
        return None
    when = back.reading.version.seen_at if back else None
    of = f"the text of {iso(when)[:10]}" if when else "a text seen before"
    stood_from, now = context.old.reading.version.seen_at, context.new.reading.version.seen_at
    if whole and _other_company(news):
        return Judgement(Reason.EDITION, f"Another region's edition, {of}: the company that one deals with is another.")
    if stood_from and now and now - stood_from >= _STOOD and whole:
        days = (now - stood_from).days
        return Judgement(Reason.REVERTED, f"Reverted to {of}, after another text had stood for {days} days.")
    return Judgement(Reason.OSCILLATION, f"Back to {of}; nothing here is new to this document.")


#: Forms of companies; where one region's edition names one, another's names another.
_COMPANY_FORMS = frozenset(
    "llc inc incorporated corp corporation ltd limited gmbh bv ag sarl sas ab oy pte pty plc kk".split()
)


def _other_company(news: Sequence[Finding]) -> bool:
    """Whether one clause names a company of one form where the other text names one of another form."""
    forms = [
        tuple(_COMPANY_FORMS.intersection(canonical_text(text).split()) for text in (finding.lost, finding.gained))
        for finding in news
    ]
    return any(lost and gained and not lost & gained for lost, gained in forms)


def _undone(news: Sequence[Finding], texts: Sequence[Text]) -> bool:
    """Whether *texts* together said all that came, and one of them did without all that went."""
    gained = [sentence for finding in news for sentence in _keys(finding.gained)]
    lost = [sentence for finding in news for sentence in _keys(finding.lost)]
    if not texts or not all(any(text.says(sentence) for text in texts) for sentence in gained):
        return False
    return any(not any(text.says(sentence) for sentence in lost) for text in texts)


def _keys(text: str) -> list[str]:
    return [key for start, end in sentences(text) if (key := canonical_text(text[start:end]))]
