"""What a command does with its process: closed and full streams, signals, and text that a runner would obey."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import LICENCE, WATCHLIST, Platform
from hypothesis import given
from hypothesis import strategies as st

from tostrack.cli.process import escape_commands

FULL = Path("/dev/full")
COMMANDS = (
    ("--help",),
    ("list",),
    ("list", "--json"),
    ("status",),
    ("show", "acme/terms"),
    ("flags",),
    ("export", "jsonl", "--what", "versions"),
    ("export", "csv"),
)
#: A line of a text that the runner would obey, were it printed raw.
HOSTILE = "::error::never obeyed"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    platform = Platform(tmp_path_factory.mktemp("process"))
    (platform.folder / "watchlist.toml").write_text(WATCHLIST)
    platform.night(terms=f"<main><h1>Terms</h1><p>{LICENCE}</p><p>{HOSTILE}</p><p>not ##[group]hidden</p></main>")
    return platform.folder


def command(folder, *arguments, **environment):
    return {
        "args": [sys.executable, "-m", "tostrack", *arguments],
        "cwd": folder,
        "env": {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **environment},
        "stderr": subprocess.PIPE,
        "text": True,
    }


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_output_that_nobody_reads_ends_a_command_as_sigpipe_does(folder, arguments):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(**command(folder, *arguments), stdout=writing, check=False)
    finally:
        os.close(writing)

    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.skipif(not FULL.exists(), reason="there is no full device here")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_output_that_cannot_be_written_is_one_sentence(folder, arguments):
    with FULL.open("w") as full:
        done = subprocess.run(**command(folder, *arguments), stdout=full, check=False)

    assert done.returncode == 1
    assert done.stderr == "tostrack: standard output cannot be written (No space left on device)\n"


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_closed_output_hurts_no_command(folder, arguments):
    started = command(folder, *arguments)
    started["args"] = ["sh", "-c", '"$@" >&- <&-', "sh", *started["args"]]

    done = subprocess.run(**started, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_command_with_a_sentence_and_its_number(folder, name):
    waiting = folder / f"{name}.toml"
    os.mkfifo(waiting)
    number = getattr(signal, name)
    # The suite itself may run under nohup, and a child inherits what is ignored.
    child = subprocess.Popen(
        **command(folder, "-w", str(waiting), "list"),
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509  # one thread, and only a signal is set
    )
    # Opens once the child has opened it to read; the child waits for what is never written.
    with child, waiting.open("w"):
        child.send_signal(number)
        _, said = child.communicate()

    assert child.returncode == 128 + number
    assert said.strip() == "tostrack: interrupted; everything stored before that is kept"


def test_a_signal_that_is_ignored_stays_ignored(folder):
    waiting = folder / "ignored.toml"
    os.mkfifo(waiting)
    started = command(folder, "-w", str(waiting), "list")
    started["args"] = ["nohup", *started["args"]]
    with subprocess.Popen(**started, stdout=subprocess.PIPE) as child:
        with waiting.open("w") as file:
            child.send_signal(signal.SIGHUP)
            file.write(WATCHLIST)
        said, _ = child.communicate()

    assert (child.returncode, "acme/terms" in said) == (0, True)


@pytest.mark.parametrize("arguments", [("show", "acme/terms"), ("flags",), ("search", "never")], ids=" ".join)
def test_no_line_of_a_page_is_a_command_to_the_runner_of_actions(folder, arguments):
    done = subprocess.run(
        **command(folder, *arguments, GITHUB_ACTIONS="true"), stdout=subprocess.PIPE, check=False, errors="strict"
    )

    assert done.returncode == 0
    assert not [line for line in done.stdout.splitlines() if line.lstrip().startswith("::") or "##[" in line]


def test_json_and_files_are_written_byte_for_byte(folder):
    plain, runner = (
        subprocess.run(
            **command(folder, "export", "jsonl", "--what", "versions", **environment),
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for environment in ({}, {"GITHUB_ACTIONS": "true"})
    )

    assert runner == plain
    assert HOSTILE in plain


@given(st.lists(st.text(alphabet=":#[ \n\r\ta\u00a0", max_size=5), max_size=8))
def test_no_way_of_cutting_a_text_makes_a_command(parts):
    line = written = ""
    for part in parts:
        escaped, line = escape_commands(part, line)
        written += escaped

    assert not [each for each in written.splitlines() if each.lstrip().startswith("::") or "##[" in each]
    assert written.replace("\\", "") == "".join(parts)


def test_a_text_of_empty_lines_is_escaped_in_time_in_proportion_to_its_length():
    # Took minutes when every line read those behind it again.
    assert escape_commands("\n" * 300_000 + " ::error")[0].endswith("\n :\\:error")
