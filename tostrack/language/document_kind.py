"""The kind of a watched document, by its name, its address, and how its text begins.

`names/policies.toml` has the whole names by which sites link to their policies; the lists ``kinds`` of each language
have the words that tell the kind of a longer name.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import entry_pattern, read_everywhere

if TYPE_CHECKING:
    from tostrack.models import Document

#: The kinds that are known; a page that gathers other documents is of none.
KINDS = (
    "terms", "privacy", "cookies", "acceptable-use", "community-guidelines", "developer-terms", "data-processing",
    "sub-processors", "sla", "ai", "copyright", "accessibility", "imprint",
)  # fmt: skip
#: What people may write for a kind.
SHORT_KINDS = {"dpa": "data-processing"}
#: The kinds in the order in which words of a name tell them, the most telling first.
_TELLING = (
    "sub-processors", "data-processing", "sla", "cookies", "privacy", "acceptable-use", "developer-terms", "ai",
    "copyright", "accessibility", "community-guidelines", "imprint", "terms",
)  # fmt: skip
#: Kinds of terms: a document that is called "Terms" is one of them where its slug or its address is its whole name.
_KINDS_OF_TERMS = frozenset(("sub-processors", "data-processing", "sla", "acceptable-use", "developer-terms", "ai"))
#: Addresses of texts about something else, whatever their links are called.
_OTHER = lazy_pattern(
    r"/(?:blogs?|news(?:room)?|press|presse|prensa|careers?|jobs|karriere|empleo|recruit|vacatures|vacancies|events?|stories|"
    r"products?|features?|shop|store|forum|tag|author|journal|magazin[e]?|guides?|ratgeber|glossar[y]?|webinars?|customers|"
    r"case-stud(?:y|ies)|campaigns?|kampanj\w*|aktion(?:en)?|promo\w*|ofertas|offers?|deals|sales?|collections|templates|"
    r"nyheter|nieuws|notizie|noticias|actualites|aktuelles|aktualnosci|diario|research|podcasts?|artikel|archiv|tags|topics?|thema|themen?|temas?|"
    r"rubriken?|categor(?:y|ies|ias?)|kategorien?|kategoria|labels?|technology|business|politics|sports?|lifestyle)(?:/|$)"
    # Some cookies are baked.
    r"|[/_-](?:recipes?|rezepte?|recettes?|recetas?|receitas?|ricette?|przepisy?|recepten|opskrifter)(?:[/_-]|$)",
    re.IGNORECASE,
)
#: Words around the name of a document that do not make it another one.
_AROUND = lazy_pattern(
    r"^(?:the|our|read|see|view) |\s*\(?\b(?:pdf|new|updated|en|us|usa|eu|uk|eea|european union|california)\)?$"
    r"|[\s:*.↗→›»|]+$",
    re.IGNORECASE,
)
#: Letters of one word that is a name by itself, as in languages with compounds: datenschutzerklaerung.
_COMPOUND = 12
#: Letters of a compound that names a document and no subject: nutzungsbedingungen, but barrierefreiheit.
_DOCUMENT = 18
_INITIALS = lazy_pattern(r"(?:\w\.){2,}\w?")
#: Words of a link that is more than a name.
_SENTENCE = 3
_PARTS = lazy_pattern(r"\s*(?:[&+/|,()–—:]|\b(?:and|und|et|y|e|och|en|og|i|oraz)\b)\s*", re.IGNORECASE)
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_STROKES = str.maketrans("łøđ", "lod")
#: Numbers by which a site finds a page: ``115014893428-Terms-of-service``, ``datenschutz-id203315``.
_NUMBERS = lazy_pattern(r"^(?:\d+[\s,]+)+(?=\D)|(?<=\D)(?:\s(?:id|[a-z])?\d{4,})+$")
#: Letters of a link that names a document.
_LONGEST_NAME = 60
#: Letters of a title that is read for words.
_LONGEST_TITLE = 120
#: A title is among so many first lines of a text.
_TITLE_LINES = 5
_HEADING = lazy_pattern(r"(#{1,3})\s+(.+)")
#: Hosts whose terms are for developers.
_DEVELOPER_HOST = lazy_pattern(r"(?:developers?|dev|api)\.")


def find_document_kind(names: Iterable[str], addresses: Iterable[str] = (), text: str = "") -> str:
    """Return the kind of a document, one of `KINDS`; empty where nothing tells it.

    Args:
        names: What it is called, the most telling first: its name, its slug.
        addresses: Where it is.
        text: Its text as Markdown, asked for its title where the names and the addresses say nothing.
    """
    names, addresses = tuple(name.replace("-", " ") for name in names), tuple(addresses)
    ends = [last_words(address) for address in addresses]
    for name in (*names, *ends):
        if kind := _kind_told(name):
            return _narrow_terms((*names, *ends), addresses) if kind == "terms" else kind
    if _serves_developers(addresses):
        return "developer-terms"
    return next(filter(None, map(_kind_told, _titles(text))), "")


def document_names(document: Document) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of a watched document, the most telling first, and its addresses."""
    return (document.name, document.slug), tuple(page.url for page in document.pages)


def read_kind(word: str) -> str:
    """Return the kind that *word* is or is short for, one of `KINDS`; empty for any other word."""
    kind = SHORT_KINDS.get(word, word)
    return kind if kind in KINDS else ""


def suggest_kind(word: str) -> str:
    """Return the kind that was probably meant by *word*, which is none; empty where none is near."""
    if told := find_document_kind([word.replace("-", " ")]):
        return told
    near = get_close_matches(word, (*KINDS, *SHORT_KINDS), 1)
    return read_kind(near[0]) if near else ""


def kind_of_name(name: str, address: str) -> str:
    """Return the kind of the document that a link with these words leads to; empty for none, ``hub`` for a gathering.

    Args:
        name: The words of the link.
        address: Where it leads; empty where that is not known.
    """
    words = " ".join(name.split())
    if not words or len(words) > _LONGEST_NAME or _OTHER.search(_path(address)):
        return ""
    words = _AROUND.sub("", _AROUND.sub("", words)).strip()
    if _INITIALS.fullmatch(words):
        words = words.replace(".", "")
    last = last_words(address)
    for kind, pattern in _names().items():
        if pattern.fullmatch(words):
            return kind
    if kind := _kind_of_parts(_PARTS.split(words)):
        return kind
    for is_named in (_is_named_by_address, _is_named_in_part, _is_named_at_end):
        for kind, pattern in _names().items():
            if is_named(kind, pattern, words, last, address):
                return kind
    return ""


def _kind_of_parts(parts: Sequence[str]) -> str:
    """Return the kind of the first part where each is the name of a policy: "AGB und Datenschutz"."""
    kinds = [next((kind for kind, pattern in _names().items() if pattern.fullmatch(part)), "") for part in parts]
    return next((kind for kind in kinds if kind != "hub"), "") if len(parts) > 1 and all(kinds) else ""


def _is_named_by_address(kind: str, pattern: re.Pattern[str], words: str, last: str, address: str) -> bool:
    """Return whether the address says what the words do not: "What you give us", at /legal/privacy-policy."""
    if not pattern.fullmatch(last):
        return False
    if kind != "hub" and (" " in last or len(last) >= _COMPOUND):
        return True
    # Of one short word, the link has to say it too, and a sentence is no name.
    short = words.count(" ") < _SENTENCE or _path_says("hub", address)
    return short and pattern.search(words) is not None


def _is_named_in_part(kind: str, pattern: re.Pattern[str], words: str, last: str, address: str) -> bool:
    """Return whether the first part is a name, and the address agrees: "Impressum & Kontakt", "Cookies (EU) list"."""
    first, *more = _PARTS.split(words)
    named = any(map(pattern.fullmatch, (first, *more) if kind == "imprint" else (first,)))
    if kind == "hub" or not more or not named:
        return False
    return bool(_ending(pattern, last)) or _path_says("hub", address)


def _is_named_at_end(kind: str, pattern: re.Pattern[str], words: str, last: str, address: str) -> bool:
    """Return whether a name ends the words, and the address agrees: "Acme Privacy Policy", "Service Credit Terms"."""
    ending = _ending(pattern, words)
    if not ending or kind == "hub":
        return False
    if " " in ending or len(ending) >= _DOCUMENT:
        return _path_says(kind, address)
    # A single word is the name of many things: the address must end with a longer name, or with it among legal pages.
    named = _ending(pattern, last)
    return " " in named or (" " in last and bool(named) and _path_says("hub", address))


def _ending(pattern: re.Pattern[str], words: str) -> str:
    """Return the name that *words* end with, behind three words at most; empty for none."""
    tokens = words.split(" ")
    endings = (" ".join(tokens[at:]) for at in range(min(4, len(tokens))))
    return next((ending for ending in endings if pattern.fullmatch(ending)), "")


def last_words(address: str) -> str:
    """Return the last part of the path of *address* as words: ``/legal/privacy-policy.html`` is "privacy policy"."""
    parts = [re.sub(r"\.(?:[sx]?html?|php|aspx?|pdf|md)$", "", part) for part in _path(address).split("/")]
    # A page may be found by its number behind its name, and be the file that a folder shows.
    named = [part for part in parts if re.search(r"[^\W\d_]", part) and part != "index"]
    return _NUMBERS.sub("", re.sub(r"[-_+.]+", " ", named[-1])) if named else ""


def _kind_told(name: str) -> str:
    """Return the kind that *name* alone tells, by the whole of it or by its words."""
    if (kind := kind_of_name(name, "")) in KINDS:
        return kind
    if len(name) > _LONGEST_TITLE:
        return ""
    key = _key(name)
    if not key:
        return ""
    # "Terms, Privacy and API Terms" is what it names first; "Terms and Conditions" is one name.
    parts = [_kind_by_words(part) for part in _split_list(key)]
    return parts[0] if all(parts) else _kind_by_words(key)


def _kind_by_words(key: str) -> str:
    return next((kind for kind in _TELLING if _words_of(kind).search(key)), "")


def _split_list(key: str) -> list[str]:
    """Return the parts of a name that is a list of names; one part where it is none."""
    whole = [match.span() for match in _words_of("terms").finditer(key) if " " in match[0]]
    parts, at = [], 0
    for match in _joining().finditer(key):
        if not any(start <= match.start() and match.end() <= end for start, end in whole):
            parts.append(key[at : match.start()])
            at = match.end()
    return [part for part in (*parts, key[at:]) if part.strip()] or [key]


def _narrow_terms(names: Iterable[str], addresses: Iterable[str]) -> str:
    """Return the kind of a document that is called "Terms", by its other names and its host."""
    for name in names:
        if (kind := kind_of_name(name, "")) in _KINDS_OF_TERMS:
            return kind
    return "developer-terms" if _serves_developers(addresses) else "terms"


def _titles(text: str) -> Iterator[str]:
    """Yield the first headings of *text*, but not those of its sections: of a lower level than the first."""
    lines = [line.strip() for line in text[:2000].splitlines() if line.strip()][:_TITLE_LINES]
    headings = [heading for heading in map(_HEADING.match, lines) if heading]
    for heading in headings:
        if len(heading[1]) <= len(headings[0][1]):
            yield heading[2].strip("*_ ")


def _key(name: str) -> str:
    """Return *name* as its words are compared: without case, accents and signs, but with the commas of a list."""
    folded = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w,&*^]+", " ", plain).replace("_", " ").replace(",", " , ").split())


@cache
def _words_of(kind: str) -> re.Pattern[str]:
    """Return a pattern of the words that tell *kind*, in all languages."""
    return entry_pattern(tuple(dict.fromkeys(map(_key, read_everywhere("kinds")[kind]))))


@cache
def _joining() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, map(_key, read_everywhere("wording")["joining"]))))
    return re.compile(rf" (?:,(?: (?:{words}))?|&|{words}) ")


@cache
def _names() -> dict[str, re.Pattern[str]]:
    """Return a pattern of the whole names of each kind, the most telling kind first."""
    tables = tomllib.loads((Path(__file__).parent / "names/policies.toml").read_text(encoding="utf-8"))
    return {
        kind: re.compile(rf"(?<!\w)(?:{'|'.join(_folded(names.strip()))})(?!\w)", re.IGNORECASE)
        for kind, names in tables.items()
    }


def _folded(names: str) -> list[str]:
    """Return *names* as they are, and as addresses write them: without accents, or with ``ae`` for ``ä``."""
    names = names.replace("-?", "[- ]?")
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", names) if not unicodedata.combining(letter))
    spelled = names.translate(_SPELLED)
    return list(
        dict.fromkeys(line for form in (names, plain.translate(_STROKES), spelled) for line in form.splitlines())
    )


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _path(address: str) -> str:
    return unquote(_split(address).path)


def _serves_developers(addresses: Iterable[str]) -> bool:
    return any(_DEVELOPER_HOST.match(_split(address).hostname or "") for address in addresses)


def _path_says(kind: str, address: str) -> bool:
    words = re.sub(r"[-_/+.]+", " ", _path(address))
    return bool(_names()[kind].search(words) or _names()["hub"].search(words))
