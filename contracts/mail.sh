#!/usr/bin/env bash
# A digest as mail: mail parsers of three languages find its parts, its list headers, and old and new words apart; on Debian
# the mail program notmuch finds it by a word of it, by its list and by its day.
. "$(dirname "$0")/lib.sh"
with_python venv mail-parser==4.8.0
with_npm mailparser@3.14.2 postal-mime@4.0.0
cp -R "$DEMO" demo
printf '\n[digest.me]\nto = ["reader@acme.example"]\nevery = "change"\n' >> demo/watchlist.toml
for form in text html; do
  (cd demo && "$TOSTRACK" digest me --since 2023-01-01 --format "$form") > "digest.$form" 2> log || { cat log; exit 1; }
done
"$PYTHON" - <<'PYTHON'
from datetime import UTC, datetime
from email.policy import SMTP
from pathlib import Path

from tostrack.notify import OutgoingMessage
from tostrack.notify.smtp import mail

head, _, text = Path("digest.text").read_text().partition("\n\n")
message = OutgoingMessage(
    name="1@acme.example",
    recipient="reader@acme.example",
    subject=head.removeprefix("Subject: ").replace("\n", " "),
    text=text,
    html=Path("digest.html").read_text(),
    made_at=datetime(2024, 5, 1, 3, tzinfo=UTC),
    list_id="me.acme.example",
    leave=("https://acme.example/unsubscribe?token=x", "mailto:ops@acme.example"),
)
Path("digest.eml").write_bytes(mail(message, "tostrack@acme.example").as_bytes(policy=SMTP))
PYTHON
venv/bin/python - <<'PYTHON'
from datetime import UTC, datetime

import mailparser

mail = mailparser.parse_from_file("digest.eml")
assert not mail.has_defects, mail.defects
assert mail.message_id == "<1@acme.example>" and mail.date == datetime(2024, 5, 1, 3, tzinfo=UTC).replace(tzinfo=mail.date.tzinfo)
assert len(mail.text_plain) == len(mail.text_html) == 1
assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
assert "<mailto:ops@acme.example>" in mail.headers["List-Unsubscribe"]
assert all(len(line) <= 998 for line in open("digest.eml", "rb").read().splitlines())
print(f"mail-parser 4.8.0: {mail.subject}")
PYTHON
node - <<'SCRIPT'
const assert = require("node:assert");
const { readFileSync } = require("node:fs");
const { simpleParser } = require("mailparser");
(async () => {
  const PostalMime = (await import("postal-mime")).default;
  const file = readFileSync("digest.eml");
  const one = await simpleParser(file);
  const two = await PostalMime.parse(file);
  // mailparser folds every List header into one entry; see findings/list-headers-have-no-name.sh.
  const list = one.headers.get("list");
  assert.deepStrictEqual(list.unsubscribe, { url: "https://acme.example/unsubscribe?token=x", mail: "ops@acme.example" });
  assert.equal(list["unsubscribe-post"].name, "List-Unsubscribe=One-Click");
  assert.equal(one.messageId, two.messageId);
  assert.equal(one.subject, two.subject);
  assert.equal(one.text.trim(), two.text.trim());
  assert.equal(one.html.trim(), two.html.trim());
  // The text part says what HTML says by colour.
  assert.match(one.text, /\{\+/);
  assert.match(one.html, /<ins/);
  assert.ok(one.text.includes("30 days became 90 days"));
  assert.equal(one.attachments.length, 0);
  assert.ok(Buffer.byteLength(one.html) < 100_000, "Gmail clips longer ones");
  console.log(`mailparser 3.14.2, postal-mime 4.0.0: ${one.text.length} characters of text, ${one.html.length} of HTML`);
})().catch((error) => { console.error(error); process.exit(1); });
SCRIPT
if with_debian notmuch=0.37-1+b1; then
  mkdir -p mail/cur mail/new mail/tmp
  cp digest.eml mail/new/
  export NOTMUCH_CONFIG=$PWD/notmuch.ini
  printf '[database]\npath=%s\n[user]\nprimary_email=reader@acme.example\n[new]\ntags=new\n[index]\nheader.List=List-Id\n' "$PWD/mail" > notmuch.ini
  notmuch new --quiet
  for query in '"30 days became 90 days"' 'List:me.acme.example' 'date:2024-05-01 from:tostrack@acme.example' 'id:1@acme.example'; do
    [ "$(notmuch count "$query")" = 1 ] || { echo "notmuch does not find $query"; exit 1; }
  done
  notmuch show --format=json --include-html 'id:1@acme.example' | python3 -c '
import json, sys
message = json.load(sys.stdin)[0][0][0]
(body,) = message["body"]
assert [part["content-type"] for part in body["content"]] == ["text/plain", "text/html"], body
assert "{+" in body["content"][0]["content"] and "<ins" in body["content"][1]["content"]
print("notmuch 0.37:", message["headers"]["Subject"])'
else
  echo "notmuch: left out, this machine has no apt-get that knows notmuch 0.37-1+b1"
fi
