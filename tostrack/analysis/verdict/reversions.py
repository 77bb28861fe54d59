"""Has this document said this before? Returns to an earlier text, whole or in part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from tostrack.analysis.comparison_key import comparable_text, comparables
from tostrack.analysis.verdict import lexicon
from tostrack.analysis.verdict.context import ContextText, TextPair, is_sought
from tostrack.analysis.verdict.findings import RuleFinding
from tostrack.analysis.verdict.labels import is_listed
from tostrack.clauses import sentences
from tostrack.language.tokens import Kind, tokenize
from tostrack.models import Judgement, Reading, Reason, iso

#: Of the versions that others recorded, 43 in 100 that changed text are undone within a week, and stale copies come
#: back for some weeks: a text of a month was in force, and its removal is news.
_STOOD = timedelta(days=30)
#: If what was added or removed names no duty, limit or item, it is as likely a banner.
_STOOD_IDLE = timedelta(days=60)
#: A whole text that comes back is an old copy or another region's edition even after months. (Readers who were notified
#: of the removed text are notified of its removal however short its time was: the caller knows, and decides that.)
_STOOD_WHOLE, _STOOD_WHOLE_IDLE = timedelta(days=180), timedelta(days=365)


def find_reversion(news: Sequence[RuleFinding], context: TextPair, earlier: Sequence[Reading]) -> Judgement | None:
    """Return a judgement when everything added was said before and everything removed was not.

    Args:
        news: The findings that matter; without any, only a return of the whole text is one.
        context: Both texts.
        earlier: Texts before the old one, most recent first.
    """
    texts = [ContextText(reading) for reading in earlier]
    back = next((text for text in texts if text.key == context.new.key), None)
    if back:
        stood = _stood(context, texts, [lambda text: text.key != context.new.key])
    else:
        # An outage, or an edition in another language, says none of this: that proves nothing.
        kin = [text for text in texts if _resembles(text, context.new)]
        stood = _parts_stood(news, context, kin) if news else None
    if stood is None:
        return None
    when = back.reading.version.seen_at if back else None
    of = f"the text of {iso(when)[:10]}" if when else "a text seen before"
    if back and _other_company(news):
        return Judgement(Reason.EDITION, f"Another region's edition, {of}: the company that one deals with is another.")
    binding, idle = (_STOOD_WHOLE, _STOOD_WHOLE_IDLE) if back else (_STOOD, _STOOD_IDLE)
    least = binding if any(_binds(finding, context) for finding in news) else idle
    if not news or stood < least:
        return Judgement(Reason.OSCILLATION, f"Back to {of}; nothing here is new to this document.")
    if back is None:
        return None
    if back is not texts[0] or any(text.key == context.old.key for text in texts):
        return Judgement(Reason.OSCILLATION, f"Back to {of}: an old copy, or one of several that take turns here.")
    return Judgement(Reason.REVERTED, f"Reverted to {of}, after other text was current for {stood.days} days.", "major")


#: Of the clauses of the shorter text at least this share is in the other when both are states of one text.
_KINSHIP = 0.3


def _resembles(one: ContextText, other: ContextText) -> bool:
    ours, theirs = ({*comparables(text.reading)} for text in (one, other))
    return len(ours & theirs) >= _KINSHIP * min(len(ours), len(theirs))


def _parts_stood(news: Sequence[RuleFinding], context: TextPair, texts: Sequence[ContextText]) -> timedelta | None:
    """Return how long the removed text was there, or the added one was away; None when any of it is new."""
    asked = [_silent(sentence) for finding in news for sentence in _sentences(finding.gained, finding.hunk.new)]
    asked += [_saying(sentence) for finding in news for sentence in _sentences(finding.lost, finding.hunk.old)]
    return _stood(context, texts, asked) if asked else None


_BINDING = frozenset({Kind.MODAL, Kind.NUMBER, Kind.CONDITION})


def _binds(finding: RuleFinding, context: TextPair) -> bool:
    """Whether a row or an item of a list that says something was added or removed, or a duty or a limit."""
    clause = context.clause(finding.hunk)
    return (
        clause.kind == "row"
        or is_listed(clause)
        or any(token.kind in _BINDING for token in tokenize(f"{finding.lost} {finding.gained}"))
    )


def _saying(sentence: str) -> Callable[[ContextText], bool]:
    return lambda text: text.says(sentence)


def _silent(sentence: str) -> Callable[[ContextText], bool]:
    return lambda text: not text.says(sentence)


def _stood(
    context: TextPair, texts: Sequence[ContextText], asked: Sequence[Callable[[ContextText], bool]]
) -> timedelta | None:
    """Return for how long at most one of *asked* held for the versions before the new one; None when one always did.

    Without dates the answer is no time at all: a return is then taken for one of many.
    """
    stood, first, now = timedelta(), context.old, context.new.reading.version.seen_at
    # All of one text before the next one: the words of a text are indexed once.
    for text in texts:
        holding = [holds for holds in asked if holds(text)]
        since = first.reading.version.seen_at
        if len(holding) < len(asked) and since and now:
            stood = max(stood, now - since)
        if not holding:
            return stood
        asked, first = holding, text
    return None


def _other_company(news: Sequence[RuleFinding]) -> bool:
    """Whether one clause names a company of one form where the other text names one of another form."""
    forms = [
        tuple(
            lexicon.COMPANY_FORMS.intersection(comparable_text(text).split()) for text in (finding.lost, finding.gained)
        )
        for finding in news
    ]
    return any(lost and gained and not lost & gained for lost, gained in forms)


def _sentences(text: str, clause: str) -> list[str]:
    """Return the sentences of *text*, and for one that texts are not searched for by itself, all of its *clause*."""
    said = [text[start:end] for start, end in sentences(text)]
    return [sentence if is_sought(sentence) else clause for sentence in said]
