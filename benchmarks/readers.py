"""A year of nights as its readers live it: crawl every night, notify every morning, count and keep the mails.

    python benchmarks/readers.py OUT [--from 2025-01-01] [--to 2025-12-31] [--service NAME ...]

Serves the replay corpus on loopback, one crawl a day and one `gather` and send after it, into a box instead of a mail
server. OUT/mails holds every mail as text, by reader; the table at the end says how many mails, changes and storms each
reader of design section 1 got: a shop that depends on all platforms and cares for two topics, a journalist who wants
each day everything that matters, a researcher who reads on Mondays, a compliance team that wants every change at once.
"""

import argparse
import collections
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from click.testing import CliRunner
from replay import SHARED, watchlist

from tostrack.archive import Archive
from tostrack.archive.outbox import Outbox
from tostrack.cli import cli
from tostrack.notify import Notifier
from tostrack.services.delivery import DeliveryRun, gather_messages
from tostrack.services.messages import SenderConfig, render_message
from tostrack.watchlist import load

READERS = """
[digest.shop]
to = ["shop@example.org"]
topics = ["licensing", "advertising"]
[digest.journalist]
to = ["journalist@example.org"]
[digest.researcher]
to = ["researcher@example.org"]
every = "week"
verdicts = ["substantive", "editorial"]
[digest.compliance]
to = ["compliance@example.org"]
topics = ["sharing", "ai"]
every = "change"
[notify]
operator = "operator@example.org"
"""


class Box(Notifier):
    """Keeps the letters."""

    def __init__(self) -> None:
        self.letters: list = []

    def send(self, message, _at) -> None:
        self.letters.append(message)


def morning(out: Path, at: datetime, box: Box) -> None:
    found = load(out / "watchlist.toml")
    with Archive(out / "tostrack.db") as archive, Outbox(out / "tostrack.db") as outbox:
        digests = {digest.slug: digest for digest in found.digests}
        office = SenderConfig(digests, archive.meta("authority"), at, operator=found.notify.operator)
        gather_messages(outbox, office, at)
        write = partial(render_message, archive, outbox, office)
        for delivery in DeliveryRun(outbox, office, {"email": box}, write, lambda: at).deliveries():
            assert delivery.state == "sent", delivery


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--from", dest="start", default="2025-01-01")
    parser.add_argument("--to", dest="end", default="2025-12-31")
    parser.add_argument("--service", action="append")
    arguments = parser.parse_args()
    sys.path.insert(0, str(SHARED / "replay"))
    from replay_server import start

    out, began = arguments.out, time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    runner, box, verdicts = CliRunner(), Box(), collections.Counter()
    with start(str(SHARED / "replay")) as server:
        captures = {
            path: found
            for path, found in server.corpus.docs.items()
            if not arguments.service or found[0]["service"] in arguments.service
        }
        day, last = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (arguments.start, arguments.end))
        nights = 0
        while day <= last:
            today = f"{day:%Y-%m-%d}"
            server.set_date(today)
            documents = []
            for path, found in captures.items():
                past = [capture for capture in found if capture["fetched_at"][:10] <= today]
                if past:
                    rules = server.corpus.decl[past[-1]["decl"]]
                    names = {"service": past[-1]["service"], "document": past[-1]["document"], "path": path}
                    documents.append({**names, "select": rules["select"], "remove": rules["remove"]})
            (out / "watchlist.toml").write_text(watchlist(documents, server.url) + READERS)
            night = f"{today}T03:00:00Z"
            result = runner.invoke(cli, ["-w", str(out / "watchlist.toml"), "crawl", "--now", night, "--quiet"])
            if result.exit_code not in (0, 3):
                raise result.exception or SystemExit(result.output)
            morning(out, day + timedelta(hours=4), box)
            nights += 1
            day += timedelta(days=1)
    by_reader = collections.defaultdict(list)
    for mail in box.letters:
        by_reader[mail.recipient.partition("@")[0]].append(mail)
    for reader, letters in by_reader.items():
        folder = out / "mails" / reader
        folder.mkdir(parents=True, exist_ok=True)
        for mail in letters:
            path = folder / f"{mail.made_at:%Y-%m-%d}-{mail.name[:6]}"
            path.with_suffix(".txt").write_text(f"Subject: {mail.subject}\n\n{mail.text}")
            path.with_suffix(".html").write_text(mail.html)
    with Archive(out / "tostrack.db") as archive:
        verdicts.update(row.verdict for row in archive.changes())
        watched = len(archive.documents())
    print(f"{nights} nights, {watched} documents, {dict(verdicts)}, {time.monotonic() - began:.0f} s")
    for reader, letters in sorted(by_reader.items()):
        changes = sum(len(mail.payload.get("changes", ())) for mail in letters)
        storms = sum("may be a fault of ours" in " ".join(mail.text.split()) for mail in letters)
        largest = max(len(mail.html.encode()) for mail in letters)
        print(
            f"{reader:12} {len(letters):4} mails, {changes:4} changes, {storms} after storms, largest {largest:,} bytes"
        )


if __name__ == "__main__":
    main()
