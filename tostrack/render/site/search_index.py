"""The search index for browsers: small scripts that they load one by one, for a page without a server.

A word leads to the platforms that use it, a platform to its clauses. Scripts and not JSON, because a page that is read
from a folder may load no other file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from tostrack.language.search_forms import RULES
from tostrack.render.site.page_data import ChangeItem
from tostrack.render.site.pagination import PagePart, PageParts, render_parts
from tostrack.value import Value

#: Their paths, below the site's root.
FOLDER = "search"
_WORD = re.compile(r"[^\W_]+")
#: Longer ones are no words, and every file names its own.
_LONGEST = 40
#: Words are filed under their first letters.
_PREFIX = 2
#: Bytes of one file of clauses: what a phone reads while its user still waits for the first results.
_SCRIPT_BYTES = 200_000


class SearchEntry(Value):
    """One clause that can be found."""

    heading: str
    text: str
    #: The day since which it says what it says; empty where nobody knows.
    since: str
    topics: tuple[str, ...]


class Searched(Value):
    """One document that can be searched."""

    slug: str
    name: str
    #: By place in the text, which is the anchor on the document's page.
    clauses: tuple[SearchEntry, ...]


def words(documents: Iterable[Searched], items: Iterable[ChangeItem]) -> list[str]:
    """Return the distinct words of a platform's texts and changes, sorted."""
    found: set[str] = set()
    for document in documents:
        for clause in document.clauses:
            found.update(words_of(clause.text))
    for item in items:
        found.update(words_of(f"{item.headline} {item.words}"))
    return sorted(found)


def words_of(text: str) -> set[str]:
    """Return the words of *text* as they are looked up."""
    return {word[:_LONGEST] for word in _WORD.findall(text.lower())}


def platform_file(service: str) -> str:
    """Return the path of a platform's clauses."""
    return f"{FOLDER}/platforms/{service}.js"


def platform_scripts(service: str, documents: Sequence[Searched], items: Iterable[ChangeItem]) -> list[str]:
    """Return the clauses and changes of a platform, in as many files as their size asks for.

    Each call names the platform, how many files there are, clauses as rows of document, name, place and what the
    search shows, and changes.
    """
    clauses = [
        (True, [document.slug, document.name, at, c.heading, c.text, c.since[:10], list(c.topics)])
        for document in documents
        for at, c in enumerate(document.clauses)
    ]
    changes = [(False, [item.page, item.seen_at[:10], item.document_name, item.headline, item.words]) for item in items]
    found = clauses + changes

    def render_part(parts: PageParts, part: PagePart) -> str:
        here = found[part.first : part.last]
        return _call(
            "platform", service, len(parts), [row for clause, row in here if clause], [row for c, row in here if not c]
        )

    sizes = [len(json.dumps(row)) for _, row in found]
    return render_parts(platform_file(service), sizes, render_part, _SCRIPT_BYTES)


def word_scripts(vocabulary: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return, by file, which platforms use which words; a platform is its place in `index_script`.

    Args:
        vocabulary: The words of each platform, by its slug.
    """
    filed: dict[str, dict[str, list[int]]] = {}
    for place, service in enumerate(vocabulary):
        for word in vocabulary[service]:
            filed.setdefault(word[:_PREFIX], {}).setdefault(word, []).append(place)
    return {
        f"{FOLDER}/words/{prefix.encode('utf-8', 'backslashreplace').hex()}.js": _call(
            "words", prefix, {word: _packed(places) for word, places in sorted(found.items())}
        )
        for prefix, found in sorted(filed.items())
    }


def _packed(places: Sequence[int]) -> str:
    """Return ascending numbers as the steps between them, in base 36, with commas."""
    return ",".join(_base36(place - before) for before, place in zip([0, *places], places, strict=False))


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
        if not number:
            return digits


def index_script(platforms: Iterable[tuple[str, str]], topics: Mapping[str, str]) -> str:
    """Return the platforms, slug and name, the names of the topics, and the rules for other forms of a word."""
    return _call("index", list(platforms), dict(topics), RULES)


def _call(name: str, *values: object) -> str:
    # ASCII, and no "</": whatever a page said, it stays a string.
    listed = ",\n".join(json.dumps(value, separators=(",", ":")).replace("</", "<\\/") for value in values)
    return f"tostrack.{name}({listed});\n"
