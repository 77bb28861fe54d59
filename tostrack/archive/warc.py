"""Raw captures as a WARC file, which web archives' tools replay."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import IO, Any
from urllib.parse import quote

from tostrack.errors import StoreError

#: The bytes are kept decoded: headers that say otherwise would mislead a reader that replays them.
_OF_THE_WIRE = ("content-encoding", "transfer-encoding", "content-length")
#: What a header may not hold.
_ODD = re.compile(r"[^ -~]")
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


def write_warc(captures: Sequence[Mapping[str, Any]], read: Callable[[str], bytes], out: IO[bytes]) -> None:
    """Write *captures*, rows of `snapshots`, to *out*, each record gzipped; the same captures give the same bytes.

    Args:
        captures: In the order of their time.
        read: Gives the bytes of a capture by its path.

    Raises:
        StoreError: The extra `warc` is not installed, or a capture cannot be read.
    """
    try:
        from warcio.warcwriter import WARCWriter
    except ImportError as error:
        raise StoreError("a WARC needs the extra: pip install 'tostrack[warc]'") from error
    writer = WARCWriter(out, gzip=True)
    info = writer.create_warcinfo_record("tostrack.warc.gz", {"software": "tostrack", "format": "WARC File Format 1.0"})
    info.rec_headers.replace_header("WARC-Record-ID", _name("tostrack"))
    newest = captures[-1]["fetched_at"] if captures else "1970-01-01T00:00:00Z"
    info.rec_headers.replace_header("WARC-Date", newest)
    writer.write_record(info)
    for row in captures:
        writer.write_record(_record(writer, row, read(row["path"])))


def _record(writer: Any, row: Mapping[str, Any], body: bytes) -> Any:
    """Return the record of one capture: what a server answered, or, of an imported file, the file."""
    from warcio.statusandheaders import StatusAndHeaders

    named = {"WARC-Date": row["fetched_at"], "WARC-Record-ID": _name(f"{row['path']} {row['sha256']}")}
    address, stream, length = warc_uri(json.loads(row["chain"])[-1]), io.BytesIO(body), len(body)
    if not row["status"]:
        media = _escape(row["content_type"] or "application/octet-stream")
        return writer.create_warc_record(
            address, "resource", payload=stream, length=length, warc_content_type=media, warc_headers_dict=named
        )
    stored = json.loads(row["headers"]).items()
    sent = [(_escape(name), _escape(value)) for name, value in stored if name.lower() not in _OF_THE_WIRE]
    status = f"{row['status']} {_PHRASES.get(row['status'], 'Unknown')}"
    headers = StatusAndHeaders(status, [*sent, ("content-length", str(length))], "HTTP/1.1")
    return writer.create_warc_record(
        address, "response", payload=stream, length=length, http_headers=headers, warc_headers_dict=named
    )


def _escape(said: str) -> str:
    """Return a header as ASCII in one line; warcio fails on some that are not, and servers send them."""
    return _ODD.sub(lambda found: quote(found[0], safe=""), said)


def warc_uri(address: str) -> str:
    """Return *address* as a URI of RFC 3986: escaped where it must be, and a file's with the slashes that pywb needs.

    warcio replaces spaces and pywb 2.10 answers 400 to ``file:NAME``; both take ``file:///NAME`` (contracts/warc.sh).
    """
    if address.startswith("file:") and not address.startswith("file:/"):
        address = f"file:///{address.removeprefix('file:')}"
    return quote(address, safe="%/:?#[]@!$&'()*+,;=-._~", errors="replace")


def _name(what: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, what)}>"
