"""Draw the README's pictures from the commands above them, run in the demo's folder.

tostrack demo && python docs/pictures.py tostrack-demo     # the second picture needs Chromium
"""

import fcntl
import html
import io
import os
import re
import shutil
import struct
import subprocess
import sys
import termios
import zlib
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 96
#: A command, and the picture below it.
SHOWN = re.compile(r"\$ (tostrack .+)\n```\n\n!\[.*\]\((docs/.+)\)")


def find_commands() -> dict[str, str]:
    """Return the command above each picture of the README, by the path of the picture."""
    return {path: command for command, path in SHOWN.findall((ROOT / "README.md").read_text("utf-8"))}


def run_command(command: str, folder: Path) -> str:
    """Return what *command* prints, in colour, on a terminal of 96 columns in *folder*."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 500, WIDTH, 0, 0))
    words = [sys.executable, "-m", *command.split()]
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    # A pager would wait for a key.
    environment |= {"PAGER": "cat"}
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        environment.pop(name, None)
    with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environment):
        os.close(theirs)
        said = b""
        # A terminal that nobody writes to any more is an error on Linux.
        try:
            while part := os.read(ours, 65536):
                said += part
        except OSError:
            os.close(ours)
    return said.decode().replace("\r\n", "\n")


def draw_terminal(command: str, folder: Path) -> str:
    """Return the picture, as SVG, of *command* and what it prints."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(f"$ {command}\n"))
    console.print(Text.from_ansi(run_command(command, folder).rstrip("\n")))
    # No font from elsewhere: a picture asks nobody for anything.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="tostrack", unique_id="t"), flags=re.DOTALL)
    return re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace")


def read_front_page(site: Path) -> str:
    """Return the words of the front page of *site*."""
    main = re.search(r"<main.*</main>", (site / "index.html").read_text("utf-8"), re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main[0] if main else "")).split())


def draw_site(command: str, folder: Path) -> bytes:
    """Return the picture, as PNG, of the front page that *command* writes; the words of the page are in it."""
    run_command(command, folder)
    chromium = shutil.which("chromium") or "google-chrome"
    picture = folder / "site.png"
    size = "--window-size=1000,800", "--hide-scrollbars", f"--screenshot={picture}"
    options = "--headless=new", "--no-sandbox", "--disable-gpu", *size
    subprocess.run([chromium, *options, (folder / "site/index.html").resolve().as_uri()], check=True, timeout=120)
    return add_words(picture.read_bytes(), read_front_page(folder / "site"))


def add_words(png: bytes, words: str) -> bytes:
    """Return *png* with *words* as its description."""
    chunk = b"iTXtDescription\0\0\0\0\0" + words.encode()
    end = png.rindex(b"IEND") - 4
    return png[:end] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[end:]


def read_words(png: bytes) -> str:
    """Return what `add_words` added to *png*."""
    at = png.index(b"iTXtDescription")
    [size] = struct.unpack(">I", png[at - 4 : at])
    return png[at + 20 : at + 4 + size].decode()


if __name__ == "__main__":
    for path, command in find_commands().items():
        if path.endswith(".svg"):
            (ROOT / path).write_text(draw_terminal(command, Path(sys.argv[1])) + "\n", encoding="utf-8")
        else:
            (ROOT / path).write_bytes(draw_site(command, Path(sys.argv[1])))
        print(f"{path}  {command}")
