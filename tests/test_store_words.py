"""The code of words: every text comes back, in Python and in plain SQL, and no word outlives the texts that used it."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.archive import words
from tostrack.archive.migrations import prepare
from tostrack.archive.words import COMMON, Words, drop_unused
from tostrack.errors import StoreError

LICENCE = "You grant us a worldwide, royalty-free licence (section 4.2) to your photos & “videos”."


@pytest.fixture
def connection():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    prepare(connection)
    return connection


def keep(connection, text):
    """Store *text* as a clause; return its code."""
    code = Words(connection).encode(text)
    connection.execute("INSERT INTO _clauses (key, kind, code) VALUES (0, 'p', ?)", (code,))
    return code


def shown(connection):
    """Return the clauses as who opens the file sees them, without our functions."""
    other = sqlite3.connect(":memory:")
    connection.backup(other)
    return [text for (text,) in other.execute("SELECT text FROM clauses ORDER BY id")]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
def test_every_text_comes_back_in_python_and_in_sql(texts):
    connection = sqlite3.connect(":memory:", isolation_level=None)
    prepare(connection)
    codes = [keep(connection, text) for text in texts]

    assert Words(connection).spell(codes) == texts
    assert [row[0] for row in connection.execute("SELECT spelled(code) FROM _clauses ORDER BY id")] == texts
    assert [plain.partition("\0")[0] for plain in shown(connection)] == [text.partition("\0")[0] for text in texts]


def test_a_word_with_its_blank_is_one_character(connection):
    assert len(keep(connection, "You grant us a licence")) == 5
    assert len(keep(connection, LICENCE).encode()) < len(LICENCE.encode()) / 2


def test_the_commonest_take_one_byte(connection):
    assert len(set(COMMON)) == len(COMMON) < 0x80
    assert connection.execute("SELECT max(id) FROM _words").fetchone() == (len(COMMON),)


def test_the_same_words_are_stored_once(connection):
    first = keep(connection, LICENCE)
    stored = connection.execute("SELECT count(*) FROM _words").fetchone()

    assert keep(connection, LICENCE) == first
    assert connection.execute("SELECT count(*) FROM _words").fetchone() == stored


@pytest.mark.parametrize("text", ["a\0b", "word " * 5_000], ids=["NUL", "long"])
def test_what_the_code_does_not_serve_is_kept_as_it_is(connection, text):
    assert keep(connection, text) == text.encode()


def test_when_the_table_is_full_new_words_are_spelled_by_letters(connection, monkeypatch):
    known = keep(connection, "abcdefghijklmnopqrstuvwxyz " + " ".join("abcdefghijklmnopqrstuvwxyz"))
    for letter in "abcdefghijklmnopqrstuvwxyz":
        keep(connection, letter)
    monkeypatch.setattr(words, "_MOST_WORDS", connection.execute("SELECT count(*) FROM _words").fetchone()[0])

    assert isinstance(keep(connection, "never seen"), str)
    assert keep(connection, "ж") == "ж".encode()
    assert shown(connection)[-2:] == ["never seen", "ж"]
    assert Words(connection).spell([known])[0].startswith("abc")


@pytest.mark.parametrize("last", [0xD7FE, 0xFFFC])
def test_no_word_stands_for_what_sqlite_reads_as_another_character(connection, last):
    connection.execute("INSERT INTO _words VALUES (?, 'last')", (last,))

    keep(connection, "eins zwei drei vier")

    assert shown(connection) == ["eins zwei drei vier"]
    ids = {number for (number,) in connection.execute("SELECT id FROM _words")}
    assert not ids & {*range(0xD800, 0xE000), 0xFFFE, 0xFFFF}


def test_what_was_rolled_back_is_not_known(connection):
    coder = Words(connection)
    connection.execute("BEGIN")
    coder.encode("Pixboard")
    connection.execute("ROLLBACK")
    coder.forget()

    assert Words(connection).spell([coder.encode("Lumora")]) == ["Lumora"]


def test_a_word_that_is_not_there_is_a_mark_and_one_that_is_none_is_said(connection):
    code = keep(connection, "We keep Pixboard")
    connection.execute("DROP TRIGGER _words_no_delete")
    connection.execute("DELETE FROM _words WHERE word = ' Pixboard'")

    assert Words(connection).spell([code]) == ["We keep\ufffd"]

    connection.execute("INSERT INTO _words (id, word) VALUES (?, ?)", (ord(code[-1]), "a\0b"))
    with pytest.raises(StoreError, match="words cannot be read"):
        Words(connection).spell([code])


def test_words_that_no_text_uses_are_emptied_and_their_place_is_not_taken(connection):
    kept, gone = keep(connection, "We keep photos"), keep(connection, "Jane keeps photos")
    for trigger in ("_clauses_no_delete", "_words_no_update"):
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute("DELETE FROM _clauses WHERE id = 2")

    drop_unused(connection)
    new = Words(connection).encode("Lumora")

    assert connection.execute("SELECT count(*) FROM _words WHERE word LIKE '%keeps' OR word = 'Jane'").fetchone() == (
        0,
    )
    assert Words(connection).spell([kept, new]) == ["We keep photos", "Lumora"]
    assert new not in gone
