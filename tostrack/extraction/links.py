"""Addresses of links: absolute, safe to write, free of what a visit and not the policy put there."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from tostrack.extraction.dom import Element

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_UNSAFE = {ord(char): f"%{ord(char):02X}" for char in ' ()<>"\\|^`{}'}
_CONTROL = re.compile(r"[\0-\x1f\x7f-\x9f]+")


class Links:
    """Resolves the addresses of one page."""

    def __init__(self, url: str = "", base: str = "") -> None:
        self._base = _joined(url, base.strip()) if base else url

    def address(self, href: str | None) -> str:
        """Return *href* as Markdown may hold it, or the empty string when it leads nowhere outside this page."""
        # As browsers do, before anything else: ``java\nscript:`` is a scheme.
        href = _CONTROL.sub("", (href or "").strip())
        if not href or href.startswith("#"):
            return ""
        if self._base:
            href = _joined(self._base, href)
        scheme = _SCHEME.match(href)
        if scheme and scheme[0].lower() not in ("http:", "https:", "mailto:"):
            return ""
        try:
            urlsplit(href)
        except ValueError:
            return ""
        return href.translate(_UNSAFE)


def links_of(root: Element, url: str) -> Links:
    """Return what resolves the addresses on the page *root* at *url*, which may name another base."""
    return Links(url, next((base.get("href", "") for base in root.iter("base")), ""))


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return ""
