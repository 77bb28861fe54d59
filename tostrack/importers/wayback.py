"""The Wayback Machine: its index of captures, and the captures as they were, through the package ``wayback``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tostrack.errors import ConfigError, FetchError
from tostrack.models import Snapshot
from tostrack.value import Value

if TYPE_CHECKING:
    from requests import Response
    from requests.adapters import BaseAdapter

#: Where it is; a mirror is put in its place.
ORIGIN = "https://web.archive.org"
#: Why a capture could not be had, and in whose power it is.
CAUSES = {
    "missing": "the index names a capture that is not there",
    "another-date": "the archive answered with a capture of more than a day before or after",
    "blocked": "the archive does not show this address: its owner, or a robots.txt, asked for that",
    "archived-error": "what was captured is an error page",
    "unplayable": "the archive cannot show the capture",
    "unavailable": "the archive did not answer",
}
#: A capture this far from the time asked for is still that night's.
WINDOW = timedelta(hours=24)
#: Fields of a row of the index, and digits of its time.
_FIELDS, _DIGITS = 7, 14
_INSTALL = "the Wayback Machine is read by an extra: pip install 'tostrack[wayback]'"


def pause(url: str) -> float:
    """Return the seconds to leave after asking *url*: 24 a minute of the index, and of playback one a second."""
    return 2.5 if "/cdx/" in url else 1.0


class Capture(Value):
    """One line of the index."""

    at: datetime
    #: As it was captured.
    url: str
    #: SHA-1 of the bytes, in base 32.
    digest: str
    #: None where the index does not say: a revisit is of the status that the capture with its digest has.
    status: int | None
    media: str

    @property
    def address(self) -> str:
        """The address of the unchanged capture in the archive."""
        return f"{ORIGIN}/web/{self.at:%Y%m%d%H%M%S}id_/{self.url}"


class Wayback:
    """Asks the Wayback Machine; everything it sends goes through *transport*.

    Raises:
        ConfigError: The extra is not installed.
    """

    def __init__(self, transport: BaseAdapter, agent: str) -> None:
        try:
            import wayback
        except ImportError as error:
            raise ConfigError(_INSTALL) from error
        # Pauses, retries and limits are the transport's: the package's own would sleep beside them.
        session = wayback.WaybackSession(
            retries=0, user_agent=agent, search_calls_per_second=0, memento_calls_per_second=0
        )
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, transport)
        session.hooks["response"].append(self._note)
        self._client = wayback.WaybackClient(session)
        self._wayback: Any = wayback
        self._last: Response | None = None
        #: Rows of the index so far that do not say when or what was captured.
        self.unread_rows = 0

    def _note(self, response: Response, *_args: object, **_options: object) -> None:
        self._last = response
        if "/cdx/" in str(response.url):
            rows = response.content.split(b"\n")
            readable = [row for row in rows if _is_readable(row)]
            self.unread_rows += len(rows) - len(readable)
            # wayback 0.5.1 ends the search at such a row, or reads another time from it.
            response._content = b"\n".join(readable)  # noqa: SLF001

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def captures(self, url: str, start: datetime, end: datetime) -> Iterator[Capture]:
        """Yield the captures of *url* from *start* to *end*, oldest first, page by page of the index.

        Raises:
            FetchError: The index does not answer, or does not speak of this address.
        """
        found = self._client.search(url, from_date=start, to_date=end, resolve_revisits=True)
        try:
            for record in found:
                at = record.timestamp.astimezone(UTC)
                yield Capture(at, record.original, record.digest, record.statuscode, record.mimetype)
        except (self._wayback.exceptions.BlockedSiteError, self._wayback.exceptions.BlockedByRobotsError) as error:
            raise FetchError(f"{url}: {CAUSES['blocked']}", cause="blocked") from error
        except self._wayback.exceptions.WaybackException as error:
            raise FetchError(
                f"{url}: the archive's index did not answer", cause="unavailable", transient=True
            ) from error

    def play(self, capture: Capture) -> Snapshot:
        """Return what was captured, byte for byte, with the archive's time and its address for it.

        Raises:
            FetchError: It cannot be had; the cause is a word of `CAUSES`, or of the transport.
        """
        errors = self._wayback.exceptions
        self._last = None
        try:
            with self._client.get_memento(capture.address, exact=False, target_window=WINDOW) as memento:
                body, status, headers = memento.content, memento.status_code, memento.headers
                at, url = memento.timestamp.astimezone(UTC), memento.url
                chain = (capture.address, *(before.url for before in memento.history), url)
        except (errors.BlockedSiteError, errors.BlockedByRobotsError) as error:
            raise _failure(capture, "blocked") from error
        except errors.WaybackException as error:
            raise _failure(capture, self._cause()) from error
        if not 200 <= status < 300:
            raise _failure(capture, "archived-error")
        if abs(at - capture.at) > WINDOW:
            raise _failure(capture, "another-date")
        if not body.strip():
            raise _failure(capture, "unplayable")
        return Snapshot(capture.url, at, status, body, {name.lower(): headers[name] for name in headers}, chain)

    def _cause(self) -> str:
        """Return why the last answer showed no capture."""
        last = self._last
        if last is None or last.status_code >= 500:
            return "unavailable"
        if last.is_redirect:
            return "another-date"
        return "missing" if last.status_code == 404 else "unplayable"


def _is_readable(row: bytes) -> bool:
    """Return whether *row* of an answer is a capture, or none at all: an empty line, a key to go on with, an error."""
    fields = row.split(b" ")
    if len(fields) < _FIELDS:
        return len(fields) == 1 or b"Exception" in row
    stamp, status, size = fields[1], fields[4], fields[6]
    try:
        datetime.strptime(stamp.decode(), "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        return False
    return len(stamp) == _DIGITS and all(number == b"-" or number.isdigit() for number in (status, size))


def _failure(capture: Capture, cause: str) -> FetchError:
    return FetchError(f"{capture.address}: {CAUSES[cause]}", cause=cause, transient=cause == "unavailable")
