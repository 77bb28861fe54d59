#!/usr/bin/env bash
# Guess: the library that writes "1 mars 2024" for a French reader also reads it back.
# Seen: parse_date knows numbers only: its own long and medium formats end in an IndexError.
# Version: babel 2.19.0. Date: 2026-11-28.
# Why it matters: "last updated" lines spell the month in most languages; a tracker needs its own month names.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'babel==2.19.0'
echo "babel 2.19.0: parse_date cannot read the dates that format_date writes"
venv/bin/python - <<'PYTHON'
from datetime import date

from babel.dates import format_date, parse_date

day = date(2024, 3, 1)
seen = {}
for locale in ("en_US", "fr", "de", "pl"):
    for form in ("long", "short"):
        text = format_date(day, form, locale=locale)
        try:
            seen[locale, form] = parse_date(text, locale=locale).isoformat()
        except IndexError as error:
            seen[locale, form] = type(error).__name__
        print(locale, form, repr(text), "->", seen[locale, form])
assert all((result == "IndexError") == (form == "long") for (_, form), result in seen.items()), seen
PYTHON
