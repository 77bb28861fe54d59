#!/usr/bin/env bash
# Guess: /terms and /Terms, and acme.example and www.acme.example, are different captures in replay.
# Seen: the index key folds case and drops www: asked for /Terms of January, pywb answers 200 with /terms, and the TimeMap lists all three as one.
# Version: pywb 2.10.0, cdxj-indexer 1.5.0, warcio 1.8.1. Date: 2026-11-28.
# Why it matters: on a site where case matters, a citation by replay can show another document; compare the address of the memento.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'pywb==2.10.0' 'cdxj-indexer==1.5.0' 'warcio==1.8.1'
echo "pywb 2.10.0: three addresses under one key of the index, so that replay answers with another page"
venv/bin/python - <<'PYTHON'
import io
import logging
import subprocess
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

captures = (
    ("https://acme.example/terms", b"<p>terms of use</p>", "2024-01-01T00:00:00Z"),
    ("https://acme.example/Terms", b"<p>terms of sale</p>", "2024-02-01T00:00:00Z"),
    ("https://www.acme.example/terms", b"<p>terms of the shop</p>", "2024-03-01T00:00:00Z"),
)
with Path("a.warc.gz").open("wb") as file:
    writer = WARCWriter(file, gzip=True)
    for url, body, day in captures:
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        date = {"WARC-Date": day}
        writer.write_record(
            writer.create_warc_record(url, "response", io.BytesIO(body), http_headers=headers, warc_headers_dict=date)
        )
rows = subprocess.run(["venv/bin/cdxj-indexer", "-s", "a.warc.gz"], capture_output=True, text=True, check=True).stdout
keys = [row.split()[0] for row in rows.splitlines()]
print(keys)
assert keys == ["example,acme)/terms"] * 3, keys
for command in (["init", "a"], ["add", "a", "a.warc.gz"]):
    subprocess.run(["venv/bin/wb-manager", *command], capture_output=True, check=True)
logging.disable(logging.CRITICAL)
from pywb.apps.frontendapp import FrontEndApp
from werkzeug.test import Client

client = Client(FrontEndApp())
answer = client.get("/a/20240101000000id_/https://acme.example/Terms")
print(answer.status_code, answer.data)
assert (answer.status_code, answer.data) == (200, b"<p>terms of use</p>")
timemap = client.get("/a/timemap/link/https://acme.example/terms").text
assert timemap.count('rel="memento"') == 3, timemap
PYTHON
