"""Options and helpers shared by the import commands."""

from __future__ import annotations

from collections import Counter, abc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.app import Environment, emit_json, name_few
from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.importers.folder import Collection
    from tostrack.importers.ota import OtaCollection
    from tostrack.models import Document
    from tostrack.services.import_history import ImportResult

#: Lines listed on standard error for one group; --json lists all.
MOST_LINES = 20

folder_type = click.Path(file_okay=False, path_type=Path)

rename_option = click.option(
    "--rename",
    multiple=True,
    metavar="FROM=TO",
    help="Import under another id: acme/terms-of-service=acme/terms. May be repeated.",
)


def name_documents(
    environment: Environment, found: Collection | OtaCollection, idents: abc.Collection[str], rename: Sequence[str]
) -> dict[str, Document]:
    """Return the document for each of *idents*: the watched one with that id, or one that only has history."""
    from tostrack.models import Document, slug

    watched = {document.id: document for document in environment.watchlist.documents}
    renamed = dict(_pair(each) for each in rename)
    if unknown := renamed.keys() - set(idents):
        raise ConfigError(f"--rename: {', '.join(sorted(unknown))}: not in the collection; --dry-run lists its ids")
    documents: dict[str, Document] = {}
    for ident in idents:
        target = renamed.get(ident, ident)
        service, _, document = target.partition("/")
        if not document or (slug(service), slug(document)) != (service, document):
            raise ConfigError(f"--rename: {target!r} is not of the form service/document in slugs")
        if target in (each.id for each in documents.values()):
            raise ConfigError(f"--rename: two documents would get the id {target}; import them one at a time")
        own = Document(service, document, (), found.documents[ident], found.services[ident.partition("/")[0]])
        documents[ident] = watched.get(target) or replace(
            own, service_name=environment.watchlist.services.get(service, own.service_name)
        )
    return documents


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not equals:
        raise ConfigError(f"--rename: {text!r} is not FROM=TO")
    return old.strip(), new.strip()


def list_import(
    found: Collection | OtaCollection,
    documents: dict[str, Document],
    pages: Mapping[str, Sequence[Any]],
    count: Callable[[Sequence[Any]], tuple[dict[str, int], str, str]],
    *,
    as_json: bool,
) -> None:
    """Print what a dry run would import of each of *documents*.

    Args:
        pages: What would be imported, by document.
        count: Returns how many *pages* are, as keys of JSON, in words, and with a remark behind their days.
    """
    from tostrack.models import iso
    from tostrack.render.escape import safe_line

    for ident, document in documents.items():
        service_name, name = found.services[ident.partition("/")[0]], found.documents[ident]
        first, last = (iso(pages[ident][at].at) for at in (0, -1))
        numbers, words, remark = count(pages[ident])
        if as_json:
            row = {"service": document.service, "document": document.slug, "service_name": service_name, "name": name}
            emit_json([row | {"watched": bool(document.pages), "first": first, "last": last} | numbers])
            continue
        watched = "" if document.pages else "  (not in the watchlist: history only)"
        span = f"{first[:10]} to {last[:10]}"
        click.echo(f"{safe_line(f'{service_name} / {name}')} -> {document.id}  {words}, {span}{remark}{watched}")


def print_import(done: ImportResult, line: str, *, as_json: bool) -> None:
    """Print what became of one document as JSON, or as *line* with the files that were left out."""
    if as_json:
        emit_json([{**asdict(done), "left_out": [{"file": name, "why": why} for name, why in done.left_out.items()]}])
        return
    click.echo(line)
    warn_left_out([*done.left_out.items()])


def warn_left_out(left_out: Sequence[tuple[str, str]]) -> None:
    """List on standard error the files that are not imported, each with the reason."""
    from tostrack.render.escape import safe_line

    reasons = Counter(why for _, why in left_out)
    for why, _ in reasons.most_common(MOST_LINES):
        names = [name for name, reason in left_out if reason == why]
        click.echo(safe_line(f"skipped {name_few(names)}: {why}"), err=True)
    if len(reasons) > MOST_LINES:
        rest = len(left_out) - sum(number for _, number in reasons.most_common(MOST_LINES))
        click.echo(f"skipped {rest} more", err=True)
