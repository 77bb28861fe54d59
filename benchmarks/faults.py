"""What the network can do to a fetch, in numbers: cuts, forbidden addresses, bombs, drips.

    python benchmarks/faults.py [--cuts 10000] [--drips 200] [--bomb 500] [--seed 1] [cuts addresses bombs drips]

Everything happens on loopback. Goals: no snapshot of a page that was cut, no connection to a forbidden address however
it is spelled, at most 30 MB of growth by a bomb, and an end within a second of the deadline.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import ipaddress
import json
import random
import resource
import socket
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tostrack.errors import FetchError
from tostrack.fetch import Fetcher
from tostrack.fetch.browser.proxy import connector
from tostrack.fetch.client import Client
from tostrack.fetch.guard import Guard
from tostrack.models import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from fakes import Answer, FaultServer, redirect

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
WORDS = "we may share your data with partners and license the content that you post to others".split()


# Cuts


def chunked(body: bytes, chance: random.Random) -> bytes:
    out, at = b"", 0
    while at < len(body):
        size = chance.randint(1, 200)
        part = body[at : at + size]
        out += b"%x\r\n%s\r\n" % (len(part), part)
        at += size
    return out + b"0\r\n\r\n"


def page(chance: random.Random) -> bytes:
    """Return a page of a few hundred to a few thousand bytes."""
    paragraphs = (" ".join(chance.choices(WORDS, k=chance.randint(5, 40))) for _ in range(chance.randint(1, 20)))
    return ("<html><body>" + "".join(f"<p>{text}.</p>\n" for text in paragraphs) + "</body></html>").encode()


def raw_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


def framings(body: bytes, chance: random.Random) -> dict[str, bytes]:
    """Return every way in which servers send *body*."""
    zipped = gzip.compress(body, mtime=0)
    encoded = HEAD + b"Content-Encoding: gzip\r\n"
    return {
        "length": HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        "chunked": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body, chance),
        "closed": HEAD + b"\r\n" + body,
        "gzip, length": encoded + b"Content-Length: %d\r\n\r\n" % len(zipped) + zipped,
        "gzip, chunked": encoded + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(zipped, chance),
        "gzip, closed": encoded + b"\r\n" + zipped,
        "deflate, closed": HEAD + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(body),
        "raw deflate, closed": HEAD + b"Content-Encoding: deflate\r\n\r\n" + raw_deflate(body),
    }


def cuts(count: int, seed: int) -> tuple[Counter[str], int]:
    """Return what became of *count* pages that were cut somewhere, by cause, and how many whole ones did not arrive."""
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    lost = 0
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    with FaultServer() as server:
        options = {"allow_private": ["127.0.0.1"], "sleep": sleep, "monotonic": lambda: clock[0] + time.monotonic()}
        with Fetcher(contact="", delay=0, **options) as fetcher:
            for number in range(count):
                body = page(chance)
                whole = chance.choice(list(framings(body, chance).values()))
                end = chance.randrange(len(whole))
                server.on("/cut", Answer(whole[:end], chance.choice(("close", "close", "reset"))))
                outcomes[outcome(fetcher, server.url + "/cut")] += 1
                if number % 20 == 0:  # the control
                    server.on("/whole", whole)
                    lost += fetcher.fetch(Page(server.url + "/whole")).body != body
    return outcomes, lost


def outcome(fetcher: Fetcher, url: str) -> str:
    try:
        fetcher.fetch(Page(url))
    except FetchError as error:
        return error.cause
    return "SNAPSHOT"


# Addresses

#: Loopback, this host, private, link-local with the clouds' metadata, shared, benchmarking, multicast, broadcast.
INSIDE = """127.0.0.1 127.8.9.10 0.0.0.0 10.0.0.1 172.16.5.4 192.168.1.1 169.254.169.254 100.64.0.1 198.18.0.1
224.0.0.1""".split()


def spellings(address: str) -> list[str]:
    """Return ways to write *address* as the host of a URL."""
    number = int(ipaddress.ip_address(address))
    parts = [int(part) for part in address.split(".")]
    a, b, c, d = parts
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    circled = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
    embedded = [f"::ffff:{address}", f"::{address}", f"64:ff9b::{address}", f"64:ff9b:1::{address}"]
    embedded += [f"2002:{a:02x}{b:02x}:{c:02x}{d:02x}::", f"::ffff:{a:02x}{b:02x}:{c:02x}{d:02x}"]
    return [
        address,
        f"{address}.",
        f"{a}.{b}.{c << 8 | d}",
        f"{a}.{b << 16 | c << 8 | d}",
        str(number),
        hex(number),
        f"0{number:o}",
        f"0X{number:08X}",
        ".".join(map(hex, parts)),
        ".".join(f"0{part:o}" for part in parts),
        ".".join(f"0{part:03o}" for part in parts),
        ".".join(f"0x0{part:02x}" for part in parts),
        f"{hex(a)}.{b}.0{c:o}.{d}",
        address.translate(wide),
        address.translate(circled),
        address.replace(".", "。"),
        "".join(f"%{ord(letter):02x}" for letter in address),
        f"{address}.rebound.example",
        *(f"[{each}]" for each in embedded),
    ]


def numeric(host: str, port: int) -> list[tuple]:
    """Resolve as the system does without asking anybody: a number in any spelling, and every name to loopback."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


@contextlib.contextmanager
def no_connection(but: int) -> Iterator[list]:
    """Count, and refuse, every connection to a port other than *but*."""
    attempts: list = []
    connect = socket.socket.connect

    def counted(self: socket.socket, address: tuple) -> None:
        if address[1] != but:
            attempts.append(address)
            raise ConnectionRefusedError(111, "refused by the benchmark")
        connect(self, address)

    socket.socket.connect = counted  # type: ignore[method-assign]
    try:
        yield attempts
    finally:
        socket.socket.connect = connect  # type: ignore[method-assign]


def addresses() -> tuple[int, int, Counter[str], list]:
    """Return the number of spellings and of ways tried, the causes of refusal, and the connections made."""
    hosts = list(dict.fromkeys(each for address in INSIDE for each in spellings(address)))
    causes: Counter[str] = Counter()
    with FaultServer() as server, no_connection(but=server.port) as attempts:
        options = {"allow_private": ["public.example"], "resolver": numeric, "sleep": lambda _: None}
        with Fetcher(contact="", delay=0, **options) as fetcher:
            reach = connector(
                Guard(["public.example"], monotonic=time.monotonic, resolver=numeric), private=lambda: True
            )
            for host in hosts:
                server.on("/", redirect(f"http://{host}/"))
                causes[outcome(fetcher, f"http://{host}/")] += 1
                causes[outcome(fetcher, f"https://{host}:8443/terms")] += 1
                causes[outcome(fetcher, f"http://public.example:{server.port}/")] += 1
                try:  # what the browser asks its proxy for
                    reach(host.strip("[]"), 80).close()
                    causes["CONNECTED"] += 1
                except FetchError as error:
                    causes[error.cause] += 1
    return len(hosts), 4 * len(hosts), causes, attempts


# Bombs


def bombs(megabytes: int) -> dict[str, bytes]:
    """Return answers that are larger than they look, or never end."""
    zeros = megabytes * 1_000_000
    stream = zlib.compressobj(9, wbits=31)
    zipped = b"".join([*(stream.compress(bytes(1_000_000)) for _ in range(megabytes)), stream.flush()])
    nested = gzip.compress(gzip.compress(zipped, 9), 9)
    encoded = HEAD + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s"
    members = gzip.compress(bytes(1_000_000), 9) * megabytes
    return {
        "gzip": encoded % (b"gzip", len(zipped), zipped),
        "gzip in gzip in gzip": encoded % (b"gzip", len(nested), nested),
        "five encodings": encoded % (b"gzip, gzip, gzip, gzip, gzip", len(nested), nested),
        "gzip of many members": encoded % (b"gzip", len(members), members),
        "brotli": encoded % (b"br", 4, b"\x81\0\0\0"),
        "a redirect's body": b"HTTP/1.1 302 Found\r\nLocation: /robots.txt\r\nContent-Encoding: gzip\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(zipped), zipped),
        "announced size": HEAD + b"Content-Length: %d\r\n\r\n" % zeros + bytes(1_000_000),
        "no end": HEAD + b"\r\n" + b"x" * 12_000_000,
        "chunk without end": HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % zeros + bytes(12_000_000),
        "chunks of one byte": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 2_000_000,
        "100,000 headers": HEAD + b"X: 1\r\n" * 100_000 + b"\r\n",
        "a header of 1 MB": HEAD + b"X: " + b"x" * 1_000_000 + b"\r\n\r\n",
        "a status line of 1 MB": b"HTTP/1.1 200 " + b"x" * 1_000_000 + b"\r\n\r\n",
    }


def serve(megabytes: int) -> None:
    """Serve the bombs until the parent closes our standard input: their bytes are not to count as the client's."""
    with FaultServer() as server:
        contents = bombs(megabytes)
        for number, content in enumerate(contents.values()):
            server.on(f"/{number}", content)
        print(json.dumps([server.url, list(contents)]), flush=True)
        sys.stdin.read()


def explode(megabytes: int, limit: int = 10_000_000, seconds: float = 30) -> list[tuple[str, str, float, float]]:
    """Return, for each bomb, its name, what became of it, seconds, and MB by which our peak grew."""
    rows = []
    command = [sys.executable, __file__, "--serve", "--bomb", str(megabytes)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url, names = json.loads(server.stdout.readline())
        client = Client("faults", monotonic=time.monotonic, allow_private=["127.0.0.1"])
        with contextlib.suppress(FetchError):  # what a first request loads is not the bombs' doing
            client.get(f"{url}/robots.txt", seconds=seconds, limit=limit)
        for number, name in enumerate(names):
            before, start = peak(), time.monotonic()
            try:
                answered = client.get(f"{url}/{number}", seconds=seconds, limit=limit)
                what = f"{answered.status}, {len(answered.body):,} bytes"
            except FetchError as error:
                what = error.cause
            rows.append((name, what, time.monotonic() - start, peak() - before))
        server.stdin.close()
    return rows


def peak() -> float:
    """Return the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# Drips


def drips(count: int, seed: int, deadline: float = 1.0) -> list[float]:
    """Return by how many seconds each of *count* answers, dripped or silent from a byte on, outlived the deadline."""
    chance = random.Random(seed)

    def one(number: int) -> float:
        name, whole = chance.choice(list(framings(page(chance), chance).items()))
        whole = whole.replace(b"\r\n\r\n", b"\r\nX-Slow: " + b"s" * 500 + b"\r\n\r\n", 1)
        at = chance.randrange(len(whole))
        # Sent at once up to a place, then byte by byte, or nothing more.
        script = [Answer(whole[:at] + b"", "hang")] if number % 3 == 0 else [Answer(whole, "drip")]
        with FaultServer() as server:
            server.on("/", *script)
            client = Client("faults", monotonic=time.monotonic, allow_private=["127.0.0.1"])
            start = time.monotonic()
            try:
                client.get(server.url + "/", seconds=deadline, limit=10_000_000)
            except FetchError as error:
                if error.cause != "timeout":
                    raise AssertionError(f"{name}: {error.cause}") from error
            else:
                raise AssertionError(f"{name}: a drip of {len(whole)} bytes was taken for an answer")
            return time.monotonic() - start - deadline

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(one, range(count)))


# The whole


def report_cuts(arguments: argparse.Namespace) -> bool:
    start = time.monotonic()
    outcomes, lost = cuts(arguments.cuts, arguments.seed)
    print(f"cuts       {arguments.cuts:,} pages cut at random: {outcomes['SNAPSHOT']} snapshots, {dict(outcomes)};")
    print(f"           {lost} of {-(-arguments.cuts // 20):,} whole ones lost; {time.monotonic() - start:.0f} s")
    return not outcomes["SNAPSHOT"] and not lost


def report_addresses(_arguments: argparse.Namespace) -> bool:
    hosts, ways, causes, attempts = addresses()
    print(f"addresses  {hosts} spellings in {ways} ways: {len(attempts)} connections, {dict(causes)}")
    return not attempts


def report_bombs(arguments: argparse.Namespace) -> bool:
    rows = explode(arguments.bomb)
    for name, what, seconds, growth in rows:
        print(f"bombs      {name:24} {what:24} {seconds:6.2f} s  +{growth:.1f} MB")
    total = sum(growth for *_, growth in rows)
    print(f"bombs      of {arguments.bomb} MB: the peak grew by {total:.1f} MB in all, {peak():.0f} MB at the end")
    return total <= 30


def report_drips(arguments: argparse.Namespace) -> bool:
    late = sorted(drips(arguments.drips, arguments.seed))
    middle, most = late[len(late) // 2], late[-1]
    print(f"drips      {len(late)} slow or silent answers: late by {middle:.3f} s in the middle, {most:.3f} s at most")
    return most <= 1


REPORTS = {"cuts": report_cuts, "addresses": report_addresses, "bombs": report_bombs, "drips": report_drips}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[[], *REPORTS], help="by default all")
    parser.add_argument("--cuts", type=int, default=10_000)
    parser.add_argument("--drips", type=int, default=200)
    parser.add_argument("--bomb", type=int, default=500, help="MB")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.bomb)
        return
    # Bombs first: the peak of everything else would hide them.
    wanted = [name for name in ("bombs", "cuts", "addresses", "drips") if name in (arguments.parts or REPORTS)]
    missed = [name for name in wanted if not REPORTS[name](arguments)]
    if missed:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
