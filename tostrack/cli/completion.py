"""``tostrack completion``: the shell completes commands and options."""

from __future__ import annotations

import click

#: Where each shell looks for what is said at its start.
_HOW = {
    "bash": '`eval "$(tostrack completion bash)"` in ~/.bashrc',
    "zsh": '`eval "$(tostrack completion zsh)"` in ~/.zshrc, after compinit',
    "fish": "`tostrack completion fish > ~/.config/fish/completions/tostrack.fish`",
}


@click.command(epilog="Examples: " + "; ".join(_HOW.values()) + ".")
@click.argument("shell", type=click.Choice(list(_HOW)))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script that lets a shell complete commands and options."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"click knows no completion for {shell}", context)
    click.echo(made(context.find_root().command, {}, "tostrack", "_TOSTRACK_COMPLETE").source())
