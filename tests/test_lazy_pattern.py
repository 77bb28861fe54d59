"""A pattern that is compiled late finds what it finds compiled early; and each of the verdict can be compiled."""

import importlib
import pkgutil
import re

import pytest

import tostrack.analysis.verdict
from tostrack.language.lazy_pattern import lazy_pattern

MODULES = [f"tostrack.analysis.verdict.{one.name}" for one in pkgutil.iter_modules(tostrack.analysis.verdict.__path__)]


def test_it_answers_as_the_compiled_one():
    late, early = lazy_pattern(r"(?P<day>\d+) days", re.IGNORECASE), re.compile(r"(?P<day>\d+) days", re.IGNORECASE)
    text = "After 30 DAYS or 60 days"
    assert late.findall(text) == early.findall(text) == ["30", "60"]
    assert late.sub("x", text) == early.sub("x", text)
    assert late.search(text)["day"] == "30"
    assert late.pattern == early.pattern


@pytest.mark.parametrize("module", MODULES)
def test_every_pattern_of_the_verdict_compiles(module):
    for value in vars(importlib.import_module(module)).values():
        if type(value).__name__ == "_LazyPattern":
            assert re.compile(value.pattern).groups >= 0
