"""Mail: one message for each recipient, one connection for all of them, TLS or nothing."""

from __future__ import annotations

import re
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.header import Header
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from io import BufferedIOBase
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from tostrack.errors import NotifyError
from tostrack.notify.message import ChannelSettings, Notifier, OutgoingMessage
from tostrack.render.escape import cut, safe_line

#: RFC 5322 lets a line be 998 long; a subject beyond this is read by nobody.
_SUBJECT = 200
#: Bytes of one reply: RFC 5321 gives a line 512, and a list of extensions takes some dozens of them.
_REPLY_BYTES = 100_000
_PORTS = {"smtp": 587, "smtps": 465}


class _Addresses(UnstructuredHeader):
    """Addresses in angle brackets, a line each. Python's `email` encodes a long one, which no program can follow."""

    def fold(self, *, policy: Policy) -> str:
        lines = f",{policy.linesep} ".join(str(self).split(", "))
        return f"{self.name}: {lines}{policy.linesep}"  # type: ignore[attr-defined]


class _Subject(UnstructuredHeader):
    """A subject whose words are encoded together: Python's `email` loses the space between two encoded words."""

    def fold(self, *, policy: Policy) -> str:
        if str(self).isascii():
            return super().fold(policy=policy)  # type: ignore[misc,no-any-return]
        encoded = Header(str(self), "utf-8", header_name="Subject").encode(linesep=policy.linesep)
        return f"{self.name}: {encoded}{policy.linesep}"  # type: ignore[attr-defined]


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)  # type: ignore[arg-type]  # the registry mixes the base in
_HEADERS.map_to_type("list-unsubscribe", _Addresses)  # type: ignore[arg-type]  # the registry mixes the base in
#: 7-bit: what an old relay cannot spoil, and the generator chooses the shorter encoding.
_POLICY = SMTP.clone(header_factory=_HEADERS, cte_type="7bit", max_line_length=76)

#: A mail address in a server's reply: whose it is, a log need not know.
_ADDRESS = re.compile(r"[^\s<>@:;,\"'()]{1,100}@[^\s<>@:;,\"'()]{1,255}")


def mail(letter: OutgoingMessage, sender: str) -> EmailMessage:
    """Return *letter* as the mail that is sent, the same bytes at every try but for the boundary between its parts."""
    message = EmailMessage(_POLICY)
    message["From"] = sender
    message["To"] = letter.recipient
    message["Subject"] = header(letter.subject)
    message["Date"] = format_datetime(letter.made_at)
    message["Message-ID"] = f"<{letter.name}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.list_id:
        message["List-Id"] = f"<{letter.list_id}>"
    if letter.leave:
        message["List-Unsubscribe"] = ", ".join(f"<{address}>" for address in letter.leave)
        if any(address.startswith("https:") for address in letter.leave):
            # RFC 8058: only with an address that takes the POST.
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_encodable(letter.text))
    if letter.html:
        message.add_alternative(_encodable(letter.html), subtype="html")
    return message


def header(text: str) -> str:
    """Return *text* as the value of a header: one line, no control character, nothing that decodes to either."""
    # An encoded word (RFC 2047) that a page wrote would be decoded, line ends and all, and become headers of its own.
    return cut(safe_line(text).replace("=?", "= ?"), _SUBJECT)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


class Smtp(Notifier):
    """Sends through the server that the watchlist names; the connection is made when the first letter goes."""

    def __init__(self, setup: ChannelSettings) -> None:
        super().__init__(setup)
        self._connection: smtplib.SMTP | None = None

    def send(self, letter: OutgoingMessage, at: datetime) -> None:  # noqa: ARG002 - a mail has the date of its making
        """Hand *letter* to the server; its 250 means that it has it."""
        message = mail(letter, self._setup.sender)
        with self._bounded() as watch:
            connection = self._connection = watch.connection = self._connection or self._connect(watch)
            try:
                connection.send_message(message, self._setup.sender, [letter.recipient])
            except smtplib.SMTPRecipientsRefused as error:
                code, said = next(iter(error.recipients.values()))
                raise self._refused(letter, code, said) from error
            except smtplib.SMTPSenderRefused as error:
                self.close()
                why = f"{error.smtp_code} {_said(error.smtp_error)}"
                raise NotifyError(f"the mail server refuses the sender: {why}", down=True) from error
            except smtplib.SMTPResponseException as error:
                raise self._refused(letter, error.smtp_code, error.smtp_error) from error
            except (smtplib.SMTPException, OSError) as error:
                # It may have the message all the same: the next try carries the same Message-ID.
                self.close()
                raise NotifyError(f"{letter.recipient}: the mail server broke off ({_said(str(error))})") from error

    def _refused(self, letter: OutgoingMessage, code: int, said: bytes | str) -> NotifyError:
        if code == 421:
            self.close()
        return NotifyError(f"{letter.recipient}: {code} {_said(said)}", transient=code < 500)

    def _connect(self, watch: _Watch) -> smtplib.SMTP:
        if not self._setup.smtp:
            raise NotifyError("no mail server: set `smtp` and `from` in [notify] of the watchlist", down=True)
        parts = urlsplit(self._setup.smtp)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        context = ssl.create_default_context(cafile=self._setup.ca_bundle)
        connection: smtplib.SMTP | None = None
        try:
            if parts.scheme == "smtps":
                connection = _BoundedTlsSmtp(watch, host, port, timeout=self._setup.patience, context=context)
            else:
                connection = _BoundedSmtp(watch, host, port, timeout=self._setup.patience)
            connection.ehlo_or_helo_if_needed()
            if parts.scheme == "smtp" and (connection.has_extn("starttls") or not _is_loopback(host)):
                connection.starttls(context=context)
            if parts.username:
                connection.login(unquote(parts.username), self._setup.secret("SMTP_PASSWORD"))
        except (smtplib.SMTPException, OSError) as error:
            if connection is not None:
                connection.close()
            raise NotifyError(f"{host}:{port}: no mail goes out ({_why(error)})", down=True) from error
        return connection

    @contextmanager
    def _bounded(self) -> Iterator[_Watch]:
        """Give one message its time: a server that drips a byte now and then never reaches the socket's own timeout."""
        watch = _Watch()
        timer = threading.Timer(self._setup.patience, watch.abort)
        timer.daemon = True
        timer.start()
        try:
            yield watch
        finally:
            timer.cancel()

    def close(self) -> None:
        """Say goodbye, if there is anybody to say it to."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError), self._bounded() as watch:
                watch.connection = self._connection
                self._connection.quit()
            self._connection.close()
            self._connection = None


class _Replies:
    """The lines of a server, of which one reply has so many bytes at the most."""

    def __init__(self, file: BufferedIOBase) -> None:
        self.file = file
        self.left = _REPLY_BYTES

    def readline(self, size: int) -> bytes:
        line = self.file.readline(size)
        self.left -= len(line)
        if self.left < 0:
            raise OSError("a reply without end")
        return line

    def close(self) -> None:
        self.file.close()


class _Bounded:
    """What both kinds of connection do differently: the first reply has its time too, and every reply an end."""

    file: Any

    def __init__(self, watch: _Watch, *values: Any, **named: Any) -> None:
        # The library connects, and reads the first reply, as it makes the object.
        watch.connection = self  # type: ignore[assignment]
        super().__init__(*values, **named)

    def getreply(self: Any) -> tuple[int, bytes]:
        if self.file is None:
            self.file = _Replies(self.sock.makefile("rb"))
        self.file.left = _REPLY_BYTES
        reply: tuple[int, bytes] = super().getreply()  # type: ignore[misc]
        return reply


class _BoundedSmtp(_Bounded, smtplib.SMTP):
    pass


class _BoundedTlsSmtp(_Bounded, smtplib.SMTP_SSL):
    pass


class _Watch:
    """Shuts a connection down from another thread."""

    def __init__(self) -> None:
        self.connection: smtplib.SMTP | None = None

    def abort(self) -> None:
        sock = self.connection.sock if self.connection else None
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(2)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _said(text: bytes | str) -> str:
    """Return a server's reply as it may be stored and logged: one short line without addresses."""
    line = safe_line(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)
    return cut(_ADDRESS.sub("[address]", line), 300)


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{error.smtp_code} {_said(error.smtp_error)}; the password is TOSTRACK_SMTP_PASSWORD"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it offers no STARTTLS, and mail never goes out in the clear; try smtps:// and port 465"
    return _said(str(error))
