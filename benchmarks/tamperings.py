"""Tamper with archives by SQL, the triggers dropped, and count what `archive verify` does not find or misplaces.

    python benchmarks/tamperings.py [--count 1000] [--seed 1]

Each tampering changes a column, deletes, copies or swaps rows of what the archive vouches for, on a fresh copy. It must
be found, and named by the document (and, where a version is concerned, the version) that it is in.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from small_archive import build

from tostrack.archive.verify import Report, verify

#: Columns that the archive vouches for, by table. Ids are changed through the rows that name them.
VOUCHED = {
    "_versions": ("number", "seen_at", "origin_id", "sha256", "key_sha256", "hash"),
    "clauses": ("kind", "text"),
    "_spans": ("since", "until", "rank", "clause_id"),
    "snapshots": ("chain", "fetched_at", "status", "headers", "sha256", "path", "size"),
    "judgements": (
        *("from_version", "occasion", "verdict", "reason", "explanation"),
        *("added", "removed", "reworded", "moved", "announced"),
    ),
    "_judgement_flags": ("hunk", "direction", "find_id", "judgement_id"),
    "_finds": ("topic", "polarity", "quote", "start", "end", "rule"),
    "judgement_facts": ("hunk", "kind", "old", "new", "sentence", "judgement_id"),
    "version_snapshots": ("page", "snapshot_id"),
    "heads": ("hash",),
}
_WHOLE_ROWS = (
    "_versions",
    "_spans",
    "judgements",
    "_judgement_flags",
    "judgement_facts",
    "version_snapshots",
    "heads",
)
_WAYS = ("change", "change", "swap", "delete", "copy")
_PRIMARY = {"version_snapshots": "version_id, page", "heads": "document_id", "_spans": "document_id, until, rank"}
#: What must differ in a copied row.
_KEYS = {"_versions": ("number",), "_spans": ("rank",), "version_snapshots": ("page",)}
_OF_VERSION = {
    "_versions": "SELECT id FROM _versions WHERE id = ?",
    "clauses": "SELECT version_id FROM version_clauses WHERE clause_id = ?",
    "snapshots": "SELECT version_id FROM version_snapshots WHERE snapshot_id = ?",
    "judgements": "SELECT to_version FROM judgements WHERE id = ?",
    "_finds": "SELECT j.to_version FROM _judgement_flags f JOIN judgements j ON j.id = f.judgement_id "
    "WHERE f.find_id = ?",
    "_judgement_flags": "SELECT j.to_version FROM _judgement_flags f JOIN judgements j ON j.id = f.judgement_id "
    "WHERE f.id = ?",
    "judgement_facts": "SELECT j.to_version FROM judgement_facts f JOIN judgements j ON j.id = f.judgement_id "
    "WHERE f.id = ?",
}


def other(value: object, chance: random.Random) -> object:
    """Return another value of the same type."""
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 7))
    if isinstance(value, float):
        return value + chance.choice((-2000.0, 1500.0))
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    text = str(value or "")
    if not text:
        return "x"
    at = chance.randrange(len(text))
    return text[:at] + chance.choice("abcdefgh0123".replace(text[at], "")) + text[at + 1 :]


def tamper(connection: sqlite3.Connection, chance: random.Random) -> tuple[str, set[tuple[str, int]]]:
    """Change something; return what, and the versions that it is in, by document and number; empty when it is not."""
    table = chance.choice(list(VOUCHED))
    key = _PRIMARY.get(table, "id")
    rows = connection.execute(f"SELECT {key} FROM {table}").fetchall()
    if not rows:
        return "", set()
    row, another = chance.choice(rows), chance.choice(rows)
    where = " AND ".join(f"{name.strip()} = ?" for name in key.split(","))
    places = _places(connection, table, row)
    column = chance.choice(VOUCHED[table])
    way = chance.choice(_WAYS if table in _WHOLE_ROWS else ("change", "swap"))
    if (table, way) == ("heads", "copy") or (table == "_finds" and not places):
        return "", places  # what is in no text and no judgement
    if way == "delete":
        connection.execute(f"DELETE FROM {table} WHERE {where}", row)
    elif way == "copy":
        names = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "id"]
        listed = ", ".join(f'"{name}"' for name in names)
        found = connection.execute(f"SELECT {listed} FROM {table} WHERE {where}", row).fetchone()
        values = dict(zip(names, found, strict=True))
        values.update({name: values[name] + 1 for name in _KEYS.get(table, ())})
        if table == "judgements":
            values["occasion"] = "settled"
        marks = ", ".join("?" * len(names))
        connection.execute(f"INSERT INTO {table} ({listed}) VALUES ({marks})", [*values.values()])
    else:
        query = f'SELECT "{column}" FROM {table} WHERE {where}'
        old, swapped = (connection.execute(query, each).fetchone()[0] for each in (row, another))
        new = swapped if way == "swap" else other(old, chance)
        if new == old:
            return "", places
        connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE {where}', (new, *row))
        if way == "swap":
            connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE {where}', (old, *another))
        return f"{way} {table}.{column} of {row}: {old!r} -> {new!r}"[:200], places
    return f"{way} {table} {row}", places


def content(connection: sqlite3.Connection) -> list[list[tuple]]:
    """Return the rows of every table without their ids: what swaps of equals leave as it was.

    A rank is no more than the order that it gives to texts.
    """
    found = [sorted(connection.execute("SELECT version_id, position, clause_id FROM version_clauses"))]
    for table in VOUCHED:
        names = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
        own = [
            f'"{name}"'
            for name in names
            if name not in ("id", "rank") or (name == "id" and table in ("clauses", "_finds"))
        ]
        found.append(sorted(connection.execute(f"SELECT {', '.join(own)} FROM {table}"), key=repr))
    return found


def _places(connection: sqlite3.Connection, table: str, row: tuple) -> set[tuple[str, int]]:
    numbered = (
        "SELECT s.slug || '/' || d.slug, v.number FROM _versions v JOIN documents d ON d.id = v.document_id "
        "JOIN services s ON s.id = d.service_id WHERE "
    )
    if table == "heads":
        return set(connection.execute(f"{numbered} v.document_id = ?", row))
    if table == "_spans":
        query = f"{numbered} v.document_id = ?1 AND v.number < ?2 AND v.number >= "
        since = "(SELECT since FROM _spans WHERE document_id = ?1 AND until = ?2 AND rank = ?3)"
        return set(connection.execute(query + since, row))
    ids = [row[0]] if table == "version_snapshots" else [n for (n,) in connection.execute(_OF_VERSION[table], row)]
    return {place for each in ids for place in connection.execute(f"{numbered} v.id = ?", (each,))}


def placed(report: Report, places: set[tuple[str, int]]) -> bool:
    """Whether a finding names one of *places*; what no version uses can only be found.

    A row that is gone is named where it is missed: at the version behind it, or at the one that is the last now.
    """
    named = {(finding.document, finding.version) for finding in report.findings}
    near = {(document, number + step) for document, number in places for step in (-1, 0, 1)}
    return not places or bool(named & near)


def drop_triggers(connection: sqlite3.Connection) -> list[str]:
    """Drop the triggers; return how they were defined."""
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    return [sql for _, sql in triggers]


def run(count: int, seed: int) -> Iterator[tuple[str, bool, bool, Report]]:
    """Tamper *count* times; yield what was done, whether it was found, and whether it was placed."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        whole, broken = Path(scratch, "whole.d"), Path(scratch, "broken.d")
        build(whole, seed=seed)
        shutil.copytree(whole, broken)
        database = broken / "tostrack.db"
        assert verify(database, broken / "snapshots").sound
        original = database.read_bytes()
        for _ in range(count):
            database.write_bytes(original)
            connection = sqlite3.connect(database)
            triggers = drop_triggers(connection)
            done = ""
            while not done:
                try:
                    before = content(connection)
                    done, places = tamper(connection, chance)
                    if content(connection) == before:
                        done = ""
                except sqlite3.IntegrityError:
                    connection.rollback()
                    drop_triggers(connection)
            # A careful forger puts the triggers back.
            for sql in triggers:
                connection.execute(sql)
            connection.commit()
            connection.close()
            report = verify(database, broken / "snapshots")
            yield done, not report.sound, placed(report, places), report


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tally: Counter[str] = Counter()
    for done, found, right, _ in run(arguments.count, arguments.seed):
        tally["found" if found else "missed"] += 1
        tally["placed" if right else "misplaced"] += 1
        if not (found and right):
            print(f"{'misplaced' if found else 'MISSED'}: {done}")
    print(f"{arguments.count} tamperings, seed {arguments.seed}: {dict(tally)}")
    raise SystemExit(tally["missed"] + tally["misplaced"] > 0)


if __name__ == "__main__":
    main()
