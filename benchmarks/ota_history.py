"""Write an Open Terms Archive style repository of any size: real texts first, then generated edits of them.

    python benchmarks/ota_history.py OUT.git [--versions 40000] [--documents 100] [--seed 1]

The texts are those that the peer recorded in the replay corpus (``$TOSTRACK_SHARED/replay``, else ``../shared/replay``
beside the repository), cut and joined to the sizes of a public collection (45 KB in the mean). Each document begins
with its real versions; then every version is one of the kinds that 44,429 recorded changes fell into: three in ten go
back to a text seen before, mostly the last but one; a quarter change a link; the rest change words, numbers, add, drop
or move clauses, two at the median, six at the ninetieth percentile. Nothing is said twice: what is added is a
clause of another document with some words changed, so that no store gains by finding it again.
Says how long `git fast-import` took on the stream, which is made before the clock starts.
"""

import argparse
import collections
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tostrack.importers.git_repository import clean_environment

SHARED = Path(os.environ.get("TOSTRACK_SHARED", Path(__file__).resolve().parents[2] / "shared"))
START = datetime(2016, 1, 4, tzinfo=UTC)
SMALLEST, TYPICAL = 12_000, 45_000


def real_histories() -> dict[tuple[str, str], list[str]]:
    """Return the peer's texts by service and document, in their order, each text once."""
    sys.path.insert(0, str(SHARED / "replay"))
    from replay_server import Corpus

    corpus = Corpus(str(SHARED / "replay"))
    found: dict[tuple[str, str], dict[str, None]] = collections.defaultdict(dict)
    with (SHARED / "replay" / "manifest.jsonl").open() as manifest:
        for record in sorted(map(json.loads, manifest), key=lambda each: each["fetched_at"]):
            if record.get("peer_markdown"):
                found[record["service"], record["document"].partition(" #")[0]][record["peer_markdown"]] = None
    return {
        name: [corpus.body(body).decode("utf-8", "replace") for body in bodies]
        for name, bodies in sorted(found.items())
    }


class Editor:
    """Makes the next text of a document out of the last ones, as real pages do."""

    def __init__(self, texts: list[str], seed: int) -> None:
        self.chance = random.Random(seed)
        self.clauses = [line for text in texts for line in text.split("\n") if len(line) > 40]
        self.words = re.findall(r"[a-z]{3,}", " ".join(self.clauses[:5000]))

    def first(self, text: str) -> str:
        """Return *text*, filled up to a typical size with clauses of others where it is small."""
        lines = text.split("\n")
        wanted = max(SMALLEST, int(self.chance.lognormvariate(0, 0.6) * TYPICAL * 0.85))
        size = len(text)
        while size < wanted:
            added = self.new_clause()
            lines += ["", added]
            size += len(added) + 2
        return "\n".join(lines)[: 2 * wanted]

    def next(self, past: list[str]) -> str:
        """Return the next text of a document with the texts *past*, the newest last."""
        kind = self.chance.random()
        if kind < 0.30 and len(past) > 2:
            older = past[-2] if self.chance.random() < 0.8 else self.chance.choice(past[:-1])
            if older != past[-1]:
                return older
        lines = past[-1].split("\n")
        text = self.edited(lines, kind)
        return text if text != past[-1] else self.edited(past[-1].split("\n"), 1)

    def edited(self, lines: list[str], kind: float) -> str:
        if kind < 0.55 and (link := self.some(lines, lambda line: "](" in line)) is not None:
            token = f"{self.chance.getrandbits(40):x}"
            lines[link] = re.sub(r"\]\(([^)?\s]*)[^)\s]*", rf"](\1?ref={token}", lines[link], count=1)
            return "\n".join(lines)
        if kind < 0.60 and (dated := self.some(lines, lambda line: any(map(str.isdigit, line)))) is not None:
            lines[dated] = re.sub(r"\d+", lambda _: str(self.chance.randint(1, 90)), lines[dated], count=1)
            return "\n".join(lines)
        for _ in range(min(60, int(self.chance.lognormvariate(0.4, 1.0)) + 1)):
            self.edit_one(lines)
        return "\n".join(lines)

    def edit_one(self, lines: list[str]) -> None:
        at = self.some(lines, lambda line: len(line) > 40)
        what = self.chance.random()
        if at is None or what < 0.22:
            lines[(at or 0) : (at or 0)] = [self.new_clause(), ""]
        elif what < 0.85:
            lines[at] = self.reworded(lines[at], self.chance.randint(1, 2))
        elif what < 0.95:
            del lines[at : at + 2]
        else:
            line = lines.pop(at)
            lines[(place := self.chance.randrange(len(lines))) : place] = ["", line, ""]

    def some(self, lines: list[str], fits) -> int | None:
        for _ in range(40):
            if fits(lines[at := self.chance.randrange(len(lines))]):
                return at
        return None

    def new_clause(self) -> str:
        return self.reworded(self.chance.choice(self.clauses), 6)

    def reworded(self, line: str, times: int) -> str:
        words = line.split(" ")
        for _ in range(times):
            at = self.chance.randrange(len(words))
            place = self.chance.randrange(len(self.words) - 4)
            phrase = self.words[place : place + self.chance.randint(0, 4)]
            words[at : at + self.chance.randint(0, 3)] = phrase
            words = words or ["We"]
        return " ".join(words)


def histories(versions: int, documents: int, seed: int) -> list[tuple[str, str, list[str]]]:
    """Return service, type of terms and texts of *documents* documents with *versions* versions in all."""
    real = real_histories()
    names = list(real)
    editor = Editor([texts[-1] for texts in real.values()], seed)
    # A few documents change all the time and most hardly ever: half of all versions are those of a tenth of them.
    weights = [1 / (place + 3) for place in range(documents)]
    found = []
    for place in range(documents):
        service, terms = names[place % len(names)]
        again = place // len(names)
        count = max(2, round(versions * weights[place] / sum(weights)))
        texts = [editor.first(text) for text in real[service, terms][-1:]] if again else list(real[service, terms])
        texts = [editor.first(text) for text in texts] if len(texts) == 1 else texts
        while len(texts) < count:
            texts.append(editor.next(texts))
        found.append((f"{service} {again + 1}" if again else service, terms, texts[:count]))
    return found


def commits(found: list[tuple[str, str, list[str]]], seed: int) -> list[tuple[datetime, str, str, str, str]]:
    """Return time, subject, service, type of terms and text of every commit, in their order."""
    chance = random.Random(seed)
    rows = []
    for service, terms, texts in found:
        step = timedelta(days=3650) / len(texts)
        begins = START + timedelta(minutes=chance.randrange(600_000 // 60))
        for number, text in enumerate(texts):
            when = begins + number * step + timedelta(minutes=chance.randrange(max(1, int(step.total_seconds()) // 60)))
            upgrade = number and chance.random() < 0.045
            subject = "Apply technical or declaration upgrade on" if upgrade else "Record new changes of"
            rows.append((when, subject if number else "First record of", service, terms, text))
    return sorted(rows, key=lambda row: row[0])


def stream(rows: list[tuple[datetime, str, str, str, str]], chance: random.Random) -> Iterator[bytes]:
    """Yield what `git fast-import` reads."""
    who = "Open Terms Archive Bot <bot@example.org>"
    for when, subject, service, terms, text in rows:
        snapshot = f"{chance.getrandbits(160):040x}"
        message = (
            f"{subject} {service} {terms}\n\n"
            f"This version was recorded after extracting from snapshot "
            f"https://github.com/example/demo-snapshots/commit/{snapshot}\n"
        ).encode()
        at = f"{int(when.timestamp())} +0000"
        body = text.encode()
        path = f'"{service}/{terms}.md"'
        yield f"commit refs/heads/main\nauthor {who} {at}\ncommitter {who} {at}\ndata {len(message)}\n".encode()
        yield message
        yield f"M 100644 inline {path}\ndata {len(body)}\n".encode() + body + b"\n"


def build(out: Path, versions: int, documents: int, seed: int) -> float:
    """Make the bare repository *out*; return the seconds that `git fast-import` took."""
    rows = commits(histories(versions, documents, seed), seed)
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(out)), check=True, env=clean_environment())
    spool = out.with_suffix(".stream")
    with spool.open("wb") as file:
        file.writelines(stream(rows, random.Random(seed)))
    size = sum(len(row[4].encode()) for row in rows)
    distinct = len({(row[2], row[3], row[4]) for row in rows})
    print(
        f"{len(rows)} versions, {distinct} distinct, {size / 1e6:.0f} MB of text, {size / len(rows) / 1e3:.1f} KB each"
    )
    started = time.monotonic()
    with spool.open("rb") as file:
        subprocess.run(
            ("git", "-C", str(out), "fast-import", "--quiet"), stdin=file, check=True, env=clean_environment()
        )
    took = time.monotonic() - started
    spool.unlink()
    print(f"git fast-import: {took:.1f} s, {len(rows) / took:.0f} versions/s")
    return took


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--versions", type=int, default=40_000)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    build(given.out, given.versions, given.documents, given.seed)


if __name__ == "__main__":
    main()
