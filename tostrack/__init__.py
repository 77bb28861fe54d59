"""Watch platforms' terms and privacy policies; hear only about the changes that matter.

The names in ``__all__`` are the contract. They load on first use, so that ``import tostrack`` costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tostrack.clauses import split_clauses
    from tostrack.extract import extract
    from tostrack.flag import flag
    from tostrack.models import Change, Clause, Flag, Hunk, Version
    from tostrack.pipeline import compare
    from tostrack.store import Archive

__version__ = "0.1.0"
__all__ = ["Archive", "Change", "Clause", "Flag", "Hunk", "Version", "compare", "extract", "flag", "split_clauses"]

_HOME = {
    "Archive": "tostrack.store",
    "compare": "tostrack.pipeline",
    "extract": "tostrack.extract",
    "flag": "tostrack.flag",
    "split_clauses": "tostrack.clauses",
}


#: Packages that share their name with the one function of theirs that is public.
_SAME_NAME = {"extract", "flag"}


class _Package(ModuleType):
    """Keeps the contract's names functions when Python binds the packages of the same names here on import."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _SAME_NAME and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, "tostrack.models")), name)


sys.modules[__name__].__class__ = _Package
