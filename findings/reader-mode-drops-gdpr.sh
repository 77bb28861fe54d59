#!/usr/bin/env bash
# Guess: reader mode keeps every section of the article, whatever its class is called.
# Seen: sections with the class gdpr or community are removed as clutter: the rights of users, and the rules of the community.
# Version: @mozilla/readability 0.6.0, jsdom 29.1.1. Date: 2026-11-28.
# Why it matters: a tracker that extracts by reader mode misses those sections, and calls it a change when a class is renamed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --silent --no-audit --no-fund --save-exact @mozilla/readability@0.6.0 jsdom@29.1.1 >> npm.log 2>&1 || { cat npm.log; exit 1; }
echo "readability 0.6.0: a policy's section with the class gdpr is not in the text"
node - <<'SCRIPT'
const { Readability } = require("@mozilla/readability");
const { JSDOM } = require("jsdom");
const filler = "<p>We collect what you give to us, such as your name, your address, and what you post, and use it to run the service.</p>";
const section = (name, words) => `<section class="${name}"><h2>Part</h2><p>${words}</p>${filler}</section>`;
const page = `<html><head><title>Privacy Policy</title></head><body><article><h1>Privacy Policy</h1>${filler.repeat(8)}
${section("rights", "You may ask us to erase what we hold.")}
${section("gdpr", "You may object to our use of your data.")}
${section("community", "You must not harass others.")}</article></body></html>`;
const text = new Readability(new JSDOM(page, { url: "https://acme.example/privacy" }).window.document).parse().textContent;
const seen = ["erase what we hold", "object to our use", "harass others"].map((words) => text.includes(words));
console.log(JSON.stringify(seen));
if (JSON.stringify(seen) !== "[true,false,false]") process.exit(1);
SCRIPT
