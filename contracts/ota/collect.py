"""Write declarations/ and pages.json here: real declarations, each with captures of its pages, newest first.

    python collect.py SHARED SOURCES

SHARED is the folder with replay/. SOURCES are folders or bare repositories of declarations, a colon between two. The
number of sixty is filled up with declarations that the corpus names itself.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MOST = 60
#: Captures of a page that are tried: selectors of today do not fit every page of years ago.
TRIED = 8


def declared(source: Path) -> Iterator[tuple[str, dict]]:
    """Yield the id and the declaration of each service in *source*."""
    if (source / "declarations").is_dir():
        for path in sorted((source / "declarations").glob("*.json")):
            if not path.name.endswith(".history.json"):
                yield path.stem, json.loads(path.read_text())
        return

    def git(*command: str) -> str:
        done = subprocess.run(["git", "-C", str(source), *command], capture_output=True, text=True, check=True)
        return done.stdout

    for name in git("ls-tree", "--name-only", "HEAD", "declarations/").splitlines():
        if name.endswith(".json") and not name.endswith(".history.json"):
            yield Path(name).stem, json.loads(git("show", f"HEAD:{name}"))


def addresses(terms: dict) -> list[str]:
    return [source.get("fetch") or terms.get("fetch") for source in terms.get("combine", [terms])]


def main() -> None:
    replay = Path(sys.argv[1], "replay")
    sys.path.insert(0, str(replay))
    from replay_server import Corpus

    corpus = Corpus(str(replay))
    captures: dict[str, list[dict]] = {}
    for found in corpus.docs.values():
        for capture in found:
            if "html" in capture["content_type"]:
                captures.setdefault(capture["url"], []).append(capture)
    services: dict[str, dict] = {}
    count = 0

    def add(ident: str, name: str, kind: str, terms: dict) -> None:
        nonlocal count
        known = services.setdefault(ident, {"name": name, "terms": {}})["terms"]
        if count < MOST and kind not in known and all(url in captures for url in addresses(terms)):
            known[kind] = terms
            count += 1

    for source in filter(None, sys.argv[2].split(":")):
        for ident, service in declared(Path(source)):
            for kind, terms in service["terms"].items():
                add(ident, service["name"], kind, terms)
    known = {url for service in services.values() for terms in service["terms"].values() for url in addresses(terms)}
    for entry in corpus.decl.values():
        if entry["url"] not in known and entry["select"]:
            terms = {"fetch": entry["url"], "select": entry["select"], "remove": entry["remove"]}
            add(entry["service"], entry["service"], entry["document"], terms)
            # The import takes the same part of the same page once.
            known.add(entry["url"])
    Path("declarations").mkdir()
    Path("pages").mkdir()
    pages: dict[str, list[str]] = {}
    for ident, service in services.items():
        if not service["terms"]:
            continue
        Path("declarations", f"{ident}.json").write_text(json.dumps(service))
        for url in (url for terms in service["terms"].values() for url in addresses(terms)):
            newest = sorted(captures[url], key=lambda capture: capture["t"], reverse=True)
            tried = newest[:: max(1, len(newest) // TRIED)][:TRIED]
            pages[url] = [f"pages/{capture['body']}.html" for capture in tried]
            for capture in tried:
                Path("pages", f"{capture['body']}.html").write_bytes(corpus.body(capture["body"]))
    Path("pages.json").write_text(json.dumps(pages))


main()
