"""What a branch keeps: a sound copy, its captures, the texts for people; and after a quiet night the same bytes."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner
from conftest import paragraphs

from tostrack.archive import Archive
from tostrack.archive.outbox import Outbox
from tostrack.archive.verify import verify
from tostrack.cli import cli
from tostrack.errors import FetchError

RULES = "You must be at least 13 years old to use the service and you keep your password secret at all times."


def keep(platform, *options, out="state"):
    (platform.folder / "watchlist.toml").write_text('[watch.acme.terms]\nurl = "https://acme.example/terms"\n')
    command = [
        "-w",
        str(platform.folder / "watchlist.toml"),
        "archive",
        "export-state",
        "--out",
        str(platform.folder / out),
        *options,
    ]
    return CliRunner().invoke(cli, command)


def test_the_copy_is_an_archive_and_the_texts_are_files(platform):
    platform.night(terms=paragraphs(RULES))

    result = keep(platform)

    assert result.exit_code == 0
    with Archive(platform.folder / "state" / "tostrack.db") as copy:
        assert copy.current("acme", "terms").number == 1
    assert (platform.folder / "state/texts/acme/terms.md").read_text() == f"# Terms\n\n{RULES}\n"
    assert files(platform.folder / "state/snapshots") == files(platform.folder / "snapshots")


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lost_runner(platform):
    """Go on from what was kept, as a new runner does."""
    for name in ("tostrack.db", "snapshots"):
        path = platform.folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copyfile(platform.folder / "state/tostrack.db", platform.database)
    shutil.copytree(platform.folder / "state/snapshots", platform.folder / "snapshots")


def test_quiet_nights_leave_what_is_kept_as_it_is_byte_for_byte(platform):
    platform.night(terms=paragraphs(RULES))
    keep(platform)
    first = files(platform.folder / "state")

    for number in range(3):
        lost_runner(platform)
        # Another page every night, the same text.
        platform.night(terms=paragraphs(RULES) + f"<!-- {number} -->")
        result = keep(platform)

        assert "no changes since" in result.stdout
        assert files(platform.folder / "state") == first


def test_the_copy_of_a_copy_has_other_bytes_and_is_quiet_all_the_same(platform):
    platform.night(terms=paragraphs(RULES))
    keep(platform)
    first = (platform.folder / "state/tostrack.db").read_bytes()
    lost_runner(platform)

    keep(platform, out="again")
    keep(platform)

    again = (platform.folder / "again/tostrack.db").read_bytes()
    # The schema cookie: each VACUUM INTO adds one.
    assert [at for at in range(len(first)) if first[at] != again[at]] == [43]
    assert (platform.folder / "state/tostrack.db").read_bytes() == first


def test_times_of_checks_are_kept_once_a_week(platform):
    platform.night(terms=paragraphs(RULES))
    keep(platform)
    platform.night(days=5)
    platform.night(days=1)

    said = [keep(platform).stdout, (platform.night(), keep(platform).stdout)[1]]

    assert ["no changes since" in each for each in said] == [True, False]
    assert keep(platform).stdout.startswith(str(platform.folder / "state: no changes"))


@pytest.mark.parametrize(
    "found",
    [paragraphs(RULES, "You pay what you owe within thirty days."), FetchError("refused", cause="connect")],
    ids=["a text", "a failure"],
)
def test_what_was_found_is_kept(platform, found):
    platform.night(terms=paragraphs(RULES))
    keep(platform)
    platform.night(terms=found)

    result = keep(platform)

    assert "1 texts, " in result.stdout
    with Archive(platform.database) as archive, Archive(platform.folder / "state/tostrack.db") as copy:
        assert copy.documents() == archive.documents()
    assert files(platform.folder / "state/snapshots") == files(platform.folder / "snapshots")


def test_a_failure_that_lasts_is_quiet_and_its_end_is_not(platform):
    platform.night(terms=paragraphs(RULES))
    platform.night(terms=FetchError("refused", cause="connect"))
    keep(platform)

    platform.night()
    assert "no changes since" in keep(platform).stdout

    platform.night(terms=paragraphs(RULES))
    assert "no changes since" not in keep(platform).stdout


def test_what_was_sent_is_no_quiet_night(platform):
    platform.night(terms=paragraphs(RULES))
    keep(platform)
    with closing(sqlite3.connect(platform.database)) as db, db:
        db.execute("INSERT INTO suppressions VALUES ('a@acme.example', '2024-01-01T00:00:00Z', 'bounced')")

    assert "no changes since" not in keep(platform).stdout


def with_reader(platform):
    platform.night(terms=paragraphs(RULES))
    with Outbox(platform.database) as outbox:
        outbox.ask("shop", "reader@example.org", platform.at)
        outbox.suppress("gone@example.org", platform.at, "bounced")


def test_a_copy_with_addresses_says_so(platform):
    with_reader(platform)

    assert "holds people's addresses (2): keep it private, or use --public" in keep(platform).stderr


def test_a_public_copy_holds_no_address_and_replaces_one_that_does(platform):
    with_reader(platform)
    keep(platform)

    result = keep(platform, "--public")

    assert "addresses" not in result.stderr
    assert b"@example.org" not in (platform.folder / "state/tostrack.db").read_bytes()
    assert verify(platform.folder / "state/tostrack.db", platform.folder / "state/snapshots").sound
    assert "no changes since" in keep(platform, "--public").stdout
    assert "no changes since" not in keep(platform).stdout


def test_a_copy_that_is_damaged_is_written_anew(platform):
    platform.night(terms=paragraphs(RULES))
    keep(platform)
    (platform.folder / "state/tostrack.db").write_bytes(b"no archive")

    keep(platform)

    with Archive(platform.folder / "state/tostrack.db") as copy:
        assert copy.current("acme", "terms").number == 1


def test_the_archive_is_never_written_over_by_its_copy(platform):
    platform.night(terms=paragraphs(RULES))

    result = keep(platform, out=".")

    assert result.exit_code == 1
    assert "the archive itself" in result.stderr
