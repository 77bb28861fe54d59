"""Render a message of the outbox for sending; the same archive and message give the same text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from urllib.parse import quote

from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.archive import Archive
from tostrack.archive.outbox import Message, Outbox
from tostrack.models import DigestSettings, from_iso
from tostrack.notify import OutgoingMessage
from tostrack.notify.tokens import LinkToken
from tostrack.render import digest as forms
from tostrack.render.chat import ChatBlock
from tostrack.render.escape import count
from tostrack.services.digest import assemble_digest
from tostrack.services.subscriptions import build_link, is_mail, message_name
from tostrack.value import Value

_STORM = (
    "{documents} changed in one night, which is unusual and may be an error of tostrack. "
    "This message was held for 24 hours and nobody discarded it."
)


class SenderConfig(Value):
    """Sender, digests and identity used for messages."""

    digests: Mapping[str, DigestSettings]
    #: The archive's, a domain or an address: Message-IDs and lists are named after it.
    authority: str
    #: When the archive was made.
    began: datetime
    site: str = ""
    endpoint: str = ""
    #: Who is asked when something looks wrong, and whom a reader without a link writes to.
    operator: str = ""
    #: What tokens are signed with.
    key: str = field(default="", repr=False)
    storm: int = 12
    book: Rulebook = SHIPPED


def render_message(archive: Archive, outbox: Outbox, office: SenderConfig, message: Message) -> OutgoingMessage:
    """Return *message* as its recipient gets it.

    Raises:
        StoreError: The archive does not have what the message tells.
    """
    if message.kind == "question":
        return _question(outbox, message)
    if message.kind == "confirm":
        return _confirm(message, office)
    events = outbox.events(message)
    warning = ""
    if message.kind == "storm":
        documents = count(len({event.partition("@")[0] for event in events}), "document")
        warning = _STORM.format(documents=documents)
    settings = office.digests.get(message.digest, DigestSettings(message.digest))
    since, until = from_iso(message.since), from_iso(message.made_at)
    digest = assemble_digest(
        archive, settings, events, since, until, site=office.site, warning=warning, book=office.book
    )
    footer = _footer(message, office) if is_mail(message.recipient) else None
    return OutgoingMessage(
        message.name,
        message.recipient,
        forms.digest_subject(digest),
        forms.digest_as_text(digest, footer),
        until,
        forms.digest_as_html(digest, footer),
        forms.digest_as_chat(digest),
        forms.digest_as_markdown(digest),
        forms.digest_as_payload(digest),
        f"{message.digest}.{office.authority.rpartition('@')[2]}",
        footer.leave if footer else (),
    )


def render_test_message(office: SenderConfig, digest: str, recipient: str, at: datetime) -> OutgoingMessage:
    """Return a message that says it is a test, for one recipient of a digest."""
    text = (
        f"This is a test message for the digest “{digest}” of {office.site or 'tostrack'}.\n"
        "It reports no change. If you can read it, this channel works.\n"
    )
    subject = f"Test message: digest “{digest}”"
    return OutgoingMessage(
        message_name(office.authority, "test", digest, recipient, f"{at:%Y-%m-%dT%H:%M:%SZ}"),
        recipient,
        subject,
        text,
        at,
        chat=(ChatBlock(text.strip()),),
        markdown=f"**{subject}**\n\n{text}",
        payload={"test": True, "digest": digest, "text": text},
        list_id=f"{digest}.{office.authority.rpartition('@')[2]}",
    )


def _footer(message: Message, office: SenderConfig) -> forms.Footer:
    where = office.site or "tostrack"
    why = f"{message.recipient} is subscribed to the digest “{message.digest}” of {where}."
    leave = []
    if office.endpoint and office.key:
        token = LinkToken("unsubscribe", message.digest, message.recipient, from_iso(message.made_at))
        leave.append(build_link(office.endpoint, office.key, token))
    if office.operator:
        leave.append(f"mailto:{office.operator}?subject={quote(f'unsubscribe {message.digest} {message.recipient}')}")
    return forms.Footer(why, tuple(leave))


def _confirm(message: Message, office: SenderConfig) -> OutgoingMessage:
    token = LinkToken("confirm", message.digest, message.recipient, from_iso(message.made_at))
    address = build_link(office.endpoint or "https://invalid", office.key, token)
    signed = address.partition("token=")[2]
    reply = f"mailto:{office.operator}?subject={quote(f'confirm {signed}')}"
    yes = address if office.endpoint else reply
    text = (
        f"Somebody asked to subscribe {message.recipient} to the digest “{message.digest}”:\n"
        "changes of terms and privacy policies that matter, with quotes.\n\n"
        f"If it was you, confirm within a week:\n{yes}\n\n"
        "If not, ignore this mail: you will get no further message.\n"
    )
    return OutgoingMessage(
        message.name,
        message.recipient,
        f"Confirm your subscription to “{message.digest}”",
        text,
        from_iso(message.made_at),
    )


def _question(outbox: Outbox, message: Message) -> OutgoingMessage:
    day = message.since[:10]
    documents = sorted({row.partition("@")[0] for row in outbox.told_on(day)})
    listed = "\n".join(f"  {name}" for name in documents[:100])
    text = (
        f"{count(len(documents), 'document')} changed in the night of {day}, which is unusual.\n"
        f"They may be real changes, or an error of tostrack.\n\n{listed}\n\n"
        f"Inspect:  tostrack log --since {day}\n"
        "Send:     tostrack notify release    if the changes are real\n"
        "Discard:  tostrack notify discard    if they are an error\n\n"
        "Sent automatically after 24 hours, with a warning.\n"
    )
    subject = f"{count(len(documents), 'document')} changed in one night: send or discard?"
    return OutgoingMessage(message.name, message.recipient, subject, text, from_iso(message.made_at))
