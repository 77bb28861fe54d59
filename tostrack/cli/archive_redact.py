"""``tostrack archive redact``: delete text that a court or the law forbids to keep."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from tostrack.cli.app import Environment, emit_json, json_option, select_one
from tostrack.errors import ConfigError


@click.command(
    epilog='Example: `tostrack archive redact acme/terms --containing "Jane Doe" --reason "Order 12 of the court '
    'of X" -n`.'
)
@click.argument("target", metavar="SERVICE/DOCUMENT")
@click.option("--containing", "words", required=True, help="Delete every clause that contains these words.")
@click.option("--reason", required=True, help="Stored, and shown by `tostrack archive verify`.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be deleted; delete nothing.")
@json_option
@click.pass_obj
def command(environment: Environment, target: str, words: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Delete clauses, their quotes and the captures that contain them from the archive, permanently.

    Their hashes, the date and the reason stay, so the hash chain remains valid and `tostrack archive verify` lists the
    redactions. Existing backups, feeds and sites still contain the words: delete or rebuild them.
    """
    from tostrack.archive.redact import redact
    from tostrack.render.escape import safe_line

    with environment.archive() as archive:
        row = select_one(archive, target)
    if not words.strip() or not reason.strip():
        raise ConfigError("--containing and --reason must not be empty")
    settings = environment.watchlist.settings
    found = redact(
        Path(settings.database),
        Path(settings.snapshots),
        row.id,
        words,
        reason=reason.strip(),
        now=datetime.now(UTC),
        dry_run=dry_run,
    )
    if as_json:
        emit_json([asdict(found)])
        return
    for text in found.clauses:
        click.echo(safe_line(f"clause: {text}"))
    for path in found.captures:
        click.echo(safe_line(f"capture: {path}"))
    outcome = "would be deleted; nothing was" if dry_run else "deleted; older backups still contain them"
    counts = f"{len(found.clauses)} clauses, {found.quotes} quotes, {len(found.captures)} captures"
    click.echo(f"{counts} {outcome}", err=True)
