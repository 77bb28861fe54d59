"""Rules about words: the same ones in another form, names of documents, words that carry no meaning of their own."""

from __future__ import annotations

import itertools
import re

from tostrack.clauses import canonical_text, sentences
from tostrack.judge import lexicon
from tostrack.judge.counting import unplaced
from tostrack.judge.normal import INSTANT, RELATIVE, URL, is_mail, is_number, lost_and_gained, normal, spelled, stem
from tostrack.judge.part import Part
from tostrack.models import Edit, Reason


def same_words(part: Part) -> Reason | None:
    """The same words in another form: an address, an entity, a hidden mail address, another spelling or date format."""
    if not (part.old and part.new):
        return None
    old, new = spelled(part.old), spelled(part.new)
    if old == new:
        if any(token.startswith((INSTANT, RELATIVE)) for token in new):
            return Reason.STAMP
        return Reason.LINKS if "://" in part.new or "www." in part.new else Reason.FORMAT
    if normal(part.old) == normal(part.new):
        return Reason.EDITION
    pieces = ["".join(text for op, text in part.hunk.words if op == side) for side in "-+"]
    if all(pieces) and {_script(pieces[0]), _script(pieces[1])} == {"latin", "other"}:
        return Reason.EDITION
    gone, come = lost_and_gained(old, new)
    changed = [*gone, *come]
    if not changed:
        return None
    if all(word.startswith(URL) for word in changed):
        return Reason.LINKS
    hidden = any(word.endswith("hidden.example") for word in changed)
    return Reason.FORMAT if hidden and all(map(is_mail, changed)) else None


def _script(text: str) -> str:
    """Return ``latin`` or ``other`` when all letters of *text* are of that kind."""
    kinds = {"latin" if ord(letter) < 0x250 else "other" for letter in text if letter.isalpha()}
    return kinds.pop() if len(kinds) == 1 else ""


#: In a heading these say what is allowed.
_BINDING = frozenset("prohibited forbidden required not no never must only".split())


def heading(part: Part) -> Reason | None:
    """Only a heading changed, and it binds nobody."""
    if not part.clause.is_heading:
        return None
    gone, come = lost_and_gained(unplaced(part.old), unplaced(part.new))
    changed = gone.keys() | come.keys()
    asked = part.text.rstrip().endswith("?")
    return None if (_BINDING & changed and not asked) or any(map(is_number, changed)) else Reason.WORDING


_FORMERLY = re.compile(
    r"\W*\(?(?:formerly(?: known as)?|previously(?: known as)?|f/k/a)\b[^()]{0,60}\)?\W*$", re.IGNORECASE
)
_JOINING = frozenset("of and the for & by".split())


def renamed(part: Part) -> Reason | None:
    """A document, page or product has another name; nobody else gets or owes anything."""
    if part.hunk.edit is not Edit.REWORDED:
        return None
    words = part.hunk.words
    edits = [(at, op, text) for at, (op, text) in enumerate(words) if op != "=" and canonical_text(text)]
    if edits and all(_FORMERLY.match(text) for _, _, text in edits):
        return Reason.RENAMED
    pairs = replacements(words)
    if not pairs or len(pairs) * 2 != len(edits):
        return None
    handed_on = bool(lexicon.HANDED_ON.intersection(normal(part.old)))
    return Reason.RENAMED if all(_is_title(*pair, strict=handed_on) for pair in pairs) else None


def _is_title(old: str, new: str, after: str, *, strict: bool) -> bool:
    """Whether a name of a document, page or function took the place of another.

    Args:
        old: The words that went.
        new: The words that came in their place.
        after: What follows them: ``Acme`` in ``Acme Terms of Service`` is part of a title.
        strict: The title must be among the changed words.
    """
    if not (is_name(old) and is_name(new)):
        return False
    changed = {*normal(old), *normal(new)}
    following = [word.strip("\"“”'‘’(),.;:") for word in after.split()[:3]]
    named = itertools.takewhile(lambda word: word[:1].isupper(), following)
    near = changed | (set() if strict else {word.lower() for word in [*named, *following[:1]]})
    return bool(lexicon.TITLE & near) and not any(map(is_number, near)) and not lexicon.BINDING_NAME & changed


def is_name(text: str) -> bool:
    """Whether all words of *text* but the joining ones begin with a capital."""
    words = [word.strip("\"“”'‘’(),.") for word in text.split()]
    return all(word in _JOINING or word[:1].isupper() for word in words if word)


def replacements(words: tuple[tuple[str, str], ...]) -> list[tuple[str, str, str]]:
    """Return (old, new, what follows) for each place where words were replaced by others."""
    pairs = []
    for at in range(len(words) - 1):
        if words[at][0] == "-" and words[at + 1][0] == "+" and canonical_text(words[at][1]):
            after = words[at + 2][1] if at + 2 < len(words) else ""
            pairs.append((words[at][1], words[at + 1][1], after))
    return pairs


_PHRASES = [
    (re.compile(rf"\b{re.escape(phrase)}\b"), group[0])
    for group in lexicon.SAME
    for phrase in sorted(group[1:], key=len, reverse=True)
]


def wording(part: Part) -> Reason | None:
    """Only words that carry no meaning of their own came, went or took another form."""
    if not (part.old and part.new):
        return None
    old, new = (_plainest(text) for text in (part.old, part.new))
    gone, come = lost_and_gained(old, new)
    if not gone and not come:
        # The same words in another order: fine, but not when who does what to whom was turned round.
        moved = {word for op, text in part.hunk.words if op in "+-" for word in normal(text)}
        return None if moved & lexicon.ACTORS or {"and", "or"} <= moved else Reason.WORDING
    if gone["or"] != come["or"] and (gone["and"] or come["and"]):
        return None
    lost, gained = ([word for word in side.elements() if word not in lexicon.SAFE] for side in (gone, come))
    if len(lost) != len(gained):
        return None
    typos = (_is_typo(one, other) for one, other in zip(sorted(lost), sorted(gained), strict=True))
    return Reason.WORDING if all(typos) else None


#: A pointer has no more words than this.
_POINTER_WORDS = 24


def pointer(part: Part) -> Reason | None:
    """Only sentences that point elsewhere came or went, and they say nothing themselves."""
    if part.hunk.edit is Edit.REWORDED and part.old and part.new:
        return None
    pointed = [part.text[start:end] for start, end in sentences(part.text)]
    return Reason.WORDING if pointed and all(map(_points, pointed)) else None


def _points(sentence: str) -> bool:
    words = normal(sentence)
    bound = lexicon.OBLIGING | {"not", "no", "never"}
    return len(words) <= _POINTER_WORDS and bool(lexicon.POINTER.match(sentence.lower())) and not bound & {*words}


def _plainest(text: str) -> list[str]:
    joined = f" {' '.join(normal(text))} "
    for pattern, written in _PHRASES:
        joined = pattern.sub(written, joined)
    return [stem(word) if word not in lexicon.SAFE | lexicon.ACTORS else word for word in joined.split()]


#: Endings of who does it and to whom: employer and employee are no misspelling of each other.
_PARTIES = {"ee", "er", "or"}


def _is_typo(one: str, other: str) -> bool:
    """Whether two long words differ by one letter, or by two neighbours exchanged, and name no two parties."""
    if min(len(one), len(other)) < 6 or abs(len(one) - len(other)) > 1 or any(map(str.isdigit, one + other)):
        return False
    if {one[-2:], other[-2:]} & _PARTIES and one[-2:] != other[-2:]:
        return False
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    middle_one, middle_other = one[head : len(one) - tail], other[head : len(other) - tail]
    return max(len(middle_one), len(middle_other)) <= 1 or middle_one == middle_other[::-1]
