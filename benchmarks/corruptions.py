"""Damage an archive file at random and count what neither `tostrack archive verify` nor a reader notices.

    python benchmarks/corruptions.py [--count 10000] [--seed 1]

A bit flipped, bytes overwritten, a page zeroed or swapped, the file cut: then either verify names it, or every text,
change and date reads as before. Nothing may end in a traceback.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from small_archive import build

from tostrack.archive import Archive
from tostrack.archive.verify import verify
from tostrack.errors import StoreError

PAGE = 4096


def damage(original: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Return what was done, and the damaged bytes."""
    spoilt = bytearray(original)
    way = chance.choice(("flip", "flip", "flip", "overwrite", "zero", "swap", "cut"))
    at = chance.randrange(len(original))
    page = at // PAGE * PAGE
    if way == "flip":
        spoilt[at] ^= 1 << chance.randrange(8)
    elif way == "overwrite":
        length = chance.randint(1, 64)
        spoilt[at : at + length] = chance.randbytes(len(spoilt[at : at + length]))
    elif way == "zero":
        spoilt[page : page + PAGE] = bytes(PAGE)
    elif way == "swap":
        other = chance.randrange(len(original) // PAGE) * PAGE
        spoilt[page : page + PAGE], spoilt[other : other + PAGE] = (
            original[other : other + PAGE],
            original[page : page + PAGE],
        )
    else:
        del spoilt[at:]
    return f"{way} at {at}", bytes(spoilt)


def content(path: Path) -> list[object]:
    """Return all that a reader sees of texts, changes, flags, suspects and reviews."""
    with Archive(path) as archive:
        found: list[object] = []
        for row in archive.documents():
            for version in archive.versions(row.service, row.document):
                found += [version, archive.reading(version)]
        changes, services = archive.changes(), archive.services()
        flags = [flag for service in services for flag in archive.flags(service)]
        return [*found, *changes, *archive.load_changes(changes), *flags, *archive.suspects(), *archive.reviews()]


def run(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Damage *count* times; yield what was done and what came of it: found, harmless, SILENT or a traceback's name."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        build(folder, seed=seed)
        database = folder / "tostrack.db"
        original, expected = database.read_bytes(), content(database)
        for _ in range(count):
            done, spoilt = damage(original, chance)
            if spoilt == original:
                continue
            database.write_bytes(spoilt)
            try:
                if not verify(database, folder / "snapshots").sound:
                    yield done, "found"
                elif content(database) == expected:
                    yield done, "harmless"
                else:
                    yield done, "SILENT"
            except StoreError:
                yield done, "found by the reader only"
            except Exception as error:  # noqa: BLE001 - a traceback is what we look for
                yield done, f"{type(error).__name__}: {error}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tally: Counter[str] = Counter()
    for done, outcome in run(arguments.count, arguments.seed):
        tally[outcome[:60]] += 1
        if outcome not in ("found", "harmless"):
            print(f"{done}: {outcome}"[:300], flush=True)
    print(f"{sum(tally.values())} corruptions, seed {arguments.seed}: {dict(tally)}")
    raise SystemExit(bool(tally.keys() - {"found", "harmless"}))


if __name__ == "__main__":
    main()
