"""One hunk in, what it comes to out: a reason and the words that show it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tostrack.clauses import canonical_text
from tostrack.judge import lexicon
from tostrack.judge.context import Context
from tostrack.judge.normal import (
    DATE,
    INSTANT,
    MARK,
    RELATIVE,
    is_mail,
    is_number,
    lost_and_gained,
    normal,
    spelled,
    stem,
)
from tostrack.models import Clause, Edit, Hunk, Reason

#: A clause of more words is read as a sentence even without a full stop.
_LABEL_WORDS = 6
_QUOTE = 90


@dataclass(frozen=True)
class Finding:
    """What one hunk comes to, and the words of it that say so."""

    reason: Reason
    quote: str
    #: Whether text came (and is not only a form of what was there).
    gained: str = ""
    lost: str = ""


@dataclass(frozen=True)
class Part:
    """What is left of one hunk when sentences that stand elsewhere in the other text are taken out."""

    hunk: Hunk
    clause: Clause | None
    #: The sentences that are really gone and really new, joined.
    old: str
    new: str
    context: Context

    @property
    def text(self) -> str:
        return self.new or self.old


Rule = Callable[[Part], Reason | None]


def find(hunk: Hunk, context: Context) -> Finding:
    """Return what *hunk* comes to: the first rule that knows it, else new or removed text."""
    part = Part(hunk, context.clause(hunk), " ".join(context.removed(hunk)), " ".join(context.added(hunk)), context)
    reason = next((reason for rule in RULES if (reason := rule(part)) is not None), None)
    if reason is None:
        reason = Reason.NEW_TEXT if _gains(part) else Reason.REMOVED_TEXT
    return Finding(reason, quote(part, reason), part.new, part.old)


def quote(part: Part, reason: Reason) -> str:
    """Return the words of the hunk that a reader should see, shortened."""
    hunk = part.hunk
    if reason is Reason.NUMBERS:
        return _around(hunk.words)
    pieces = [text for op, text in hunk.words if op == "+"] or [text for op, text in hunk.words if op == "-"]
    text = " ".join(max([*pieces, ""], key=len).split()).strip(' .,;:()“”"')
    text = text or part.text or hunk.new or hunk.old
    return text if len(text) <= _QUOTE else text[:_QUOTE].rsplit(" ", 1)[0] + " …"


def _around(words: tuple[tuple[str, str], ...]) -> str:
    """Return the first change with the words around it: ``at least 13 → 16 years old``."""
    first = next(at for at, (op, _) in enumerate(words) if op != "=")
    before = " ".join(words[first - 1][1].split()[-4:]) if first else ""
    second = first + 1 if first + 1 < len(words) and words[first + 1][0] != "=" else first
    changed = " → ".join(text.strip() for _, text in words[first : second + 1])
    after = " ".join(words[second + 1][1].split()[:3]) if second + 1 < len(words) else ""
    return f"{before} {changed} {after}".strip()


def _gains(part: Part) -> bool:
    if part.hunk.edit is not Edit.REWORDED:
        return bool(part.new)
    gone, come = lost_and_gained(normal(part.old), normal(part.new))
    return bool([word for word in come if word not in lexicon.SAFE]) or not gone


def stands_elsewhere(part: Part) -> Reason | None:
    """All of it is said elsewhere in the other text: moved, repeated or no longer repeated."""
    if part.hunk.edit is Edit.MOVED or not (part.old or part.new):
        return Reason.ORDER
    return None


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
    if (
        (gone or come)
        and all(map(is_mail, [*gone, *come]))
        and any(w.endswith("hidden.example") for w in [*gone, *come])
    ):
        return Reason.FORMAT
    return None


def _script(text: str) -> str:
    """Return ``latin`` or ``other`` when all letters of *text* are of that kind."""
    kinds = {"latin" if ord(letter) < 0x250 else "other" for letter in text if letter.isalpha()}
    return kinds.pop() if len(kinds) == 1 else ""


def stamp(part: Part) -> Reason | None:
    """Only a date that binds nobody, a counter or an identifier moved."""
    gone, come = lost_and_gained(normal(part.old), normal(part.new))
    changed = [*gone, *come]
    if not changed:
        return None
    if all(word.startswith((INSTANT, RELATIVE)) for word in changed):
        return Reason.STAMP
    texts = [text for text in (part.old, part.new) if text]
    if all(map(_is_stamp, texts)):
        return Reason.STAMP
    if all(map(is_number, changed)) and all(_stamped(normal(text), gone | come) for text in texts):
        return Reason.STAMP
    return None


_OPAQUE = re.compile(r"(?=\S*\d)[\w-]{10,}$")
_STAMP_TEXT = 14


def _is_stamp(text: str) -> bool:
    """Whether the whole of *text* is a stamp: a date, a "last updated" line, an identifier."""
    if _OPAQUE.match(text):
        return True
    tokens = normal(text)
    words = [token for token in tokens if not is_number(token) and not token.startswith(MARK)]
    if len(tokens) > _STAMP_TEXT or lexicon.EFFECTIVE.intersection(words):
        return False
    if not any(token.startswith((DATE, INSTANT, RELATIVE)) or token.isdigit() for token in tokens):
        return False
    return not words or bool(lexicon.STAMPED.intersection(words))


def _stamped(tokens: tuple[str, ...], moved: Counter[str]) -> bool:
    """Whether every moved number of *tokens* follows a stamping word, and none says from when something binds."""
    for at, token in enumerate(tokens):
        if token in moved and is_number(token):
            before = tokens[max(0, at - 6) : at]
            if not lexicon.STAMPED.intersection(before) or lexicon.EFFECTIVE.intersection(before):
                return False
    return True


#: What a clause may begin with: ``4.``, ``4.1``, ``(b)``, ``iv)``, ``Section 4``. ``13 years`` is no such number.
_PLACE = re.compile(
    r"\W*(?:(?:section|article|part|annex|chapter)\s+)?(?:\d{1,3}(?:\.\d{1,3})+\.?|(?:\d{1,3}|[a-z]|[ivx]{1,5})[.):])\s*",
    re.IGNORECASE,
)


def numbering(part: Part) -> Reason | None:
    """Only the numbers of clauses, or of references to them, moved."""
    if not (part.old and part.new):
        return None
    old, new = (_unplaced(text) for text in (part.old, part.new))
    return Reason.NUMBERING if old == new else None


def _unplaced(text: str) -> list[str]:
    """Return the tokens of *text* without the number it begins with and without numbers that name a place in it."""
    kept: list[str] = []
    place = False
    for word in normal(_PLACE.sub("", text, count=1)):
        numbered = bool(re.fullmatch(r"\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivx]{1,5}", word))
        place = numbered and (place or (bool(kept) and kept[-1] in lexicon.REFERENCE))
        if not place:
            kept.append(word)
    return kept


def numbers(part: Part) -> Reason | None:
    """A number moved and hardly a word with it: an age, a sum, a period, a date."""
    if not (part.old and part.new):
        return None
    gone, come = lost_and_gained(normal(part.old), normal(part.new))
    words = [word for word in [*gone, *come] if not is_number(word)]
    if any(is_number(word) for word in [*gone, *come]) and len(words) <= 2 and not any(map(is_mail, words)):
        return Reason.NUMBERS
    return None


def furniture(part: Part) -> Reason | None:
    """Menus, buttons, pickers, consent layers: what stands around a policy."""
    if part.hunk.edit is Edit.REWORDED:
        changed = [" ".join(text.split()) for op, text in part.hunk.words if op in "+-" and canonical_text(text)]
        if changed and all(_is_label(text) for text in changed):
            return Reason.FURNITURE
        if (
            changed
            and all(_is_glued(text) or len(text.split()) < 2 for text in changed)
            and any(map(_is_glued, changed))
        ):
            return Reason.FURNITURE
        if part.old and part.new and _is_bare(part.old, part.clause) and _is_bare(part.new, part.clause):
            return Reason.FURNITURE
        return None
    text = part.text
    if _is_label(text) or lexicon.PICKER.search(text.lower()) or _is_consent(text):
        return Reason.FURNITURE
    if _is_contents(part) or (part.clause and part.clause.heading and _is_navigation(part)):
        return Reason.FURNITURE
    return Reason.FURNITURE if _is_bare(text, part.clause) and not _in_list(part) else None


def _is_label(text: str) -> bool:
    """Whether *text* is made of nothing but labels."""
    words = canonical_text(text).split()
    if not words or len(words) > 2 * lexicon.LONGEST_LABEL:
        return False
    reached = {0}
    for end in range(1, len(words) + 1):
        starts = range(max(0, end - lexicon.LONGEST_LABEL), end)
        if any(start in reached and " ".join(words[start:end]) in lexicon.LABELS for start in starts):
            reached.add(end)
    return len(words) in reached


#: Longer than any word but an address: the options of a form, printed without spaces.
_GLUED = 40


def _is_glued(text: str) -> bool:
    return any(len(word) >= _GLUED and word.isalnum() for word in text.split())


def _is_consent(text: str) -> bool:
    return len(text) < 600 and len(lexicon.CONSENT.findall(text.lower())) > 1


def _is_contents(part: Part) -> bool:
    """Whether an item only repeats a heading of the text it is in: a table of contents."""
    if part.clause is None or part.clause.is_heading or part.hunk.edit is Edit.REWORDED:
        return False
    text = part.context.new if part.hunk.new_at is not None else part.context.old
    return re.sub(r"^\d+ ", "", canonical_text(part.text)) in text.titles


def _is_navigation(part: Part) -> bool:
    clause = part.clause
    return (
        clause is not None
        and clause.kind[:2] in ("li", "ol", "p")
        and len(part.text.split()) <= 8
        and bool(lexicon.NAVIGATION.search(canonical_text(clause.heading[-1])))
    )


def _is_bare(text: str, clause: Clause | None) -> bool:
    """Whether *text* is a short line that is no sentence: it ends in no stop, allows and forbids nothing."""
    words = normal(text)
    return (
        clause is not None
        and clause.kind == "p"
        and len(words) <= _LABEL_WORDS
        and text.rstrip()[-1:] not in ".:;!?…"
        and not any(map(is_number, words))
        and not any(map(is_mail, words))
        and not lexicon.ACTORS.intersection(words)
    )


def _in_list(part: Part) -> bool:
    """Whether the clause stands in a run of lines that a sentence ending in a colon opens."""
    hunk = part.hunk
    reading, at = (
        (part.context.new.reading, hunk.new_at) if hunk.new_at is not None else (part.context.old.reading, hunk.old_at)
    )
    if at is None:
        return False
    for clause in reversed(reading.clauses[max(0, at - 30) : at]):
        if clause.text.rstrip("*_ ").endswith(":"):
            return True
        if clause.is_heading or len(clause.text) > 120:
            return False
    return False


def heading(part: Part) -> Reason | None:
    """Only a heading changed, and it binds nobody."""
    if part.clause is None or not part.clause.is_heading:
        return None
    gone, come = lost_and_gained(normal(part.old), normal(part.new))
    binding = {"prohibited", "forbidden", "required", "not", "no", "never", "must", "only"}
    return None if binding & (gone.keys() | come.keys()) else Reason.WORDING


def notice(part: Part) -> Reason | None:
    """A notice of an update was taken down; that it was put up is news."""
    if part.hunk.edit is Edit.REMOVED and len(part.old) < 500 and lexicon.UPDATE_NOTICE.search(_quiet(part.old)):
        return Reason.FURNITURE
    return None


def _quiet(text: str) -> str:
    return text.lower().replace("’", "").replace("'", "")


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
    pairs = _replacements(words)
    if not pairs or len(pairs) * 2 != len(edits):
        return None
    for old, new, after in pairs:
        near = {*normal(old), *normal(new), *normal(after)[:3]}
        if not (_is_name(old) and _is_name(new)) or any(map(is_number, near)):
            return None
        if not lexicon.TITLE & near or lexicon.BINDING_NAME & {*normal(old), *normal(new)}:
            return None
    return Reason.RENAMED


def _is_name(text: str) -> bool:
    """Whether all words of *text* but the joining ones begin with a capital."""
    words = [word.strip("\"“”'‘’(),.") for word in text.split()]
    return all(word in _JOINING or word[:1].isupper() for word in words if word)


def _replacements(words: tuple[tuple[str, str], ...]) -> list[tuple[str, str, str]]:
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
        return None if moved & lexicon.ACTORS else Reason.WORDING
    if gone["or"] != come["or"] and (gone["and"] or come["and"]):
        return None
    left = [word for word in [*gone, *come] if word not in lexicon.SAFE]
    gone_left = [word for word in gone.elements() if word not in lexicon.SAFE]
    come_left = [word for word in come.elements() if word not in lexicon.SAFE]
    if not left:
        return Reason.WORDING
    if len(gone_left) == len(come_left) and all(map(_is_typo, sorted(gone_left), sorted(come_left))):
        return Reason.WORDING
    return None


def _plainest(text: str) -> list[str]:
    joined = f" {' '.join(normal(text))} "
    for pattern, written in _PHRASES:
        joined = pattern.sub(written, joined)
    return [stem(word) if word not in lexicon.SAFE | lexicon.ACTORS else word for word in joined.split()]


def _is_typo(one: str, other: str) -> bool:
    """Whether two long words differ by one letter, or by two neighbours exchanged."""
    if min(len(one), len(other)) < 6 or abs(len(one) - len(other)) > 1 or any(map(str.isdigit, one + other)):
        return False
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    middle_one, middle_other = one[head : len(one) - tail], other[head : len(other) - tail]
    return max(len(middle_one), len(middle_other)) <= 1 or middle_one == middle_other[::-1]


#: In the order they are asked: what is surely nothing first.
RULES: tuple[Rule, ...] = (
    stands_elsewhere,
    same_words,
    stamp,
    numbering,
    furniture,
    notice,
    heading,
    renamed,
    wording,
    numbers,
)
