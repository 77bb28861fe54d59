#!/usr/bin/env bash
# Guess: a sanitizer keeps ins and del: they are harmless, and HTML has had them since version 4.
# Seen: it removes the tags and keeps both words: 30, deleted, and 90, inserted, become "3090 days". DOMPurify keeps them.
# Version: sanitize-html 2.17.5. Date: 2026-11-28.
# Why it matters: readers of feeds and mails sanitize; a redline needs signs in the text, not tags alone.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --silent --no-audit --no-fund --save-exact sanitize-html@2.17.5 >> npm.log 2>&1 || { cat npm.log; exit 1; }
echo "sanitize-html 2.17.5: a marked-up edit becomes one number that nobody wrote"
node - <<'SCRIPT'
const sanitize = require("sanitize-html");
const seen = sanitize("<p>We keep it for <del>30</del><ins>90</ins> days, <s>or</s> <u>and</u> more.</p>");
console.log(seen);
if (seen !== "<p>We keep it for 3090 days, <s>or</s> <u>and</u> more.</p>") process.exit(1);
SCRIPT
