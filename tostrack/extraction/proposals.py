"""Proposals for the watchlist entry of an unknown page: its name, and where its text is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tostrack.clauses import canonical_text, plain
from tostrack.errors import ExtractError
from tostrack.extraction import extract
from tostrack.extraction.decode import decode
from tostrack.extraction.dom import parse
from tostrack.extraction.inline import tidy
from tostrack.extraction.selector_repair import find_nearest_container
from tostrack.value import Value

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
_SITE_NAMES = ("og:site_name", "application-name", "apple-mobile-web-app-title")
#: A selection may lose this share of the main text's words at most, and must be this like it.
_MOST_LOST, _LEAST_LIKE = 0.005, 0.99
#: A page whose whole text is this like its main text has nothing to be kept apart from.
_ALL_TEXT = 0.99
#: What a container holds beside the policy; one is proposed when the text gets this much closer without it.
_FURNITURE = (
    *("nav", "aside", "footer", "header", "form", "dialog"),
    *("button", "[role=button]", "[role=navigation]", "[role=search]", "[role=contentinfo]"),
)
_LEAST_GAIN = 0.003


class PageFacts(Value):
    """The names that a page gives itself; each may be empty."""

    title: str
    site_name: str
    language: str


def read_page_facts(html: bytes | str, *, content_type: str = "") -> PageFacts:
    """Return what a page calls itself."""
    root = parse(decode(html, content_type))
    named = {element.get("property") or element.get("name"): element.get("content") for element in root.iter("meta")}
    lang = root.get("lang") or ""
    titles = (tidy(" ".join(element.itertext())).strip() for element in root.iter("title"))
    return PageFacts(
        # An icon inside a picture has a title too.
        next((text for text in titles if text), "")[:200],
        next((tidy(named[name]).strip() for name in _SITE_NAMES if named.get(name)), "")[:80],
        lang if _LANGUAGE.fullmatch(lang) else "",
    )


def propose_selector(
    html: bytes | str, *, url: str = "", content_type: str = ""
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return selectors to keep and to remove that say what the main text of the page is; both empty when none helps.

    They help when the page holds more than the policy and one lasting container holds all of it.

    Raises:
        ExtractError: The page holds no text.
    """

    def text(select: Sequence[str], remove: Sequence[str] = ()) -> Counter[str]:
        try:
            return _words(extract(html, url=url, select=select, remove=remove, content_type=content_type))
        except ExtractError:
            return Counter()

    main_text = extract(html, url=url, content_type=content_type)
    main = _words(main_text)
    container = find_nearest_container(html, main_text, content_type=content_type)
    # A class is there for its looks, and goes with them.
    if container is None or container.selector == "body" or "." in container.selector:
        return (), ()
    if _likeness(text(("body",)), main) >= _ALL_TEXT:
        return (), ()
    select = (container.selector,)
    remove: tuple[str, ...] = ()
    found = text(select)
    if not found or _lost(found, main) > _MOST_LOST:
        return (), ()
    for furniture in _FURNITURE:
        less = text(select, (*remove, furniture))
        if _lost(less, main) <= _MOST_LOST and _likeness(less, main) >= _likeness(found, main) + _LEAST_GAIN:
            found, remove = less, (*remove, furniture)
    return (select, remove) if _likeness(found, main) >= _LEAST_LIKE else ((), ())


def _words(markdown: str) -> Counter[str]:
    return Counter(canonical_text(plain(markdown)).split())


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def _lost(found: Counter[str], main: Counter[str]) -> float:
    return 1 - (found & main).total() / max(1, main.total())
