"""``tostrack discover``: the policies that a site publishes, to choose from."""

from __future__ import annotations

from dataclasses import asdict

import click

from tostrack.cli.app import Environment, emit_json, json_option


@click.command(epilog="Example: `tostrack discover https://acme.example/`, then `tostrack add` what you want of it.")
@click.argument("site")
@json_option
@click.pass_obj
def command(environment: Environment, site: str, as_json: bool) -> None:
    """List the policies that a site publishes, by kind; writes nothing.

    Reads its home page, its legal pages, its site map, and what it states for machines.
    """
    from tostrack.render.escape import cut, safe_line
    from tostrack.services.discover import discover

    with environment.fetching() as (fetch_all, worker):
        found = discover(site, environment.watchlist.documents, fetch_all, call=worker)
    if as_json:
        emit_json([asdict(each) for each in found])
        return
    for each in found:
        state = "watched" if each.watched else f"tostrack add {each.address}"
        click.echo(f"{each.kind:<20}  {cut(safe_line(each.name or each.address), 40):<40}  {safe_line(state)}")
    if not found:
        click.echo(
            f"{safe_line(site)}: no policy found; open its home page and add the address of each document", err=True
        )
