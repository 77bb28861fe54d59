#!/usr/bin/env bash
# Guess: renaming a column with sqlite-utils transform keeps the triggers of the table, so that its search index goes on following it.
# Seen: all triggers are gone without a message; old rows are found, a clause that is added later never is.
# Version: sqlite-utils 4.2.1. Date: 2026-11-28.
# Why it matters: on an archive it also drops the triggers that refuse to change or delete what was recorded.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check sqlite-utils==4.2.1
echo "sqlite-utils 4.2.1: transform drops the triggers of a table"
cat > ask.py <<'PYTHON'
import sqlite_utils

clauses = sqlite_utils.Database("terms.db")["clauses"]
clauses.insert({"id": 1, "words": "We share your data.", "at": 1}, pk="id")
clauses.enable_fts(["words"], create_triggers=True)
print("triggers:", len(clauses.triggers))
clauses.transform(rename={"at": "place"})
print("triggers after transform:", len(clauses.triggers))
clauses.insert({"id": 2, "words": "We sell your data.", "place": 2})
for word in ("share", "sell"):
    print(f"{word}:", [row["id"] for row in clauses.search(word)])
PYTHON
venv/bin/python ask.py | tee seen
diff seen - <<'EXPECTED'
triggers: 3
triggers after transform: 0
share: [1]
sell: []
EXPECTED
