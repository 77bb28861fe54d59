"""Whether an imported collection shows what its repository says: at HEAD, and at random commits.

    tostrack import ota VERSIONS.git          in an empty folder, with an empty watchlist
    python benchmarks/imported.py VERSIONS.git FOLDER/tostrack.db [--pairs 400] [--seed 1] [--show 3]
                                              --pairs 0: every commit, so that what is lost is counted

Compares the words in their order, marks and letters' case included: of the newest version of each document with the
file at HEAD, and of the version of a commit's time with that commit's file. Escapes, tags of line breaks and the signs
of Markdown are taken out of both sides. What differs is counted by class. A version is invented when no commit recorded
its words, or when they are those of the version before it.
"""

import argparse
import collections
import random
import re
import subprocess
from pathlib import Path

from tostrack.analysis.comparison_key import reading_key
from tostrack.analysis.recorded import classify_recorded, read_markdown
from tostrack.archive import Archive
from tostrack.errors import ExtractError
from tostrack.importers.git_repository import clean_environment
from tostrack.importers.ota import OtaCollection, Record, open_collection
from tostrack.models import from_iso, slug

#: A break of a line, which a paragraph of ours does not keep: as a tag, or as two blanks before the end of the line.
_BREAK = re.compile(r"<br\s*/?>|(?<=\S) {2,}\n(?=\S)", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?=[^\w\s])")
#: What a line begins with: signs of headings, quotes and items, and the numbers of items.
_SIGN = re.compile(r"^[\s>#]*(?:(?:[*+-]|\d+[.)])\s+)*", re.MULTILINE)
_ADDRESS = re.compile(r"(?<=\])\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
ADDRESSES = "the same words; addresses of links differ"
_WORD = re.compile(r"[^\W_]+")


def words(markdown: str) -> list[str]:
    """Return the words and numbers of *markdown* in their order."""
    return _WORD.findall(_SIGN.sub(" ", _ESCAPE.sub("", _BREAK.sub(" ", markdown))))


def classify(shown: str | None, recorded: str) -> str:
    """Return what keeps the text *shown* from being the one *recorded*; empty if the words are the same."""
    if shown is None:
        return "no version yet" + (f": not the policy ({why})" if (why := classify_recorded(recorded, None)) else "")
    ours, theirs = words(shown), words(recorded)
    if ours == theirs:
        return ""
    if words(_ADDRESS.sub("", shown)) == words(_ADDRESS.sub("", recorded)):
        return ADDRESSES
    try:
        read = read_markdown(recorded)
    except ExtractError as error:
        return f"left out: {error}"
    from tostrack.analysis.comparison import read_version

    if reading_key(read_version(shown)) == read.reading_key:
        return "the same text in another presentation (case, numbers, markup)"
    if why := classify_recorded(recorded, shown):
        return f"left out: does not look like the policy ({why})"
    return "other words"


def read_head(repository: Path) -> dict[str, str]:
    """Return the text of each document at HEAD, by ``service/document``."""
    git = ("git", f"--git-dir={repository}")

    def ask(*arguments: str) -> str:
        answer = subprocess.run((*git, *arguments), capture_output=True, check=True, env=clean_environment())
        return answer.stdout.decode("utf-8", "replace")

    paths = [path for path in ask("ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0") if path.count("/") == 1]
    return {
        "/".join(map(slug, path.removesuffix(".md").split("/"))): ask("show", f"HEAD:{path}")
        for path in paths
        if path.endswith(".md")
    }


def sample(collected: OtaCollection, count: int, seed: int) -> list[tuple[str, Record]]:
    """Return *count* records of the collection, chosen at random, or all."""
    pairs = [(ident, record) for ident, records in sorted(collected.records.items()) for record in records]
    return random.Random(seed).sample(pairs, min(count, len(pairs))) if count else pairs


def find_invented(archive: Archive, collected: OtaCollection) -> list[tuple[str, str]]:
    """Return every version by name, with why it is invented; empty if it is not."""
    found = []
    for ident, records in sorted(collected.records.items()):
        recorded, before = {record.at: record for record in records}, None
        for row in archive.versions(*ident.split("/")):
            shown = archive.reading(row).version.text
            record = recorded.get(from_iso(row.seen_at))
            said = words(shown)
            reason = (
                "" if record and classify(shown, collected.read(record)) in ("", ADDRESSES) else "no commit says so"
            )
            found.append((f"{ident}@{row.number}", "the words of the version before" if said == before else reason))
            before = said
    return found


def report(title: str, found: list[tuple[str, str]], most: int) -> None:
    """Print how many of *found*, names with classes, are equal, and which of each class are not."""
    classes = collections.defaultdict(list)
    for name, reason in found:
        classes[reason].append(name)
    print(f"{title}: {len(classes.pop('', []))} of {len(found)} equal")
    for reason, names in sorted(classes.items(), key=lambda pair: -len(pair[1])):
        print(f"  {len(names):4} {reason}: {', '.join(names[:most])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--pairs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3, help="names of each class")
    options = parser.parse_args()
    with Archive(options.archive) as archive, open_collection(options.repository) as collected:
        newest = [
            (ident, classify(archive.text(*ident.split("/")), text))
            for ident, text in sorted(read_head(options.repository).items())
        ]
        report("HEAD", newest, options.show)
        pairs = []
        for ident, record in sample(collected, options.pairs, options.seed):
            standing = archive.at(*ident.split("/"), record.at)
            shown = archive.reading(standing).version.text if standing else None
            pairs.append((f"{ident} {record.name[:12]}", classify(shown, collected.read(record))))
        report("commits", pairs, options.show)
        report("versions", find_invented(archive, collected), options.show)


if __name__ == "__main__":
    main()
