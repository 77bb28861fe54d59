#!/usr/bin/env bash
# Guess: a sentence splitter made for hard cases keeps "See Section 4.2. and Sec. 5 of the U.S. Act." and a list in the sentence whole.
# Seen: it ends a sentence after "Section 4.2." and before each (i), (ii), (iii), but not after "Sec." or "U.S."
# Version: pysbd 0.3.4. Date: 2026-11-28.
# Why it matters: "You may (i) copy" and "(ii) share it" as sentences of their own have lost who may do it.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'pysbd==0.3.4'
echo "pysbd 0.3.4: a sentence with sub-clauses becomes four"
venv/bin/python - <<'PYTHON'
import warnings

warnings.simplefilter("ignore")
import pysbd

split = pysbd.Segmenter(language="en", clean=False).segment
seen = [split("You may (i) copy it, (ii) share it, and (iii) sell it."), split("See Section 4.2. and Sec. 5 of the U.S. Act. We may act.")]
print(seen)
assert seen[0] == ["You may ", "(i) copy it, ", "(ii) share it, and ", "(iii) sell it."], seen
assert seen[1][:2] == ["See Section 4.2. ", "and Sec. 5 of the U.S. Act. "], seen
PYTHON
