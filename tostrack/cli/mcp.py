"""``tostrack mcp``: answer a program over the Model Context Protocol."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import click

from tostrack.cli.app import Environment
from tostrack.cli.days import parse_period
from tostrack.errors import ConfigError, TostrackError


@click.command(
    epilog="Example: `tostrack -w /srv/terms/watchlist.toml mcp` as the command of a server in the program's settings."
)
@click.pass_obj
def command(environment: Environment) -> None:
    """Serve the archive, read-only, over standard input and output (Model Context Protocol; extra `mcp`)."""
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import CallToolResult, TextContent
    except ImportError as error:
        raise ConfigError('mcp is not installed: pip install "tostrack[mcp]"') from error
    server = MCPServer("tostrack")
    nothing = CallToolResult(content=[TextContent(type="text", text="[]")], structured_content={"result": []})
    for tool in build_tools(environment):
        server.tool()(report_outcome(tool, ToolError, nothing))
    server.run()


def report_outcome(tool: Callable[..., Any], error_type: type[Exception], nothing: object) -> Callable[..., Any]:
    """Return *tool* with what mcp 2.3.0 would keep from the program: the text of a failure, and that a list is empty.

    Args:
        tool: Raises `TostrackError` or `ValueError` where it fails as expected.
        error_type: What is raised for these, with their text.
        nothing: What is answered for an empty list.
    """

    @wraps(tool)
    def answer(*args: Any, **options: Any) -> Any:
        try:
            found = tool(*args, **options)
        except (TostrackError, ValueError) as error:
            raise error_type(str(error)) from error
        return nothing if found == [] else found

    return answer


def build_tools(environment: Environment) -> list[Callable[..., Any]]:
    """Return the functions that the server offers; their docstrings tell the program what they are for."""
    from tostrack.services import ask

    def changes_since(day: str, name: str = "") -> list[dict[str, Any]]:
        """List what changed since a day (2024-05-01, "2 weeks"), for one service or document or for all.

        "not compared" means that the text could not be read: never report it as no change.
        """
        since, _ = parse_period(day, datetime.now(UTC))
        with environment.archive() as archive:
            return ask.changes_since(archive, since, name)

    def what_it_says(topic: str, name: str = "") -> list[dict[str, Any]]:
        """Quote what the current texts say on a topic: licensing, advertising, sharing, ai."""
        with environment.archive() as archive:
            return ask.statements_on(archive, topic, name, environment.book)

    def diff(change: str) -> dict[str, Any]:
        """Return one change, such as acme/terms@7, edit by edit."""
        with environment.archive() as archive:
            return ask.diff_of(archive, change)

    def upcoming(name: str = "") -> list[dict[str, Any]]:
        """List the effective dates ahead that current texts state."""
        with environment.archive() as archive:
            return ask.upcoming_dates(archive, datetime.now(UTC).date(), name)

    return [changes_since, what_it_says, diff, upcoming]
