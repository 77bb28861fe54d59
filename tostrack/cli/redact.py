"""``tostrack redact``: what a court, or the law, says must go."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from tostrack.cli.app import Environment, emit_json, json_option, select_documents
from tostrack.errors import ConfigError


@click.command(
    epilog='Example: `tostrack redact acme/terms --containing "Jane Doe" --reason "Order 12 of the court of X" -n`.'
)
@click.argument("target", metavar="SERVICE/DOCUMENT")
@click.option("--containing", "words", required=True, help="Every clause that holds these words is taken out.")
@click.option("--reason", required=True, help="Why; it is kept, and `tostrack verify` shows it.")
@click.option("-n", "--dry-run", is_flag=True, help="Say what would go; take nothing out.")
@json_option
@click.pass_obj
def command(environment: Environment, target: str, words: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Take clauses, what quotes them and the captures that hold them out of the archive, for good.

    Their hashes, the day and the reason stay, so the chain still holds and `tostrack verify` says what was taken out.
    Backups, feeds and sites that were made before keep what they have: remove or rebuild them.
    """
    from tostrack.archive.redact import redact
    from tostrack.render.escape import safe_line

    with environment.archive() as archive:
        rows = select_documents(archive, target)
    if len(rows) > 1:
        raise ConfigError(f"{target}: name one document: {', '.join(row.id for row in rows)}")
    if not words.strip() or not reason.strip():
        raise ConfigError("--containing and --reason must say something")
    settings = environment.watchlist.settings
    found = redact(
        Path(settings.database),
        Path(settings.snapshots),
        rows[0].id,
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
    said = "would be taken out; nothing was" if dry_run else "taken out; backups made before still hold them"
    counts = f"{len(found.clauses)} clauses, {found.quotes} quotes, {len(found.captures)} captures"
    click.echo(f"{counts} {said}", err=True)
