"""On a terminal: what does not fit into it goes through the pager, and nothing else does."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest
from conftest import paragraphs

WATCHLIST = '[watch.acme.terms]\nurl = "https://acme.example/terms"\nselect = "main"\n'
RULES = [
    f"You must follow rule number {n} of this house whenever you come to visit it with {n} others." for n in range(9)
]


@pytest.fixture
def terminal(platform):
    """Run a command on a terminal of so many lines; return what the terminal and what the pager was given."""
    (platform.folder / "watchlist.toml").write_text(WATCHLIST)
    platform.night(terms=paragraphs("The old text stands here alone, and it is a short one."))
    platform.night(terms=paragraphs("The old text stands here alone, and it is a short one.", *RULES))
    pager = platform.folder / "pager"
    pager.write_text('#!/bin/sh\ncat > "$(dirname "$0")/paged"\necho "$LESS" > "$(dirname "$0")/less"\n')
    pager.chmod(0o700)

    def run(*args, lines, **environment):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 80, 0, 0))
        known = {
            name: value for name, value in os.environ.items() if name not in ("LESS", "NO_COLOR", "COLUMNS", "LINES")
        }
        done = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from tostrack.cli import main; main()",
                "-w",
                str(platform.folder / "watchlist.toml"),
                *args,
            ],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**known, "TERM": "xterm", "PAGER": str(pager), "PYTHONIOENCODING": "utf-8", **environment},
        )
        os.close(theirs)
        written = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            written += piece
        os.close(ours)
        assert done.wait(30) == 0
        paged = platform.folder / "paged"
        return written.decode(), paged.read_text() if paged.exists() else ""

    return run


def test_what_does_not_fit_goes_through_the_pager_in_colour(terminal, platform):
    written, paged = terminal("diff", "acme", lines=10)

    assert "rule number 8" in paged
    assert "\x1b[32m" in paged
    assert "rule number" not in written
    assert (platform.folder / "less").read_text() == "-R\n"


def test_what_fits_is_written_as_it_is(terminal):
    written, paged = terminal("diff", "acme", lines=90)

    assert "rule number 8" in written
    assert paged == ""


def test_no_pager_is_taken_by_its_word(terminal):
    written, paged = terminal("diff", "acme", "--no-pager", lines=10)

    assert "rule number 8" in written
    assert paged == ""


def test_own_options_of_less_stay_and_colours_are_seen(terminal, platform):
    terminal("diff", "acme", lines=10, LESS="-i -M")

    assert (platform.folder / "less").read_text() == "-i -M -R\n"


def test_without_colour_the_pager_gets_marks(terminal):
    _, paged = terminal("diff", "acme", lines=10, NO_COLOR="1")

    assert "rule number 8" in paged
    assert "\x1b" not in paged


# Since the last time


def test_without_names_a_terminal_shows_what_is_new_since_the_last_time(terminal, platform):
    state = {"XDG_STATE_HOME": str(platform.folder / "state")}

    first, _ = terminal("log", lines=90, **state)
    again, _ = terminal("log", lines=90, **state)
    named, _ = terminal("log", "acme", lines=90, **state)
    platform.night(
        terms=paragraphs("The old text stands here alone, and it is a short one.", *RULES, RULES[0] + " Twice.")
    )
    later, _ = terminal("log", lines=90, **state)

    assert "acme/terms@2" in first
    assert "acme/terms@2" not in again
    assert "--since start" in again
    assert "acme/terms@2" in named
    assert "acme/terms@3" in later
    assert "acme/terms@2" not in later


def test_each_command_has_its_own_last_time(terminal, platform):
    state = {"XDG_STATE_HOME": str(platform.folder / "state")}
    terminal("log", lines=90, **state)

    assert "rule number 8" in terminal("diff", lines=90, **state)[0]
    assert "rule number 8" not in terminal("diff", lines=90, **state)[0]
    assert "rule number 8" in terminal("diff", "--since", "start", lines=90, **state)[0]


def test_what_is_piped_never_depends_on_the_last_time(terminal, platform, run, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(platform.folder / "state"))
    before = run("log").stdout
    terminal("log", lines=90, XDG_STATE_HOME=str(platform.folder / "state"))

    assert run("log").stdout == before != ""
    refused = run("log", "--since", "last")
    assert (refused.exit_code, "on a terminal only" in refused.stderr) == (2, True)


def test_a_state_folder_that_cannot_be_written_or_read_is_no_error(terminal, platform):
    (platform.folder / "state").write_text("a file, and no folder")

    assert "acme/terms@2" in terminal("log", lines=90, XDG_STATE_HOME=str(platform.folder / "state"))[0]
