"""Text -> people: each channel is one module and one line in `NOTIFIERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tostrack.notify.actions import Summary
from tostrack.notify.apprise import Apprise
from tostrack.notify.letter import Letter, Notifier, Post, Setup
from tostrack.notify.smtp import Smtp
from tostrack.notify.webhook import Webhook

#: What reaches the recipients of each channel; see `models.channel_of`.
NOTIFIERS: Mapping[str, Callable[[Setup], Notifier]] = {
    "email": Smtp,
    "webhook": Webhook,
    "apprise": Apprise,
    "summary": Summary,
}

__all__ = ["NOTIFIERS", "Letter", "Notifier", "Post", "Setup"]
