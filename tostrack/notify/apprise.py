"""Slack, Discord, Teams, Telegram, Matrix, ntfy and a hundred more, through the library that knows them all."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from tostrack.errors import NotifyError
from tostrack.notify.message import ChannelSettings, OutgoingMessage


@contextmanager
def _no_logs() -> Iterator[None]:
    """Let nobody log: the library, and those below it, name the address, which is the secret."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


class Apprise:
    """Sends to ``apprise:NAME``, whose address, a secret, is in ``TOSTRACK_APPRISE_NAME``."""

    def __init__(self, setup: ChannelSettings) -> None:
        self._setup = setup

    def send(self, letter: OutgoingMessage, at: datetime) -> None:
        """Post the few lines of *letter* that a chat can hold."""
        del at
        name = f"APPRISE_{letter.recipient.partition(':')[2].upper()}"
        url = self._setup.secret(name)
        if not url:
            raise NotifyError(f"{letter.recipient}: set TOSTRACK_{name} to its apprise address")
        try:
            import apprise
        except ImportError as error:
            raise NotifyError(
                f"{letter.recipient}: chats need the extra: pip install 'tostrack[notify]'", down=True
            ) from error
        chat = apprise.Apprise()
        with _no_logs():
            known = chat.add(url)
        if not known:
            raise NotifyError(f"{letter.recipient}: TOSTRACK_{name} is no address that apprise knows", transient=False)
        with _no_logs():
            taken = chat.notify(
                title=letter.subject, body=letter.chat or letter.text, body_format=apprise.NotifyFormat.TEXT
            )
        if not taken:
            raise NotifyError(f"{letter.recipient}: the chat did not take it")

    def close(self) -> None:
        """Nothing is kept open."""
