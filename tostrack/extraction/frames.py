"""One page from a page and the documents in its frames."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from tostrack.extraction.decode import decode
from tostrack.extraction.dom import etree, parse, replace_content
from tostrack.extraction.links import links_of
from tostrack.extraction.media import kind_of, without_preamble
from tostrack.extraction.page_shape import FRAMES, address_of, is_same_site, list_frames
from tostrack.models import Snapshot

#: Frames of one page that are followed; a policy has one.
MOST_FRAMES = 5
#: What a capture that holds its frames has in its headers: their addresses.
FOLLOWED = "tostrack-followed"


def list_followed(capture: Snapshot) -> list[str]:
    """Return the addresses of the frames and embedded documents of a page that are of its own site."""
    if kind_of(capture.body, capture.content_type, capture.final_url) != "html":
        return []
    found = list_frames(decode(capture.body, capture.content_type), capture.final_url)
    return [address for address in found if is_same_site(capture.final_url, address)][:MOST_FRAMES]


def join_frames(page: Snapshot, frames: Mapping[str, Snapshot]) -> bytes:
    """Return the page as HTML in UTF-8, each of its *frames*, by address, in place of the element that shows it."""
    root = parse(decode(page.body, page.content_type))
    for element in list(root.iter(*FRAMES)):
        capture = frames.get(address_of(element, page.final_url))
        if capture is None:
            continue
        replace_content(element, "iframe")
        if kind_of(capture.body, capture.content_type, capture.final_url) == "pdf":
            content = base64.b64encode(without_preamble(capture.body)).decode("ascii")
            element.set("src", f"data:application/pdf;base64,{content}")
        else:
            element.set("srcdoc", _page_in_place(capture))
    # A set of frames has no body for the text of them.
    for element in list(root.iter("frameset")):
        element.tag = "body" if element.getparent() is root else "div"
    for meta in list(root.iter("meta")):
        meta.attrib.pop("charset", None)
    return b'<!doctype html><meta charset="utf-8">' + bytes(etree.tostring(root, method="html", encoding="utf-8"))


def _page_in_place(capture: Snapshot) -> str:
    root = parse(decode(capture.body, capture.content_type))
    links = links_of(root, capture.final_url)
    for link in root.iter("a"):
        if address := links.address(link.get("href")):
            link.set("href", address)
    return str(etree.tostring(root, method="html", encoding="unicode"))
