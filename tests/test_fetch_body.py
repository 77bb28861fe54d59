import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.errors import FetchError
from tostrack.fetch.body import check_end, decoded, encoding_of

URL = "https://acme.example/terms"


def raw_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


ENCODERS = {"gzip": lambda body: gzip.compress(body, mtime=0), "deflate": zlib.compress, "": bytes}
pieces = st.integers(min_value=1, max_value=50)


def split(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


@pytest.mark.parametrize("encoding", ENCODERS)
@given(body=st.binary(max_size=400), size=pieces)
def test_every_body_comes_back_however_it_is_cut_into_pieces(encoding, body, size):
    assert decoded(URL, split(ENCODERS[encoding](body), size), encoding, 1000) == body


@given(body=st.binary(min_size=1, max_size=400), size=pieces)
def test_a_raw_stream_passes_for_deflate_as_in_browsers(body, size):
    assert decoded(URL, split(raw_deflate(body), size), "deflate", 1000) == body


@given(bodies=st.lists(st.binary(max_size=50), min_size=1, max_size=4), size=pieces)
def test_a_gzip_of_several_members_is_read_to_the_last(bodies, size):
    stream = b"".join(gzip.compress(body, mtime=0) for body in bodies)

    assert decoded(URL, split(stream, size), "gzip", 1000) == b"".join(bodies)


def test_a_gzip_of_members_without_end_is_an_error_after_some():
    def members():
        for _ in range(10_000):
            yield gzip.compress(b"", mtime=0) * 1000
        raise AssertionError("read on")

    with pytest.raises(FetchError) as caught:
        decoded(URL, members(), "gzip", 1000)

    assert caught.value.cause == "encoding"


@pytest.mark.parametrize("rest", [b"\0" * 20, b"garbage"])
def test_what_follows_the_trailer_is_passed_over(rest):
    assert decoded(URL, [gzip.compress(b"Terms") + rest], "gzip", 1000) == b"Terms"


@pytest.mark.parametrize("encode", [gzip.compress, zlib.compress, raw_deflate])
def test_a_compressed_body_cut_anywhere_is_an_error(encode):
    stream = encode(b"We may share data with partners. " * 5)
    encoding = "gzip" if encode is gzip.compress else "deflate"

    for end in range(1, len(stream)):
        with pytest.raises(FetchError) as caught:
            decoded(URL, [stream[:end]], encoding, 1000)
        assert caught.value.cause in ("truncated", "encoding")


def test_a_wrong_checksum_is_an_error():
    stream = bytearray(gzip.compress(b"Terms"))
    stream[-5] ^= 1

    with pytest.raises(FetchError) as caught:
        decoded(URL, [bytes(stream)], "gzip", 1000)

    assert (caught.value.cause, caught.value.transient) == ("encoding", True)


@pytest.mark.parametrize("encoding", ENCODERS)
def test_the_cap_counts_decoded_bytes(encoding):
    body = b"x" * 1000

    assert decoded(URL, [ENCODERS[encoding](body)], encoding, 1000) == body
    with pytest.raises(FetchError) as caught:
        decoded(URL, [ENCODERS[encoding](body + b"x")], encoding, 1000)
    assert caught.value.cause == "too-large"


def test_a_bomb_costs_no_more_memory_than_the_cap():
    bomb = gzip.compress(bytes(100_000_000), 9)
    tracemalloc.start()

    with pytest.raises(FetchError, match="larger than"):
        decoded(URL, split(bomb, 1 << 16), "gzip", 1_000_000)

    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


def test_a_longer_body_can_be_cut_on_purpose():
    assert decoded(URL, [b"x" * 80, b"y" * 80], "", 100, cut=True) == b"x" * 80 + b"y" * 20


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("none", ""),
        ("UTF-8", ""),
        ("iso-8859-1", ""),
        ("utf-8, gzip", "gzip"),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("deflate", "deflate"),
    ],
)
def test_the_encodings_that_were_asked_for_are_known(header, encoding):
    assert encoding_of(URL, {"content-encoding": header}) == encoding


@pytest.mark.parametrize("header", ["br", "zstd", "gzip, gzip", "gzip,gzip,gzip,gzip,gzip", "compress", "\x1b[31m"])
def test_an_encoding_that_was_not_asked_for_is_refused(header):
    with pytest.raises(FetchError) as caught:
        encoding_of(URL, {"content-encoding": header})

    assert caught.value.cause == "encoding"
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("media", "body", "whole"),
    [
        ("text/html", b"<html><p>Terms</p></html>", True),
        ("text/html", b"<html><p>Terms</p></HTML >\n<!-- served by 7 -->", True),
        ("text/html; charset=utf-16", "<html><p>Terms</p></html>".encode("utf-16"), True),
        ("text/html", b"<html><p>Terms</p>", False),
        ("text/html", b"<html><p>Terms</p></htm", False),
        ("text/html", b"</html>" + b"x" * 100_000, False),
        ("", b"<p>Terms</p>", False),
        ("application/pdf", b"%PDF-1.7 ... %%EOF\n", True),
        ("application/pdf", b"%PDF-1.7 ...", False),
        ("text/plain", b"Terms", True),
    ],
)
def test_a_body_that_ends_with_the_connection_must_show_its_end(media, body, whole):
    if whole:
        check_end(URL, {"content-type": media}, body)
    else:
        with pytest.raises(FetchError) as caught:
            check_end(URL, {"content-type": media}, body)
        assert caught.value.cause == "truncated"
