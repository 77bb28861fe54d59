"""``tostrack export``: write evidence, WARC, JSON lines, CSV or a dataset."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

import click

from tostrack.cli.app import Environment, emit_json, replace_file, select_documents, targets_argument

_OUT = click.Path(dir_okay=False, path_type=Path)
_WHAT = click.option(
    "--what",
    type=click.Choice(["changes", "versions", "reviews"]),
    default="changes",
    show_default=True,
    help="Changes with verdicts, versions, or what readers decided about changes.",
)


@click.group(epilog="Examples: `tostrack export evidence acme/terms@7`; `tostrack export csv acme > acme.csv`.")
def command() -> None:
    """Write evidence, WARC, JSON lines, CSV or a dataset of texts."""


@command.command(
    short_help="Pack the evidence of one change.",
    epilog="Example: `tostrack export evidence acme/terms@7 -o evidence.zip`; `tostrack log` has the ids.",
)
@click.argument("change", metavar="SERVICE/DOCUMENT@NUMBER")
@click.option("-o", "--out", type=_OUT, help="The zip; default: named after the change.")
@click.pass_obj
def evidence(environment: Environment, change: str, out: Path | None) -> None:
    """Pack the evidence of one change: raw captures, both texts, the chain of hashes, the redline.

    Its README says how to check it with sha256sum and Python alone. The same change gives the same bytes.
    """
    from tostrack.services.export import change_of, evidence_of, reader

    with environment.archive() as archive:
        content = evidence_of(archive, change_of(archive, change), reader(environment.settings.snapshots))
    out = out or Path(f"{change.replace('/', '-').replace('@', '-')}.zip")
    with replace_file(out) as file:
        file.write(content)
    click.echo(f"{out}: {len(content):,} bytes; unzip it and read evidence/README.md")


@command.command(
    short_help="Write the raw captures as a WARC file.",
    epilog="Example: `tostrack export warc acme -o acme.warc.gz`, then `warcio check acme.warc.gz`.",
)
@targets_argument
@click.option("-o", "--out", type=_OUT, default="tostrack.warc.gz", show_default=True)
@click.pass_obj
def warc(environment: Environment, targets: tuple[str, ...], out: Path) -> None:
    """Write the raw captures as a WARC file, which pywb and ReplayWeb.page replay. Needs the extra `warc`."""
    from tostrack.archive.warc import write_warc
    from tostrack.services.export import captures, reader

    with environment.archive() as archive, replace_file(out) as file:
        found = captures(archive, select_documents(archive, targets))
        write_warc(found, reader(environment.settings.snapshots), file)
    click.echo(f"{out}: {len(found)} captures")


@command.command(
    short_help="Print changes, versions or reviews as JSON lines.",
    epilog="Example: `tostrack export jsonl --what versions > versions.jsonl`.",
)
@targets_argument
@_WHAT
@click.pass_obj
def jsonl(environment: Environment, targets: tuple[str, ...], what: str) -> None:
    """Print changes with hunks and flags, versions with texts, or reviews: one JSON object a line, oldest first."""
    from tostrack.services import export

    with environment.archive() as archive:
        emit_json(getattr(export, what)(archive, select_documents(archive, targets), whole=True))


@command.command("csv", epilog="Example: `tostrack export csv acme > acme.csv`.")
@targets_argument
@_WHAT
@click.pass_obj
def as_csv(environment: Environment, targets: tuple[str, ...], what: str) -> None:
    """Print changes, versions or reviews as CSV, oldest first. No cell is a formula to a spreadsheet."""
    from tostrack.render import csv_rows
    from tostrack.services import export

    with environment.archive() as archive:
        rows = getattr(export, what)(archive, select_documents(archive, targets), whole=False)
        click.echo(csv_rows.as_csv(rows, getattr(export, what.upper())).encode(), nl=False)


@command.command(
    "ota",
    short_help="Write the texts as Open Terms Archive does.",
    epilog="Example: `tostrack export ota -o dataset.zip`; without .zip it is a folder.",
)
@targets_argument
@click.option("-o", "--out", type=click.Path(path_type=Path), default="dataset", show_default=True)
@click.pass_obj
def export_ota_command(environment: Environment, targets: tuple[str, ...], out: Path) -> None:
    """Write every text as a file in the layout of Open Terms Archive's datasets: SERVICE/DOCUMENT/TIME.md."""
    from tostrack.services.export import dataset

    with environment.archive() as archive:
        count = _store(dataset(archive, select_documents(archive, targets)), out)
    click.echo(f"{out}: {count} files")


def _store(files: Iterable[tuple[str, bytes]], out: Path) -> int:
    """Write *files* into a folder, or into a zip when *out* is named so; return how many."""
    count = 0
    if out.suffix == ".zip":
        with replace_file(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files:
                archive.writestr(zipfile.ZipInfo(f"{out.stem}/{name}", (1980, 1, 1, 0, 0, 0)), content)
                count += 1
        return count
    for name, content in files:
        with replace_file(out / name) as file:
            file.write(content)
        count += 1
    return count
