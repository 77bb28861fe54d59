#!/usr/bin/env bash
# Guess: the text of a paragraph with tracked changes (30 deleted, 90 inserted) is the new text, as Word shows it once accepted.
# Seen: python-docx gives neither: "for  days"; docx2txt, mammoth and docx2python give 90.
# Version: python-docx 1.2.0, docx2txt 0.9, mammoth 1.13.0, docx2python 3.7.1. Date: 2026-11-28.
# Why it matters: vendors send agreements on data processing as .docx with tracked changes; the edited words are what is lost.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check python-docx==1.2.0 docx2txt==0.9 mammoth==1.13.0 docx2python==3.7.1
echo "python-docx 1.2.0: what was inserted with tracked changes is in no text"
cat > read.py <<'PYTHON'
import docx
import docx2txt
import mammoth
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx2python import docx2python

RUN = '<w:r><w:{0} xml:space="preserve">{1}</w:{0}></w:r>'
BY = 'w:id="1" w:author="Acme" w:date="2024-03-01T00:00:00Z"'
document = docx.Document()
paragraph = parse_xml(
    f"<w:p {nsdecls('w')}>{RUN.format('t', 'We keep it for ')}<w:del {BY}>{RUN.format('delText', '30')}</w:del>"
    f"<w:ins {BY}>{RUN.format('t', '90')}</w:ins>{RUN.format('t', ' days.')}</w:p>"
)
document.element.body.insert(0, paragraph)
document.save("agreement.docx")
print("python-docx:", docx.Document("agreement.docx").paragraphs[0].text)
print("docx2txt:", docx2txt.process("agreement.docx").strip())
print("mammoth:", mammoth.extract_raw_text(open("agreement.docx", "rb")).value.strip())
print("docx2python:", docx2python("agreement.docx").text.strip())
PYTHON
venv/bin/python -W ignore read.py | tee seen
diff seen - <<'EXPECTED'
python-docx: We keep it for  days.
docx2txt: We keep it for 90 days.
mammoth: We keep it for 90 days.
docx2python: We keep it for 90 days.
EXPECTED
