"""What every command uses: the process, the watchlist, the archive, and common options."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tostrack.analysis.flags import Rulebook
    from tostrack.archive import Archive, DocumentRow
    from tostrack.archive.writer import Writer
    from tostrack.watchlist import Watchlist


class Environment:
    """The process a command runs in: streams, terminal, watchlist; tests create their own."""

    def __init__(self, watchlist_path: Path, verbose: int = 0, *, no_colour: bool = False, url: str = "") -> None:
        self.watchlist_path = watchlist_path
        #: Whether the command works with a watchlist that names no document.
        self.may_watch_nothing = False
        self.verbose = verbose
        self.no_colour = no_colour
        self._url = url

    @classmethod
    def from_process(cls, watchlist_path: str, verbose: int) -> Environment:
        """Read the environment, once, and send the log to standard error."""
        if verbose:
            import logging

            level = logging.INFO if verbose == 1 else logging.DEBUG
            logging.basicConfig(level=level, format="%(name)s: %(message)s", stream=sys.stderr)
        from pathlib import Path

        url = os.environ.get("TOSTRACK_URL", "")
        if url and not url.startswith(("https://", "http://")):
            raise ConfigError(f"TOSTRACK_URL: {url!r} is not a URL such as https://example.org/terms")
        return cls(Path(watchlist_path), verbose, no_colour="NO_COLOR" in os.environ, url=url)

    @property
    def may_colour(self) -> bool:
        """Whether standard output is a terminal that shows colours."""
        return not self.no_colour and os.environ.get("TERM") != "dumb" and sys.stdout.isatty()

    @property
    def width(self) -> int:
        """The columns to write in: the terminal's, or 0, no limit, when there is none."""
        if not sys.stdout.isatty():
            return 0
        import shutil

        return min(shutil.get_terminal_size().columns, 120)

    def show(self, text: str, *, pager: bool = True) -> None:
        """Write *text*; on a terminal that it does not fit into, through the user's pager unless *pager* is False."""
        if not (pager and sys.stdout.isatty()):
            click.echo(text, nl=False)
            return
        import shutil

        if text.count("\n") < shutil.get_terminal_size().lines:
            click.echo(text, nl=False)
            return
        options = os.environ.get("LESS", "")
        if "r" not in options.lower():
            # Without it, less shows colours as the codes that they are made of.
            os.environ["LESS"] = f"{options} -R".strip()
        click.echo_via_pager(text.removesuffix("\n"), color=self.may_colour)

    @property
    def ascii(self) -> bool:
        """Whether standard output cannot carry more than ASCII."""
        encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
        return not encoding.startswith("utf")

    @cached_property
    def watchlist(self) -> Watchlist:
        """The watchlist, read and checked; where it does not say where the site is, ``TOSTRACK_URL`` does."""
        from dataclasses import replace

        from tostrack.watchlist import load

        found = load(self.watchlist_path, may_watch_nothing=self.may_watch_nothing)
        return replace(found, settings=replace(found.settings, url=found.settings.url or self._url.rstrip("/")))

    @property
    def authority(self) -> str:
        """The identity in feed ids: the host of the watchlist's ``url``, else its contact address, else empty."""
        settings = self.watchlist.settings
        host = settings.url.partition("://")[2].partition("/")[0].partition(":")[0]
        return (host or (settings.contact if "@" in settings.contact else "")).lower()

    @cached_property
    def book(self) -> Rulebook:
        """The flag rules: those that ship, and those beside the watchlist; a file with errors is ignored."""
        from tostrack.analysis.flags import RuleFile, check_rules
        from tostrack.watchlist.topics import own_rules

        book, problems = check_rules(RuleFile(*found) for found in own_rules(self.watchlist_path.parent))
        for problem in problems:
            click.echo(f"tostrack: ignored: {problem}", err=True)
        return book

    def archive(self) -> Archive:
        """Open the archive for reading."""
        from tostrack.archive import Archive

        return Archive(self.watchlist.settings.database)

    def writer(self, at: datetime) -> Writer:
        """Open the archive for writing; *at* is the creation time of a new one."""
        from tostrack.archive.writer import Writer

        settings = self.watchlist.settings
        return Writer(
            settings.database,
            settings.snapshots,
            now=at,
            authority=self.authority,
            book=self.book,
            digests=self.watchlist.digests,
        )


def emit_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object a line: as bytes, which no wrapper of standard output changes."""
    import json

    for row in rows:
        # ASCII: no byte that a page controls reaches a terminal raw.
        click.echo(json.dumps(row).encode())


#: Printed where an empty result would look like good news.
NO_TEXT = "no text is recorded yet: run `tostrack crawl`; `tostrack status` shows its results"


def select_documents(archive: Archive, target: str | None) -> list[DocumentRow]:
    """Return the recorded documents that *target* names: a service, ``service/document``, or all when None.

    Raises:
        ConfigError: None is recorded under that name.
    """
    rows = archive.documents()
    if target is None:
        return rows
    found = [row for row in rows if target in (row.id, row.service)]
    if found:
        return found
    from difflib import get_close_matches

    # What people type to what they mean; `terms` alone is the document of the first service that has one.
    meant = {row.document: row.id for row in reversed(rows)}
    meant |= {row.service: row.service for row in rows} | {row.id: row.id for row in rows}
    near = [meant[name] for name in get_close_matches(target.lower(), meant, 1)]
    hint = (
        f"did you mean {near[0]!r}?" if near else "`tostrack status` lists the recorded documents" if rows else NO_TEXT
    )
    raise ConfigError(f"{target}: no such document is recorded; {hint}")


def report_nothing(rows: Iterable[DocumentRow], said: str) -> str:
    """Return *said*, or if none of *rows* has a text, a sentence that says so."""
    return said if any(row.versions for row in rows) else NO_TEXT


def validate_topic(topic: str | None, book: Rulebook) -> None:
    """Refuse a *topic* that no rule has, so that a typing error does not look like an empty result.

    Raises:
        ConfigError: There is no such topic.
    """
    topics = book.topics()
    if topic is None or topic in topics:
        return
    from difflib import get_close_matches

    near = get_close_matches(topic, topics, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(topics)}"
    raise ConfigError(f"{topic}: no such topic; {hint}")


def select_one(archive: Archive, target: str) -> DocumentRow:
    """Return the one recorded document that *target* names.

    Raises:
        ConfigError: It names none, or several.
    """
    rows = select_documents(archive, target)
    if len(rows) > 1:
        raise ConfigError(f"{target}: name one document: {', '.join(row.id for row in rows)}")
    return rows[0]


class DayType(click.ParamType["datetime"]):
    """A date or time: ``2013-03-01`` or ``2013-03-01T12:00:00Z``; a bare date means the end of that day in UTC.

    Args:
        begins: A bare date means the start of that day instead.
    """

    name = "date"

    def __init__(self, *, begins: bool = False) -> None:
        self._begins = begins

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the aware UTC time."""
        from datetime import datetime

        from tostrack.models import from_iso

        if isinstance(value, datetime):
            return value

        try:
            when = from_iso(value)
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2013-03-01 or 2013-03-01T12:00:00Z", param, ctx)
        return when.replace(hour=23, minute=59, second=59) if len(value) == 10 and not self._begins else when


DAY = DayType()
FIRST_DAY = DayType(begins=True)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
