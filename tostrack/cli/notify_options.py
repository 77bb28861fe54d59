"""``tostrack notify --send`` and its kind: the options that `notify` had before it was a group. Removed in 0.3."""

from __future__ import annotations

import click

from tostrack.cli.app import Clock, Environment, json_option, now_option
from tostrack.cli.notify_discard import REASON
from tostrack.cli.notify_issues import sync_issues
from tostrack.cli.notify_send import create_messages, report_unsent, send_messages
from tostrack.cli.notify_status import show_messages


@click.command(hidden=True, epilog="Example: `tostrack notify send`.")
@click.option("--send", "sends", is_flag=True)
@click.option("--gather", "gathers", is_flag=True)
@click.option("--status", is_flag=True)
@click.option("--release", is_flag=True)
@click.option("--drop", is_flag=True)
@click.option("--issues", is_flag=True)
@now_option
@json_option
@click.pass_obj
def command(
    environment: Environment,
    sends: bool,
    gathers: bool,
    status: bool,
    release: bool,
    drop: bool,
    issues: bool,
    clock: Clock,
    as_json: bool,
) -> None:
    """Run the commands that the options of `notify` name, in the order in which `notify` ran them."""
    names = {"send": sends, "send --gather-only": gathers, "status": status, "release": release, "discard": drop}
    new = " ".join(f"`tostrack notify {name}`" for name, given in {**names, "issues": issues}.items() if given)
    click.echo(f"tostrack: the options of `tostrack notify` are now {new}; the old ones work until 0.3", err=True)
    failed = 0
    with environment.outbox() as (_, outbox):
        if release:
            click.echo(f"{outbox.release(clock())} messages released")
        if drop:
            click.echo(f"{outbox.drop(REASON)} messages discarded")
        if gathers and not sends:
            create_messages(environment, outbox, clock)
        if sends:
            failed = send_messages(environment, outbox, clock, as_json=as_json)
        if issues:
            for line in sync_issues(environment, clock()):
                click.echo(line)
        if status:
            show_messages(environment, outbox, as_json=as_json)
    report_unsent(failed)
