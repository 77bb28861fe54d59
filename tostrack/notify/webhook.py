"""A signed POST of JSON for programs, by the Standard Webhooks convention that receivers have libraries for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime

from tostrack.errors import NotifyError
from tostrack.notify.message import Notifier, OutgoingMessage

#: What may go better later; any other 4xx is the receiver's no.
_LATER = frozenset({408, 425, 429})


#: How a secret begins whose rest is base 64, and how many bytes that must be: Standard Webhooks, "Signature scheme".
_PREFIX = "whsec_"
_LEAST_BYTES, _MOST_BYTES = 24, 64
#: The command that makes one.
MAKE_COMMAND = 'echo "whsec_$(openssl rand -base64 32)"'


def read_secrets(text: str) -> list[bytes]:
    """Return the signing secrets in *text*, newest first: one, or while it is rotated two or more with spaces between.

    Raises:
        NotifyError: One of them is no ``whsec_`` secret of 24 to 64 bytes; the message does not quote it.
    """
    found = []
    for word in text.split():
        try:
            body = base64.b64decode(word.removeprefix(_PREFIX), validate=True)
        except ValueError:
            body = b""
        if not (word.startswith(_PREFIX) and _LEAST_BYTES <= len(body) <= _MOST_BYTES):
            raise NotifyError(
                "TOSTRACK_WEBHOOK_KEY is no secret that receivers can verify with (whsec_ and base 64 of "
                f"{_LEAST_BYTES} to {_MOST_BYTES} bytes); make one with `{MAKE_COMMAND}` and give it to your receivers",
                down=True,
            )
        found.append(body)
    return found


def signature(secrets: Sequence[bytes], name: str, timestamp: int, body: bytes) -> str:
    """Return the value of ``webhook-signature``: for each secret ``v1,`` and the HMAC-SHA256 over id, time and body."""
    signed = f"{name}.{timestamp}.".encode() + body
    proofs = (base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode() for secret in secrets)
    return " ".join(f"v1,{proof}" for proof in proofs)


class Webhook(Notifier):
    """Posts each letter to its recipient's address."""

    def send(self, letter: OutgoingMessage, at: datetime) -> None:
        """Post *letter*; any 2xx means that the receiver has it."""
        secrets = read_secrets(self._setup.secret("WEBHOOK_KEY"))
        if self._setup.post is None or not secrets:
            raise NotifyError(
                "webhooks are signed: set TOSTRACK_WEBHOOK_KEY, or webhook_key among the secrets, to what "
                f"`{MAKE_COMMAND}` prints",
                down=True,
            )
        body = json.dumps({"id": letter.name, **letter.payload}).encode()
        timestamp = int(at.timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": letter.name,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secrets, letter.name, timestamp, body),
        }
        status, _ = self._setup.post("POST", letter.recipient, headers, body)
        if not 200 <= status < 300:
            raise NotifyError(
                f"{letter.recipient}: the receiver answered {status}",
                transient=status >= 500 or status in _LATER,
            )
