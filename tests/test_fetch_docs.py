"""docs/fetching.md says what the code does; to write its tables anew: ``python tests/test_fetch_docs.py``."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tostrack.extraction import pdf
from tostrack.fetch import client, failures, fetch_task, host_queue, robots
from tostrack.fetch.browser import page_ready, session
from tostrack.fetch.fetcher import Fetcher

DOCUMENT = Path(__file__).parents[1] / "docs" / "fetching.md"
TABLES: dict[str, Mapping[str, str]] = {"causes of PDFs": pdf.CAUSES, "causes": failures.CAUSES}


def table(words: Mapping[str, str]) -> str:
    rows = "".join(f"| `{word}` | {meaning.replace('<', '&lt;')} |\n" for word, meaning in words.items())
    return f"| cause | means |\n| --- | --- |\n{rows}"


def written(text: str) -> str:
    """Return *text* with its tables as the code has them."""
    for name, words in TABLES.items():
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- end -->)", lambda m, w=words: m[1] + table(w) + m[2], text, flags=re.DOTALL
        )
    return text


def test_the_tables_of_causes_are_those_of_the_code():
    text = DOCUMENT.read_text()

    assert written(text) == text


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ("`delay` seconds (5 by default)", Fetcher.__init__.__kwdefaults__["delay"] == 5),
        ("a page may cost 60 seconds", Fetcher.__init__.__kwdefaults__["deadline"] == 60),
        ("10 MB after decompression", Fetcher.__init__.__kwdefaults__["max_bytes"] == 10_000_000),
        ("up to five minutes within the run", Fetcher.__init__.__kwdefaults__["max_wait"] == 300),
        ("after 2 and after 8 seconds", fetch_task.BACKOFF == (2, 8)),
        ("eight at most", fetch_task.MOST_REDIRECTS == 8),
        ("after three consecutive failures", host_queue.MOST_FAILURES == 3),
        ("no request\n  for ten minutes", host_queue.DOWN_SECONDS == 600),
        ("The group of the product token\n  `tostrack`", robots.TOKEN == "tostrack"),
        ("two readings half a second apart", page_ready.QUIET == 0.5),
        ("after five idle seconds", page_ready.STUBBORN == 5),
        ("after ten seconds without change", page_ready.ABSENT == 10),
        ("`chromium`, `chromium-browser` or `google-chrome`", session._NAMES[:3] == ("chromium", "chromium-browser", "google-chrome")),
        ("408, 429, 502 to 504", {408, 429, 502, 503, 504} <= failures._TRANSIENT_STATUSES),
        ("A 4xx answer means that there are no rules", client.WHOLE and robots.parse_robots("", 404, b"").unreachable is None),
    ],
)  # fmt: skip
def test_the_figures_in_the_text_are_those_of_the_code(words, holds):
    assert words in DOCUMENT.read_text()
    assert holds


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text()))
