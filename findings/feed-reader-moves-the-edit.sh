#!/usr/bin/env bash
# Guess: a parser of feeds gives the XHTML of an Atom entry as it stands.
# Seen: text comes first and child elements after it: the edit moves to the end of its sentence, before which nothing is left.
# Version: rss-parser 3.13.0. Date: 2026-11-28.
# Why it matters: an entry with type xhtml says something else in readers built on it; type html is whole.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --silent --no-audit --no-fund --save-exact rss-parser@3.13.0 >> npm.log 2>&1 || { cat npm.log; exit 1; }
echo "rss-parser 3.13.0: words of an XHTML entry come in another order"
node - <<'SCRIPT'
const Parser = require("rss-parser");
const entry = "<p>We keep it for <del>30</del> <ins>90</ins> days.</p>";
const feed = (content) => `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><id>tag:acme.example,2024:f</id>
<title>Acme</title><updated>2024-01-01T00:00:00Z</updated><entry><id>tag:acme.example,2024:1</id><title>One</title>
<updated>2024-01-01T00:00:00Z</updated>${content}</entry></feed>`;
(async () => {
  const xhtml = `<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">${entry}</div></content>`;
  const html = `<content type="html"><![CDATA[${entry}]]></content>`;
  const seen = [];
  for (const content of [xhtml, html]) seen.push((await new Parser().parseString(feed(content))).items[0].content);
  console.log(seen.join("\n"));
  if (!seen[0].includes("<p>We keep it for   days.<del>30</del><ins>90</ins></p>") || seen[1] !== entry) process.exit(1);
})();
SCRIPT
