#!/usr/bin/env bash
# Datasette 0.65 and 1.0 show every view, run the stored queries, and find clauses, given what `archive.datasette` writes.
. "$(dirname "$0")/lib.sh"
cp "$DEMO/tostrack.db" tostrack.db
cp "$MADE/metadata.json" metadata.json
for version in 0.65.5 1.0a41; do
  with_python "$version" "datasette==$version"
  # 1.0 takes stored queries from the configuration and descriptions from the metadata, 0.65 both from the metadata.
  options=(--metadata metadata.json)
  [ "$version" = 0.65.5 ] || options+=(--config metadata.json)
  get() { "$version/bin/datasette" --immutable tostrack.db "${options[@]}" --get "$1"; }
  for view in latest changes clauses_now flags_by_month texts versions documents judgements; do
    get "/tostrack/$view.json?_shape=array&_size=1" | python3 -c 'import json, sys; assert len(json.load(sys.stdin)) == 1'
  done
  get '/tostrack/clauses_fts.json?_search=sub-licensable&_shape=array' > found.json
  get '/tostrack/what_changed.json?_shape=array' > changed.json
  get '/tostrack/who_says_so.json?words=worldwide&_shape=array' > said.json
  get '/tostrack/the_text_now.json?service=lumora&document=terms&_shape=array' > text.json
  python3 - "$version" <<'PYTHON'
import json
import sys
from pathlib import Path

counts = {name: len(json.loads(Path(f"{name}.json").read_text())) for name in ("found", "changed", "said", "text")}
print(f"Datasette {sys.argv[1]}: rows {counts}")
assert all(counts.values()), counts
PYTHON
  get / > /dev/null
  get /tostrack | grep -q 'What changed that matters, newest first'
  get /tostrack/changes | grep -q 'every judged change, with its verdict'
done
