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
    by_hand = "\n".join(to_toml(document) for document in added)
    by_hand = f"{source}: its lay-out cannot be added to without rewriting it; add by hand:\n\n{by_hand}"
    services = {document.service for document in known}
    whole = text if not text or text.endswith("\n") else f"{text}\n"
    here = [document for document in added if document.service in services]
    if here:
        import tomlkit

        parsed = tomlkit.parse(whole)
        for document in here:
            if not _insert(parsed, document):
                raise ConfigError(by_hand)
        whole = tomlkit.dumps(parsed)
    for service in dict.fromkeys(document.service for document in added if document.service not in services):
        new = [document for document in added if document.service == service]
        tables = [service_to_toml(new[0]), *map(to_toml, new)]
        whole += ("\n" if whole else "") + "\n".join(tables)
    try:
        after = {document.id: document for document in loads(whole, source).documents}
    except ConfigError as error:
        raise ConfigError(by_hand) from error
    # The file is its author's: nothing is written of which it is not certain that it says what it said, and the rest.
    sound = all(after.get(document.id) == document for document in known)
    if not (sound and all(document.id in after and after[document.id].pages == document.pages for document in added)):
        raise ConfigError(by_hand)
    return whole


def _insert(parsed: Container, document: Document) -> bool:
    """Put *document* after the last table of its service; return whether the lay-out allows it."""
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
        return False
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
    return True


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
