#!/usr/bin/env bash
# Guess: "Privacy Policy" and "We may share data." are English to every detector, or nearly.
# Seen: py3langid and langdetect say Polish for "Privacy Policy"; langdetect says Somali for "We may share data."; lingua French for "Arbitration".
# Version: py3langid 0.4.0, langdetect 1.0.9, lingua 2.1.1. Date: 2026-11-28.
# Why it matters: the language of a clause or heading cannot be detected alone; ask for that of the document.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'py3langid==0.4.0' 'langdetect==1.0.9' 'lingua-language-detector==2.1.1'
echo "py3langid 0.4.0, langdetect 1.0.9 and lingua 2.1.1: three detectors on English headings of policies"
venv/bin/python - <<'PYTHON'
import langdetect
import py3langid
from lingua import LanguageDetectorBuilder

langdetect.DetectorFactory.seed = 0
lingua = LanguageDetectorBuilder.from_all_languages().build()
expected = {
    "Privacy Policy": ("pl", "pl", "en"),
    "Cookie Policy": ("pl", "pl", "pl"),
    "Data retention": ("la", "it", "la"),
    "Arbitration": ("la", "it", "fr"),
    "Indemnification": ("la", "en", "fr"),
    "We may share data.": ("en", "so", "en"),
}
seen = {}
for text in expected:
    code = lingua.detect_language_of(text).iso_code_639_1.name.lower()
    seen[text] = (py3langid.classify(text)[0], langdetect.detect(text), code)
    print(text, seen[text])
assert seen == expected, seen
PYTHON
