#!/usr/bin/env bash
# Feed readers in JavaScript read the same ids from Atom, RSS and JSON Feed, and their plain text keeps old and new apart.
. "$(dirname "$0")/lib.sh"
with_npm rss-parser@3.13.0 feedsmith@3.0.1 sanitize-html@2.17.5
node - <<'SCRIPT'
const assert = require("node:assert");
const { readFileSync, readdirSync } = require("node:fs");
const { join } = require("node:path");
const Parser = require("rss-parser");
const sanitize = require("sanitize-html");
(async () => {
  const { parseFeed } = await import("feedsmith");
  const folder = join(process.env.DEMO, "feeds");
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".atom.xml")).sort();
  let entries = 0;
  let edits = 0;
  for (const name of files) {
    const text = (form) => readFileSync(join(folder, name.replace("atom.xml", form)), "utf8");
    const [atom, rss, json] = [parseFeed(text("atom.xml")), parseFeed(text("rss.xml")), parseFeed(text("feed.json"))];
    assert.deepStrictEqual([atom.format, rss.format, json.format], ["atom", "rss", "json"]);
    const ids = (atom.feed.entries ?? []).map((entry) => entry.id);
    assert.deepStrictEqual((rss.feed.items ?? []).map((item) => item.guid.value), ids, name);
    assert.deepStrictEqual((json.feed.items ?? []).map((item) => item.id), ids, name);
    for (const form of ["atom.xml", "rss.xml"]) {
      const feed = await new Parser().parseString(text(form));
      assert.deepStrictEqual(feed.items.map((item) => item.id ?? item.guid), ids, name);
      feed.items.forEach((item) => assert.ok(item.isoDate && item.title && item.contentSnippet, item.id));
      for (const item of feed.items) {
        const content = item["content:encoded"] ?? item.content;
        assert.ok(!/<del|<ins/.test(sanitize(content)));
        edits += (sanitize(content).match(/\[−[^\]]*\]\[\+/g) ?? []).length;
      }
    }
    entries += ids.length;
  }
  console.log(`rss-parser 3.13.0, feedsmith 3.0.1, sanitize-html 2.17.5: ${entries} entries, ${edits} edits legible without tags`);
  assert.ok(entries && edits);
})().catch((error) => { console.error(error); process.exit(1); });
SCRIPT
