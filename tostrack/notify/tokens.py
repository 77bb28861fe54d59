"""Signed words that let one address say one thing about one digest, and nobody else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta

from tostrack.errors import ConfigError
from tostrack.models import from_iso, iso
from tostrack.value import Value

#: A question that nobody answered in a week was not wanted. A way out never closes.
CONFIRM_WITHIN = timedelta(days=7)
_ACTIONS = ("confirm", "unsubscribe")
#: How a token begins whose words cannot be read without the key: logs of servers on the way keep links, not addresses.
_SEALED = "2."


class LinkToken(Value):
    """The right that a token gives its bearer."""

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
    body = json.dumps(words, separators=(",", ":")).encode()
    proof = _derived(key, b"proof", body)
    return f"{_SEALED}{_text(proof)}.{_text(_masked(key, proof, body))}"


def read(key: str, text: str, now: datetime) -> LinkToken:
    """Return what *text* says, when it was signed with *key*.

    Raises:
        ConfigError: It was not, it was altered, or it came too late.
    """
    try:
        action, digest, address, made_at = json.loads(_open(key, text.strip()))
    except ValueError as error:
        raise ConfigError("tostrack did not make this link, or it was cut: copy the whole link") from error
    token = LinkToken(action, digest, address, from_iso(made_at))
    if action not in _ACTIONS:
        raise ConfigError("this link asks for what this tostrack does not know")
    if action == "confirm" and not timedelta(days=-1) <= now - token.made_at <= CONFIRM_WITHIN:
        raise ConfigError(f"this link was good for {CONFIRM_WITHIN.days} days: subscribe again")
    return token


def _open(key: str, text: str) -> bytes:
    """Return the words in *text*.

    Raises:
        ValueError: They were not signed with *key*.
    """
    if not key:
        raise ValueError("no key")
    if text.startswith(_SEALED):
        proof, masked = (_bytes(part) for part in text.removeprefix(_SEALED).split("."))
        body = _masked(key, proof, masked)
        good = hmac.compare_digest(proof, _derived(key, b"proof", body))
    else:
        # As they were mailed before: readable by anyone who sees the link, and good for as long as they were.
        signed, _, given = text.partition(".")
        good = hmac.compare_digest(_text(_signed(key, signed)).encode(), given.encode("utf-8", "replace"))
        body = _bytes(signed) if good else b""
    if not good:
        raise ValueError("not ours")
    return body


def _masked(key: str, proof: bytes, body: bytes) -> bytes:
    """Return *body* hidden, or, where it is hidden, shown: XORed with a stream that only *key* and *proof* give."""
    blocks = (_derived(key, b"stream", proof + number.to_bytes(4, "big")) for number in range(len(body) // 32 + 1))
    return bytes(one ^ other for one, other in zip(body, b"".join(blocks), strict=False))


def _derived(key: str, purpose: bytes, content: bytes) -> bytes:
    own = hmac.new(key.encode(), b"tostrack link " + purpose, hashlib.sha256).digest()
    return hmac.new(own, content, hashlib.sha256).digest()


def _signed(key: str, body: str) -> bytes:
    return hmac.new(key.encode(), body.encode("utf-8", "replace"), hashlib.sha256).digest()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
