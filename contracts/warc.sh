#!/usr/bin/env bash
# `export warc`: warcio checks it, cdxj-indexer lists it, and pywb replays each capture as it was stored.
. "$(dirname "$0")/lib.sh"
with_python venv warcio==1.8.1 cdxj-indexer==1.5.0 pywb==2.10.0
# Saved pages have names, not addresses: with spaces and letters that no URI has.
cp -R "$DEMO" demo
mkdir -p "demo/saved/Acme/Terms of Use"
for year in 2022 2023; do
  "$PYTHON" -c "import sys; print('<main><h1>Terms</h1>', *(f'<p>In {sys.argv[1]} you may use it {n} days.</p>' for n in range(20)), '</main></html>')" \
    "$year" > "demo/saved/Acme/Terms of Use/$year-03-01 Términos de uso.html"
done
(cd demo && "$TOSTRACK" import folder saved && "$TOSTRACK" export warc -o ../all.warc.gz) > made.log 2>&1 || { cat made.log; exit 1; }
venv/bin/warcio check all.warc.gz
venv/bin/cdxj-indexer -s all.warc.gz > index.cdxj 2> index.log
if grep invalid index.log; then exit 1; fi
venv/bin/wb-manager init demo > pywb.log 2>&1
venv/bin/wb-manager add demo all.warc.gz >> pywb.log 2>&1
venv/bin/python - <<'PYTHON' > replay.log 2>> pywb.log || { cat replay.log; tail -20 pywb.log; exit 1; }
import json
import logging
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

logging.disable(logging.CRITICAL)
from pywb.apps.frontendapp import FrontEndApp
from werkzeug.test import Client

rows = [json.loads(line.split(" ", 2)[2]) | {"at": line.split()[1]} for line in Path("index.cdxj").read_text().splitlines()]
with Path("all.warc.gz").open("rb") as file:
    records = [
        (r.rec_headers["WARC-Target-URI"], "".join(filter(str.isdigit, r.rec_headers["WARC-Date"]))[:14], r.content_stream().read())
        for r in ArchiveIterator(file)
        if r.rec_type in ("response", "resource")
    ]
assert sum(url.startswith("file:///") for url, _, _ in records) == 2
assert {(url, at) for url, at, _ in records} <= {(row["url"], row["at"]) for row in rows}
client = Client(FrontEndApp())
for url, at, body in records:
    answer = client.get(f"/demo/{at}id_/{url}")
    assert answer.status_code == 200, (url, at, answer.status_code)
    assert answer.data == body, (url, at)
revisits = [row for row in rows if row["mime"] == "warc/revisit"]
for row in revisits:
    answer = client.get(f"/demo/{row['at']}id_/{row['url']}")
    assert answer.status_code == 200 and answer.data, row
print(f"warcio 1.8.1, cdxj-indexer 1.5.0, pywb 2.10.0: {len(records)} captures and {len(revisits)} revisits replayed")
PYTHON
tail -1 replay.log
