"""The one tokenizer: a text cut into tokens that lose nothing, each with its kind and the form it is compared by.

The tokens of a text, joined, are the text. Two texts say the same when the keys of their tokens are equal, save those
of `SILENT` kinds: markup, white space, case, the shape of quotes, punctuation between words.
"""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import accumulate
from typing import NamedTuple

from tostrack.language.context import Pieces
from tostrack.language.kinds import SILENT, Kind
from tostrack.language.spans import find_spans
from tostrack.language.vocabulary import PIECE, vocabulary_of

__all__ = ["SILENT", "Kind", "Token", "tokenize"]
#: Texts that are remembered: most clauses are in the next version too.
_MEMORY = 8_192


class Token(NamedTuple):
    """One token: ``text`` is ``whole[start:end]`` of the text it was cut from."""

    kind: Kind
    text: str
    #: The form by which it is compared; empty for presentation.
    key: str
    start: int
    end: int


_new_token = partial(tuple.__new__, Token)


@lru_cache(maxsize=_MEMORY)
def tokenize(text: str, language: str = "") -> tuple[Token, ...]:
    """Return the tokens of *text*, which may be Markdown; joined they are the text again.

    Args:
        text: A clause, a line, or a whole document.
        language: Its code; empty where it is not known: then the words of all languages count, English before others,
            and a number that could be two ("1.000") keeps its writing.
    """
    pieces = _cut(text, language)
    ends = list(accumulate(map(len, pieces.texts)))
    return tuple(map(_new_token, zip(pieces.kinds, pieces.texts, pieces.keys, [0, *ends], ends, strict=False)))


def _cut(text: str, language: str) -> Pieces:
    vocabulary = vocabulary_of(language)
    texts: list[str] = []
    kinds: list[Kind] = []
    keys: list[str] = []
    done = 0
    for span in (*find_spans(text), None):
        until = span.start if span else len(text)
        if until > done:
            found = PIECE.findall(text, done, until)
            entries = vocabulary.find_entries(found)
            texts += found
            of_kind, said = zip(*entries, strict=True)
            kinds += of_kind
            keys += said
        if span:
            texts.append(text[span.start : span.end])
            kinds.append(span.kind)
            keys.append(span.key)
            done = span.end
    pieces = Pieces(texts, kinds, keys, vocabulary)
    pieces.settle()
    return pieces
