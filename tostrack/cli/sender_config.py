"""The settings that sending messages needs, from the watchlist, the archive and the process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Environment
from tostrack.errors import ConfigError, FetchError, NotifyError

if TYPE_CHECKING:
    from tostrack.archive import Archive
    from tostrack.fetch.client import Client
    from tostrack.models import DigestSettings
    from tostrack.notify import ChannelSettings, Post
    from tostrack.services.messages import SenderConfig

#: Causes that a retry cannot fix: the address itself is wrong.
_PERMANENT = frozenset({"forbidden-address", "bad-url"})


def load_link_secret(environment: Environment) -> Callable[[str], str]:
    """Return a function that returns secrets by name."""
    from tostrack.notify.secrets import secrets

    return secrets(os.environ, environment.watchlist.notify.secrets)


def load_sender_config(environment: Environment, archive: Archive) -> SenderConfig:
    """Return the sender configuration of the watchlist and the archive."""
    from tostrack.models import from_iso
    from tostrack.services.messages import SenderConfig

    environment.fix_identity(archive)
    watchlist = environment.watchlist
    notify = watchlist.notify
    contact = watchlist.settings.contact if "@" in watchlist.settings.contact else ""
    return SenderConfig(
        {digest.slug: digest for digest in watchlist.digests},
        archive.meta("authority"),
        from_iso(archive.meta("created_at")),
        watchlist.settings.url,
        notify.endpoint,
        notify.operator or notify.sender or contact,
        load_link_secret(environment)("KEY"),
        notify.storm,
        environment.book,
    )


@contextmanager
def build_channel_settings(environment: Environment) -> Iterator[ChannelSettings]:
    """Yield the settings of the notification channels."""
    from tostrack.notify import ChannelSettings

    notify = environment.watchlist.notify
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    # The operator names the address of a chat, which may be in their own network.
    with posting(environment) as post, closing(_build_client(environment, any_address=True)) as chats:
        yield ChannelSettings(
            notify.smtp,
            notify.sender,
            load_link_secret(environment),
            post,
            chats.send,
            Path(summary) if summary else None,
            # As bytes: what the runner is to obey.
            lambda line: click.echo(line.encode()),
        )


@contextmanager
def posting(environment: Environment) -> Iterator[Post]:
    """Yield a function that sends requests with a body through the guarded HTTP client."""
    client = _build_client(environment)

    def post(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        try:
            return client.ask(method, url, headers, body)
        except FetchError as error:
            raise NotifyError(str(error), transient=error.cause not in _PERMANENT) from error

    try:
        yield post
    finally:
        client.close()


def _build_client(environment: Environment, *, any_address: bool = False) -> Client:
    import time

    from tostrack.fetch import user_agent
    from tostrack.fetch.client import Client

    settings = environment.settings
    return Client(
        user_agent(settings.contact),
        monotonic=time.monotonic,
        allow_private=settings.allow_private,
        any_address=any_address,
    )


def find_digest(environment: Environment, name: str) -> DigestSettings:
    """Return the digest of this name.

    Raises:
        ConfigError: The watchlist has none.
    """
    known = {digest.slug: digest for digest in environment.watchlist.digests}
    if name in known:
        return known[name]
    from tostrack.watchlist.findings import did_you_mean

    hint = did_you_mean(name, known) or "; add a table [digest.NAME] with `to`"
    raise ConfigError(f"{name}: {environment.watchlist.source} has no digest of that name{hint}")


def find_address(text: str) -> str:
    """Return *text* as the e-mail address that it is.

    Raises:
        ConfigError: It is none.
    """
    from tostrack.watchlist.table import is_email

    if not is_email(text):
        raise ConfigError(f"{text!r} is not one e-mail address")
    return text
