"""Which library reads policies in PDF best: words and their order on real pages that a browser printed.

    python benchmarks/pdf_libraries.py ../shared/replay OUT [--pages 44] [--keep]

prints pages of a replay corpus with Chromium (main text, in four styles by turns: plain, hyphenated, columns, small
capitals; every other one with the browser's own header and footer), reads them with pypdf, pdfminer.six, pypdfium2 and
pdfplumber, and compares the words with our extraction of the page. The libraries are installed into a temporary
environment, and nothing else is. `--keep` takes the PDF files that lie in OUT already.

Of the words of the page: *found* in the PDF however placed, *in order* (longest common subsequence), and *extra* words
that the page does not have. Hyphens at the ends of lines are joined alike for all libraries.
"""

from __future__ import annotations

import argparse
import collections
import json
import re
import statistics
import subprocess
import sys
import tempfile
import unicodedata
import venv
from collections.abc import Iterator
from pathlib import Path

import series

from tostrack.clauses import plain, split_clauses
from tostrack.errors import ExtractError
from tostrack.extraction import extract
from tostrack.extraction.decode import decode
from tostrack.extraction.dom import Element, etree, parse
from tostrack.extraction.main_text import main_text
from tostrack.extraction.presentation import spell_out

PACKAGES = ("pypdf==7.1.1", "pdfminer.six==20260107", "pypdfium2==5.15.2", "pdfplumber==0.11.10", "rapidfuzz")
STYLES = {
    "plain": "body{font:11pt serif}",
    "hyphens": "body{font:11pt serif;hyphens:auto;text-align:justify}",
    "columns": "body{font:9pt sans-serif;columns:2;hyphens:auto}",
    "capitals": "body{font:10pt sans-serif} h1,h2,h3,strong{font-variant:small-caps;letter-spacing:.04em}",
}
#: Words of a page that is printed.
LEAST, MOST = 600, 12_000
#: Attributes by which a page would load or hide something.
_ATTRIBUTES = ("style", "class", "hidden", "href", "src")
_NO_TEXT = ("script", "style", "noscript", "template", "iframe", "svg", "img", "button", "input", "select")
_WORD = re.compile(r"\w+")
_CUT = re.compile(r"(?<=[^\W\d_])[\u2010\u00ad-][ \t]*\n[ \t]*(?=[a-zà-ÿ])")

READ = r"""
import io, json, sys, time
from pathlib import Path
def pypdf(path):
    from pypdf import PdfReader
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)
def pdfminer(path):
    from pdfminer.high_level import extract_text
    return extract_text(path)
def pypdfium2(path):
    import pypdfium2
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
def pdfplumber(path):
    import pdfplumber
    with pdfplumber.open(path) as document:
        return "\n".join(page.extract_text() or "" for page in document.pages)
for name in ("pypdf", "pdfminer", "pypdfium2", "pdfplumber"):
    for path in sys.argv[1:]:
        start = time.process_time()
        text = globals()[name](path)
        print(json.dumps([name, path, text.replace("\r\n", "\n"), time.process_time() - start]))
"""
ORDER = """
import json, sys
from rapidfuzz.distance import LCSseq
for line in sys.stdin:
    print(LCSseq.similarity(*json.loads(line)), flush=True)
"""


def main() -> int:
    """Print the table."""
    options = argparse.ArgumentParser(description="Compare libraries that read PDF.")
    options.add_argument("corpus", type=Path, help="a replay corpus")
    options.add_argument("out", type=Path, help="where the PDF files go")
    options.add_argument("--pages", type=int, default=44)
    options.add_argument("--keep", action="store_true", help="take the PDF files that are there")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    if not chosen.keep:
        print_pages(chosen.corpus, chosen.out, chosen.pages)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
        report(chosen.out, python)
    return 0


def print_pages(corpus: Path, out: Path, number: int) -> None:
    """Print *number* pages, each of another document."""
    bodies = series.load(corpus)
    found = []
    for row in series.newest_pages(corpus):
        page = bodies.body(row["body"])
        try:
            words = len(extract(page, url=row["url"], content_type=row["content_type"]).split())
        except ExtractError:
            continue
        if LEAST < words < MOST:
            found.append((row, page))
    for place, (row, page) in enumerate(found[:: max(1, len(found) // number)][:number]):
        style = list(STYLES)[place % len(STYLES)]
        file = out / f"{place:02d}-{style}"
        html = restyle(page, row["url"], row["content_type"], STYLES[style])
        file.with_suffix(".html").write_text(html)
        file.with_suffix(".md").write_text(extract(html, url=row["url"], select="body > main"))
        print_page(file, bare=place % 2 == 1)


def restyle(page: bytes, url: str, content_type: str, style: str) -> str:
    """Return the main text of *page* as a page of its own, which loads nothing."""
    source = decode(page, content_type)
    root = parse(source)
    spell_out(root, source)
    main = main_text(root, url)
    for element in list(main.iter(*_NO_TEXT)):
        tail = element.tail
        element.clear()
        element.tag, element.tail = "span", tail
    for element in main.iter():
        for name in _ATTRIBUTES:
            element.attrib.pop(name, None)
        _open(element)
    inner = etree.tostring(main, encoding="unicode", method="html")
    language = root.get("lang") or "en"
    return (
        f'<!doctype html><html lang="{language}"><meta charset=utf-8><style>{style}</style><body>{inner}</body></html>'
    )


def _open(element: Element) -> None:
    if element.tag == "details":
        element.set("open", "")


def print_page(file: Path, *, bare: bool) -> None:
    """Print ``file.html``; unless *bare*, with the browser's own header and footer."""
    with tempfile.TemporaryDirectory() as profile:
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
        command += ["--no-pdf-header-footer"] if bare else []
        target = file.resolve().with_suffix(".pdf")
        command += [f"--print-to-pdf={target}", target.with_suffix(".html").as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def report(folder: Path, python: Path) -> None:
    """Print what each library makes of the PDF files in *folder*."""
    files = sorted(map(str, folder.glob("*.pdf")))
    read = subprocess.run([python, "-c", READ, *files], check=True, capture_output=True, text=True).stdout
    rows = [tuple(json.loads(line)) for line in read.splitlines()]
    rows += list(ours(files))
    pairs = [(words_of(path), split_words(text)) for _, path, text, _ in rows]
    lines = "".join(f"{json.dumps(pair)}\n" for pair in pairs)
    order = subprocess.run([python, "-c", ORDER], input=lines, check=True, capture_output=True, text=True).stdout
    table: dict[tuple[str, str], list[tuple[float, ...]]] = collections.defaultdict(list)
    for (name, path, _, seconds), (there, read_words), same in zip(rows, pairs, order.split(), strict=True):
        common = (collections.Counter(there) & collections.Counter(read_words)).total()
        size = len(there)
        measured = (common / size, int(same) / size, (len(read_words) - common) / size, seconds / size * 1000)
        for style in ("all", Path(path).stem.partition("-")[2]):
            table[name, style].append(measured)
    print(f"{len(files)} files; of the words of the page, %: found, in order, extra; ms for 1,000 words")
    for (name, style), measures in sorted(
        table.items(), key=lambda each: (each[0][1] != "all", each[0][1], each[0][0])
    ):
        found, ordered, extra, seconds = (statistics.mean(each) for each in zip(*measures, strict=True))
        shown = f"{100 * found:6.2f} {100 * ordered:6.2f} {100 * extra:6.2f} {1000 * seconds:6.1f}"
        print(f"{style:10}{name:12}{len(measures):4} {shown}")


def ours(files: list[str]) -> Iterator[tuple[str, str, str, float]]:
    """Yield what this project makes of each file, as the libraries' rows."""
    import time

    for path in files:
        start = time.process_time()
        try:
            text = extract(Path(path).read_bytes(), content_type="application/pdf")
        except ExtractError:
            text = ""
        seconds = time.process_time() - start
        yield "tostrack", path, "\n".join(plain(clause.text) for clause in split_clauses(text)), seconds


def words_of(path: str) -> list[str]:
    """Return the words of the page that a PDF file was printed from."""
    clauses = split_clauses(Path(path).with_suffix(".md").read_text())
    return split_words("\n".join(plain(clause.text) for clause in clauses))


def split_words(text: str) -> list[str]:
    """Return the words of *text*, without the hyphens at the ends of its lines."""
    return _WORD.findall(unicodedata.normalize("NFKC", _CUT.sub("", text)).casefold())


if __name__ == "__main__":
    sys.exit(main())
