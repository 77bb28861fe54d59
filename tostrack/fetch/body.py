"""An answer's bytes, whole or not at all: decoded, capped, and read to a proven end."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping

from tostrack.errors import FetchError
from tostrack.fetch.failures import describe_truncation

#: HTML lets authors leave it out; such a page, sent without a length and without chunks too, cannot be known from half
#: of itself, and is refused. So is one cut behind ``</body>``: no words are missing, but its hash is not the page's.
_HTML_END = re.compile(rb"</html\s*>", re.IGNORECASE)
#: What servers and their add-ons write behind that fits in this.
_TAIL = 1 << 14
#: Most bytes that are decompressed at once.
_PART = 1 << 17
#: Streams of gzip behind each other that one body may be made of: files that are compressed in blocks have hundreds.
_MOST_STREAMS = 10_000


#: What servers write as Content-Encoding when the body is not compressed.
_NO_CODING = frozenset(("", "identity", "none", "utf-8", "utf8", "ascii", "us-ascii", "binary", "8bit", "7bit", "text"))


class Inflater:
    """Undoes one Content-Encoding piece by piece, never past *limit* bytes, and knows whether the end was reached."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._encoding = encoding
        self._limit = limit
        #: Bytes that wait until it is clear what stream they begin.
        self._head = b""
        self._stream: zlib._Decompress | None = None
        self._streams = 1
        self.size = 0

    @property
    def finished(self) -> bool:
        """Whether the trailer with its checksum was read; of nothing at all, nothing is missing."""
        return self._stream.eof if self._stream else not self._head

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield what *piece* adds, little by little; at most one byte more than the limit in all.

        Raises:
            zlib.error: It is not what it claims to be.
        """
        if self._stream is None:
            self._head += piece
            if len(self._head) < 2:
                return
            piece = self._head
            self._stream = zlib.decompressobj(wbits=31 if self._encoding == "gzip" else _deflate_bits(piece))
        while piece and self.size <= self._limit:
            if self._stream.eof:
                piece = piece.lstrip(b"\0")
                if self._encoding != "gzip" or not piece.startswith(b"\x1f"):
                    break  # padding or rubbish after the trailer, which browsers pass over too
                self._streams += 1
                if self._streams > _MOST_STREAMS:
                    raise zlib.error("it is made of too many streams")
                self._stream = zlib.decompressobj(wbits=31)
            part = self._stream.decompress(piece, min(_PART, self._limit + 1 - self.size))
            self.size += len(part)
            yield part
            piece = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail


def _deflate_bits(start: bytes) -> int:
    """Return zlib's word for what *start* begins: some servers send a raw stream, and browsers take both."""
    first, second = start[:2]
    return 15 if first & 0x0F == 8 and (first << 8 | second) % 31 == 0 else -15


def encoding_of(url: str, headers: Mapping[str, str]) -> str:
    """Return ``gzip``, ``deflate`` or the empty string.

    Raises:
        FetchError: It is another one, or several on top of each other.
    """
    stacked = [each.strip().lower() for each in headers.get("content-encoding", "").split(",")]
    # Browsers take a coding that they do not know for none; these are names of none, or of a charset, written there.
    encodings = [each for each in stacked if each not in _NO_CODING and not each.startswith(("iso-8859", "windows-"))]
    transfer = headers.get("transfer-encoding", "chunked").strip().lower()
    if len(encodings) > 1 or not {"gzip", "x-gzip", "deflate"}.issuperset(encodings):
        raise FetchError(f"{url}: encoded as {', '.join(stacked)[:100]!r}, not asked for", cause="encoding")
    if transfer not in ("chunked", "identity"):
        raise FetchError(f"{url}: transferred as {transfer[:100]!r}, not asked for", cause="encoding")
    return encodings[0].removeprefix("x-") if encodings else ""


def decoded(url: str, pieces: Iterable[bytes], encoding: str, limit: int, *, cut: bool = False) -> bytes:
    """Return *pieces* joined and decoded.

    Args:
        pieces: The bytes as they arrive; read no further than needed.
        limit: Most bytes, after decoding.
        cut: Return the first *limit* bytes of a longer body instead of failing.

    Raises:
        FetchError: ``too-large``, ``encoding``, or ``truncated``: a compressed body without its trailer.
    """
    inflater = Inflater(encoding, limit) if encoding else None
    # One buffer that grows: pieces in a list, joined in the end, would hold a bomb twice. It is given up at once: an
    # exception that somebody keeps would keep it.
    with io.BytesIO() as out:
        try:
            for piece in pieces:
                for part in inflater.feed(piece) if inflater else (piece,):
                    out.write(part)
                if out.tell() > limit:
                    break
        except zlib.error as error:
            raise FetchError(f"{url}: the body is not {encoding}", cause="encoding", transient=True) from error
        if out.tell() > limit:
            if cut:
                return out.getvalue()[:limit]
            raise FetchError(f"{url}: the answer is larger than {limit:,} bytes", cause="too-large")
        if inflater and not inflater.finished:
            raise describe_truncation(url, "the end of its compressed stream")
        return out.getvalue()


def check_end(url: str, headers: Mapping[str, str], body: bytes) -> None:
    """Accept a body that ended only because the connection did, if its own last words show that it is whole.

    Raises:
        FetchError: ``truncated``: HTML without ``</html>``, a PDF without its end mark, or nothing at all.
    """
    media = headers.get("content-type", "").split(";")[0].strip().lower()
    # NULs: the same letters in UTF-16.
    tail = body[-_TAIL:].replace(b"\0", b"")
    if not body:
        raise describe_truncation(url, "its body")
    if media == "application/pdf":
        if b"%%EOF" not in tail:
            raise describe_truncation(url, "the end of the PDF")
    elif (media in ("", "text/html", "application/xhtml+xml")) and not _HTML_END.search(tail):
        raise describe_truncation(url, "</html>, and nothing else tells that it is whole")
