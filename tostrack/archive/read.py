"""The archive as readers see it: plain sqlite3, read-only, nothing heavy to import."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tostrack.archive.change_rows import ChangeRow, changes
from tostrack.archive.lock import replace_whole
from tostrack.archive.migrations import (
    DATABASE_ERRORS,
    SCHEMA,
    SchemaDifference,
    check_header,
    check_schema,
    open_read_only,
    report_errors,
    schema_differences,
)
from tostrack.archive.stored_times import optional_time, require_time
from tostrack.clauses import assemble, join_clauses
from tostrack.errors import OverrunError, StoreError
from tostrack.models import (
    Change,
    Clause,
    Flag,
    Reading,
    TextSource,
    Verdict,
    Version,
    from_iso,
    iso,
)
from tostrack.value import Value

if TYPE_CHECKING:
    from tostrack.analysis.flags.history import FlagEvent
    from tostrack.archive.blame import Blame, BlameRow
    from tostrack.archive.flag_events import Moment
    from tostrack.archive.reviews import Review
    from tostrack.archive.search import SearchRow
    from tostrack.archive.visits import SuspectRow

#: Steps of SQLite's machine between two looks at the clock: about a millisecond.
_STEPS = 20_000
#: How long a reader waits for the writer's commit, in seconds.
_BUSY_TIMEOUT = 30.0


class DocumentRow(Value):
    """One document and the result of its last check."""

    service: str
    document: str
    service_name: str
    name: str
    checked_at: str | None
    outcome: str | None
    cause: str
    message: str
    http_status: int | None
    failing_since: str | None
    #: The server asked us to wait until then.
    next_try_at: str | None
    versions: int
    #: When the current text was first seen.
    changed_at: str | None
    #: Returns to a recent text that no reader was notified of.
    oscillations: int
    #: Of the current text, as a code such as ``en``; empty where it is not known.
    language: str = ""

    @property
    def id(self) -> str:
        """``instagram/terms``."""
        return f"{self.service}/{self.document}"


class VersionRow(Value):
    """One version's provenance; the text is read apart."""

    id: int
    service: str
    document: str
    number: int
    seen_at: str
    kind: str
    sha256: str
    key_sha256: str
    extractor: str
    declaration: str
    hash: str


class FlagRow(Value):
    """One flag of a current text, with its clause and the first version that said it."""

    service: str
    document: str
    topic: str
    polarity: str
    quote: str
    start: int
    end: int
    rule: str
    heading: tuple[str, ...]
    clause: str
    #: When it began to reach as far as it does: its words may have been recast since.
    since: str
    #: When its clause began to say it, however far it reached.
    first: str = ""
    #: Whether that is the first version, so that nobody knows when it began.
    from_start: bool = False
    #: Between the two: ``widened`` or ``narrowed`` and when, oldest first.
    moves: tuple[tuple[str, str], ...] = ()


_VERSION = """
SELECT v.id, s.slug AS service, d.slug AS document, v.number, v.seen_at, o.kind, lower(hex(v.sha256)) AS sha256,
       lower(hex(v.key_sha256)) AS key_sha256, o.extractor, o.declaration, lower(hex(v.hash)) AS hash
FROM _versions v JOIN _origins o ON o.id = v.origin_id
JOIN documents d ON d.id = v.document_id JOIN services s ON s.id = d.service_id
WHERE s.slug = ? AND d.slug = ?
"""


def roll_back(path: Path) -> None:
    """Undo what a run that was killed left half done: a reader could not, and would be refused."""
    if path.with_name(f"{path.name}-journal").exists():
        # Nothing happens while a writer is at work; and where we may not write, the reader says what is wrong.
        with suppress(*DATABASE_ERRORS), closing(sqlite3.connect(path, timeout=_BUSY_TIMEOUT)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _empty_tables(path: Path, tables: Sequence[str]) -> None:
    """Delete every row of *tables* from the file, and its bytes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for table in tables:
            connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of our own tables
        connection.execute("VACUUM")


def version_row(row: sqlite3.Row) -> VersionRow:
    """Return the version that *row* holds.

    Raises:
        StoreError: It has no time.
    """
    found = VersionRow(**dict(row))
    require_time(found.seen_at, f"{found.service}/{found.document}@{found.number}")
    return found


def _document_row(row: sqlite3.Row) -> DocumentRow:
    """Return the document that *row* holds; a value that is no time becomes None: it concerns the last check alone."""
    times = {name: optional_time(row[name]) for name in ("checked_at", "failing_since", "next_try_at", "changed_at")}
    return DocumentRow(**{**dict(row), **times})


class Archive:
    """Read-only access to an archive file: services, documents, versions, changes, flags, the text at a date.

    Usable as a context manager. Times are ISO 8601 UTC text, as stored.

    Args:
        lenient: Open it also where its tables are not those of the schema: for `tostrack.archive.verify`, which lists
            the differences.
        longest_query: Seconds after which a question is given up, for an archive from elsewhere; 0 for none.

    Raises:
        StoreError: The file is missing, is no archive, or a newer tostrack wrote it.
    """

    #: Seconds after which a question is given up; 0 for none.
    longest_query = 0.0
    #: When, on the monotonic clock, all questions are given up.
    _end = math.inf

    def __init__(self, path: str | Path, *, lenient: bool = False, longest_query: float = 0.0) -> None:
        self.path = Path(path)
        self.longest_query = longest_query
        if not self.path.is_file():
            raise StoreError(f"{self.path}: no archive there yet; `tostrack crawl` makes it")
        check_header(self.path)
        roll_back(self.path)
        with self._reported():
            self._connection = open_read_only(self.path, _BUSY_TIMEOUT)
            try:
                check_schema(self._connection, lenient=lenient)
            except BaseException:
                self._connection.close()
                raise
            self._connection.row_factory = sqlite3.Row

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def copy(self, target: Path, empty: Sequence[str] = ()) -> None:
        """Write a sound copy of the archive to *target*, whole or not at all; the same archive gives the same bytes.

        Args:
            empty: Tables of which the copy has no row.

        Raises:
            StoreError: The disk is full, or the folder cannot be written.
        """
        try:
            with replace_whole(target) as part:
                part.unlink(missing_ok=True)
                self._connection.execute("VACUUM INTO ?", (str(part),))
                if empty:
                    _empty_tables(part, empty)
        except DATABASE_ERRORS as error:
            raise StoreError(f"{target}: the copy of {self.path} cannot be written ({error})") from error
        except OSError as error:
            raise StoreError(f"{target}: cannot be written ({error.strerror})") from error

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _reported(self) -> AbstractContextManager[None]:
        return report_errors(self.path, "cannot read the archive")

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """Interrupt what takes longer than a question may."""
        self.check_time()
        end = min(self._end, time.monotonic() + (self.longest_query or math.inf))
        if end == math.inf:
            yield
            return
        self._connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            yield
        except sqlite3.OperationalError:
            self.check_time()
            raise
        finally:
            self._connection.set_progress_handler(None, 0)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Give *seconds* to all that is asked in the block: a question after them, or one under way, is given up.

        Raises:
            OverrunError: They have passed, in `query` and `check_time`.
        """
        self._end = time.monotonic() + seconds
        try:
            yield
        finally:
            self._end = math.inf

    def check_time(self) -> None:
        """Raise `OverrunError` when the seconds of `within` have passed."""
        if time.monotonic() > self._end:
            raise OverrunError(f"{self.path}: takes longer to read than it may")

    def query(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Return the rows of a question to the tables and views of docs/archive.md."""
        with self._reported(), self._bounded():
            return self._connection.execute(sql, values).fetchall()

    def schema_differences(self) -> list[SchemaDifference]:
        """Return what of the tables, indexes, views and triggers is not as the schema defines it."""
        with self._reported():
            return schema_differences(self._connection, SCHEMA)

    def meta(self, key: str) -> str:
        """Return a fact about the archive itself, such as its ``authority``; empty when there is none."""
        rows = self.query("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else ""

    def services(self) -> list[str]:
        """Return the slugs of the services, in alphabetical order."""
        return [row[0] for row in self.query("SELECT slug FROM services ORDER BY slug")]

    def documents(self, service: str | None = None) -> list[DocumentRow]:
        """Return every document, or those of *service*, with the result of the last check."""
        rows = self.query(
            """
            SELECT s.slug AS service, d.slug AS document, s.name AS service_name, d.name, d.checked_at, d.outcome,
                   d.cause, d.message, d.http_status, d.failing_since, d.next_try_at,
                   (SELECT count(*) FROM _versions WHERE document_id = d.id) AS versions,
                   (SELECT seen_at FROM _versions WHERE document_id = d.id ORDER BY number DESC LIMIT 1) AS changed_at,
                   (SELECT count(*) FROM judgements WHERE document_id = d.id AND reason = 'oscillation')
                       AS oscillations,
                   (SELECT language FROM _versions WHERE document_id = d.id ORDER BY number DESC LIMIT 1) AS language
            FROM documents d JOIN services s ON s.id = d.service_id
            WHERE ?1 IS NULL OR s.slug = ?1 ORDER BY s.slug, d.slug
            """,
            (service,),
        )
        return [_document_row(row) for row in rows]

    def versions(self, service: str, document: str) -> list[VersionRow]:
        """Return the versions of a document, oldest first."""
        return [version_row(row) for row in self.query(_VERSION + "ORDER BY v.number", (service, document))]

    def version(self, service: str, document: str, number: int) -> VersionRow | None:
        """Return one version by its number, or None."""
        return self._one(_VERSION + "AND v.number = ?", (service, document, number))

    def current(self, service: str, document: str) -> VersionRow | None:
        """Return the current version, or None."""
        return self._one(_VERSION + "ORDER BY v.number DESC LIMIT 1", (service, document))

    def at(self, service: str, document: str, when: datetime) -> VersionRow | None:
        """Return the version in force at *when*: the last one seen by then, or None before the first."""
        query = _VERSION + "AND v.seen_at <= ? ORDER BY v.number DESC LIMIT 1"
        return self._one(query, (service, document, iso(when)))

    def suspects(self, service: str | None = None, document: str | None = None) -> list[SuspectRow]:
        """Return the texts in quarantine, the one seen last first."""
        rows = self.query(
            """
            SELECT s.slug AS service, d.slug AS document, q.key_sha256, q.cause, q.first_seen_at, q.last_seen_at,
                   q.sightings
            FROM suspects q JOIN documents d ON d.id = q.document_id JOIN services s ON s.id = d.service_id
            WHERE (?1 IS NULL OR s.slug = ?1) AND (?2 IS NULL OR d.slug = ?2)
            ORDER BY q.last_seen_at DESC, s.slug, d.slug, q.key_sha256
            """,
            (service, document),
        )
        from tostrack.archive.visits import SuspectRow

        found = [SuspectRow(**dict(row)) for row in rows]
        for row in found:
            for at in (row.first_seen_at, row.last_seen_at):
                require_time(at, f"{self.path}: a text of {row.id} in quarantine")
        return found

    def last_seen(self, service: str, document: str) -> str | None:
        """Return when the current text was last seen, or None before the first version."""
        rows = self.query("SELECT last_seen_at FROM latest WHERE service = ? AND document = ?", (service, document))
        return rows[0][0] if rows else None

    def _one(self, query: str, values: Sequence[object]) -> VersionRow | None:
        rows = self.query(query, values)
        return version_row(rows[0]) if rows else None

    def text(self, service: str, document: str, when: datetime | None = None) -> str | None:
        """Return the document's text in force at *when* (now when None) as Markdown, or None before the first."""
        row = self.current(service, document) if when is None else self.at(service, document, when)
        return self.reading(row).version.text if row else None

    def reading(self, row: VersionRow) -> Reading:
        """Return the version of *row* with its text and clauses."""
        clauses = tuple(clause for _, clause in self.clauses(row))
        return Reading(Version(join_clauses(clauses), from_iso(row.seen_at), row.number), clauses)

    def clauses(self, row: VersionRow) -> list[tuple[int, Clause]]:
        """Return the clauses of the version of *row* in their order, each with its id."""
        rows = self.query(
            """
            SELECT s.clause_id, c.kind, c.text
            FROM _versions v
            JOIN _spans s ON s.document_id = v.document_id AND s.until > v.number AND s.since <= v.number
            JOIN clauses c ON c.id = s.clause_id
            WHERE v.id = ? ORDER BY s.rank
            """,
            (row.id,),
        )
        clauses = assemble((kind, text) for _, kind, text in rows)
        return [(clause_id, clause) for (clause_id, _, _), clause in zip(rows, clauses, strict=True)]

    def sources(self, row: VersionRow) -> list[TextSource]:
        """Return the captures that the version of *row* was read from, page by page."""
        rows = self.query(
            """
            SELECT n.url, n.chain, n.fetched_at, n.status, n.sha256, n.path
            FROM version_snapshots vs JOIN snapshots n ON n.id = vs.snapshot_id
            WHERE vs.version_id = ? ORDER BY vs.page
            """,
            (row.id,),
        )
        import json

        return [TextSource(**{**dict(row), "chain": tuple(json.loads(row["chain"]))}) for row in rows]

    def redactions(self) -> int:
        """Return how many clauses and captures were redacted: what was read before may hold them."""
        return int(self.query("SELECT count(*) FROM redactions")[0][0])

    def blame_of(self, row: VersionRow) -> list[BlameRow]:
        """Return the clauses of the version of *row*, each with its first version."""
        return self.blame_reader(row).rows(row.number, [clause for _, clause in self.clauses(row)])

    def blame_reader(self, row: VersionRow, *, flagged: bool = False) -> Blame:
        """Return what tells the past of the clauses of many versions of a document, up to that of *row*.

        With *flagged*, only of the lines in which that version has a flag.
        """
        from tostrack.archive.blame import Blame

        [(document_id,)] = self.query("SELECT document_id FROM _versions WHERE id = ?", (row.id,))
        return Blame(self.query, document_id, row.number, flagged=flagged)

    def search(
        self,
        words: str,
        service: str | None = None,
        document: str | None = None,
        *,
        standing: bool = False,
        limit: int = 50,
    ) -> list[SearchRow]:
        """Return the clauses that say *words*, in any version: see `tostrack.archive.search`."""
        from tostrack.archive.search import search

        return search(self.query, words, service, document, standing=standing, limit=limit)

    def similar_words(self, words: str) -> list[str]:
        """Return words of the archive that are spelled like those of *words* that it does not have."""
        from tostrack.archive.search import similar_words

        return similar_words(self.query, words)

    def changes(
        self,
        service: str | None = None,
        document: str | None = None,
        *,
        verdict: Verdict | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[ChangeRow]:
        """Return judged changes, newest first; every argument narrows the list."""
        return changes(self.query, service, document, verdict=verdict, since=since, until=until, limit=limit)

    def change(self, change_id: str) -> ChangeRow | None:
        """Return the change of this id, as `changes` lists it, or None."""
        service, _, document = change_id.partition("@")[0].partition("/")
        return next((row for row in self.changes(service, document) if row.id == change_id), None)

    def reviews(self) -> list[Review]:
        """Return what readers decided about changes, the oldest first: see `tostrack.archive.reviews`."""
        from tostrack.archive.reviews import read_reviews

        return read_reviews(self.query)

    def load_change(self, row: ChangeRow) -> Change:
        """Return a stored change as it was recorded: with its hunks, flags, facts and reasons."""
        return next(self.load_changes([row]))

    def load_changes(self, rows: Sequence[ChangeRow]) -> Iterator[Change]:
        """Yield the stored changes of *rows*, in their order, many at once.

        Raises:
            StoreError: A row names what is not there.
        """
        from tostrack.archive.stored_changes import load_changes

        return load_changes(self.query, rows)

    def flags(self, service: str, document: str | None = None, *, topic: str | None = None) -> list[FlagRow]:
        """Return the flags of the current texts, by document and place in the text."""
        documents = [document] if document else [row.document for row in self.documents(service)]
        return [flag for each in documents for flag in self._flags_of(service, each) if topic in (None, flag.topic)]

    def _flags_of(self, service: str, document: str) -> list[FlagRow]:
        from tostrack.archive.flag_listing import read_listing
        from tostrack.archive.flag_past import add_pasts

        chain = self.went_by(service, document)
        rows: Iterable[FlagRow] | None = read_listing(self.query, service, document)
        if rows is None:
            from tostrack.archive.current_flags import CurrentFlags

            rows = CurrentFlags(self.query, self.clauses, chain[::-1]).rows() if chain else ()
        if not chain:
            return []
        return add_pasts(self.query, self.blame_reader(chain[-1], flagged=True), chain[-1], rows)

    def went_by(self, service: str, document: str) -> list[VersionRow]:
        """Return the versions that readers know, oldest first: those that were not noise, and the current one."""
        query = "SELECT to_number, verdict FROM changes WHERE service = ? AND document = ? ORDER BY occasion"
        # A version that was reported late has two judgements: the later one ("settled") holds.
        verdicts = dict(map(tuple, self.query(query, (service, document))))
        rows = self.versions(service, document)
        return [row for row in rows if row is rows[-1] or verdicts.get(row.number) != Verdict.NOISE]

    def times_that_go_back(self) -> list[tuple[str, int]]:
        """Return the versions, by document and number, whose time is before that of the version before them."""
        rows = self.query(
            """
            SELECT s.slug || '/' || d.slug AS document, v.number FROM (
                SELECT document_id, number, seen_at, lag(seen_at) OVER (PARTITION BY document_id ORDER BY number)
                    AS before FROM _versions) v
            JOIN documents d ON d.id = v.document_id JOIN services s ON s.id = d.service_id
            WHERE v.before > v.seen_at ORDER BY 1, 2
            """
        )
        return [(row["document"], row["number"]) for row in rows]

    def flag_moments(self, row: VersionRow, fingerprint: str) -> dict[Moment, list[FlagEvent]]:
        """Return what happened to the flags of the document of *row*, by pairs of versions: see `flag_events`."""
        from tostrack.archive.flag_events import read_moments

        return read_moments(self.query, row.id, fingerprint)

    def stored_flags(
        self, rows: Sequence[VersionRow], fingerprint: str, *, ever: bool = True
    ) -> dict[tuple[str, str], tuple[Flag, ...]]:
        """Return the flags of the clauses of *rows*, by text and lead-in; with *ever*, of all that their documents had.

        Only those that the rules of *fingerprint* found; a clause without flags is there too.
        """
        from tostrack.archive.flag_rows import stored_flags

        return stored_flags(self.query, [row.id for row in rows], fingerprint, ever=ever)

    def stale(self, fingerprint: str) -> int:
        """Return how many clauses were flagged by other rules than those of *fingerprint*."""
        # Most archives were flagged by one set of rules alone: then no row is counted.
        query = "SELECT count(*) FROM _flagged WHERE rulebook_id IN (SELECT value FROM json_each(?))"
        others = [row[0] for row in self.query("SELECT id FROM _rulebooks WHERE fingerprint <> ?", (fingerprint,))]
        return int(self.query(query, (str(others),))[0][0]) if others else 0
