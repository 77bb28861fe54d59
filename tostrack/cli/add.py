"""``tostrack add``: add a web page to the watchlist."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Environment, emit_json, json_option
from tostrack.errors import ConfigError
from tostrack.value import fields_of

if TYPE_CHECKING:
    from tostrack.services.add import ProposedEntry

#: Lines of the text that are shown of its beginning and of its end.
_SHOWN = 4


@click.command(epilog="Example: `tostrack add https://acme.example/terms --dry-run` shows the entry and the text.")
@click.argument("url")
@click.option("--service", default="", metavar="SLUG", help="The service's id; default: derived from host and title.")
@click.option(
    "--document", default="", metavar="SLUG", help="The document's id; default: derived from title and address."
)
@click.option("--browser", is_flag=True, help="Fetch it with a browser: for pages rendered by JavaScript.")
@click.option("--anyway", is_flag=True, help="Add it even when its text does not look like a policy.")
@click.option("-n", "--dry-run", is_flag=True, help="Fetch and show; write nothing.")
@json_option
@click.pass_obj
def command(
    environment: Environment,
    url: str,
    service: str,
    document: str,
    browser: bool,
    anyway: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Fetch a page, derive its names, find its text, and add it to the watchlist."""
    from tostrack.services.add import propose
    from tostrack.watchlist import to_toml
    from tostrack.watchlist.edit import append

    with environment.fetching() as (fetch_all, worker):
        found = propose(
            url,
            environment.watchlist.documents,
            fetch_all,
            service=service,
            document=document,
            fetch="browser" if browser else "http",
            anyway=anyway,
            call=worker,
        )
    path = environment.watchlist_path
    result = append(read_watchlist(path), [found.document], str(path))
    for refused, reason in result.refused:
        raise ConfigError(f"{refused.id}: {reason}; choose others with --service and --document")
    if not dry_run:
        write_watchlist(path, result.text)
    if as_json:
        emit_json([_row(found)])
    else:
        click.echo(to_toml(found.document))
        _show(found)
    if found.doubt:
        click.echo(
            f"{found.document.id}: {found.doubt}; after the crawl: `tostrack review {found.document.id} --accept`",
            err=True,
        )
    said = "nothing was written" if dry_run else f"added to {path}; next: `tostrack crawl {found.document.id}`"
    click.echo(said, err=True)


def read_watchlist(path: Path) -> str:
    """Return the text of the watchlist with its line ends as they are."""
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def write_watchlist(path: Path, text: str) -> None:
    """Replace the watchlist by *text*, whole or not at all, with the line ends that it had.

    Raises:
        ConfigError: It cannot be written.
    """
    from tostrack.archive.lock import replace_whole

    if "\r\n" in text:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    # Write through a symbolic link instead of replacing it.
    target = path.resolve()
    try:
        with replace_whole(target) as part:
            part.write_text(text, encoding="utf-8", newline="")
            part.chmod(target.stat().st_mode & 0o777)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror})") from error


def _row(found: ProposedEntry) -> dict[str, object]:
    document, page = found.document, found.document.pages[0]
    return {
        "service": document.service,
        "document": document.slug,
        **fields_of(document, ("service_name", "name")),
        **fields_of(page, ("url", "select", "remove", "fetch")),
        "language": document.language,
        "clauses": found.clauses,
        "words": len(found.text.split()),
        "left_out": list(found.left_out),
        "text": found.text,
    }


def _show(found: ProposedEntry) -> None:
    from tostrack.render.escape import cut, safe_line

    lines = [cut(safe_line(line), 100) for line in found.text.splitlines() if line.strip()]
    left = len(lines) - 2 * _SHOWN
    middle = [f"... {left} lines ..."] if left > 0 else []
    shown = [*lines[:_SHOWN], *middle, *lines[-_SHOWN:]] if left > 0 else lines
    click.echo(f"{found.clauses} clauses, {len(found.text.split())} words would be stored:\n")
    for line in shown:
        click.echo(f"    {line}")
    if found.left_out:
        click.echo("\nLeft out of it:\n")
        for line in found.left_out:
            click.echo(f"    {cut(safe_line(line), 120)}")
