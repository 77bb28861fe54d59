"""``tostrack check``: check the watchlist, and show the text that would be stored of its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.app import Environment, emit_json, exit_if_failed, json_option, targets_argument
from tostrack.errors import ConfigError
from tostrack.value import fields_of

if TYPE_CHECKING:
    from tostrack.models import Document


@click.command(
    epilog="Example: `tostrack check` reads only the file; `tostrack check instagram/terms` also fetches the "
    "page twice."
)
@targets_argument
@click.option("--once", is_flag=True, help="Fetch once; do not look for parts that differ between two fetches.")
@json_option
@click.pass_obj
def command(environment: Environment, targets: tuple[str, ...], once: bool, as_json: bool) -> None:
    """Check the watchlist and your own rules; with names, fetch those documents and show the extracted text.

    Stores nothing.

    Each page is fetched twice: parts that differ between the two would be noise every night. If a selector matches
    nothing, the element most similar to the last accepted text is named.
    """
    from tostrack.cli.crawl import select_watched
    from tostrack.render.escape import count
    from tostrack.watchlist import check_selectors

    watchlist = environment.watchlist
    select_watched(watchlist, targets)
    check_selectors(watchlist)
    rules = _own_rules(environment)
    if not targets:
        found = {"services": len(watchlist.services), "documents": len(watchlist.documents), "rules": rules}
        if as_json:
            emit_json([found])
        else:
            click.echo(
                f"{environment.watchlist_path}: OK; "
                f"{count(len(watchlist.services), 'service')}, {count(len(watchlist.documents), 'document')}"
                + (f", {count(rules, 'rule')} of your own" if rules else "")
                + ". Name some to fetch them."
            )
            if missing := _missing_browser(environment):
                click.echo(missing, err=True)
        return
    rows = _fetched(environment, targets, twice=not once)
    if as_json:
        emit_json(rows)
    else:
        _show(rows)
    exit_if_failed(sum(bool(row["cause"]) for row in rows))


def _missing_browser(environment: Environment) -> str:
    """Return how many documents need a browser and how to install it; empty where none does or it is there."""
    from tostrack.cli.extras import name_installer
    from tostrack.fetch.browser.session import missing_browser
    from tostrack.render.escape import count

    rendered = sum(any(page.fetch == "browser" for page in each.pages) for each in environment.watchlist.documents)
    if not rendered or not (needed := missing_browser()):
        return ""
    need = "needs" if rendered == 1 else "need"
    return f"{count(rendered, 'document')} {need} a browser: {name_installer(needed)}"


def _own_rules(environment: Environment) -> int:
    """Return how many rules there are beside the watchlist, each asked about its own examples.

    Raises:
        ConfigError: With every mistake, each with its file and key.
    """
    from tostrack.analysis.flags import Rulebook, RuleFile
    from tostrack.analysis.flags.rule_sources import load_pack
    from tostrack.watchlist.topics import own_rules

    own = [RuleFile(*found) for found in own_rules(environment.watchlist_path.parent)]
    if not own:
        return 0
    book = Rulebook((*map(load_pack, environment.settings.packs), *own))
    if faults := book.faults():
        raise ConfigError(*faults)
    names = {source.name for source in own}
    return sum(origin in names for (table, _), origin in book.rules.origin.items() if table in ("rule", "veto"))


def _fetched(environment: Environment, targets: tuple[str, ...], *, twice: bool) -> list[dict[str, Any]]:
    from tostrack.cli.crawl import select_for_crawl
    from tostrack.services import crawl

    with environment.fetching() as (fetch_all, worker):
        previews = crawl.preview(
            select_for_crawl(environment.watchlist, targets),
            fetch_all,
            lambda document: _last(environment, document),
            twice=twice,
            call=worker,
        )
        return [
            {
                "service": preview.document.service,
                "document": preview.document.slug,
                **fields_of(preview, ("cause", "message")),
                "clauses": len(preview.clauses),
                "words": len(preview.text.split()),
                "unstable": [{"old": old, "new": new} for old, new in preview.unstable],
                **fields_of(preview, ("again", "left_out", "text")),
            }
            for preview in previews
        ]


def _last(environment: Environment, document: Document) -> str | None:
    """Return the last accepted text of *document*, or None without an archive or a text."""
    with environment.archive_if_any() as archive:
        return archive.text(document.service, document.slug) if archive else None


def _show(rows: list[dict[str, Any]]) -> None:
    from tostrack.render.escape import safe

    for row in rows:
        name = f"{row['service']}/{row['document']}"
        if row["cause"]:
            click.echo(f"{name}  {row['cause']}: {safe(row['message'])}")
        else:
            click.echo(f"{name}  {row['clauses']} clauses, {row['words']} words\n")
            click.echo(safe(row["text"]))
            _show_remarks(name, row)


def _show_remarks(name: str, row: dict[str, Any]) -> None:
    from tostrack.render.escape import cut, safe_line

    for part in row["left_out"]:
        click.echo(f"{name}: left out: {cut(safe_line(part), 160)}", err=True)
    if row["again"]:
        click.echo(f"{name}: the second fetch failed: {safe_line(row['again'])}", err=True)
    for edit in row["unstable"]:
        gone, come = (cut(safe_line(edit[side]), 200) for side in ("old", "new"))
        marked = (f"[-{gone}-]" if gone else "") + (f"{{+{come}+}}" if come else "")
        click.echo(f"{name}: differs between two fetches: {marked}", err=True)
