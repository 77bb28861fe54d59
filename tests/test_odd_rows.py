"""SQLite lets any column hold anything: what a damaged row makes of a command is a sentence, and `verify` names it."""

import sqlite3
from contextlib import closing

import pytest
from conftest import paragraphs

from tostrack.archive.verify import verify

RULES = "You keep your password secret at all times, and tell us when somebody else learns of it."


@pytest.fixture
def spoil(platform):
    """An archive of two versions, and a function that runs SQL on it as a damage would."""
    for days in (30, 60):
        platform.night(terms=paragraphs(RULES, f"We keep your data for {days} days after you leave the service."))

    def change(sql):
        with closing(sqlite3.connect(platform.database)) as connection:
            triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(sql)
            for _, definition in triggers:
                connection.execute(definition)
            connection.commit()

    return change


@pytest.mark.parametrize(
    ("sql", "command", "said"),
    [
        ("UPDATE documents SET outcome = x'ff'", ["status"], "outcome of documents holds what is no TEXT"),
        ("UPDATE _versions SET language = x'ff'", ["flags"], "language of _versions holds what is no TEXT"),
        ("UPDATE _places SET until = -1", ["search", "password"], "searches do not find clause"),
    ],
)
def test_a_row_that_no_row_of_ours_is_ends_a_command_in_a_sentence(platform, run, spoil, sql, command, said):
    spoil(sql)

    result = run(*command)

    assert result.exit_code == 1
    assert said in result.stderr
    assert "`tostrack archive verify` lists all" in result.stderr


def test_a_fault_of_ours_keeps_its_traceback(run, spoil, monkeypatch):
    def fail(*_):
        raise TypeError("ours")

    monkeypatch.setattr("tostrack.archive.Archive.documents", fail)
    monkeypatch.setattr("tostrack.cli.app.Environment.find_damage", lambda _: "")

    assert isinstance(run("status").exception, TypeError)


@pytest.mark.parametrize("column", ["first = 9", "until = 1", "clause_id = clause_id + 90"])
def test_what_searches_go_by_is_compared_with_the_text(platform, spoil, column):
    spoil(f"UPDATE _places SET {column}")

    assert "searches do not find clause" in str(verify(platform.database, None).findings)
