"""Subscriptions: confirm them by double opt-in, end them, and refuse blocked addresses."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from tostrack.archive.outbox import Message, Outbox
from tostrack.errors import ConfigError
from tostrack.models import DigestSettings, channel_of, sha256
from tostrack.notify import tokens
from tostrack.notify.tokens import LinkToken


def subscribe(outbox: Outbox, digest: str, address: str, at: datetime, authority: str) -> None:
    """Note that *address* asks for *digest* and queue the mail that asks back; nothing else is sent before the yes."""
    outbox.ask(digest, address, at)
    # One question a day, however often somebody types another person's address into a form.
    name = message_name(authority, "confirm", digest, address, f"{at:%Y-%m-%d}")
    outbox.gather("confirm", digest, "email", address, [], name=name, since=at, at=at)


def follow_link(outbox: Outbox, key: str, text: str, now: datetime, action: str = "") -> str:
    """Do what the token *text* says, and return a sentence that says so; doing it twice is doing it once.

    Args:
        action: Where given, the only one that may be done: the page of one action never does the other.

    Raises:
        ConfigError: It is not one of this archive's, or came too late.
    """
    token = tokens.read(key, text, now)
    if action and token.action != action:
        raise ConfigError("this link is not for this page: copy the whole of it")
    if token.action == "unsubscribe":
        outbox.leave(token.digest, token.address, now)
        return f"{token.address} no longer gets the digest “{token.digest}”."
    if outbox.confirm(token.digest, token.address, now):
        return f"{token.address} is now subscribed to the digest “{token.digest}”."
    return f"{token.address} has unsubscribed from the digest “{token.digest}”: subscribe again to get it."


def build_link(endpoint: str, key: str, token: LinkToken) -> str:
    """Return the address behind which *token* waits for a click."""
    return f"{endpoint}/{token.action}?token={quote(tokens.make(key, token))}"


def find_refusal(outbox: Outbox, settings: DigestSettings | None, message: Message) -> str:
    """Return why *message* must not be sent now; empty when it may."""
    if message.kind == "question":
        return ""
    if settings is None:
        return f"the digest {message.digest} no longer exists"
    if found := outbox.refusal(message.digest, message.recipient):
        # Who left may ask again, and is asked back; who is suppressed may not.
        return "" if message.kind == "confirm" and found.startswith("unsubscribed") else found
    if message.kind == "confirm" or message.recipient in outbox.recipients(settings):
        return ""
    return "no longer a recipient of the digest"


def message_name(authority: str, *parts: str) -> str:
    """Return a Message-ID, without its brackets, that the same *parts* always give."""
    domain = authority.rpartition("@")[2] or "tostrack.invalid"
    return f"{sha256(chr(10).join(parts))[:32]}@{domain}"


def is_mail(recipient: str) -> bool:
    """Whether *recipient* is a person's address, who can subscribe and leave."""
    return channel_of(recipient) == "email"
