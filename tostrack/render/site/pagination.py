"""A page or a file that would be too large, in parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, groupby
from math import ceil

from tostrack.render.site_paths import part_page
from tostrack.value import Value

#: Bytes of a page: a second and a half at the 0.8 Mbit/s of a slow phone connection, without compression.
PAGE_BYTES = 150_000


class PagePart(Value):
    """Some of the items of a page."""

    page: str
    #: From 1.
    number: int
    #: Its items: those from *first*, before *last*.
    first: int
    last: int


PageParts = tuple[PagePart, ...]


def render_parts(
    page: str, sizes: Sequence[int], render: Callable[[PageParts, PagePart], str], limit: int = PAGE_BYTES
) -> list[str]:
    """Return *page* as one text or, where that is larger than *limit*, as several; an item is never divided.

    Args:
        page: The file of the first part.
        sizes: About how much each item takes, in any unit.
        render: Returns the text of one part, given all parts.
        limit: In bytes.
    """
    number = 1
    while True:
        parts = _split(page, sizes, number)
        texts = [render(parts, part) for part in parts]
        bytes_of = [len(text.encode("utf-8", "replace")) for text in texts]
        if max(bytes_of) <= limit or number >= len(sizes):
            return texts
        number = min(max(number + 1, ceil(sum(bytes_of) / limit)), len(sizes))


def _split(page: str, sizes: Sequence[int], number: int) -> PageParts:
    """Return at most *number* parts of about the same size."""
    total = max(sum(sizes), 1)
    middles = [end - size / 2 for end, size in zip(accumulate(sizes), sizes, strict=True)]
    places = groupby(range(len(sizes)), key=lambda at: int(middles[at] * number / total))
    spans = [(run[0], run[-1] + 1) for _, group in places for run in [list(group)]] or [(0, 0)]
    return tuple(PagePart(part_page(page, at), at, *span) for at, span in enumerate(spans, 1))
