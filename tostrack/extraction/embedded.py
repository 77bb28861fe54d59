"""Text that a browser shows and a parser hides: frames written in place, shadow roots, icons, states of boxes.

`expose` moves it into the tree before anything is selected; `spell_out` writes it as words into what was selected.
"""

from __future__ import annotations

import base64
import re

from tostrack.clauses import plain, split_clauses
from tostrack.extraction.dom import Element, etree, parse

_PDF_IN_PLACE = "data:application/pdf;base64,"
#: A frame written in place may hold another; more nesting is an attack.
_MOST_FRAMES_DEEP = 2
#: Fewer words in a <textarea> are a hint to the person who types; in a <noscript>, a request to turn scripts on.
_LEAST_TEXTAREA, _LEAST_NOSCRIPT = 12, 40
#: Letters from which on an element with a name of its own holds sentences and no term.
_LEAST_SENTENCES = 80
_SENTENCE_END = re.compile(r"[.!?:;。！？][\"'”’)\]]*\s*$")
#: What holds running text: an element inside that has a name of its own is part of a sentence there.
_INLINE = frozenset("a abbr b bdi bdo big cite code em font i label mark s small span strike strong sub sup u".split())
#: An icon here repeats the words beside it, or says what a click does.
_SAYS_ITSELF = frozenset("a button h1 h2 h3 h4 h5 h6 summary".split())
#: What holds the answer that a box gives; elsewhere a box is a switch of the page.
_HOLDS_ANSWER = frozenset("p li td th label dt dd legend fieldset span".split())
_STRUCK_CLASS = re.compile(r"(?:^|\s)(?:text-decoration-)?(?:line-through|strike-?through)(?:\s|$)")
_STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|list-item|table)\b", re.IGNORECASE)
_MARKER = re.compile(r"[\[(]?(\d{1,3}(?:\s*,\s*\d{1,3})*)[\])]?")
_SHORT_MARKER = re.compile(r"[\[(]?([a-z]{1,3})[\])]?", re.IGNORECASE)
_UNIT = re.compile(r"(?:^|[\s\d/(])(?:[cdkm]?m|ft|in|yd|mi)$")
_POWER = re.compile(r"(?:^|[^\d.,])10$")
#: Marks a word written for an icon, so that the filter `drop-images` finds it.
LABEL = "data-tostrack-label"
#: The value of that attribute on the state of a box, which a reader may change.
STATE = "state"


def expose(root: Element) -> None:
    """Put the text of declarative shadow roots and of frames with their page in ``srcdoc`` where a browser shows it."""
    for template in list(root.iter("template")):
        if template.get("shadowrootmode") or template.get("shadowroot"):
            _open_shadow_root(template)
    for frame in list(root.iter("iframe")):
        if (frame.get("src") or "").startswith(_PDF_IN_PLACE):
            _write_pdf(frame)
    for _ in range(_MOST_FRAMES_DEEP):
        frames = [frame for frame in root.iter("iframe") if (frame.get("srcdoc") or "").strip()]
        for frame in frames:
            _open_frame(frame)
        if not frames:
            return


def _write_pdf(frame: Element) -> None:
    """Write the text of a PDF that a capture holds in place of a frame."""
    from tostrack.extraction.pdf import pdf_to_markdown

    content = base64.b64decode(frame.get("src").removeprefix(_PDF_IN_PLACE))
    tail = frame.tail
    frame.clear()
    frame.tag, frame.tail = "div", tail
    for clause in split_clauses(pdf_to_markdown(content)):
        block = etree.SubElement(frame, clause.kind if clause.is_heading else "p")
        block.text = plain(clause.text)


def _open_shadow_root(template: Element) -> None:
    host = template.getparent()
    template.tag = "div"
    if host is None:
        return
    slots = {slot.get("name") or "": slot for slot in reversed(list(template.iter("slot")))}
    if not slots:
        return
    for child in [child for child in host if child is not template]:
        slot = slots.get(child.get("slot") or "")
        if slot is None:
            continue
        if not slot.get(LABEL):
            # What a slot holds is shown only where nothing is given for it.
            slot.set(LABEL, "slot")
            slot.text = None
            for fallback in list(slot):
                slot.remove(fallback)
        slot.append(child)


def _open_frame(frame: Element) -> None:
    page = parse(frame.get("srcdoc"))
    body = next(page.iter("body"), page)
    tail = frame.tail
    frame.clear()
    frame.tag, frame.tail, frame.text = "div", tail, body.text
    frame.extend(list(body))


def spell_out(tree: Element) -> None:
    """Write as words what *tree* says by other means, and mark what its style strikes out or sets as a block."""
    _keep_textareas(tree)
    _keep_noscript(tree)
    _write_formulas(tree)
    _write_labels(tree)
    _write_states(tree)
    _set_apart_markers(tree)
    _mark_styles(tree)
    for element in tree.xpath(".//*[contains(local-name(), '-')]"):
        if "-" in element.tag and _holds_sentences(element):
            element.tag = "div"


def _keep_textareas(tree: Element) -> None:
    for area in tree.iter("textarea"):
        if _words("".join(area.itertext())) >= _LEAST_TEXTAREA:
            area.tag = "pre"


def _keep_noscript(tree: Element) -> None:
    for element in list(tree.iter("noscript")):
        words = _words("".join(element.itertext()))
        # Where scripts write the text, it would stand there twice.
        if words >= _LEAST_NOSCRIPT and words > _words(" ".join(_shown_text(tree))):
            element.tag = "div"


def _shown_text(tree: Element) -> list[str]:
    return list(
        tree.xpath(".//text()[not(ancestor::noscript or ancestor::script or ancestor::style or ancestor::head)]")
    )


def _words(text: str) -> int:
    return len(text.split())


def _write_formulas(tree: Element) -> None:
    """Write fractions and powers of MathML on one line."""
    formulas = list(tree.iter("math"))
    for formula in formulas:
        for note in list(formula.iter("annotation", "annotation-xml")):
            note.tag = "template"
        for tag, sign in (("mfrac", "/"), ("msup", "^")):
            for element in formula.iter(tag):
                if len(element) == 2:
                    element[0].tail = sign


def _write_labels(tree: Element) -> None:
    """Write the accessible name of each icon that stands for a word."""
    for picture in list(tree.iter("svg")):
        if not _is_icon(picture):
            continue
        title = next((child.text for child in picture.iterchildren("title")), None)
        named = picture.get("aria-label") or (title if picture.get("role") == "img" or _stands_alone(picture) else "")
        if name := _tidy(named):
            _replace_by(picture, name)
    for icon in tree.xpath(".//*[@role='img' or self::i or self::span][@aria-label or @title]"):
        if len(icon) or (icon.text and icon.text.strip()) or icon.tag in ("svg", "img") or not _is_icon(icon):
            continue
        if name := _tidy(icon.get("aria-label") or (icon.get("title") if _stands_alone(icon) else "")):
            _replace_by(icon, name)


def _stands_alone(icon: Element) -> bool:
    """Return whether a cell holds *icon* and no word: then the icon is what the cell says."""
    cell = next(icon.iterancestors("td", "th", "dd"), None)
    return cell is not None and not any(
        text.strip() for text in cell.xpath(".//text()[not(parent::*[local-name()='title' or local-name()='desc'])]")
    )


def _is_icon(element: Element) -> bool:
    if element.get("aria-hidden") == "true" or element.get("role") in ("presentation", "none"):
        return False
    return element.getparent() is not None and not any(outer.tag in _SAYS_ITSELF for outer in element.iterancestors())


def _replace_by(element: Element, name: str, what: str = "icon") -> None:
    tail = element.tail or ""
    element.clear()
    before = " " if _text_before(element)[-1:].isalnum() else ""
    element.tag, element.text = "span", before + name
    element.tail = f" {tail}" if tail[:1].isalnum() else tail
    element.set(LABEL, what)


def _tidy(text: str | None) -> str:
    return " ".join((text or "").split())


def _write_states(tree: Element) -> None:
    """Write whether each box of a choice is ticked."""
    for box in list(tree.iter("input")):
        if (box.get("type") or "").lower() not in ("checkbox", "radio"):
            continue
        parent = box.getparent()
        stated = box.get("checked") is not None or box.get("disabled") is not None
        if parent is not None and (stated or parent.tag in _HOLDS_ANSWER):
            _replace_by(box, "☑ " if box.get("checked") is not None else "☐ ", STATE)
    for box in tree.xpath(".//*[@aria-checked][@role='checkbox' or @role='radio' or @role='switch']"):
        box.text = f"{'☑' if box.get('aria-checked') == 'true' else '☐'} {box.text or ''}"


def _set_apart_markers(tree: Element) -> None:
    """Write the mark of a footnote as ``[^1]``, and a power behind its sign, so that no number runs into another."""
    for raised in list(tree.iter("sup")):
        said = "".join(raised.itertext()).strip()
        linked = _leads_to_note(raised)
        match = _MARKER.fullmatch(said) or (_SHORT_MARKER.fullmatch(said) if linked else None)
        if not match:
            continue
        before = _text_before(raised)
        if match[1].isdigit() and not linked and _POWER.search(before):
            _rewrite(raised, f"^{match[1]}")
        elif linked or not (_UNIT.search(before) and said in ("2", "3")):
            _rewrite(raised, "".join(f"[^{mark.strip()}]" for mark in match[1].split(",")))
    for lowered in list(tree.iter("sub")):
        said = "".join(lowered.itertext()).strip()
        if said[:1].isdigit() and _text_before(lowered)[-1:].isdigit():
            _rewrite(lowered, f" {said}")


def _leads_to_note(raised: Element) -> bool:
    links = [*raised.iterdescendants("a"), *raised.iterancestors("a")]
    return any((link.get("href") or "").startswith("#") for link in links)


def _rewrite(element: Element, text: str) -> None:
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = "span", text, tail


def _text_before(element: Element) -> str:
    """Return the text right before *element* in its line; empty at the beginning of one."""
    while element is not None:
        before = element.getprevious()
        if before is not None:
            return before.tail or "".join(before.itertext())
        parent = element.getparent()
        if parent is None:
            return ""
        if parent.text:
            return str(parent.text)
        element = parent if parent.tag in _INLINE else None
    return ""


def _mark_styles(tree: Element) -> None:
    """Turn what a style strikes out into ``<s>``, and what it sets as a block into ``<div>``."""
    for element in tree.xpath(".//*[contains(@style, 'line-through') or contains(@class, 'through')]"):
        if _STRUCK_STYLE.search(element.get("style") or "") or _STRUCK_CLASS.search(element.get("class") or ""):
            struck = etree.Element("s")
            struck.text, element.text = element.text, None
            struck.extend(list(element))
            element.append(struck)
    for element in tree.xpath(".//span[contains(@style, 'display')]"):
        if _BLOCK_STYLE.search(element.get("style")):
            element.tag = "div"


def _holds_sentences(element: Element) -> bool:
    """Return whether *element*, of a name that HTML does not know, holds whole sentences and is no part of one."""
    text = "".join(element.itertext()).strip()
    if not text or (len(text) < _LEAST_SENTENCES and not _SENTENCE_END.search(text)):
        return False
    parent = element.getparent()
    if parent is None:
        return True
    around = "".join([parent.text or "", *(child.tail or "" for child in parent)]).strip()
    return not around and parent.tag not in _INLINE
