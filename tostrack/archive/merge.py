"""Archives of several machines become one: document by document, each proved before it is taken; nobody is notified.

A document comes whole, or as the rest of its chain behind the end of our chain. Where the two chains part, ours stays
and the document is refused: two machines have watched it, and a person says which one is to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tostrack.archive.lock import locked
from tostrack.archive.merge_checks import find_fault
from tostrack.archive.merge_source import MergeSource, SourceText, read_source_texts
from tostrack.archive.merge_writer import BoundedCalls
from tostrack.archive.provenance import TOMBSTONE
from tostrack.archive.read import Archive
from tostrack.archive.stored_times import is_time
from tostrack.archive.verify import HARMLESS, Report, verify
from tostrack.archive.writer import UNBOUNDED, Writer
from tostrack.errors import ConfigError, ExtractError, StoreError
from tostrack.models import sha256
from tostrack.value import Value

#: No question to an archive takes longer, in seconds, unless it was made to.
_LONGEST_QUERY = 600.0
#: Findings about what is rewritten (headlines, hunks) or checked document by document (types).
_NOT_TAKEN = ("sum", "type")


class Merged(Value):
    """The result for one document of the other archive, as ``merge --json`` prints it."""

    service: str
    document: str
    #: ``new``, ``extended``, ``same`` (ours has all of it) or ``refused``.
    outcome: str
    #: How many versions were added.
    versions: int = 0
    message: str = ""

    @property
    def id(self) -> str:
        """``instagram/terms``."""
        return f"{self.service}/{self.document}"


def merge(
    writer: Writer,
    other: Path,
    folder: Path,
    now: datetime | None = None,
    decide: BoundedCalls = UNBOUNDED,
) -> Iterator[Merged]:
    """Take over what the archive *other* has and ours has not, and yield what became of each of its documents.

    One transaction a document: what was yielded survives a kill, and a merge that is repeated goes on from there. The
    outbox of *other* stays where it is: its crawl queued what it found, so each reader is notified once.

    Args:
        now: A document that states a later time is refused; None bounds only the year.
        decide: How its texts, which may be hostile, are flagged and compared; a document with one that overruns is
            refused.

    Raises:
        StoreError: *other* is missing, no archive or not as it was written, or ours cannot be written; what was
            yielded before is stored.
        ConfigError: *other* is ours.
    """
    with Archive(other, longest_query=_LONGEST_QUERY) as theirs:
        if writer.path.samefile(other):
            raise ConfigError(f"{other}: is the archive itself; name the archive of another machine")
        with locked(other):
            yield from _documents(writer, theirs, folder, now, decide)


def _documents(
    writer: Writer,
    theirs: Archive,
    folder: Path,
    now: datetime | None,
    decide: BoundedCalls,
) -> Iterator[Merged]:
    ours, stand = read_source_texts(writer), read_source_texts(theirs)
    wanted = _find_unproved(writer, theirs, folder, ours, stand)
    taken_out = _taken_out(writer, theirs)
    writer.adopt_redactions(_provable_redactions(writer, theirs))
    refused = set()
    for name, standing in stand.items():
        service, _, document = name.partition("/")
        merged = Merged(service, document, "same")
        if name in wanted:
            held = MergeSource(theirs, standing.document_id)
            fault = wanted[name] or taken_out.get(standing.document_id, "") or find_fault(held, now)
            merged = replace(merged, outcome="extended" if name in ours else "new")
            merged = _refuse(merged, fault) if fault else _adopt(writer, held, merged, folder, decide)
        if merged.outcome == "refused":
            refused.add(name)
        yield merged
    reviews = [one for one in theirs.reviews() if one.change.partition("@")[0] not in refused]
    writer.write_reviews(one for one in reviews if one.is_valid and is_time(one.at))


def _find_unproved(
    writer: Writer,
    theirs: Archive,
    folder: Path,
    ours: Mapping[str, SourceText],
    stand: Mapping[str, SourceText],
) -> dict[str, str]:
    """Return the documents of which *theirs* has what ours has not, each with what its hashes say against it.

    Raises:
        StoreError: Something is wrong with the archive as a whole.
    """
    # One head, one content: where it is ours there is nothing to prove, at most a later check to note.
    fresh = {name for name, there in stand.items() if name not in ours or ours[name].head != there.head}
    later = {name for name in stand.keys() - fresh if _last_check(stand[name]) > _last_check(ours[name])}
    report = verify(theirs.path, folder, lambda row: row.id in fresh, index=False, longest_query=_LONGEST_QUERY)
    passed = (*HARMLESS, *_NOT_TAKEN)
    faults = {finding.document: finding.message for finding in report.findings if finding.finding not in passed}
    if "" in faults:
        raise StoreError(f"{theirs.path}: is not as it was written ({faults['']}); see `tostrack archive verify` there")
    # Where ours has gone on alone, its own chain tells.
    parted = {name for name in fresh & ours.keys() if ours[name].head not in ("", *report.heads.get(name, ()))}
    known = verify(writer.path, None, lambda row: row.id in parted, index=False) if parted else Report()
    behind = {name for name in parted if stand[name].head in ("", *known.heads.get(name, ()))}
    forks = {name: _describe_fork(ours[name], stand[name]) for name in parted}
    return {name: faults.get(name) or forks.get(name, "") for name in (fresh | later) - behind}


def _describe_fork(ours: SourceText, theirs: SourceText) -> str:
    return (
        f"two archives continued it separately, ours to the head {ours.head[:12]}…, the other one to "
        f"{theirs.head[:12]}…; ours stays. A document is crawled by one machine: take it off the watchlist of the other"
    )


def _refuse(merged: Merged, fault: str) -> Merged:
    return replace(merged, outcome="refused", message=f"{merged.id}: {fault}")


def _adopt(writer: Writer, held: MergeSource, merged: Merged, folder: Path, decide: BoundedCalls) -> Merged:
    try:
        with writer.together():
            versions = writer.adopt(held, folder, decide)
            writer.list_flags(merged.service, merged.document)
    except ExtractError as error:
        return _refuse(merged, f"a text of it cannot be taken: {error}")
    outcome = merged.outcome if versions or merged.outcome == "new" else "same"
    return replace(merged, outcome=outcome, versions=versions)


def _provable_redactions(writer: Writer, theirs: Archive) -> list[Mapping[str, str]]:
    """Return what was redacted there and shows: a mark in a text, a capture that neither of the archives has."""
    marks = {row[0] for query in _MARKS for row in theirs.query(query)}
    ours = {row[0] for row in writer.query("SELECT sha256 FROM snapshots")}
    found: list[Mapping[str, str]] = []
    for row in theirs.query("SELECT at, kind, sha256, reason FROM redactions"):
        text = row["kind"] == "text" and TOMBSTONE.format(row["sha256"]) in marks
        capture = row["kind"] == "capture" and row["sha256"] not in ours
        if (text or capture) and is_time(row["at"]) and len(str(row["reason"])) <= _LONGEST_REASON:
            found.append(dict(row))
    return found


#: Where a mark is in the place of what was redacted.
_MARKS = (
    "SELECT text FROM clauses WHERE text LIKE '[redacted %'",
    "SELECT explanation FROM judgements WHERE explanation LIKE '[redacted %'",
    "SELECT quote FROM _finds WHERE quote LIKE '[redacted %'",
    "SELECT note FROM reviews WHERE note LIKE '[redacted %'",
    "SELECT old FROM judgement_facts WHERE old LIKE '[redacted %'",
    "SELECT new FROM judgement_facts WHERE new LIKE '[redacted %'",
    "SELECT sentence FROM judgement_facts WHERE sentence LIKE '[redacted %'",
)
_LONGEST_REASON = 1_000


def _last_check(standing: SourceText) -> tuple[str, str]:
    return standing.checked_at, standing.last_seen_at


def _taken_out(writer: Writer, theirs: Archive) -> dict[int, str]:
    """Return why documents are not taken that hold text which our archive redacted, by their id there."""
    gone = {(row["kind"], row["sha256"]) for row in writer.query("SELECT kind, sha256 FROM redactions")}
    if not gone:
        return {}
    held = {
        row["document_id"]: ("text", row["text"])
        for row in theirs.query("SELECT p.document_id, c.text FROM _places p JOIN clauses c ON c.id = p.clause_id")
        if ("text", sha256(row["text"])) in gone
    }
    there = {(row["kind"], row["sha256"]) for row in theirs.query("SELECT kind, sha256 FROM redactions")}
    held |= {
        row["document_id"]: ("capture", row["sha256"])
        for row in theirs.query("SELECT document_id, sha256 FROM snapshots")
        if ("capture", row["sha256"]) in gone - there
    }
    return {
        document: f"holds a {kind} that our archive redacted; redact it there first"
        for document, (kind, _) in held.items()
    }
