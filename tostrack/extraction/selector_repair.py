"""The selector of the container that now holds the text of a page, found by a text that was there before.

For a selector that a redesign killed, and for a page that is watched for the first time. It proposes: a person decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from tostrack.clauses import canonical_text, plain
from tostrack.extraction.decode import decode
from tostrack.extraction.dom import Element, etree, parse
from tostrack.extraction.markdown import BLOCKS, DROPPED
from tostrack.value import Value

#: Containers with less or more words than these shares of the text are not it: the page must not decide the cost.
_LEAST_WORDS, _MOST_WORDS = 0.2, 5.0
_MOST_CANDIDATES = 64
#: Letters of class names that are looked at.
_MOST_CLASSES = 500
#: Two containers this close in likeness hold the same text; then the handle that lives longer decides.
_AS_GOOD = 0.02
#: Below, it is another text.
_LEAST_LIKENESS = 0.4
#: Tags that mean "here is the content", most telling first.
_SEMANTIC = ("main", "article")
#: Words that authors give to content, and no generator does.
_NAME = re.compile(r"[A-Za-z][a-z]*(?:(?:(?:--?|__?)[A-Za-z]|[A-Z])[a-z]*)*[-_]?\d{0,2}")
#: What CSS-in-JS, CSS modules and build tools make: `css-1x2y3z`, `sc-bdVaJa`, `Terms_content__XyZz`, `ember123`.
_GENERATED = re.compile(
    r"^(?:css|sc|jsx|jss|svelte|emotion)-|^(?:ember|chakra|mui|radix|headlessui|react-aria)-?\w*\d|[A-Z].*__|__.*[A-Z]"
    r"|[A-Z]{3}.*[a-z]|[a-z].*[A-Z]{3}"
)
#: Classes that say how it looks, not what it is: utilities of CSS frameworks.
_UTILITY = re.compile(
    r"^(?:[mp][trblxy]?|w|h|gap|text|bg|flex|grid|col|row|d|font|border|rounded|shadow|space|max|min|sm|md|lg|xl)-|^(?:row|col"
    r"|flex|grid|block|hidden|active|show|open|clearfix|wrapper|inner|outer|left|right|is-.*|has-.*|js-.*|no-.*)$"
)


class Container(Value):
    """An element of a page by its selector, and how like a text its own is, from 0 to 1."""

    selector: str
    likeness: float


def find_nearest_container(html: bytes | str, text: str, *, content_type: str = "") -> Container | None:
    """Return the container of the page whose text is most like *text*, or None when there is none to speak of.

    Likeness is the share of words that the two have in common (their F1). Of containers that are as good as each other
    the one with the longest-lived handle is returned: a landmark, then an id, then a class that a person wrote. Its
    selector matches that element alone.
    """
    wanted = Counter(canonical_text(plain(text)).split())
    total = wanted.total()
    if not total:
        return None
    root = parse(decode(html, content_type))
    words, places = _words_by_element(root)
    sized = [
        (element, start, end)
        for element, (start, end) in places.items()
        if _LEAST_WORDS * total <= end - start <= _MOST_WORDS * total
    ]
    matches = Counter(selector for element in root.iter() for _, selector in _handles(element))
    sized.sort(key=lambda found: abs(found[2] - found[1] - total))
    found = []
    for element, start, end in sized[:_MOST_CANDIDATES]:
        # Only a selector that names this element alone is of use.
        handle = next(((rank, selector) for rank, selector in _handles(element) if matches[selector] == 1), None)
        if handle:
            common = (Counter(words[start:end]) & wanted).total()
            found.append((2 * common / (end - start + total), *handle))
    if not found:
        return None
    best = max(likeness for likeness, _, _ in found)
    if best < _LEAST_LIKENESS:
        return None
    # Of equal rank the closer one, of equal likeness the shorter selector.
    likeness, _, selector = min(
        (one for one in found if one[0] >= best - _AS_GOOD), key=lambda one: (one[1], -one[0], len(one[2]), one[2])
    )
    return Container(selector, round(likeness, 3))


def _words_by_element(root: Element) -> tuple[list[str], dict[Element, tuple[int, int]]]:
    """Return the words of the page in order, and for each block of it where its own begin and end."""
    words: list[str] = []
    starts: dict[Element, int] = {}
    places: dict[Element, tuple[int, int]] = {}
    pending: list[str] = []

    def settle() -> None:
        if pending:
            words.extend(canonical_text("".join(pending)).split())
            pending.clear()

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in DROPPED:
                walk.skip_subtree()
                continue
            if tag in BLOCKS or tag == "body":
                settle()
                starts[element] = len(words)
            if element.text:
                pending.append(element.text)
            continue
        if element in starts:
            settle()
            places[element] = (starts[element], len(words))
        if element.tail and element is not root:
            pending.append(element.tail)
    settle()
    return words, places


def _handles(element: Element) -> Iterator[tuple[int, str]]:
    """Yield selectors that match *element*, the longest-lived first, each with its rank."""
    role, ident = element.get("role"), element.get("id")
    for rank, tag in enumerate(_SEMANTIC):
        if element.tag == tag:
            yield rank, tag
    if role in ("main", "article"):
        yield _SEMANTIC.index(role), f"[role={role}]"
    if ident and written_by_hand(ident):
        yield 2, f"#{ident}"
    for attribute in ("itemprop", "data-testid", "data-test-id"):
        value = element.get(attribute)
        if value and written_by_hand(value):
            yield 3, f'[{attribute}="{value}"]'
    classes = (element.get("class") or "")[:_MOST_CLASSES].split()
    for name in sorted(set(classes), key=lambda name: (-len(name), name)):
        # Atomic CSS numbers its classes; a person numbers ids.
        if written_by_hand(name) and not name[-1].isdigit() and not _UTILITY.search(name):
            yield 4, f".{name}"
            yield 5, f"{element.tag}.{name}"
    if element.tag == "body":
        yield 6, "body"


@lru_cache(maxsize=4096)
def written_by_hand(name: str) -> bool:
    """Whether an id or a class is a name that a person gave, and not one that a build or a visit generates."""
    if len(name) > 60 or _GENERATED.search(name) or not _NAME.fullmatch(name):
        return False
    # Letters at random: hardly a vowel, or upper and lower case in turns.
    parts = [part for part in re.split(r"[-_\d]+|(?<=[a-z])(?=[A-Z])", name) if part]
    return all(map(_is_word, parts)) and sum(map(len, parts)) >= 3 * len(parts)


def _is_word(part: str) -> bool:
    vowels = len(re.findall(r"[aeiouy]", part, re.IGNORECASE))
    return len(part) <= 4 or (vowels * 5 >= len(part) and not re.search(r"[^aeiouy]{6}", part, re.IGNORECASE))
