"""Every expected failure, as a tree; anything else is a bug and keeps its traceback."""


class TostrackError(Exception):
    """An error that a user can act on: the message names the thing, the finding and the remedy."""


class ConfigError(TostrackError):
    """The watchlist or an argument is wrong; ``problems`` holds every finding, one line each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class DocumentError(TostrackError):
    """One document failed; the run records it and goes on. ``cause`` is a word of a fixed vocabulary."""

    cause = "failed"


#: Characters of a message: addresses that servers send may have tens of thousands.
_LONGEST_MESSAGE = 1_000


class FetchError(DocumentError):
    """No usable response. ``transient`` says if a retry may help, ``status`` what the server said, if it did.

    A message that is too long for people is cut in its middle.
    """

    def __init__(
        self,
        message: str,
        *,
        cause: str,
        transient: bool = False,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        if len(message) > _LONGEST_MESSAGE:
            half = _LONGEST_MESSAGE // 2
            message = f"{message[:half]}…{message[1 - half :]}"
        super().__init__(message)
        self.cause = cause
        self.transient = transient
        self.status = status
        #: Seconds the server asked us to wait, if it did.
        self.retry_after = retry_after


class ExtractError(DocumentError):
    """The page holds no usable text: nothing selected, a broken range, an unknown filter."""

    def __init__(self, message: str, *, cause: str = "selector") -> None:
        super().__init__(message)
        self.cause = cause


class NotifyError(TostrackError):
    """A message did not go out. ``transient`` says if a retry may help, ``down`` that its whole channel is dead."""

    def __init__(self, message: str, *, transient: bool = True, down: bool = False) -> None:
        super().__init__(message)
        self.transient = transient
        self.down = down


class StoreError(TostrackError):
    """The archive is missing, damaged, full or written by a newer tostrack."""


class OverrunError(TostrackError):
    """What was read took longer than it may."""


class ArchiveBusyError(StoreError):
    """Another crawl holds the archive."""
