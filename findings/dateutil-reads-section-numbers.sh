#!/usr/bin/env bash
# Guess: fuzzy parsing of "Section 5. Effective date: March 1, 2024" gives 1 March 2024, or an error.
# Seen: it gives 5 March 2001, 20:24: the number of the section is the day, 1 the year, 2024 the time of day.
# Version: python-dateutil 4.0.0. Date: 2026-11-28.
# Why it matters: headings have numbers; a date that is wrong by 23 years raises no error.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'python-dateutil==4.0.0'
echo "python-dateutil 4.0.0: fuzzy parsing takes a section number for the day, and the year for a time of day"
venv/bin/python - <<'PYTHON'
from datetime import datetime

from dateutil.parser import parse

today = datetime(2024, 1, 1)
seen = [
    parse(line, fuzzy=True, default=today)
    for line in ("Effective date: March 1, 2024", "Section 5. Effective date: March 1, 2024", "Version 4.2 Effective March 1, 2024")
]
for moment in seen:
    print(moment.isoformat())
assert seen == [datetime(2024, 3, 1), datetime(2001, 3, 5, 20, 24), datetime(2001, 3, 4, 20, 24)], seen
PYTHON
