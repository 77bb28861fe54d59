#!/usr/bin/env bash
# Datasette 0.65 and 1.0 show every view, run the stored queries, find clauses in tables and views, and hide bookkeeping,
# given what `archive.datasette` writes and no plugin.
. "$(dirname "$0")/lib.sh"
cp "$DEMO/tostrack.db" tostrack.db
cp "$MADE/metadata.json" metadata.json
cat > ask.py <<'PYTHON'
import asyncio
import json
import sys
from importlib.metadata import version

from datasette.app import Datasette

written = json.load(open("metadata.json"))
# 1.0 takes stored queries from the configuration and descriptions from the metadata, 0.65 both from the metadata.
options = {"metadata": written} if version("datasette").startswith("0.") else {"metadata": written, "config": written}


async def ask():
    served = Datasette([], immutables=["tostrack.db"], **options)
    await served.invoke_startup()

    async def get(path):
        answer = await served.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        return answer

    async def rows(path):
        return (await get(path)).json()

    for view in "latest changes clauses_now flags_by_month texts versions documents judgements".split():
        assert len(await rows(f"/tostrack/{view}.json?_shape=array&_size=1")) == 1, view
    counts = {}
    for table in ("clauses", "clauses_now", "texts"):
        found = await rows(f"/tostrack/{table}.json?_search=sub-licensable&_shape=array")
        assert found and all("licensable" in row["text"] for row in found), (table, found)
        assert 'type="search"' in (await get(f"/tostrack/{table}")).text, table
        counts[table] = len(found)
    for query in ("what_changed", "who_says_so?words=worldwide", "the_text_now?service=lumora&document=terms"):
        name, _, asked = query.partition("?")
        counts[name] = len(await rows(f"/tostrack/{name}.json?_shape=array&{asked}"))
    assert all(counts.values()), counts
    shown = {table["name"] for table in (await rows("/tostrack.json"))["tables"] if not table["hidden"]}
    assert not shown & {"subscribers", "outbox", "meta", "_spans"}, shown
    assert "What changed that matters, newest first" in (await get("/tostrack")).text
    assert "every judged change, with its verdict" in (await get("/tostrack/changes")).text
    await get("/")
    print(f"Datasette {version('datasette')}: rows {counts}")


asyncio.run(ask())
PYTHON
for version in 0.65.5 1.0a41; do
  with_python "$version" "datasette==$version"
  "$version/bin/python" ask.py
  # The command of docs/archive.md.
  options=(--metadata metadata.json)
  [ "$version" = 0.65.5 ] || options+=(--config metadata.json)
  "$version/bin/datasette" tostrack.db "${options[@]}" --get '/tostrack/what_changed.json?_shape=array' | grep -q explanation
done
