"""``tostrack export``: write evidence, WARC, JSON lines, CSV or a dataset."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from tostrack.cli.app import Environment, emit_json, select_documents
from tostrack.errors import ConfigError, StoreError

_OUT = click.Path(dir_okay=False, path_type=Path)
_WHAT = click.option(
    "--what",
    type=click.Choice(["changes", "versions"]),
    default="changes",
    show_default=True,
    help="Changes with verdicts, or versions.",
)
_TARGET = click.argument("target", required=False, metavar="[SERVICE[/DOCUMENT]]")


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
    from tostrack.services.export import evidence_of, reader

    with environment.archive() as archive:
        row = archive.change(change)
        if row is None:
            raise ConfigError(f"{change}: no such change; `tostrack log` lists them with their ids")
        content = evidence_of(archive, row, reader(Path(environment.watchlist.settings.snapshots)))
    out = out or Path(f"{change.replace('/', '-').replace('@', '-')}.zip")
    with _written(out) as file:
        file.write(content)
    click.echo(f"{out}: {len(content):,} bytes; unzip it and read evidence/README.md")


@command.command(
    short_help="Write the raw captures as a WARC file.",
    epilog="Example: `tostrack export warc acme -o acme.warc.gz`, then `warcio check acme.warc.gz`.",
)
@_TARGET
@click.option("-o", "--out", type=_OUT, default="tostrack.warc.gz", show_default=True)
@click.pass_obj
def warc(environment: Environment, target: str | None, out: Path) -> None:
    """Write the raw captures as a WARC file, which pywb and ReplayWeb.page replay. Needs the extra `warc`."""
    from tostrack.archive.warc import write_warc
    from tostrack.services.export import captures, reader

    with environment.archive() as archive, _written(out) as file:
        found = captures(archive, select_documents(archive, target))
        write_warc(found, reader(Path(environment.watchlist.settings.snapshots)), file)
    click.echo(f"{out}: {len(found)} captures")


@command.command(
    short_help="Print changes, or versions, as JSON lines.",
    epilog="Example: `tostrack export jsonl --what versions > versions.jsonl`.",
)
@_TARGET
@_WHAT
@click.pass_obj
def jsonl(environment: Environment, target: str | None, what: str) -> None:
    """Print changes with their hunks and flags, or versions with their texts: one JSON object a line, oldest first."""
    from tostrack.services import export

    with environment.archive() as archive:
        rows = export.changes if what == "changes" else export.versions
        emit_json(rows(archive, select_documents(archive, target), whole=True))


@command.command("csv", epilog="Example: `tostrack export csv acme > acme.csv`.")
@_TARGET
@_WHAT
@click.pass_obj
def as_csv(environment: Environment, target: str | None, what: str) -> None:
    """Print changes, or versions, as CSV, oldest first. No cell is a formula to a spreadsheet."""
    from tostrack.render import csv_rows
    from tostrack.services import export

    with environment.archive() as archive:
        changes = what == "changes"
        rows = (export.changes if changes else export.versions)(archive, select_documents(archive, target), whole=False)
        click.echo(csv_rows.as_csv(rows, export.CHANGES if changes else export.VERSIONS).encode(), nl=False)


@command.command(
    "ota",
    short_help="Write the texts as Open Terms Archive does.",
    epilog="Example: `tostrack export ota -o dataset.zip`; without .zip it is a folder.",
)
@_TARGET
@click.option("-o", "--out", type=click.Path(path_type=Path), default="dataset", show_default=True)
@click.pass_obj
def export_ota_command(environment: Environment, target: str | None, out: Path) -> None:
    """Write every text as a file in the layout of Open Terms Archive's datasets: SERVICE/DOCUMENT/TIME.md."""
    from tostrack.services.export import dataset

    with environment.archive() as archive:
        count = _store(dataset(archive, select_documents(archive, target)), out)
    click.echo(f"{out}: {count} files")


def _store(files: Iterable[tuple[str, bytes]], out: Path) -> int:
    """Write *files* into a folder, or into a zip when *out* is named so; return how many."""
    count = 0
    if out.suffix == ".zip":
        with _written(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files:
                archive.writestr(zipfile.ZipInfo(f"{out.stem}/{name}", (1980, 1, 1, 0, 0, 0)), content)
                count += 1
        return count
    for name, content in files:
        path = out / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path.parent}: cannot be made ({error.strerror})") from error
        with _written(path) as file:
            file.write(content)
        count += 1
    return count


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """Give a file that is at *path* once it is whole, or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)
