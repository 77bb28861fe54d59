"""How to add an extra to the installation that runs."""

from __future__ import annotations

import re
import sys
from importlib.metadata import requires
from pathlib import Path

_NAMED = re.compile(r"""pip install (["'])tostrack\[(\w+)\]\1""")


def describe_install(extra: str, prefix: str = sys.prefix) -> str:
    """Return the command that adds the packages of *extra* to the environment at *prefix*: by pipx, uv or pip.

    It names those packages and not tostrack, which may be installed from a clone.
    """
    listed = [line.replace('"', "'") for line in requires("tostrack") or ()]
    needed = [line.partition(";")[0].strip() for line in listed if line.endswith(f"extra == '{extra}'")]
    packages = " ".join(f"'{name}'" for name in needed or [f"tostrack[{extra}]"])
    if Path(prefix, "pipx_metadata.json").is_file():
        return f"pipx inject tostrack {packages}"
    if Path(prefix, "uv-receipt.toml").is_file():
        return f"uv pip install --python {prefix} {packages}"
    return f"{prefix}/bin/python -m pip install {packages}"


def name_installer(message: str) -> str:
    """Return *message* with the command for this installation where it says how pip installs an extra."""
    return _NAMED.sub(lambda found: describe_install(found[2]), message)
