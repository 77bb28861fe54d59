#!/usr/bin/env bash
# Guess: a similarity of 100 means that two clauses have the same words.
# Seen: token_set_ratio is 100 when one is contained in the other: "we do not sell" and "we do sell", or a clause that gained eight words.
# Version: rapidfuzz 3.14.6. Date: 2026-11-28.
# Why it matters: a threshold on it calls the changes that matter most no change.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'rapidfuzz==3.14.6'
echo "rapidfuzz 3.14.6: 100 of 100 for a clause and its opposite"
venv/bin/python - <<'PYTHON'
from rapidfuzz import fuzz

pairs = (
    ("We do not sell your data.", "We do sell your data."),
    ("We keep your data", "We keep your data for ninety days and share it with advertisers"),
)
seen = [fuzz.token_set_ratio(*pair) for pair in pairs]
print(seen)
assert seen == [100.0, 100.0], seen
assert all(fuzz.ratio(*pair) < 95 for pair in pairs)
PYTHON
