"""Text for the looks of a page: icons, states of boxes, footnote marks and struck text, written as words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tostrack.extraction.dom import Element, etree, replace_content
from tostrack.extraction.inline import tidy
from tostrack.extraction.names import matches_name
from tostrack.extraction.selectors import find_plain

#: Fewer words in a <textarea> are a hint to the person who types; in a <noscript>, a request to turn scripts on.
_LEAST_TEXTAREA, _LEAST_NOSCRIPT = 12, 40
#: Letters from which on an element with a name of its own holds sentences and no term.
_LEAST_SENTENCES = 80
_SENTENCE_END = re.compile(r"[.!?:;。！？][\"'”’)\]]*\s*$")
#: What holds running text: an element inside that has a name of its own is part of a sentence there.
_INLINE = frozenset("a abbr b bdi bdo big cite code em font i label mark s small span strike strong sub sup u".split())
#: An icon here repeats the words beside it, or says what a click does.
_SAYS_ITSELF = ("a", "button", "h1", "h2", "h3", "h4", "h5", "h6", "summary")
#: What holds one answer, and what holds the answer that a box gives; elsewhere a box is a switch of the page.
_CELLS = ("td", "th", "dd")
_HOLDS_ANSWER = frozenset(("p", "li", "label", "dt", "legend", "fieldset", "span", *_CELLS))
#: What names a picture, inside it.
_NAMES_OF_PICTURES = ("title", "desc")
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_STRUCK_CLASS = re.compile(r"(?:^|\s)(?:text-(?:decoration-)?)?(?:line-through|strike(?:-?(?:through|out))?)(?:\s|$)")
#: Words of attributes without which nothing is marked as an edit, or raised.
_MAY_MARK = ("line-through", "strike", "deletion", "insertion")
_MAY_RAISE = ("super", "footnote", "noteref")
#: Roles of what is on or off.
_SWITCHES = ("checkbox", "radio", "switch")
#: The values of all attributes of a tree.
_ATTRIBUTES = etree.XPath(".//@*", smart_strings=False)
_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|list-item|table)\b", re.IGNORECASE)
#: Rules of style sheets, and the declarations of theirs that say something.
_RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
_SAYS = re.compile(r"line-through|list-style[^;]*(?:alpha|latin|roman|greek|decimal)|vertical-align\s*:\s*super")
_MAY_SAY = ("line-through", "list-style", "super")
_MOST_RULES = 500
_OWN_NAME = re.compile(r"<[a-zA-Z]+-")
_MARKER = re.compile(r"[\[(]?(\d{1,3}(?:\s*[,–-]\s*\d{1,3})*)[\])]?")
_SHORT_MARKER = re.compile(r"[\[(]?([a-z]{1,3})[\])]?", re.IGNORECASE)
_UNIT = re.compile(r"(?:^|[\s\d/(])(?:[cdkm]?m|ft|in|yd|mi)$")
_POWER = re.compile(r"(?:^|[^\d.,])10$")
#: Marks a word written for an icon, so that the filter `drop-images` finds it.
LABEL = "data-tostrack-label"
#: The value of that attribute on the state of a box, which a reader may change.
STATE = "state"


def spell_out(tree: Element, source: str) -> None:
    """Write as words what *tree* says by other means, and mark what its style strikes out or sets as a block.

    Args:
        source: The page, looked into for elements with names of their own.
    """
    # Looked into once: a look into the whole page costs as much as the rest of a step.
    attributes = " ".join(_ATTRIBUTES(tree))
    _keep_textareas(tree)
    _keep_noscript(tree)
    _write_formulas(tree)
    _write_states(tree, attributes)
    _write_choices(tree)
    _write_labels(tree, attributes)
    _set_apart_markers(tree, attributes)
    if any(word in attributes for word in _MAY_MARK):
        _mark_edits(tree)
    if "display" in attributes:
        for span in tree.iter("span"):
            if _BLOCK.search(span.get("style") or ""):
                span.tag = "div"
    if _OWN_NAME.search(source):
        for element in tree.xpath(".//*[contains(local-name(), '-')]"):
            if _holds_sentences(element):
                element.tag = "div"


def apply_style_sheets(root: Element) -> None:
    """Write the declarations of a page's own style sheets that say something before the style of their elements."""
    sheets = (sheet.text or "" for sheet in root.iter("style"))
    rules = [rule for sheet in sheets if any(word in sheet for word in _MAY_SAY) for rule in _RULE.findall(sheet)]
    for selectors, declarations in reversed(rules[:_MOST_RULES]):
        if _SAYS.search(declarations):
            for element in find_plain(root, selectors.strip()):
                element.set("style", f"{declarations};{element.get('style') or ''}")


def _keep_textareas(tree: Element) -> None:
    for area in tree.iter("textarea"):
        if _count_words(area) >= _LEAST_TEXTAREA:
            area.tag = "pre"


def _keep_noscript(tree: Element) -> None:
    for element in list(tree.iter("noscript")):
        words = _count_words(element)
        # Where scripts write the text, it would be there twice.
        if words >= _LEAST_NOSCRIPT and words > len(" ".join(tree.xpath(_SHOWN_TEXT)).split()):
            element.tag = "div"


_SHOWN_TEXT = ".//text()[not(ancestor::noscript or ancestor::script or ancestor::style or ancestor::head)]"


def _count_words(element: Element) -> int:
    return len("".join(element.itertext()).split())


def _write_formulas(tree: Element) -> None:
    """Write fractions and powers of MathML on one line."""
    for formula in list(tree.iter("math")):
        for note in list(formula.iter("annotation", "annotation-xml")):
            note.tag = "template"
        for tag, sign in (("mfrac", "/"), ("msup", "^")):
            for element in formula.iter(tag):
                if len(element) == 2:
                    element[0].tail = sign


def _write_labels(tree: Element, attributes: str) -> None:
    """Write the accessible name of each icon that is used as a word, and the sign of one that is all a cell holds."""
    has_cells = next(tree.iter(*_CELLS), None) is not None
    for icon in [*_iter_icons(tree, attributes)]:
        if icon.getparent() is None:
            continue
        cell = next(icon.iterancestors(*_CELLS), None) if has_cells else None
        alone = cell is not None and not _has_text(cell)
        if not alone and not icon.get("aria-label") and icon.tag != "svg":
            continue
        name = _name_icon(icon, alone=alone) if alone or _is_shown(icon) else ""
        if name:
            _replace_by(icon, name)
    for cell in tree.iter(*_CELLS):
        name = tidy(cell.get("aria-label") or "").strip()
        if name and not _has_text(cell):
            cell.text = name


def _iter_icons(tree: Element, attributes: str) -> Iterator[Element]:
    yield from tree.iter("svg")
    for element in tree.iter("img", "i", "b", "em", "span", "a", "meter"):
        if not len(element) and not (element.text or "").strip() and not element.get("alt"):
            yield element
    if "img" in attributes:
        yield from tree.xpath(".//*[@role='img' and @aria-label and not(self::svg or self::img)]")


def _has_text(cell: Element) -> bool:
    """Return whether *cell* holds words; the name of a picture is none; a cell may hold a whole page."""
    for element in cell.iter():
        if (element.text or "").strip() and isinstance(element.tag, str) and element.tag not in _NAMES_OF_PICTURES:
            return True
        if element is not cell and (element.tail or "").strip() and element.getparent().tag not in _NAMES_OF_PICTURES:
            return True
    return False


def _is_shown(icon: Element) -> bool:
    hidden = icon.get("aria-hidden") == "true" or icon.get("role") in ("presentation", "none")
    is_icon = icon.tag in ("svg", "img", "i", "span") or icon.get("role") == "img"
    return is_icon and not hidden and next(icon.iterancestors(*_SAYS_ITSELF), None) is None


def _name_icon(icon: Element, *, alone: bool) -> str:
    """Return the accessible name of an icon; of one that is *alone* in its cell also what its names say of it."""
    named = icon.get("aria-label") or ""
    titles = [child.text or "" for child in icon.iterchildren("title", "desc")] + [icon.get("title") or ""]
    if not named and (alone or (icon.tag == "svg" and icon.get("role") == "img")):
        named = next(filter(None, titles), "")
    if named or not alone:
        return tidy(named).strip()
    for use in icon.iter():
        written = " ".join(filter(None, map(use.get, ("class", "id", "src", "href", "xlink:href", "data-icon"))))
        for sign in ("✓", "✗"):
            if matches_name("icon " + sign, written):
                return sign
    return ""


def _replace_by(element: Element, name: str, what: str = "icon") -> None:
    before = " " if _text_before(element)[-1:].isalnum() else ""
    replace_content(element, "span", before + name)
    if (element.tail or "")[:1].isalnum():
        element.tail = f" {element.tail}"
    element.set(LABEL, what)


def _write_states(tree: Element, attributes: str) -> None:
    """Write whether each box of a choice is ticked, and what a field or a list in a cell says."""
    for box in list(tree.iter("input")):
        kind, parent = (box.get("type") or "text").lower(), box.getparent()
        stated = box.get("checked") is not None or box.get("disabled") is not None
        if kind in ("checkbox", "radio") and (stated or parent.tag in _HOLDS_ANSWER):
            _replace_by(box, "☑ " if box.get("checked") is not None else "☐ ", STATE)
        elif kind == "text" and (box.get("readonly") is not None or box.get("disabled") is not None):
            _replace_by(box, box.get("value") or "", STATE)
    switches = ".//*[@aria-checked][@role='checkbox' or @role='radio' or @role='switch']"
    for box in tree.xpath(switches) if any(role in attributes for role in _SWITCHES) else ():
        box.text = f"{'☑' if box.get('aria-checked') == 'true' else '☐'} {box.text or ''}"
        box.tag = "span"
        box.set(LABEL, STATE)


def _write_choices(tree: Element) -> None:
    """Write what is chosen of each list of options in a cell."""
    for choice in list(tree.iter("select")):
        options = list(choice.iter("option"))
        chosen = next((option for option in options if option.get("selected") is not None), None)
        if options and next(choice.iterancestors(*_CELLS), None) is not None:
            _replace_by(choice, tidy("".join((options[0] if chosen is None else chosen).itertext())).strip(), STATE)


def _set_apart_markers(tree: Element, attributes: str) -> None:
    """Write the mark of a footnote as ``[^1]``, and a power behind its sign, so that no number runs into another."""
    for raised in [*tree.iter("sup"), *_iter_raised(tree, attributes)]:
        written = "".join(raised.itertext())
        said, linked = written.strip(), _leads_to_note(raised)
        match = _MARKER.fullmatch(said) or (_SHORT_MARKER.fullmatch(said) if linked else None)
        before = _text_before(raised)
        if not match:
            continue
        if match[1].isdigit() and not linked and _POWER.search(before):
            replace_content(raised, "span", f"^{match[1]}")
        elif linked or not (_UNIT.search(before) and said in ("2", "3")):
            marks = "".join(f"[^{mark.strip()}]" for mark in match[1].split(","))
            replace_content(raised, "span", marks + " " * written[-1].isspace())
    for lowered in list(tree.iter("sub")):
        said = "".join(lowered.itertext()).strip()
        if said[:1].isdigit() and _text_before(lowered)[-1:].isdigit():
            replace_content(lowered, "span", f" {said}")


def _iter_raised(tree: Element, attributes: str) -> Iterator[Element]:
    """Yield what is set like a footnote mark without ``<sup>``: a number right behind a word."""
    raised = [link for link in tree.iter("a") if (link.get("href") or "").startswith("#")]
    if any(word in attributes for word in _MAY_RAISE):
        raised += tree.xpath(
            ".//*[not(self::a) and (contains(@style, 'super') or contains(@class, 'footnote')"
            " or contains(@class, 'superscript'))] | .//*[@role='doc-noteref']"
        )
    for element in raised:
        said = "".join(element.itertext()).strip()
        if not _MARKER.fullmatch(said) or not _text_before(element)[-1:].isalnum():
            continue
        if next(element.iter("sup"), None) is None and next(element.iterancestors("sup"), None) is None:
            yield element


def _leads_to_note(raised: Element) -> bool:
    links = [*raised.iter("a"), *raised.iterancestors("a")]
    return any((link.get("href") or "").startswith("#") for link in links)


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


def _mark_edits(tree: Element) -> None:
    """Turn what a style or a role strikes out into ``<s>``, and what a role says was put in into ``<ins>``."""
    for element in tree.xpath(
        ".//*[@role or contains(@style, 'through') or contains(@class, 'through') or contains(@class, 'strike')]"
    ):
        style, names, role = (element.get(name) or "" for name in ("style", "class", "role"))
        if role == "deletion" or _STRUCK.search(style) or _STRUCK_CLASS.search(names):
            mark = etree.Element("s")
        elif role == "insertion":
            mark = etree.Element("ins")
        else:
            continue
        mark.text, element.text = element.text, None
        mark.extend(list(element))
        element.append(mark)


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
