"""Compare the words that we read with those that the tests of other converters give and expect, in order."""

import ast
import base64
import html
import json
import re
import sys
from pathlib import Path

from bs4 import BeautifulSoup

from tostrack.clauses import plain, split_clauses
from tostrack.errors import ExtractError
from tostrack.extraction import extract

#: Cases whose words differ, with the reason.
EXPLAINED = {
    **{f"markdownify: test_video {n}": "browsers that can play a video show nothing inside it" for n in range(1, 6)},
    "Extract, #extract, from HTML content, Select, with string selector, extracts content from the given HTML with"
    " common changing items": "an address that Cloudflare hid is read as the address",
}
NUMBER = re.compile(r"^-?\d+[.)] ")
LINK = re.compile(r"\]\((?:[^()]|\([^()]*\))*\)|\]\[[^\]]*\]|^\s*\[[^\]]+\]:.*$", re.MULTILINE)


def words(text):
    return re.findall(r"\w+", text.replace("_", " ").casefold())


def ours(content, *, numbered=False, **options):
    try:
        text = extract(content, **{"select": "body", "content_type": "text/html; charset=utf-8", **options})
    except ExtractError:
        return None
    texts = [(clause.kind[:2], plain(clause.text)) for clause in split_clauses(text)]
    # The number of an item is shown, and in no text of the page.
    texts = [text if numbered or kind not in ("ol", "li") else NUMBER.sub("", text) for kind, text in texts]
    return [word for each in texts for word in words(each)]


def shown(markup):
    """Return the words that a browser shows of *markup*, with what an image says instead of itself."""
    soup = BeautifulSoup(markup, "lxml")
    for hidden in soup(["script", "style", "title", "noscript"]):
        hidden.decompose()
    for image in soup("img"):
        image.replace_with(f" {image.get('alt') or ''} ")
    return words(" ".join(text for text in soup.strings))


def turndown(folder):
    soup = BeautifulSoup((folder / "test/index.html").read_text(encoding="utf-8"), "lxml")
    for case in soup.select(".case"):
        given = case.select_one(".input")
        yield f"turndown: {case['data-name']}", given.decode_contents()


def markdownify(folder):
    for path in sorted((folder / "tests").glob("test_*.py")):
        for function in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(function, ast.FunctionDef):
                continue
            number = 0
            for node in ast.walk(function):
                given = node.args[0] if isinstance(node, ast.Call) and node.args else None
                converts = given is not None and getattr(node.func, "id", "") in ("md", "markdownify")
                if converts and isinstance(given, ast.Constant) and isinstance(given.value, str):
                    number += 1
                    yield f"markdownify: {function.name} {number}", given.value


def joined(found):
    """Words may be cut in two where markup stands within one: compare the letters of all."""
    return "".join(found or ())


def main():
    failed, equal, explained = [], 0, 0
    for name, markup in [*turndown(Path(sys.argv[1])), *markdownify(Path(sys.argv[2]))]:
        found = ours(f"<html><body>{markup}</body></html>")
        if joined(found) == joined(shown(markup)):
            equal += 1
        elif name in EXPLAINED:
            explained += 1
        else:
            failed.append((name, found, shown(markup)))
    print(f"turndown and markdownify: {equal} equal, {explained} explained, {len(failed)} not")
    same, told, wrong = 0, 0, []
    for case in json.loads(Path(sys.argv[3]).read_text(encoding="utf-8")):
        is_pdf = (case.get("mimeType") or "").startswith("application/pdf")
        options = {"content_type": "application/pdf", "select": (), "numbered": True} if is_pdf else selection(case)
        found = ours(base64.b64decode(case["content"]), url=case.get("location") or "", **options)
        if all(holds(kind, value, found) for kind, value in case["expected"]):
            same += 1
        elif case["name"] in EXPLAINED:
            told += 1
        else:
            wrong.append((case["name"], found, case["expected"]))
    print(f"engine: {same} equal, {told} explained, {len(wrong)} not")
    for name, found, expected in [*failed, *wrong]:
        print(f"{name}\n  ours     {' '.join(found) if found is not None else 'an error'}\n  expected {expected}")
    return bool(failed or wrong)


def selection(case):
    def listed(value):
        if not value:
            return ()
        return [
            {re.sub("([A-Z])", r"_\1", key).lower(): place for key, place in each.items()}
            if isinstance(each, dict)
            else each
            for each in (value if isinstance(value, list) else [value])
        ]

    remove = [*listed(case.get("insignificantContentSelectors")), *(["a"] if case["filters"] else [])]
    return {"select": listed(case["contentSelectors"]), "remove": remove}


def holds(kind, value, found):
    if kind == "error" or found is None:
        return kind == "error" and found is None
    expected = words(html.unescape(LINK.sub("]", value)))
    if kind == "equal":
        return joined(found) == joined(expected)
    return kind == "include" or joined(expected) not in joined(found)


if __name__ == "__main__":
    sys.exit(main())
