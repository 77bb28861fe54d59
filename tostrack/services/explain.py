"""Collect the reasons behind one change: the texts compared, the verdict, the flags and the notification."""

from __future__ import annotations

from collections.abc import Iterable

from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.analysis.topic_moves import ranked
from tostrack.analysis.verdict import account_for, find_reasons
from tostrack.analysis.verdict.account import Entry
from tostrack.analysis.verdict.findings import RuleFinding
from tostrack.analysis.verdict.quotes import quote
from tostrack.archive import Archive, ChangeRow
from tostrack.clauses import plain
from tostrack.errors import ConfigError, StoreError
from tostrack.models import VERDICT_OF, Change, Clause, Flag, Hunk, Reading, Reason, Verdict
from tostrack.render.explanation import ComparedText, FoundFlag, HunkReason, Reasoning


def explain_change(
    archive: Archive,
    change_id: str,
    book: Rulebook = SHIPPED,
    *,
    limit: int | None = None,
    with_accounts: bool = True,
) -> Reasoning:
    """Return why the change of *change_id* (as ``tostrack log`` lists it) was told, or was not.

    The verdict, the flags and the reason of each hunk are those that were stored.

    Args:
        archive: Open for reading.
        change_id: Names the change.
        book: Says why a clause is flagged.
        limit: So many hunks, those that matter most, are explained; of the others only the reason is told. None: all.
        with_accounts: Whether to say which words the rule of a silent hunk explains: that judges the change again.

    Raises:
        ConfigError: There is no such change.
    """
    row = archive.change(change_id)
    if row is None:
        name = change_id.partition("@")[0]
        raise ConfigError(f"{change_id}: no such change; `tostrack log {name} --all` lists them")
    change = archive.load_change(row)
    old, new = (_reading(archive, row, number) for number in (row.from_number, row.to_number))
    reasons = _reasons(change, old, new)
    explained = {id(hunk) for hunk in ranked(change)[:limit]}
    asked = [id(hunk) in explained for hunk in change.hunks]
    silent = [
        with_accounts and shown and VERDICT_OF[reason] is not Verdict.SUBSTANTIVE
        for shown, reason in zip(asked, reasons, strict=True)
    ]
    accounts = _accounts(change, silent, old, new)
    return Reasoning(
        row.id,
        change,
        _compared(archive, row),
        row.announced,
        tuple(
            FoundFlag(hunk, reason, quote(hunk), tuple(_whys(hunk, old, new, book)), account)
            if shown
            else FoundFlag(hunk, reason, "", ())
            for hunk, reason, account, shown in zip(change.hunks, reasons, accounts, asked, strict=True)
        ),
    )


def _reading(archive: Archive, row: ChangeRow, number: int) -> Reading:
    version = archive.version(row.service, row.document, number)
    if version is None:
        raise StoreError(f"{archive.path}: {row.id} names a version that is not there; run `tostrack archive verify`")
    return archive.reading(version)


def _reasons(change: Change, old: Reading, new: Reading) -> list[Reason]:
    """Return the recorded reason of each hunk; of a change recorded without them, what today's rules find."""
    recorded = [hunk.reason for hunk in change.hunks if hunk.reason is not None]
    if len(recorded) == len(change.hunks):
        return recorded
    return [finding.reason for finding in find_reasons(change.hunks, old, new)]


def _accounts(change: Change, silent: list[bool], old: Reading, new: Reading) -> list[str]:
    """Return, for each *silent* hunk, the rule that is silent about it today and the words that it explains."""
    if not any(silent):
        return [""] * len(silent)
    found = account_for(change.hunks, old, new, silent)
    return [_account(*one) if asked else "" for asked, one in zip(silent, found, strict=True)]


def _account(finding: RuleFinding, entries: list[Entry]) -> str:
    words = " ".join(f"{entry.op}{entry.token.text}" for entry in entries if entry.explained)
    rule = finding.rule.replace("_", " ")
    return f"{rule} explains {words or 'all of it'}" if rule else ""


def explain_flags(text: str, book: Rulebook = SHIPPED) -> list[HunkReason]:
    """Return why each flag of one clause is there; a first line that ends in a colon is its lead-in."""
    return [HunkReason(one.flag, one.meaning, one.why, one.contributions) for one in book.explain(text)]


def _whys(hunk: Hunk, old: Reading, new: Reading, book: Rulebook) -> Iterable[HunkReason]:
    """Yield why each flag of *hunk* is there: as its clause explains it today, else by what its rule says."""
    if not hunk.flags:
        return
    known = [
        one
        for clauses, at, length in (
            (new.clauses, hunk.new_at, hunk.new_count),
            (old.clauses, hunk.old_at, hunk.old_count),
        )
        for clause in (clauses[at : at + length] if at is not None else ())
        for one in explain_flags(_with_lead(clause), book)
    ]
    for flag in hunk.flags:
        same = [one for one in known if one.flag.rule == flag.rule]
        exact = [one for one in same if one.flag.quote == flag.quote]
        best = next(iter(exact or same), None)
        yield HunkReason(flag, best.meaning, best.why, best.contributions) if best else _unknown(flag, book)


def _unknown(flag: Flag, book: Rulebook) -> HunkReason:
    """Return what is left to say of a flag that today's rules do not find any more."""
    return HunkReason(flag, book.meaning(flag.rule), "Found by the rules of the day on which it was stored.")


def _with_lead(clause: Clause) -> str:
    return f"{clause.lead}\n{plain(clause.text)}" if clause.lead else plain(clause.text)


# What was compared with what


def _compared(archive: Archive, row: ChangeRow) -> ComparedText:
    """Return which versions met in the change of *row*, and why those."""
    days = {version.number: version.seen_at[:10] for version in archive.versions(row.service, row.document)}
    late = row.occasion == "settled"
    stood = row.to_number - 1
    told = _told_before(archive, row)

    def version(number: int) -> str:
        return f"version {number} of {days[number]}" if number in days else f"version {number}"

    sentences = [f"V{version(row.to_number)[1:]} was compared with {version(row.from_number)}."]
    if late:
        sentences.append(
            f"It is an older text that returned; it was notified on {row.seen_at[:10]}, because until then the return "
            "might have been temporary, and it was compared with the text of the last notification."
        )
    elif row.from_number == stood:
        sentences.append("That was the current text.")
    elif row.from_number == told:
        sentences.append(
            f"V{version(stood)[1:]} was the current text, but readers were last notified of the other one."
        )
    else:
        sentences.append(
            f"V{version(stood)[1:]} was the current text; of the texts since the last notification, the most similar "
            "one was compared."
        )
    if told is None:
        sentences.append("There was no earlier notification.")
    elif not late and told != row.from_number:
        sentences.append(f"The last notification was of {version(told)}.")
    if row.verdict == Verdict.SUBSTANTIVE and not row.announced:
        sentences.append("It matters, and nobody is told: what was imported is history, not news.")
    return ComparedText(row.from_number, stood, told, tuple(sentences))


def _told_before(archive: Archive, row: ChangeRow) -> int | None:
    """Return the number of the version that readers had been told of last before the change of *row*."""
    earlier = [
        other.to_number
        for other in archive.changes(row.service, row.document)
        if other.announced and (other.seen_at, other.to_number) < (row.seen_at, row.to_number) and other.id != row.id
    ]
    return earlier[0] if earlier else None
