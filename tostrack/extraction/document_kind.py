"""What kind of document a watched document is, by what it is called, where it is, and how its text begins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tostrack.extraction.policy_links import kind_of_name

#: The kinds that are known; a page that gathers other documents is of none.
KINDS = (
    "terms", "privacy", "cookies", "acceptable-use", "community-guidelines", "developer-terms", "data-processing",
    "sub-processors", "sla", "ai", "copyright", "accessibility", "imprint",
)  # fmt: skip
#: Words that tell the kind of a longer name, the most telling first.
_TELLING = tuple(
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in (
        ("sub-processors", r"sub[- ]?processors?|unterauftragsverarbeiter|sous-traitants"),
        ("data-processing", r"data process\w+|dpa|auftragsverarbeitung\w*"),
        ("sla", r"service[- ]levels?|sla|uptime"),
        ("acceptable-use", r"(?:acceptable|prohibited)[- ]use|usage polic(?:y|ies)|sending polic(?:y|ies)"),
        ("developer-terms", r"apis?|developers?|sdk"),
        ("ai", r"ai|artificial intelligence|train(?:ing)?|model performance"),
        ("cookies", r"cookies?"),
        ("copyright", r"copyright|dmca"),
        ("privacy", r"privacy|datenschutz\w*|confidentialité|privacidad"),
        ("community-guidelines", r"(?:community|user) \w+|rules|conduct"),
        ("terms", r"terms|conditions|agreement|nutzungsbedingungen|agb|cgu|cgv"),
    )
)
#: A title stands among the first so many lines of a text.
_TITLE_LINES = 5
_HEADING = re.compile(r"#{1,3}\s+(.+)")


def find_document_kind(names: Iterable[str], addresses: Iterable[str] = (), text: str = "") -> str:
    """Return the kind of a document, one of `KINDS`; empty where nothing tells it.

    Args:
        names: What it is called, the most telling first: its name, its slug.
        addresses: Where it is.
        text: Its text as Markdown, asked for its title where the names and the addresses say nothing.
    """
    names, places = tuple(names), tuple(addresses)
    for name in (*names, *map(_last_words, places), *_titles(text)):
        for place in (*places, ""):
            kind = kind_of_name(name, place)
            if kind in KINDS:
                return kind
    told = [
        kind
        for name in (*names, *map(_last_words, places), *_titles(text))
        for kind, words in _TELLING
        if words.search(name)
    ]
    return told[0] if told else ""


def _last_words(address: str) -> str:
    """Return the last part of the path of *address* as words."""
    last = address.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
    return re.sub(r"[-_+]+", " ", re.sub(r"\.(?:html?|php|aspx|pdf|md)$", "", last))


def _titles(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text[:2000].splitlines() if line.strip()][:_TITLE_LINES]
    for line in lines:
        if heading := _HEADING.match(line):
            yield heading[1].strip("*_ ")
