"""Texts as stays of clauses: every version reads back, a stay only ends, and a line goes through edits and moves."""

import sqlite3

import pytest
from conftest import paragraphs
from hypothesis import given
from hypothesis import strategies as st

from tostrack.archive import Archive
from tostrack.archive.intervals import OPEN, Interval, step
from tostrack.archive.migrations import create_schema
from tostrack.archive.texts import ClauseStore
from tostrack.clauses import split_clauses

LICENCE = "You grant us a non-exclusive, royalty-free licence to use the content that you post on the service."
WIDER = "You grant us a non-exclusive, royalty-free, worldwide licence to use the content that you post on the service."
AGE = "You must be at least 13 years old to use the service, and you keep your password secret."
ADS = "We show you advertising that is chosen by what you look at, and we measure how it does."


def archive():
    connection = sqlite3.connect(":memory:")
    create_schema(connection)
    connection.execute("INSERT INTO services (slug, name) VALUES ('acme', 'Acme')")
    connection.execute("INSERT INTO documents (service_id, slug, name) VALUES (1, 'terms', 'Terms')")
    connection.execute("INSERT INTO _origins VALUES (1, 'import', '1', '-')")
    return connection


def append(connection, texts, number, clauses):
    """Store *clauses* as version *number* of the one document, as the recorder does: first its row, then its text."""
    connection.execute(
        "INSERT INTO _versions (document_id, number, seen_at, origin_id, sha256, key_sha256, hash) "
        "VALUES (1, ?, '2024-01-01T00:00:00Z', 1, x'', x'', x'')",
        (number,),
    )
    texts.append(1, number, clauses)


def stored(*versions, first=1):
    """Return an archive with *versions*, each a list of paragraphs."""
    connection = archive()
    texts = ClauseStore(connection)
    for number, paragraphs_ in enumerate(versions, first):
        append(connection, texts, number, split_clauses("\n\n".join(paragraphs_)))
    return connection


def read(connection, number):
    rows = connection.execute("SELECT text FROM texts WHERE number = ? ORDER BY rank", (number,))
    return [row[0] for row in rows]


def lines(connection, number):
    return dict(connection.execute("SELECT text, line FROM texts WHERE number = ?", (number,)).fetchall())


_TEXTS = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=9), min_size=1, max_size=12)


@given(_TEXTS, st.booleans())
def test_every_version_reads_back_whatever_comes_after_it(versions, forgetful):
    connection = archive()
    texts = ClauseStore(connection)
    for number, words in enumerate(versions, 1):
        if forgetful:
            texts.forget()
        append(connection, texts, number, split_clauses("\n\n".join(words)))

    assert [read(connection, number) for number in range(1, len(versions) + 1)] == versions


@given(_TEXTS, _TEXTS)
def test_what_is_found_later_of_the_time_before_changes_nothing_that_stands(standing, earlier):
    connection = archive()
    texts = ClauseStore(connection)
    first = 1 - len(earlier)
    for number, words in [*enumerate(standing, 1), *enumerate(earlier, first)]:
        append(connection, texts, number, split_clauses("\n\n".join(words)))

    assert [read(connection, number) for number in range(first, len(standing) + 1)] == [*earlier, *standing]


@given(_TEXTS)
def test_no_line_stands_twice_in_a_text(versions):
    connection = stored(*versions)

    for number in range(1, len(versions) + 1):
        found = [row[0] for row in connection.execute("SELECT line FROM texts WHERE number = ?", (number,))]
        assert len(found) == len(set(found))


@given(_TEXTS)
def test_a_place_spans_from_the_first_version_of_a_clause_to_its_last(versions):
    connection = stored(*versions)

    for clause_id, first, until in connection.execute("SELECT clause_id, first, until FROM _places"):
        stays = connection.execute("SELECT min(since), max(until) FROM _spans WHERE clause_id = ?", (clause_id,))
        assert (first, until) == stays.fetchone()


def test_clauses_put_one_before_the_other_for_ever_still_stand_in_order():
    versions = [["last"]]
    for number in range(120):
        versions.append([versions[-1][0], f"clause {number}", *versions[-1][1:]])

    assert read(stored(*versions), len(versions)) == versions[-1]


def test_a_text_without_room_between_two_clauses_is_ranked_anew():
    standing = (Interval(1.0, 1, 10, 1), Interval(1.0000000000000002, 1, 11, 2))

    found = step(standing, [10, 12, 11], 2)

    assert [span.clause_id for span in found.standing] == [10, 12, 11]
    assert found.closed == standing


def test_a_reworded_clause_keeps_its_line():
    connection = stored([LICENCE, AGE], [WIDER, AGE])

    assert lines(connection, 2)[WIDER] == lines(connection, 1)[LICENCE]


def test_a_moved_clause_keeps_its_line():
    connection = stored([LICENCE, AGE, ADS], [ADS, LICENCE, AGE])

    assert lines(connection, 2) == lines(connection, 1)


def test_a_clause_that_comes_back_is_on_the_line_it_had():
    connection = stored([LICENCE, AGE], [AGE], [AGE, ADS], [AGE, ADS, LICENCE])

    assert lines(connection, 4)[LICENCE] == lines(connection, 1)[LICENCE]


def test_a_clause_whose_link_was_moved_keeps_its_line():
    connection = stored([AGE, "[Our ads](https://a.example/1)"], [AGE, "[Our ads](https://a.example/2)"])

    assert set(lines(connection, 2).values()) == set(lines(connection, 1).values())


def test_an_unchanged_clause_costs_no_row():
    connection = stored([LICENCE, AGE, ADS], [WIDER, AGE, ADS], [LICENCE, AGE, ADS])

    assert connection.execute("SELECT count(*) FROM _spans").fetchone() == (5,)
    assert connection.execute("SELECT count(*) FROM clauses").fetchone() == (4,)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM _spans",
        "UPDATE _spans SET rank = rank + 1",
        "UPDATE _spans SET clause_id = 2 WHERE clause_id = 1",
        f"UPDATE _spans SET until = {OPEN}",
    ],
)
def test_of_a_stay_only_the_end_is_ever_set(statement):
    connection = stored([LICENCE, AGE, ADS], [WIDER, AGE, ADS])

    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)


def test_the_views_show_plain_rows(platform):
    platform.night(terms=paragraphs(LICENCE, AGE))
    platform.night(terms=paragraphs(WIDER, AGE))
    with Archive(platform.database) as found:
        current = found.current("acme", "terms")
    connection = sqlite3.connect(platform.database)

    rows = connection.execute(
        "SELECT c.text FROM version_clauses vc JOIN clauses c ON c.id = vc.clause_id WHERE version_id = ? "
        "ORDER BY position",
        (current.id,),
    ).fetchall()
    now = connection.execute("SELECT service, document, position, kind, text FROM clauses_now").fetchall()
    month = connection.execute("SELECT month, service, topic, direction, flags FROM flags_by_month").fetchall()

    assert [text for (text,) in rows] == ["Terms", WIDER, AGE]
    assert sorted(now)[1] == ("acme", "terms", 1, "p", WIDER)
    assert ("2024-01", "acme", "licensing", "widened", 1) in month
    assert connection.execute("SELECT sha256, previous FROM versions WHERE number = 2").fetchone()[0] == current.sha256
