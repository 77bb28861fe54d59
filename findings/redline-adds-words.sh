#!/usr/bin/env bash
# Guess: htmldiff shows words that were inserted or deleted, and a link whose address changed shows none.
# Seen: it writes the addresses themselves into the text as "Link: ...", and marks the unchanged word after the link as changed.
# Version: lxml 6.1.3. Date: 2026-11-28.
# Why it matters: addresses in policies rotate every night; each night would show a change of words.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'lxml==6.1.3'
echo "lxml 6.1.3: htmldiff of two texts with the same words shows inserted and deleted words"
venv/bin/python - <<'PYTHON'
from lxml.html import fromstring
from lxml.html.diff import htmldiff

page = '<p>See our <a href="/p?v=%d">policy</a> now.</p>'
seen = htmldiff(page % 1, page % 2)
print(seen)
assert fromstring(page % 1).text_content() == fromstring(page % 2).text_content()
root = fromstring(seen)
marked = [node.text_content().strip() for node in root.iter("ins", "del")]
assert marked == ["Link: /p?v=2", "now.", "Link: /p?v=1  now."], marked
PYTHON
