"""Read the text of a document from the captures of its pages, and say what is wrong where that fails. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tostrack.errors import ExtractError
from tostrack.extraction import extract, list_cut_parts, title
from tostrack.extraction.decode import decode
from tostrack.extraction.media import DATA_KINDS, kind_of
from tostrack.models import Document, Page, Reading, Snapshot, sha256


def declaration_hash(document: Document) -> str:
    """Return a hash of what the watchlist says of the document's text; addresses do not belong to it."""
    return sha256("\n".join(page.fingerprint for page in document.pages))[:16]


def extract_text(document: Document, captures: Mapping[int, Snapshot]) -> str:
    """Return the document's Markdown: the text of every page, in order.

    Raises:
        ExtractError: A page holds no usable text.
    """
    return "\n".join(_extract_page(page, captures[number]) for number, page in enumerate(document.pages))


def _extract_page(page: Page, capture: Snapshot) -> str:
    return extract(
        capture.body,
        url=capture.final_url,
        select=page.select,
        remove=page.remove,
        filters=page.filters,
        content_type=capture.content_type,
    )


#: Suspicions that the same text seen again at leisure answers: it is odd, but it does not say that it is no policy.
CONFIRMABLE = frozenset({"collapse", "language", "truncated"})


def find_suspicion(
    captures: Iterable[Snapshot], text: str, before: Reading | None, kept: Iterable[Snapshot] = ()
) -> str:
    """Return why *text* does not look like the policy, as a word of `quality.CAUSES`; empty when it does."""
    from tostrack.extraction.quality import classify_suspect, is_closed

    pages = list(captures)
    if pages and all(kind_of(page.body, page.content_type, page.final_url) in DATA_KINDS for page in pages):
        # Of a list of rules neither length nor words say anything.
        return ""
    one = pages[0] if len(pages) == 1 else None
    found = classify_suspect(
        text,
        previous=before.version.text if before else None,
        previous_closed=before is not None and any(is_closed(_markup(page)) for page in kept),
        html="\n".join(map(_markup, pages)),
        page_title=title(one.body, content_type=one.content_type) if one else "",
        asked_url=one.url if one else "",
        final_url=one.final_url if one else "",
    )
    return found or ""


def _markup(page: Snapshot) -> str:
    """Return the HTML of a capture; empty for a file of another kind."""
    is_page = kind_of(page.body, page.content_type, page.final_url) == "html"
    return decode(page.body, page.content_type) if is_page else ""


#: What to do about a text that does not look like the policy, by `quality.CAUSES`.
_REMEDIES = {
    "needs-js": 'scripts write its text: set fetch = "browser"',
    "empty": 'its text may be written by scripts: set fetch = "browser"',
    "frame": "its text may be in a frame: watch {address}",
    "embedded": "its text may be an embedded document: watch {address}",
    "garbled": "its encoding was read wrongly",
}


#: Causes of texts that are on a page on the way to another one.
_MAY_REDIRECT = frozenset(("empty", "needs-js", "wrong-page", "blocked", "collapse"))


#: Causes of texts that a frame or an embedded document of their page may hold.
_MAY_BE_ELSEWHERE = frozenset(("empty", "frame", "embedded"))


def suggest_remedy(captures: Iterable[Snapshot], text: str, cause: str) -> str:
    """Return what to do about a *text* that is suspected of *cause*, with the address that holds the policy instead."""
    from tostrack.extraction.page_shape import find_redirect, find_remote_text, is_same_site

    pages = list(captures)
    if cause in _MAY_REDIRECT:
        targets = (find_redirect(_markup(page), page.final_url) for page in pages)
        if target := next(filter(None, targets), ""):
            return f'it redirects to {target}: watch that address, or set follow = "redirects"'
    elsewhere = (find_remote_text(_markup(page), page.final_url, len(text.split())) for page in pages)
    for page, remote in zip(pages, elsewhere if cause in _MAY_BE_ELSEWHERE else (), strict=False):
        if remote and remote.address and cause in (remote.cause, "empty"):
            follow = ', or set follow = "frames"' if is_same_site(page.final_url, remote.address) else ""
            return _REMEDIES[remote.cause].format(address=remote.address) + follow
    return _REMEDIES.get(cause, "") if cause not in ("frame", "embedded") else ""


def find_page_redirect(capture: Snapshot) -> str:
    """Return the address that a page sends a browser on to by a meta refresh or a script; empty if none."""
    from tostrack.extraction.page_shape import find_redirect

    return find_redirect(_markup(capture), capture.final_url)


def list_left_out(document: Document, captures: Mapping[int, Snapshot]) -> list[str]:
    """Return one line for each part of the pages that was taken for no part of the policy: words, place, beginning.

    Pages with ``select`` have none: what is left out of them was decided by the watchlist. Frames are named too.
    """
    from tostrack.extraction.page_shape import list_frames

    found = []
    for number, page in enumerate(document.pages):
        capture = captures[number]
        if not page.select:
            parts = list_cut_parts(
                capture.body, url=capture.final_url, remove=page.remove, content_type=capture.content_type
            )
            found += [f"{part.words} words in <{part.element}>: {part.beginning}" for part in parts]
        if page.follow != "frames":
            found += [f"a frame: {address}" for address in list_frames(_markup(capture), capture.final_url)]
    return found


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
        return _extract_page(page, capture)
    except ExtractError:
        return ""
