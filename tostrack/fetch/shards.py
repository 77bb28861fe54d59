"""Which of several machines asks which host: each host is asked by one of them only. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from tostrack.models import Document, sha256
from tostrack.value import Value


class Shard(Value):
    """The part of a watchlist that machine *number* of *count* crawls; numbers count from 1."""

    number: int
    count: int

    def of(self, documents: Sequence[Document], chosen: Iterable[Document]) -> list[Document]:
        """Return those of *chosen* that are ours.

        Args:
            documents: The whole watchlist, the same on every machine.
        """
        owner = _owners(documents)
        return [each for each in chosen if int(sha256(owner[each.id])[:12], 16) % self.count == self.number - 1]


def registered(url: str) -> str:
    """Return the host of *url* without what a company names below its own domain: ``acme.co.uk``.

    A guess that needs no list: under a country's letters, a short name or one of a few is a kind of owner.
    Where it is wrong, hosts of one company go to several machines, or of several to one; each host still goes to one.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    labels = host.split(".")
    if host.replace(".", "").isdigit() or ":" in host:
        return host
    of_a_kind = len(labels) > 2 and len(labels[-1]) == 2 and (len(labels[-2]) <= 3 or labels[-2] in _KINDS)
    return ".".join(labels[-3 if of_a_kind else -2 :])


#: Kinds of owners of more than three letters, as registries of countries name them.
_KINDS = frozenset("info name asso gouv govt school firm store".split())


def _owners(documents: Iterable[Document]) -> dict[str, str]:
    """Return, for each document, the name that its hosts go by; hosts that one document has pages on go together."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    hosts = {document.id: sorted({registered(page.url) for page in document.pages}) for document in documents}
    for names in hosts.values():
        for name in names:
            one, other = sorted((root(names[0]), root(name)))
            parent[other] = one
    return {document: root(names[0]) if names else document for document, names in hosts.items()}
