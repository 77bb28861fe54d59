#!/usr/bin/env bash
# Guess: an Atom library reads entries of type xhtml, which RFC 4287 describes beside text and html.
# Seen: the entry is read without error, and its content is None.
# Version: atoma 0.0.17. Date: 2026-11-28.
# Why it matters: an entry that says what changed arrives empty; write type html.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'atoma==0.0.17'
echo "atoma 0.0.17: the content of an entry of type xhtml is None"
venv/bin/python - <<'PYTHON'
import atoma

FEED = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><id>tag:acme.example,2024:f</id>
<title>Acme</title><updated>2024-01-01T00:00:00Z</updated><entry><id>tag:acme.example,2024:1</id><title>One</title>
<updated>2024-01-01T00:00:00Z</updated>%s</entry></feed>"""
XHTML = '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>We sell data.</p></div></content>'
HTML = '<content type="html">&lt;p&gt;We sell data.&lt;/p&gt;</content>'
seen = [atoma.parse_atom_bytes((FEED % content).encode()).entries[0].content for content in (XHTML, HTML)]
print(seen)
assert seen[0] is None and seen[1].value == "<p>We sell data.</p>", seen
PYTHON
