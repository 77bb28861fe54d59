"""A zip of a stranger's is read member by member: bounded, never extracted, and a broken member costs itself."""

import io
import struct
import tracemalloc
import zipfile
from contextlib import suppress

import pytest

from tostrack.errors import DocumentError
from tostrack.importers.ota import open_collection
from tostrack.importers.zip_reader import ZipError, list_members, read_member

NAME = "pix/Pix Board/Terms/2012-01-01T09-00-00Z.md"


def packed(*files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in files:
            archive.writestr(name, body)
    return out


def read_all(file, most=1_000_000):
    found = {}
    for member in list_members(file):
        try:
            found[member.name] = read_member(file, member, most)
        except DocumentError as error:
            found[member.name] = str(error)
    return found


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_read_as_they_were_written(method):
    files = {"a.md": b"one", "ü/b.md": b"x" * 70_000, "empty.md": b""}

    assert read_all(packed(*files.items(), method=method)) == files


def test_a_zip_behind_something_else_is_read():
    file = io.BytesIO(b"#!/bin/sh\n" * 50 + packed(("a.md", b"one")).getvalue())

    assert read_all(file) == {"a.md": b"one"}


def test_a_zip_with_64_bit_sizes_is_read():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("a.md", "w", force_zip64=True) as member:
        member.write(b"one")
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(66_000):
            archive.writestr(f"{number}.md", b"")

    assert len(list(list_members(out))) == 66_001


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(method):
    assert "only stored and deflated files are read" in read_all(packed(("a.md", b"one"), method=method))["a.md"]


def test_a_member_that_states_its_size_is_refused_before_it_is_read():
    file = packed(("a.md", bytes(5_000_000)))
    [member] = list_members(file)
    file.seek(0)
    reads = Counted(file)

    with pytest.raises(DocumentError, match="larger than 1 MB"):
        read_member(reads, member, 1_000_000)
    assert reads.bytes == 0


class Counted:
    def __init__(self, file):
        self.file, self.bytes = file, 0

    def seek(self, *place):
        return self.file.seek(*place)

    def read(self, size):
        found = self.file.read(size)
        self.bytes += len(found)
        return found


def test_a_member_that_unpacks_to_more_than_it_states_is_cut_there_and_left_out():
    file = packed(("a.md", bytes(50_000_000)))
    content = bytearray(file.getvalue())
    # Both headers say a thousand bytes.
    for mark, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<L", content, content.rfind(mark) + place, 1000)
    tracemalloc.start()
    found = read_all(io.BytesIO(content))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == {"a.md": "it is not what the zip's list says of it"}
    assert peak < 1_000_000


def test_an_encrypted_a_broken_and_a_misplaced_member_are_left_out_alone():
    content = bytearray(packed(("a.md", b"one" * 99), ("b.md", b"two" * 99), ("c.md", b"three" * 99)).getvalue())
    entries = [place for place in range(len(content)) if content[place : place + 4] == b"PK\1\2"]
    content[entries[0] + 8] |= 1
    struct.pack_into("<L", content, entries[1] + 16, 0)

    found = read_all(io.BytesIO(content))

    assert found == {
        "a.md": "it is encrypted",
        "b.md": "it is not what the zip's list says of it",
        "c.md": b"three" * 99,
    }


def test_a_member_that_lies_farther_away_than_any_file_is_left_out():
    """Its place is one that no number of the system can be."""
    content = packed(("a.md", b"one")).getvalue()
    place = content.rfind(b"PK\1\2")
    entry, end = bytearray(content[place:-22]), bytearray(content[-22:])
    far = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    struct.pack_into("<H", entry, 30, len(far))
    struct.pack_into("<L", entry, 42, 0xFFFFFFFF)
    struct.pack_into("<L", end, 12, len(entry) + len(far))

    found = read_all(io.BytesIO(content[:place] + bytes(entry) + far + bytes(end)))

    assert found == {"a.md": "the zip is broken where it should lie"}


def test_names_longer_than_those_of_files_take_no_memory(tmp_path):
    path = tmp_path / "pix.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(NAME, b"You may post.")
        for number in range(300):
            archive.writestr(f"{'a' * 30_000}{number}/{'b' * 30_000}/2012-01-01.md", b"x")
    tracemalloc.start()
    with open_collection(path) as found:
        assert [*found.records] == ["pix-board/terms"]
        assert {why for _, why in found.left_out} == {"its name is too long"}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_a_name_that_is_no_utf_8_leaves_the_others_readable():
    content = packed(("ü.md", b"one"), ("b.md", b"two")).getvalue().replace("ü".encode(), b"\xff\xfe")

    assert list(read_all(io.BytesIO(content)).values()) == [b"one", b"two"]


@pytest.mark.parametrize("content", [b"", b"PK\5\6", b"PK\5\6" + b"\xff" * 18, b"PK" * 40_000])
def test_what_is_no_zip_is_refused(content):
    with pytest.raises(ZipError):
        list(list_members(io.BytesIO(content)))


def test_every_file_cut_or_with_one_byte_changed_is_an_answer_and_no_crash():
    content = packed((NAME, b"You may post. " * 20), ("b.md", b"two")).getvalue()
    answers = 0
    for place in range(len(content)):
        for changed in (content[:place], content[:place] + bytes((content[place] ^ 0xFF,)) + content[place + 1 :]):
            with suppress(ZipError):
                read_all(io.BytesIO(changed))
            answers += 1
    assert answers == 2 * len(content)


def test_a_release_goes_on_past_a_broken_list(tmp_path):
    content = packed((NAME, b"You may post."), ("z.md", b"two")).getvalue()
    path = tmp_path / "pix.zip"
    last = content.rfind(b"PK\1\2")
    path.write_bytes(content[:last] + b"xx" + content[last + 2 :])

    with open_collection(path) as found:
        [[record]] = found.records.values()
        assert found.read(record) == "You may post."
        assert found.left_out == [("the files that its list names last", "its list of files breaks off")]
