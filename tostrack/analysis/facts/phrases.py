"""Phrases that carry meaning by themselves: consent, recipients, limits, the reach of a right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from tostrack.analysis.facts.edits import Mention

# Consent: what needs the user's word

_WHOSE = r"(?:your|their|users?['’]s?|the\s+users?['’]?s?|members?['’]s?|customers?['’]s?|parental|a\s+parent['’]s)"
_HOW = r"(?:(?:prior|explicit|express|expressed|written|specific|informed|affirmative|separate|opt-in|and|,)[\s,]+)*"
_CONSENT = re.compile(
    rf"\b(?P<by>with(?:out)?|upon|on\s+the\s+basis\s+of|based\s+on|subject\s+to|(?:unless|if|when|where|after)\s+we"
    rf"\s+(?:have|obtain|get|receive))\s+(?:(?:obtaining|first)\s+)?{_WHOSE}\s+(?P<how>{_HOW})"
    r"(?:consent|permission|authori[sz]ation|approval|agreement)\b"
    r"|\b(?P<if>(?:only\s+)?(?:if|when|where|unless|until|once|as)\s+you)\s+(?:have\s+|choose\s+to\s+|decide\s+to\s+)?"
    r"(?P<verb>consent|agree|opt[\s-]?in|opt[\s-]?out|object|allow|permit|enable|give\s+(?:us|your)"
    r"(?:\s+\w+){0,3}\s+(?:consent|permission))(?:ed|s|d|ted|t)?\b",
    re.IGNORECASE,
)
CONSENT_SIGNS = (
    "consent", "permission", "authori", "approval", "agree", "opt", "object", "allow", "permit", "enable",
)  # fmt: skip
_STRENGTH = re.compile(r"explicit|express|prior|written|specific|affirmative|separate|opt-in", re.IGNORECASE)
#: To opt out and to object are the other way round: what happens unless somebody speaks up.
_OUT = re.compile(r"out$|object", re.IGNORECASE)


def consent(text: str) -> Iterator[Mention]:
    """Yield where *text* makes something hang on the user's word."""
    for match in _CONSENT.finditer(text):
        if verb := match["verb"]:
            condition = "unless" if match["if"].lower().startswith("unless") else "if"
            key = f"{condition} {'out' if _OUT.search(verb) else 'in'}"
        else:
            strength = sorted({found.lower()[:7] for found in _STRENGTH.findall(match["how"] or "")})
            key = " ".join(["without" if match["by"].lower() == "without" else "with", *strength])
        # "With your consent" and "if you opt in" ask for the same.
        yield Mention(match.start(), match.end(), {"if in": "with"}.get(key, key))


# Recipients: who is given something

#: The group of those who are given something.
GIVEN = "given"
_PARTIES = (
    ("affiliate", r"affiliates?|affiliated\s+(?:companies|entities)"),
    ("subsidiary", r"subsidiar(?:y|ies)"),
    ("group", r"(?:group|parent)\s+compan(?:y|ies)|companies\s+in\s+our\s+group|corporate\s+family"),
    ("advertising partner", r"advertis(?:ing|ement)\s+(?:partners|companies|networks)|ad\s+(?:partners|networks)"),
    ("business partner", r"business\s+partners?"),
    ("analytics", r"(?:analytics|measurement)\s+(?:partners|providers|companies|services)"),
    ("advertiser", r"advertisers?"),
    ("partner", r"partners?"),
    ("service provider", r"service\s+providers?|vendors?|suppliers?|(?:sub-?)?processors?|(?:sub)?contractors?"),
    ("third party", r"third[\s-]part(?:ies|y(?!\s+\w))"),
    ("data broker", r"data\s+(?:brokers?|aggregators?|resellers?)"),
    ("publisher", r"publishers"),
    ("law enforcement", r"law\s+enforcement(?:\s+(?:agenc|authorit|official)\w+)?"),
    ("authority", r"(?:(?:public|government\w*|regulatory|tax)\s+(?:authorit|agenc|bod)\w+|governments?|regulators)"),
    ("buyer", r"acquirers?|(?:potential|prospective)\s+(?:buyers?|purchasers?)"),
    ("researcher", r"researchers|academic\s+institutions|universities"),
    ("credit agency", r"credit\s+(?:bureaus?|(?:reporting|reference)\s+agenc(?:y|ies))"),
    ("employer", r"employers|your\s+employer"),
    ("insurer", r"insurers?|insurance\s+companies"),
    ("financial institution", r"financial\s+institutions|banks"),
    ("social network", r"social\s+(?:networks?|media\s+(?:platforms|companies|services))"),
    ("developer", r"(?:app|third[\s-]party)\s+developers"),
    ("other user", r"other\s+(?:users|members|people)"),
    ("the public", r"(?:with|to)\s+the\s+(?:general\s+)?public"),
)
_PARTY = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"(?P<p{at}>{words})" for at, (_, words) in enumerate(_PARTIES)) + r")(?![\w-])",
    re.IGNORECASE,
)
_GIVES = (
    r"(?:shar(?:e[sd]?|ing)|disclos(?:e[sd]?|ing|ures?)|s(?:ell|ells|old|elling)|transfer(?:s|red|ring)?"
    r"|provid(?:e[sd]?|ing)|giv(?:e|es|en|ing)|mak(?:e|es|ing)\s+available|made\s+available|pass(?:e[sd]|ing)?\s+on"
    r"|send(?:s|ing)?|sent|rent(?:s|ed|ing)?|licens(?:e[sd]?|ing)|combin(?:e[sd]?|ing)|communicat(?:e[sd]?|ing)"
    r"|recipients?)"
)
_GIVING = re.compile(rf"\b{_GIVES}\b", re.IGNORECASE)
#: What users give to others is another matter.
_BY_USER = re.compile(rf"\b(?:you|yourself|users?)\s+(?:\w+\s+){{0,4}}?{_GIVES}\b", re.IGNORECASE)
#: What is given must be the users'.
_GIVEN = re.compile(
    r"\b(?:information|data|content|details?|profiles?|photos?|address(?:es)?|history|records?|activit(?:y|ies)|them|it)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.;!?]+")
RECIPIENT_SIGNS = (
    "affiliat", "subsidiar", "compan", "family", "partner", "network", "provider", "services", "advertiser", "vendor",
    "supplier", "processor", "contractor", "third", "broker", "aggregator", "reseller", "publisher", "enforcement",
    "authorit", "agenc", "bod", "government", "regulator", "acquirer", "buyer", "purchaser", "researcher", "academic",
    "universit", "credit", "employer", "insur", "institution", "bank", "social", "developer", "other", "public",
)  # fmt: skip


def recipients(text: str) -> Iterator[Mention]:
    """Yield the parties that *text* names, in a group `GIVEN` where it says that the company gives them something."""
    for sentence in _SENTENCE.finditer(text):
        at = sentence.start()
        for one in _parties(sentence[0]):
            yield replace(one, start=at + one.start, end=at + one.end)


# Most sentences of a reworded clause are in both texts of it.
@lru_cache(maxsize=4_096)
def _parties(sentence: str) -> tuple[Mention, ...]:
    """Return what `recipients` yields of one sentence."""
    parties = list(_PARTY.finditer(sentence))
    if not parties:
        return ()
    given = _GIVING.search(sentence) and _GIVEN.search(sentence) and not _BY_USER.search(sentence)
    group = GIVEN if given else ""
    return tuple(
        Mention(match.start(), match.end(), _PARTIES[int((match.lastgroup or "p0")[1:])][0], group) for match in parties
    )


# Limits, and the reach of a right

_LIMIT = re.compile(
    r"(?<!not )(?<!read-)(?<!if and )\b(?P<only>only|solely|exclusively|merely)\b"
    # "Limited" with a capital is a company, and a limited warranty or liability no limit on the company.
    r"|(?<!not )(?<!not be )\b(?P<limited>limited)\b(?!\s+(?:warrant|liabil|edition|partnership|company))"
    r"|\b(?P<necessary>(?:strictly|reasonably|absolutely)\s+necessary)\b",
)

LIMIT_SIGNS = ("only", "solely", "exclusively", "merely", "limited", "necessary")


def limits(text: str) -> Iterator[Mention]:
    """Yield the words with which *text* keeps something small."""
    for match in _LIMIT.finditer(text):
        yield Mention(match.start(), match.end(), match.lastgroup or "")


_REACHES = (
    ("perpetual", r"perpetual(?:ly)?|in\s+perpetuity"),
    ("irrevocable", r"irrevocabl[ey]"),
    ("revocable", r"revocabl[ey]"),
    ("non-transferable", r"(?:non-?|not\s+)transferr?able|(?:non-?|not\s+)assignable"),
    ("transferable", r"transferr?able|assignable"),
    ("non-sublicensable", r"(?:non-?|not\s+)sub-?licen[cs]e?able"),
    ("sublicensable", r"sub-?licen[cs]e?able"),
    ("non-exclusive", r"(?:non-?|not\s+)exclusive"),
    ("exclusive", r"exclusive(?!ly)(?!\s+(?:jurisdiction|venue|remed|forum|property|owner|govern))"),
    ("worldwide", r"world-?wide|throughout\s+the\s+(?:world|universe)"),
    ("royalty-free", r"royalty[\s-]free"),
    ("unlimited", r"unlimited|unrestricted"),
    ("indefinite", r"indefinite(?:ly)?"),
    ("without notice", r"without\s+(?:prior\s+)?(?:notice|notif(?:ying|ication)(?:\s+to)?(?:\s+you)?)"),
    ("without payment", r"without\s+(?:any\s+)?(?:compensation|payment|remuneration)"),
)
_REACH = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"(?P<r{at}>{words})" for at, (_, words) in enumerate(_REACHES)) + r")(?![\w-])",
    re.IGNORECASE,
)

REACH_SIGNS = (
    "perpetu", "revocabl", "transfer", "assignable", "licen", "exclusive", "wide", "throughout", "royalty", "unlimited",
    "unrestricted", "indefinite", "without",
)  # fmt: skip


def reach(text: str) -> Iterator[Mention]:
    """Yield the words that say how far a right goes; one and its contrary can replace each other."""
    for match in _REACH.finditer(text):
        name = _REACHES[int((match.lastgroup or "r0")[1:])][0]
        yield Mention(match.start(), match.end(), name, name.removeprefix("non-").removeprefix("ir"))
