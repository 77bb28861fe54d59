"""Others open the archive as it is: Datasette and sqlite-utils, without plug-ins."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from conftest import paragraphs
from sqlite_utils import Database

from tostrack.archive import Archive, read, writer
from tostrack.archive.datasette import datasette_metadata
from tostrack.errors import StoreError

TERMS = "You grant us a non-exclusive, royalty-free licence to use the content that you post on the service."
WIDER = "You grant us a non-exclusive, royalty-free, worldwide licence to use the content that you post on the service."
VIEWS = (
    "latest",
    "changes",
    "clauses_now",
    "flags_by_month",
    "texts",
    "versions",
    "clauses",
    "version_clauses",
    "flagged",
)


@pytest.fixture
def recorded(platform):
    platform.night(terms=paragraphs(TERMS))
    platform.night(terms=paragraphs(WIDER))
    return platform.database


def test_sqlite_utils_reads_every_table_and_view(recorded):
    db = Database(recorded)

    read = {name: len(list(db[name].rows)) for name in [*db.table_names(), *db.view_names()]}

    assert set(VIEWS) <= set(read)
    assert all(read[name] for name in VIEWS)


def test_datasette_shows_every_view_and_finds_a_clause(recorded):
    datasette = pytest.importorskip("datasette.app", reason="Datasette is not installed")

    async def answers():
        served = datasette.Datasette([str(recorded)], metadata=datasette_metadata(recorded))
        await served.invoke_startup()
        paths = ["/", "/tostrack", *(f"/tostrack/{view}" for view in VIEWS)]
        paths += ["/tostrack/clauses_fts?_search=licence", "/tostrack/documents", "/tostrack/judgements"]
        return {path: await served.client.get(path) for path in paths}

    got = asyncio.run(answers())

    assert {path: answer.status_code for path, answer in got.items() if answer.status_code != 200} == {}
    assert "royalty-free" in got["/tostrack/clauses_fts?_search=licence"].text
    assert "what changed" in got["/tostrack"].text.lower()


def test_the_metadata_names_only_what_is_there(recorded):
    connection = sqlite3.connect(recorded)
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}

    found = datasette_metadata(recorded)["databases"][Path(recorded).stem]

    assert set(found["tables"]) <= names
    for query in found["queries"].values():
        connection.execute(query["sql"], {"words": "licence", "service": "acme", "document": "terms"}).fetchall()
    assert json.dumps(found)


def test_a_table_with_a_search_box_finds_its_clauses_by_the_key_that_is_named(recorded):
    connection = sqlite3.connect(recorded)
    tables = datasette_metadata(recorded)["databases"][Path(recorded).stem]["tables"]
    searched = {name: about["fts_pk"] for name, about in tables.items() if "fts_table" in about}

    assert set(searched) == {"clauses", "clauses_now", "texts"}
    for name, key in searched.items():
        found = connection.execute(
            f"SELECT text FROM {name} WHERE {key} IN (SELECT rowid FROM clauses_fts WHERE clauses_fts MATCH 'licence')"
        ).fetchall()
        assert found
        assert all("licence" in text for (text,) in found)


def test_a_table_is_described_or_hidden(recorded):
    """Datasette 0.65.5 lists tables whose names begin with ``_``, and nobody reads the addresses of subscribers there."""
    tables = datasette_metadata(recorded)["databases"][Path(recorded).stem]["tables"]
    names = sqlite3.connect(recorded).execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    hidden = {name for name, about in tables.items() if about.get("hidden")}

    assert {name for (name,) in names if not name.startswith(("clauses_fts", "sqlite_"))} <= set(tables)
    assert {name for (name,) in names if name.startswith("_")} <= hidden
    assert {"messages", "outbox", "subscribers", "suppressions"} <= hidden


def test_a_crawl_that_a_long_query_keeps_from_writing_fails_with_a_sentence_and_stores_the_next_night(
    platform, recorded, monkeypatch
):
    for module in (read, writer):
        monkeypatch.setattr(module, "_BUSY_TIMEOUT", 0.01)
    with closing(sqlite3.connect(f"file:{recorded}?mode=ro", uri=True, isolation_level=None)) as other:
        other.execute("BEGIN")
        before = other.execute("SELECT * FROM versions").fetchall()
        with pytest.raises(StoreError, match=r"another program reads or writes it .* run this again"):
            platform.night(terms=paragraphs(TERMS))
        assert other.execute("SELECT * FROM versions").fetchall() == before

    platform.night(terms=paragraphs(TERMS))
    with Archive(recorded) as archive:
        assert archive.current("acme", "terms").number == len(before) + 1
