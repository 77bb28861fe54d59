"""Names that a maintainer must tell apart: no class is named twice, no function or module twice within a package."""

import ast
from collections import Counter, defaultdict
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "tostrack"
#: Names that are still used twice; remove a name from here when it is renamed, and add none.
PENDING = {
    "PageState",
    "Token",
    "lexicon",
    "consent",
    "likeness",
    "numbers",
    "words_of",
    "change_page",
    "excerpt",
    "marked",
}
FILES = sorted(PACKAGE.rglob("*.py"))


def _top(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def _definitions(kind):
    for path in FILES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, kind):
                yield _top(path), node.name


def _twice(names) -> list[str]:
    return sorted(name for name, number in Counter(names).items() if number > 1 and name not in PENDING)


def test_no_class_name_is_used_twice():
    assert _twice(name for _, name in _definitions(ast.ClassDef)) == []


def test_no_public_function_name_is_used_twice_within_a_package():
    by_package = defaultdict(list)
    for package, name in _definitions((ast.FunctionDef, ast.AsyncFunctionDef)):
        if not name.startswith("_") and (package, name) != ("cli", "command"):
            by_package[package].append(name)

    assert {package: twice for package, names in by_package.items() if (twice := _twice(names))} == {}


def test_no_module_name_is_used_twice_within_a_package():
    by_package = defaultdict(list)
    for path in FILES:
        if not path.stem.startswith("__"):
            by_package[_top(path)].append(path.stem)

    assert {package: twice for package, names in by_package.items() if (twice := _twice(names))} == {}
