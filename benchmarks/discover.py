"""What `discover` finds: recall of terms and privacy policies, of the other kinds, and pages that are no policy.

    python benchmarks/discover.py [CORPUS] [--saved TRAFILATURA]

serves each home page of `discover_sites.toml` on loopback and asks `discover` for its policies. The rules were written
with the sites of part "a"; part "b" was written before them, part "c" after them. With a replay *CORPUS*, the newest
capture of each of its documents is asked too: of the documents of the service that the page links to, how many are
proposed, whatever their kind. With *TRAFILATURA*, a clone of adbar/trafilatura, pages of 250 sites that it keeps
for its evaluation are asked: `labels/discover_pages.jsonl` has the policies that each links to, labelled by the words
and the addresses of its links before the page was first asked; one that may be taken for a policy has no kind.
"""

from __future__ import annotations

import argparse
import collections
import json
import sys
import tempfile
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import series
from click.testing import CliRunner

from tostrack.cli import cli
from tostrack.extraction.dom import parse
from tostrack.extraction.links import links_of
from tostrack.extraction.policy_links import find_policy_links
from tostrack.language.document_kind import find_document_kind
from tostrack.watchlist.naming import owner

FIRST = ("terms", "privacy")
WATCHLIST = '[settings]\ndelay = 0\nallow_private = ["127.0.0.1"]\n[watch.x.y]\nurl = "https://x.example/y"\n'


def main() -> int:
    """Print the figures."""
    sites = tomllib.loads(Path(__file__).with_name("discover_sites.toml").read_text(encoding="utf-8"))["site"]
    for part in ("a", "b", "c"):
        report(part, [site for site in sites if site["part"] == part])
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--saved", type=Path)
    options = parser.parse_args()
    if options.corpus:
        report_corpus(options.corpus)
    if options.saved:
        report_saved(options.saved)
    return 0


def report(part: str, sites: list[dict[str, Any]]) -> None:
    """Print what is found on *sites*."""
    there, found = collections.Counter[str](), collections.Counter[str]()
    wrong, traps = 0, 0
    for site in sites:
        proposed = ask(site)
        expected = {path: kind for kind, paths in site["documents"].items() for path in paths}
        for path, kind in expected.items():
            group = "terms and privacy" if kind in FIRST else "others"
            there[group] += 1
            right = proposed.get(path) == kind
            found[group] += right
            if not right:
                print(f"  {site['name']}: {path} is {kind}, proposed as {proposed.get(path, 'nothing')}")
        traps += len(site["traps"])
        for path in sorted(proposed.keys() - expected.keys()):
            wrong += 1
            print(f"  {site['name']}: {path} is no policy, proposed as {proposed[path]}")
    shares = ", ".join(
        f"{group} {found[group]} of {number} ({found[group] / number:.2f})" for group, number in there.items()
    )
    print(f"part {part}: {len(sites)} sites; {shares}; {wrong} wrong of {traps} traps")


def ask(site: dict[str, Any]) -> dict[str, str]:
    """Return the paths that `discover` proposes for *site*, with their kinds."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            base = f"http://127.0.0.1:{self.server.server_address[1]}"
            body = {"/": site["home"], **site.get("pages", {})}.get(self.path)
            self.send_response(404 if body is None else 200)
            kind = {"txt": "text/plain", "xml": "application/xml", "json": "application/json"}
            self.send_header("Content-Type", kind.get(self.path.rpartition(".")[2], "text/html; charset=utf-8"))
            content = (body or "Not found").strip().replace("{base}", base).encode()
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    with tempfile.TemporaryDirectory() as folder:
        watchlist = Path(folder, "watchlist.toml")
        watchlist.write_text(WATCHLIST)
        result = CliRunner().invoke(cli, ["-w", str(watchlist), "discover", f"{base}/", "--json"])
    server.shutdown()
    server.server_close()
    if result.exit_code:
        raise SystemExit(f"{site['name']}: {result.output}")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return {row["address"].removeprefix(base): row["kind"] for row in rows}


def report_corpus(corpus: Path) -> None:
    """Print which documents of a service the captured pages of its other documents lead to."""
    bodies, newest = series.load(corpus), series.newest_pages(corpus)
    services: dict[str, dict[str, str]] = collections.defaultdict(dict)
    for row in newest:
        kind = find_document_kind((row["document"],), (row["url"],))
        services[row["service"]][_key(row["url"])] = kind
    there, found = collections.Counter[str](), collections.Counter[str]()
    for row in newest:
        page = bodies.body(row["body"])
        documents = services[row["service"]]
        root = parse(page.decode("utf-8", "replace"))
        links = links_of(root, row["url"])
        linked = {_key(links.address(each.get("href"))) for each in root.iter("a")} & documents.keys()
        linked.discard(_key(row["url"]))
        proposed = {_key(link.address): link.kind for link in find_policy_links(page, row["url"])}
        for key in sorted(linked):
            group = "terms and privacy" if documents[key] in FIRST else "others"
            there[group] += 1
            found[group] += key in proposed
            if key not in proposed:
                print(f"  {row['service']} {row['document']}: {key} ({documents[key] or 'no kind'}) is not proposed")
    shares = ", ".join(
        f"{group} {found[group]} of {number} ({found[group] / number:.2f})" for group, number in there.items()
    )
    print(f"replay: {len(newest)} pages; {shares}")


def report_saved(clone: Path) -> None:
    """Print what is proposed of the links of saved pages, by the draw that they were labelled in."""
    labels = Path(__file__).with_name("labels") / "discover_pages.jsonl"
    pages = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()]
    for draw in ("first", "second"):
        there, found, wrong = collections.Counter[str](), collections.Counter[str](), 0
        drawn = [page for page in pages if page["draw"] == draw]
        for page in drawn:
            places = (clone / "tests" / folder / page["file"] for folder in ("eval", "cache"))
            body = next(place for place in places if place.exists()).read_bytes()
            site, own = owner(urlsplit(page["url"]).hostname or ""), {}
            for link in find_policy_links(body, page["url"]):
                if link.kind != "hub" and owner(urlsplit(link.address).hostname or "") == site:
                    own[link.address.rstrip("/")] = link.kind
            for address, kinds in page["documents"].items():
                if kinds:
                    group = "terms and privacy" if set(FIRST) & set(kinds.split()) else "others"
                    there[group] += 1
                    found[group] += own.get(address, "-") in kinds.split()
            for address in sorted(own.keys() - page["documents"].keys()):
                wrong += 1
                print(f"  {site}: {address} is not labelled, proposed as {own[address]}")
        shares = ", ".join(
            f"{group} {found[group]} of {number} ({found[group] / number:.2f})" for group, number in there.items()
        )
        print(f"saved pages, {draw} draw: {len(drawn)} sites; {shares}; {wrong} not labelled")


def _key(address: str) -> str:
    return address.partition("#")[0].partition("?")[0].rstrip("/").removeprefix("https://").removeprefix("www.")


if __name__ == "__main__":
    sys.exit(main())
