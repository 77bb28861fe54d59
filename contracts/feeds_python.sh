#!/usr/bin/env bash
# Feed readers in Python read the same entries, with the same ids and dates, from Atom and RSS.
. "$(dirname "$0")/lib.sh"
with_python venv feedparser==6.0.14 fastfeedparser==0.6.5 atoma==0.0.17
venv/bin/python - <<'PYTHON'
import os
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import atoma
import fastfeedparser
import feedparser

feeds = Path(os.environ["DEMO"], "feeds")
read = 0
for path in sorted(feeds.rglob("*.atom.xml")):
    rss = path.with_name(path.name.replace(".atom.", ".rss."))
    parsed = {kind: feedparser.parse(str(each)) for kind, each in (("atom", path), ("rss", rss))}
    for kind, feed in parsed.items():
        assert not feed.bozo, (path, kind, feed.bozo_exception)
    entries = {kind: [(e.id, e.title, e.published_parsed) for e in feed.entries] for kind, feed in parsed.items()}
    assert entries["atom"] == entries["rss"], path
    ids = [e[0] for e in entries["atom"]]
    assert len(set(ids)) == len(ids), path
    if not ids:
        continue
    for each in (path, rss):
        fast = fastfeedparser.parse(each.read_bytes())
        assert [e.id for e in fast.entries] == ids, (each, [e.id for e in fast.entries])
        for entry, known in zip(fast.entries, parsed["atom"].entries, strict=True):
            # fastfeedparser rewrites both dates of both formats as ISO 8601.
            assert datetime.fromisoformat(entry.published).utctimetuple()[:6] == known.published_parsed[:6]
    strict = atoma.parse_atom_file(str(path))
    assert [e.id_ for e in strict.entries] == ids
    for entry, known in zip(strict.entries, parsed["atom"].entries, strict=True):
        assert entry.updated.tzinfo is not None
        assert entry.content.value, entry.id_  # None where the content is XHTML
        # A sanitizer that drops <del> and <ins> leaves the signs.
        words = known.content[0].value
        for tag, sign in (("<del", "[−"), ("<ins", "[+")):
            assert words.count(tag) == words.count(sign), entry.id_
    rss_dates = [parsedate_to_datetime(e.published) for e in parsed["rss"].entries]
    assert rss_dates == sorted(rss_dates, reverse=True), path
    read += len(ids)
print(f"feedparser 6.0.14, fastfeedparser 0.6.5, atoma 0.0.17: {read} entries")
assert read
PYTHON
