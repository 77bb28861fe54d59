#!/usr/bin/env bash
# Guess: htmldate finds the date that a policy states of itself, and none where there is none.
# Seen: a year in the footer makes 1 January of it, also beside "last revised on March 5, 2024. Previous version of ..."; a deadline in a
#   clause becomes the date of the page; with extensive_search=False "Last updated: March 5, 2024" is not found at all.
# Version: htmldate 1.11.0. Date: 2026-11-28.
# Why it matters: crawlers date pages with it (trafilatura does), and a text that changed in March seems to be of January.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check htmldate==1.11.0
echo "htmldate 1.11.0: the year in the footer, and a deadline, are the date of a policy"
cat > ask.py <<'PYTHON'
from htmldate import find_date

PAGE = "<html><body><main><h1>Terms</h1><p>{}</p></main><footer>© 2026 Acme</footer></body></html>"
for words in (
    "Last updated: March 5, 2024",
    "Last revised on March 5, 2024. Previous version of January 2, 2023.",
    "These terms are of 5 March 2024 and replace those of 1 June 2019.",
    "You may bring a claim until December 31, 2025.",
    "You may leave.",
):
    print(find_date(PAGE.format(words)), find_date(PAGE.format(words), extensive_search=False), words)
PYTHON
venv/bin/python -W ignore ask.py | tee seen
diff seen - <<'EXPECTED'
2024-03-05 None Last updated: March 5, 2024
2026-01-01 None Last revised on March 5, 2024. Previous version of January 2, 2023.
2026-01-01 None These terms are of 5 March 2024 and replace those of 1 June 2019.
2025-12-31 None You may bring a claim until December 31, 2025.
2026-01-01 None You may leave.
EXPECTED
