"""The surroundings of a policy: menus, consent tools, forms, teasers, comments, lists of the site's own links."""

from __future__ import annotations

import re

from tostrack.extraction.dom import Element, etree
from tostrack.extraction.names import matches_name
from tostrack.extraction.page_shape import is_same_site
from tostrack.extraction.presentation import LABEL, STATE
from tostrack.extraction.weights import CONTROL, HEADING, HEADINGS, LEAST_PROSE, MENU, TITLE, Weight, Weights

_MENU_ROLES = frozenset("navigation search menu menubar toolbar".split())
#: So called around a policy and inside it: a box between two clauses is an <aside> too.
_BOX_TAGS = frozenset(("header", "footer", "aside", "dialog", "form", "nav"))
_BOX_ROLES = frozenset("banner contentinfo dialog alertdialog complementary alert status".split()) | _MENU_ROLES
#: Of a page, not of a section, where they are outside of its main part.
_PAGE_EDGES = frozenset(("header", "footer", "banner", "contentinfo"))
_DIALOG_ROLES = frozenset(("dialog", "alertdialog"))
#: Letters: a consent dialog is shorter and has two buttons or more; a sign-up form is shorter and has a field.
_LONGEST_CONSENT, _LONGEST_SIGN_UP = 800, 300
#: Types of inputs that nobody writes into.
_NO_FIELDS = frozenset(("hidden", "submit", "button", "checkbox", "radio", "image", "reset"))
#: What running text is made of: a box with two of these beside it is in the text.
_FLOW = frozenset("p ul ol dl table blockquote h1 h2 h3 h4 h5 h6 section".split())
#: Furniture holds less of a page's prose than this, or it is not furniture: a whole policy can be in a <form>.
_MOST_FURNITURE = 0.25
#: Share of the prose that readers' comments may have.
_MOST_COMMENTS = 0.8
#: Letters from which on a button is a paragraph.
_LONG_BUTTON = 80
#: Letters of prose that a teaser has for each heading that is a link.
_LONGEST_TEASER = 500
#: Letters of a heading above what follows a text.
_LONGEST_HEADING = 60
_TAGS = frozenset("div section aside ul ol nav p footer dl figure article header li table blockquote".split())
#: What holds a line of text.
_LINES = frozenset(("p", "li", "td", "th", "dd", "dt"))
#: Blanks between the words of the shortest sentence that a box says.
_LEAST_BLANKS = 2
_STATED = frozenset(".;。")
SENTENCE_ENDS = ".!?:;。"
#: What a short text says that is more than a label: a year, an address, the end of a sentence.
_SAYS_MORE = re.compile(r"\b20\d\d\b|[\w.+-]@[\w-]|[.!?:;。][\"'”’)\]]*\s*$")
#: Share of the letters behind the last paragraph that must be links of the site itself.
_OWN_LINKS = 0.5


def find_furniture(body: Element, weights: Weights) -> list[Element]:
    """Return what surrounds the policy on a page, and take its prose off what is around it."""
    most = _MOST_FURNITURE * weights[body].prose
    found = []
    walk = etree.iterwalk(body, events=("start",))
    for _, element in walk:
        if element not in weights:
            walk.skip_subtree()
        elif element is not body and weights[element].prose <= most and _is_furniture(element, weights):
            found.append(element)
            walk.skip_subtree()
            for outer in element.iterancestors():
                if outer in weights:
                    weights[outer].prose -= weights[element].prose
    return found


def _is_furniture(element: Element, weights: Weights) -> bool:
    tag, role, weight = element.tag, element.get("role"), weights[element]
    if tag == "button":
        return _is_command(element, weight)
    if tag == "header" and weight.tells & (TITLE | HEADING) and not weight.tells & MENU:
        # The title of the policy, or of a section, is in a <header> of its own, without a menu.
        return False
    if (tag == "nav" or role in _MENU_ROLES) and next(element.iter("a"), None) is not None:
        return True
    if tag in _BOX_TAGS or role in _BOX_ROLES or element.get("aria-modal") == "true":
        return not _is_part_of_text(element, weights)
    return _is_named_furniture(element, weights)


def _is_command(button: Element, weight: Weight) -> bool:
    """Return whether *button* does something, and does not open a section that it is the heading of."""
    if button.get("aria-expanded") or button.get("aria-controls") or weight.tells & (TITLE | HEADING):
        return False
    return button.getparent().tag not in (*HEADINGS, "summary", "dt") and len(_text(button)) < _LONG_BUTTON


def _is_named_furniture(element: Element, weights: Weights) -> bool:
    """Return whether an element is no part of the policy by its names, and by what it holds."""
    ident, classes, weight = element.get("id") or "", element.get("class") or "", weights[element]
    if (ident or classes) and matches_name("consent-tool", f"{ident} {classes}"):
        return True
    if not classes or element.tag in HEADINGS[:3]:
        return False
    if matches_name("apart", classes):
        return not _says_something_apart(element, weight) and not _is_part_of_text(element, weights)
    if not matches_name("furniture", classes):
        return False
    return weight.is_menu or (
        not weight.tells & (TITLE | HEADING) and (bool(weight.tells & CONTROL) or not weight.prose)
    )


def _says_something_apart(element: Element, weight: Weight) -> bool:
    """Return whether a text for screen readers is a whole sentence, or all that its cell says."""
    text, cell = _text(element), next(element.iterancestors("td", "th", "dd"), None)
    if cell is not None and text and _text(cell) == text:
        return True
    if element.getparent().tag in _LINES and (element.tail or "").strip() and not weight.linked:
        # The line goes on behind it: "Not" shared.
        return True
    return element.tag == "span" and not weight.linked and len(text) >= LEAST_PROSE and text[-1] in SENTENCE_ENDS


def _is_part_of_text(element: Element, weights: Weights) -> bool:
    """Return whether a box belongs to the text around it: it holds a sentence or a choice, and no menu or form."""
    weight = weights[element]
    says = weight.prose or (not weight.linked and not weight.tells & CONTROL and _is_said(element))
    choices = bool(element.xpath(f".//span[@{LABEL}='{STATE}']")) if element.tag == "form" else False
    if weight.is_menu or not (says or choices) or _asks_for_consent(element, weight):
        return False
    if element.tag == "form" and not choices and weight.letters < _LONGEST_SIGN_UP and _has_field(element):
        return False
    return _is_in_text(element, weights)


def _is_said(element: Element) -> bool:
    """Return whether a short text ends as a statement does, and claims no copyright: questions are put to readers."""
    words = _text(element)
    return words[-1:] in _STATED and words.count(" ") >= _LEAST_BLANKS and "©" not in words


def _has_field(form: Element) -> bool:
    return any(each.get("type") not in _NO_FIELDS for each in form.iter("input", "textarea"))


def _is_in_text(element: Element, weights: Weights) -> bool:
    """Return whether *element* is in a main part or a section with other text, or between paragraphs."""
    weight = weights[element]
    for outer in element.iterancestors("main", "article", "section", "div"):
        if outer.tag != "div" or outer.get("role") == "main":
            other = weights[outer].letters - weight.letters if outer in weights else 0
            if other and (
                (outer.tag == "section" and weights[outer].tells & HEADING) or weights[outer].prose > weight.prose
            ):
                return True
    if not _PAGE_EDGES.isdisjoint((element.tag, element.get("role"))):
        return False
    return sum(weights[each].prose > 0 for each in element.getparent() if _is_flow(each, element, weights)) >= 2


def _is_flow(sibling: Element, element: Element, weights: Weights) -> bool:
    return sibling is not element and sibling.tag in _FLOW and sibling in weights


def _asks_for_consent(element: Element, weight: Weight) -> bool:
    """Return whether *element* is a dialog that is answered by a button of two, or a consent tool by its names."""
    controls = sum(1 for _ in element.iter("button", "input")) + len(element.xpath(f".//span[@{LABEL}='{STATE}']"))
    names = " ".join(element.get(name) or "" for name in ("id", "class", "aria-label"))
    if controls and matches_name("consent", names):
        return True
    is_dialog = element.tag == "dialog" or element.get("role") in _DIALOG_ROLES or element.get("aria-modal") == "true"
    return is_dialog and controls > 1 and weight.letters < _LONGEST_CONSENT


def find_surroundings(container: Element, weights: Weights, url: str) -> list[Element]:
    """Return what surrounds the policy inside the element that holds it."""
    found = []
    total = weights[container].prose
    walk = etree.iterwalk(container, events=("start",))
    for _, element in walk:
        if element not in weights:
            walk.skip_subtree()
        elif element is not container and _is_around(element, weights, total):
            found.append(element)
            walk.skip_subtree()
    gone = set(found)
    return found + [each for each in _find_tail(container, weights, gone, url) if each not in gone]


def _is_around(element: Element, weights: Weights, total: int) -> bool:
    """Return whether *element* is beside the policy; *total* is the prose of what holds them both."""
    weight, classes = weights[element], element.get("class") or ""
    names = f"{classes} {element.get('id') or ''}"
    if element.tag not in _TAGS or names == " ":
        return False
    # What readers wrote below, and what is beside: prose, and none of it the page's own text.
    for kind, most in (("comments", _MOST_COMMENTS), ("beside", _MOST_FURNITURE)):
        if weight.prose <= most * total and matches_name(kind, names):
            return not weight.tells & TITLE and not _is_between(element, weights)
    if weight.prose or not matches_name("around" if weight.is_menu else "follows", classes):
        return False
    is_label = weight.letters < _LONGEST_HEADING and not weight.tells & (TITLE | HEADING)
    return (weight.is_menu or is_label) and not _says_more(element)


def _says_more(element: Element) -> bool:
    """Return whether a short text says a date or an address, or ends as a sentence does."""
    return _SAYS_MORE.search("".join(element.itertext())) is not None


def _is_between(element: Element, weights: Weights) -> bool:
    """Return whether *element* has a paragraph right before and right after it."""
    return all(
        beside is not None and beside.tag in _FLOW and beside in weights and weights[beside].prose > 0
        for beside in (element.getprevious(), element.getnext())
    )


def _find_tail(container: Element, weights: Weights, gone: set[Element], url: str) -> list[Element]:
    """Return the elements behind the last paragraph that are teasers, or named as what surrounds a text, or links."""
    most = _MOST_FURNITURE * weights[container].prose
    behind: list[Element] = []
    node = container
    while True:
        children = [child for child in node if child in weights and child not in gone]
        last = next((at for at in range(len(children) - 1, -1, -1) if _ends_text(children[at], weights, most)), None)
        if last is None:
            break
        behind = [*children[last + 1 :], *behind]
        if any((child.tail or "").strip() for child in children[last:]):
            break
        node = children[last]
        if not any(child in weights and weights[child].prose for child in node):
            break
    return _choose_tail(behind, weights, url, most)


def _choose_tail(behind: list[Element], weights: Weights, url: str, most: float) -> list[Element]:
    letters = {each: weights[each].letters for each in behind}
    own = {each: _own_link_letters(each, url) for each in behind}
    if sum(own.values()) >= _OWN_LINKS * sum(letters.values()) > 0:
        return behind
    found = [each for each in behind if _follows_text(each, weights, most)]
    # Nothing is left below its heading.
    return found + [
        each for each in behind if each.tag in HEADINGS and each not in found and each.getnext() in (None, *found)
    ]


def _ends_text(element: Element, weights: Weights, most: float) -> bool:
    """Return whether *element* holds a paragraph, a sentence, a date or an address: what a policy may end with."""
    weight = weights[element]
    if _follows_text(element, weights, most):
        return False
    if weight.prose:
        return True
    if not weight.letters or element.tag in HEADINGS:
        return False
    return _says_more(element)


def _follows_text(element: Element, weights: Weights, most: float) -> bool:
    """Return whether *element* is what follows a text: a list of teasers, or a part with the name of one."""
    weight = weights[element]
    if weight.prose > most or weight.tells & TITLE or element.tag not in _TAGS:
        return False
    if weight.linked_headings and weight.prose <= _LONGEST_TEASER * weight.linked_headings:
        return True
    return bool(weight.linked or weight.tells & CONTROL) and matches_name("follows", element.get("class") or "")


def _own_link_letters(element: Element, url: str) -> int:
    links = [link for link in element.iter("a") if next(link.iterancestors("a"), None) is None]
    return sum(len(_text(link)) for link in links if _is_own(link.get("href") or "", url))


def _is_own(href: str, url: str) -> bool:
    if href.startswith(("http:", "https:", "//")):
        try:
            return is_same_site(url, href if href[0] != "/" else f"https:{href}")
        except ValueError:
            return False
    return bool(href) and not href.startswith(("#", "mailto:", "tel:"))


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()
