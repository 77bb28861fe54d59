"""Rules about slight edits: what may come and go in a sentence without moving what it promises."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tostrack.analysis.comparison_key import comparable_text
from tostrack.analysis.verdict import lexicon
from tostrack.analysis.verdict.account import language_of
from tostrack.analysis.verdict.guarded_words import binds
from tostrack.analysis.verdict.normal_form import DATE, MARK, is_number, normal, stem
from tostrack.analysis.verdict.number_rules import YEAR
from tostrack.analysis.verdict.residual import Part
from tostrack.analysis.verdict.wording_rules import is_name, replacements
from tostrack.clauses import sentences
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import entry_pattern, list_languages, union
from tostrack.models import Edit, Reason


def changed(part: Part) -> set[str]:
    """Return the words that *part* lost or gained."""
    gone, come = part.moved
    return gone.keys() | come.keys()


#: A line that dates a text is no longer than this.
_DATE_LINE = 12
#: A date and its label are no more words than this.
_LABEL_WORDS = 8


def relabelled(part: Part) -> Reason | None:
    """The words beside a date changed and the date did not: "Effective" before it, "Dated" instead of "Updated"."""
    if not (part.old and part.new) or max(len(normal(part.old)), len(normal(part.new))) > _DATE_LINE:
        return None
    dates = [sorted(word for word in normal(text) if is_number(word)) for text in (part.old, part.new)]
    if dates[0] != dates[1] or not any(word.startswith(DATE) or YEAR.match(word) for word in dates[0]):
        return None
    if changed(part) <= lexicon.SAFE | lexicon.DATING | lexicon.CLOCK:
        return Reason.WORDING
    # In other languages the label is known by its place: it is all that is beside the date, and it is all new.
    short = max(len(part.old.split()), len(part.new.split())) <= _LABEL_WORDS
    kept = {*normal(part.old)} & {*normal(part.new)} - {*dates[0]} - lexicon.SAFE - lexicon.DATING
    if kept and language_of(part.context.new.reading) in list_languages("verdict"):
        return None
    return Reason.EDITION if short and not any(map(binds, changed(part) - lexicon.DATING)) else None


def credit(part: Part) -> Reason | None:
    """Only the credit to the author of the template, or to others, changed."""
    above = " ".join((*part.clause.heading[-1:], part.clause.lead)).lower()
    if part.clause.kind[:2] == "li" and lexicon.THANKS.search(above) and is_name(part.text):
        return Reason.WORDING
    said = [text[start:end] for text in (part.old, part.new) for start, end in sentences(text)]
    return Reason.WORDING if said and all(lexicon.CREDIT.search(one.lower()) for one in said) else None


_BRACKET = lazy_pattern(r"\s*[(\[]([^()\[\]]*)[)\]][\s.,;]*$")
_SITE = lazy_pattern(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?$", re.IGNORECASE)


def parenthetical(part: Part) -> Reason | None:
    """Only asides in brackets that hold an address or the label of a link were added or removed."""
    edits = _edits(part)
    found = [_BRACKET.match(text) for _, text in edits]
    if not edits or not all(found):
        return None
    inside = [match[1].strip() for match in found if match]
    return (
        Reason.LINKS
        if all(_SITE.match(text) or _is_link_label(text) or _is_heading(part, text) for text in inside)
        else None
    )


def _is_heading(part: Part, text: str) -> bool:
    """Whether *text* names a section of the text, beside its number."""
    return comparable_text(text).replace(" ", "") in part.context.new.flat_titles


def _is_link_label(text: str) -> bool:
    words = {*normal(text)}
    return bool(words & lexicon.LAYOUT) and words <= lexicon.SAFE | lexicon.LAYOUT | lexicon.READER


def address(part: Part) -> Reason | None:
    """Only sites and their pages are named otherwise: ``blog.acme.com`` became ``acme.com/blog``."""
    if not (part.old and part.new):
        return None
    old, new = ([*map(_site_words, text.lower().split())] for text in (part.old, part.new))
    if part.old != part.new and [*filter(None, old)] == [*filter(None, new)]:
        return Reason.LINKS
    pairs = replacements(part.hunk.words)
    return Reason.LINKS if pairs and 2 * len(pairs) == len(_edits(part)) and all(map(_is_linked, pairs)) else None


def channel(part: Part) -> Reason | None:
    """Only the form or page by which readers write to the platform is called otherwise: no address changed."""
    if not (part.old and part.new):
        return None
    if not all(_WRITING.search(text.lower()) for text in (part.old, part.new)):
        return None
    words = {word for word in changed(part) if word not in _WAYS}
    named = all(_is_said_throughout(part, word) for word in words)
    ways = {*normal(part.old)} & _CHANNELS, {*normal(part.new)} & _CHANNELS
    return Reason.LINKS if named and all(ways) else None


def _is_said_throughout(part: Part, word: str) -> bool:
    """Whether *word* is a name that both texts have."""
    used = all(text.uses(stem(word)) for text in (part.context.old, part.context.new))
    names = [name for name in re.findall(r"\w+", f"{part.old} {part.new}") if name.lower() == word]
    return used and bool(names) and all(name[0].isupper() for name in names)


_WRITING = entry_pattern(union("page", "writing"))
_CHANNELS = frozenset(word for entry in union("page", "channels") for word in normal(entry))
#: What leads to one of them.
_WAYS = _CHANNELS | lexicon.SAFE | frozenset("us our use using through via".split())


def lost_label(part: Part) -> Reason | None:
    """Only the name of a document in a link was added or removed, and without it the sentence breaks off.

    "Prohibited under the Sales Policy." and "prohibited under the.": the page was read without the link.
    """
    edits = _edits(part)
    words = part.hunk.words
    if not edits or len({op for op, _ in edits}) != 1:
        return None
    found = [at for at, (op, text) in enumerate(words) if op != "=" and comparable_text(text)]
    return Reason.LINKS if all(_breaks_off(words, at) for at in found) else None


def _breaks_off(words: Sequence[tuple[str, str]], at: int) -> bool:
    name = words[at][1].strip()
    before, after = words[at - 1][1] if at else "", words[at + 1][1] if at + 1 < len(words) else "."
    plain = " ".join(word for word in name.split() if word not in _DOCUMENT)
    named = bool(plain) and is_name(plain) and bool(_DOCUMENT.intersection(normal(name)))
    broken = bool(_DETERMINER.search(before)) and not after.lstrip()[:1].isalnum()
    return named and broken and not any(map(is_number, normal(name)))


_DOCUMENT = lexicon.TITLE | {"standard", "standards", "code"}
_DETERMINER = lazy_pattern(r"\b(?:the|our|this|these|their|its)\s*$", re.IGNORECASE)


#: What leads to an address or to the name of a page: "our webform: www.acme.com/form", "the Request Form".
_LEADING = lazy_pattern(r"(?:our|the|this|a)\s+(?:[a-z]+:?\s+){0,2}(?=\S)")


def _is_linked(pair: tuple[str, str, str]) -> bool:
    """Whether an address gave way to the name of what it leads to, or the other way round."""
    one, other = (_LEADING.sub("", text.strip(" ,;:.()"), count=1) for text in pair[:2])
    site, name = (one, other) if _SITE.match(one) else (other, one)
    named = is_name(name) and len(name.split()) <= _TITLE_WORDS and not lexicon.BINDING_NAME & {*normal(name)}
    return bool(_SITE.match(site)) and named and not _SITE.match(name) and "@" not in f"{one}{other}"


#: A page's name has no more words than this.
_TITLE_WORDS = 4


def _site_words(word: str) -> str:
    """Return *word*, of an address only its letters in order: the same site and page, however it is written."""
    if "." not in word:
        return word.strip(",;:")
    bare = word.strip("()[]<>,.;:!?\"'“”")
    if "@" in bare or not _SITE.match(bare):
        return word.strip(",;:")
    parts = sorted(re.findall(r"\w+", re.sub(r"^https?://(?:www\.)?|^www\.", "", bare)))
    return f"{MARK}{' '.join(parts)}"


def _edits(part: Part) -> list[tuple[str, str]]:
    """Return the edits with words in them; none when *part* is not a clause reworded as a whole."""
    if part.hunk.edit is not Edit.REWORDED or not (part.old and part.new):
        return []
    return [(op, text) for op, text in part.hunk.words if op != "=" and comparable_text(text)]
