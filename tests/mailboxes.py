"""A mail server on loopback that takes mail, refuses it, breaks off or never answers, as it is told."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any, Self

from aiosmtpd.smtp import SMTP

#: Gives what a recipient's RCPT or a message's DATA is answered; None means 250.
Answer = Callable[[str], str | None]


def _yes(_: str) -> None:
    return None


class MailServer:
    """Runs in a thread of its own. ``mails`` is what it has taken, as (recipients, bytes)."""

    def __init__(self, *, rcpt: Answer = _yes, data: Answer = _yes, tls: ssl.SSLContext | None = None) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        #: How many connections there were, and an event that lets `hang` go.
        self.connections = 0
        self._rcpt, self._data, self._tls = rcpt, data, tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *exception: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def parsed(self) -> list[Message]:
        return [message_from_bytes(content, policy=default) for _, content in self.mails]

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._session, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _session(self) -> SMTP:
        self.connections += 1
        options: dict[str, Any] = {"tls_context": self._tls} if self._tls else {}
        return SMTP(self, hostname="mail.test", loop=self._loop, **options)

    # What aiosmtpd asks

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        del server, session, options
        if answer := self._rcpt(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        del session
        answer = self._data(envelope.rcpt_tos[0])
        if answer and answer != "drop":
            if answer == "hang":
                await asyncio.Event().wait()
            return answer
        self.mails.append((list(envelope.rcpt_tos), envelope.content))
        if answer == "drop":
            server.transport.abort()
        return "250 OK"
