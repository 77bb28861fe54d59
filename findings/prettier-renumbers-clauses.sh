#!/usr/bin/env bash
# Guess: a formatter of Markdown keeps the numbers of a list: 1, 2, 4 (3 was deleted).
# Seen: it counts on from the first: clause 4 becomes clause 3, and 3, 5, 9 become 3, 4, 5.
# Version: prettier 3.10.1. Date: 2026-11-28.
# Why it matters: a repository of policies in Markdown with a formatter in its hooks changes which clause is which.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --silent --no-audit --no-fund --save-exact prettier@3.10.1 >> npm.log 2>&1 || { cat npm.log; exit 1; }
echo "prettier 3.10.1: the numbers of clauses change when a Markdown file is formatted"
node - <<'SCRIPT'
const { format } = require("prettier");
(async () => {
  const seen = [];
  for (const text of ["1. Pay.\n2. Post.\n4. Leave.\n", "3. Pay.\n5. Post.\n9. Leave.\n"])
    seen.push(await format(text, { parser: "markdown" }));
  console.log(JSON.stringify(seen));
  const expected = ["1. Pay.\n2. Post.\n3. Leave.\n", "3. Pay.\n4. Post.\n5. Leave.\n"];
  if (JSON.stringify(seen) !== JSON.stringify(expected)) process.exit(1);
})();
SCRIPT
