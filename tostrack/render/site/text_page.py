"""The page of one text: its clauses, and in the margin since when each says what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import groupby
from typing import TYPE_CHECKING

from tostrack.render.escape import safe
from tostrack.render.site.page_data import Block, HistoryMoment, KeptClause, Site, TextPage
from tostrack.render.site.pagination import PagePart, PageParts, render_parts
from tostrack.render.site.rendering import FeedLink, day_words, render, shade, topic_name
from tostrack.render.site_paths import change_page, document_page, relative
from tostrack.value import Value

if TYPE_CHECKING:
    from markupsafe import Markup

#: Characters of markup around a clause that is shown, and of one that is left out.
_MARKUP, _LEFT_OUT = 120, 16
#: What the margin says: when a clause came, and when it got its words, if later.
Stamp = tuple[HistoryMoment, HistoryMoment | None]


class ShownClause(Value):
    """A clause with what its place in the page decides."""

    text: str
    level: int
    depth: int
    #: Whether it is numbered by its own words.
    numbered: bool
    flags: tuple[tuple[str, str, str], ...]


def reading_page(site: Site, reading: TextPage, feed: FeedLink, *, page: str = "") -> list[str]:
    """Return the page of *reading*, a large one in several parts.

    Args:
        page: Its path, when it is not at its version's own address.
    """
    page = page or reading.text.page
    dated = day_words(reading.text.seen_at)

    title = f"{reading.service_name}: {reading.name}" + ("" if reading.stands else f", {dated}")

    def dated_link(moment: HistoryMoment) -> Markup | str:
        from markupsafe import Markup

        day = moment.seen_at[:10]
        address = relative(page, change_page(moment.change_id)) if moment.change_id else ""
        return Markup('<a href="{}">{}</a>').format(address, day) if address else day

    @cache
    def margin(stamp: Stamp | None) -> Markup | str:
        """Return what the margin says of a clause; nothing where the clause above says the same."""
        if stamp is None:
            return ""
        from markupsafe import Markup

        came, worded = stamp
        said = Markup("since {}").format(dated_link(came))
        return Markup("{} <span>worded {}</span>").format(said, dated_link(worded)) if worded else said

    def render_part(parts: PageParts, part: PagePart) -> str:
        return render(
            "reading",
            site,
            part.page,
            title=title + (f" (part {part.number})" if part.number > 1 else ""),
            description=f"The text {'since' if reading.stands else 'of'} {dated}, clause by clause, with its dates.",
            feed=feed,
            reading=reading,
            shown=sum(isinstance(block, Block) for block in reading.blocks),
            current=document_page(reading.service, reading.document) if reading.stands else "",
            groups=list(_groups(reading.blocks[part.first : part.last], part.first)),
            margin=margin,
            flagged=partial(_flagged, site),
            parts=parts,
            part=part,
        )

    return render_parts(page, [_size(block) for block in reading.blocks], render_part)


def _size(block: Block | KeptClause) -> int:
    """Return about how many characters of a page *block* takes."""
    return len(block.text) + _MARKUP if isinstance(block, Block) else _LEFT_OUT


def _groups(
    blocks: Sequence[Block | KeptClause], first: int
) -> Iterator[tuple[str, list[tuple[int, object, Stamp | None]]]]:
    """Yield the clauses in runs of one shape; rows of a table belong together, and so do those that are left out."""
    placed: list[tuple[int, Block | KeptClause, Stamp | None]] = []
    before: Stamp | None = None
    above: list[int] = []
    levels: dict[int, int] = {}
    for at, block in enumerate(blocks, first):
        if isinstance(block, KeptClause):
            placed.append((at, block, None))
            before = None
            continue
        if block.kind[0] == "h":
            # No level is left out between a heading and the one above it; the page's own title is the only h1.
            own = int(block.kind[1])
            above = [*(level for level in above if level < own), own]
            levels[at] = min(len(above) + 1, 6)
        # A heading says nothing by itself; behind it the margin says again what it said before.
        stamp = (block.came, block.worded) if block.kind[0] != "h" else None
        placed.append((at, block, stamp if stamp != before else None))
        before = stamp
    for (shape, _), run in groupby(placed, key=lambda one: _run_of(one[0], one[1])):
        yield (
            shape,
            [
                (at, _shown(block, levels.get(at, 0)) if isinstance(block, Block) else block, stamp)
                for at, block, stamp in run
            ],
        )


def _run_of(at: int, block: Block | KeptClause) -> tuple[str, int]:
    """Return what the clauses of one run share: their shape, or that they are neighbours in the whole text too."""
    return ("kept", block.at - at) if isinstance(block, KeptClause) else (_shape(block.kind), 0)


def _shape(kind: str) -> str:
    return "h" if kind[0] == "h" else "li" if kind[:2] in ("li", "ol") else kind


def _shown(block: Block, level: int) -> ShownClause:
    depth = int(block.kind[2:] or 1) if _shape(block.kind) == "li" else 0
    return ShownClause(block.text, level, min(depth, 5), block.kind[:2] == "ol", block.flags)


def _flagged(site: Site, block: ShownClause) -> Markup | str:
    """Return the text of a clause with the quotes of its flags marked and named; the first of those that overlap."""
    if not block.flags:
        return block.text
    from markupsafe import Markup, escape

    text, done, out = block.text, 0, Markup("")
    spans = sorted(
        (at, quote, topic, meaning) for topic, quote, meaning in block.flags if (at := text.find(quote)) >= 0
    )
    for at, quote, topic, meaning in spans:
        if at < done or not quote:
            continue
        tag = Markup('<span class="tag {}" title="{}">{}</span>').format(
            shade(site, topic), safe(meaning), topic_name(topic)
        )
        out += escape(safe(text[done:at])) + Markup("<mark>{}</mark> {}").format(safe(quote), tag)
        done = at + len(quote)
    return out + escape(safe(text[done:]))
