"""What only an extraction would find wrong: selectors that are no CSS and filters that do not exist."""

from __future__ import annotations

from tostrack.errors import ConfigError
from tostrack.models import list_css
from tostrack.watchlist.findings import At, Findings, shown
from tostrack.watchlist.values import Watchlist


def check_selectors(watchlist: Watchlist) -> None:
    """Compile every selector and look up every filter of *watchlist*; `loads` does not, because it takes a parser.

    Raises:
        ConfigError: Some are wrong; ``error.problems`` has a line for each.
    """
    from tostrack.extraction.filters import FILTERS
    from tostrack.extraction.selectors import find_css_fault

    findings = Findings()
    for document in watchlist.documents:
        at: At = ("watch", document.service, document.slug)
        for index, page in enumerate(document.pages):
            page_at: At = (*at, "pages", index) if len(document.pages) > 1 else at
            for key, selectors in (("select", page.select), ("remove", page.remove)):
                for css in (each for selector in selectors for each in list_css(selector)):
                    if fault := find_css_fault(css):
                        findings.add((*page_at, key), f"{shown(css)} is no CSS selector: {fault}")
            for name in page.filters:
                if name not in FILTERS:
                    findings.add((*page_at, "filters"), f"{shown(name)} is no filter", word=name, known=FILTERS)
    if findings:
        raise ConfigError(*findings.lines(watchlist.source))
