#!/usr/bin/env bash
# Guess: the reader of feeds that most Python programs use reads a JSON Feed, a format of 2017, or refuses it.
# Seen: it returns normally, with no entries and no version; only `bozo` is set, as for any feed with a small mistake.
# Version: feedparser 6.0.14. Date: 2026-11-28.
# Why it matters: who subscribes a program to .feed.json sees a feed without changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check feedparser==6.0.14
echo "feedparser 6.0.14: a JSON Feed is a feed without entries"
cat > ask.py <<'PYTHON'
import json

import feedparser

ENTRY = {"id": "urn:x:1", "url": "https://acme.example/1", "title": "Terms", "content_html": "<p>We may share data.</p>"}
FEED = {"version": "https://jsonfeed.org/version/1.1", "title": "Changes", "items": [ENTRY]}
found = feedparser.parse(json.dumps(FEED))
print(repr(found.version), len(found.entries), bool(found.bozo), type(found.bozo_exception).__name__)
# The same mark, for a feed that is read all the same.
found = feedparser.parse("<rss version='2.0'><channel><item><title>Terms & more</title></item></channel></rss>")
print(repr(found.version), len(found.entries), bool(found.bozo), type(found.bozo_exception).__name__)
PYTHON
venv/bin/python ask.py | tee seen
diff seen - <<'EXPECTED'
'' 0 True SAXParseException
'rss20' 1 True SAXParseException
EXPECTED
