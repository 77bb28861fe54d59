"""The archive: one SQLite file and the raw captures beside it."""

from tostrack.archive.change_rows import ChangeRow
from tostrack.archive.read import Archive, DocumentRow, FlagRow, VersionRow

__all__ = ["Archive", "ChangeRow", "DocumentRow", "FlagRow", "VersionRow"]
