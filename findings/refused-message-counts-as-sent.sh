#!/usr/bin/env bash
# Guess: notify() of a library for chats is False where the chat says no in the body of a 200, as it is for Slack's "ok": false.
# Seen: DingTalk and WeCom say no with status 200 and an errcode; for both it is True. Slack is read, DingTalk and WeCom are not.
# Version: apprise 2.3.0. Date: 2026-11-28.
# Why it matters: a robot that asks for a keyword, or whose key expired, takes no alert, and every night counts as delivered.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check apprise==2.3.0
echo "apprise 2.3.0: a refused message counts as sent"
cat > ask.py <<'PYTHON'
import json
import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import apprise
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.slack import NotifySlack
from apprise.plugins.wecombot import NotifyWeComBot

logging.disable(logging.CRITICAL)


class Chat(BaseHTTPRequestHandler):
    """Says what `answer` is, with status 200."""

    answer = {}

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(self.answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
Thread(target=server.serve_forever, daemon=True).start()
here = f"http://127.0.0.1:{server.server_port}/"
NotifyDingTalk.notify_url = NotifyWeComBot.notify_url = NotifySlack.api_url = here
for address, answer in (
    ("slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/%23legal", {"ok": False, "error": "channel_not_found"}),
    ("dingtalk://abcdefghijk", {"errcode": 310000, "errmsg": "keywords not in content"}),
    ("wecombot://abcdefgh-ijkl-mnop-qrst-uvwxyz012345", {"errcode": 93000, "errmsg": "invalid webhook url"}),
):
    Chat.answer = answer
    chat = apprise.Apprise()
    assert chat.add(address)
    print(address.partition(":")[0], "sent" if chat.notify(title="Terms", body="One clause changed.") else "not sent")
PYTHON
venv/bin/python ask.py | tee seen
diff seen - <<'EXPECTED'
slack not sent
dingtalk sent
wecombot sent
EXPECTED
