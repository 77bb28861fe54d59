"""The tables that say who is notified of what and how: ``[digest.NAME]`` and ``[notify]``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import DigestSettings, Verdict, channel_of
from tostrack.watchlist.findings import shown
from tostrack.watchlist.table import Table, is_email, web_address
from tostrack.watchlist.values import NotifySettings

_DIGEST_KEYS = ("to", "watch", "topics", "verdicts", "every", "still_watching", "until_acknowledged", "kinds")
_NOTIFY_KEYS = ("smtp", "from", "operator", "endpoint", "hub", "issues", "storm", "secrets")
_EVERY = ("day", "week", "change")
#: Noise is counted and never reported.
_VERDICTS = (Verdict.SUBSTANTIVE, Verdict.EDITORIAL)
_NAMED = lazy_pattern(r"apprise:[A-Za-z][A-Za-z0-9_]{0,63}|summary:")
_REPOSITORY = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")


def digest(slug: str, table: Table, known: list[str], folder: Path, packs: Sequence[str] = ()) -> DigestSettings:
    """Return what the table of one digest says.

    Args:
        table: Where errors are noted as well.
    """
    table.only(_DIGEST_KEYS)
    if "to" not in table:
        table.findings.add(table.at, 'has no recipient; add to = ["you@example.org"]')
    to = table.texts("to")
    for recipient in to:
        _check_recipient(recipient, table)
    watch = table.texts("watch")
    for name in watch:
        if name not in known:
            table.wrong("watch", f"{shown(name)} is not watched", word=name, known=known)
    topics = table.texts("topics")
    if topics:
        _check_topics(topics, table, folder, packs)
    verdicts = table.texts("verdicts") or (Verdict.SUBSTANTIVE,)
    for verdict in verdicts:
        if verdict not in _VERDICTS:
            table.wrong("verdicts", f"{shown(verdict)} is not reported", word=verdict, known=_VERDICTS)
    told = tuple(each for each in _VERDICTS if each in verdicts)
    every, still = table.choice("every", _EVERY), table.boolean("still_watching", default=False)
    again = table.boolean("until_acknowledged", default=False)
    return DigestSettings(slug, to, watch, topics, every, told, still, again, _kinds(table))


def _kinds(table: Table) -> tuple[str, ...]:
    """Return the kinds of documents that a digest names, each in full."""
    if not (words := table.texts("kinds")):
        return ()
    # Lazy: most watchlists name no kind.
    from tostrack.language.document_kind import KINDS, read_kind, suggest_kind

    for word in words:
        if not read_kind(word):
            near = suggest_kind(word)
            table.wrong(
                "kinds", f"{shown(word)} is no kind of documents", word=near or word, known=[near] if near else KINDS
            )
    return tuple(dict.fromkeys(filter(None, map(read_kind, words))))


def _check_topics(topics: Sequence[str], table: Table, folder: Path, packs: Sequence[str]) -> None:
    # Lazy: the rules take time to load, and most watchlists name no topic.
    from tostrack.analysis.flags.rule_sources import list_packs
    from tostrack.watchlist.topics import known_topics

    existing = known_topics(folder, packs)
    for topic in topics:
        if not existing or topic in existing:
            continue
        if topic in list_packs():
            table.wrong("topics", f'{shown(topic)} is a pack that is off; add packs = ["{topic}"] to [settings]')
        else:
            table.wrong("topics", f"{shown(topic)} is no topic", word=topic, known=[*existing, *list_packs()])


def _check_recipient(recipient: str, table: Table) -> None:
    if channel_of(recipient) == "webhook":
        if finding := web_address(recipient):
            table.wrong("to", f"{shown(recipient)} {finding}")
    elif not is_email(recipient) and not _NAMED.fullmatch(recipient):
        table.wrong("to", f"{shown(recipient)} is not one e-mail address, the address of a webhook, or apprise:NAME")


def notify(table: Table, folder: Path) -> NotifySettings:
    """Return what ``[notify]`` says; relative paths in it are relative to *folder*."""
    table.only(_NOTIFY_KEYS)
    sender, operator = table.text("from"), table.text("operator")
    for key, address in (("from", sender), ("operator", operator)):
        if address and not is_email(address):
            table.wrong(key, f"{shown(address)} is not one e-mail address")
    smtp = table.text("smtp")
    if smtp and (finding := _smtp(smtp)):
        table.wrong("smtp", finding)
    if smtp and not sender:
        table.wrong("from", 'is missing: whom mail comes from, such as "tostrack@example.org"')
    issues = table.text("issues")
    if issues and not _REPOSITORY.fullmatch(issues):
        table.wrong("issues", f'{shown(issues)} is no repository such as "acme/terms"')
    storm = table.number("storm", NotifySettings().storm, 2, 100_000, "documents")
    endpoint = table.url("endpoint").rstrip("/")
    if endpoint and not endpoint.startswith("https://"):
        table.wrong("endpoint", "must start with https://: mail programs post to no other")
    secrets = table.text("secrets")
    hub = table.url("hub")
    return NotifySettings(smtp, sender, operator, endpoint, hub, issues, storm, folder / secrets if secrets else None)


def _smtp(url: str) -> str:
    """Return what is wrong with *url* as the address of a mail server; empty when it is fine."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"is not an address: {error}"
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
        return 'must be like "smtps://user@smtp.example.org:465" or "smtp://user@smtp.example.org:587"'
    if parts.password:
        return "holds a password; give it in TOSTRACK_SMTP_PASSWORD or the file of secrets"
    return ""
