#!/usr/bin/env bash
# Guess: a cache of HTTP answers asks again with If-None-Match when a page has an ETag and no max-age, and keeps nothing marked no-store.
# Seen: by default nothing is ever asked again, whatever Cache-Control says; with cache_control=True a page with an ETag alone is not either.
# Version: requests-cache 1.3.3. Date: 2026-11-28.
# Why it matters: a crawl through it sees the text of its first night for ever, with status 200 each night.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check requests-cache==1.3.3
echo "requests-cache 1.3.3: a policy that changed is answered from the cache"
cat > ask.py <<'PYTHON'
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from requests_cache import CachedSession


class Policy(BaseHTTPRequestHandler):
    """A page whose text and ETag change each time; its path is its Cache-Control."""

    edition = 0

    def do_GET(self):
        Policy.edition += 1
        body = b"Edition %d" % Policy.edition
        self.send_response(200)
        self.send_header("ETag", f'"{Policy.edition}"')
        self.send_header("Content-Length", str(len(body)))
        if self.path != "/etag-alone":
            self.send_header("Cache-Control", self.path[1:])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Policy)
Thread(target=server.serve_forever, daemon=True).start()
for options in ({}, {"cache_control": True}):
    for path in ("etag-alone", "no-cache", "no-store"):
        session = CachedSession(backend="memory", **options)
        address = f"http://127.0.0.1:{server.server_port}/{path}"
        first, again = session.get(address), session.get(address)
        print(options, path, "the old text" if again.text == first.text else "the new text")
PYTHON
venv/bin/python ask.py | tee seen
diff seen - <<'EXPECTED'
{} etag-alone the old text
{} no-cache the old text
{} no-store the old text
{'cache_control': True} etag-alone the old text
{'cache_control': True} no-cache the new text
{'cache_control': True} no-store the new text
EXPECTED
