"""GitHub's command line, as far as the nightly workflow needs it: a release is a folder, an asset a file in it.

Called as ``gh`` by `rehearsal`. ``FAKE_GH`` names the folder of releases; ``FAKE_GH_FAULT`` is what happens to an
upload: ``cut`` (half of it arrives, and the command fails) or ``torn`` (half of it arrives, and nobody notices).
"""

import argparse
import os
import shutil
import sys
from fnmatch import fnmatch
from pathlib import Path


def main() -> None:
    """Do what the arguments say, or end as `gh` does when it cannot."""
    if sys.argv[1:] == ["auth", "setup-git"]:
        return
    parser = argparse.ArgumentParser(prog="gh release")
    commands = parser.add_subparsers(dest="command", required=True)
    options = {
        "view": ("--json", "--jq"),
        "create": ("--notes",),
        "upload": (),
        "download": ("--pattern", "--dir"),
        "delete-asset": (),
    }
    for name, valued in options.items():
        command = commands.add_parser(name)
        command.add_argument("tag")
        command.add_argument("file", nargs="?")
        for option in valued:
            command.add_argument(option)
        for flag in ("--clobber", "--prerelease", "--yes"):
            command.add_argument(flag, action="store_true")
    given = parser.parse_args(sys.argv[2:])
    release = Path(os.environ["FAKE_GH"]) / given.tag
    if given.command == "create":
        release.mkdir()
    elif not release.is_dir():
        sys.exit("release not found")
    elif given.command == "view":
        print(*sorted(path.name for path in release.iterdir()), sep="\n")
    elif given.command == "upload":
        upload(release / Path(given.file).name, Path(given.file).read_bytes(), clobber=given.clobber)
    elif given.command == "download":
        download(release, given.pattern, Path(given.dir or "."))
    else:
        (release / given.file).unlink()


def upload(asset: Path, content: bytes, *, clobber: bool) -> None:
    """Put *content* there; like GitHub, delete what is replaced first."""
    if asset.exists() and not clobber:
        sys.exit(f"asset under the same name already exists: {asset.name}")
    asset.unlink(missing_ok=True)
    fault = os.environ.get("FAKE_GH_FAULT")
    asset.write_bytes(content[: len(content) // 2] if fault else content)
    if fault == "cut":
        sys.exit("connection reset by peer")


def download(release: Path, pattern: str, folder: Path) -> None:
    """Copy the assets that match into *folder*."""
    found = [path for path in release.iterdir() if fnmatch(path.name, pattern)]
    if not found:
        sys.exit("no assets match the file pattern")
    folder.mkdir(parents=True, exist_ok=True)
    for path in found:
        if (folder / path.name).exists():
            sys.exit(f"{path.name} already exists (use --clobber)")
        shutil.copyfile(path, folder / path.name)


if __name__ == "__main__":
    main()
