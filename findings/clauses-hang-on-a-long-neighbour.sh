#!/usr/bin/env bash
# Guess: a remover of boilerplate keeps every clause of a policy, short ones and items of lists too.
# Seen: a page of five short clauses has no text at all; with a long clause before them all are there, with one behind them
#   only the last of them.
# Version: justext 3.0.2. Date: 2026-11-28.
# Why it matters: an edit that shortens one clause removes or adds others that nobody touched.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
# Without its dependencies, which are named here: pip of Python 3.11 cannot resolve the extra of lxml that it asks for.
venv/bin/pip install -qq --disable-pip-version-check --no-deps justext==3.0.2 lxml==6.1.3 lxml_html_clean==0.4.6
echo "justext 3.0.2: whether a clause is in the text depends on the length of another one"
cat > ask.py <<'PYTHON'
import justext

LONG = (
    "These terms are an agreement between you and Acme, and they apply to all that you do on the service that we offer to you, "
    "on the web and in the app, and to all that you post there, whoever sees it and for as long as it is there for others."
)
SHORT = (
    "You may end your account at any time.",
    "We may share your data with partners.",
    "You must not resell the service.",
    "Disputes are decided by an arbitrator.",
    "We are not liable for lost profits, and you waive your right to a trial by jury in every case.",
)
for name, clauses in (("short", SHORT), ("long, short", (LONG, *SHORT)), ("short, long", (*SHORT, LONG))):
    page = f"<html><body><main><h1>Terms of Service</h1>{''.join(f'<p>{words}</p>' for words in clauses)}</main></body></html>"
    found = justext.justext(page, justext.get_stoplist("English"))
    kept = [SHORT.index(each.text) + 1 for each in found if not each.is_boilerplate and each.text in SHORT]
    print(f"{name}: short clauses kept: {kept}")
PYTHON
venv/bin/python -W ignore ask.py | tee seen
diff seen - <<'EXPECTED'
short: short clauses kept: []
long, short: short clauses kept: [1, 2, 3, 4, 5]
short, long: short clauses kept: [5]
EXPECTED
