"""Markdown from snapshots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tostrack.clauses import join_clauses, split_clauses
from tostrack.errors import ExtractError
from tostrack.extraction import media
from tostrack.extraction.decode import decode
from tostrack.extraction.dom import Element, parse, parse_plain_text
from tostrack.extraction.embedded import expose
from tostrack.extraction.filters import named
from tostrack.extraction.inline import tidy
from tostrack.extraction.links import links_of
from tostrack.extraction.main_text import CutPart, main_text
from tostrack.extraction.markdown import to_markdown
from tostrack.extraction.preferences import preferences_to_markdown
from tostrack.extraction.presentation import apply_style_sheets, spell_out
from tostrack.extraction.selectors import Selection, parse_selectors
from tostrack.models import Selector

#: Moves whenever the same bytes may give another text, so that our own changes are never taken for theirs.
EXTRACTOR_VERSION = "5"

__all__ = ["EXTRACTOR_VERSION", "extract", "list_cut_parts", "title"]

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
    kind = media.kind_of(html, content_type, url)
    if kind == "pdf":
        from tostrack.extraction.pdf import pdf_to_markdown

        # It has no nodes to select or to edit: all of it is the policy.
        return pdf_to_markdown(media.without_preamble(html), url)
    text = decode(html, content_type)
    if kind == "markdown":
        return _normal_markdown(text, url)
    if kind in media.DATA_KINDS:
        return preferences_to_markdown(text, kind, url)
    root = parse_plain_text(text) if kind == "text" else _open_page(text)
    links = links_of(root, url)
    page = Selection(root)
    page.remove(unwanted)
    if wanted:
        main = page.select(wanted)
        spell_out(main, text)
    else:
        spell_out(root, text)
        main = main_text(root, url)
    for edit in edits:
        edit(main, url)
    markdown = to_markdown(main, links)
    if not markdown:
        what = ", ".join(map(str, wanted)) or "the main text"
        raise ExtractError(f"{url or 'page'}: {what} holds no text", cause="empty")
    return markdown


def _open_page(text: str) -> Element:
    root = parse(text)
    expose(root)
    apply_style_sheets(root)
    return root


def list_cut_parts(
    html: bytes | str,
    *,
    url: str = "",
    remove: SelectorLike | Sequence[SelectorLike] = (),
    content_type: str = "",
) -> list[CutPart]:
    """Return the parts of a page with at least `LEAST_CUT` words that are left out where nothing is selected.

    Raises:
        ExtractError: A selector is wrong.
    """
    if media.kind_of(html, content_type) != "html":
        return []
    text = decode(html, content_type)
    root = _open_page(text)
    Selection(root).remove(parse_selectors(remove))
    spell_out(root, text)
    cut: list[CutPart] = []
    main_text(root, url, cut)
    return [part for part in cut if part.words >= LEAST_CUT]


#: Words: shorter parts are labels and buttons.
LEAST_CUT = 8
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def _normal_markdown(text: str, url: str) -> str:
    """Return a text that is already Markdown in the normal form, without the front matter for its generator."""
    written = _FRONT_MATTER.sub("", text.replace("\r\n", "\n").removeprefix("\ufeff"))
    markdown = join_clauses(split_clauses(written))
    if not markdown:
        raise ExtractError(f"{url or 'page'}: the file holds no text", cause="empty")
    return markdown


def title(html: bytes | str, *, content_type: str = "") -> str:
    """Return the title of a page, or the empty string when it has none."""
    if media.kind_of(html, content_type) != "html":
        return ""
    root = parse(decode(html, content_type))
    for tag in ("title", "h1"):
        for element in root.iter(tag):
            # An icon inside a picture has a title too.
            if words := tidy("".join(element.itertext())).strip():
                return words
    return ""
