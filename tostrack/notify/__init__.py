"""Text -> people: each channel is one module and one line in `NOTIFIERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tostrack.notify.actions import StepSummary
from tostrack.notify.apprise import Apprise
from tostrack.notify.message import ChannelSettings, Notifier, OutgoingMessage, Post
from tostrack.notify.smtp import Smtp
from tostrack.notify.webhook import Webhook

#: What reaches the recipients of each channel; see `models.channel_of`.
NOTIFIERS: Mapping[str, Callable[[ChannelSettings], Notifier]] = {
    "email": Smtp,
    "webhook": Webhook,
    "apprise": Apprise,
    "summary": StepSummary,
}

__all__ = ["NOTIFIERS", "ChannelSettings", "Notifier", "OutgoingMessage", "Post"]
