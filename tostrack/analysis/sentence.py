"""Write what a change moves as one sentence, and take such a sentence apart: the archive keeps the sentence alone."""

from __future__ import annotations

import re

#: Verbs that a sentence begins with.
_VERBS = frozenset(
    """adds changes drops edits names narrows no promises removes replaces rewrites says strengthens turns weakens
    widens""".split()
)
_PARTS = re.compile(r"(.*?)((?:: “.*)?(?: \(\d+ edits\))?)", re.DOTALL)


def write_sentence(said: str, quote: str, count: int) -> str:
    """Return ``Said: “quote” (3 edits).``; without a quote that *said* has already, and without a count of one."""
    first = said[:1].upper() + said[1:].rstrip(".")
    quote = f"{quote})" if quote.count("(") > quote.count(")") and "…" not in quote else quote
    quote = quote.strip(" |").replace(" | ", ", ")
    quoted = f": “{quote}”" if quote and quote.strip(' .,;:()“”"') not in first else ""
    return f"{first}{quoted}{f' ({count} edits)' if count > 1 else ''}."


def names_moves(said: str) -> bool:
    """Whether the clause *said* begins as a sentence of `write_sentence` does, with what the platform does."""
    return said.partition(" ")[0] in _VERBS


def split_sentence(said: str) -> tuple[str, str]:
    """Return the moves that a sentence of `write_sentence` names, and its quote with the number of edits."""
    parts = _PARTS.fullmatch(said)
    return (parts[1], parts[2]) if parts else (said, "")


def read_quote(said: str) -> str:
    """Return what a sentence quotes: at its end, else its first words in quotation marks; empty for none."""
    at_end = split_sentence(said)[1].removeprefix(": “").rpartition("”")[0]
    first = said.partition("“")[2].partition("”")[0]
    return (at_end or first).strip("… ")
