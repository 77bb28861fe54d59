"""Groups of commands that import a command only when it runs, and the names that commands had before."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import IntEnum
from typing import Any

import click

from tostrack.errors import ArchiveBusyError, ConfigError, StoreError, TostrackError
from tostrack.value import Value


class Exit(IntEnum):
    """The exit status of a command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    SOME_FAILED = 3
    #: EX_TEMPFAIL of sysexits.h: another crawl uses the archive, try again later.
    BUSY = 75
    #: 128 and the signal's number, as shells report it.
    INTERRUPTED = 130


class Subcommands(Value):
    """A group of commands, described without importing any of them."""

    #: Each command's name, and what the group's help says of it.
    commands: Mapping[str, str]
    #: Lines at the end of the group's help.
    epilog: str
    #: The command that runs when none is named.
    default: str = ""
    #: Commands that run and that help does not list, each with what its own help says of it.
    hidden: Mapping[str, str] = field(default_factory=dict)
    #: Options that the group itself had before it was one; they lead to its hidden command.
    old_options: tuple[str, ...] = ()


#: Words that delete, overwrite or stop something: no hint for a mistyped command proposes one.
DESTRUCTIVE = frozenset({"block", "discard", "merge", "migrate", "recover", "redact", "remove"})


def import_command(path: Sequence[str]) -> click.Command:
    """Import and return a command: ``log`` is ``command`` in the module ``log``.

    The commands of a group are found by their names in the module of the group's name. Each ``import`` reads other
    formats with other options, and has a module of its own: ``import_ota``.
    """
    alone = len(path) == 1 or path[0] == "import"
    # A keyword names no module.
    name = {"list": "list_documents"}.get("_".join(path), "_".join(path)) if alone else path[0]
    module = vars(importlib.import_module(f"tostrack.cli.{name}"))
    commands = [each for each in module.values() if isinstance(each, click.Command)]
    command = module["command"] if alone else next(each for each in commands if each.name == path[1])
    _share_options(command)
    return command


def _share_options(command: click.Command) -> None:
    """Let *command* and those below it take `SHARED_OPTIONS` too."""
    from tostrack.cli.app import SHARED_OPTIONS

    for each in command.commands.values() if isinstance(command, click.Group) else ():
        _share_options(each)
    command.params += [option for option in SHARED_OPTIONS if option not in command.params]


def find_nearest(word: str, names: Sequence[str]) -> str:
    """Return a hint that ends in the command of *names* most like *word*, or nothing; never a destructive command."""
    from difflib import get_close_matches

    known: dict[str, str] = {}
    for name in names:
        if not DESTRUCTIVE & set(name.split()):
            known.setdefault(name.rpartition(" ")[2], name)
            known[name] = name
    near = get_close_matches(word, known, 1)
    return f"; did you mean {known[near[0]]!r}?" if near else ""


class LazyGroup(click.Group):
    """A group that lists its commands from a table and imports one when it runs."""

    def __init__(self, name: str | None, listed: Subcommands, **kwargs: Any) -> None:
        super().__init__(name, epilog=listed.epilog, **kwargs)
        self._listed = listed
        #: What a mistyped command may have meant.
        self._meant = list(listed.commands)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands that help shows, in the order of the table."""
        return list(self._listed.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command."""
        return import_command((self.name or "", cmd_name)) if self._has(cmd_name) else None

    def _has(self, name: str) -> bool:
        return name in self._listed.commands or name in self._listed.hidden

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._listed.commands.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let the default command, or the one that has the group's old options, take what names no command."""
        listed = self._listed
        first = args[0] if args else ""
        if listed.default and first not in ctx.help_option_names and (not first or first.startswith("-")):
            old = any(arg.partition("=")[0] in listed.old_options for arg in args)
            args = [next(iter(listed.hidden)) if old else listed.default, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say which command is nearest when there is none of that name."""
        if not self._has(args[0]):
            hint = find_nearest(args[0], self._meant)
            if hint or not self._listed.default or len(args) > 1:
                where = f"`{ctx.command_path} --help` lists them"
                raise click.UsageError(f"{ctx.command_path}: no command {args[0]!r}{hint or f'; {where}'}", ctx)
            # `subscribers shop`, as it was written before the group had commands.
            args = [self._listed.default, *args]
        return super().resolve_command(ctx, args)


class ReportingGroup(LazyGroup):
    """The commands at the top, by section; expected failures end in one line each."""

    def __init__(
        self,
        name: str | None,
        listed: Subcommands,
        *,
        sections: Mapping[str, Mapping[str, str]],
        groups: Mapping[str, Subcommands],
        renamed: Mapping[str, Sequence[str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(name, listed, **kwargs)
        self._sections = sections
        self._groups = groups
        self._renamed = renamed
        self._meant += listed.hidden
        self._meant += [f"{group} {each}" for group, within in groups.items() for each in within.commands]
        self._meant += ["--help", "--version"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return one command; it is imported for that, a group is not."""
        if cmd_name in self._groups:
            text = self._listed.commands.get(cmd_name) or self._listed.hidden[cmd_name]
            return LazyGroup(cmd_name, self._groups[cmd_name], help=text)
        return import_command((cmd_name,)) if self._has(cmd_name) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands by section; none is imported for it."""
        longest = max(map(len, self._listed.commands))
        for title, commands in self._sections.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(longest), text) for name, text in commands.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Run a command by the name that it had before, and say so."""
        if new := self._renamed.get(args[0]):
            said = f"`tostrack {args[0]}` is now `tostrack {' '.join(new)}`; the old name works until 0.3"
            click.echo(f"tostrack: {said}", err=True)
            args = [*new, *args[1:]]
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and turn expected failures into messages."""
        try:
            return super().invoke(ctx)
        except TostrackError as error:
            _report(error)
            ctx.exit(_STATUS.get(type(error), Exit.FAILED))
        except _DAMAGE as error:
            if not (found := ctx.obj and ctx.obj.find_damage()):
                raise
            _report(StoreError(f"{found} ({type(error).__name__}); `tostrack archive verify` lists all"))
            ctx.exit(Exit.FAILED)
        except KeyboardInterrupt:
            click.echo("\ntostrack: interrupted; everything stored before that is kept", err=True)
            ctx.exit(Exit.INTERRUPTED)


#: Errors that reading a row may raise when it holds what tostrack never writes.
_DAMAGE = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)
_STATUS = {ConfigError: Exit.USAGE, ArchiveBusyError: Exit.BUSY}


def _report(error: TostrackError) -> None:
    from tostrack.render.escape import safe

    message = str(error)
    if "tostrack[" in message:
        from tostrack.cli.extras import name_installer

        message = name_installer(message)
    for line in message.splitlines():
        click.echo(f"tostrack: {safe(line)}", err=True)
