"""What is left of one hunk when sentences that stand elsewhere in the other text are taken out."""

from __future__ import annotations

from dataclasses import dataclass

from tostrack.judge.context import Context
from tostrack.models import Clause, Hunk


@dataclass(frozen=True)
class Part:
    """One hunk with its clause and the sentences of it that are really gone and really new."""

    hunk: Hunk
    #: The new clause when there is one.
    clause: Clause
    #: The sentences of the old text that the new one says nowhere, joined.
    old: str
    #: The sentences of the new text that the old one said nowhere, joined.
    new: str
    context: Context

    @property
    def text(self) -> str:
        """What came, or what went when nothing came."""
        return self.new or self.old


def part_of(hunk: Hunk, context: Context) -> Part:
    """Return *hunk* as the rules see it."""
    return Part(hunk, context.clause(hunk), " ".join(context.removed(hunk)), " ".join(context.added(hunk)), context)
