"""What a fetcher answers, and how services ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tostrack.errors import FetchError
from tostrack.fetch import Request
from tostrack.models import NotModified, Snapshot

Answer = Snapshot | NotModified | FetchError
#: Yields every request with its answer, in the order in which they come.
FetchAll = Callable[[Sequence[Request]], Iterator[tuple[Request, Answer]]]
