"""Hostile text into mails and feeds: the exact set of headers, and feeds that parse and validate, case by case.

python benchmarks/injection.py [--cases 100000] [--feeds 5000] [--seed 1]
"""

import argparse
import random
import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import feedparser
from lxml import etree

from tostrack.notify import OutgoingMessage
from tostrack.notify.smtp import mail
from tostrack.render.feed import FeedData, FeedEntry, render_atom, render_rss

START = datetime(2024, 5, 1, tzinfo=UTC)
PIECES = (
    *(
        "\r",
        "\n",
        "\r\n",
        "\n\n",
        "\0",
        "\x0b",
        "\x1b",
        "\x85",
        "\u2028",
        "\ud800",
        "\ufffe",
        "\u202e",
        "\t",
        " ",
        "é",
        "漢",
    ),
    *(
        "Bcc: v@x.example",
        "To: v@x.example",
        "Content-Type: text/html",
        "Subject: x",
        "\r\n.\r\nMAIL FROM:<v@x.example>",
    ),
    *("=?utf-8?q?a=0D=0ABcc:_v@x.example?=", "=?utf-8?b?DQpCY2M6IHZAeC5leGFtcGxl?=", "=?", "?=", "=0D=0A", "%0d%0a"),
    *("--===============", "boundary=", "<![CDATA[", "]]>", "</title>", "<script>", "&#10;", "&", "<", ">", '"', "'"),
    *("a" * 80, "ä" * 80, ";", ",", ":", "::error::", "words and more"),
)
HEADERS = ["Auto-Submitted", "Content-Type", "Date", "From", "List-Id", "List-Unsubscribe", "MIME-Version"]
HEADERS = sorted([*HEADERS, "Message-ID", "Subject", "To"])
ATOM = etree.RelaxNG(etree.parse(Path(__file__).resolve().parents[1] / "tests" / "pages" / "atom.rng"))


def hostile(chance: random.Random) -> str:
    return "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 12)))


def check_mail(chance: random.Random) -> None:
    subject, text, html = (hostile(chance) for _ in range(3))
    letter = OutgoingMessage(
        *("1@tos.example", "reader@example.org", subject, text, START, f"<p>{html}</p>"),
        list_id="shop.tos.example",
        leave=("mailto:ops@tos.example?subject=leave",),
    )
    found = message_from_bytes(mail(letter, "tostrack@tos.example").as_bytes(), policy=default)
    assert sorted(found.keys()) == HEADERS, (subject, found.keys())
    assert [part.get_content_type() for part in found.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert found["To"] == "reader@example.org"
    # What a mail program decodes must not be another header either.
    assert not set(str(found["Subject"])) & set("\r\n\0"), subject


def check_feed(chance: random.Random) -> None:
    title, body, topic, link = (hostile(chance) for _ in range(4))
    item = FeedEntry("tag:a.example,2024:1", title, START, f"<p>{body}</p>", body, link, (topic,))
    feed = FeedData("tag:a.example,2024:feed", title, (item,), body, topic, link, link, link)
    for form in (render_atom, render_rss):
        parsed = feedparser.parse(form(feed))
        assert not parsed.bozo, (title, parsed.get("bozo_exception"))
        assert parsed.entries[0].id == item.id
    assert ATOM.validate(etree.fromstring(render_atom(feed).encode())), (title, ATOM.error_log)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--feeds", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance, began = random.Random(arguments.seed), time.monotonic()
    for _ in range(arguments.cases):
        check_mail(chance)
    for _ in range(arguments.feeds):
        check_feed(chance)
    took = time.monotonic() - began
    print(f"{arguments.cases} mails with the exact headers, {arguments.feeds} sound feeds: {took:.0f} s")


if __name__ == "__main__":
    main()
