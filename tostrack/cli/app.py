"""The parts of every command: the process, the watchlist, the archive, and common options."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from tostrack.cli.days import LAST, DayType, LastLook
from tostrack.errors import ConfigError, StoreError
from tostrack.models import from_iso, iso
from tostrack.value import Value

if TYPE_CHECKING:
    from tostrack.analysis.flags import Rulebook
    from tostrack.archive import Archive, ChangeRow, DocumentRow
    from tostrack.archive.outbox import Outbox
    from tostrack.archive.writer import Writer
    from tostrack.fetch import FetchAll, Fetcher
    from tostrack.render.terminal_style import TerminalStyle
    from tostrack.sandbox import Worker
    from tostrack.watchlist import Settings, Watchlist


#: The file that names the watched pages, where the user names no other.
WATCHLIST = "watchlist.toml"


class Environment:
    """The process a command runs in: streams, terminal, watchlist; tests create their own."""

    def __init__(self, named_path: Path | None, *, colour: str = "auto", url: str = "") -> None:
        #: The watchlist that the user named; None where none was.
        self.named_path = named_path
        #: ``auto``, ``always`` or ``never``.
        self.colour = colour
        #: Whether to print only what a person must act on.
        self.quiet = False
        self._url = url

    @classmethod
    def from_process(cls, watchlist_path: str | None, verbose: int) -> Environment:
        """Read the environment, once, and send the log to standard error."""
        if verbose:
            import logging

            level = logging.INFO if verbose == 1 else logging.DEBUG
            logging.basicConfig(level=level, format="%(name)s: %(message)s", stream=sys.stderr)
        url = os.environ.get("TOSTRACK_URL", "")
        if url and not url.startswith(("https://", "http://")):
            raise ConfigError(f"TOSTRACK_URL: {url!r} is not a URL such as https://example.org/terms")
        return cls(Path(watchlist_path) if watchlist_path else None, url=url)

    @property
    def watchlist_path(self) -> Path:
        """The watchlist: the one that was named, or ``watchlist.toml`` of this folder or of the nearest one above it.

        A file of another user is not taken from a folder above: it says where to write.
        """
        if self.named_path or Path(WATCHLIST).exists():
            return self.named_path or Path(WATCHLIST)
        above = (folder / WATCHLIST for folder in Path.cwd().parents)
        return next((path for path in above if path.is_file() and path.stat().st_uid == os.getuid()), Path(WATCHLIST))

    @property
    def may_colour(self) -> bool:
        """Whether to write colours: as the user asked for, else where standard output is a terminal that shows them."""
        if self.colour != "auto":
            return self.colour == "always"
        return "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb" and sys.stdout.isatty()

    def say(self, text: str, *, err: bool = False) -> None:
        """Write a line that nobody has to act on, unless the user wants it *quiet*."""
        if not self.quiet:
            click.echo(text, err=err)

    @property
    def width(self) -> int:
        """The columns to write in: the terminal's, or 0, no limit, when there is none."""
        if not sys.stdout.isatty():
            return 0
        import shutil

        return shutil.get_terminal_size().columns

    @property
    def look(self) -> TerminalStyle:
        """How to write to standard output."""
        from tostrack.render.terminal_style import TerminalStyle

        encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
        return TerminalStyle(self.may_colour, self.width, not encoding.startswith("utf"))

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

    @cached_property
    def watchlist(self) -> Watchlist:
        """The watchlist, read and checked; where it does not say where the site is, ``TOSTRACK_URL`` does."""
        from tostrack.watchlist import load

        found = load(self.watchlist_path)
        if not self._url:
            return found
        from dataclasses import replace

        return replace(found, settings=replace(found.settings, url=found.settings.url or self._url.rstrip("/")))

    @property
    def settings(self) -> Settings:
        """The settings of the watchlist."""
        return self.watchlist.settings

    @property
    def authority(self) -> str:
        """The identity in ids: the host of the watchlist's ``url``, else ``contact`` or ``from``, else empty."""
        settings, sender = self.settings, self.watchlist.notify.sender
        host = settings.url.partition("://")[2].partition("/")[0].partition(":")[0]
        return (host or (settings.contact if "@" in settings.contact else sender)).lower()

    def fix_identity(self, archive: Archive) -> None:
        """Fix the identity of *archive* before something is published or sent; say where the watchlist gives none."""
        from tostrack.archive.outbox import UNSET_AUTHORITY, Outbox

        if archive.meta("authority") != UNSET_AUTHORITY:
            return
        if self.authority:
            with Outbox(archive.path) as outbox:
                outbox.set_authority(self.authority)
            return
        self.say(
            f"ids of feeds and messages name {UNSET_AUTHORITY}: set `contact` or `url` in [settings]; the ids change "
            "then, once",
            err=True,
        )

    @cached_property
    def book(self) -> Rulebook:
        """The flag rules: those that ship, the packs that are on, those beside the watchlist but files with errors."""
        from tostrack.analysis.flags import RuleFile, check_rules
        from tostrack.analysis.flags.rule_sources import load_pack
        from tostrack.watchlist.topics import own_rules

        own = [RuleFile(*found) for found in own_rules(self.watchlist_path.parent)]
        # Reading an old text or a clause needs no watchlist.
        packs = self.settings.packs if self.watchlist_path.is_file() else ()
        book, problems = check_rules([*map(load_pack, packs), *own])
        for problem in problems:
            click.echo(f"tostrack: ignored: {problem}", err=True)
        return book

    def archive(self) -> Archive:
        """Open the archive for reading."""
        from tostrack.archive import Archive

        return Archive(self.settings.database)

    @contextmanager
    def archive_if_any(self) -> Iterator[Archive | None]:
        """Yield the archive, open for reading, or None if it does not exist yet."""
        if not self.settings.database.is_file():
            yield None
            return
        with self.archive() as archive:
            yield archive

    def find_damage(self) -> str:
        """Return what is wrong with the archive, where this command may have read it; empty if nothing is.

        SQLite lets any column hold anything: what looks like a fault of tostrack may be a fault of a row.
        """
        if "watchlist" not in vars(self) or not Path(self.watchlist.settings.database).is_file():
            return ""
        from tostrack.archive.verify import HARMLESS, verify

        path = Path(self.watchlist.settings.database)
        wrong = [each for each in verify(path, None).findings if each.finding not in HARMLESS]
        return f"{path}: {wrong[0].document or 'the file'}: {wrong[0].message}" if wrong else ""

    def writer(self, at: datetime) -> Writer:
        """Open the archive for writing; *at* is the creation time of a new one."""
        from tostrack.archive.writer import Writer

        return Writer(
            *(self.settings.database, self.settings.snapshots),
            now=at,
            authority=self.authority,
            book=self.book,
            digests=self.watchlist.digests,
        )

    @contextmanager
    def outbox(self) -> Iterator[tuple[Archive, Outbox]]:
        """Yield the archive, open for reading, and its outbox."""
        from tostrack.archive.outbox import Outbox

        with self.archive() as archive, Outbox(archive.path) as outbox:
            yield archive, outbox

    def fetcher(self) -> Fetcher:
        """Return a fetcher with the settings of the watchlist."""
        from tostrack.fetch import Fetcher

        settings = self.settings
        return Fetcher(contact=settings.contact, delay=settings.delay, allow_private=settings.allow_private)

    @contextmanager
    def fetching(self) -> Iterator[tuple[FetchAll, Worker]]:
        """Yield a function that fetches pages, and a process that reads them."""
        from tostrack.fetch import fetch_all
        from tostrack.sandbox import Worker

        with self.fetcher() as fetcher, Worker() as worker:
            yield partial(fetch_all, fetcher=fetcher), worker

    def print_rows(
        self,
        rows: list[dict[str, Any]],
        render: Callable[[list[dict[str, Any]], TerminalStyle], str],
        *,
        as_json: bool,
        nothing: str = "",
    ) -> None:
        """Print *rows* as JSON lines or as *render* shows them; *nothing*, on standard error, where there are none."""
        if as_json:
            emit_json(rows)
        elif rows:
            self.show(render(rows, self.look))
        elif nothing:
            click.echo(nothing, err=True)


def emit_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object a line: as bytes, which no wrapper of standard output changes."""
    import json

    for row in rows:
        # ASCII: no byte that a page controls reaches a terminal raw.
        click.echo(json.dumps(row).encode())


@contextmanager
def progress_bar(total: int, label: str, *, hidden: bool = False) -> Iterator[Callable[[int], None]]:
    """Yield a function that takes how many steps were done; on a terminal it moves a bar with the time left."""
    if hidden or not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=total, label=label, file=sys.stderr) as bar:
        yield bar.update


def name_few(names: Sequence[str]) -> str:
    """Return the first three of *names* in a line, and how many more there are."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def exit_if_failed(failed: int) -> None:
    """End the command with the exit status for documents or messages that failed, if any did."""
    from tostrack.cli.groups import Exit

    if failed:
        raise click.exceptions.Exit(Exit.SOME_FAILED)


@contextmanager
def replace_file(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that becomes *path* once it is complete; its folder is created.

    Raises:
        StoreError: It cannot be written.
    """
    from tostrack.archive.lock import replace_whole

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replace_whole(path, durable=False) as part, part.open("wb") as file:
            yield file
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror})") from error


#: Printed where an empty result would look like good news.
NO_TEXT = "no text is recorded yet: run `tostrack crawl`; `tostrack status` shows its results"


def select_documents(archive: Archive, targets: Iterable[str] = (), kinds: Collection[str] = ()) -> list[DocumentRow]:
    """Return the recorded documents that *targets* name, each once: services, ``service/document``; all without any.

    With *kinds*, only those that are of one of them.

    Raises:
        ConfigError: None is recorded under one of the names, or none of those is of these kinds.
    """
    rows = archive.documents()
    names = [target.lower() for target in targets]
    for name in names:
        if not any(name in (row.id, row.service) for row in rows):
            raise ConfigError(f"{name}: no such document is recorded; {_hint_for(name, rows)}")
    found = [row for row in rows if not names or row.id in names or row.service in names]
    return _of_kinds(archive, found, kinds) if kinds else found


def _of_kinds(archive: Archive, rows: list[DocumentRow], kinds: Collection[str]) -> list[DocumentRow]:
    from tostrack.archive.kinds import find_kinds

    kind_of = find_kinds(archive, rows)
    found = [row for row in rows if kind_of[row.id] in kinds]
    if rows and not found:
        there = ", ".join(sorted({kind for kind in kind_of.values() if kind})) or "none that is known"
        raise ConfigError(f"no recorded document is of the kind {' or '.join(kinds)}; there are {there}")
    return found


def _hint_for(target: str, rows: list[DocumentRow]) -> str:
    from difflib import get_close_matches

    # What people type to what they mean; `terms` alone is the document of the first service that has one.
    meant = {row.document: row.id for row in reversed(rows)}
    meant |= {row.service: row.service for row in rows} | {row.id: row.id for row in rows}
    near = [meant[name] for name in get_close_matches(target, meant, 1)]
    if near:
        return f"did you mean {near[0]!r}?"
    return "`tostrack status` lists the recorded documents" if rows else NO_TEXT


def list_changes(archive: Archive, documents: list[DocumentRow], **narrowed: Any) -> list[ChangeRow]:
    """Return the changes of *documents*, newest first, narrowed as `Archive.changes` narrows them."""
    services = {row.service for row in documents}
    service = services.pop() if len(services) == 1 else None
    document = documents[0].document if len(documents) == 1 else None
    ids = {row.id for row in documents}
    return [row for row in archive.changes(service, document, **narrowed) if f"{row.service}/{row.document}" in ids]


def last_look(
    environment: Environment, command: str, since: datetime | None, *, alone: bool
) -> tuple[datetime | None, Callable[[Archive], None]]:
    """Return since when *command* lists changes, and a function that stores what the archive holds now.

    On a terminal, a command that is *alone*, without names and filters, lists what is new since its last run.

    Raises:
        ConfigError: ``--since last`` where the output is no terminal.
    """
    terminal = sys.stdout.isatty()
    if since == LAST and not terminal:
        raise ConfigError("--since last: works on a terminal only; in a script, name a day")
    look = LastLook(environment.settings.database, command)
    if since == LAST or (since is None and alone and terminal):
        since = look.read()
        if since:
            click.echo(f"new since the last time ({iso(since)[:10]}); `--since start` lists all", err=True)

    def store(archive: Archive) -> None:
        if alone and terminal and (newest := archive.changes(limit=1)):
            # A change of the same second was shown too.
            look.write(from_iso(newest[0].seen_at) + timedelta(seconds=1))

    return since, store


def is_within(when: str, since: datetime | None, until: datetime | None) -> bool:
    """Return whether a stored time is between two times; None is no bound."""
    return (since is None or when >= iso(since)) and (until is None or when <= iso(until))


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
    rows = select_documents(archive, [target])
    if len(rows) > 1:
        raise ConfigError(f"{target}: name one document: {', '.join(row.id for row in rows)}")
    return rows[0]


class KindType(click.ParamType["str"]):
    """A kind of documents."""

    name = "kind"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the kind, written in full."""
        from tostrack.language.document_kind import KINDS, read_kind, suggest_kind

        if not (kind := read_kind(value.strip().lower())):
            near = suggest_kind(value)
            hint = f"did you mean {near!r}?" if near else f"there are {', '.join(KINDS)}"
            self.fail(f"{value}: no such kind; {hint}", param, ctx)
        return kind


DAY = DayType()
FIRST_DAY = DayType(begins=True)
#: Options that several listings share.
targets_argument = click.argument("targets", nargs=-1, metavar="[SERVICE[/DOCUMENT]]...")
topic_option = click.option("--topic", help="Only this topic.")
kind_option = click.option(
    "--kind",
    "kinds",
    type=KindType(),
    multiple=True,
    help="Only documents of this kind, such as `sub-processors` or `dpa`. May be repeated.",
)
since_option = click.option("--since", type=FIRST_DAY, help="Only since this day, such as 2024-05-01 or `2 weeks`.")
since_last_option = click.option(
    "--since",
    type=DayType(begins=True, last=True),
    help="Only changes since this day, such as 2024-05-01 or `2 weeks`; `last`: since you last ran this command.",
)
until_option = click.option("--until", type=DAY, help="Only until the end of this day.")


class Clock(Value):
    """The time of a run: the real one, or always the given one."""

    fixed: datetime | None = None

    def __call__(self) -> datetime:
        """Return the time now, in UTC."""
        return self.fixed or datetime.now(UTC)


now_option = click.option(
    "--now",
    "clock",
    type=DAY,
    envvar="TOSTRACK_NOW",
    callback=lambda _context, _option, now: Clock(now),
    help="Run as of this time: for replays and tests.",
)


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Return a callback that stores the value of an option, where it was given, in the environment of the run."""

    def store(context: click.Context, _: click.Parameter, value: Any) -> None:
        environment = context.find_object(Environment)
        if environment is None or value in (None, False):
            return
        setattr(environment, name, Path(value) if name == "named_path" else value)
        context.color = environment.may_colour

    return store


quiet_option = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=_set("quiet"),
    help="Print only what needs attention.",
)
#: Options that every command takes, whatever their place on the command line.
SHARED_OPTIONS = (
    click.Option(
        ["-w", "--watchlist"], type=click.Path(dir_okay=False), hidden=True, expose_value=False,
        callback=_set("named_path"),
    ),
    click.Option(
        ["--color"], type=click.Choice(["auto", "always", "never"]), hidden=True, expose_value=False,
        callback=_set("colour"),
    ),
)  # fmt: skip
dry_run_option = click.option("-n", "--dry-run", is_flag=True, help="Show what would change; store nothing.")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
