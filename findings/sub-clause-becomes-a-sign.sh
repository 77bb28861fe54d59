#!/usr/bin/env bash
# Guess: the typographer of markdown-it curls quotes and joins dashes.
# Seen: it also turns the sub-clauses (c) and (r) into the signs of copyright and trade mark.
# Version: markdown-it 15.0.3 (npm). Date: 2026-11-28.
# Why it matters: "Section 4(c)" is how terms refer to themselves; archived Markdown that is shown so cites another place.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --silent --no-audit --no-fund --save-exact markdown-it@15.0.3 >> npm.log 2>&1 || { cat npm.log; exit 1; }
echo "markdown-it 15.0.3: with the typographer on, sub-clause (c) becomes a copyright sign"
node - <<'SCRIPT'
const markdown = require("markdown-it");
const seen = markdown({ typographer: true }).render('Under Section 4(c) and 4(r), "you" may; see 4(d).').trim();
console.log(seen);
if (seen !== "<p>Under Section 4© and 4®, “you” may; see 4(d).</p>") process.exit(1);
SCRIPT
