"""Snapshots in, Markdown out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tostrack.errors import ExtractError
from tostrack.extraction.decode import decode
from tostrack.extraction.dom import parse, parse_plain_text
from tostrack.extraction.filters import named
from tostrack.extraction.inline import tidy
from tostrack.extraction.links import Links
from tostrack.extraction.main_text import main_text
from tostrack.extraction.markdown import to_markdown
from tostrack.extraction.selectors import Selection, parse_selectors
from tostrack.models import Selector

#: Moves whenever the same bytes may give another text, so that our own changes are never taken for theirs.
EXTRACTOR_VERSION = "1"

__all__ = ["EXTRACTOR_VERSION", "extract", "title"]

SelectorLike = Selector | Mapping[str, str]


def extract(
    html: bytes | str,
    *,
    url: str = "",
    select: SelectorLike | Sequence[SelectorLike] = (),
    remove: SelectorLike | Sequence[SelectorLike] = (),
    filters: Sequence[str] = (),
    content_type: str = "",
) -> str:
    """Return the policy on a page as Markdown in the normal form of `clauses.join_clauses`.

    Args:
        html: What the server sent, or its text.
        url: Where the page is from; links are made absolute against it.
        select: CSS or ranges of what is the policy, in the order wanted; without any, the main text is found.
        remove: CSS or ranges to take out before.
        filters: Names of `filters.FILTERS`.
        content_type: The server's Content-Type header.

    Raises:
        ExtractError: Nothing is selected, what is selected is empty, a selector or filter is wrong, or the page is
            of a kind that holds no text; ``error.cause`` is ``selector``, ``empty``, ``config`` or one of `pdf`'s.
    """
    wanted, unwanted, edits = parse_selectors(select), parse_selectors(remove), named(filters)
    if _is_pdf(html, content_type):
        from tostrack.extraction.pdf import pdf_to_markdown

        # It has no nodes to select or to edit: all of it is the policy.
        return pdf_to_markdown(html if isinstance(html, bytes) else html.encode("latin-1", "replace"), url)
    text = decode(html, content_type)
    root = parse_plain_text(text) if content_type.lower().startswith("text/plain") else parse(text)
    links = Links(url, next((base.get("href", "") for base in root.iter("base")), ""))
    page = Selection(root)
    page.remove(unwanted)
    main = page.select(wanted) if wanted else main_text(root)
    for edit in edits:
        edit(main, url)
    markdown = to_markdown(main, links)
    if not markdown:
        what = ", ".join(map(str, wanted)) or "the main text"
        raise ExtractError(f"{url or 'page'}: {what} holds no text", cause="empty")
    return markdown


def title(html: bytes | str, *, content_type: str = "") -> str:
    """Return the title of a page, or the empty string when it has none."""
    if _is_pdf(html, content_type):
        return ""
    root = parse(decode(html, content_type))
    for tag in ("title", "h1"):
        for element in root.iter(tag):
            # An icon inside a picture has a title too.
            if words := tidy("".join(element.itertext())).strip():
                return words
    return ""


def _is_pdf(html: bytes | str, content_type: str) -> bool:
    if content_type.lower().split(";")[0].strip() == "application/pdf":
        return True
    return html[:5] == (b"%PDF-" if isinstance(html, bytes) else "%PDF-")
