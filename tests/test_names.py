"""One name for one thing: no class name is used twice, no public function name twice within a package."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "tostrack"
TREES = {path.relative_to(PACKAGE): ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def places(kind, key):
    found = defaultdict(list)
    for path, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, kind):
                found[key(path, node)].append(str(path))
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def test_no_class_name_is_used_twice():
    assert places(ast.ClassDef, lambda _, node: node.name) == {}


def test_no_public_function_name_is_used_twice_within_a_package():
    twice = places(ast.FunctionDef, lambda path, node: (str(path.parent), node.name))

    # Every module of `cli` calls its command so.
    assert {name for name in twice if not name[1].startswith("_") and name != ("cli", "command")} == set()


@pytest.mark.parametrize("package", sorted({path.parts[0] for path in TREES if len(path.parts) > 1}))
def test_no_package_has_the_name_of_a_public_function(package):
    import tostrack

    assert package not in tostrack.__all__
