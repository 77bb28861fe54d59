"""``tostrack --completion``: the script that lets a shell complete commands and options."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


def completion_script(group: click.Command, shell: str) -> str:
    """Return the script for one of `SHELLS`."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"click has no completion for {shell}")
    return made(group, {}, "tostrack", "_TOSTRACK_COMPLETE").source()


@click.command(hidden=True, epilog="Example: `tostrack --completion bash`.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print a completion script, as `tostrack --completion SHELL` does."""
    click.echo("tostrack: `tostrack completion` is now `tostrack --completion`; the old name works until 0.3", err=True)
    click.echo(completion_script(context.find_root().command, shell))
