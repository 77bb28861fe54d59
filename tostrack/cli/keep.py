"""``tostrack keep``: what a branch, or another disk, keeps of the archive."""

from __future__ import annotations

from pathlib import Path

import click

from tostrack.cli.environment import Environment
from tostrack.errors import StoreError


@click.command(
    epilog="Example: `tostrack keep --out state`, and commit the folder: `git log -p -- texts/` is then a second trail."
)
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), default="state", show_default=True)
@click.pass_obj
def command(environment: Environment, out: Path) -> None:
    """Write a sound copy of the archive, and the texts that stand as SERVICE/DOCUMENT.md. What is the same is left."""
    with environment.archive() as archive:
        copy = out / archive.path.name
        if copy.resolve() == archive.path.resolve():
            raise StoreError(f"{copy}: is the archive itself; name another folder")
        texts = {row.id: archive.text(row.service, row.document) for row in archive.documents()}
        _make(out)
        archive.copy(copy)
    written = [_write(out / "texts" / f"{name}.md", text) for name, text in texts.items() if text is not None]
    click.echo(f"{out}: {copy.name}, {len(written)} texts, {sum(written)} written")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be made ({error.strerror})") from error


def _write(path: Path, text: str) -> bool:
    try:
        if path.is_file() and path.read_text("utf-8") == text:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror})") from error
    return True
