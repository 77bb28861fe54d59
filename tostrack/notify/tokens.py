"""Signed words that let one address say one thing about one digest, and nobody else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from tostrack.errors import ConfigError
from tostrack.models import from_iso, iso

#: A question that nobody answered in a week was not wanted. A way out never closes.
CONFIRM_WITHIN = timedelta(days=7)
_ACTIONS = ("confirm", "unsubscribe")


@dataclass(frozen=True)
class LinkToken:
    """What its bearer may do."""

    action: str
    digest: str
    address: str
    made_at: datetime


def make(key: str, token: LinkToken) -> str:
    """Return *token* signed with *key*, safe in a link.

    Raises:
        ConfigError: There is no key.
    """
    if not key:
        raise ConfigError("links are signed: set TOSTRACK_KEY, or key among the secrets, to a long random word")
    words = [token.action, token.digest, token.address, iso(token.made_at)]
    body = _text(json.dumps(words, separators=(",", ":")).encode())
    return f"{body}.{_text(_signed(key, body))}"


def read(key: str, text: str, now: datetime) -> LinkToken:
    """Return what *text* says, when it was signed with *key*.

    Raises:
        ConfigError: It was not, it was altered, or it came too late.
    """
    body, _, given = text.strip().partition(".")
    if not key or not hmac.compare_digest(_text(_signed(key, body)).encode(), given.encode("utf-8", "replace")):
        raise ConfigError("this link is not one of ours, or was cut: copy the whole of it")
    try:
        action, digest, address, made_at = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error) as error:
        raise ConfigError("this link is not one of ours") from error
    token = LinkToken(action, digest, address, from_iso(made_at))
    if action not in _ACTIONS:
        raise ConfigError("this link asks for what this tostrack does not know")
    if action == "confirm" and not timedelta(days=-1) <= now - token.made_at <= CONFIRM_WITHIN:
        raise ConfigError(f"this link was good for {CONFIRM_WITHIN.days} days: subscribe again")
    return token


def _signed(key: str, body: str) -> bytes:
    return hmac.new(key.encode(), body.encode("utf-8", "replace"), hashlib.sha256).digest()


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
