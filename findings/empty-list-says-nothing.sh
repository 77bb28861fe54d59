#!/usr/bin/env bash
# Guess: a tool of an MCP server that returns an empty list answers "[]", as one that returns a list of one answers that one.
# Seen: the answer has no content at all; only structured content, where the function's annotation makes it, has {"result": []}.
# Version: mcp 2.3.0. Date: 2026-11-28.
# Why it matters: "no change since Monday" reaches a model as silence, and a model that hears nothing supposes something.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check mcp==2.3.0
echo "mcp 2.3.0: an empty list is an answer without content"
cat > ask.py <<'PYTHON'
import asyncio
import logging

from mcp import Client
from mcp.server import MCPServer

logging.disable(logging.CRITICAL)
server = MCPServer("terms")
CHANGES = {"acme": ["acme/terms@2"], "lumora": []}


@server.tool()
def typed(service: str) -> list[str]:
    """List changes."""
    return CHANGES[service]


@server.tool()
def untyped(service: str):
    """List changes."""
    return CHANGES[service]


async def ask():
    async with Client(server) as client:
        for tool in ("typed", "untyped"):
            for service in CHANGES:
                answer = await client.call_tool(tool, {"service": service})
                print(tool, service, [block.text for block in answer.content], answer.structured_content)


asyncio.run(ask())
PYTHON
venv/bin/python ask.py 2> log | tee seen
diff seen - <<'EXPECTED'
typed acme ['acme/terms@2'] {'result': ['acme/terms@2']}
typed lumora [] {'result': []}
untyped acme ['acme/terms@2'] None
untyped lumora [] None
EXPECTED
