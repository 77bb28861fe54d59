#!/usr/bin/env bash
# Guess: check_url(..., strict=True) refuses more addresses than without it; those that it accepts stay what they are.
# Seen: it cuts the query off, so that two versions or countries of a policy are one address; it refuses a site's imprint, and a policy in
#   PDF is refused without it too.
# Version: courlan 1.4.0. Date: 2026-11-28.
# Why it matters: trafilatura's crawler selects pages with it, and policies are told apart by ?version= and ?region=.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check courlan==1.4.0
echo "courlan 1.4.0: strict makes one address of two versions"
cat > ask.py <<'PYTHON'
from courlan import check_url

for path in ("terms?version=3", "terms?version=4", "terms?region=eu", "terms?lang=de", "imprint", "terms.pdf"):
    loose, strict = (check_url(f"https://www.acme.com/{path}", strict=strict) for strict in (False, True))
    print(path, *(answer[0].removeprefix("https://www.acme.com/") if answer else None for answer in (loose, strict)))
PYTHON
venv/bin/python ask.py | tee seen
diff seen - <<'EXPECTED'
terms?version=3 terms?version=3 terms
terms?version=4 terms?version=4 terms
terms?region=eu terms?region=eu terms
terms?lang=de terms?lang=de terms?lang=de
imprint imprint None
terms.pdf None None
EXPECTED
