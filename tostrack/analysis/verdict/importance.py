"""How much a substantive change matters: a new postal address is reported, but as minor."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tostrack.analysis.verdict import lexicon
from tostrack.analysis.verdict.account import changed_tokens
from tostrack.analysis.verdict.findings import LONGEST, RuleFinding
from tostrack.analysis.verdict.labels import is_link
from tostrack.analysis.verdict.normal_form import normal
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.tokens import SILENT, Kind, tokenize
from tostrack.language.words import entry_pattern, list_languages, load_language, union
from tostrack.models import Clause, Edit, Hunk, Importance

#: Words beside a postal address, a telephone number or a mail address.
_CONTACT = entry_pattern(union("page", "contact"))
#: What may change in an address: its words, numbers and site.
_OF_ADDRESS = frozenset(
    {Kind.WORD, Kind.NUMBER, Kind.MAIL, Kind.SITE, Kind.SIGN, Kind.COMPARISON, Kind.LIST_LABEL, Kind.ADDRESS}
)
#: A clause that gives an address is no longer than this, in words; of a longer one only names and numbers may change.
_ADDRESS_WORDS = 40
#: What makes a number beside it a limit or a sum.
_MEASURES = frozenset({Kind.UNIT, Kind.CURRENCY, Kind.MODAL, Kind.COMPARISON, Kind.QUALIFIER, Kind.CONDITION})
_EXAMPLES = lazy_pattern(rf"(?:{entry_pattern(union('wording', 'examples')).pattern}),?\s+[^.;:]{{0,120}}$")
_JOINING = union("wording", "joining")
_NAMES = "|".join(load_language(code).name for code in list_languages())
_LANGUAGE = lazy_pattern(rf"(?:{_NAMES}|简体中文|繁體中文)(?:\s*\([^()]{{2,30}}\))?", re.IGNORECASE)


def rate_importance(findings: Sequence[RuleFinding]) -> Importance:
    """Return ``minor`` when each of *findings*, all substantive, moves no right: an address, an example, a language."""
    return "minor" if findings and all(_is_minor(finding) for finding in findings) else "major"


def _is_minor(finding: RuleFinding) -> bool:
    hunk = finding.hunk
    if len(hunk.old) + len(hunk.new) > LONGEST:
        return False
    return _is_language(hunk) or _is_contact(hunk) or _is_example(hunk)


def _is_language(hunk: Hunk) -> bool:
    text = (hunk.new or hunk.old).strip()
    return hunk.edit is not Edit.REWORDED and bool(_LANGUAGE.fullmatch(text) or is_link(Clause("p", text)))


def _is_contact(hunk: Hunk) -> bool:
    """Whether only an address or a number to call changed."""
    if hunk.edit is not Edit.REWORDED or not _CONTACT.search(hunk.old.lower()) or not _CONTACT.search(hunk.new.lower()):
        return False
    sides = changed_tokens(hunk.old, hunk.new)
    tokens = [token for side in sides for token in side]
    if not tokens or not all(token.kind in _OF_ADDRESS for token in tokens):
        return False
    for side, text in zip(sides, (hunk.old, hunk.new), strict=True):
        limiting = _limiting_numbers(text) if any(token.kind is Kind.NUMBER for token in side) else ()
        if any(token.start in limiting for token in side):
            return False
    numbered = any(re.search(r"\d|@", token.text) for token in tokens)
    if not numbered and lexicon.HANDED_ON.intersection([*normal(hunk.old), *normal(hunk.new)]):
        # Another name may be another recipient.
        return False
    named = all(token.kind is not Kind.WORD or not token.text[:1].islower() for token in tokens)
    return named or max(len(hunk.old.split()), len(hunk.new.split())) <= _ADDRESS_WORDS


def _limiting_numbers(text: str) -> set[int]:
    """Return where the numbers of *text* start that have a unit, a sum or a share behind or before them."""
    beside = [token for token in tokenize(text) if token.kind not in SILENT]
    return {
        token.start
        for at, token in enumerate(beside)
        if token.kind is Kind.NUMBER
        and any(other.kind in _MEASURES for other in beside[max(0, at - 1) : at + 2] if other is not token)
    }


def _is_example(hunk: Hunk) -> bool:
    """Whether only names among examples were added or removed, in a sentence that hands nothing to anyone."""
    said = {*normal(hunk.old), *normal(hunk.new)}
    if hunk.edit is not Edit.REWORDED or said & (lexicon.HANDED_ON | lexicon.RECIPIENT):
        return False
    before, found = "", False
    for op, text in hunk.words:
        words = re.findall(r"[^\W\d_]+", text)
        if op != "=" and words:
            names = [word for word in words if word not in _JOINING]
            if not _EXAMPLES.search(before.lower()) or not all(name[0].isupper() for name in names):
                return False
            found = True
        before += text if op != "-" else ""
    return found
