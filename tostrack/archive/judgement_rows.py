"""A judgement as rows of the archive, and the hash that seals all of them into the chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from tostrack.archive.chain import canonical
from tostrack.models import Change, Edit, Importance, Verdict, iso, sha256

#: The two versions of a judgement, which its row names by number here and by id in the table.
ENDS = ("from", "to")
#: How important a change is, as the table has it; NULL where it does not matter or was not rated.
IMPORTANCE: Mapping[Importance, int] = {"minor": 1, "major": 2}
#: Texts that may quote a policy: hashes seal them, so that they may be redacted.
_QUOTING = {
    "judgements": ("explanation",),
    "judgement_flags": ("quote",),
    "judgement_facts": ("old", "new", "sentence"),
    "judgement_dates": (),
}


@dataclass(frozen=True)
class JudgementRows:
    """The row of a judgement, its versions by number, and by table the rows of what was found."""

    row: Mapping[str, Any]
    details: Mapping[str, list[dict[str, Any]]]
    #: As the table has it; not sealed, for rules may rate it otherwise later.
    importance: int | None = None

    @property
    def seal(self) -> str:
        """The hash that seals it into the chain."""
        return sha256(self.content())

    def content(self, digest: Callable[[str], str] = sha256) -> str:
        """Return what the seal is over; *digest* gives the hash that a text is known by."""
        details = {
            table: [_sealed(table, row, digest) for row in rows] for table, rows in sorted(self.details.items()) if rows
        }
        return canonical({**_sealed("judgements", self.row, digest), **details})


def _sealed(table: str, row: Mapping[str, Any], digest: Callable[[str], str]) -> dict[str, Any]:
    quoting = _QUOTING[table]
    return {
        f"{name}_sha256" if name in quoting else name: digest(value) if name in quoting else value
        for name, value in row.items()
    }


def build_judgement_rows(change: Change, *, announced: bool, told_at: datetime | None = None) -> JudgementRows:
    """Return as the archive keeps it how *change* was judged: when it was seen, or, if reported late, at *told_at*."""
    row = {
        "from_number": change.old.number,
        "to_number": change.new.number,
        "occasion": "settled" if told_at else "seen",
        "judged_at": iso(told_at) if told_at else None,
        "verdict": change.verdict.value,
        "reason": change.reason.value,
        "explanation": change.explanation,
        "announced": int(announced and change.verdict is Verdict.SUBSTANTIVE),
        **{edit.value: sum(hunk.edit is edit for hunk in change.hunks) for edit in Edit},
    }
    placed = list(enumerate(change.hunks))
    return JudgementRows(
        row,
        {
            "judgement_flags": [{"hunk": place, **asdict(flag)} for place, hunk in placed for flag in hunk.flags],
            "judgement_facts": [{"hunk": place, **asdict(fact)} for place, hunk in placed for fact in hunk.facts],
            "judgement_dates": [asdict(change.dating)] if change.dating else [],
        },
        IMPORTANCE.get(change.importance),
    )
