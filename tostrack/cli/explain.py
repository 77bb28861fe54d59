"""``tostrack explain``: show why a change was or was not notified, and why a clause is flagged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Environment, emit_json, json_option, select_one
from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.archive import Archive


@click.command(
    epilog="Examples: `tostrack explain instagram/terms@7`; "
    '`tostrack explain --text "We may share your data with our partners."`.'
)
@click.argument("change", required=False, metavar="[SERVICE/DOCUMENT[@NUMBER]]")
@click.option("--text", help="Explain the flags of this clause instead; a first line ending in ':' is its heading.")
@click.option("--all-hunks", is_flag=True, help="Every edit, not only the twenty most important.")
@json_option
@click.pass_obj
def command(environment: Environment, change: str | None, text: str | None, all_hunks: bool, as_json: bool) -> None:
    """Show the reasons behind one change of `tostrack log`: the texts compared, the verdict, flags and notification.

    Without a number, the latest change that matters.
    """
    from tostrack.render import explanation as form

    if (change is None) == (text is None):
        raise ConfigError("name one change, as in `tostrack log`, or give --text")
    if text is not None:
        reasons = environment.book.explain(text)
        if as_json:
            emit_json(map(form.flag_json, reasons))
        else:
            environment.show(form.render_flags_of(text, reasons, environment.look))
        return
    from tostrack.services.explain import explain_change

    with environment.archive() as archive:
        limit = None if all_hunks or as_json else 20
        name = _change_id(archive, change or "")
        # No account is printed as JSON.
        reasoning = explain_change(archive, name, environment.book, limit=limit, with_accounts=not as_json)
    if as_json:
        emit_json([form.reasoning_json(reasoning)])
    else:
        environment.show(form.render_reasoning(reasoning, environment.look, limit))


def _change_id(archive: Archive, target: str) -> str:
    """Return the change that *target* names: itself, or of a document alone the latest that matters."""
    from tostrack.models import Verdict

    name, number, _ = target.partition("@")
    row = select_one(archive, name)
    if number:
        return target
    for latest in archive.changes(row.service, row.document, verdict=Verdict.SUBSTANTIVE, limit=1):
        return latest.id
    raise ConfigError(f"{target}: no change that matters; `tostrack log {target} --all` lists all changes")
