"""``tostrack archive verify``: check that the archive has not been modified."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Environment, emit_json, json_option, quiet_option, select_documents
from tostrack.cli.groups import Exit
from tostrack.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from tostrack.archive import DocumentRow
    from tostrack.archive.verify import Report, VerifyFinding

#: As ``--heads`` writes it: the hash, two spaces, the document; like a list of sha256sum.
_NOTED = re.compile(r"([0-9a-f]{64})  ([a-z0-9-]+/[a-z0-9-]+)")


@click.command(
    epilog="Examples: `tostrack archive verify instagram`; `tostrack archive verify --heads > heads.txt`, stored "
    "where nobody "
    "who can write the archive can write, and later `tostrack archive verify --against heads.txt`."
)
@click.argument("target", required=False, metavar="[SERVICE[/DOCUMENT]]")
@click.option("--heads", is_flag=True, help="Print the last hash of each document's chain, to be stored elsewhere.")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Hashes printed by --heads earlier: only they reveal that the newest versions or a document were deleted.",
)
@click.option("--repair", is_flag=True, help="First rebuild a damaged full-text index.")
@json_option
@quiet_option
@click.pass_context
def command(
    context: click.Context, target: str | None, heads: bool, against: Path | None, repair: bool, as_json: bool
) -> None:
    """Compute every hash again and compare: clauses, texts, the chain of versions, verdicts, raw captures.

    Prints every difference with its document and version; exit status 1 when there is one. Redactions are listed and
    are no difference.
    """
    from tostrack.archive.verify import HARMLESS, compare_heads

    environment: Environment = context.obj
    if repair:
        _repair(Path(environment.watchlist.settings.database))
    report = _run(environment, target)
    if against:
        noted = {document: head for head, document in _read_noted(against)}
        report.findings += compare_heads(report, noted)
    if heads:
        _print_heads(report, as_json=as_json)
    elif as_json:
        emit_json(_row(finding) for finding in report.findings)
    else:
        for finding in report.findings:
            click.echo(_line(finding))
    counts = f"{report.documents} documents, {report.versions} versions, {report.captures} captures"
    wrong = sum(finding.finding not in HARMLESS for finding in report.findings)
    if wrong:
        click.echo(f"{counts}: {wrong} differences; `tostrack archive recover` rebuilds the archive", err=True)
        context.exit(Exit.FAILED)
    environment.say(f"{counts}: OK", err=heads or as_json)


def _repair(path: Path) -> None:
    from tostrack.archive.search_index import check_search_index, rebuild_search_index

    if path.is_file() and check_search_index(path):
        rebuild_search_index(path)
        click.echo(f"{path}: the full-text index was rebuilt", err=True)


def _run(environment: Environment, target: str | None) -> Report:
    from tostrack.archive.verify import verify

    settings = environment.watchlist.settings
    if not Path(settings.database).is_file():
        raise StoreError(f"{settings.database}: the archive does not exist yet; `tostrack crawl` creates it")
    names: set[str] = set()
    if target:
        with environment.archive() as archive:
            names = {row.id for row in select_documents(archive, [target])}
    with _progress() as report:
        return verify(
            Path(settings.database), Path(settings.snapshots), lambda row: not names or row.id in names, report
        )


@contextmanager
def _progress() -> Iterator[Callable[[DocumentRow], None]]:
    """Yield a function that shows, on a terminal, which document is being verified."""
    watched = sys.stderr.isatty()

    def show(row: DocumentRow) -> None:
        if watched:
            click.echo(f"\r\x1b[K{row.id} ({row.versions} versions)", nl=False, err=True)

    try:
        yield show
    finally:
        if watched:
            click.echo("\r\x1b[K", nl=False, err=True)


def _read_noted(path: Path) -> list[tuple[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})") from error
    found = [_NOTED.fullmatch(line) for line in lines if line.strip()]
    if not found or not all(found):
        raise ConfigError(f"{path}: not a list of hashes as `tostrack archive verify --heads` prints it")
    return [(match[1], match[2]) for match in found if match]


def _print_heads(report: Report, *, as_json: bool) -> None:
    for document, heads in sorted(report.heads.items()):
        if heads and as_json:
            service, _, slug = document.partition("/")
            emit_json([{"service": service, "document": slug, "head": heads[-1]}])
        elif heads:
            click.echo(f"{heads[-1]}  {document}")


def _row(finding: VerifyFinding) -> dict[str, object]:
    service, _, document = finding.document.partition("/")
    return {**asdict(finding), "service": service or None, "document": document or None}


def _line(finding: VerifyFinding) -> str:
    from tostrack.render.escape import safe_line

    number = "" if finding.version is None else f"@{finding.version}"
    place = f"{finding.document}{number}" if finding.document else "archive"
    return safe_line(f"{place}: {finding.finding}: {finding.message}")
