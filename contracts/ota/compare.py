"""Compare what we read after `import declarations` with what the engine read from the same pages, word for word.

    python compare.py LEAST [--shown]

Reads watchlist.toml, pages.json and engine.json of this folder. The texts may differ by what `KNOWN` names only, and
at least LEAST documents must have been compared. With ``--shown``, every difference in `KNOWN` must be met, so that one
that the engine no longer makes is noticed.
"""

import json
import os
import re
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(os.environ["REPOSITORY"], "benchmarks")))

import fidelity

from tostrack.errors import ExtractError
from tostrack.extraction import document_text
from tostrack.models import Document, Snapshot, slug
from tostrack.watchlist import load

#: What is to be taken out of both texts, by name: where the engine's is known to say less, or more, than the page.
KNOWN = {
    "hidden e-mail addresses, which we decode": fidelity.SLIPS[
        "e-mail addresses hidden from robots, which it cannot read and we can"
    ],
    "words in angle brackets, which it does not escape": fidelity.SLIPS[
        "words in angle brackets, which it does not escape"
    ],
    "letters of items, which it leaves out or numbers": (
        (re.compile(r"^\W*(?:\d{1,3}|\(?(?:[a-z]|[ivx]+))\\?[.)](?=\s|$)", re.IGNORECASE), ""),
    ),
}
#: The name of a drawing is text to it; to us a drawing has none.
DRAWINGS = "names of drawings, which are text to it"
_DRAWING = re.compile(rb"<svg[^>]*>\s*<title[^>]*>([^<]+)</title>")
fidelity.SLIPS.clear()
fidelity.SLIPS.update(KNOWN)


def read(document: Document, files: list[str]) -> str:
    """Return what we read from *files*, the pages of *document*; the empty string when that fails."""
    captures = {
        number: Snapshot(
            page.url,
            datetime(2024, 5, 1, tzinfo=UTC),
            200,
            Path(name).read_bytes(),
            {"content-type": "text/html; charset=utf-8"},
            (page.url,),
        )
        for number, (page, name) in enumerate(zip(document.pages, files, strict=True))
    }
    try:
        return document_text.extract_text(document, captures)
    except ExtractError as error:
        return f"({error})"


def difference(ours: str, theirs: str, files: list[str]) -> str | None:
    """Return the name of what the two texts differ by: empty when they do not, None when it has no name."""
    if "".join(fidelity.words(ours)) == "".join(fidelity.words(theirs)):
        return ""
    for name in KNOWN:
        if fidelity.mended(ours, [name]) == fidelity.mended(theirs, [name]):
            return name
    for file in files:
        for title in _DRAWING.findall(Path(file).read_bytes()):
            theirs = re.sub(rf"^{re.escape(title.decode().strip())}$", "", theirs, count=1, flags=re.MULTILINE)
    if fidelity.mended(ours, []) == fidelity.mended(theirs, []):
        return DRAWINGS
    return "several of them" if fidelity.mended(ours) == fidelity.mended(theirs) else None


def main() -> None:
    documents = {document.id: document for document in load(Path("watchlist.toml")).documents}
    met: Counter[str | None] = Counter()
    for terms, theirs in json.loads(Path("engine.json").read_text()).items():
        if "text" not in theirs:
            continue
        document = documents["/".join(map(slug, terms.split("/", 1)))]
        ours = read(document, theirs["files"])
        found = difference(ours, theirs["text"], theirs["files"])
        met[found] += 1
        if found is None:
            print(f"{terms}: other words", *fidelity.lost_paragraphs("".join(fidelity.words(ours)), theirs["text"])[:3])
    equal = met.pop("", 0)
    print(f"{equal + met.total()} documents compared: {equal} have the same words")
    for name, count in met.items():
        print(f"  {count} differ by {name}")
    missed = {*KNOWN, DRAWINGS} - {*met} if "--shown" in sys.argv else ()
    for name in missed:
        print(f"no longer met, so it can go from the list: {name}")
    sys.exit(bool(None in met or missed or equal + met.total() < int(sys.argv[1])))


main()
