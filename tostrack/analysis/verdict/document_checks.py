"""Judgements over two whole texts: nothing differs but the form, most of it is gone, it is in another language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tostrack.analysis.comparison_key import comparables, linked_documents
from tostrack.analysis.diff import differing_parts
from tostrack.analysis.verdict.context import TextPair, comparable_letters, count_apart, letters_of
from tostrack.clauses import plain
from tostrack.extraction.quality import COMPARABLE, CUT, FROM_THE_BEGINNING, KINSHIP, SHORT, STUB
from tostrack.language.detect import detect_words
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Clause, Edit, Hunk, Judgement, Reading, Reason

_TARGET = lazy_pattern(r"(\]\()(?:<[^<>]*>|(?:[^()\s]|\([^()\s]*\))*)(?:\s+\"[^\"]*\")?\)")


def judge_without_hunks(old: Reading, new: Reading) -> Judgement:
    """Return the judgement over two texts of which no word differs: identical, only addresses, only form."""
    if old.version.text == new.version.text:
        return Judgement(Reason.IDENTICAL, "The text is the same, byte for byte.")
    if linked := other_document(old, new):
        return linked
    if len(old.clauses) == len(new.clauses):
        texts = ((one.text, other.text) for one, other in zip(old.clauses, new.clauses, strict=True))
        pairs = [(_TARGET.sub(r"\1)", one), _TARGET.sub(r"\1)", other)) for one, other in texts if one != other]
        if pairs and all(one == other for one, other in pairs):
            return Judgement(Reason.LINKS, "Only link addresses changed.")
        if all(plain(one) == plain(other) for one, other in pairs):
            return Judgement(Reason.FORMAT, "Only whitespace or markup changed.")
    if _places(old) != _places(new):
        return Judgement(Reason.NUMBERING, "Only the numbers of list items moved.")
    return Judgement(Reason.FORMAT, "Only punctuation, case or layout changed; every word is the same.")


def other_document(old: Reading, new: Reading) -> Judgement | None:
    """Return a judgement when a link leads to another document than before: its file or its host is another."""
    parts = differing_parts(old.clauses, new.clauses)
    before, after = map(linked_documents, parts)
    if before == after:
        before, after = map(_linked_sites, parts)
    if before == after or len(before) != len(after):
        return None
    was, now = next((one, other) for one, other in zip(before, after, strict=True) if one != other)
    return Judgement(Reason.RENAMED, f"A link leads to another document: {now}, not {was}. Consider tracking it.")


_SITE = lazy_pattern(
    r"(?<!!)\[[^\[\]\n]+\]\(\s*<?https?://(?:[\w-]+\.)*?([\w-]+\.[\w-]+(?:/|(?=[?#)>\s])))", re.IGNORECASE
)


def _linked_sites(clauses: Sequence[Clause]) -> list[str]:
    """Return the sites that links lead to, in order: without the hosts of a site, its pages and pictures."""
    return [site.strip("/").lower() for clause in clauses if "](" in clause.text for site in _SITE.findall(clause.text)]


def _places(reading: Reading) -> list[str]:
    """Return the numbers of the ordered items."""
    return [clause.text.split(None, 1)[0].strip(".)") for clause in reading.clauses if clause.kind[:2] == "ol"]


#: A text in another language has at least so many hunks to a clause.
_REWRITTEN = 0.3


def check_collapse(context: TextPair) -> Judgement | None:
    """Return a judgement when nearly all of the policy is gone: an outage, a wall, a stub."""
    before, after = (
        sum(clause.text.count(" ") + 1 for clause in text.reading.clauses) for text in (context.old, context.new)
    )
    if before >= SHORT and after < before * STUB:
        return Judgement(
            Reason.SUSPECT,
            f"Of {before} words {after} are left: this looks like an outage, a wall or a stub, not like a policy.",
        )
    return None


def check_truncation(context: TextPair) -> Judgement | None:
    """Return a judgement when the text breaks off in the middle of a sentence where the old one continued."""
    after = context.new.reading.clauses
    if not after or after[-1].text.rstrip("*_ ")[-1:] in _ENDS or not after[-1].text[-1:].isalnum():
        return None
    sizes = [sum(len(clause.text) for clause in text.reading.clauses) for text in (context.old, context.new)]
    if sizes[1] >= CUT * sizes[0]:
        return None
    before, now = (_words(text.reading) for text in (context.old, context.new))
    if len(before) < SHORT:
        return None
    shared = next((at for at, (one, other) in enumerate(zip(before, now, strict=False)) if one != other), len(now))
    # The last word may be cut too.
    if shared < len(now) - 1 and shared < FROM_THE_BEGINNING * len(now):
        return None
    share = f"{len(now)} of {len(before)} words"
    return Judgement(Reason.SUSPECT, f"The text breaks off in the middle of a sentence, after {share}: it was cut.")


def check_replacement(context: TextPair) -> Judgement | None:
    """Return a judgement when another page is where the policy was."""
    if _is_akin(context.old.reading, context.new.reading):
        return None
    before, now = (_words(text.reading) for text in (context.old, context.new))
    if min(len(before), len(now)) < COMPARABLE:
        return None
    ours, theirs = {*before}, {*now}
    share = len(ours & theirs) / min(len(ours), len(theirs))
    if share >= KINSHIP:
        return None
    return Judgement(
        Reason.SUSPECT, f"Another page: only {share:.0%} of its words are those of the policy that was there."
    )


def _is_akin(old: Reading, new: Reading) -> bool:
    """Whether the clauses that both texts have show that they share `KINSHIP` of their words.

    Seldom are more than a few of them read: what is left on one side has no more different words than words.
    """
    apart = min(count_apart(old, new), count_apart(new, old))
    words: set[str] = set()
    for letters in letters_of(old) & letters_of(new):
        words.update(comparable_letters(*letters).split())
        if len(words) >= KINSHIP * (len(words) + apart):
            return True
    return False


#: What a sentence, a list or a heading ends with.
_ENDS = '.!?:;)"”’'


def _words(reading: Reading) -> list[str]:
    return " ".join(comparables(reading)).split()


def check_language(context: TextPair, hunks: Sequence[Hunk]) -> Judgement | None:
    """Return a judgement when the text is in another language than before."""
    if len(hunks) < _REWRITTEN * len(context.new.reading.clauses):
        return None
    before, after = (_language(text.reading.version.text[:_SAMPLE]) for text in (context.old, context.new))
    if not before or before == after:
        # A list of names reads alike in every language: what changed tells.
        before, after = (_spoken(" ".join(_pieces(hunks, side))[:_SAMPLE]) for side in "-+")
    if before and after and before != after:
        return Judgement(Reason.EDITION, f"The text is in another language: {after} after {before}.")
    return None


#: This much of a text, in characters, tells its language.
_SAMPLE = 20_000


def _pieces(hunks: Sequence[Hunk], side: str) -> list[str]:
    return [text for hunk in hunks if hunk.edit is not Edit.MOVED for op, text in hunk.words if op == side]


def _spoken(text: str) -> str:
    """Return the language of the different words of *text*, or nothing when it is not plain."""
    return detect_words({*_WORD.findall(text.lower())}, lead=1)


def _language(text: str) -> str:
    """Return the language of *text*, or nothing when it is not plain."""
    return detect_words(_WORD.findall(text.lower()), lead=_LEAD)


_WORD = lazy_pattern(r"[^\W\d_]+")
#: How far a language must be ahead of the next one.
_LEAD = 1.5
