"""Is the archive what it was when it was written? Every tampering and every damage, named by document and version.

What it vouches for: the texts, where they came from, how they were judged, and the raw captures. Of what is rewritten
by rules (`flags`) it vouches that it can be read (`services.reflag.find_odd_flags` compares it), not for what moves
every night (`sightings`, the result of the check).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tostrack.archive import snapshots as files
from tostrack.archive.chain import late_link
from tostrack.archive.hunk_check import check_hunks
from tostrack.archive.intervals import OPEN
from tostrack.archive.judgement_rows import JudgementRows
from tostrack.archive.judgement_sums import check_sums
from tostrack.archive.provenance import Origin, Provenance, Row
from tostrack.archive.read import Archive, DocumentRow
from tostrack.archive.reading_check import DAMAGED, check_archive_readable, check_readable, check_types
from tostrack.archive.search_index import check_search_index
from tostrack.archive.texts import clause_key
from tostrack.archive.version_texts import VersionTexts
from tostrack.clauses import join_clauses
from tostrack.errors import OverrunError, StoreError
from tostrack.models import sha256
from tostrack.value import Value

#: Stays that begin or end with a version that the document does not have; no text shows them.
_STRAY = """
SELECT since, clause_id FROM _spans WHERE document_id = ?1
AND (since NOT IN (SELECT number FROM _versions WHERE document_id = ?1)
     OR until <> ?2 AND until NOT IN (SELECT number FROM _versions WHERE document_id = ?1))
"""
#: Clauses whose place, which searches go by, is not what their stays come to. All documents at once: places are ordered
#: by clause, so that asking for those of one document reads all.
_MISPLACED = """
WITH stays AS (SELECT clause_id, document_id, min(since), max(until) FROM _spans GROUP BY 1, 2),
     places AS (SELECT clause_id, document_id, first, until FROM _places)
SELECT DISTINCT document_id, clause_id FROM (
    SELECT * FROM (SELECT * FROM stays EXCEPT SELECT * FROM places)
    UNION ALL SELECT * FROM (SELECT * FROM places EXCEPT SELECT * FROM stays)
) ORDER BY 1, 2
"""

#: Seconds for all that is checked of one document; some thousand versions take one.
LONGEST_DOCUMENT = 600.0
#: Findings that say nothing against the archive: redactions, and a clock that was set back.
HARMLESS = ("redacted", "time")


class VerifyFinding(Value):
    """One thing that is not as it was written, or that was redacted (``redacted``)."""

    #: ``file``, ``schema``, ``type``, ``reference``, ``index``, ``text``, ``chain``, ``sum``, ``hunk``, ``reading``,
    #: ``flag``, ``capture``, ``head``, ``time`` or ``redacted``.
    finding: str
    message: str
    #: ``instagram/terms``; empty where it belongs to no one document.
    document: str = ""
    version: int | None = None


@dataclass
class Report:
    """The checked things, and the findings."""

    documents: int = 0
    versions: int = 0
    captures: int = 0
    findings: list[VerifyFinding] = field(default_factory=list)
    #: Every head that the chain of a document ever had, the newest last, to be noted elsewhere.
    heads: dict[str, list[str]] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether all is as it was written, or was redacted; times that go back are only worth a look."""
        return all(finding.finding in HARMLESS for finding in self.findings)


def verify(
    path: Path,
    snapshots: Path | None,
    chosen: Callable[[DocumentRow], bool] = lambda _: True,
    progress: Callable[[DocumentRow], None] = lambda _: None,
    *,
    index: bool = True,
    longest_query: float = 0.0,
) -> Report:
    """Work out every hash again, and compare.

    Args:
        snapshots: The folder of raw captures; None leaves them out, as for a copy of the file alone.
        index: Whether the full-text index is checked too: of another's archive nobody uses it.
        longest_query: Seconds after which a question is given up, for an archive from elsewhere; 0 for none. One
            document has `LONGEST_DOCUMENT`, wherever it is from.
    """
    report = Report()
    try:
        with Archive(path, lenient=True, longest_query=longest_query) as archive:
            check = _Check(archive, snapshots, report)
            if not check.schema():
                return report
            check.file()
            check.places()
            check.contexts()
            if index and (wrong := check_search_index(path)):
                check.say("index", wrong)
            for row in archive.documents():
                if chosen(row):
                    progress(row)
                    check.document(row)
            check.rest()
    except DAMAGED as error:
        report.findings.append(VerifyFinding("file", str(error)))
    return report


def compare_heads(report: Report, noted: Mapping[str, str]) -> list[VerifyFinding]:
    """Return what *noted* heads, by document, show that no look at the archive alone can: an end that was cut off.

    A head that was noted long ago is still part of the chain, unless what it sealed was changed.
    """
    findings = []
    for document, head in sorted(noted.items()):
        if document not in report.heads:
            findings.append(VerifyFinding("head", "a head of it was noted, and the archive does not have it", document))
        elif head not in report.heads[document]:
            findings.append(
                VerifyFinding("head", f"the head that was noted ({head[:12]}…) is not in its chain", document)
            )
    return findings


class _Check:
    """One run over one archive."""

    def __init__(self, archive: Archive, snapshots: Path | None, report: Report) -> None:
        self._archive = archive
        self._query = archive.query
        self._snapshots = snapshots
        self._report = report
        #: What became of the files that were looked at: several versions cite the same.
        self._files: dict[tuple[str, str], str] = {}
        self._origins = Provenance(self._query)
        #: Kind and hash of the text of each clause.
        self._digests: dict[int, tuple[str, str]] = {}
        #: What is wrong with a clause of this text.
        self._odd: dict[str, str] = {}
        #: The clauses of each document that searches do not find where they are.
        self._misplaced: dict[int, list[int]] = defaultdict(list)

    def say(self, finding: str, message: str, document: str = "", version: int | None = None) -> None:
        found = VerifyFinding(finding, message, document, version)
        if found not in self._report.findings[-64:]:
            self._report.findings.append(found)

    # The file as a whole

    def schema(self) -> bool:
        """Name what of the schema is not as it was made; return whether rows may be read."""
        different = self._archive.schema_differences()
        for one in different:
            self.say("schema", one.message)
        return not any(one.holds_rows for one in different)

    def file(self) -> None:
        """Check pages, indexes, references, and clauses that nothing may use."""
        for row in self._query("PRAGMA integrity_check(20)", ()):
            if row[0] != "ok":
                self.say("file", f"SQLite finds: {row[0]}")
        for row in self._query("PRAGMA foreign_key_check", ()):
            self.say("reference", f"row {row[1]} of {row[0]} names a row of {row[2]} that is not there")
        for message in check_types(self._query):
            self.say("type", message)
        for row in self._query("SELECT at, kind, sha256, reason FROM redactions ORDER BY id", ()):
            self.say("redacted", f"a {row['kind']} ({row['sha256']}) was taken out at {row['at']}: {row['reason']}")

        self._odd = {
            row["text"]: f"clause {row['id']} does not read as it did when it was stored"
            for row in self._query("SELECT id, key, kind, text FROM clauses", ())
            if row["text"] not in self._origins.gone and clause_key(row["kind"], row["text"]) != row["key"]
        }

    def places(self) -> None:
        """Find the clauses whose place is wrong."""
        try:
            for row in self._query(_MISPLACED, ()):
                self._misplaced[row["document_id"]].append(row["clause_id"])
        except DAMAGED as error:
            self.say("file", f"the places of clauses cannot be read ({error})")

    def contexts(self) -> None:
        """Check the headings and lead-ins that flags and hunks name."""
        for row in self._query("SELECT id, key, heading, lead FROM _contexts", ()):
            if clause_key(row["heading"], row["lead"]) != row["key"]:
                self.say("text", f"heading {row['id']} does not read as it did when it was stored")

    def rest(self) -> None:
        """Name what is in no document that was looked at, and where times go back."""
        for message in check_archive_readable(self._archive):
            self.say("reading", message)
        for document, number in self._archive.times_that_go_back():
            message = "its time is before that of the version before it: a clock was set back; the number is the order"
            self.say("time", message, document, number)
        for message in self._odd.values():
            if not any(finding.message == message for finding in self._report.findings):
                self.say("text", message)

    # One document

    def document(self, document: DocumentRow) -> None:
        """Check every version of a document, and that none is missing."""
        self._report.documents += 1
        try:
            with self._archive.within(LONGEST_DOCUMENT):
                self._chain(document)
                self._loose_captures(document)
                for version, message in check_readable(self._archive, document):
                    self.say("reading", message, document.id, version)
        except OverrunError:
            self.say("file", f"takes longer than {LONGEST_DOCUMENT:.0f} s to check; the rest was left", document.id)
        except DAMAGED as error:
            self.say("file", f"cannot be read on ({error})", document.id)

    def _chain(self, document: DocumentRow) -> None:
        document_id = self._query(
            "SELECT d.id FROM documents d JOIN services s ON s.id = d.service_id WHERE s.slug = ? AND d.slug = ?",
            (document.service, document.document),
        )[0][0]
        texts = VersionTexts(self._query, document_id)
        late = [(judged, self._origins.seal(judged)) for judged in self._origins.late(document_id)]
        number = None
        heads = self._report.heads[document.id] = []
        for origin in self._origins.versions(document_id):
            self._archive.check_time()
            self._report.versions += 1
            number = origin.row["number"]
            clauses = self._clauses(texts, origin.row)
            # What came late between two versions is known by nothing but its place in the chain.
            if not _pass_late(document.id, heads, late, partial(_follows, origin, clauses)):
                message = "its clauses, its origin, its judgement or what comes before it are not what was recorded"
                self.say("chain", message, document.id, number)
            heads.append(origin.row["hash"])
            for capture in origin.captures:
                self._capture(capture, document.id, number)
        noted = [row["hash"] for row in self._query("SELECT hash FROM heads WHERE document_id = ?", (document_id,))]
        if not _pass_late(document.id, heads, late, lambda head: [head] == (noted or [""])):
            self.say("head", "is not the end of what was recorded", document.id, number)
        for row in self._query(_STRAY, (document_id, OPEN)):
            self.say("text", f"clause {row['clause_id']} is in versions that are not there", document.id, row[0])
        for clause_id in self._misplaced[document_id]:
            self.say("text", f"searches do not find clause {clause_id} where it is", document.id)
        for judged, _ in late:
            message = "a late judgement of it is not what was recorded"
            self.say("chain", message, document.id, judged.row["to_number"])
        self._unsealed(document.id, document_id, texts)

    def _unsealed(self, document: str, document_id: int, texts: VersionTexts) -> None:
        """Check what is stored of changes and no hash of the chain holds."""
        for version, message in check_sums(self._query, document_id):
            self.say("sum", message, document, version)
        for version, message in check_hunks(self._query, document_id, texts, self._origins.gone):
            self.say("hunk", message, document, version)

    def _clauses(self, texts: VersionTexts, row: Row) -> list[tuple[str, str]]:
        """Return kind and hash of the text of each clause of a version; check that they make its text."""
        where = (row["document"], row["number"])
        try:
            ids = texts.ids(row["number"])
            for clause_id in [one for one in ids if one not in self._digests]:
                clause = texts.clauses[clause_id]
                self._digests[clause_id] = clause.kind, self._origins.digest(clause.text)
            found = [self._digests[clause_id] for clause_id in ids]
            text = texts.text(ids)
        except DAMAGED as error:
            self.say("text", f"cannot be read ({error})", *where)
            return []
        present = {texts.clauses[clause_id].text for clause_id in ids}
        # Extractor 1 wrote a text without regard to empty cells of tables.
        older = partial(join_clauses, [texts.clauses[clause_id] for clause_id in ids], count_empty_cells=False)
        is_recorded = sha256(text) == row["sha256"] or sha256(older()) == row["sha256"]
        if not is_recorded and self._origins.gone.keys().isdisjoint(present):
            self.say("text", "the text is not the one that was recorded", *where)
        for odd in self._odd.keys() & present:
            self.say("text", self._odd[odd], *where)
        return found

    # Raw captures

    def _loose_captures(self, document: DocumentRow) -> None:
        """Check the captures that no version cites: the newest of each page, and evidence of suspects."""
        query = """
            SELECT n.id, n.sha256, n.size, n.path FROM snapshots n
            JOIN documents d ON d.id = n.document_id JOIN services s ON s.id = d.service_id
            WHERE s.slug = ? AND d.slug = ? ORDER BY n.id
        """
        for row in self._query(query, (document.service, document.document)):
            self._capture(dict(row), document.id, None)

    def _capture(self, row: Row, document: str, version: int | None) -> None:
        if self._snapshots is None:
            return
        key = (row["path"], row["sha256"])
        if key not in self._files:
            self._report.captures += 1
            self._files[key] = self._state(row)
        elif version is None:
            return
        if message := self._files[key]:
            self.say("capture", f"{row['path']}: {message}", document, version)

    def _state(self, row: Row) -> str:
        """Return what is wrong with the file of a capture; empty when it is sound, or was redacted."""
        assert self._snapshots is not None
        taken_out = row["sha256"] in self._origins.captures
        if not files.is_there(self._snapshots, row["path"]):
            return "" if taken_out else "the file is missing"
        if taken_out:
            return "it was redacted, and is there"
        try:
            body = files.read(self._snapshots, row["path"], min(int(row["size"]) + 1, files.MOST_BYTES))
        except (StoreError, TypeError, ValueError):
            return "the file is damaged"
        if sha256(body) != row["sha256"]:
            return "the file is not the one that was stored"
        return "" if len(body) == row["size"] else "its size is not the one that was recorded"


def _follows(origin: Origin, clauses: Sequence[tuple[str, str]], previous: str) -> bool:
    """Whether a version, of these *clauses*, is what was recorded behind the head *previous*."""
    try:
        return bool(sha256(origin.link(previous, clauses)) == origin.row["hash"])
    except DAMAGED:
        return False


def _pass_late(
    document: str, heads: list[str], late: list[tuple[JudgementRows, str]], is_next: Callable[[str], bool]
) -> bool:
    """Move the fewest *late* judgements to the end of *heads* behind which *is_next* holds; False where none does."""
    passed = heads[-1:] or [""]
    while not is_next(passed[-1]):
        if len(passed) > len(late):
            return False
        passed.append(sha256(late_link(document, passed[-1], late[len(passed) - 1][1])))
    heads += passed[1:]
    del late[: len(passed) - 1]
    return True
