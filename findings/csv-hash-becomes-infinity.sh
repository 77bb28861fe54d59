#!/usr/bin/env bash
# Guess: sqlite-utils insert --csv keeps the text of a column whose values are hashes or numbers with zeros in front.
# Seen: since 4.0 types are detected: 007 becomes 7, and short hashes such as 12e4567 become Infinity, all of them.
# Version: sqlite-utils 4.2.1. Date: 2026-11-28.
# Why it matters: an exported list of changes, loaded back, has lost its ids; give --no-detect-types.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'sqlite-utils==4.2.1'
echo "sqlite-utils 4.2.1: hex hashes that look like powers of ten are stored as Infinity"
venv/bin/python - <<'PYTHON'
import json
import subprocess
from pathlib import Path

Path("a.csv").write_text("document,hash\n007,12e4567\n008,13e9990\n")


def load(*options):
    Path("a.db").unlink(missing_ok=True)
    subprocess.run(["venv/bin/sqlite-utils", "insert", "a.db", "t", "a.csv", "--csv", *options], check=True)
    rows = subprocess.run(["venv/bin/sqlite-utils", "rows", "a.db", "t"], check=True, capture_output=True, text=True)
    return [tuple(row.values()) for row in json.loads(rows.stdout)]


seen = load()
print(seen)
assert seen == [(7, float("inf")), (8, float("inf"))], seen
seen = load("--no-detect-types")
print("--no-detect-types:", seen)
assert seen == [("007", "12e4567"), ("008", "13e9990")], seen
PYTHON
