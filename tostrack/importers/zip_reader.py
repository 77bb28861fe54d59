"""Read a zip that a stranger made, member by member: stored or deflated, sizes capped while reading, never extracted.

The list of members is streamed, so that its length costs time and no memory; a broken entry or member costs itself.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from tostrack.errors import DocumentError
from tostrack.value import Value

_END = struct.Struct("<4s4H2LH")
_END64_PLACE = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 0x1, 0x800
#: Values that mean "see the 64-bit record".
_SEE_64_16, _SEE_64_32 = 0xFFFF, 0xFFFFFFFF
_CHUNK = 1 << 16


class ZipError(Exception):
    """The file is no zip, or its list of members breaks off."""


class ZipMember(Value):
    """One file as the zip's list states it."""

    name: str
    method: int
    encrypted: bool
    crc: int
    #: Bytes in the zip.
    packed: int
    #: Bytes that it unpacks to.
    size: int
    offset: int


def list_members(file: BinaryIO) -> Iterator[ZipMember]:
    """Yield the members of the zip *file*, in the order of its list.

    Raises:
        ZipError: It is no zip, or the list breaks off; the members before are yielded.
    """
    start, end, shift = _find_list(file)
    place = start
    while place < end:
        file.seek(place)
        head = file.read(_ENTRY.size)
        if len(head) < _ENTRY.size or head[:4] != b"PK\1\2":
            raise ZipError("its list of files breaks off")
        _, _, _, flags, method, _, _, crc, packed, size, name_size, extra_size, note_size, _, _, _, offset = (
            _ENTRY.unpack(head)
        )
        raw, extra = file.read(name_size), file.read(extra_size)
        size, packed, offset = _wide(extra, size, packed, offset)
        name = raw.decode("utf-8" if flags & _UTF8 else "cp437", "backslashreplace")
        yield ZipMember(name, method, bool(flags & _ENCRYPTED), crc, packed, size, min(offset + shift, start))
        place += _ENTRY.size + name_size + extra_size + note_size


def read_member(file: BinaryIO, member: ZipMember, most: int) -> bytes:
    """Return the content of *member*.

    Raises:
        DocumentError: It is larger than *most* bytes, encrypted, compressed in another way, or not what the list says.
    """
    if member.encrypted:
        raise DocumentError("it is encrypted")
    if member.method not in (_STORED, _DEFLATED):
        raise DocumentError(f"it is compressed by method {member.method}; only stored and deflated files are read")
    if member.size > most or (member.method == _STORED and member.packed > most):
        raise DocumentError(f"larger than {most / 1_000_000:g} MB")
    file.seek(member.offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != b"PK\3\4":
        raise DocumentError("the zip is broken where it should lie")
    *_, name_size, extra_size = _LOCAL.unpack(head)
    file.seek(name_size + extra_size, 1)
    try:
        body = file.read(member.packed) if member.method == _STORED else _inflate(file, member)
    except zlib.error as error:
        raise DocumentError(f"it cannot be decompressed ({error})") from error
    if len(body) != member.size or zlib.crc32(body) != member.crc:
        raise DocumentError("it is not what the zip's list says of it")
    return body


def _inflate(file: BinaryIO, member: ZipMember) -> bytes:
    """Return what the bytes that follow unpack to; one byte more than the stated size when they unpack to more."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    found = bytearray()
    left = member.packed
    while left > 0 and not unpacker.eof and len(found) <= member.size:
        part = file.read(min(left, _CHUNK))
        if not part:
            break
        left -= len(part)
        while part and len(found) <= member.size:
            found += unpacker.decompress(part, member.size + 1 - len(found))
            part = unpacker.unconsumed_tail
    return bytes(found)


def _find_list(file: BinaryIO) -> tuple[int, int, int]:
    """Return where the list of members begins and ends, and what must be added to the offsets in it."""
    file.seek(0, 2)
    length = file.tell()
    base = max(0, length - _END.size - _END64_PLACE.size - 0xFFFF)
    file.seek(base)
    tail = file.read(length - base)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise ZipError("it is no zip")
    _, _, _, _, number, size, offset, _ = _END.unpack_from(tail, at)
    end = base + at
    if number == _SEE_64_16 or _SEE_64_32 in (size, offset):
        place = at - _END64_PLACE.size
        if place >= 0 and tail[place : place + 4] == b"PK\6\7":
            _, _, at64, _ = _END64_PLACE.unpack_from(tail, place)
            if at64 + _END64.size > length:
                raise ZipError("it is no zip")
            file.seek(at64)
            head = file.read(_END64.size)
            if head[:4] != b"PK\6\6":
                raise ZipError("it is no zip")
            *_, size, offset = _END64.unpack(head)
            end = at64
    start = end - size
    # Something may be in front of a zip, such as a program that unpacks it.
    if start < 0 or offset > start:
        raise ZipError("its list of files is not where it says")
    return start, end, start - offset


def _wide(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Return the values; those that are too large for their places are read from the *extra* field."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        if kind == 1:
            body = extra[place + 4 : place + 4 + length]
            wide = [value for (value,) in struct.iter_unpack("<Q", body[: len(body) // 8 * 8])]
            found = [wide.pop(0) if value == _SEE_64_32 and wide else value for value in (size, packed, offset)]
            return found[0], found[1], found[2]
        place += 4 + length
    return size, packed, offset
