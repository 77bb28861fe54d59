"""Kill crawls and notifiers at random moments; no event may be dropped, and what arrives twice has the same Message-ID.

    python benchmarks/notify_kills.py [--kills 10000] [--seconds 3600] [--seed 1]

Forks a warm process for each run, which crawls one night of an invented platform or notifies its readers, and kills it
with SIGKILL after a random time: some die before anything. One notifier in five dies by itself between the mail
server's 250 and our note of it, a moment that chance alone hardly meets. The mail server is a folder: a mail is one
appended line, so that what had arrived is known after any kill. At the end every change that the archive announces must
have reached every reader, once by Message-ID.
"""

import argparse
import collections
import os
import random
import signal
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tostrack.archive import Archive
from tostrack.archive.outbox import Outbox
from tostrack.archive.writer import Writer
from tostrack.models import DigestSettings, Document, Page, Snapshot
from tostrack.notify import Notifier
from tostrack.services import crawl as nightly_run
from tostrack.services.delivery import DeliveryRun, gather_messages
from tostrack.services.messages import SenderConfig, render_message

START = datetime(2024, 1, 1, 3, tzinfo=UTC)
DOCUMENTS = [
    Document("acme", f"d{number}", (Page(f"https://acme.example/d{number}", select=("main",)),), f"D{number}")
    for number in range(3)
]
READERS = (
    DigestSettings("each", ("each@example.org",), every="change"),
    DigestSettings("daily", ("one@example.org", "two@example.org")),
)
RULES = "You can leave the service at any time, and we will delete your account within thirty days of your request."


def page(document: Document, night: int) -> bytes:
    """Return the page on *night*: every third one, by turns, says something that it never said before."""
    said = (night + int(document.slug[1:])) // 3
    grants = "".join(f"<p>You grant us a transferable licence to use your work {n}.</p>" for n in range(said + 1))
    return f"<html><body><main><h1>Terms</h1>{grants}<p>{RULES}</p></main></body></html>".encode()


def fetch_all(night: int, at: datetime):
    def fetch(requests):
        for request in requests:
            document = DOCUMENTS[int(request.page.url[-1])]
            headers = {"content-type": "text/html"}
            yield request, Snapshot(request.page.url, at, 200, page(document, night), headers, (request.page.url,))

    return fetch


class Box(Notifier):
    """A mail server whose 250 is a line that stands in a file."""

    def __init__(self, path: Path, *, dies: bool) -> None:
        #: Whether the notifier dies with the first mail that has arrived, before it can note so.
        self._dies = dies
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def send(self, message, _at) -> None:
        told = ",".join(sorted(change["to"]["sha256"] for change in message.payload["changes"]))
        os.write(self._descriptor, f"{message.name} {message.recipient} {told}\n".encode())
        if self._dies:
            os.kill(os.getpid(), signal.SIGKILL)

    def close(self) -> None:
        os.close(self._descriptor)


def crawl(folder: Path, night: int) -> None:
    at = START + timedelta(days=night)
    archive, snapshots = folder / "tostrack.db", folder / "snapshots"
    with Writer(archive, snapshots, now=START, authority="acme.example", digests=READERS) as writer:
        for _ in nightly_run.crawl(DOCUMENTS, writer, fetch_all(night, at), lambda: at):
            pass


def notify(folder: Path, at: datetime, *, dies: bool = False) -> None:
    box = Box(folder / "mails", dies=dies)
    office = SenderConfig({digest.slug: digest for digest in READERS}, "acme.example", START)
    with Archive(folder / "tostrack.db") as archive, Outbox(folder / "tostrack.db") as outbox:
        gather_messages(outbox, office, at)
        for _ in DeliveryRun(
            outbox, office, {"email": box}, partial(render_message, archive, outbox, office), lambda: at
        ).deliveries():
            pass


def run(work, *arguments, delay: float | None = None, **options: bool) -> bool:
    """Do *work* in a child; with a *delay* kill it after so many seconds. Return whether it ended by itself."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work(*arguments, **options)
            status = 0
        finally:
            os._exit(status)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"{work.__name__} failed: {status}")
    return os.WIFEXITED(status)


def judged(folder: Path) -> tuple[int, int, int]:
    """Return how many tellings there were, how many mails, and how many of them a second time."""
    with Archive(folder / "tostrack.db") as archive:
        wanted = collections.Counter(
            (archive.version(row.service, row.document, row.to_number).sha256, reader)
            for row in archive.changes()
            if row.announced
            for digest in READERS
            for reader in digest.to
        )
    mails = [line.split(" ") for line in (folder / "mails").read_text().splitlines()]
    by_name = collections.defaultdict(set)
    for name, reader, told in mails:
        by_name[name].add((reader, told))
    assert all(len(found) == 1 for found in by_name.values()), "one Message-ID, two messages"
    got = collections.Counter((sha, reader) for [(reader, told)] in by_name.values() for sha in told.split(","))
    assert got == wanted, f"dropped {list((wanted - got).items())[:3]}, told twice {list((got - wanted).items())[:3]}"
    return wanted.total(), len(mails), len(mails) - len(by_name)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument("--nights", type=int, default=10, help="of one archive; then a new one is begun")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no other archive after so long")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    kills = collections.Counter()
    told = sent = twice = rounds = 0
    ends = time.monotonic() + arguments.seconds
    while kills.total() < arguments.kills and time.monotonic() < ends:
        rounds += 1
        with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as scratch:
            folder, longest = Path(scratch), {"crawl": 0.05, "notify": 0.05}
            for night in range(arguments.nights):
                at = START + timedelta(days=night, hours=1)
                while kills.total() < arguments.kills and chance.random() < 0.85:
                    kills["crawl"] += not run(crawl, folder, night, delay=chance.uniform(0, longest["crawl"]))
                began = time.monotonic()
                run(crawl, folder, night)
                longest["crawl"] = 1.1 * (time.monotonic() - began)
                while kills.total() < arguments.kills and chance.random() < 0.95:
                    # A lease of the one before has run out by then.
                    at += timedelta(minutes=11)
                    if chance.random() < 0.2:
                        kills["window"] += not run(notify, folder, at, dies=True)
                    else:
                        kills["notify"] += not run(notify, folder, at, delay=chance.uniform(0, longest["notify"]))
                began = time.monotonic()
                run(notify, folder, at + timedelta(minutes=11))
                longest["notify"] = max(0.01, 1.1 * (time.monotonic() - began))
            run(notify, folder, START + timedelta(days=arguments.nights + 1))
            found = judged(folder)
            told, sent, twice = told + found[0], sent + found[1], twice + found[2]
    died = f"{kills['crawl']} crawls and {kills['notify']} notifiers killed, {kills['window']} more right after a 250"
    print(f"{died}, over {rounds} archives")
    print(f"{told} tellings, 0 dropped, {sent} mails, {twice} of them a second time, all with the same Message-ID")


if __name__ == "__main__":
    main()
