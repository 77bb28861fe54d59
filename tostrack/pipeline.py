"""One document's journey, pure: readings and history in, a change with its verdict and flags out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tostrack.clauses import split_clauses
from tostrack.diff import diff
from tostrack.flag import moves
from tostrack.judge import judge
from tostrack.models import Change, Reading, Version


def read(version: str | Version) -> Reading:
    """Return *version* with its clauses."""
    version = Version(version) if isinstance(version, str) else version
    return Reading(version, tuple(split_clauses(version.text)))


def compare(old: str | Version, new: str | Version, earlier: Sequence[str | Version] = ()) -> Change:
    """Return what changed from *old* to *new*, whether it matters and why.

    Args:
        old: The text that stood.
        new: The text that stands now.
        earlier: Texts that stood before *old*, most recent first: a return to one of them is recognised.
    """
    return compare_readings(read(old), read(new), [read(version) for version in earlier])


def compare_readings(old: Reading, new: Reading, earlier: Sequence[Reading] = ()) -> Change:
    """Return what `compare` returns, for texts that are split already."""
    hunks = diff(old.clauses, new.clauses)
    judgement = judge(hunks, old, new, earlier)
    flagged = (replace(hunk, flags=moves(hunk, old.clauses, new.clauses)) for hunk in hunks)
    return Change(old.version, new.version, tuple(flagged), judgement)
