#!/usr/bin/env bash
# Guess: Datasette searches a view when fts_table and fts_pk are set, by rowid too, which is its default for a table.
# Seen: with fts_pk rowid the search of a view answers no rows, without an error: a view has no rowid. A key column in the view is needed.
# Version: datasette 0.65.5. Date: 2026-11-28.
# Why it matters: the views are what people open; an empty search reads as "no clause says so".
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'datasette==0.65.5'
echo "datasette 0.65.5: search on a view by rowid answers nothing; by a key column it answers"
venv/bin/python - <<'PYTHON'
import asyncio
import sqlite3

from datasette.app import Datasette

base = sqlite3.connect("a.db")
base.executescript("""
create table clauses (id integer primary key, text text, day text);
insert into clauses values (1, 'We sell your data.', '2024-01-01');
create virtual table clauses_fts using fts5(text, content='clauses', content_rowid='id');
insert into clauses_fts (clauses_fts) values ('rebuild');
create view by_rowid as select text, day from clauses;
create view by_key as select id, text, day from clauses;
""")
base.commit()
tables = {
    "by_rowid": {"fts_table": "clauses_fts", "fts_pk": "rowid"},
    "by_key": {"fts_table": "clauses_fts", "fts_pk": "id"},
}


async def count(view):
    datasette = Datasette(["a.db"], metadata={"databases": {"a": {"tables": tables}}})
    answer = await datasette.client.get(f"/a/{view}.json?_search=sell&_shape=array")
    assert answer.status_code == 200, answer.text
    return len(answer.json())


seen = {view: asyncio.run(count(view)) for view in tables}
print(seen)
assert seen == {"by_rowid": 0, "by_key": 1}, seen
PYTHON
