"""What every kind of import shares: the documents that its texts are of, and what is left out."""

from __future__ import annotations

from collections import Counter, abc
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Environment
from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.importers.folder import Collection
    from tostrack.importers.ota import OtaCollection
    from tostrack.models import Document

#: Lines told of one group; --json tells all.
TOLD = 20
#: Names told for one reason.
_NAMED = 3

rename_option = click.option(
    "--rename",
    multiple=True,
    metavar="FROM=TO",
    help="Import under another id: acme/terms-of-service=acme/terms. May be repeated.",
)


def name_documents(
    environment: Environment, found: Collection | OtaCollection, idents: abc.Collection[str], rename: Sequence[str]
) -> dict[str, Document]:
    """Return the document that each of *idents* is of: the watched one of that id, or one that is only history."""
    from tostrack.models import Document, slug

    watched = {document.id: document for document in environment.watchlist.documents}
    renamed = dict(_pair(each) for each in rename)
    if unknown := renamed.keys() - set(idents):
        raise ConfigError(f"--rename: {', '.join(sorted(unknown))}: not there; --dry-run lists what is")
    documents: dict[str, Document] = {}
    for ident in idents:
        target = renamed.get(ident, ident)
        service, _, document = target.partition("/")
        if not document or (slug(service), slug(document)) != (service, document):
            raise ConfigError(f"--rename: {target!r} is not of the form service/document in slugs")
        if target in (each.id for each in documents.values()):
            raise ConfigError(f"--rename: {target} is the id of two of them; import one of them at a time")
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


def warn_left_out(left_out: Sequence[tuple[str, str]]) -> None:
    """List on standard error what is not imported, with the reason."""
    from tostrack.render.escape import safe_line

    reasons = Counter(why for _, why in left_out)
    for why, number in reasons.most_common(TOLD):
        names = [name for name, reason in left_out if reason == why][:_NAMED]
        more = f" and {number - len(names)} more" if number > len(names) else ""
        click.echo(safe_line(f"left out {', '.join(names)}{more}: {why}"), err=True)
    if len(reasons) > TOLD:
        click.echo(f"left out {sum(reasons.values()) - sum(n for _, n in reasons.most_common(TOLD))} more", err=True)
