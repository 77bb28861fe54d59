"""Other forms of a word that a search finds too: with and without a hyphen, British and American, legal stems.

The rules are data, so that the command and the script of the site find the same.
"""

from __future__ import annotations

import re

_LICENCE = r"licen[cs](?:e|ed|es|ees?|ors?|ing|able)"
#: A pattern for a whole word, and what is looked for as well: `$1` is a group, `-` a hyphen, a space or nothing, and a
#: final `*` any ending.
RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_LICENCE, ("licenc*", "licens*", "sub-licenc*", "sub-licens*")),
    (f"sub-?{_LICENCE}", ("sub-licenc*", "sub-licens*")),
    ("(.{3,})is(e|ed|es|ing|ations?|ers?)", ("$1iz$2",)),
    ("(.{3,})iz(e|ed|es|ing|ations?|ers?)", ("$1is$2",)),
    ("(behavi|col|endeav|fav|hon|neighb)our(.*)", ("$1or$2",)),
    ("(behavi|col|endeav|fav|hon|neighb)or(.*)", ("$1our$2",)),
    ("(acknowledg|judg)ement(s?)", ("$1ment$2",)),
    ("(acknowledg|judg)ment(s?)", ("$1ement$2",)),
    ("(anti|cross|multi|non|opt|pre|self|sub|third)([a-z]{3,})", ("$1-$2",)),
)


def search_forms(word: str) -> list[str]:
    """Return *word*, in lower case, and its other forms, as `RULES` writes them."""
    found = [word.lower()]
    for pattern, forms in RULES:
        if match := re.fullmatch(pattern, found[0].rstrip("*")):
            ending = "*" * found[0].endswith("*")
            found += [match.expand(form.replace("$", "\\")) + ("" if form.endswith("*") else ending) for form in forms]
    return list(dict.fromkeys(found))
