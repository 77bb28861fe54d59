"""An archive of 1,000,000 clauses: made, then searched, verified, exported and backed up by the commands themselves.

    python benchmarks/clauses.py OUT [--clauses 1000000] [--documents 400] [--made]

Every clause is another text, invented from a few hundred words, so that nothing is stored once for many: the case that
costs most. One in three is about data or licences and one in nine has a flag, as in a real archive of 46,000 clauses.
One document in ten has a second version, with five clauses reworded. Each line of the answer is JSON: the command,
seconds of CPU and of the clock, the most MB of memory, MB of what it wrote, and how many lines it printed.
Ends with 1 when a command fails. ``--made`` measures the archive that is in OUT, also one whose making was ended.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tostrack.archive.writer import Writer
from tostrack.importers.ota import OtaCollection, Record
from tostrack.models import Document
from tostrack.services.import_history import import_records

START = datetime(2020, 1, 1, 3, tzinfo=UTC)
TOPICS = (
    "photos messages payments advertising partners research children disputes licences cookies devices locations "
    "accounts purchases refunds reviews contacts searches voices recordings drafts comments groups events invoices"
).split()
WHO = (
    "we, our affiliates, our service providers, measurement partners, advertisers, the operator, "
    "a successor, the payment processor, researchers, other users"
).split(", ")
MAY = "may, may not, will, will not, must, can, cannot, shall".split(", ")
DO = "share, sell, store, license, delete, disclose, combine, review, transfer, publish, keep, analyse".split(", ")
WHY = (
    "to personalise advertising, to comply with the law, to improve the service, to train our models, "
    "to prevent fraud, to settle disputes, with your consent, without further notice, for the term of this agreement"
).split(", ")
THINGS = (
    "notice address heading timetable counter form invoice parcel branch office ledger calendar season handbook lobby "
    "ticket seat locker meter engine cable garden bridge harbour kitchen"
).split()
STANDS = (
    "is kept at, belongs to, is named after, comes before, stands beside, is counted with, is as long as, opens with"
).split(", ")


def clause(dice: random.Random, number: int) -> str:
    """Return an invented clause; no two of different numbers are equal."""
    place = f"(section {number // 40 + 1}.{number % 40 + 1})."
    if number % 3:
        one, other, third, fourth = dice.sample(THINGS, 4)
        return (
            f"The {one} of each {other} {dice.choice(STANDS)} the {third}, which {dice.choice(STANDS)} the {fourth} "
            f"for {dice.randrange(2, 400)} days, as the list at the end of this page shows {place}"
        )
    one, other = dice.sample(TOPICS, 2)
    return (
        f"{dice.choice(WHO).capitalize()} {dice.choice(MAY)} {dice.choice(DO)} your {one} and your {other} "
        f"{dice.choice(WHY)}, for up to {dice.randrange(2, 400)} days {place}"
    )


def texts(document: int, clauses: int) -> tuple[str, ...]:
    """Return the versions of a document."""
    dice = random.Random(document)
    said = [clause(dice, document * clauses + number) for number in range(clauses)]
    before = "\n\n".join(said) + "\n"
    if document % 10:
        return (before,)
    for number in dice.sample(range(clauses), 5):
        said[number] = clause(dice, document * clauses + number)
    return before, "\n\n".join(said) + "\n"


def fill(out: Path, clauses: int, documents: int) -> None:
    """Import the documents into an archive in *out*."""
    each = clauses // documents
    (out / "watchlist.toml").write_text('[watch.none.none]\nurl = "https://pixboard.example/terms"\n')
    with Writer(out / "tostrack.db", out / "snapshots", now=START) as writer:
        for number in range(documents):
            service, said = f"service{number % 40}", texts(number, each)
            records = [
                Record(START + timedelta(days=30 * version), upgrade=False, name=str(version), place=said[version])
                for version in range(len(said))
            ]
            document = Document(service, f"terms-{number}", (), f"Terms {number}", f"Service {number % 40}")
            import_records(document, OtaCollection(name="invented", records={document.id: records}), records, writer)


def weigh(path: Path) -> float:
    """Return the MB of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return round(sum(each.stat().st_size for each in files) / 1e6, 1)


def measured(out: Path, name: str, command: tuple[str, ...], wrote: str = "") -> dict:
    """Run *command* in *out*; return what it took."""
    began = time.monotonic()
    with (out / "printed").open("w+b") as printed:
        child = subprocess.Popen(command, cwd=out, stdout=printed, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        printed.seek(0)
        lines = sum(1 for _ in printed)
    return {
        "command": name,
        "status": child.returncode,
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "seconds": round(seconds, 1),
        "megabytes": round(used.ru_maxrss * 1024 / 1e6),
        "wrote_megabytes": weigh(out / wrote) if wrote else weigh(out / "printed"),
        "lines": lines,
    }


#: What is measured: the arguments, and what the command writes besides what it prints.
COMMANDS = (
    (("status",), ""),
    (("log",), ""),
    (("search", "advertising"), ""),
    (("search", '"train our models"'), ""),
    (("search", "sublicensable"), ""),
    (("show", "service0/terms-0"), ""),
    (("diff", "service0/terms-0"), ""),
    (("flags", "service7"), ""),
    (("archive", "verify"), ""),
    (("export", "csv"), ""),
    (("export", "jsonl"), ""),
    (("export", "ota", "-o", "dataset.zip"), "dataset.zip"),
    (("archive", "backup", "--to", "backup"), "backup"),
)


def made(out: Path, clauses: int, documents: int) -> dict:
    """Make the archive in *out*, which is emptied; return what it took."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    own = (sys.executable, str(Path(__file__).resolve()), "--fill", ".", str(clauses), str(documents))
    return measured(out, "made", own, "tostrack.db")


def lines(out: Path) -> Iterator[dict]:
    """Run the commands on the archive in *out*, and yield what each took, and how large the archive is."""
    with closing(sqlite3.connect(out / "tostrack.db")) as connection:
        (clauses,), (documents,) = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("clauses_now", "documents")
        )
    yield {"clauses": clauses, "documents": documents, "megabytes_of_database": weigh(out / "tostrack.db")}
    program = str(Path(sys.executable).with_name("tostrack"))
    for arguments, wrote in COMMANDS:
        yield measured(out, " ".join(arguments), (program, *arguments), wrote)


def main() -> None:
    if sys.argv[1:2] == ["--fill"]:
        fill(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--clauses", type=int, default=1_000_000)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--made", action="store_true", help="Measure the archive that is in OUT.")
    wanted = parser.parse_args()
    failed = False
    if not wanted.made:
        print(json.dumps(made(wanted.out, wanted.clauses, wanted.documents)), flush=True)
    for line in lines(wanted.out):
        print(json.dumps(line), flush=True)
        failed |= line.get("status", 0) != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
