#!/usr/bin/env bash
# Guess: a search index of a site finds "must", "may", "cannot" and "own" in terms.
# Seen: these are stop words and never in the index; "+must +share" finds nothing although both words are there.
# Version: lunr 2.3.9. Date: 2026-11-28.
# Why it matters: who owns what, and what one must, may and cannot do, is what terms are about.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --silent --no-audit --no-fund --save-exact lunr@2.3.9 >> npm.log 2>&1 || { cat npm.log; exit 1; }
echo "lunr 2.3.9: the words that decide a clause are not in the index"
node - <<'SCRIPT'
const lunr = require("lunr");
const index = lunr(function () {
  this.ref("id");
  this.field("text");
  this.add({ id: 1, text: "You own your content. You must not share it. We may not sell it, and cannot give it back." });
});
const seen = Object.fromEntries(["own", "must", "may", "cannot", "+must +share", "share"].map((query) => [query, index.search(query).length]));
console.log(JSON.stringify(seen));
if (JSON.stringify(seen) !== '{"own":0,"must":0,"may":0,"cannot":0,"+must +share":0,"share":1}') process.exit(1);
SCRIPT
