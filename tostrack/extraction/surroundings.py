"""What surrounds a policy inside the element that holds it: teasers, tags, buttons to share, lists of own links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

from tostrack.extraction.dom import Element, etree
from tostrack.extraction.page_shape import is_same_site

#: Names that authors and their tools give to what follows an article. None of it is dropped when it holds prose, and a
#: name alone drops nothing that says a year.
_AROUND = re.compile(
    r"related|similar|recommend|teaser|trending|popular|most-?(?:read|viewed)|read-?(?:more|next|also)|more-?(?:about|from)"
    r"|also-?like|you-?may|up-?next|yarpp|outbrain|taboola|advert|banner|promo|sponsor|newsletter|subscri|sign-?up"
    r"|share|sharing|social|follow-?us|comment|respond|reply|disqus|author|byline|avatar|credit|copyright|tags?(?:[\s_-]|list|$)"
    r"|taxonomy|categor|breadcrumb|pagination|pager|post-?nav|prev-?next|widget|side-?bar|toolbar|print|navigation|menu"
    r"|meta(?:data)?(?:[\s_-]|$)|footer|back-?to|rating|vote|skip",
    re.IGNORECASE,
)
#: Names of the comments below a text and of the column beside it: whole names, because parts of them name much else.
_COMMENTS = re.compile(
    r"(?:^|\s)(?:comments|respond|disqus_thread|comments?[-_](?:area|list|section|form|wrapper|respond|container))(?:\s|$)",
    re.IGNORECASE,
)
_SIDE_BAR = re.compile(
    r"(?:^|\s)(?:(?:site|page|main|right|left|primary|secondary|blog)[-_])?side-?bar(?:[-_](?:right|left|primary|wrapper|area|container|column))?(?:\s|$)",
    re.IGNORECASE,
)
_TAGS = frozenset(("div", "section", "aside", "ul", "ol", "nav", "p", "footer", "dl", "figure", "article", "header"))
_YEAR = re.compile(r"\b20\d\d\b")
_MAIL = re.compile(r"[\w.+-]@[\w-]")
_SENTENCE_END = re.compile(r"[.!?:;。][\"'”’)\]]*\s*$")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
#: Share of the prose that a column beside it or the comments below may hold: more is the policy, whatever its name.
_MOST_PROSE = 0.25
#: Share of the letters behind the last paragraph that must be links of the site itself.
_OWN_LINKS = 0.5


class Weighed(Protocol):
    """What is known of the text inside an element: letters of prose, of all text, of links."""

    prose: int
    letters: int
    linked: int


def find_surroundings(container: Element, inside: Mapping[Element, Weighed], url: str) -> list[Element]:
    """Return what surrounds the policy inside *container*; nothing of it holds a paragraph.

    Args:
        container: The element that holds the policy.
        inside: What is known of the text inside each element.
        url: The page's address, which tells its own links.
    """
    found = []
    most = _MOST_PROSE * inside[container].prose
    walk = etree.iterwalk(container, events=("start",))
    for _, element in walk:
        if element not in inside:
            walk.skip_subtree()
        elif element is not container and inside[element].prose <= most and _is_around(element, inside[element]):
            found.append(element)
            walk.skip_subtree()
    gone = set(found)
    return found + [each for each in _tail(container, inside, gone, url) if each not in gone]


def _is_around(element: Element, inside: Weighed) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if element.tag in _TAGS and (_SIDE_BAR.search(names) or _COMMENTS.search(names)):
        # What readers wrote below, and what stands beside: prose, and none of it the page's own text.
        return next(element.iter("h1"), None) is None
    classes = element.get("class")
    if (
        inside.prose
        or 2 * inside.linked <= inside.letters
        or not classes
        or element.tag not in _TAGS
        or not _names_surroundings(classes)
    ):
        return False
    words = "".join(element.itertext())
    if _YEAR.search(words) or _MAIL.search(words) or _SENTENCE_END.search(words):
        return False
    # A heading may be one of the policy in a box with a name like these, unless there are links under it.
    return 2 * inside.linked > inside.letters or not any(True for _ in element.iter(*_HEADINGS))


@lru_cache(maxsize=4096)
def _names_surroundings(classes: str) -> bool:
    return _AROUND.search(classes) is not None


def _tail(container: Element, inside: Mapping[Element, Weighed], gone: set[Element], url: str) -> list[Element]:
    """Return the elements behind the last paragraph when most of what they say are links of the site itself."""
    behind: list[Element] = []
    node = container
    while True:
        children = [child for child in node if child in inside and child not in gone]
        last = next((at for at in range(len(children) - 1, -1, -1) if _says_something(children[at], inside)), None)
        if last is None:
            break
        behind = [*children[last + 1 :], *behind]
        if any((child.tail or "").strip() for child in children[last:]):
            break
        node = children[last]
        if not any(child in inside and inside[child].prose for child in node):
            break
    letters = sum(inside[each].letters for each in behind)
    own = sum(_own_link_letters(each, url) for each in behind)
    return behind if letters and own >= _OWN_LINKS * letters else []


def _says_something(element: Element, inside: Mapping[Element, Weighed]) -> bool:
    """Return whether *element* holds a paragraph, a sentence, a date or an address: what a policy may end with."""
    if inside[element].prose:
        return True
    if not inside[element].letters or element.tag in _HEADINGS:
        return False
    words = "".join(element.itertext())
    return bool(_YEAR.search(words) or _MAIL.search(words) or _SENTENCE_END.search(words))


def _own_link_letters(element: Element, url: str) -> int:
    links = [link for link in element.iter("a") if next(link.iterancestors("a"), None) is None]
    return sum(len("".join(link.itertext()).strip()) for link in links if _is_own(link.get("href") or "", url))


def _is_own(href: str, url: str) -> bool:
    if href.startswith(("http:", "https:", "//")):
        try:
            return is_same_site(url, href if href[0] != "/" else f"https:{href}")
        except ValueError:
            return False
    return bool(href) and not href.startswith(("#", "mailto:", "tel:"))
