"""A signed POST of JSON for programs, by the Standard Webhooks convention that receivers have libraries for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime

from tostrack.errors import NotifyError
from tostrack.notify.message import ChannelSettings, OutgoingMessage

#: What may go better later; any other 4xx is the receiver's no.
_LATER = frozenset({408, 425, 429})


def signature(key: str, name: str, timestamp: int, body: bytes) -> str:
    """Return the value of ``webhook-signature``: ``v1,`` and the HMAC-SHA256 over id, time and body in base 64."""
    signed = f"{name}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key.encode(), signed, hashlib.sha256).digest()).decode()


class Webhook:
    """Posts each letter to its recipient's address."""

    def __init__(self, setup: ChannelSettings) -> None:
        self._setup = setup

    def send(self, letter: OutgoingMessage, at: datetime) -> None:
        """Post *letter*; any 2xx means that the receiver has it."""
        key = self._setup.secret("WEBHOOK_KEY")
        if self._setup.post is None or not key:
            raise NotifyError(
                "webhooks are signed: set TOSTRACK_WEBHOOK_KEY, or webhook_key among the secrets", down=True
            )
        body = json.dumps({"id": letter.name, **letter.payload}).encode()
        timestamp = int(at.timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": letter.name,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(key, letter.name, timestamp, body),
        }
        status, _ = self._setup.post("POST", letter.recipient, headers, body)
        if not 200 <= status < 300:
            raise NotifyError(
                f"{letter.recipient}: the receiver answered {status}",
                transient=status >= 500 or status in _LATER,
            )

    def close(self) -> None:
        """Nothing is kept open."""
