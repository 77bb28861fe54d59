#!/usr/bin/env bash
# A webhook of ours is taken by the standardwebhooks libraries, which read a secret as whsec_ and base64.
. "$(dirname "$0")/lib.sh"
with_python venv standardwebhooks==1.1.0
with_npm standardwebhooks@1.1.1
export SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
"$PYTHON" - > posted.json <<'PYTHON'
import json
import os
import time

from tostrack.notify.webhook import read_secrets, signature

body = json.dumps({"id": "msg_1", "changed": "“30 → 90 days”"}).encode()
now = int(time.time())
headers = {"webhook-id": "msg_1", "webhook-timestamp": str(now)}
headers["webhook-signature"] = signature(read_secrets(os.environ["SECRET"]), "msg_1", now, body)
print(json.dumps({"headers": headers, "body": body.decode()}))
PYTHON
venv/bin/python - <<'PYTHON'
import json
import os
from pathlib import Path

from standardwebhooks import Webhook

posted = json.loads(Path("posted.json").read_text())
assert Webhook(os.environ["SECRET"]).verify(posted["body"], posted["headers"])
print("standardwebhooks 1.1.0 (Python) takes it")
PYTHON
node - <<'SCRIPT'
const { Webhook } = require("standardwebhooks");
const { readFileSync } = require("node:fs");
const { headers, body } = JSON.parse(readFileSync("posted.json"));
new Webhook(process.env.SECRET).verify(body, headers);
console.log("standardwebhooks 1.1.1 (npm) takes it");
SCRIPT
