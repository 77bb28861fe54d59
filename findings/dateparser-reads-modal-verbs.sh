#!/usr/bin/env bash
# Guess: a search for dates in a clause finds the one date that it states.
# Seen: it also finds dates in "We" (Wednesday), "may" (the month) and "90 days" (three months ago).
# Version: dateparser 1.5.0. Date: 2026-11-28.
# Why it matters: every clause says "we" and "may", so each would get a date of this year.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'dateparser==1.5.0'
echo "dateparser 1.5.0: search_dates takes the words We and may, and a period of days, for dates"
venv/bin/python - <<'PYTHON'
from dateparser.search import search_dates

clause = "We keep logs for 90 days. You may cancel. Effective May 25, 2018."
seen = [words for words, _ in search_dates(clause)]
print(seen)
assert seen == ["We", "90 days", "may", "May 25, 2018"], seen
whole = {"REQUIRE_PARTS": ["day", "month", "year"]}
seen = [words for words, _ in search_dates(clause, languages=["en"], settings=whole)]
print("one language, and all parts required:", seen)
assert seen == ["90 days", "May 25, 2018"], seen
PYTHON
