"""The first version of each clause of a text, from the stays that make it up: no two texts are compared."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise

from tostrack.archive.hunk_rows import Query
from tostrack.clauses import canonical
from tostrack.models import Clause
from tostrack.value import Value

_STAYS = "SELECT line, since, until, clause_id FROM _spans WHERE document_id = ?1 AND since <= ?2 ORDER BY rank"
_FLAGGED_STAYS = """
SELECT line, since, until, clause_id FROM _spans WHERE document_id = ?1 AND since <= ?2 AND line IN (
    SELECT line FROM _spans
    WHERE document_id = ?1 AND since <= ?2 AND until > ?2 AND clause_id IN (SELECT clause_id FROM _flags)
) ORDER BY rank
"""


class BlameRow(Value):
    """One clause of a text, and its past: it keeps it when it is reworded or moved."""

    position: int
    kind: str
    heading: tuple[str, ...]
    text: str
    #: When it came, in whatever words, since when it has not been away; flapping is no being away.
    since: str
    since_version: int
    #: When its words became what they are; as `since` when they never changed.
    edited: str
    edited_version: int
    #: When it came for the first time; before `since` where it was away.
    first: str
    first_version: int


class Stay(Value):
    """The versions, from one to before another, in which a line of a document was one clause."""

    line: int
    since: int
    until: int
    clause_id: int


class Blame:
    """The past of the clauses of one document.

    Args:
        latest: The number of the last version that is asked for; what came later is not read.
        flagged: Read only the lines in which a clause of that version has a flag.
    """

    def __init__(self, query: Query, document_id: int, latest: int, *, flagged: bool = False) -> None:
        self._query = query
        self.document_id = document_id
        self._latest = latest
        self._stays = _FLAGGED_STAYS if flagged else _STAYS
        #: The canonical words of clauses, by id.
        self._words: dict[int, str] = {}

    def clause_ids(self, number: int) -> list[int]:
        """Return the ids of the clauses of the version *number*, in their order."""
        return [stay.clause_id for stay in self._in_order if stay.since <= number < stay.until]

    @cached_property
    def sizes(self) -> dict[int, int]:
        """The characters of each clause of these versions, by its id."""
        query = """
            SELECT c.id, length(c.text) FROM clauses c
            WHERE c.id IN (SELECT clause_id FROM _spans WHERE document_id = ? AND since <= ?)
            """
        return {int(row[0]): int(row[1]) for row in self._query(query, (self.document_id, self._latest))}

    def seen_at(self, number: int) -> str:
        """Return when the version *number* was first seen."""
        return self._versions[0][number]

    def unbroken(self, number: int) -> dict[int, list[Stay]]:
        """Return the stays of each clause of the version *number*, by its id, since it has not been away."""
        return {
            stay.clause_id: [each for each in past if each.since >= self._came(past)]
            for stay in self._in_order
            if stay.since <= number < stay.until
            for past in [self._past(stay, number)]
        }

    def rows(self, number: int, clauses: Sequence[Clause]) -> list[BlameRow]:
        """Return the rows of the version *number*, which is made of *clauses*."""
        standing = [stay for stay in self._in_order if stay.since <= number < stay.until]
        pasts = {stay.line: self._past(stay, number) for stay in standing}
        self._read_words([stay for past in pasts.values() if len(past) > 1 for stay in past])
        seen, ours, _ = self._versions
        result = []
        for position, (stay, clause) in enumerate(zip(standing, clauses, strict=True)):
            past = pasts[stay.line]
            # Marks and addresses are no words, and our own rules change none.
            came = self._came(past)
            worded = max(came, _begin(past, lambda one, two: self._differ(one, two) and two.since not in ours))
            first = past[0].since
            text = (position, clause.kind, clause.heading, clause.text)
            result.append(BlameRow(*text, seen[came], came, seen[worded], worded, seen[first], first))
        return result

    def _came(self, past: Sequence[Stay]) -> int:
        """Return the version with which a clause came, since when it has not been away: noise ends no absence."""
        quiet = self._versions[2]
        return _begin(past, lambda one, two: one.until < two.since and two.since not in quiet)

    def _differ(self, one: Stay, two: Stay) -> bool:
        return self._words.get(one.clause_id) != self._words.get(two.clause_id)

    @cached_property
    def _in_order(self) -> list[Stay]:
        return [Stay(*row) for row in self._query(self._stays, (self.document_id, self._latest))]

    @cached_property
    def _pasts(self) -> dict[int, list[Stay]]:
        """The stays of each line, oldest first."""
        pasts: dict[int, list[Stay]] = defaultdict(list)
        for stay in sorted(self._in_order, key=lambda stay: stay.since):
            pasts[stay.line].append(stay)
        return pasts

    def _past(self, stay: Stay, number: int) -> list[Stay]:
        past = self._pasts[stay.line]
        return past if past[-1].since <= number else [each for each in past if each.since <= number]

    def _read_words(self, stays: Sequence[Stay]) -> None:
        """Read the canonical words of the clauses of *stays* that were not read before."""
        unread = {stay.clause_id for stay in stays} - self._words.keys()
        if not unread:
            return
        query = "SELECT id, kind, text FROM clauses WHERE id IN (SELECT value FROM json_each(?))"
        for row in self._query(query, (json.dumps(sorted(unread)),)):
            self._words[row["id"]] = canonical(Clause(row["kind"], row["text"]))

    @cached_property
    def _versions(self) -> tuple[dict[int, str], set[int], set[int]]:
        """Return when each version was first seen, which ones our own rules made, and whose coming was noise."""
        rows = self._query(
            """
            SELECT v.number, v.seen_at, o.kind,
                   EXISTS (SELECT 1 FROM judgements j WHERE j.to_version = v.id AND j.verdict = 'noise') AS quiet
            FROM _versions v JOIN _origins o ON o.id = v.origin_id WHERE v.document_id = ?
            """,
            (self.document_id,),
        )
        ours = {row["number"] for row in rows if row["kind"] == "re-extraction"}
        return {row["number"]: row["seen_at"] for row in rows}, ours, {row["number"] for row in rows if row["quiet"]}


def _begin(past: Sequence[Stay], is_break: Callable[[Stay, Stay], bool]) -> int:
    """Return the version with which the stays began that go on to the last one without a break."""
    begin = past[-1].since
    for before, after in reversed(list(pairwise(past))):
        if is_break(before, after):
            break
        begin = before.since
    return begin
