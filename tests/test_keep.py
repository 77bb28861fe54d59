"""What a branch keeps: a sound copy, the same bytes for the same archive, and the texts for people."""

from click.testing import CliRunner
from conftest import paragraphs

from tostrack.cli import cli
from tostrack.store import Archive

RULES = "You must be at least 13 years old to use the service and you keep your password secret at all times."


def keep(platform, out="state"):
    (platform.folder / "watchlist.toml").write_text('[watch.acme.terms]\nurl = "https://acme.example/terms"\n')
    command = ["-w", str(platform.folder / "watchlist.toml"), "keep", "--out", str(platform.folder / out)]
    return CliRunner().invoke(cli, command)


def test_the_copy_is_an_archive_and_the_texts_are_files(platform):
    platform.night(terms=paragraphs(RULES))

    result = keep(platform)

    assert result.exit_code == 0
    with Archive(platform.folder / "state" / "tostrack.db") as copy:
        assert copy.current("acme", "terms").number == 1
    assert (platform.folder / "state/texts/acme/terms.md").read_text() == f"# Terms\n\n{RULES}\n"


def test_the_same_archive_gives_the_same_bytes(platform):
    platform.night(terms=paragraphs(RULES))
    keep(platform)
    first = (platform.folder / "state/tostrack.db").read_bytes()

    result = keep(platform)

    assert (platform.folder / "state/tostrack.db").read_bytes() == first
    assert "1 texts, 0 written" in result.stdout


def test_the_archive_is_never_written_over_by_its_copy(platform):
    platform.night(terms=paragraphs(RULES))

    result = keep(platform, ".")

    assert result.exit_code == 1
    assert "the archive itself" in result.stderr
