"""How much the words of an edit weigh for a reader: what is at stake, whose name comes, and what is only guidance."""

from __future__ import annotations

import re
from functools import cache

from tostrack.language.words import entry_pattern, union

#: What each word that says what is at stake adds to the weight of an edit, and how many do; guidance takes some away.
_AT_STAKE, _MOST_AT_STAKE, _ASIDE = 2.5, 4, 9.0
#: This many characters of an edit are weighed.
_MOST_READ = 2_000
#: A name of a company with its form.
_COMPANY = re.compile(
    r"\b(?:[A-Z][\w&.-]*,? ){1,4}(?:Inc|LLC|L\.L\.C|Ltd|Limited|GmbH|AG|B\.V|S\.A|SARL|SAS|Corp|Pte|PLC)\b"
)


def weigh_words(text: str) -> float:
    """Return what the words of *text* add to the weight of an edit; less than nothing for guidance and reasons."""
    read = text[:_MOST_READ].casefold()
    at_stake = len(set(_pattern("stakes").findall(read)))
    return _AT_STAKE * min(at_stake, _MOST_AT_STAKE) - (_ASIDE if _pattern("asides").search(read) else 0)


def find_companies(text: str) -> set[str]:
    """Return the names in *text* that have the form of a company: ``Acme Trading Limited``."""
    return set(_COMPANY.findall(text[:_MOST_READ]))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return entry_pattern(union("facts", name))
