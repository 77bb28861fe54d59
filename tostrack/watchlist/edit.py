"""Documents added to the text of a watchlist; its comments, order and lay-out stay as their author made them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tostrack.errors import ConfigError
from tostrack.models import Document, slug
from tostrack.value import Value
from tostrack.watchlist import loads
from tostrack.watchlist.write import service_to_toml, to_toml

if TYPE_CHECKING:
    from tomlkit.container import Container


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
    known = loads(text, source, may_watch_nothing=True).documents if text.strip() else ()
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
    whole = _insert_all(whole, [document for document in added if document.service in services])
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


def _insert_all(text: str, documents: Sequence[Document]) -> str:
    """Return *text* with each of *documents* whose service's tables allow it."""
    if not documents:
        return text
    import tomlkit

    parsed = tomlkit.parse(text)
    for document in documents:
        _insert(parsed, document)
    return tomlkit.dumps(parsed)


def _insert(parsed: Container, document: Document) -> None:
    """Put *document* after the last table of its service, where the lay-out allows it."""
    import tomlkit
    from tomlkit.items import Table, Whitespace

    services = [
        service
        for key, watch in parsed.body
        if key is not None and key.key == "watch" and isinstance(watch, Table)
        for name, service in watch.value.body
        if name is not None and name.key == document.service
    ]
    if not services or not isinstance(services[-1], Table):
        return
    container = services[-1].value
    last = _innermost(container)
    is_end = last is _innermost(parsed)
    table: Any = tomlkit.parse(to_toml(document))
    for key in ("watch", document.service, document.slug):
        table = table[key]
    moved = _trailing(last, is_end=is_end)
    if moved:
        del last.body[-len(moved) :]
    last.body.append((None, Whitespace("\n")))
    table.value.body.extend(moved if moved or is_end else [(None, Whitespace("\n"))])
    container.append(document.slug, table)


def _innermost(container: Container) -> Container:
    """Return the container in which the text of *container* ends."""
    from tomlkit.items import AoT, Table

    for _, item in reversed(container.body):
        if isinstance(item, Table):
            return _innermost(item.value)
        if isinstance(item, AoT):
            return _innermost(item.body[-1].value)
        if not _is_trivia(item):
            break
    return container


def _trailing(container: Container, *, is_end: bool) -> list[Any]:
    """Return the blank lines and comments at the end of a table that belong to what follows it.

    A comment right under the last key belongs to the key; one that is set apart, or that touches the next header,
    belongs to what comes next.
    """
    trailing = 0
    while trailing < len(container.body) and _is_trivia(container.body[-1 - trailing][1]):
        trailing += 1
    items = container.body[len(container.body) - trailing :]
    blank = next((place for place, (_, item) in enumerate(items) if not str(item.as_string()).strip()), None)
    if blank is None:
        return [] if is_end else items
    return items[blank:]


def _is_trivia(item: Any) -> bool:
    from tomlkit.items import Comment, Whitespace

    return isinstance(item, Comment | Whitespace)
