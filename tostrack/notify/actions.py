"""GitHub Actions: the step's summary, and annotations that the runner shows beside the run."""

from __future__ import annotations

from datetime import datetime

from tostrack.errors import NotifyError
from tostrack.notify.message import Notifier, OutgoingMessage
from tostrack.render.workflow_commands import format_annotation

#: GitHub drops a summary of more than a mebibyte whole.
_LARGEST = 900_000


class StepSummary(Notifier):
    """Appends each letter to ``$GITHUB_STEP_SUMMARY``."""

    def send(self, letter: OutgoingMessage, at: datetime) -> None:  # noqa: ARG002
        """Append *letter* and note its subject; what would make the summary too large is left out."""
        if self._setup.summary is None:
            raise NotifyError("summary: there is none outside of GitHub Actions (GITHUB_STEP_SUMMARY)", down=True)
        try:
            with self._setup.summary.open("a", encoding="utf-8", errors="replace") as file:
                if file.tell() + len(letter.markdown.encode("utf-8", "replace")) <= _LARGEST:
                    file.write(f"{letter.markdown}\n")
        except OSError as error:
            raise NotifyError(f"summary: cannot be written ({error.strerror})", down=True) from error
        self._setup.annotate(format_annotation("notice", "tostrack", letter.subject))
