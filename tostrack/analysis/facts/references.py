"""Things that a text names: licences of software and content, the law that governs, where data is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tostrack.analysis.facts.edits import Mention

#: Licences by SPDX name, with how texts write them; ``{v}`` is the version.
_LICENCES = (
    ("Apache-{v}", r"Apache(?:\s+(?:Software|Public))?(?:\s+Licen[cs]e)?", r"1\.[01]|2\.0"),
    ("BUSL-{v}", r"(?:Business\s+Source\s+Licen[cs]e|BUSL|BSL)", r"1\.[01]"),
    ("Elastic-{v}", r"Elastic\s+Licen[cs]e", r"2\.0"),
    ("SSPL-{v}", r"(?:Server\s+Side\s+Public\s+Licen[cs]e|SSPL)", r"1(?:\.0)?"),
    ("MPL-{v}", r"(?:Mozilla\s+Public\s+Licen[cs]e|MPL)", r"[12]\.[01]"),
    ("EPL-{v}", r"(?:Eclipse\s+Public\s+Licen[cs]e|EPL)", r"[12]\.0"),
    ("EUPL-{v}", r"(?:European\s+Union\s+Public\s+Licen[cs]e|EUPL)", r"1\.[012]"),
    ("AGPL-{v}", r"(?:(?:GNU\s+)?Affero\s+(?:GNU\s+)?General\s+Public\s+Licen[cs]e|(?:GNU\s+)?AGPL)", r"[13](?:\.0)?"),
    ("LGPL-{v}", r"(?:(?:GNU\s+)?Lesser\s+General\s+Public\s+Licen[cs]e|(?:GNU\s+)?LGPL)", r"2(?:\.[01])?|3(?:\.0)?"),
    ("GPL-{v}", r"(?:(?:GNU\s+)?General\s+Public\s+Licen[cs]e|(?:GNU\s+)?GPL)", r"[123](?:\.0)?"),
    ("CC0-{v}", r"(?:CC0|CC\s+Zero)", r"1\.0"),
    ("MIT", r"MIT\s+Licen[cs]e", ""),
    ("ISC", r"ISC\s+Licen[cs]e", ""),
    ("BSD-2-Clause", r"(?:BSD[\s-]2[\s-]Clause|2[\s-]Clause\s+BSD|Simplified\s+BSD)", ""),
    ("BSD-3-Clause", r"(?:BSD[\s-]3[\s-]Clause|3[\s-]Clause\s+BSD|New\s+BSD)", ""),
    ("Unlicense", r"(?:The\s+)?Unlicense", ""),
)  # fmt: skip
_VERSION = r"(?:,?\s*-?\s*(?:v(?:ersion|\.)?\s*)?(?P<{name}>{versions})(?![\d.]*\d))?(?:\s+[Ll]icen[cs]e)?"
_LICENCE = re.compile(
    "|".join(
        rf"(?<![\w-])(?P<l{at}>{words}){_VERSION.format(name=f'v{at}', versions=versions or '(?!)')}"
        for at, (_, words, versions) in enumerate(_LICENCES)
    )
)
_COMMONS = re.compile(
    r"(?:Creative\s+Commons|CC)[\s-]+(?P<parts>(?:Attribution|BY)(?:[\s-]+(?:Non-?Commercial|NC|ShareAlike|Share-?Alike|SA"
    r"|No\s?Derivati?v?e?s?|ND))*)[\s-]+(?P<v>[1-4]\.\d)",
    re.IGNORECASE,
)
_PARTS = (("NC", r"nc|non"), ("ND", r"nd|no\s?deriv"), ("SA", r"sa|share"))


_SIGNS = (
    "apache", "source licen", "busl", "bsl", "elastic l", "public licen", "sspl", "eupl", "gpl", "cc0", "cc zero",
    "mit licen", "isc licen", "bsd", "unlicense", "creative commons", "cc by", "cc-by", "cc attr", "cc-attr",
)  # fmt: skip
#: "Comply" and "reply" have these in them.
_SHORT = re.compile(r"[em]pl(?<![\w-]...)")


def may_name_licence(text: str) -> bool:
    """Return whether *text*, in lower case, may name a licence: False is sure."""
    return any(sign in text for sign in _SIGNS) or _SHORT.search(text) is not None


def licences(text: str) -> Iterator[Mention]:
    """Yield the licences that *text* names; the key is the SPDX name, with ``?`` where no version is named."""
    for match in _LICENCE.finditer(text):
        at = next(int(name[1:]) for name, found in match.groupdict().items() if found and name[0] == "l")
        version = match[f"v{at}"] or "?"
        yield Mention(match.start(), match.end(), spdx_name(_LICENCES[at][0], version), "licence")
    for match in _COMMONS.finditer(text):
        parts = [name for name, words in _PARTS if re.search(rf"[\s-](?:{words})", match["parts"], re.IGNORECASE)]
        yield Mention(match.start(), match.end(), "-".join(["CC-BY", *parts, match["v"]]), "licence")


def spdx_name(form: str, version: str) -> str:
    """Return the SPDX name of a licence: those of GNU have a minor version and say that they are the only one."""
    if "GPL" in form and version != "?":
        return f"{form.format(v=version if '.' in version else f'{version}.0')}-only"
    return form.format(v=f"{version}.0" if version == "1" else version)


#: A word of a proper name; a full stop may be within it.
_PROPER = r"[A-Z](?:[\w’'-]|\.(?=\w))*"
_NAME = rf"(?:[Tt]he\s+)?(?:State\s+of\s+)?(?P<{{name}}>{_PROPER}(?:,?\s+(?:of\s+|and\s+|the\s+)*{_PROPER}){{{{0,5}}}})"
_LAW = re.compile(
    rf"\b(?:laws?|courts?)\s+(?:located\s+)?(?:of|in)\s+{_NAME.format(name='place')}"
    rf"|\bgoverned\s+by\s+(?:the\s+)?{_NAME.format(name='named')}\s+law\b"
)
_STORED = re.compile(
    rf"\b(?:stored?|stores?|hosted|located|processed|kept|servers|data\s+cent(?:er|re)s)\s+(?:\w+\s+){{0,2}}?in\s+"
    rf"{_NAME.format(name='place')}"
)
STORAGE_SIGNS = ("store", "hosted", "located", "processed", "kept", "server", "data cent")
_SCOPE = re.compile(
    rf"\b(?:resid(?:e|es|ing|ents?)|based|living|users|customers|people|consumers|individuals|only)\s+"
    rf"(?:in|of|outside(?:\s+of)?|within)\s+{_NAME.format(name='place')}"
)

SCOPE_SIGNS = ("resid", "based", "living", "users", "customers", "people", "consumers", "individuals", "only")


def _places(text: str, pattern: re.Pattern[str], group: str) -> Iterator[Mention]:
    for match in pattern.finditer(text):
        name = next(name for name in ("place", "named") if name in pattern.groupindex and match[name])
        key = re.sub(r"\W+", " ", match[name]).strip().casefold()
        yield Mention(*match.span(name), key, group)


def laws(text: str) -> Iterator[Mention]:
    """Yield whose law governs and whose courts decide, as *text* says."""
    return _places(text, _LAW, "law")


def storage_places(text: str) -> Iterator[Mention]:
    """Yield where data is stored or processed, as *text* says."""
    return _places(text, _STORED, "place")


def scopes(text: str) -> Iterator[Mention]:
    """Yield the regions whose people *text* speaks of."""
    return _places(text, _SCOPE, "scope")
