"""``tostrack notify issues``: open a GitHub issue for each failing document."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

import click

from tostrack.cli.app import Clock, Environment, now_option, quiet_option
from tostrack.cli.sender_config import load_link_secret, posting
from tostrack.errors import NotifyError


@click.command(epilog="Example: `tostrack notify issues`, with GITHUB_TOKEN set and `issues` in [notify].")
@now_option
@quiet_option
@click.pass_obj
def command(environment: Environment, clock: Clock) -> None:
    """Open a GitHub issue for each document that keeps failing, and close the issues of those that recovered."""
    for line in sync_issues(environment, clock()):
        environment.say(line)


def sync_issues(environment: Environment, now: datetime) -> Iterator[str]:
    """Open and close issues in the watchlist's repository; yield a line for each.

    Raises:
        NotifyError: The watchlist names no repository, or GitHub refuses.
    """
    from tostrack.notify.github import FailureIssues
    from tostrack.render.failure_issues import list_failure_issues

    repository = environment.watchlist.notify.issues
    if not repository:
        raise NotifyError('no repository: set issues = "owner/repository" in [notify] of the watchlist')
    token = load_link_secret(environment)("GITHUB_TOKEN") or os.environ.get("GITHUB_TOKEN", "")
    with environment.archive() as archive, posting(environment) as post:
        yield from FailureIssues(repository, token, post).sync(
            list_failure_issues(map(asdict, archive.documents()), now)
        )
