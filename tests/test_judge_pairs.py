"""Pairs of texts that differ by next to nothing: one where nothing that matters changed, beside it the twin where it did.

The pairs are in `pairs/*.toml`, the pages they stand in in `pairs/pages.toml`. To add one, add a table there.
"""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tostrack.analysis.comparison import compare
from tostrack.models import Verdict, Version

PAIRS = Path(__file__).parent / "pairs"
PAGES = tomllib.loads((PAIRS / "pages.toml").read_text(encoding="utf-8"))
CASES = [
    case | {"file": path.stem}
    for path in sorted(PAIRS.glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8")).get("pair", [])
]
#: The places of a page in which other cases stand.
_ELSEWHERE = re.compile("<<[a-z]*>>\n*")
THEN, NOW = datetime(2024, 5, 31, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)


def page(case: dict, side: str) -> str:
    """Return the page of *case* with its text of *side* in its place, and what it writes otherwise throughout."""
    base, text = PAGES[case["page"]], case[side]
    if case.get("at") in ("top", "bottom"):
        base = base.replace("<<>>\n\n", "")
        whole = {"top": f"{text}\n\n{base}", "bottom": f"{base}\n\n{text}"}[case["at"]]
    else:
        whole = base.replace(f"<<{case.get('at', '')}>>", text)
    whole = _ELSEWHERE.sub("", whole)
    for old, new in case.get("throughout", {}).items() if side == "new" else ():
        assert old in whole
        whole = whole.replace(old, new)
    return whole


def told(case: dict, side: str) -> bool:
    change = compare(Version(page(case, "old"), THEN), Version(page(case, side), NOW), ())
    return change.verdict is Verdict.SUBSTANTIVE


def cases(side: str) -> list:
    """Return the cases that have a text of *side*; those known to go wrong must go on doing so until mended."""
    return [
        pytest.param(
            case, id=f"{case['file']}-{case['id']}", marks=[pytest.mark.xfail(strict=True)] if case.get("open") else []
        )
        for case in CASES
        if side in case
    ]


@pytest.mark.parametrize("case", cases("new"))
def test_an_edit_that_moves_nothing_is_not_told(case):
    assert not told(case, "new")


@pytest.mark.parametrize("case", [pytest.param(*param.values, id=param.id) for param in cases("twin")])
def test_its_twin_that_moves_something_is_told(case):
    assert told(case, "twin")
