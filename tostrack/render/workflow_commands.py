"""Lines that the runner of GitHub Actions obeys, with what a page wrote unable to add any."""

from __future__ import annotations

from tostrack.render.escape import safe_line


def format_annotation(level: str, title: str, message: str) -> str:
    """Return the workflow command that shows *message* beside the run.

    Args:
        level: ``notice``, ``warning`` or ``error``.
    """
    named = _data(safe_line(title)).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={named}::{_data(safe_line(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
