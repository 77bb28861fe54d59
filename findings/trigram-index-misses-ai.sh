#!/usr/bin/env bash
# Guess: a trigram index, made for parts of words, finds the word "AI".
# Seen: a word of fewer than three letters finds nothing and raises nothing; LIKE on the same table finds the row.
# Version: SQLite 3.54.1 (apsw 3.54.1.0). Date: 2026-11-28.
# Why it matters: "AI", "ad" and "EU" are what people search terms for; an empty answer looks like "not in the terms".
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'apsw==3.54.1.0'
echo "SQLite FTS5, trigram tokenizer: MATCH 'AI' finds nothing in a text about AI"
venv/bin/python - <<'PYTHON'
import apsw

print("SQLite", apsw.sqlite_lib_version())
base = apsw.Connection(":memory:")
base.execute("create virtual table clauses using fts5(text, tokenize='trigram')")
base.execute("insert into clauses values ('We train AI models on your ads.')")
seen = {
    word: base.execute("select count(*) from clauses where clauses match ?", (word,)).fetchone()[0]
    for word in ("AI", "ads", "models")
}
seen["like %AI%"] = base.execute("select count(*) from clauses where text like '%AI%'").fetchone()[0]
print(seen)
assert seen == {"AI": 0, "ads": 1, "models": 1, "like %AI%": 1}, seen
PYTHON
