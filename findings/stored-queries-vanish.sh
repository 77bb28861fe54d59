#!/usr/bin/env bash
# Guess: a metadata.yaml with stored queries works in Datasette 0.65 and 1.0 alike.
# Seen: 1.0a41 takes the file and says nothing, but its stored queries are gone (404); they must be given with --config, which 0.65.5 does not know.
# Version: datasette 0.65.5 and 1.0a41. Date: 2026-11-28.
# Why it matters: an archive with one metadata file shows its queries to half of its readers.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > metadata.yaml <<'YAML'
databases:
  a:
    queries:
      recent: {sql: "select 1 as found"}
YAML
echo "datasette 0.65.5 and 1.0a41: the same metadata file, with and without its stored queries"
for version in 0.65.5 1.0a41; do
  python3 -m venv "$version"
  "$version/bin/pip" install -qq --disable-pip-version-check "datasette==$version"
  "$version/bin/python" -c 'import sqlite3; sqlite3.connect("a.db").execute("create table if not exists t (x)")'
  for option in --metadata --config; do
    seen=$("$version/bin/datasette" a.db "$option" metadata.yaml --get '/a/recent.json?_shape=array' 2>&1 || true)
    case "$seen" in
      *'"found": 1'*) word=found ;;
      *'Table not found'*) word=404 ;;
      *) word=refused ;;
    esac
    echo "$version $option: $word" | tee -a seen
  done
done
diff seen - <<'EXPECTED'
0.65.5 --metadata: found
0.65.5 --config: refused
1.0a41 --metadata: 404
1.0a41 --config: found
EXPECTED
