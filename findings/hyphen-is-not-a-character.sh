#!/usr/bin/env bash
# Guess: text of a PDF has a hyphen where a word is broken at the end of a line.
# Seen: it is U+FFFE, which is no character, and the line break is gone, also in compounds such as third-party; four other libraries keep the hyphen.
# Version: pypdfium2 5.15.2. Date: 2026-11-28.
# Why it matters: the same policy read by another library differs in every broken word, and a search for third-party finds nothing.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check 'pypdfium2==5.15.2' 'pypdf==7.1.1' 'reportlab==5.1.0'
echo "pypdfium2 5.15.2: the hyphen at the end of a line is the noncharacter U+FFFE"
venv/bin/python - <<'PYTHON'
import io

import pypdf
import pypdfium2
from reportlab.pdfgen import canvas

file = io.BytesIO()
page = canvas.Canvas(file)
page.setFont("Helvetica", 12)
for y, line in ((700, "We give your infor-"), (685, "mation to each third-"), (670, "party processor.")):
    page.drawString(72, y, line)
page.save()
seen = {
    "pypdfium2": pypdfium2.PdfDocument(file.getvalue())[0].get_textpage().get_text_range(),
    "pypdf": pypdf.PdfReader(file).pages[0].extract_text().strip(),
}
for name, text in seen.items():
    print(name, ascii(text))
assert seen["pypdfium2"] == "We give your infor\ufffemation to each third\ufffeparty processor.", seen
assert seen["pypdf"] == "We give your infor-\nmation to each third-\nparty processor.", seen
PYTHON
