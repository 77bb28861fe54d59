"""Write the site of a large archive: how long, how big, and how long again after one document changed.

    python benchmarks/site.py OUT [--services 400] [--versions 40000]

Makes an archive of invented platforms (kept in OUT for another run), two documents each, every version a night apart:
72 % of the changes are noise, 15 % editorial, 13 % substantive, as in the peers' recorded streams (36 % returns, 36 %
markup, one alert in eight that matters). Then it writes the site three times: from nothing, with nothing new, and after
one document changed.
"""

import argparse
import random
import resource
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tostrack.analysis.comparison import compare_readings, read_version
from tostrack.analysis.diff import diff
from tostrack.analysis.flags import SHIPPED
from tostrack.archive import Archive
from tostrack.archive.visits import NewVersion, Visit
from tostrack.archive.writer import Writer
from tostrack.models import Change, Document, Judgement, Outcome, Page, Reading, Reason, Snapshot, Version
from tostrack.services.site import build_site

START = datetime(2016, 1, 1, 3, tzinfo=UTC)
HEADINGS = "Who we are,What you may do,What you post,Advertising,Whom we tell,How long,Disputes,Changes".split(",")
CLAUSES = (
    "When you post on {name} you grant us a non-exclusive, royalty-free, worldwide licence to your posts for {n} days.",
    "You keep the rights to whatever you post on {name}, and you may take it down within {n} days.",
    "We may share your information with our affiliates and with {n} service providers who work for {name}.",
    "{name} will not sell your personal information to third parties, and has not done so in the last {n} months.",
    "We use what we know of you to show advertising that fits, on {name} and on {n} other services of ours.",
    "You can turn personalised advertising off in your settings; it takes up to {n} days until {name} heeds it.",
    "We may use content that is public on {name} to train models, unless you object within {n} days.",
    "You must be at least 13 years old to use {name}, and older where your country says so; this is rule {n}.",
    "Keep your password to yourself; {name} locks an account for {n} hours after too many attempts to sign in with it.",
    "We keep logs for {n} days and delete them then, unless a court that has power over {name} orders otherwise.",
    "If a part of these terms does not hold, the rest does; paragraph {n} says which courts decide over {name}.",
    "You can close your account at any time; {name} removes it within {n} days, and backups follow later.",
)
STAMP = "Last updated: day {n}."


def texts(name: str, kind: str, versions: int, dice: random.Random) -> Iterator[tuple[str, Reason | None]]:
    """Yield Markdown, and the reason of the change that led to it: None where it is judged in earnest."""
    numbers = [dice.randrange(2, 400) for _ in range(60)]
    clauses = [CLAUSES[(at + len(kind)) % len(CLAUSES)] for at in range(60)]
    stamp, reason = 0, None
    for _ in range(versions):
        lines = [f"# {name}: {kind}", STAMP.format(n=stamp)]
        for at, clause in enumerate(clauses):
            if at % 8 == 0:
                lines.append(f"## {HEADINGS[at // 8]}")
            lines.append(clause.format(name=name, n=numbers[at]))
        yield "\n\n".join(lines) + "\n", reason
        die, at = dice.random(), dice.randrange(60)
        if die < 0.13:
            numbers[at] += dice.randrange(1, 90)
            reason = None
        elif die < 0.28:
            here = "service" if "service" in clauses[at] else "use"
            clauses[at] = clauses[at].replace(here, here.title()) if here in clauses[at] else f"In short, {clauses[at]}"
            reason = Reason.WORDING
        else:
            stamp += 1
            reason = Reason.STAMP


def versions_of(document: Document, count: int, dice: random.Random) -> Iterator[NewVersion]:
    before: Reading | None = None
    known: set = set()
    for number, (text, reason) in enumerate(texts(document.service_name, document.name, count, dice), 1):
        reading = read_version(Version(text, START + timedelta(days=60 * number + dice.randrange(40)), number))
        change = None
        if before and reason is None:
            change = compare_readings(before, reading)
        elif before and reason:
            hunks = diff(before.clauses, reading.clauses)
            change = Change(before.version, reading.version, hunks, Judgement(reason, "The wording of a sentence."))
        if change:
            change = replace(change, service=document.service, document=document.slug)
        fresh = {clause: SHIPPED.of_clause(clause) for clause in reading.clauses if clause not in known}
        known.update(fresh)
        yield NewVersion(reading, "crawl", "7", "url", change, bool(change), fresh, SHIPPED.fingerprint)
        before = reading


def grow(out: Path, services: int, versions: int) -> None:
    """Make the archive."""
    dice = random.Random(7)
    each = max(versions // (2 * services), 2)
    with Writer(out / "tostrack.db", out / "snapshots", now=START, authority="watch.example") as writer:
        for at in range(services):
            for slug, name in (("terms", "Terms of Service"), ("privacy", "Privacy Policy")):
                url = f"https://platform-{at}.example/{slug}"
                document = Document(f"platform-{at}", slug, (Page(url),), name, f"Platform {at}")
                found = tuple(versions_of(document, each, dice))
                visit(writer, document, found)


def visit(writer: Writer, document: Document, found: tuple[NewVersion, ...]) -> None:
    at = found[-1].reading.version.seen_at
    capture = Snapshot(document.pages[0].url, at, 200, str(at).encode(), {"content-type": "text/html"})
    outcome = Outcome.FIRST if found[0].change is None else Outcome.CHANGED
    writer.record(Visit(document, at, outcome, captures={0: capture}, versions=found))


def change_one(out: Path) -> None:
    """Have one document change in substance."""
    with Writer(out / "tostrack.db", out / "snapshots", now=START, authority="watch.example") as writer:
        document = Document(
            "platform-0", "terms", (Page("https://platform-0.example/terms"),), "Terms of Service", "Platform 0"
        )
        row = writer.current("platform-0", "terms")
        old = writer.reading(row)
        text = f"{old.version.text}\nWe may sell your photos to anybody, for {row.number} dollars.\n"
        new = read_version(Version(text, old.version.seen_at + timedelta(days=1), row.number + 1))
        change = replace(compare_readings(old, new), service="platform-0", document="terms")
        flags = {clause: SHIPPED.of_clause(clause) for clause in new.clauses}
        visit(writer, document, (NewVersion(new, "crawl", "7", "url", change, True, flags, SHIPPED.fingerprint),))


def timed(label: str, out: Path) -> None:
    wall, cpu = time.monotonic(), time.process_time()
    with Archive(out / "tostrack.db") as archive:
        built = build_site(archive, out / "site", url="https://watch.example")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{label}: {time.monotonic() - wall:.1f} s wall, {time.process_time() - cpu:.1f} s CPU, {built.pages:,} files,"
        f" {built.written:,} written, peak {peak} MB"
    )


def sizes(site: Path) -> None:
    found = [path for path in site.rglob("*") if path.is_file()]
    for label, name in (("site", ""), ("memory", ".tostrack-site.db"), ("search", "search/"), ("changes", "changes/")):
        part = [path for path in found if str(path.relative_to(site)).startswith(name)]
        print(f"{label}: {sum(path.stat().st_size for path in part) / 1e6:.1f} MB in {len(part):,} files")
    print(f"front page: {(site / 'index.html').stat().st_size / 1e3:.0f} KB")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--services", type=int, default=400)
    parser.add_argument("--versions", type=int, default=40_000)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if not (arguments.out / "tostrack.db").exists():
        started = time.monotonic()
        grow(arguments.out, arguments.services, arguments.versions)
        size = (arguments.out / "tostrack.db").stat().st_size / 1e6
        print(f"archive: {time.monotonic() - started:.1f} s, {size:.1f} MB")
    shutil.rmtree(arguments.out / "site", ignore_errors=True)
    timed("from nothing", arguments.out)
    timed("nothing new", arguments.out)
    change_one(arguments.out)
    timed("one document changed", arguments.out)
    sizes(arguments.out / "site")


if __name__ == "__main__":
    main()
