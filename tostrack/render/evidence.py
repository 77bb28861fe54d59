"""Evidence of a change for somebody who does not have tostrack: files, their hashes, and how to check them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from tostrack.models import sha256

_README = """\
# What {document} changed between {old_day} and {new_day}

`old.md` and `new.md` are the texts of version {old} and version {new}, `redline.html` shows what differs, `change.json`
says how it was judged. `captures/` holds the untouched bytes that the pages answered, and beside each how and when.
`chain.jsonl` is all that was recorded of the document, a link a line, each with the hash of the link before.

Nothing but `sha256sum` and Python 3 is needed to check it. No file was changed since it was packed:

```sh
sha256sum --check SHA256SUMS
```

Each link of the chain holds the hash of the one before, the two texts are made of the clauses that were recorded
(`old.clauses`, `new.clauses`: kind and hash of each), and the captures are the ones that the two versions were read
from:

```sh
python3 check.py
```

It prints the head of the chain, which should be

    {head}

Who made this file could have made all of it up. What shows that nobody did is a head that was noted elsewhere, before
there was a reason to: in a feed, in a list that a third party keeps, in a repository's history. It must be one of the
hashes that `check.py --links` prints. A clause whose text was taken out by order shows as `[redacted HASH]`.
"""

_CHECK = '''\
"""Check this evidence with nothing but Python: the chain, the two texts, their captures."""

import hashlib
import json
import pathlib
import sys

here = pathlib.Path(__file__).parent


def digest(content):
    return hashlib.sha256(content).hexdigest()


head, hashes, versions = "", [], {}
for line in (here / "chain.jsonl").read_text("ascii").splitlines():
    link = json.loads(line)
    assert link["previous"] == head, "a link does not follow the one before it"
    head = digest(line.encode("ascii"))
    hashes.append(head)
    if "version" in link:
        versions[link["version"]["number"]] = link

change = json.loads((here / "change.json").read_text("utf-8"))
for side, end in (("old", "from"), ("new", "to")):
    link = versions[change[end]["number"]]
    text, clauses = (here / f"{side}.md").read_bytes(), (here / f"{side}.clauses").read_bytes()
    assert digest(clauses) == link["clauses_sha256"], f"{side}.clauses are not the clauses that were recorded"
    if b"[redacted " not in text:
        assert digest(text) == link["version"]["sha256"], f"{side}.md is not the text that was recorded"
    for capture in link["captures"]:
        body = here / "captures" / side / f"page-{capture['page'] + 1}.body"
        if body.exists():
            assert digest(body.read_bytes()) == capture["sha256"], f"{body} is not what was fetched"
        headers = json.loads((body.with_suffix(".json")).read_text("utf-8"))["headers"]
        assert digest(headers.encode("utf-8")) == capture["headers_sha256"], f"the headers of {body} are others"

print("\\n".join(hashes) if "--links" in sys.argv else head)
'''
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    "<title>{title}</title></head><body>{body}</body></html>\n"
)


def evidence_page(title: str, body: str) -> bytes:
    """Return an HTML page of a rendered change; *title* is a document's id."""
    return _PAGE.format(title=title, body=body).encode()


def pack_evidence(files: Mapping[str, bytes], facts: Mapping[str, object]) -> bytes:
    """Return *files* with the README, the script that checks them and the list of hashes as a zip.

    The same files give the same bytes, on every machine: names in order, no times, no compression.
    """
    whole = {**files, "README.md": _README.format(**facts).encode(), "check.py": _CHECK.encode()}
    listed = "".join(f"{sha256(content)}  {name}\n" for name, content in sorted(whole.items()))
    whole["SHA256SUMS"] = listed.encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(whole.items()):
            archive.writestr(zipfile.ZipInfo(f"evidence/{name}", (1980, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()
