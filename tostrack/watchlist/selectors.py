"""What only an extraction would find wrong: selectors that are no CSS and filters that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from tostrack.errors import ConfigError
from tostrack.models import Page, Range, Selector
from tostrack.watchlist.findings import At, Findings, shown
from tostrack.watchlist.values import Watchlist


def check_selectors(watchlist: Watchlist) -> None:
    """Compile every selector and look up every filter of *watchlist*; `loads` does not, because it takes a parser.

    Raises:
        ConfigError: Some are wrong; ``error.problems`` has a line for each.
    """
    from tostrack.extraction.filters import FILTERS

    findings = Findings()
    for document in watchlist.documents:
        at: At = ("watch", document.service, document.slug)
        for index, page in enumerate(document.pages):
            page_at: At = (*at, "pages", index) if len(document.pages) > 1 else at
            for key, css in _css(page):
                if finding := _css_error(css):
                    findings.add((*page_at, key), f"{shown(css)} is no CSS selector: {finding}")
            for name in page.filters:
                if name not in FILTERS:
                    findings.add((*page_at, "filters"), f"{shown(name)} is no filter", word=name, known=FILTERS)
    if findings:
        raise ConfigError(*findings.lines(watchlist.source))


def _css(page: Page) -> Iterator[tuple[str, str]]:
    """Yield the key and the CSS of each selector of *page*."""
    for key, selectors in (("select", page.select), ("remove", page.remove)):
        for selector in selectors:
            for css in _parts(selector):
                yield key, css


def _parts(selector: Selector) -> list[str]:
    if not isinstance(selector, Range):
        return [selector]
    return [css for css in vars(selector).values() if css is not None]


def _css_error(css: str) -> str:
    """Return what is wrong with *css*; empty when it is fine."""
    import soupsieve

    try:
        soupsieve.compile(css)
    except soupsieve.SelectorSyntaxError as error:
        return str(error).partition("\n")[0].rstrip(".")
    except RecursionError:
        return "nested too deeply"
    return ""
