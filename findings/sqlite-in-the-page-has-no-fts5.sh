#!/usr/bin/env bash
# Guess: a current SQLite for the browser opens any archive that a current SQLite wrote.
# Seen: it is SQLite 3.54.1 with FTS3 only: tables and views open, the search table ends in "no such module: fts5".
# Version: sql.js 1.16.0. Date: 2026-11-28.
# Why it matters: archives on static sites are read with it; search must not be the only way to the words.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --silent --no-audit --no-fund --save-exact sql.js@1.16.0 >> npm.log 2>&1 || { cat npm.log; exit 1; }
echo "sql.js 1.16.0: newest SQLite, and no FTS5"
node - <<'SCRIPT'
const load = require("sql.js");
(async () => {
  const database = new (await load()).Database();
  const version = database.exec("select sqlite_version()")[0].values[0][0];
  const options = database.exec("pragma compile_options")[0].values.flat().filter((name) => name.includes("FTS"));
  let seen = "created";
  try { database.run("create virtual table clauses using fts5(text)"); } catch (error) { seen = error.message; }
  console.log(version, options, seen);
  if (seen !== "no such module: fts5" || !options.includes("ENABLE_FTS3")) process.exit(1);
})();
SCRIPT
