"""The form of `tostrack review` on the pages of a site that is served on this machine."""

from __future__ import annotations

import hmac
import html
import re
import secrets
from collections.abc import Callable
from urllib.parse import parse_qs

from tostrack.archive.reviews import STATES, Review
from tostrack.errors import ArchiveBusyError, TostrackError
from tostrack.models import Verdict

#: Bytes of a form: a note in characters of four bytes each, escaped.
LONGEST_FORM = 200_000
_CHANGE = re.compile(rb"Change <code>([^<]+)</code>")
_PLACE = b'<section aria-labelledby="cite">'
#: A page that sends no address of itself sends no origin either.
_REFERRER = (b'<meta name="referrer" content="no-referrer">', b'<meta name="referrer" content="same-origin">')


class ReviewForm:
    """A form for each change, and what becomes of its answers.

    Args:
        store: Stores a review, given the change, state, verdict and note; raises a `TostrackError` where it cannot.
    """

    def __init__(self, store: Callable[[str, str, str, str], Review]) -> None:
        self._store = store
        self._token = secrets.token_urlsafe(32)

    def insert(self, page: bytes) -> bytes:
        """Return *page* with the form, where it is that of a change; any other as it is."""
        found = _CHANGE.search(page)
        if found is None or _PLACE not in page:
            return page
        return page.replace(*_REFERRER, 1).replace(_PLACE, self._form(found[1]).encode() + _PLACE, 1)

    def answer(self, body: bytes, origin: str, host: str) -> tuple[int, str]:
        """Return the status and the sentence for a form that was sent.

        Args:
            body: Of the request.
            origin: Its header ``Origin``.
            host: Its header ``Host``, known to name this machine.
        """
        if origin != f"http://{host}":
            return 403, "Refused: this form was not sent from the site that is served here."
        try:
            fields = {name: found[-1] for name, found in parse_qs(body.decode(), max_num_fields=10).items()}
        except ValueError:
            return 400, "Refused: the form cannot be read."
        if not hmac.compare_digest(fields.get("token", "").encode(), self._token.encode()):
            return 403, "Refused: the page is older than this server; reload it."
        try:
            review = self._store(*(fields.get(name, "").strip() for name in ("change", "state", "verdict", "note")))
        except ArchiveBusyError:
            return 503, "Not stored: another process writes to the archive; send it again when that has ended."
        except TostrackError as error:
            return 400, f"Not stored: {error}"
        return 200, f"Stored for {review.change}: {review.sentence}. Its page shows it in a few seconds."

    def _form(self, change: bytes) -> str:
        states, verdicts = (
            "".join(f"<option>{html.escape(word)}</option>" for word in ("", *words)) for words in (STATES, Verdict)
        )
        return (
            '<section aria-labelledby="own-review"><h2 id="own-review">Your review</h2>'
            '<form method="post" action="/review">'
            f'<input type="hidden" name="token" value="{self._token}">'
            f'<input type="hidden" name="change" value="{change.decode()}">'
            f'<p><label>State <select name="state">{states}</select></label> '
            f'<label>Verdict <select name="verdict">{verdicts}</select></label> '
            '<label>Note <input name="note" maxlength="10000"></label> <button>Store</button></p></form></section>'
        )
