"""Documents added to the text of a watchlist; its comments, order and lay-out stay as their author made them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tostrack.errors import ConfigError
from tostrack.models import Document, slug
from tostrack.value import Value
from tostrack.watchlist import loads
from tostrack.watchlist.findings import read_header
from tostrack.watchlist.write import service_to_toml, to_toml


class Appended(Value):
    """The text of a watchlist with more documents, and those that it does not take, each with the reason."""

    text: str
    added: tuple[Document, ...]
    refused: tuple[tuple[Document, str], ...]


def append(text: str, documents: Iterable[Document], source: str = "watchlist.toml") -> Appended:
    """Return the watchlist *text* with *documents*: after the others of their service, new services at the end.

    One that is there already, under its id or with its page, or that a watchlist cannot hold, is refused; the others
    are added all the same.

    Raises:
        ConfigError: *text* is no sound watchlist, or of a form that cannot be added to without rewriting it.
    """
    known = loads(text, source).documents
    ids = {document.id for document in known}
    pages = {place: document.id for document in known for place in _places(document)}
    added: list[Document] = []
    refused: list[tuple[Document, str]] = []
    for document in documents:
        twin = next((pages[place] for place in _places(document) if place in pages), "")
        if document.id in ids:
            refused.append((document, "is in the watchlist already"))
        elif twin:
            refused.append((document, f"has the url and select of {twin}"))
        elif reason := _unsound(document):
            refused.append((document, reason))
        else:
            added.append(document)
            ids.add(document.id)
            pages.update(dict.fromkeys(_places(document), document.id))
    if not added:
        return Appended(text, (), tuple(refused))
    written = _written(text, known, added, source)
    return Appended(written, tuple(added), tuple(refused))


def _places(document: Document) -> list[tuple[object, ...]]:
    """Return what no other document of the service may have too; one that is gone may have left its address."""
    return [(document.service, page.url, page.select) for page in document.pages] if document.active else []


def _unsound(document: Document) -> str:
    """Return what is wrong with *document*; empty when a watchlist can hold it."""
    # The ids are keys of TOML, which nothing escapes.
    for ident in (document.service, document.slug):
        if slug(ident) != ident or not ident:
            return f"{ident!r} is not a slug"
    try:
        loads(to_toml(document), "")
    except ConfigError as error:
        return "; ".join(problem.partition(": ")[2] for problem in error.problems)
    return ""


def _written(text: str, known: Sequence[Document], added: Sequence[Document], source: str) -> str:
    services = {document.service for document in known}
    whole = text if not text or text.endswith("\n") else f"{text}\n"
    for document in added:
        if document.service in services:
            whole = _insert(whole, document)
    new = [document for document in added if document.service not in services]
    for service in dict.fromkeys(document.service for document in new):
        tables = [document for document in new if document.service == service]
        whole += ("\n" if whole else "") + "\n".join([service_to_toml(tables[0]), *map(to_toml, tables)])
    if not _says_all(whole, known, added, source):
        by_hand = "\n".join(map(to_toml, added))
        raise ConfigError(f"{source}: its lay-out cannot be added to without rewriting it; add by hand:\n\n{by_hand}")
    return whole


def _says_all(text: str, known: Sequence[Document], added: Sequence[Document], source: str) -> bool:
    """Return whether *text* says what it said, and the rest: nothing else is written to a file that is its author's."""
    try:
        after = {document.id: document for document in loads(text, source).documents}
    except ConfigError:
        return False
    return all(after.get(document.id) == document for document in known) and all(
        document.id in after and after[document.id].pages == document.pages for document in added
    )


def _insert(text: str, document: Document) -> str:
    """Return *text* with *document* after the last table of its service; as it is where none has a header."""
    lines = text.split("\n")[:-1]
    headers = [(at, keys) for at, line in enumerate(lines) if (keys := read_header(line))]
    own = [at for at, keys in headers if keys[:2] == ("watch", document.service)]
    if not own:
        return text
    end = next((at for at, _ in headers if at > own[-1]), len(lines))
    start = end
    while not lines[start - 1].strip() or lines[start - 1].lstrip().startswith("#"):
        start -= 1
    # A comment right under the last key belongs to the key; one that is set apart, or that touches the next header,
    # belongs to what comes next.
    blank = next((at for at in range(start, end) if not lines[at].strip()), None)
    at = blank if blank is not None else end if end == len(lines) else start
    apart = [] if at == len(lines) or blank is not None else [""]
    return "\n".join([*lines[:at], "", *to_toml(document).splitlines(), *apart, *lines[at:], ""])
