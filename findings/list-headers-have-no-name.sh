#!/usr/bin/env bash
# Guess: headers.get("list-unsubscribe") is the header of the mail.
# Seen: it is undefined, and so is list-id: all List headers are folded into one entry named "list".
# Version: mailparser 3.14.2. Date: 2026-11-28.
# Why it matters: a test that our digests carry one-click unsubscribe finds none, and so does a program that looks for it.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --silent --no-audit --no-fund --save-exact mailparser@3.14.2 >> npm.log 2>&1 || { cat npm.log; exit 1; }
echo "mailparser 3.14.2: List-Unsubscribe is not among the headers of a mail that has it"
node - <<'SCRIPT'
const { simpleParser } = require("mailparser");
const mail = [
  "From: a@acme.example", "To: b@acme.example", "Subject: Terms", "Message-ID: <1@acme.example>",
  "List-Id: Terms <terms.acme.example>", "List-Unsubscribe: <https://acme.example/u>, <mailto:u@acme.example>",
  "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "MIME-Version: 1.0", "Content-Type: text/plain", "", "One clause changed.",
].join("\r\n");
(async () => {
  const { headers } = await simpleParser(mail);
  const seen = [headers.get("list-unsubscribe"), headers.get("list-id"), headers.has("list-unsubscribe-post"), headers.get("list")];
  console.log(JSON.stringify(seen));
  const list = seen[3];
  const folded = list.unsubscribe.url === "https://acme.example/u" && list["unsubscribe-post"].name === "List-Unsubscribe=One-Click";
  if (seen[0] !== undefined || seen[1] !== undefined || seen[2] || !folded) process.exit(1);
})();
SCRIPT
