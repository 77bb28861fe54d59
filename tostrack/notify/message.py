"""The common input of all channels: one message to one recipient, in the forms that a channel may want."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any

from tostrack.render.chat import ChatBlock
from tostrack.value import Value


class OutgoingMessage(Value):
    """One message to one recipient."""

    #: The Message-ID without its brackets: the same at every try, so that who gets it twice can tell.
    name: str
    recipient: str
    subject: str
    text: str
    made_at: datetime
    html: str = ""
    #: A few lines for a chat; a channel without them takes the text.
    chat: tuple[ChatBlock, ...] = ()
    markdown: str = ""
    #: For programs, as `json.dumps` takes it.
    payload: Mapping[str, Any] = field(default_factory=dict)
    #: What the mail belongs to, as a domain: ``shop.tos.example``.
    list_id: str = ""
    #: Where to unsubscribe: https and mailto addresses.
    leave: tuple[str, ...] = ()
    #: Which of several deliveries of one message this is; see `divide`. What is before the slash names the target.
    part: str = ""


#: Sends a `requests.PreparedRequest` of another library, in bounded time and bytes; gives its `requests.Response`.
Relay = Callable[[Any], Any]
#: Sends method, address, headers and body, guarded as all our requests are; returns the status and the answer.
Post = Callable[[str, str, Mapping[str, str], bytes], tuple[int, bytes]]


class ChannelSettings(Value):
    """The settings and functions that notifiers need."""

    smtp: str = ""
    sender: str = ""
    #: Gives a secret by its name, empty when there is none.
    secret: Callable[[str], str] = lambda _: ""
    post: Post | None = None
    #: Sends what the library of chats asks for.
    relay: Relay | None = None
    #: The file of GitHub's step summary.
    summary: Path | None = None
    #: Writes a line that the workflow's runner obeys.
    annotate: Callable[[str], None] = print
    #: A file of certificates to trust instead of the usual ones.
    ca_bundle: str | None = None
    #: Seconds for one message, from the first byte to the last.
    patience: float = 60.0


class Notifier(ABC):
    """One channel."""

    def __init__(self, setup: ChannelSettings) -> None:
        self._setup = setup

    @abstractmethod
    def send(self, letter: OutgoingMessage, at: datetime) -> None:
        """Deliver *letter* now, *at* a time.

        Raises:
            NotifyError: It may not have arrived.
        """

    def divide(self, letter: OutgoingMessage) -> Sequence[OutgoingMessage]:
        """Return the deliveries of *letter*: itself, or parts, each of which arrives, fails and is repeated by itself.

        The same letter gives the same parts, each with its ``part``.

        Raises:
            NotifyError: The channel is not set up.
        """
        return [letter]

    def close(self) -> None:  # noqa: B027 - most channels keep no connection
        """Let go of connections."""
