"""A digest for a chat: blocks of plain text, one a change, put into messages that a channel takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tostrack.value import Value

#: What ends a text that was cut.
_CUT = "…"
#: Characters kept for the number of a message, such as `` (12/34)``.
_NUMBER = 8
#: The title gets at most this part of a message.
_TITLE_PART = 3


class ChatBlock(Value):
    """Changes that are reported together; it is never spread over two messages."""

    text: str
    #: Where the rest is read when the text is cut; empty where there is no such page.
    link: str = ""


class ChatMessage(Value):
    """One message of a chat."""

    title: str
    body: str


def fit_blocks(
    title: str, blocks: Sequence[ChatBlock], limit: int, title_limit: int, measure: Callable[[str], int]
) -> list[ChatMessage]:
    """Return *blocks* as messages that a channel takes, each with the title, divided between blocks.

    A block that no message has room for is cut at a word, and ends with its link. Several messages are numbered in
    their titles.

    Args:
        title: Cut where it is longer than a channel takes, or than a third of a message.
        measure: Returns the length of a text as the channel counts it.
    """
    longest_title = min(title_limit or limit, limit // _TITLE_PART)
    # Where there is no room for a number, the messages have none.
    numbered = longest_title > 4 * _NUMBER
    title = _cut(title, longest_title - _NUMBER * numbered, measure)
    room = limit - measure(title) - _NUMBER * numbered
    bodies: list[str] = []
    for block in blocks:
        text = _fit(block, room, measure)
        if not text.strip():
            continue
        if bodies and measure(f"{bodies[-1]}\n{text}") <= room:
            bodies[-1] += f"\n{text}"
        else:
            bodies.append(text)
    count = len(bodies)
    numbers = [f" ({number}/{count})" if numbered and 1 < count < 100 else "" for number in range(1, count + 1)]
    return [ChatMessage(title + number, body) for number, body in zip(numbers, bodies, strict=True)]


def _whole(block: ChatBlock) -> str:
    return f"{block.text}\n  {block.link}" if block.link else block.text


def _fit(block: ChatBlock, room: int, measure: Callable[[str], int]) -> str:
    whole = _whole(block)
    if measure(whole) <= room:
        return whole
    link = f"\n  {block.link}" if block.link else ""
    # A link that takes most of the room is worth less than what it is about.
    if measure(link) > room // 2:
        link = ""
    return _cut(block.text, room - measure(link), measure) + link


def _cut(text: str, room: int, measure: Callable[[str], int]) -> str:
    """Return *text*, cut at a word where it is longer than *room*."""
    if measure(text) <= room:
        return text
    short, long = 0, len(text)
    while short < long:
        middle = (short + long + 1) // 2
        short, long = (middle, long) if measure(text[:middle] + _CUT) <= room else (short, middle - 1)
    head = text[:short]
    if not text[short:].startswith((" ", "\n")):
        # A text without spaces, or one very long word, is cut inside the word.
        words = head.rstrip().rpartition(" ")[0].rstrip()
        head = words if len(words) > len(head) // 2 else head
    return head.rstrip() + _CUT if room > 0 else ""
