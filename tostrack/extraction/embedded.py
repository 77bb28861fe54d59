"""Documents inside a page: frames written in place, PDF files of a capture, shadow roots, text of drawings.

`expose` moves their text into the tree, where a browser shows it, before anything is selected.
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_to_bytes

from tostrack.clauses import plain, split_clauses
from tostrack.extraction.decode import decode
from tostrack.extraction.dom import Element, etree, parse, replace_content
from tostrack.extraction.inline import tidy
from tostrack.extraction.page_shape import FRAMES

#: A frame written in place may hold another; more nesting is an attack.
_MOST_FRAMES_DEEP = 2
#: Words of a drawing that make a text; fewer are labels of a chart or a logo.
_LEAST_DRAWN = 12
#: What a drawing holds besides the text that it shows.
_NOT_DRAWN = ("title", "desc", "metadata", "defs", "style", "script")
#: Marks a slot that was filled.
_FILLED = "data-tostrack-filled"


def expose(root: Element) -> None:
    """Put the text of shadow roots, of frames that hold their page and of drawings where a browser shows it."""
    for _ in range(_MOST_FRAMES_DEEP + 1):
        for template in list(root.iter("template")):
            if template.get("shadowrootmode") or template.get("shadowroot"):
                _open_shadow_root(template)
        if not any(_open_frame(frame) for frame in list(root.iter(*FRAMES))):
            break
    for drawing in list(root.iter("svg")):
        _write_drawing(drawing)


def _open_shadow_root(template: Element) -> None:
    """Put the content of a shadow root in place of its host's, each child of the host in the slot that shows it."""
    host = template.getparent()
    template.tag = "div"
    slots = {slot.get("name") or "": slot for slot in reversed(list(template.iter("slot")))}
    if host is None or not slots:
        return
    # Words of the host outside of any element are shown by the slot without a name.
    words = f"{host.text or ''} {template.tail or ''}".strip()
    if words and (slot := slots.get("")) is not None:
        host.text, template.tail = None, None
        replace_content(slot, "slot")
        slot.text = words
        slot.set(_FILLED, "")
    for child in [child for child in host if child is not template]:
        slot = slots.get(child.get("slot") or "")
        if slot is None:
            continue
        if not slot.get(_FILLED):
            # What a slot holds is shown only where nothing is given for it.
            replace_content(slot, "slot")
            slot.set(_FILLED, "")
        slot.append(child)


def _open_frame(frame: Element) -> bool:
    """Write the document that *frame* holds in its place; return whether it holds one."""
    written, address = (frame.get("srcdoc") or "").strip(), (frame.get("src") or frame.get("data") or "").strip()
    if frame.tag == "object" and not (written or address or frame.get("type")):
        # A browser shows what is inside an object that shows nothing.
        frame.tag = "div"
    if not written and not address.startswith("data:"):
        return False
    media_type, content = ("text/html", written) if written else _read_data_address(address)
    replace_content(frame, "div")
    if media_type.startswith("application/pdf") and isinstance(content, bytes):
        _write_pdf(frame, content)
    elif media_type.startswith("text/"):
        page = parse(decode(content, media_type))
        body = next(page.iter("body"), page)
        frame.text = body.text
        frame.extend(list(body))
    return True


def _read_data_address(address: str) -> tuple[str, bytes]:
    """Return the media type and the content of a ``data:`` address (RFC 2397); no content when it is broken."""
    head, _, written = address.removeprefix("data:").partition(",")
    content = unquote_to_bytes(written)
    if head.endswith(";base64"):
        try:
            content = base64.b64decode(content)
        except binascii.Error:
            content = b""
    return head.removesuffix(";base64"), content


def _write_pdf(frame: Element, content: bytes) -> None:
    from tostrack.extraction.pdf import pdf_to_markdown

    for clause in split_clauses(pdf_to_markdown(content)):
        block = etree.SubElement(frame, clause.kind if clause.is_heading else "p")
        block.text = plain(clause.text)


def _write_drawing(drawing: Element) -> None:
    """Make paragraphs of the text that *drawing* shows, if it is one."""
    texts = [each for each in drawing.iter("text", "foreignobject") if not any(each.iterancestors(*_NOT_DRAWN))]
    if sum(len(tidy("".join(each.itertext())).split()) for each in texts) < _LEAST_DRAWN:
        return
    for part in list(drawing.iter(*_NOT_DRAWN)):
        replace_content(part, "template")
    for each in texts:
        each.tag = "p" if each.tag == "text" else "div"
    drawing.tag = "div"
