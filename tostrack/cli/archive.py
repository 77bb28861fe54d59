"""``tostrack archive``: verify, convert, back up, recover, merge and redact the archive, and export its state."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import (
    Environment,
    emit_json,
    exit_if_failed,
    json_option,
    name_few,
    quiet_option,
    select_documents,
    select_one,
)
from tostrack.cli.groups import Exit
from tostrack.errors import ConfigError, StoreError
from tostrack.render.escape import safe_line

if TYPE_CHECKING:
    from tostrack.archive import DocumentRow
    from tostrack.archive.verify import Report, VerifyFinding
    from tostrack.archive.writer import Writer

#: As ``--heads`` writes it: the hash, two spaces, the document; like a list of sha256sum.
_NOTED = re.compile(r"([0-9a-f]{64})  ([a-z0-9-]+/[a-z0-9-]+)")
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(
    "verify",
    epilog="Examples: `tostrack archive verify instagram`; `tostrack archive verify --heads > heads.txt`, stored "
    "where nobody who can write the archive can write, and later `tostrack archive verify --against heads.txt`.",
)
@click.argument("target", required=False, metavar="[SERVICE[/DOCUMENT]]")
@click.option("--heads", is_flag=True, help="Print the last hash of each document's chain, to be stored elsewhere.")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Hashes printed by --heads earlier: only they reveal that the newest versions or a document were deleted.",
)
@click.option("--repair", is_flag=True, help="First rebuild a damaged full-text index and wrong flags.")
@json_option
@quiet_option
@click.pass_context
def verify_archive(
    context: click.Context, target: str | None, heads: bool, against: Path | None, repair: bool, as_json: bool
) -> None:
    """Compute every hash again and compare: clauses, texts, the chain of versions, verdicts, raw captures.

    Prints every difference with its document and version; exit status 1 when there is one. Redactions are listed and
    are no difference.
    """
    from tostrack.archive.verify import HARMLESS, compare_heads

    environment: Environment = context.obj
    if repair:
        _repair(environment)
    report = _verify(environment, target)
    if against:
        noted = {document: head for head, document in _read_noted(against)}
        report.findings += compare_heads(report, noted)
    if heads:
        _print_heads(report, as_json=as_json)
    elif as_json:
        emit_json(_row(finding) for finding in report.findings)
    else:
        for finding in report.findings:
            click.echo(_line(finding))
    counts = f"{report.documents} documents, {report.versions} versions, {report.captures} captures"
    wrong = sum(finding.finding not in HARMLESS for finding in report.findings)
    if wrong:
        click.echo(f"{counts}: {wrong} differences; `tostrack archive recover` rebuilds the archive", err=True)
        context.exit(Exit.FAILED)
    environment.say(f"{counts}: OK", err=heads or as_json)


def _repair(environment: Environment) -> None:
    from tostrack.archive.search_index import check_search_index, rebuild_search_index
    from tostrack.sandbox import Worker
    from tostrack.services.reflag import find_odd_flags

    path = environment.settings.database
    if not path.is_file():
        return
    if check_search_index(path):
        rebuild_search_index(path)
        click.echo(f"{path}: the full-text index was rebuilt", err=True)
    with environment.writer(datetime.now(UTC)) as writer, Worker() as worker:
        if odd := dict(find_odd_flags(writer, environment.book, worker)):
            writer.reflag(odd)
            click.echo(f"{path}: the flags of {len(odd)} clauses were replaced", err=True)


def _verify(environment: Environment, target: str | None) -> Report:
    from tostrack.archive.verify import verify

    settings = environment.settings
    if not settings.database.is_file():
        raise StoreError(f"{settings.database}: the archive does not exist yet; `tostrack crawl` creates it")
    names: set[str] = set()
    if target:
        with environment.archive() as archive:
            names = {row.id for row in select_documents(archive, [target])}
    with _progress() as show:
        report = verify(settings.database, settings.snapshots, lambda row: not names or row.id in names, show)
    if report.sound and not names:
        report.findings += _find_odd_flags(environment)
    return report


def _find_odd_flags(environment: Environment) -> Iterator[VerifyFinding]:
    """Yield the clauses with flags that today's rules did not find, though the archive says so; only of a sound one."""
    from tostrack.archive.verify import VerifyFinding
    from tostrack.sandbox import Worker
    from tostrack.services.reflag import find_odd_flags

    with environment.archive() as archive, Worker() as worker:
        for (clause_id, _), _ in find_odd_flags(archive, environment.book, worker):
            message = f"the flags of clause {clause_id} are not those that its rules find"
            yield VerifyFinding("flag", f"{message}; `tostrack archive verify --repair` replaces them")


@contextmanager
def _progress() -> Iterator[Callable[[DocumentRow], None]]:
    """Yield a function that shows, on a terminal, which document is being verified."""
    watched = sys.stderr.isatty()

    def show(row: DocumentRow) -> None:
        if watched:
            click.echo(f"\r\x1b[K{row.id} ({row.versions} versions)", nl=False, err=True)

    try:
        yield show
    finally:
        if watched:
            click.echo("\r\x1b[K", nl=False, err=True)


def _read_noted(path: Path) -> list[tuple[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})") from error
    found = [_NOTED.fullmatch(line) for line in lines if line.strip()]
    if not found or not all(found):
        raise ConfigError(f"{path}: not a list of hashes as `tostrack archive verify --heads` prints it")
    return [(match[1], match[2]) for match in found if match]


def _print_heads(report: Report, *, as_json: bool) -> None:
    for document, heads in sorted(report.heads.items()):
        if heads and as_json:
            service, _, slug = document.partition("/")
            emit_json([{"service": service, "document": slug, "head": heads[-1]}])
        elif heads:
            click.echo(f"{heads[-1]}  {document}")


def _row(finding: VerifyFinding) -> dict[str, object]:
    service, _, document = finding.document.partition("/")
    return {**asdict(finding), "service": service or None, "document": document or None}


def _line(finding: VerifyFinding) -> str:

    number = "" if finding.version is None else f"@{finding.version}"
    place = f"{finding.document}{number}" if finding.document else "archive"
    return safe_line(f"{place}: {finding.finding}: {finding.message}")


@click.command(
    "migrate",
    epilog="Example: `tostrack archive migrate`, after an update that asks for it; a crawl migrates automatically.",
)
@click.option("--to", "folder", type=_FOLDER, help="Folder of the backup; default: `backups` beside the archive.")
@quiet_option
@click.pass_obj
def convert_archive(environment: Environment, folder: Path | None) -> None:
    """Convert the archive to the schema of this tostrack: back it up, convert a copy, verify it, replace the archive.

    Hashes stay as they are: heads that were noted earlier still verify.
    """
    from tostrack.archive.migrations import SCHEMA
    from tostrack.services.migrate import migrate_archive

    path = environment.settings.database
    done = migrate_archive(path, folder or path.parent / "backups", datetime.now(UTC))
    if done is None:
        environment.say(f"{path}: has schema {SCHEMA} already", err=True)
        return
    environment.say(f"{path}: schema {done.schema} converted to {SCHEMA}, {done.documents} documents, verified")
    environment.say(f"the archive as it was: {done.backup}", err=True)


@click.command(
    "backup",
    epilog="Example: `tostrack archive backup --to /mnt/disk/tostrack --keep 30`, every night after the crawl.",
)
@click.option("--to", "folder", type=_FOLDER, help="Folder of the copies; default: `backups` beside the archive.")
@click.option("--keep", type=click.IntRange(min=1), default=7, show_default=True, help="How many copies to keep.")
@json_option
@quiet_option
@click.pass_obj
def backup_archive(environment: Environment, folder: Path | None, keep: int, as_json: bool) -> None:
    """Write a verified copy of the archive file, and delete the oldest copies beyond --keep.

    A damaged archive is not backed up and no copy is deleted for it. Raw captures are files that never change: copy
    their folder with any tool.
    """
    from tostrack.archive.backup import backup

    path = environment.settings.database
    done = backup(path, folder or path.parent / "backups", datetime.now(UTC), keep, environment.settings.snapshots)
    if as_json:
        removed = [str(old) for old in done.removed]
        row = {"path": str(done.path), "documents": done.documents, "versions": done.versions, "removed": removed}
        row |= {"kept": [str(old) for old in done.kept], "missing": list(done.missing)}
        emit_json([row])
        return
    environment.say(f"{done.path}: {done.documents} documents, {done.versions} versions, verified")
    for old in done.removed:
        environment.say(f"deleted {old}", err=True)
    for old in done.kept:
        click.echo(f"kept {old}: it holds history that the archive does not have, or cannot be read", err=True)
    _report_missing(done.missing)


@click.command(
    "recover", epilog="Example: `tostrack archive verify`, and if it reports differences, `tostrack archive recover`."
)
@click.option("--from", "folder", type=_FOLDER, help="Folder of the backups; default: `backups` beside the archive.")
@click.option("--force", is_flag=True, help="Rebuild even if the archive verifies.")
@json_option
@click.pass_obj
def rebuild_archive(environment: Environment, folder: Path | None, force: bool, as_json: bool) -> None:
    """Rebuild the archive from the newest intact backup and the captures since, extracted with the current rules.

    The damaged file is renamed, not deleted. No notifications are sent. Facts that no capture holds are lost: when an
    unchanged text was last seen, failed checks, and headers and redirects that the damaged file no longer has.
    """
    from tostrack.archive.lock import lock_archive
    from tostrack.archive.verify import verify
    from tostrack.archive.writer import Writer
    from tostrack.sandbox import Worker
    from tostrack.services.recover import recover_archive

    path, snapshots = environment.settings.database, environment.settings.snapshots
    if path.is_file() and not force and verify(path, snapshots).sound:
        click.echo(f"{path}: OK; there is nothing to recover", err=True)
        return
    now = datetime.now(UTC)

    def open_writer(archive: Path, copies: Path) -> Writer:
        # No digests: nobody is notified a second time.
        return Writer(archive, copies, now=now, authority=environment.authority, book=environment.book)

    lock_archive(path)
    with Worker() as call:
        backups = folder or path.parent / "backups"
        found = recover_archive(environment.watchlist.documents, path, snapshots, backups, open_writer, call=call)
    if as_json:
        left_out = [{"file": name, "why": why} for name, why in found.left_out]
        base, renamed = (str(each) if each else None for each in (found.base, found.aside))
        counts = {"documents": found.documents, "versions": found.versions, "visits": found.visits}
        emit_json([{"base": base, "aside": renamed, **counts, "left_out": left_out}])
        return
    source = f"from {found.base}" if found.base else "from the captures alone: no intact backup was found"
    click.echo(f"{path}: {found.documents} documents, {found.versions} versions, {source}")
    click.echo(f"{found.visits} later captures were extracted again", err=True)
    for name, why in found.left_out[:20]:
        click.echo(safe_line(f"skipped {name}: it {why}"), err=True)
    if len(found.left_out) > 20:
        click.echo(f"skipped {len(found.left_out) - 20} more; --json lists all", err=True)
    if found.aside:
        click.echo(f"the damaged archive was renamed to {found.aside}", err=True)


@click.command(
    "merge",
    epilog="Example: `tostrack archive merge shard-1/tostrack.db shard-2/tostrack.db`, after each machine ran "
    "`tostrack crawl --shard K/2`. Exit status: 3 some documents were refused, 75 one of the archives is in use.",
)
@click.argument("others", nargs=-1, required=True, metavar="OTHER.db...", type=click.Path(path_type=Path))
@click.option(
    "--snapshots",
    type=_FOLDER,
    help="Folder of the captures of OTHER.db; default: the folder beside it with the name of this archive's folder.",
)
@json_option
@click.pass_obj
def merge_archives(environment: Environment, others: tuple[Path, ...], snapshots: Path | None, as_json: bool) -> None:
    """Add the documents and versions that other archives have and this one does not.

    Each document is verified first and added in one transaction. Merging twice changes nothing; an interrupted merge
    can be run again. A document whose versions differ between two archives is refused. No notifications are sent.
    """
    from tostrack.analysis.comparison import flag_clauses
    from tostrack.analysis.diff import diff
    from tostrack.archive.merge import merge
    from tostrack.archive.merge_writer import BoundedCalls
    from tostrack.sandbox import Worker

    if snapshots and len(others) > 1:
        raise ConfigError("--snapshots applies to one archive; merge one at a time, or give the folders the same name")
    name = environment.settings.snapshots.name
    counts = dict.fromkeys(("new", "extended", "same", "refused"), 0)
    with environment.writer(datetime.now(UTC)) as writer, Worker() as call:
        decide = BoundedCalls(
            lambda clauses, book: call(flag_clauses, clauses, book), lambda old, new: call(diff, old, new)
        )
        for other in others:
            for found in merge(writer, other, snapshots or other.parent / name, now=datetime.now(UTC), decide=decide):
                counts[found.outcome] += 1
                if as_json:
                    emit_json([asdict(found)])
                elif found.outcome != "same":
                    said = f"{found.outcome}: {found.message}" if found.message else found.outcome
                    click.echo(f"{found.id}  {safe_line(said)}" + f", {found.versions} versions" * bool(found.versions))
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in counts.items()), err=True)
    exit_if_failed(counts["refused"])


@click.command(
    "redact",
    epilog='Example: `tostrack archive redact acme/terms --containing "Jane Doe" --reason "Order 12 of the court '
    'of X" -n`.',
)
@click.argument("target", metavar="SERVICE/DOCUMENT")
@click.option("--containing", "words", required=True, help="Delete every clause that contains these words.")
@click.option("--reason", required=True, help="Stored, and shown by `tostrack archive verify`.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be deleted; delete nothing.")
@json_option
@click.pass_obj
def redact_archive(
    environment: Environment, target: str, words: str, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Delete clauses, their quotes and the captures that contain them from the archive, permanently.

    Their hashes, the date and the reason stay, so the hash chain remains valid and `tostrack archive verify` lists the
    redactions. Existing backups, feeds and sites still contain the words: delete or rebuild them.
    """
    from tostrack.archive.redact import redact

    with environment.archive() as archive:
        row = select_one(archive, target)
    if not words.strip() or not reason.strip():
        raise ConfigError("--containing and --reason must not be empty")
    settings, now = environment.settings, datetime.now(UTC)
    found = redact(
        settings.database, settings.snapshots, row.id, words, reason=reason.strip(), now=now, dry_run=dry_run
    )
    if as_json:
        emit_json([asdict(found)])
        return
    for text in found.clauses:
        click.echo(safe_line(f"clause: {text}"))
    for path in found.captures:
        click.echo(safe_line(f"capture: {path}"))
    outcome = "would be deleted; nothing was" if dry_run else "deleted; older backups still contain them"
    counts = f"{len(found.clauses)} clauses, {found.quotes} quotes, {len(found.captures)} captures"
    click.echo(f"{counts} {outcome}", err=True)


@click.command(
    "export-state",
    epilog="Example: `tostrack archive export-state --out state`, then commit the folder: `git log -p -- texts/` "
    "shows the edits.",
)
@click.option("-o", "--out", type=_FOLDER, default="state", show_default=True)
@click.option(
    "--public", is_flag=True, help="Leave out people's addresses: subscribers, messages and what waits to be sent."
)
@quiet_option
@click.pass_obj
def export_archive_state(environment: Environment, out: Path, *, public: bool) -> None:
    """Write a consistent copy of the archive, its captures, and the current texts as SERVICE/DOCUMENT.md.

    If nothing but the times of checks changed since the last export, the folder is left unchanged, byte for byte, for
    up to a week.
    """
    from tostrack.archive.state_export import export_state

    with environment.archive() as archive:
        kept = export_state(archive, environment.settings.snapshots, out, public=public)
    if kept.quiet:
        environment.say(f"{out}: no changes since the last export; left unchanged")
    else:
        environment.say(f"{out}: {archive.path.name}, {kept.texts} texts, {kept.written} written")
    if kept.addresses:
        held = f"people's addresses ({kept.addresses})"
        environment.say(f"{out}: holds {held}: keep it private, or use --public", err=True)
    _report_missing(kept.missing)


def _report_missing(captures: Sequence[str]) -> None:
    """Name, on standard error, the captures that could not be copied."""
    if captures:
        named = safe_line(name_few(captures))
        click.echo(f"captures missing or damaged: {named}; `tostrack archive verify` lists all", err=True)
