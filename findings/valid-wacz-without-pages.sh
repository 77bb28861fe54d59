#!/usr/bin/env bash
# Guess: wacz create --detect-pages finds one page for each HTML answer in the WARC.
# Seen: it finds only pages that another request named as referrer: a WARC of policies gives a WACZ without a page, and wacz validate calls it valid.
# Version: wacz 0.6.0, warcio 1.8.1. Date: 2026-11-28.
# Why it matters: crawlers of single pages send no referrer; the file opens in a player as an empty list. Write pages.jsonl yourself.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'wacz==0.6.0' 'warcio==1.8.1'
echo "wacz 0.6.0: two HTML pages in the WARC, none in the WACZ"
venv/bin/python - <<'PYTHON'
import io
import subprocess
import zipfile
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

with Path("a.warc.gz").open("wb") as file:
    writer = WARCWriter(file, gzip=True)
    for name in ("terms", "privacy"):
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        body = io.BytesIO(b"<title>Acme</title><p>Terms.</p>")
        writer.write_record(writer.create_warc_record(f"https://acme.example/{name}", "response", body, http_headers=headers))


def wacz(*arguments):
    return subprocess.run(["venv/bin/wacz", *arguments], capture_output=True, text=True, check=True).stdout


made = wacz("create", "--detect-pages", "-o", "a.wacz", "a.warc.gz")
checked = wacz("validate", "-f", "a.wacz")
names = zipfile.ZipFile("a.wacz").namelist()
print([line for line in made.splitlines() if "Pages" in line], names, checked.strip().splitlines()[-1])
assert "Num Pages Detected: 0" in made, made
assert not any(name.startswith("pages/") for name in names), names
assert "valid" in checked, checked
PYTHON
