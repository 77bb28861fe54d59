"""Rules about numbers: stamps that bind nobody, numbers of clauses, and the ages, sums, periods and dates that bind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from functools import lru_cache

from tostrack.analysis.verdict import lexicon
from tostrack.analysis.verdict.guarded_words import turns_round
from tostrack.analysis.verdict.normal_form import DATE, INSTANT, MARK, RELATIVE, is_mail, is_number, normal
from tostrack.analysis.verdict.order_rules import has_meant_number
from tostrack.analysis.verdict.places import VALUES, Place, value_of
from tostrack.analysis.verdict.residual import Part
from tostrack.clauses import sentences
from tostrack.language.item_labels import strip_label
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import entry_pattern, month_numbers, union
from tostrack.models import Reason


def stamp(part: Part) -> Reason | None:
    """Only a date that binds nobody, a counter or an identifier moved."""
    if part.is_passage:
        return None
    gone, come = part.moved
    changed = {*gone, *come}
    if not changed or turns_round(normal(part.old), normal(part.new)):
        return None
    if all(word.startswith((INSTANT, RELATIVE)) for word in changed):
        return Reason.STAMP
    valued = value_of(part.clause)
    # A label in front of a date may have been taken for a title of its own: "Ends: May 2027".
    labelled = valued and not _DATED.intersection(normal(part.hunk.new))
    texts = [text for text in ((part.hunk.old, part.hunk.new) if labelled else (part.old, part.new)) if text]
    asked = Place.ROW in part.places or (Place.VALUE in part.places and not valued)
    if asked and not all(map(_is_labelled, texts)):
        return None
    if all(map(_is_stamp, texts)):
        named = {word for word in changed if not is_number(word) and not word.startswith(MARK)} - lexicon.CLOCK
        if len(texts) == 1 or named <= lexicon.SAFE | lexicon.DATING | month_numbers().keys() or opaque(texts):
            return Reason.STAMP
    if not all(map(is_number, changed)):
        return None
    said = [normal(text) for text in texts]
    return Reason.STAMP if all(map(_counts_views, said)) or all(_stamped(one, changed) for one in said) else None


#: Labels of the dates of a document.
_DATED = lexicon.STAMPED | lexicon.EFFECTIVE | lexicon.DATING | lexicon.LAST
#: A line that counts what others did has no more words: "Views: 1.5M".
_COUNTER = 8
#: What nobody limits.
_WATCHED = frozenset("views likes followers ratings votes reviews comments replies".split())


def _counts_views(tokens: Sequence[str]) -> bool:
    """Whether a line begins with the label of a count that nobody limits, and the number follows."""
    return 1 < len(tokens) <= _COUNTER and tokens[0] in _WATCHED and is_number(tokens[1])


def _is_labelled(text: str) -> bool:
    """Whether a cell or its neighbour says that a date is of the text, or that a number counts."""
    return bool((lexicon.STAMPED | lexicon.LAST | lexicon.COUNTED | _WATCHED).intersection(normal(text)))


def opaque(texts: Sequence[str]) -> bool:
    """Whether all of *texts* are identifiers."""
    return all(map(_OPAQUE.match, texts))


_DIGIT = lazy_pattern(r"\d")
_OPAQUE = lazy_pattern(r"(?=\S*\d)[\w-]{10,}$")
_STAMP_TEXT = 14
#: No token is made of more words than eight: a longer text need not be read to be known as longer.
_STAMP_SPACES = 8 * _STAMP_TEXT
#: ``1.26.11``, ``8/26/14``: what such a date is depends on the country, that it is one does not.
_SHORT_YEAR = lazy_pattern(r"(?<![\d./])\d{1,2}([./])\d{1,2}\1\d{2}(?![\d./])")
#: The time of a day: ``2:05 pm``, and ``13.21 BST``, which without its zone may be the number of an edition.
_ZONE = rf"(?=\s*(?:[ap]\.?m|{'|'.join(sorted(lexicon.CLOCK))})\b)"
_CLOCK = lazy_pattern(
    rf"\b(?:[01]?\d|2[0-3])(?::[0-5]\d(?::[0-5]\d)?|\.[0-5]\d{_ZONE})(?:\s?[ap]\.?m\b\.?)?", re.IGNORECASE
)


#: From when to when something is open: no time at which a text was revised.
_HOURS = lazy_pattern(r"\d[:.]\d\d(?:\s?[ap]\.?m\.?)?\s?[-–—]\s?\d{1,2}(?:[:.]\d\d|\s?[ap]\.?m)", re.IGNORECASE)


def machine_code(part: Part) -> Reason | None:
    """Only a code that a machine made for one visit or one build moved, in a line that is short and says no more.

    Seen in no recorded pair, whose texts were cleaned by others. It stays because a raw page can show such a code every
    night, and the first two nights come before a flickering line is known.
    """
    if not (part.old and part.new) or max(part.old.count(" "), part.new.count(" ")) > _CODE_LINE:
        return None
    sides = [
        [word for word in text.split() if word not in other.split()]
        for text, other in ((part.old, part.new), (part.new, part.old))
    ]
    made = all(len(side) == 1 and _MACHINE.fullmatch(side[0]) for side in sides)
    return Reason.STAMP if made else None


#: A line with a code has no more spaces than this.
_CODE_LINE = 5
_MACHINE = lazy_pattern(
    r"[#(]?(?=[\w-]*\d)(?=[\w-]*[a-fA-F])(?:[0-9a-fA-F]{7,}|[0-9a-fA-F]{4,}(?:-[0-9a-fA-F]{3,})+)[).]?"
)
_CODE = lazy_pattern(r"\d{4,8}$")
#: Words before the number of an edition.
_EDITIONS = frozenset(("version", "v", "revision", "rev", "release"))
#: And before its code: "Rev 0123", "Form 1022".
_CODED = _EDITIONS | {"form", "edition", "build", "doc", "document"}
YEAR = lazy_pattern(r"(?:19|20)\d\d$")
_MONTH = lazy_pattern(r"(?:0[1-9]|1[0-2])$")


def _is_stamp(text: str) -> bool:
    """Whether the whole of *text* is a stamp: a date, a "last updated" line, a counter, an identifier."""
    numbered = _DIGIT.search(text) is not None
    if numbered and _OPAQUE.match(text):
        return True
    if text.count(" ") >= _STAMP_SPACES or (numbered and _HOURS.search(text)):
        return False
    dated = _CLOCK.sub("", _SHORT_YEAR.sub("2000-01-01", text)) if numbered else text
    tokens = tuple(token for token in normal(dated) if token not in lexicon.CLOCK)
    if len(tokens) > _STAMP_TEXT:
        return False
    words = {token for token in tokens if not is_number(token) and not token.startswith(MARK)}
    if (lexicon.EFFECTIVE | lexicon.ACTORS) & words:
        return False
    numbers = [at for at, token in enumerate(tokens) if is_number(token)]
    if len(tokens) == 2 and numbers and all(_CODE.match(tokens[at]) for at in numbers):
        return bool(words & _CODED)
    if lexicon.COUNTED & words:
        # A counter is written in digits: "two of three members decide" is none.
        counted = numbered and all(_is_counter(tokens, at) for at in numbers)
        return bool(numbers) and counted and not (lexicon.OBLIGING | _LIMITING) & words
    if "version" in words and text.rstrip()[-1:] in ".;" and len(words - lexicon.SAFE - lexicon.DATING) > 1:
        # A sentence about an edition of something.
        return False
    machine = any(token.startswith((INSTANT, RELATIVE)) for token in tokens) or (dated != text and not numbers)
    if not machine and not (numbers and all(_is_dating(tokens, at) for at in numbers)):
        return False
    return not words or bool(lexicon.STAMPED & words) or bool(_EDITION.search(text))


def _is_counter(tokens: Sequence[str], at: int) -> bool:
    return not tokens[at].startswith(DATE) and bool(lexicon.COUNTED.intersection(tokens[at + 1 : at + 3]))


#: A title with the date of its edition in brackets.
_EDITION = lazy_pattern(r"^[^.!?;:]{0,60}\((?:19|20)\d{6}\)$")


def lapsed(part: Part) -> Reason | None:
    """Only the day from which the text binds moved, and it has come: what it brought is in the other clauses."""
    seen_at = part.context.new.reading.version.seen_at
    if seen_at and part.clause.kind == "p" and not (part.old and part.new):
        return Reason.STAMP if _dates_document(part.text, f"{seen_at:%Y-%m-%d}") else None
    if not (part.old and part.new and seen_at) or not _is_of_document(part):
        return None
    moved = [*filter(None, part.moved)]
    if len(moved) != 2 or not all(word.startswith(DATE) for side in moved for word in side):
        return None
    days = [word.removeprefix(DATE).replace("_", "-") for side in moved for word in side]
    binding = all(_binds_from(text, side) for text, side in zip((part.old, part.new), moved, strict=True))
    return Reason.STAMP if binding and max(days) <= f"{seen_at:%Y-%m-%d}" else None


def _dates_document(text: str, today: str) -> bool:
    """Whether *text* says from when the document binds, that day has come, and it says nothing else."""
    words = normal(text)
    days = [word.removeprefix(DATE).replace("_", "-") for word in words if word.startswith(DATE)]
    said = {word for word in words if not word.startswith(DATE)}
    known = _OF_DATES | lexicon.DATING | lexicon.DOCUMENTS | lexicon.SAFE
    return len(days) == 1 and days[0] <= today and bool(said & lexicon.EFFECTIVE) and said <= known


#: Words of phrases that date a document.
_OF_DATES = frozenset(word for entry in union("dates", "effective", "updated", "binding") for word in entry.split())


def _is_of_document(part: Part) -> bool:
    """Whether the sentences date the document: they are short, and a clause is not what they are about."""
    longest = max(len(normal(text)) for text in (part.old, part.new))
    return longest <= _DATE_LINE or bool(_ITSELF.search(part.new.lower()[:_ITSELF_WITHIN]))


#: A line that dates a document has no more words, or begins with what it dates.
_DATE_LINE = 12
_ITSELF = lazy_pattern(
    entry_pattern(union("dates", "itself")).pattern + r"|\b(?:this|these|our) (?:\w+ ){0,3}"
    r"(?:terms|polic(?:y|ies)|agreement|notice|statement|conditions|guidelines|rules)\b"
)
_ITSELF_WITHIN = 60


def _binds_from(text: str, moved: Counter[str]) -> bool:
    """Whether a word that says from when a text binds is right before each moved date; pointers do not count."""
    spoken = [text[start:end] for start, end in sentences(text)]
    tokens = normal(" ".join(sentence for sentence in spoken if not lexicon.POINTER.match(sentence.lower())))
    places = [at for at, token in enumerate(tokens) if token in moved]
    return bool(places) and all(lexicon.EFFECTIVE.intersection(tokens[max(0, at - 6) : at]) for at in places)


def _is_dating(tokens: Sequence[str], at: int) -> bool:
    """Whether the number at *at* is a date, a year, a day before a month, or the number of an edition."""
    token = tokens[at]
    if token.startswith(DATE) or YEAR.match(token) or _EDITIONS.intersection(tokens[at - 1 : at]):
        return True
    if _MONTH.match(token) and any(map(YEAR.match, tokens[at + 1 : at + 2])):
        return True
    beside = {*tokens[max(0, at - 2) : at], *tokens[at + 1 : at + 2]}
    # Not isdigit: a superscript is a digit too, and no number.
    return token.isdecimal() and int(token) <= 31 and bool(month_numbers().keys() & beside)


def _stamped(tokens: Sequence[str], moved: Container[str]) -> bool:
    """Whether every moved number of *tokens* is a date that follows "last updated" or the like."""
    for at, token in enumerate(tokens):
        if token in moved and is_number(token):
            before = tokens[max(0, at - 6) : at]
            if not _is_dating(tokens, at) or not lexicon.STAMPED.intersection(before):
                return False
            if lexicon.EFFECTIVE.intersection(before) or not lexicon.LAST.intersection(before):
                return False
    return True


def numbering(part: Part) -> Reason | None:
    """Only the numbers of clauses, or of references to them, moved."""
    if not (part.old and part.new):
        # Alone under a heading a number may be what the heading asks for.
        asked = {Place.ANSWER, Place.VALUE} & part.places
        return None if asked or _behind_place(part.text) else Reason.NUMBERING
    gone, come = part.moved
    if not all(map(_may_be_of_place, (*gone, *come))):
        return None
    valued = VALUES & part.places or value_of(part.clause)
    if valued and any(map(_is_value, (part.old, part.new))):
        return None
    if has_meant_number(part):
        return None
    old, new = (unplaced(text) for text in (part.old, part.new))
    if not old:
        # The words behind the number occur elsewhere too; alone a number is what it says.
        old, new = (unplaced(text) for text in (part.hunk.old, part.hunk.new))
    return Reason.NUMBERING if old and old == new else None


def _is_value(text: str) -> bool:
    """Whether a short line says a number and hardly a word, or names an article: of a law, where it gives a value."""
    words = normal(text)
    return not any(len(word) >= _WORD_LETTERS and word.isalpha() for word in words) or bool(_ARTICLE.search(text))


#: Units, currencies and days of the week in short have fewer letters.
_WORD_LETTERS = 4
_ARTICLE = lazy_pattern(r"(?:\bart(?:\.|icle|ikel|ículo|icolo|igo|ykuł)?|§)\s?\d", re.IGNORECASE)


def _may_be_of_place(word: str) -> bool:
    """Whether *word* may belong to the number of a clause, to a reference, or to a date that a number is before."""
    if not word[0].isalnum() and word not in "§&":
        return word.startswith(MARK)
    return len(word) <= _PLACE_LETTERS or not word.isalpha() or word in lexicon.REFERENCE or word in month_numbers()


#: A number in Roman digits has no more letters.
_PLACE_LETTERS = 5


def unplaced(text: str) -> list[str]:
    """Return the tokens of *text* without the number it begins with and without numbers that name a place in it."""
    kept: list[str] = []
    place = False
    words = _behind_place(text)
    if lexicon.REFERENCE.intersection(words):
        words = _without_further_places(words)
    for at, word in enumerate(words):
        numbered = names_place(word)
        here = bool(kept) and kept[-1] in lexicon.REFERENCE
        if numbered and here and not place and not _is_of_law(words[at : at + _CITATION]):
            # "Clause 3" and "Section 3" are one place.
            kept[-1] = "section"
            place = True
        else:
            place = numbered and place
        if not place:
            kept.append(word)
    return kept


_JOINING = union("wording", "joining", "until")


def _is_further(words: Sequence[str], at: int) -> bool:
    """Whether the word at *at* is a number that may name a place."""
    return at < len(words) and words[at][:1].isdigit() and names_place(words[at])


def _without_further_places(words: Sequence[str]) -> tuple[str, ...]:
    """Return *words* with one number where several name places: "Sections 4, 5 and 6" as "Sections 4"."""
    kept: list[str] = []
    at = 0
    while at < len(words):
        kept.append(words[at])
        at += 1
        if len(kept) > 1 and kept[-2] in lexicon.REFERENCE and _NUMBER_OF_PLACE.fullmatch(kept[-1]):
            while _is_further(words, at + (at < len(words) and words[at] in _JOINING)):
                at += 1
    return tuple(kept)


def _behind_place(text: str) -> tuple[str, ...]:
    return normal(strip_label(text))


#: This many words behind an article may name the law that it is of.
_CITATION = 9
_LAWS = union("page", "laws")


def _is_of_law(behind: Sequence[str]) -> bool:
    """Whether what follows, up to the next word of its own, names a law: that is no place in this text."""
    for word in behind:
        if word in _LAWS:
            return True
        if not names_place(word) and word not in _SMALL and word not in lexicon.REFERENCE:
            return False
    return False


_SMALL = frozenset(
    (
        "of the to and eu uk general data protection der absatz satz buchstabe du des lit ust nummer "
        "datenschutz del de la do da dal dalla della dello van z par let n nr onder lid abs alínea ° º"
    ).split()
)


@lru_cache(maxsize=20_000)
def names_place(word: str) -> bool:
    """Return whether *word* may be the number of a clause: "4.1", "b", "iv"."""
    return bool(_NUMBER_OF_PLACE.fullmatch(word))


#: A section beyond the hundredth is of a law.
_NUMBER_OF_PLACE = lazy_pattern(r"\d{1,2}(?:\.\d{1,3})*|[a-z]|[ivx]{1,5}")


def statistics(part: Part) -> Reason | None:
    """Only a count that the platform reports of itself moved: users, requests, recipients."""
    if not (part.old and part.new):
        return None
    changed = [word for side in part.moved for word in side]
    if not changed or not all(map(is_number, changed)) or not _DIGIT.search(part.old):
        return None
    tokens = normal(part.new)
    if len(part.moved[0]) != len(part.moved[1]):
        # A count that is no longer given, or that is given now.
        return None
    counted = all(_counts(tokens, at) for at, token in enumerate(tokens) if token in changed)
    if _LIMITING.intersection(tokens):
        return None
    reported = all(word.startswith(DATE) for word in changed) or not lexicon.OBLIGING.intersection(tokens)
    return Reason.STAMP if counted and reported else None


#: With these a count is a limit.
_LIMITING = frozenset(
    """per each every cap fee cost charge price include includes including limit limits limited plan plans allow allows
    quota""".split()
)


def _counts(tokens: Sequence[str], at: int) -> bool:
    """Whether the number at *at* is a count that the platform reports, or the day as of which it reports one."""
    if tokens[at].startswith(DATE):
        return tokens[max(0, at - 2) : at] == ("as", "of") and bool(lexicon.COUNTED.intersection(tokens[at:]))
    return bool(lexicon.COUNTED.intersection(tokens[at + 1 : at + 6]))


def numbers(part: Part) -> Reason | None:
    """A number moved and hardly a word with it: an age, a sum, a period, a date."""
    if not (part.old and part.new):
        return None
    gone, come = part.moved
    words = [word for word in [*gone, *come] if not is_number(word)]
    if any(is_number(word) for word in [*gone, *come]) and len(words) <= 2 and not any(map(is_mail, words)):
        return Reason.NUMBERS
    return None
