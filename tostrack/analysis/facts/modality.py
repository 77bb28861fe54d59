"""Moves between what may, will, must and should be done, and between doing and not doing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tostrack.analysis.facts.edits import Side, fact, words_of
from tostrack.language.words import load_language
from tostrack.models import Fact, FactKind

_POSSIBLE, _ALLOWED, _CERTAIN, _OBLIGED, _ADVISED, _FORBIDDEN = (
    "possible allowed certain obliged advised forbidden".split()
)
#: What a verb may be read as; two that share a reading did not move: "shall" is a promise and a duty.
_READINGS = {
    "may": {_POSSIBLE, _ALLOWED},
    "might": {_POSSIBLE},
    "can": {_POSSIBLE, _ALLOWED},
    "could": {_POSSIBLE},
    "will": {_CERTAIN},
    "shall": {_CERTAIN, _OBLIGED},
    "must": {_OBLIGED},
    "should": {_ADVISED},
    "allowed": {_ALLOWED, _POSSIBLE},
}
_NEGATED = {
    "may": {_FORBIDDEN},
    "might": {_POSSIBLE},
    "can": {_FORBIDDEN},
    "could": {_POSSIBLE},
    "will": {_CERTAIN},
    "shall": {_FORBIDDEN, _CERTAIN},
    "must": {_FORBIDDEN},
    "should": {_ADVISED},
    "allowed": {_FORBIDDEN},
}
_MODAL = re.compile(
    r"\b(?:(?P<contracted>won|can|shouldn|mustn|couldn|mightn)['’]t\b|(?P<cannot>cannot)\b"
    # "Will" after these is a noun, and "May" near a number a month.
    r"|(?P<plain>(?<!at )(?<!free )(?<!good )will|may(?!\s+\d)|might|can|could|shall|must|should|ought\s+to)\b"
    r"|(?:is|are|be)(?P<isnot>\s+not)?\s+(?:(?P<required>required|obliged|obligated)|allowed|permitted|entitled)\s+to\b"
    r"|(?P<have>ha(?:ve|s)|needs?)\s+to\b(?!\s+the\b)|reserves?\s+the\s+right\s+to\b)"
    r"(?P<not>\s+(?:not|never)\b(?!\s+(?:only|limited|just)\b))?",
    re.IGNORECASE,
)
_MODAL_WORDS = frozenset(
    """will may might can could shall must should ought won shouldn mustn couldn mightn cannot required obliged
    obligated allowed permitted entitled has have need needs right""".split()
)
_CONTRACTED = dict(
    zip("won can shouldn mustn couldn mightn".split(), "will can should must could might".split(), strict=True)
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
#: Between a verb and what modifies it.
_ADVERBS = frozenset(
    """also not never ever always only then therefore sometimes still currently knowingly otherwise further additionally
    generally typically directly and or if to be""".split()
)
_LY_VERBS = frozenset("apply comply rely reply supply multiply".split())
_USER = frozenset(load_language("en").list_words("parties", "user"))
#: An edit of more words is a new sentence: the verb in it does not take the place of the old one.
_PHRASE_WORDS = 8


@dataclass(frozen=True)
class _Modal:
    start: int
    end: int
    words: str
    negated: bool
    readings: frozenset[str]
    #: The words beside it, in lower case.
    before: str
    after: str


def _modals(text: str) -> Iterator[_Modal]:
    for match in _MODAL.finditer(text):
        negated = bool(match["contracted"] or match["cannot"] or match["not"] or match["isnot"])
        before = _WORD.findall(text[max(0, match.start() - 40) : match.start()])[-1:]
        subject = before[0].lower() if before else ""
        verb = _verb(match)
        readings = frozenset((_NEGATED if negated else _READINGS)[verb])
        if verb == "will" and subject in _USER:
            # "You will pay" obliges, "you will not post" forbids.
            readings |= {_FORBIDDEN if negated else _OBLIGED}
        words, after = " ".join(match[0].split()), _next(text, match.end())[0]
        yield _Modal(match.start(), match.end(), words, negated, readings, subject, after)


def _verb(match: re.Match[str]) -> str:
    if match["contracted"]:
        return _CONTRACTED[match["contracted"].lower()]
    if match["cannot"]:
        return "can"
    if match["plain"]:
        plain = match["plain"].lower()
        return "should" if plain.startswith("ought") else plain
    return "must" if match["required"] or match["have"] else "allowed"


def _next(text: str, at: int, most: int = 3) -> tuple[str, int]:
    """Return the first word after *at* that is no adverb, in lower case, and where it ends."""
    for number, match in enumerate(_WORD.finditer(text, at, at + 60)):
        word = match[0].lower()
        if (word not in _ADVERBS and (not word.endswith("ly") or word in _LY_VERBS)) or number >= most:
            return word, match.end()
    return "", at


def modality(old: Side, new: Side) -> Iterator[Fact]:
    """Yield how "may", "will", "must" and "should" moved in the edits of a reworded clause."""
    if _MODAL_WORDS.isdisjoint(_edited(old) | _edited(new)):
        return
    before, after = list(_modals(old.text)), list(_modals(new.text))
    for number, (was, now) in enumerate(zip(old.edits, new.edits, strict=True)):
        gone = [modal for modal in before if old.touched(modal.start, modal.end) == number]
        come = [modal for modal in after if new.touched(modal.start, modal.end) == number]
        sizes = [_size(side.text, span) for side, span in ((old, was), (new, now))]
        if len(gone) == len(come) == 1:
            one, other = gone[0], come[0]
            beside = one.after == other.after or (one.before == other.before and max(sizes) <= _PHRASE_WORDS)
            if beside and one.negated == other.negated and not one.readings & other.readings:
                yield fact(FactKind.MODALITY, one.words, other.words)
        elif len(gone) + len(come) == 1 and max(sizes) <= 2:
            yield from _bare(old, new, (gone or come)[0], number, lost=bool(gone))


def _bare(old: Side, new: Side, modal: _Modal, number: int, *, lost: bool) -> Iterator[Fact]:
    """Yield the fact that "we may share" became "we share", or the other way round."""
    side, other = (old, new) if lost else (new, old)
    verb, end = _next(other.text, other.edits[number][0])
    if modal.negated or _POSSIBLE not in modal.readings or modal.before in _USER | {""} or not _same(verb, modal.after):
        return
    bare = other.text[end - len(verb) : end]
    full = " ".join(side.text[modal.start : _next(side.text, modal.end)[1]].split())
    yield fact(FactKind.MODALITY, *((full, bare) if lost else (bare, full)))


def _edited(side: Side) -> frozenset[str]:
    return words_of(" ".join(side.text[start:end] for start, end in side.edits))


def _size(text: str, span: tuple[int, int]) -> int:
    return len(_WORD.findall(text[span[0] : span[1]]))


def _same(one: str, other: str) -> bool:
    """Return whether two words are forms of one verb."""
    return bool(one) and bool(other) and _root(one) == _root(other)


def _root(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "e", "d"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


# Negation

_NOT = re.compile(
    r"\b(?:(?:do|does|did|will|would|shall|should|may|might|can|could|must|is|are|was|were|has|have|had)"
    r"(?:\s+(?:not|never)|n['’]t)|cannot|won['’]t|can['’]t|never|not)\b"
    r"(?!\s+(?:limited|only|just|less\s+than|more\s+than|later\s+than|fewer|necessarily|applicable|for\s+profit|yet|all"
    r"|without|exclusive|transferable))",
    re.IGNORECASE,
)
#: ``t`` is what is left of "don't".
_DENIALS = frozenset("not never cannot t".split())
#: What denies without them: where one of these occurs, nothing is affirmed.
_DENYING = _DENIALS | {"unless"} | frozenset(load_language("en").list_words("guards", "negation"))
_NO_DENIAL = re.compile(r"(?:whether\s+or|if|or|but|why)\s+$", re.IGNORECASE)


def _denials(side: Side) -> list[re.Match[str]]:
    return [match for match in _NOT.finditer(side.text) if not _NO_DENIAL.search(side.text[: match.start()][-14:])]


def negation(old: Side, new: Side) -> Iterator[Fact]:
    """Yield the verbs of a reworded clause that were denied and are no more, or the other way round."""
    if _DENIALS.isdisjoint(_edited(old) | _edited(new)):
        return
    before, after = _denials(old), _denials(new)
    if len(before) > len(after):
        for was, now in _affirmed(old, new, before, after):
            yield fact(FactKind.NEGATION, was, now)
    elif len(after) > len(before):
        for now, was in _affirmed(new, old, after, before):
            yield fact(FactKind.NEGATION, was, now)


def _affirmed(
    side: Side, other: Side, denials: list[re.Match[str]], others: list[re.Match[str]]
) -> Iterator[tuple[str, str]]:
    """Yield what *side* denies and *other* says in the same place, both as written."""
    taken = {other.touched(*match.span()) for match in others}
    for denial in denials:
        number = side.touched(*denial.span())
        if number is None or number in taken:
            continue
        verb, end = _next(side.text, denial.end())
        start, until = other.edits[number]
        if _size(other.text, (start, until)) > _PHRASE_WORDS or _size(side.text, side.edits[number]) > _PHRASE_WORDS:
            continue
        for word in _WORD.finditer(other.text, start, until + 40):
            if _same(word[0].lower(), verb) and word[0].endswith("ing") == verb.endswith("ing"):
                denied = " ".join(side.text[denial.start() : end].split())
                said = other.text[start : word.end()].split()
                if _DENYING.isdisjoint(words_of(other.text[start : word.end()])):
                    yield denied, " ".join(said if len(said) <= 4 and said[0][:1].isalnum() else [word[0]])
                break
