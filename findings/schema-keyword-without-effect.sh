#!/usr/bin/env bash
# Guess: taplo applies the draft that a schema names, so a misspelt key is refused by unevaluatedProperties.
# Seen: the keyword is ignored without a word, while additionalProperties is applied.
# Version: @taplo/cli 0.7.0. Date: 2026-11-28.
# Why it matters: a watchlist key with a slip of the pen passes in the editor; say it with additionalProperties.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --silent --no-audit --no-fund --save-exact @taplo/cli@0.7.0 >> npm.log 2>&1 || { cat npm.log; exit 1; }
echo "taplo 0.7.0: unevaluatedProperties of JSON Schema 2020-12 has no effect"
node - <<'SCRIPT'
const { spawnSync } = require("node:child_process");
const { writeFileSync } = require("node:fs");
writeFileSync("a.toml", 'naem = "Acme"\n');
const check = (keyword) => {
  const schema = { $schema: "https://json-schema.org/draft/2020-12/schema", type: "object", properties: { name: { type: "string" } }, [keyword]: false };
  writeFileSync(`${keyword}.json`, JSON.stringify(schema));
  const address = `file://${process.cwd()}/${keyword}.json`;
  return spawnSync("node_modules/.bin/taplo", ["check", "--schema", address, "a.toml"]).status;
};
const seen = [check("additionalProperties"), check("unevaluatedProperties")];
console.log("exit status:", JSON.stringify(seen));
if (seen[0] === 0 || seen[1] !== 0) process.exit(1);
SCRIPT
