"""The flags of the current text, each with the first version that said it: from stored rows, without any rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tostrack.analysis.flags.matching import Changed, Placed, place
from tostrack.archive.flag_rows import flag_context, flag_of
from tostrack.archive.hunk_rows import Query
from tostrack.archive.read import FlagRow, VersionRow
from tostrack.models import Clause, Flag
from tostrack.value import Value


class _Stood(Value):
    """A flag in one version."""

    flag_id: int
    clause_id: int
    clause: Clause
    placed: Placed


class CurrentFlags:
    """The flags of the current version, followed back through the versions that readers know.

    Args:
        chain: Those versions, the current one first.
    """

    def __init__(
        self, query: Query, read: Callable[[VersionRow], list[tuple[int, Clause]]], chain: Sequence[VersionRow]
    ) -> None:
        self._query = query
        self._read_clauses = read
        self._chain = chain
        self._flags: dict[int, list[_Stood]] = {}
        self._intervals = _read_intervals(query, chain[0].id)

    def rows(self) -> Iterator[FlagRow]:
        """Yield the flags in the order of the text."""
        for stood in self._in(0):
            flag = stood.placed.flag
            yield FlagRow(
                self._chain[0].service,
                self._chain[0].document,
                *(flag.topic, flag.polarity.value, flag.quote, flag.start, flag.end, flag.rule),
                stood.clause.heading,
                stood.clause.text,
                self._since(stood).seen_at,
            )

    def listed(self) -> Iterator[tuple[int, int]]:
        """Yield the ids of the flags in the order of the text, each with that of the version it dates from."""
        for stood in self._in(0):
            yield stood.flag_id, self._since(stood).id

    def _since(self, stood: _Stood) -> VersionRow:
        """Return the version with which the flag began to say what it says: not when its words were last recast."""
        at = 0
        while at + 1 < len(self._chain):
            if not self._stands_in(stood.clause_id, at + 1):
                before = self._before(stood, at)
                if before is None:
                    break
                stood = before
            at += 1
        return self._chain[at]

    def _before(self, stood: _Stood, at: int) -> _Stood | None:
        """Return the flag of the version before number *at* of the chain that *stood* continues, or None."""
        older = [one for one in self._in(at + 1) if one.placed.subject == stood.placed.subject]
        if same := next((one for one in older if one.placed.key == stood.placed.key), None):
            return same
        if self._was_moved(stood.placed.flag, at):
            return None
        kept = {one.placed.key for one in self._in(at)}
        twin = Changed(one.placed for one in older if one.placed.key not in kept).twin(stood.placed)
        return next((one for one in older if one.placed is twin), None)

    def _was_moved(self, flag: Flag, at: int) -> bool:
        """Return whether the words of the flag came as a move of its topic."""
        query = """
            SELECT 1 FROM judgement_flags f JOIN judgements j ON j.id = f.judgement_id
            WHERE j.to_version = ? AND f.topic = ? AND f.polarity = ? AND f.quote = ? AND f.direction <> ''
        """
        return bool(self._query(query, (self._chain[at].id, flag.topic, flag.polarity, flag.quote)))

    def _stands_in(self, clause_id: int, at: int) -> bool:
        """Whether a clause is in one version of the chain."""
        number = self._chain[at].number
        return any(since <= number < until for since, until in self._intervals.get(clause_id, ()))

    def _in(self, at: int) -> list[_Stood]:
        """Return the flags of one version of the chain."""
        if at not in self._flags:
            self._flags[at] = list(self._read(self._chain[at]))
        return self._flags[at]

    def _read(self, row: VersionRow) -> Iterator[_Stood]:
        rows = self._query(
            """
            SELECT f.id, f.clause_id, x.heading, x.lead, f.topic, f.polarity, f.quote,
                   f.start, f."end", f.rule
            FROM _versions v
            JOIN _spans s ON s.document_id = v.document_id AND s.until > v.number AND s.since <= v.number
            JOIN flags f ON f.clause_id = s.clause_id JOIN _contexts x ON x.id = f.context_id
            WHERE v.id = ? GROUP BY f.id ORDER BY f.id
            """,
            (row.id,),
        )
        flags: dict[tuple[int, str, str], dict[Flag, int]] = {}
        for found in rows:
            flags.setdefault((found["clause_id"], found["heading"], found["lead"]), {})[flag_of(found)] = found["id"]
        for clause_id, clause in self._read_clauses(row):
            ids = flags.get((clause_id, *flag_context(clause)), {})
            for placed in place(clause, ids):
                yield _Stood(ids[placed.flag], clause_id, clause, placed)


def _read_intervals(query: Query, version_id: int) -> dict[int, list[tuple[int, int]]]:
    """Return from which version on, and to before which, each clause of a document was in its text."""
    rows = query(
        """
        SELECT s.clause_id, s.since, s.until FROM _versions v JOIN _spans s ON s.document_id = v.document_id
        WHERE v.id = ?
        """,
        (version_id,),
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row["clause_id"], []).append((row["since"], row["until"]))
    return found
