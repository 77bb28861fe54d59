"""Rules about words: the same ones in another form, names of documents, words that carry no meaning of their own."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from tostrack.analysis.comparison_key import MARKS, comparable, comparable_text
from tostrack.analysis.verdict import lexicon
from tostrack.analysis.verdict.account import language_of
from tostrack.analysis.verdict.boilerplate_phrases import points_elsewhere
from tostrack.analysis.verdict.guarded_words import binds, changes_time, turns_round
from tostrack.analysis.verdict.labels import is_label
from tostrack.analysis.verdict.normal_form import (
    INSTANT,
    RELATIVE,
    URL,
    american_of,
    is_mail,
    is_number,
    lost_and_gained,
    normal,
    spelled,
    stem,
)
from tostrack.analysis.verdict.number_rules import unplaced
from tostrack.analysis.verdict.order_rules import differ_in_scope, narrows, ranks
from tostrack.analysis.verdict.places import is_answer
from tostrack.analysis.verdict.residual import Part
from tostrack.clauses import sentences
from tostrack.language.dictionary import has_word
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.tokens import SILENT, Kind, tokenize
from tostrack.language.words import list_languages, load_language, union
from tostrack.models import Clause, Edit, Reason


def same_words(part: Part) -> Reason | None:
    """The same words in another form: an address, an entity, a hidden mail address, another spelling or date format."""
    if not (part.old and part.new):
        return None
    old, new = spelled(part.old), spelled(part.new)
    if old == new:
        if any(token.startswith((INSTANT, RELATIVE)) for token in new):
            return Reason.STAMP
        return Reason.LINKS if any(token.startswith(URL) for token in new) else Reason.FORMAT
    if normal(part.old) == normal(part.new):
        return Reason.EDITION
    letters = [comparable_text(text).replace(" ", "") for text in (part.old, part.new)]
    if letters[0] == letters[1]:
        # A word was cut in two, or two were run together.
        return Reason.FORMAT
    pieces = ["".join(text for op, text in part.hunk.words if op == side) for side in "-+"]
    if (
        all(pieces)
        and not all(map(str.isascii, pieces))
        and {_script(pieces[0]), _script(pieces[1])} == {"latin", "other"}
    ):
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
#: And these that something is, as stems.
_HANDING_ON = frozenset(map(stem, "sell sells selling sold sale sales".split()))


_ASKS = lazy_pattern(r"[^.:;!?]{1,200}\?")


def question(part: Part) -> Reason | None:
    """Only a question was added or removed, and the text below it is no short answer."""
    if part.hunk.edit is Edit.REWORDED or not _ASKS.fullmatch(part.text.strip()):
        return None
    below = _below(part)
    answered = below is not None and tokenize(below.text)[0].kind is Kind.ANSWER
    return Reason.WORDING if (part.clause.is_heading or part.clause.kind == "p") and not answered else None


def _below(part: Part) -> Clause | None:
    """Return the clause below one that was added or removed, in the text that has both."""
    hunk, (old, new) = part.hunk, (part.context.old.reading, part.context.new.reading)
    reading, at = (old, hunk.old_at) if hunk.new_at is None else (new, hunk.new_at)
    return next(iter(reading.clauses[at + 1 : at + 2]), None) if at is not None else None


def _narrows_what_stays(part: Part) -> bool:
    """Whether a heading was added or removed that says to whom or when the clause below it applies, which stays."""
    if part.hunk.edit is Edit.REWORDED or not narrows(part.text, language_of(part.context.new.reading)):
        return False
    below, other = _below(part), part.context.new if part.hunk.new_at is None else part.context.old
    if below is None or below.is_heading or part.clause.kind == "h1":
        return False
    if below.text.count(" ") < _SENTENCE_SPACES and not below.text.endswith("."):
        return False
    return other.count(comparable(below)) > 0


#: A clause of fewer spaces and without a stop is an item of a menu as soon as one of the text.
_SENTENCE_SPACES = 5


def heading(part: Part) -> Reason | None:
    """Only a heading changed, marked as one or not, and it binds nobody and narrows nothing that stays below it."""
    if not part.clause.is_heading and not _is_title_line(part):
        return None
    if _narrows_what_stays(part) or turns_round(normal(part.old), normal(part.new)) or _is_about_other(part):
        return None
    gone, come = lost_and_gained(unplaced(part.old), unplaced(part.new))
    changed = gone.keys() | come.keys()
    if part.hunk.edit is Edit.REWORDED and _sets_scope(part) and not lexicon.CALL.match(part.new.lower()):
        return None
    if {*map(stem, changed)} & _HANDING_ON and not {*map(stem, gone)} & _HANDING_ON & {*map(stem, come)}:
        return None
    if _gives_value(part.hunk.new or part.hunk.old) or (
        part.hunk.edit is Edit.REWORDED and differ_in_scope(part.old, part.new)
    ):
        return None
    if not part.clause.is_heading and (len(_joining() & changed) > 1 or any(map(_is_letter, changed))):
        return None
    asked = part.text.rstrip().endswith("?")
    return None if (_BINDING & changed and not asked) or any(map(is_number, changed)) else Reason.WORDING


def _is_letter(word: str) -> bool:
    """Whether *word* is a letter that names something: "Levels A to C"."""
    return len(word) == 1 and word.isalpha() and word not in _ARTICLES


#: Words of one letter.
_ARTICLES = frozenset("aàéeoóuwyziúlds")


def _is_about_other(part: Part) -> bool:
    """Whether a word or two of a heading gave way to as many others that are no form of them."""
    gone, come = ([*map(stem, side)] for side in lost_and_gained(unplaced(part.hunk.old), unplaced(part.hunk.new)))
    lost, gained = ([word for word in side if word not in lexicon.SAFE] for side in (gone, come))
    return 0 < len(lost) == len(gained) <= _EXCHANGED and not {*lost} & {*gained} and part.clause.kind != "h1"


#: In a heading so many words may give way to as many others before it is another heading as a whole.
_EXCHANGED = 2


def _gives_value(title: str) -> bool:
    """Whether a title gives a value behind a colon, as "Retention: Forever" does and "Section 4: Payment" does not."""
    label, colon, value = title.partition(": ")
    numbered = lexicon.REFERENCE.intersection(normal(label)) or any(map(is_number, normal(label)))
    short = len(value.split()) <= _VALUE_WORDS and (not is_label(value) or is_answer(value))
    return bool(colon) and not numbered and short


#: A value is no longer than this.
_VALUE_WORDS = 4


def _sets_scope(part: Part) -> bool:
    """Whether a name that a heading is about was added, removed or replaced: "for Europe", "for Europe and Asia".

    It is behind a word in small letters; in a heading with capitals throughout nothing is known of names.
    """
    before = ""
    for op, text in part.hunk.words:
        if op != "=" and any(word[:1].isupper() for word in re.findall(r"[^\W\d_]+", text)):
            first = text.split()[:1]
            last = before.split()[-1:]
            if (first and first[0][:1].islower()) or (last and last[0][:1].islower()):
                return True
        before = text if op == "=" or text.strip() else before
    return False


#: A line without a stop, of no more words, in which some words gave way to others, is a title.
_TITLE_LINE = 6
#: So is a longer one that is bold as a whole, unless it speaks of somebody, or ends with a stop behind so many words.
_SENTENCE = 4
_BOLD = lazy_pattern(r"(\*\*|__)(?!\s)[^*]{3,100}\1$")


def _is_title_line(part: Part) -> bool:
    hunk = part.hunk
    if hunk.edit is not Edit.REWORDED or part.clause.kind != "p" or not (part.old and part.new):
        return False
    words = [hunk.old.split(), hunk.new.split()]
    if _BOLD.match(part.clause.text):
        said = hunk.new.rstrip("*_ ").endswith(".") and max(map(len, words)) >= _SENTENCE
        priced = any(sign in hunk.old + hunk.new for sign in "$€£%")
        return not said and not priced and not lexicon.ACTORS.intersection(normal(f"{hunk.old} {hunk.new}"))
    listed = any(text.count(",") > 1 for text in (hunk.old, hunk.new))
    if listed or (not _heads(part) and not lexicon.CALL.match(hunk.new.lower())):
        return False
    stopped = any(text.rstrip("*_ ")[-1:] in ".:;!?…" for text in (hunk.old, hunk.new))
    capital = all(text[:1].isupper() for text in (hunk.old, hunk.new))
    return max(map(len, words)) <= _TITLE_LINE and capital and not stopped and not _is_told_of(normal(hunk.new))


def _heads(part: Part) -> bool:
    """Whether the line is before longer text, as a title is, and says nothing behind a colon."""
    clauses, at = part.context.new.reading.clauses, part.hunk.new_at
    behind = clauses[at + 1 : at + 2] if at is not None else ()
    return bool(behind) and len(behind[0].text) > 2 * len(part.hunk.new) and ": " not in part.hunk.new


def _is_told_of(words: Sequence[str]) -> bool:
    """Whether a short line says something of somebody: an address, a party, a right."""
    return any(is_number(word) or is_mail(word) for word in words) or bool(lexicon.BINDING_NAME & {*words})


_FORMERLY = lazy_pattern(
    r"\W*\(?(?:formerly(?: known as)?|previously(?: known as)?|f/k/a)\b[^()]{0,60}\)?\W*$", re.IGNORECASE
)
_JOINING = frozenset("of and the for & by".split())


def renamed(part: Part) -> Reason | None:
    """A page or function has another name, or a document another word for what it is; nobody else gets anything.

    A document that is of somebody or something else, "Business Terms" for "Consumer Terms", is another document.
    """
    if part.hunk.edit is not Edit.REWORDED:
        return None
    words = part.hunk.words
    edits = [(at, op, text) for at, (op, text) in enumerate(words) if op != "=" and comparable_text(text)]
    if edits and all(_FORMERLY.match(text) for _, _, text in edits):
        return Reason.RENAMED
    pairs = replacements(words)
    if not pairs or len(pairs) * 2 != len(edits):
        return None
    if _defines_other(part):
        return None
    handed_on = bool(lexicon.HANDED_ON.intersection(normal(part.old)))
    return Reason.RENAMED if all(_is_title(part, *pair, strict=handed_on) for pair in pairs) else None


#: A clause that says what a name means begins with it.
_DEFINED = lazy_pattern(r"\W*(?:\w{1,3}[.)]\s*)?[\"“„«](?P<name>[^\"”»“]{2,60})[\"”»“]")


def _defines_other(part: Part) -> bool:
    """Whether the clause defines another name, and both texts know both."""
    names = [match["name"] for text in (part.hunk.old, part.hunk.new) if (match := _DEFINED.match(text))]
    texts = [text.reading.version.text for text in (part.context.old, part.context.new)]
    return len({*names}) > 1 and all(name in text for name in names for text in texts)


def _is_title(part: Part, old: str, new: str, after: str, *, strict: bool) -> bool:
    """Whether a name of a document, page or function took the place of another.

    Args:
        part: What is asked for.
        old: The removed words.
        new: The words that came in their place.
        after: What follows them: ``Acme`` in ``Acme Terms of Service`` is part of a title.
        strict: The title must be among the changed words.
    """
    if not (is_name(old) and is_name(new)):
        return False
    if _is_abbreviation(old) and _is_abbreviation(new):
        # A state, a law or a licence for another: "the EU Terms", "the US Terms".
        return False
    changed = {*normal(old), *normal(new)}
    following = [word.strip("\"“”'‘’(),.;:") for word in after.split()[:3]]
    named = itertools.takewhile(lambda word: word[:1].isupper(), following)
    near = changed | (set() if strict else {word.lower() for word in [*named, *following[:1]]})
    if not lexicon.TITLE & near or any(map(is_number, near)) or (lexicon.BINDING_NAME | lexicon.PARTIES) & changed:
        return False
    if not lexicon.DOCUMENTS & near or changed <= lexicon.TITLE | lexicon.SAFE:
        return True
    # It is the same document when it is in a link to the same address.
    sides = ((part.context.old, part.hunk.old_at, old), (part.context.new, part.hunk.new_at, new))
    targets = [_target(side.reading.clauses[at].text, name.strip()) for side, at, name in sides if at is not None]
    return None not in targets and len({*targets}) == 1


_LINK = lazy_pattern(r"\[(?P<label>[^\[\]]+)\]\((?P<address>[^()\s]+)")


def _target(text: str, name: str) -> str | None:
    """Return the address of the link in *text* that has *name*."""
    return next((link["address"] for link in _LINK.finditer(text) if name in link["label"]), None)


def _is_abbreviation(text: str) -> bool:
    """Whether *text* is letters of a name or a Roman number: "GDPR", "II"."""
    return any(word.isupper() for word in text.split()) and len(text.strip()) <= _ACRONYM


_QUOTED = lazy_pattern("[\"“'‘][^\"“”'‘’]{2,30}[\"”'’]$")


def is_name(text: str) -> bool:
    """Whether all words of *text* but the joining ones begin with a capital, or it is quoted as a whole."""
    if _QUOTED.match(text.strip()):
        return True
    words = [word.strip("\"“”'‘’(),.") for word in text.split()]
    return all(word in _JOINING or word[:1].isupper() for word in words if word)


def replacements(words: tuple[tuple[str, str], ...]) -> list[tuple[str, str, str]]:
    """Return (old, new, what follows) for each place where words were replaced by others."""
    pairs = []
    for at in range(len(words) - 1):
        if words[at][0] == "-" and words[at + 1][0] == "+" and comparable_text(words[at][1]):
            after = words[at + 2][1] if at + 2 < len(words) else ""
            pairs.append((words[at][1], words[at + 1][1], after))
    return pairs


def _read_phrases() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return, by its first word, the phrases that begin with it, the longest first, and what is written for each."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    rows = [row for code in list_languages() for row in load_language(code).list_rows("wording", "same")]
    for written, *phrases in [("", *sorted(union("wording", "idle"))), *rows]:
        for words in (tuple(phrase.split()) for phrase in phrases):
            found.setdefault(words[0], []).append((words, written))
    return {first: sorted(phrases, key=lambda entry: -len(entry[0])) for first, phrases in found.items()}


_PHRASES = _read_phrases()
_KEPT = lexicon.SAFE | lexicon.ACTORS


def wording(part: Part) -> Reason | None:
    """Only words that carry no meaning of their own were added, removed or changed in form."""
    if not (part.old and part.new):
        return None
    if changes_time(normal(part.old), normal(part.new)):
        return None
    old, new = (plainest(text) for text in (part.old, part.new))
    gone, come = lost_and_gained(old, new)
    safe = lexicon.neutral_words(language_of(part.context.new.reading))
    if not gone and not come:
        return Reason.WORDING if _is_reordered(part) else None
    if gone["or"] != come["or"] and (gone["and"] or come["and"]):
        return None
    if turns_round(old, new):
        return None
    lost, gained = (sorted(side.elements()) for side in (gone, come))
    if "and" not in lost + gained and not ("or" in lost and "or" in gained):
        # "questions, complaints" and "questions, or complaints" are one list.
        lost, gained = ([word for word in side if word != "or"] for side in (lost, gained))
    if _are_too_many(lost, len(gained), safe) or _are_too_many(gained, len(lost), safe):
        return Reason.WORDING if _is_misspelt(part) else None
    slips = _take_slips(part, lost, gained)
    if {*lost, *gained} <= safe and not _is_guarded(part, {*lost, *gained}):
        meant = [[slips.get(word, word) for word in side] for side in (old, new)]
        known = _keep_order(meant[0], meant[1], {*lost, *gained}) or _is_reordered(part)
    else:
        known = _is_misspelt(part)
    return Reason.WORDING if known else None


def _take_slips(part: Part, lost: list[str], gained: list[str]) -> dict[str, str]:
    """Take misspelt words from *lost* and what they mean from *gained*, and return the former by the latter."""
    slips = {}
    for word in list(lost):
        meant = next((other for other in gained if is_typo(word, other) and not _is_other(part, word, other)), None)
        if meant is not None:
            lost.remove(word)
            gained.remove(meant)
            slips[meant] = word
    return slips


def _keep_order(old: Sequence[str], new: Sequence[str], changed: set[str]) -> bool:
    """Whether the words of both that carry a meaning, beside those that *changed*, are in one order."""
    small = lexicon.SAFE | _joining() | changed
    ours, theirs = ([word for word in side if word not in small] for side in (old, new))
    return ours == theirs


def _is_guarded(part: Part, changed: set[str]) -> bool:
    """Whether one of the small words that *changed* is a code in capitals ("US"), or says how exact a number is."""
    codes = {match[0].lower() for text in (part.old, part.new) for match in _CODE.finditer(text)}
    return bool(codes & changed) or _hedges(part.old) != _hedges(part.new)


#: A code of a country or state, in a text that is not in capitals around it.
_CODE = lazy_pattern(r"(?<![A-Z] )(?<![A-Z])[A-Z]{2}(?![\w’'])(?! [A-Z]{2})")


def _hedges(text: str) -> list[str]:
    """Return the words right before numbers that say how exact these are: "about 30"."""
    if not any(map(str.isdigit, text)):
        return []
    said = [token for token in tokenize(text) if token.kind not in SILENT]
    return [
        one.key for one, other in itertools.pairwise(said) if one.kind is Kind.QUALIFIER and other.kind is Kind.NUMBER
    ]


@cache
def _joining() -> frozenset[str]:
    return union("wording", "joining")


#: Words between the entries of a list in a sentence.
@cache
def _between(language: str) -> re.Pattern[str]:
    joining = {
        word for code in ("en", language or "en") for word in load_language(code).list_words("wording", "joining")
    }
    return lazy_pattern(rf"[,;](?=\s)|(?<=\s)(?:{'|'.join(sorted(joining))})(?=\s)")


def _is_reordered(part: Part) -> bool:
    """Whether two texts with the same words list the same entries in another order, or only moved a small word.

    "30 days for messages and 90 for photos" has other entries when the two numbers change places.
    """
    texts = (part.old, part.new)
    between = _between(language_of(part.context.new.reading))
    bare = [[word for word in plainest(text) if word not in lexicon.SAFE] for text in texts]
    joins = [[word for word in between.findall(text) if word.isalpha()] for text in texts]
    if bare[0] == bare[1] or joins[0] != joins[1] or any(map(ranks, texts)):
        return bare[0] == bare[1]
    sides = [[plainest(entry) for entry in between.split(text)] for text in texts]
    flat = [[word for entry in side for word in (*entry, "") if word not in lexicon.SAFE] for side in sides]
    head = _count_common(*flat)
    flat = [side[head:] for side in flat]
    tail = _count_common(*(side[::-1] for side in flat))
    listed = [Counter(" ".join(side[: len(side) - tail]).split("  ")) for side in flat]
    return listed[0] == listed[1]


def _count_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return with how many equal words both begin; one may go on where the other ends."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))


def _are_too_many(words: Sequence[str], others: int, safe: frozenset[str]) -> bool:
    """Whether *words* with a meaning of their own are more than so many others, of which each can be one misspelt."""
    return sum(word not in safe for word in words) > others


def _is_misspelt(part: Part) -> bool:
    """Whether each edit puts the same letters otherwise: ``in appropriately`` for ``inappropriate``."""
    pairs = replacements(part.hunk.words)
    edits = sum(op != "=" and bool(comparable_text(text)) for op, text in part.hunk.words)
    letters = [[comparable_text(text).replace(" ", "").removesuffix("ly") for text in pair[:2]] for pair in pairs]
    mere = all(one == other or _is_slip(part, one, other) for one, other in letters)
    return bool(pairs) and edits == 2 * len(pairs) and mere


def _is_slip(part: Part, one: str, other: str) -> bool:
    doubled = min(len(one), len(other)) >= _SHORT and one.isalpha() and squeezed(one) == squeezed(other)
    return doubled and not _are_two_words(part, one, other)


def _are_two_words(part: Part, one: str, other: str) -> bool:
    """Whether a language has both words: "genetic" is no slip of "generic", nor is one name one of another."""
    language = language_of(part.context.new.reading) or "en"
    if language != "en" and (one[:-1] in (other, other[:-1]) or other[:-1] == one):
        # One word with two endings.
        return False
    if _unaccented(one) == _unaccented(other):
        return False
    known = [has_word(word, language) for word in (one, other)]
    if known == [False, False] and min(len(one), len(other)) >= _VERY_LONG:
        # A compound that no dictionary has: the text, where it did not change, writes the other and nowhere the one.
        usual, slip = (stem(other), stem(one))
        return not (part.context.old.uses(usual) and not part.context.new.uses(slip))
    return known[0] == known[1] and (known[0] is True or squeezed(one) != squeezed(other))


#: Few words of so many letters are other words by one letter.
_VERY_LONG = 14


#: Longer words in capitals are words.
_ACRONYM = 5


def _is_other(part: Part, word: str, other: str) -> bool:
    """Whether *other* is no correction of *word*: letters of a name, or both are words that are known or still used."""
    if len(other) <= _ACRONYM and other.upper() in part.new:
        return True
    # "rps" and "rpm" are no misspelling of each other, nor is one unit of another.
    if _VOWEL.search(word + other) is None or _counts(part.old, word) or _counts(part.new, other):
        return True
    if _is_both_genders(word, other):
        return False
    if {word[-2:], other[-2:]} == {"er", "ed"} or not _is_of_letters(word + other):
        return True
    if lexicon.known_words().issuperset((word, other)):
        return True
    return _are_two_words(part, _form_of(word, part.old), _form_of(other, part.new))


def _form_of(found: str, text: str) -> str:
    """Return the word of *text* whose stem is *found*."""
    return next((word for word in spelled(text) if _stem(american_of(word)) == found), found)


_VOWEL = lazy_pattern("[^b-df-hj-np-tv-xz]")


def _counts(text: str, word: str) -> bool:
    """Whether *word* is what a number in *text* counts."""
    return re.search(rf"\d\s?{re.escape(word)}", text.lower()) is not None


def _is_of_letters(word: str) -> bool:
    """Whether *word* is written in a script of letters, where a single one seldom makes another word."""
    return word.isascii() or all(unicodedata.name(one, "").startswith(("LATIN", "GREEK", "CYRILLIC")) for one in word)


#: A pointer has no more words than this.
_POINTER_WORDS = 24


def pointer(part: Part) -> Reason | None:
    """Only sentences that point elsewhere were added or removed, and they say nothing themselves."""
    if part.hunk.edit is Edit.REWORDED:
        old, new = ([text[start:end] for start, end in sentences(text)] for text in (part.hunk.old, part.hunk.new))
        pointed = [said for said in [*old, *new] if (said in old) != (said in new)]
        gone, come = ([_TITLE.sub(" ", said) for said in side if said in pointed] for side in (old, new))
        moved = lost_and_gained(normal(" ".join(gone)), normal(" ".join(come)))
        if gone and come and any(binds(word) for side in moved for word in side):
            return None
    else:
        pointed = [part.text[start:end] for start, end in sentences(part.text)]
    return Reason.WORDING if pointed and all(map(_points, pointed)) else None


#: The name of what is pointed at.
_TITLE = lazy_pattern('["“«„][^"“”«»„]{2,80}["”»“]')


def _points(sentence: str) -> bool:
    if points_elsewhere(sentence):
        return True
    if not lexicon.POINTER.match(sentence.lower()):
        return False
    words = normal(sentence)
    return len(words) <= _POINTER_WORDS and _BOUND.isdisjoint(words)


_BOUND = lexicon.OBLIGING | {"not", "no", "never"}


#: What readers "can" do they do: "your admins can control it" is "your admins control it". What *we* can is another
#: matter.
_READER_CAN = lazy_pattern(r"\b(you|your [a-z]+(?: [a-z]+)?|users|people) can (?!not\b|only\b)")


@lru_cache(maxsize=4_096)
def plainest(text: str) -> tuple[str, ...]:
    """Return the words of *text* with one phrase standing for all that say the same, without endings."""
    # A word may be doubled by a slip.
    joined = " ".join(_without_repeats([*_said(normal(text))]))
    if "can" in joined:
        joined = _READER_CAN.sub(r"\1 ", joined)
    return tuple(word if word in _KEPT else _stem(word) for word in joined.split())


def _stem(word: str) -> str:
    """Return the stem of *word*; the word itself where its stem is a small word: "lose" is no Spanish "los"."""
    found = stem(word)
    return word if found in lexicon.SAFE and word not in lexicon.SAFE else found


def _without_repeats(words: Sequence[str]) -> list[str]:
    """Return *words* without phrases that are printed twice in a row."""
    kept: list[str] = []
    for word in words:
        kept.append(word)
        for size in range(1, _REPEATED + 1):
            if len(kept) >= 2 * size and kept[-1 - size] == word and kept[-size:] == kept[-2 * size : -size]:
                del kept[-size:]
                break
    return kept


#: A phrase that is printed twice has no more words.
_REPEATED = 3


def _said(tokens: Sequence[str]) -> Iterator[str]:
    """Yield *tokens* with one token in the place of every known phrase."""
    at = 0
    while at < len(tokens):
        for words, written in _PHRASES.get(tokens[at], ()):
            if len(words) == 1 or tuple(tokens[at : at + len(words)]) == words:
                yield written
                at += len(words)
                break
        else:
            yield tokens[at]
            at += 1


_MARKED = lazy_pattern(f"[{MARKS}]")
#: Endings of who does it and to whom: employer and employee are no misspelling of each other.
_PARTIES = {"ee", "er", "or"}
#: A shorter word may be another one that differs by a letter.
_LONG = 6


def _is_both_genders(one: str, other: str) -> bool:
    """Whether one of two German words is the other with the ending of women, or of both: "Nutzer*innen", "Nutzende"."""
    short, long = sorted((one, other), key=len)
    if any(long.endswith(ending) for ending in ("end", "ende", "enden", "ender")):
        return f"{long.rpartition('end')[0]}er" == short and len(short) > _SHORT
    root = long.removesuffix("innen")
    return root != long and len(root) >= _SHORT and short in (root, f"{root}en", f"{root}n", f"{root}e")


#: From so many letters on, a letter doubled or an accent left out makes no other word.
_SHORT = 4


_DOUBLED = lazy_pattern(r"(.)\1")
#: The accents of Latin, Greek and Cyrillic letters: the vowel signs of other scripts are no accents.
_ACCENT = lazy_pattern("[\u0300-\u036f]")


@lru_cache(maxsize=20_000)
def squeezed(word: str) -> str:
    """Return *word* without accents and with no letter twice in a row."""
    return _DOUBLED.sub(r"\1", _unaccented(word))


def _unaccented(word: str) -> str:
    return word if word.isascii() else _ACCENT.sub("", unicodedata.normalize("NFD", word))


#: With what an English word that begins with two consonants may begin.
_ONSETS = frozenset(
    """bl br ch cl cr dr dw fl fr gh gl gn gr kh kl kn kr ll mc mn ph pl pn pr ps qu rh sc sh sk sl sm sn sp sq sr st sv
    sw th tr ts tw ty vl wh wr xy zh""".split()
)
_CONSONANTS = frozenset("bcdfghjklmnpqrstvwxz")


def is_typo(one: str, other: str) -> bool:
    """Whether two words differ by one letter, or by two neighbours exchanged, and name no two parties."""
    if _is_both_genders(one, other):
        return True
    if _MARKED.search(one + other):
        # A vowel sign of an Indic script makes another word.
        return False
    if abs(len(one) - len(other)) > 1 or any(map(str.isdigit, one + other)):
        return False
    if min(len(one), len(other)) >= _SHORT and squeezed(one) == squeezed(other):
        return True
    if min(len(one), len(other)) < _LONG and _is_wellformed(one) and _is_wellformed(other):
        return False
    # "employer" and "employee", "use" and "user" are different words.
    if one[-2:] != other[-2:] and ({one[-2:], other[-2:]} <= _PARTIES or f"{one}r" == other or one == f"{other}r"):
        return False
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    middle_one, middle_other = one[head : len(one) - tail], other[head : len(other) - tail]
    return max(len(middle_one), len(middle_other)) <= 1 or middle_one == middle_other[::-1]


def _is_wellformed(word: str) -> bool:
    """Whether a word may begin and go on like this: ``lnudity``, ``ffor`` and ``alll`` may not."""
    begins = len(word) < 3 or not {*word[:2]} <= _CONSONANTS or word[:2] in _ONSETS
    return begins and not re.search(r"([^\W\d_])\1\1", word)
