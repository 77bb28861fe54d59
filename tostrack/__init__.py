"""Watch platforms' terms and privacy policies; report only the changes that matter.

The names in ``__all__`` and ``__version__`` are the contract. They load on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tostrack.analysis.comparison import compare
    from tostrack.analysis.flags import flag
    from tostrack.archive import Archive
    from tostrack.clauses import split_clauses
    from tostrack.extraction import extract
    from tostrack.models import Change, Clause, Flag, Hunk, Version

__all__ = ["Archive", "Change", "Clause", "Flag", "Hunk", "Version", "compare", "extract", "flag", "split_clauses"]

_HOME = {
    "Archive": "tostrack.archive",
    "compare": "tostrack.analysis.comparison",
    "extract": "tostrack.extraction",
    "flag": "tostrack.analysis.flags",
    "split_clauses": "tostrack.clauses",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("tostrack")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, "tostrack.models")), name)
