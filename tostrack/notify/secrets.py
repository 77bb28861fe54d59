"""Passwords and keys: from the environment, or from a file that its owner alone can read."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from tostrack.errors import ConfigError


def secrets(environment: Mapping[str, str], path: Path | None = None) -> Callable[[str], str]:
    """Return what gives a secret by its name: ``TOSTRACK_SMTP_PASSWORD``, or ``smtp_password`` in the file *path*.

    Raises:
        ConfigError: The file cannot be read, or others can read it too.
    """
    kept = _file(path) if path else {}

    def secret(name: str) -> str:
        return environment.get(f"TOSTRACK_{name}") or kept.get(name.lower(), "")

    return secret


def _file(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            # Of the open file, not of a file that replaced it a moment later.
            mode = os.fstat(file.fileno()).st_mode
            found = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path}: the secrets cannot be read ({error.strerror})") from error
    except ValueError as error:
        # What the parser says may quote a secret.
        raise ConfigError(f'{path}: not TOML; a line is like smtp_password = "..."') from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(f"{path}: others can read these secrets; `chmod 600 {path}`")
    return {key.lower(): value for key, value in found.items() if isinstance(value, str)}
