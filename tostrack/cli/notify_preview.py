"""``tostrack notify preview``: print a digest as its readers would get it."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from tostrack.cli.app import DAY, Environment, emit_json, json_option
from tostrack.cli.sender_config import find_digest


@click.command(epilog="Example: `tostrack notify preview shop --since 2024-05-01`; `tostrack notify send` sends.")
@click.argument("name", metavar="NAME")
@click.option("--since", type=DAY, help="All notified changes since the start of this day; default: waiting changes.")
@click.option("--until", type=DAY, help="Only changes seen until the end of this day.")
@click.option("-n", "--dry-run", is_flag=True, help="Accepted for scripts; this command never sends anything.")
@click.option("--format", "shape", type=click.Choice(["text", "html", "json"]), default="text", show_default=True)
@json_option
@click.pass_obj
def command(
    environment: Environment,
    name: str,
    since: datetime | None,
    until: datetime | None,
    dry_run: bool,
    shape: str,
    as_json: bool,
) -> None:
    """Print the digest NAME as its readers would get it, subject first. Sends nothing."""
    del dry_run
    from tostrack.archive.outbox import Outbox
    from tostrack.render import digest as forms
    from tostrack.services.digest import assemble_digest, changes_between

    watchlist = environment.watchlist
    settings = find_digest(environment, name)
    until = until or datetime.now(UTC)
    with environment.archive() as archive:
        if since:
            since = since.replace(hour=0, minute=0, second=0) if since.second == 59 else since
            events = changes_between(archive, settings, since, until)
        else:
            from tostrack.models import from_iso

            with Outbox(archive.path) as outbox:
                waiting = outbox.waiting(name)
            events = list(dict.fromkeys(row.event for row in waiting))
            since = from_iso(waiting[0].queued_at) if waiting else until
        digest = assemble_digest(
            archive, settings, events, since, until, site=watchlist.settings.url, book=environment.book
        )
    if as_json or shape == "json":
        emit_json([forms.digest_as_payload(digest)])
    elif not digest.items:
        click.echo(f"{name}: no change to report, so no mail", err=True)
    elif shape == "html":
        click.echo(forms.digest_as_html(digest), nl=False)
    else:
        environment.show(f"Subject: {forms.digest_subject(digest)}\n\n{forms.digest_as_text(digest)}")
