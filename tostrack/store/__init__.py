"""The archive: one SQLite file and the raw captures beside it."""

from tostrack.store.changes import ChangeRow
from tostrack.store.db import Archive, DocumentRow, FlagRow, SourceRow, VersionRow

__all__ = ["Archive", "ChangeRow", "DocumentRow", "FlagRow", "SourceRow", "VersionRow"]
