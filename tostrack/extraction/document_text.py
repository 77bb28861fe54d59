"""Read the text of a document from the captures of its pages, and say what is wrong where that fails. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tostrack.errors import ExtractError
from tostrack.extraction import extract, title
from tostrack.models import Document, Page, Reading, Snapshot, sha256


def declaration_hash(document: Document) -> str:
    """Return a hash of what the watchlist says of the document's text; addresses do not belong to it."""
    return sha256("\n".join(page.fingerprint for page in document.pages))[:16]


def extract_text(document: Document, captures: Mapping[int, Snapshot]) -> str:
    """Return the document's Markdown: the text of every page, in order.

    Raises:
        ExtractError: A page holds no usable text.
    """
    parts = []
    for number, page in enumerate(document.pages):
        capture = captures[number]
        parts.append(
            extract(
                capture.body,
                url=capture.final_url,
                select=page.select,
                remove=page.remove,
                filters=page.filters,
                content_type=capture.content_type,
            )
        )
    return "\n".join(parts)


#: Suspicions that the same text seen again at leisure answers: it is odd, but it does not say that it is no policy.
CONFIRMABLE = frozenset({"collapse", "language", "truncated"})


def find_suspicion(captures: Iterable[Snapshot], text: str, before: Reading | None) -> str:
    """Return why *text* does not look like the policy, as a word of `extract.suspect.CAUSES`; empty when it does.

    Args:
        captures: The answers that it was extracted from.
        text: The Markdown.
        before: What stands, if anything does.
    """
    from tostrack.extraction.decode import decode
    from tostrack.extraction.quality import classify_suspect

    pages = list(captures)
    one = pages[0] if len(pages) == 1 else None
    found = classify_suspect(
        text,
        previous=before.version.text if before else None,
        html="\n".join(decode(page.body, page.content_type) for page in pages),
        page_title=title(one.body, content_type=one.content_type) if one else "",
        asked_url=one.url if one else "",
        final_url=one.final_url if one else "",
    )
    return found or ""


def diagnose_pages(captures: Iterable[Snapshot]) -> str:
    """Return what pages of which nothing could be extracted say instead of the policy; empty when they do not tell."""
    for capture in captures:
        try:
            whole = extract(capture.body, url=capture.final_url, select=("body",), content_type=capture.content_type)
        except ExtractError:
            continue
        if cause := find_suspicion([capture], whole, None):
            return cause
    return ""


def propose_repair(
    document: Document, captures: Mapping[int, Snapshot], last: str = "", kept: Mapping[int, Snapshot] | None = None
) -> str:
    """Return a sentence that names, for each page whose selector died, the container to select; empty when none did.

    Args:
        captures: What the pages answered, by number.
        last: The last good text; without one, the container of the page's main text is named.
        kept: The last good captures: of several pages each is compared with its own.
    """
    from tostrack.extraction.selector_repair import find_nearest_container

    named = []
    for number, page in enumerate(document.pages):
        capture = captures.get(number)
        if capture is None or not page.select or _page_text(page, capture):
            continue
        before = (kept or {}).get(number)
        stood = (_page_text(page, before) if before else "") or last
        container = find_nearest_container(
            capture.body,
            stood or _page_text(replace(page, select=(), remove=()), capture),
            content_type=capture.content_type,
        )
        if container:
            what = "the last good text" if stood else "the page's main text"
            where = f" of {page.url}" if len(document.pages) > 1 else ""
            found = f"{what} is most like {container.selector!r}{where} ({container.likeness:.0%})"
            named.append(f"{found}: try select = '{container.selector}'")
    return "; ".join(named)


def _page_text(page: Page, capture: Snapshot) -> str:
    """Return the Markdown of one page, or the empty string when it has none."""
    try:
        return extract(
            capture.body,
            url=capture.final_url,
            select=page.select,
            remove=page.remove,
            filters=page.filters,
            content_type=capture.content_type,
        )
    except ExtractError:
        return ""
