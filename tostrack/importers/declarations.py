"""Open Terms Archive's declarations, `declarations/ID.json` with `ID.history.json`, as documents of a watchlist.

What does not carry over exactly is noted and never guessed: service-specific filters are JavaScript, and our archive
reads a text by today's rules only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from tostrack.errors import ConfigError, ExtractError
from tostrack.models import Document, Page, Selector, list_css, slug
from tostrack.value import Value

#: Bytes; the largest declaration known has 40,000.
_LARGEST = 2_000_000
_MOST_FILES = 20_000
#: Characters of a selector, as in a watchlist.
_LONGEST_CSS = 2_000
_SOURCE_KEYS = ("fetch", "select", "remove", "filter", "executeClientScripts")
#: The engine's own filter: takes parameters, or all of those named, out of link and image addresses.
_REMOVE_QUERY = "removeQueryParams"
_HISTORY = ".history.json"
#: Words of a selector that is a remark: the engine's schema asks for one where a PDF's address does not say that it is.
_REMARK_WORDS = 4
_REMARK_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ELEMENTS = frozenset(
    """a abbr address article aside b blockquote body center code dd details dialog div dl dt em fieldset figure font
    footer form h1 h2 h3 h4 h5 h6 header hr html i iframe img input label legend li main nav ol p pre section small span
    strong sub summary sup table tbody td textarea tfoot th thead tr u ul""".split()
)


@dataclass(frozen=True, order=True)
class DeclarationNote:
    """Something that was not carried over, or not exactly."""

    #: What it is about, for grouping: one of `KINDS`.
    kind: str
    #: ``acme/terms-of-service``, or the name of a file.
    where: str
    what: str


#: In the order in which a reader should hear of them.
KINDS: Mapping[str, str] = {
    "file": "files that could not be read",
    "terms": "terms that were left out",
    "selector": "terms left out for a selector",
    "page": "pages and selectors that were left out of their terms",
    "filter": "documents that may report needless changes: their filters were not converted",
    "nearest": "filters that became our nearest one",
    "key": "keys that mean nothing here",
    "history": "earlier declarations that were left out: a text is read by today's rules",
}


class Declarations(Value):
    """The documents that a folder declares, in the order of its files, and what was not carried over."""

    documents: tuple[Document, ...]
    notes: tuple[DeclarationNote, ...]


class _UnreadableError(Exception):
    """A declaration is not of the form that the engine's schema asks for."""


def read(folder: Path) -> Declarations:
    """Return what the JSON files in *folder*, or in ``declarations`` below it, declare.

    Raises:
        ConfigError: There is none, or the folder cannot be read.
    """
    inner = folder / "declarations"
    folder = inner if inner.is_dir() else folder
    try:
        paths = sorted(path for path in folder.glob("*.json") if path.is_file() and not path.is_symlink())
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be read ({error.strerror})") from error
    declared = {path.name.removesuffix(".json"): path for path in paths if not path.name.endswith(_HISTORY)}
    pasts = {path.name.removesuffix(_HISTORY): path for path in paths if path.name.endswith(_HISTORY)}
    if not paths:
        raise ConfigError(f"{folder}: holds no declarations; name the folder with the files ID.json")
    if len(paths) > _MOST_FILES:
        raise ConfigError(f"{folder}: more than {_MOST_FILES:,} files; is it a folder of declarations?")
    documents: list[Document] = []
    notes: list[DeclarationNote] = []
    seen: dict[str, str] = {}
    # Declared services first: an id is theirs, and not that of one that is gone.
    for name in dict.fromkeys((*declared, *pasts)):
        path = declared.get(name) or pasts[name]
        try:
            service = _json(path) if name in declared else {"terms": {}}
            history = _json(pasts[name]) if name in pasts else {}
            _check_id(slug(name), path.name, seen)
        except _UnreadableError as error:
            notes.append(DeclarationNote("file", path.name, str(error)))
            continue
        found = convert(name, service, history)
        documents += found.documents
        notes += found.notes
    return Declarations(tuple(documents), tuple(notes))


def _check_id(ident: str, file: str, seen: dict[str, str]) -> None:
    """Note in *seen* that *ident* is that of *file*.

    Raises:
        _UnreadableError: It is none, or that of another file.
    """
    if not ident:
        raise _UnreadableError("its name makes no id")
    if seen.setdefault(ident, file) != file:
        raise _UnreadableError(f"its id {ident!r} is that of {seen[ident]} already")


def convert(ident: str, service: Mapping[str, Any], history: Mapping[str, Any] | None = None) -> Declarations:
    """Return what one service's declaration says.

    Args:
        ident: The service's id: the name of its file.
        service: What ``ID.json`` holds.
        history: What ``ID.history.json`` holds. Terms that are only there are gone: their documents are not active.
    """
    history = history or {}
    name = service.get("name") if isinstance(service.get("name"), str) else ident
    terms = service.get("terms", service.get("documents"))
    if not isinstance(terms, dict):
        return Declarations((), (DeclarationNote("file", f"{ident}.json", "it has no terms"),))
    work = _Work(ident, str(name))
    for kind, declared in terms.items():
        work.add(kind, declared)
    for kind, entries in history.items():
        work.remember(kind, entries, current=kind in terms)
    return Declarations(tuple(work.documents.values()), tuple(work.notes))


@dataclass
class _Work:
    """One service on its way."""

    ident: str
    name: str
    documents: dict[str, Document] = field(default_factory=dict)
    notes: list[DeclarationNote] = field(default_factory=list)

    def note(self, kind: str, terms: str, what: str) -> None:
        self.notes.append(DeclarationNote(kind, f"{slug(self.ident)}/{slug(terms) or terms}", what))

    def add(self, terms: str, declared: Any, *, active: bool = True) -> None:
        """Convert the declaration of one type of terms."""
        ident = slug(terms)
        if not ident or ident in self.documents:
            self.note("terms", terms, f"{terms!r} makes no id of its own")
            return
        before = len(self.notes)
        try:
            pages = tuple(self._pages(terms, declared))
        except _UnreadableError as error:
            # What was noted on the way there is of no use to the reader.
            del self.notes[before:]
            self.note("selector" if "select" in str(error) else "terms", terms, str(error))
            return
        self.documents[ident] = Document(
            slug(self.ident), ident, self._each_once(terms, pages), terms, self.name, active=active
        )

    def _each_once(self, terms: str, pages: Iterable[Page]) -> tuple[Page, ...]:
        """Return *pages* without those of which the same part of the same address is there already."""
        kept: dict[tuple[object, ...], Page] = {}
        for page in pages:
            if kept.setdefault((page.url, page.select), page) is not page:
                self.note("page", terms, f"{page.url} is there twice")
        return tuple(kept.values())

    def remember(self, terms: str, entries: Any, *, current: bool) -> None:
        """Take what the history says of one type of terms."""
        dated = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
        dated.sort(key=lambda entry: str(entry.get("validUntil", "")))
        if not current and dated:
            self.add(terms, dated.pop(), active=False)
        if dated:
            until = ", ".join(str(entry.get("validUntil", "?"))[:10] for entry in dated)
            self.note("history", terms, f"{len(dated)}, valid until {until}")

    def _pages(self, terms: str, declared: Any) -> Iterator[Page]:
        if not isinstance(declared, dict):
            raise _UnreadableError("is no object")
        for key in declared:
            if key not in (*_SOURCE_KEYS, "combine", "validUntil"):
                self.note("key", terms, repr(str(key)[:80]))
        if "combine" not in declared:
            yield self._page(terms, declared)
            return
        sources = declared["combine"]
        if not isinstance(sources, list) or not sources:
            raise _UnreadableError("combine is no list of sources")
        # A source's own key replaces the one of the terms; they are not joined.
        shared = {key: declared[key] for key in _SOURCE_KEYS if key in declared}
        for source in sources:
            if not isinstance(source, dict):
                raise _UnreadableError("combine holds something that is no source")
            yield self._page(terms, {**shared, **source})

    def _page(self, terms: str, source: Mapping[str, Any]) -> Page:
        url = source.get("fetch")
        if not isinstance(url, str) or not url.strip():
            raise _UnreadableError("has no address to fetch")
        address = _quoted(url.strip())
        if remark := _remark(address, source.get("select")):
            self.note("page", terms, remark)
            source = {**source, "select": None, "remove": None}
        return Page(
            address,
            tuple(_selectors("select", source.get("select"))),
            tuple(_selectors("remove", source.get("remove"))),
            tuple(dict.fromkeys(self._filters(terms, source.get("filter")))),
            "browser" if source.get("executeClientScripts") is True else "http",
        )

    def _filters(self, terms: str, declared: Any) -> Iterator[str]:
        for item in declared if isinstance(declared, list) else [declared] if declared else []:
            given = [(item, None)] if isinstance(item, str) else list(item.items()) if isinstance(item, dict) else []
            for name, parameters in given:
                shown = name if parameters is None else f"{name}({json.dumps(parameters)[:200]})"
                ours = _nearest(name, parameters)
                if ours is None:
                    self.note("filter", terms, shown)
                elif ours and ours != _kebab(name):
                    self.note("nearest", terms, f"{shown} became {ours}")
                if ours:
                    yield ours


def _quoted(address: str) -> str:
    """Return *address* as a browser sends it: a space inside is ``%20``."""
    return re.sub(r"\s", lambda space: quote(space[0]), address)


def _remark(address: str, select: Any) -> str:
    """Return why *select* selects nothing: it is of a PDF, or a sentence and no CSS; empty if it may."""
    if not select:
        return ""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return ""
    if path.lower().endswith(".pdf"):
        return f"a selector of {address}: nothing can be selected in a PDF"
    words = [word.strip(',.;:!?()"').lower() for word in select.split()] if isinstance(select, str) else []
    # Parts of pages by name, of HTML or with a hyphen, are a selector even where they are many.
    elements = sum(word in _ELEMENTS or "-" in word for word in words)
    if len(words) >= _REMARK_WORDS and 2 * elements < len(words) and all(map(_REMARK_WORD.fullmatch, words)):
        return f"{select[:120]!r} is a remark and no selector"
    return ""


def _nearest(name: str, parameters: Any) -> str | None:
    """Return our filter for theirs of that *name*: empty when ours always does it, None when we have none."""
    from tostrack.extraction.filters import ALWAYS, FILTERS, untracked

    if name == _REMOVE_QUERY:
        listed = [parameters] if isinstance(parameters, str) else parameters if isinstance(parameters, list) else []
        addresses = [f"https://acme.example/?{quote(str(each))}=1" for each in listed]
        # Parameters that are known to track are taken out of every page.
        return "" if addresses and all("?" not in untracked(each) for each in addresses) else "drop-query"
    ours = _kebab(name)
    return ("" if ours in ALWAYS else ours) if ours in FILTERS else None


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def _selectors(key: str, declared: Any) -> Iterator[Selector]:
    """Yield the selectors of one declaration in their order.

    Raises:
        _UnreadableError: One of them is neither CSS nor a range.
    """
    from tostrack.extraction.selectors import find_css_fault, parse_selectors

    for item in declared if isinstance(declared, list) else [] if declared is None else [declared]:
        try:
            [selector] = parse_selectors([_one_line(item) if isinstance(item, str) else item])
        except ExtractError as error:
            raise _UnreadableError(f"{key}: {str(error)[:200]}") from error
        for css in list_css(selector):
            if not isinstance(css, str) or len(css) > _LONGEST_CSS or find_css_fault(css):
                raise _UnreadableError(f"{key}: {str(css)[:200]!r} is no CSS selector")
        yield selector


def _one_line(css: str) -> str:
    return css.strip() if css.isprintable() else " ".join(css.split())


def _json(path: Path) -> dict[str, Any]:
    """Return the object in a file.

    Raises:
        _UnreadableError: It is too large, no JSON or no object.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise _UnreadableError("is larger than a declaration can be")
        found = json.loads(content.decode("utf-8-sig"))
        # JSON can write halves of characters, which no file can.
        json.dumps(found, ensure_ascii=False).encode()
    except OSError as error:
        raise _UnreadableError(f"cannot be read ({error.strerror})") from error
    except RecursionError as error:
        raise _UnreadableError("is nested too deeply") from error
    except ValueError as error:
        raise _UnreadableError(f"is no JSON: {str(error)[:120]}") from error
    if not isinstance(found, dict):
        raise _UnreadableError("is no JSON object")
    return found
