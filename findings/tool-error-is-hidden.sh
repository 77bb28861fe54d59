#!/usr/bin/env bash
# Guess: what a tool of an MCP server raises reaches the model as the text of the error, as in version 1.
# Seen: since version 2 the text is "Error executing tool NAME" alone; the reason stays on the server.
# Version: mcp 2.3.0 and 1.30.0. Date: 2026-11-28.
# Why it matters: "no such document acme/terms; there is acme/terms-of-use" is what a model needs to ask again.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "mcp 1.30.0 and 2.3.0: the reason of a failed tool call, told and not told"
cat > ask.py <<'PYTHON'
import asyncio
import logging

logging.disable(logging.CRITICAL)
try:
    from mcp import Client
    from mcp.server import MCPServer as Server
except ImportError:
    from mcp.server.fastmcp import FastMCP as Server
    from mcp.shared.memory import create_connected_server_and_client_session as connect

    def Client(server):
        return connect(server._mcp_server)


server = Server("terms")


@server.tool()
def show(document: str) -> str:
    """Show a document."""
    raise ValueError("no such document; there is acme/terms-of-use")


async def ask():
    async with Client(server) as client:
        answer = await client.call_tool("show", {"document": "acme/terms"})
        print(answer.content[0].text)


asyncio.run(ask())
PYTHON
for version in 1.30.0 2.3.0; do
  python3 -m venv "$version"
  "$version/bin/pip" install -qq --disable-pip-version-check "mcp==$version"
  echo "$version: $("$version/bin/python" ask.py 2> log)" | tee -a seen
done
diff seen - <<'EXPECTED'
1.30.0: Error executing tool show: no such document; there is acme/terms-of-use
2.3.0: Error executing tool show
EXPECTED
