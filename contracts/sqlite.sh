#!/usr/bin/env bash
# sqlite-utils reads every table and view and loads our CSV back without loss; sql.js reads every view without FTS5.
. "$(dirname "$0")/lib.sh"
with_python venv sqlite-utils==4.2.1
with_npm sql.js@1.16.0
cp "$DEMO/tostrack.db" tostrack.db
venv/bin/sqlite-utils insert back.db changes "$MADE/changes.csv" --csv > log 2>&1
venv/bin/python - <<'PYTHON'
import csv
import os
from pathlib import Path

from sqlite_utils import Database

db = Database("tostrack.db")
rows = {name: len(list(db[name].rows)) for name in [*db.table_names(), *db.view_names()]}
assert rows["changes"] and rows["texts"]
with Path(os.environ["MADE"], "changes.csv").open(newline="") as file:
    written = list(csv.DictReader(file))
back = list(Database("back.db")["changes"].rows)
assert [{key: str(value) for key, value in row.items()} for row in back] == written, (back[0], written[0])
print(f"sqlite-utils 4.2.1: {len(rows)} tables and views, {len(written)} changes loaded back")
PYTHON
node - <<'SCRIPT'
const assert = require("node:assert");
const { readFileSync } = require("node:fs");
(async () => {
  const database = new (await require("sql.js")()).Database(readFileSync("tostrack.db"));
  const views = database.exec("SELECT name FROM sqlite_master WHERE type = 'view'")[0].values.flat();
  const failed = views.filter((view) => { try { database.exec(`SELECT * FROM ${view} LIMIT 5`); return false; } catch (error) { console.log(view, error.message); return true; } });
  console.log(`sql.js 1.16.0: ${views.length - failed.length} of ${views.length} views`);
  assert.deepStrictEqual(failed, []);
  assert.ok(database.exec("SELECT * FROM changes")[0].values.length);
})().catch((error) => { console.error(error); process.exit(1); });
SCRIPT
