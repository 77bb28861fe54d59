"""Parts of a text that are one token in any number of words: addresses, dates, boxes, notes, markup, labels."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from tostrack.language.characters import INVISIBLE, SUPERSCRIPTS
from tostrack.language.dates import find_dates
from tostrack.language.kinds import Kind


class Span(NamedTuple):
    """A part of a text that is one token."""

    start: int
    end: int
    kind: Kind
    key: str


_Read = Callable[[re.Match[str]], tuple[Kind, str] | None]

# Addresses

_SCHEME = re.compile(r"(?:https?:)?//(?:www\.)?|www\.", re.IGNORECASE)
#: The part of a file's name that changes with each build: ``app.3f9a8c1d.js``, ``logo-20240105.png``.
_BUILD = re.compile(r"[._-](?=[0-9a-f]*\d)[0-9a-f]{6,}(?=\.\w{1,5}$)", re.IGNORECASE)
_IMAGE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp)$", re.IGNORECASE)
_OPAQUE = re.compile(r"(?=(?:\D*\d){4})[\w%-]{16,}$|[0-9a-f-]{8,}$", re.IGNORECASE)
_DOMAINS = (
    "com|net|org|info|biz|edu|gov|mil|int|io|ai|co|app|dev|eu|uk|de|fr|es|it|pt|nl|pl|be|ch|at|se|dk|fi|cz|sk|hu|ro|ru|ua"
    "|gr|ie|us|ca|mx|br|ar|cl|au|nz|jp|cn|kr|in|id|tr|il|sg|hk|tw|za|me|tv|gg|ly|fm|xyz|site|cloud|tech|shop|store"
    "|blog|news|social|chat|games|live|page|pro|team|world|online"
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#: No closing bracket, stop or quote at the end belongs to an address in a text.
_END = rf"[^\s<>\"“”‘’|\\{INVISIBLE}]*[^\s<>\"“”‘’|\\.,;:!?)\]}}*_'~{INVISIBLE}]"
_URL = re.compile(rf"(?<![\w/])(?:https?://|www\.(?=\w)){_END}", re.IGNORECASE)
_BARE = re.compile(rf"(?<![\w@./:-])(?:{_LABEL}\.)+(?:{_DOMAINS})(?![\w-]|\.\w)(?::\d{{2,5}})?(?:/{_END}|/)?")
_LINK_END = re.compile(
    r"\]\((?:<(?P<a>[^<>\n]*)>|(?P<b>(?:[^()\s\\]|\\.|\((?:[^()\s\\]|\\.)*\))*))(?:\s+\"[^\"\n]*\")?\s?\)"
)
_AUTOLINK = re.compile(r"<(?P<a>(?:https?:|mailto:)[^<>\s]+|[\w.+-]+@[\w.-]+)>", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HIDDEN_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]+\s?[\[({]\s?at\s?[\])}]\s?[\w-]+(?:(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)[\w-]+)+", re.IGNORECASE
)
_AT = re.compile(r"\s?[\[({]\s?at\s?[\])}]\s?", re.IGNORECASE)
_DOT = re.compile(r"\s?[\[({]\s?dot\s?[\])}]\s?", re.IGNORECASE)


def address_key(address: str) -> tuple[Kind, str]:
    """Return what an address leads to, and the kind of token that is.

    Scheme, ``www.``, query, fragment, a slash at the end and the hash of a build do not say where it leads. A host
    alone is a site; a ``mailto:`` address is mail; nothing but a fragment is presentation.
    """
    if address[:7].lower() == "mailto:":
        return Kind.MAIL, unquote(address[7:].partition("?")[0]).lower()
    bare = _SCHEME.sub("", address.strip(), count=1)
    bare = bare.partition("#")[0].partition("?")[0]
    host, slash, path = bare.partition("/")
    named = bool(_SCHEME.match(address)) or bool(_BARE.fullmatch(host))
    path = _BUILD.sub("", unquote(path).rstrip("/"))
    if not bare:
        return Kind.PRESENTATION, ""
    if named and not path:
        return Kind.SITE, host.lower()
    return Kind.ADDRESS, f"{host.lower() if named else host}{slash}{path}".rstrip("/")


def _read_url(match: re.Match[str]) -> tuple[Kind, str]:
    return address_key(match[0])


def _read_link(match: re.Match[str]) -> tuple[Kind, str]:
    target = re.sub(r"\\(.)", r"\1", match["a"] or match["b"] or "")
    kind, key = address_key(target)
    if kind is Kind.SITE:
        return Kind.ADDRESS, key
    if kind is Kind.ADDRESS and _IMAGE.search(key):
        # The picture's name may be all that tells a tick from a cross; its place and its number tell nothing.
        name = _IMAGE.sub("", key.rpartition("/")[2]).lower()
        return Kind.ADDRESS, "image:" + ("" if _OPAQUE.match(name) else re.sub(r"[\W\d_]+", " ", name).strip())
    return kind, key


def _read_autolink(match: re.Match[str]) -> tuple[Kind, str]:
    address = match["a"]
    return (
        (Kind.MAIL, address.lower())
        if "@" in address and "/" not in address and ":" not in address
        else address_key(address)
    )


def _read_mail(match: re.Match[str]) -> tuple[Kind, str]:
    return Kind.MAIL, _DOT.sub(".", _AT.sub("@", match[0])).lower().rstrip(".")


# Marks

_BOX = re.compile(r"\\?\[(?P<mark>[ xX✓✔✗✘])\\?\](?!\()")
_FOOTNOTE = re.compile(
    rf"(?<!\bm)(?<!\b[kcdm]m)(?<!\bft)[{SUPERSCRIPTS}]+|[†‡※]+|\[\^(?P<a>[\w-]{{1,20}})\](?!:)|(?<=[\w.,;:!?)”\"’])\\?\[(?P<b>\d{{1,3}})\\?\](?!\()"
    r"|\^(?P<c>[\w*†‡,]{1,9})\^|<sup>\s*(?P<d>[\w*†‡,]{1,9})\s*</sup>|(?<=[\w.,;:!?)”\"’])\\\*+"
)
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_STRUCK = re.compile(r"~~|</?(?:del|s|strike)>", re.IGNORECASE)
_INSERTED = re.compile(r"</?ins>|(?<![\w+])\+\+(?=\w)|(?<=\w)\+\+(?=\s|[.,;:!?)]|$)", re.IGNORECASE)
_MARKUP = re.compile(
    r"<!--.*?-->|</?[a-zA-Z][\w-]*(?:\s[^<>]{0,300})?/?>|\{\{[^{}\n]{0,200}\}\}|\{%[^%\n]{0,200}%\}|\{[:#.][^{}\n]{0,200}\}",
    re.DOTALL,
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#[xX][0-9a-fA-F]{2,5});")


def _read_box(match: re.Match[str]) -> tuple[Kind, str]:
    return Kind.MARKER, {" ": "☐", "✗": "✗", "✘": "✗"}.get(match["mark"], "✓")


def _read_footnote(match: re.Match[str]) -> tuple[Kind, str]:
    mark = match["a"] or match["b"] or match["c"] or match["d"] or match[0]
    return Kind.FOOTNOTE, "^" + mark.translate(_DIGITS).replace("\\", "")


def _read_entity(match: re.Match[str]) -> tuple[Kind, str] | None:
    char = html.unescape(match[0])
    if char == match[0]:
        return None
    if char.isspace() or char in "\u200b\u00ad\u200c\u200d":
        return Kind.PRESENTATION, ""
    if char in "\"'“”‘’«»<>–—…•·":
        return (Kind.COMPARISON, char) if char in "<>" else (Kind.PUNCTUATION, char)
    return (Kind.WORD, char.lower()) if char.isalpha() else (Kind.SIGN, char)


# Labels

_ROMAN = r"[ivxlcIVXLC]{1,6}"
_LABEL_FIRST = re.compile(
    rf"[\s>*_#]*(?P<at>\(?(?P<key>\d{{1,3}}(?:\.\d{{1,3}})*|[A-Za-z]|{_ROMAN})(?P<end>[.)]|\.\)))(?=\s|\*|_)"
    r"|[\s>*_#]*(?P<at2>(?P<key2>\d{1,3}(?:\.\d{1,3})+)\.?)(?=\s+[*_]*[^\W\da-z_])"
)
_LABEL_INSIDE = re.compile(r"(?<![\w)\]])\((?P<key>[A-Za-z]|[ivxIVX]{2,5})\)")


def _first_label(text: str) -> Iterator[Span]:
    if match := _LABEL_FIRST.match(text):
        group, key = ("at", "key") if match["at"] else ("at2", "key2")
        yield Span(*match.span(group), Kind.LIST_LABEL, match[key].lower())


def _read_label(match: re.Match[str]) -> tuple[Kind, str]:
    return Kind.LIST_LABEL, match["key"].lower()


#: What a text must have in it for the pattern to be searched for, most texts have none; the pattern; what reads it.
#: What is found first takes its place.
_FINDERS: tuple[tuple[tuple[str, ...], re.Pattern[str], _Read], ...] = (
    (("](",), _LINK_END, _read_link),
    (("<http", "<mailto", "@", "<HTTP"), _AUTOLINK, _read_autolink),
    (("://", "www.", "WWW."), _URL, _read_url),
    (("@",), _MAIL, _read_mail),
    (("(at)", "[at]", "{at}", " at]", " at)", "(AT)", "[AT]"), _HIDDEN_MAIL, _read_mail),
    (("[",), _BOX, _read_box),
    (("^", "[", "\\*", "†", "‡", "※", "<sup", *"⁰¹²³⁴⁵⁶⁷⁸⁹"), _FOOTNOTE, _read_footnote),
    (
        ("~~", "<del", "</del", "<s>", "</s>", "strike"),
        _STRUCK,
        lambda match: (Kind.STRUCK, "/" if "/" in match[0] else ""),
    ),
    (("++", "<ins", "</ins"), _INSERTED, lambda _: (Kind.INSERTED, "")),
    (("<", "{"), _MARKUP, lambda _: (Kind.PRESENTATION, "")),
    (("&",), _ENTITY, _read_entity),
    (("(",), _LABEL_INSIDE, _read_label),
)
#: Without one of these no pattern finds anything: most clauses have none.
_ANY_SIGN = re.compile(rf"[\[\]<@^~&{{†‡※{SUPERSCRIPTS}]|\(\w{{1,5}}\)|\+\+|://|www\.|\\\*", re.IGNORECASE)
_DOTTED = re.compile(r"[A-Za-z0-9]\.[a-z]{2}")


def find_spans(text: str) -> list[Span]:
    """Return the parts of *text* that are one token each, in order; none overlaps another."""
    found: list[Span] = []
    for signs, pattern, read in _FINDERS if _ANY_SIGN.search(text) else ():
        if any(sign in text for sign in signs):
            found += (Span(*match.span(), *said) for match in pattern.finditer(text) if (said := read(match)))
    if _DOTTED.search(text):
        found += (Span(*match.span(), *address_key(match[0])) for match in _BARE.finditer(text))
    found += (Span(one.start, one.end, Kind.DATE, one.iso) for one in find_dates(text))
    found += _first_label(text)
    return _without_overlaps(found) if len(found) > 1 else found


def _without_overlaps(found: list[Span]) -> list[Span]:
    """Return *found* in order, without each that overlaps one that was found before it."""
    taken: list[Span] = []
    for one in found:
        at = bisect_left(taken, one)
        if (at and taken[at - 1].end > one.start) or (at < len(taken) and taken[at].start < one.end):
            continue
        taken.insert(at, one)
    return taken
