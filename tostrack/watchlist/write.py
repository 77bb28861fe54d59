"""A document as the TOML that declares it, for commands that add to a watchlist."""

from __future__ import annotations

from collections.abc import Iterable

from tostrack.models import Document, Page, Range, Selector

_ESCAPES = {'"': '\\"', "\\": "\\\\"}


def to_toml(document: Document) -> str:
    """Return the table of *document*, ready to be appended to a watchlist; reading it back gives the same document.

    The service's own name is not in it: it belongs to the service's table.
    """
    lines = [f"[watch.{document.service}.{document.slug}]"]
    if document.name:
        lines.append(f"name = {_string(document.name)}")
    if len(document.pages) == 1:
        lines += _page(document.pages[0])
    else:
        lines += ["pages = [", *(f"    {{ {', '.join(_page(page))} }}," for page in document.pages), "]"]
    if document.language:
        lines.append(f"language = {_string(document.language)}")
    if document.tags:
        lines.append(f"tags = [{', '.join(map(_string, document.tags))}]")
    if not document.active:
        lines.append("active = false")
    return "\n".join(lines) + "\n"


def service_to_toml(document: Document) -> str:
    """Return the table of *document*'s service, with its name."""
    name = f"name = {_string(document.service_name)}\n" if document.service_name else ""
    return f"[watch.{document.service}]\n{name}"


def _page(page: Page) -> list[str]:
    entries = [f"url = {_string(page.url)}"]
    for key, selectors in (("select", page.select), ("remove", page.remove)):
        if selectors:
            entries.append(f"{key} = {_one_or_list(map(_selector, selectors))}")
    if page.filters:
        entries.append(f"filters = [{', '.join(map(_string, page.filters))}]")
    if page.fetch != "http":
        entries.append(f"fetch = {_string(page.fetch)}")
    if page.follow != "nothing":
        entries.append(f"follow = {_string(page.follow)}")
    return entries


def _one_or_list(written: Iterable[str]) -> str:
    items = list(written)
    return items[0] if len(items) == 1 else f"[{', '.join(items)}]"


def _selector(selector: Selector) -> str:
    if not isinstance(selector, Range):
        return _string(selector)
    ends = (f"{key} = {_string(css)}" for key, css in vars(selector).items() if css is not None)
    return f"{{ {', '.join(ends)} }}"


def _string(text: str) -> str:
    """Return *text* as a basic TOML string."""
    escaped = (_ESCAPES.get(char) or (char if char.isprintable() else f"\\U{ord(char):08X}") for char in text)
    return f'"{"".join(escaped)}"'
