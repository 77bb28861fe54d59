"""Count what a new maintainer has to read: lines, modules, functions, mean complexity, names used twice.

    python benchmarks/code_metrics.py [FOLDER]

Complexity is that of McCabe, counted on the syntax tree as `radon cc -a` does: one, and one more for each branch, loop,
handler, condition of a comprehension and boolean operator; classes count with their methods apart.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from pathlib import Path

BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.Assert, ast.match_case)


def complexity(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the cyclomatic complexity of one function, without the functions inside it."""
    found = 1
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        found += isinstance(node, BRANCHES)
        if isinstance(node, ast.BoolOp):
            found += len(node.values) - 1
        if isinstance(node, ast.comprehension):
            found += 1 + len(node.ifs)
        waiting.extend(ast.iter_child_nodes(node))
    return found


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "tostrack")
    files = sorted(folder.rglob("*.py"))
    lines, scores, longest = 0, [], 0
    classes: dict[str, set[str]] = defaultdict(set)
    functions: dict[tuple[Path, str], set[str]] = defaultdict(set)
    for path in files:
        text = path.read_text("utf-8")
        lines += text.count("\n")
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                scores.append(complexity(node))
                longest = max(longest, (node.end_lineno or 0) - node.lineno + 1)
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                classes[node.name].add(str(path))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                functions[path.parent, node.name].add(path.name)
    twice = sorted(name for name, places in classes.items() if len(places) > 1)
    again = sorted(name for (_, name), places in functions.items() if len(places) > 1 and name != "command")
    top = [path for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    print(f"lines of .py files: {lines:,}")
    print(f"modules: {len(files)}; modules and packages at the top: {len(top)}")
    print(f"functions: {len(scores):,}; mean complexity: {sum(scores) / len(scores):.2f}; longest: {longest} lines")
    print(f"class names used twice: {len(twice)} {' '.join(twice)}")
    print(f"public function names used twice in a package: {len(again)} {' '.join(again)}")


if __name__ == "__main__":
    main()
