"""Texts in a code of words: one character for each word, which a view spells out in plain SQL.

A word with the blank before it, or any other single character, is a row of `_words`, and its id is the code point that
stands for it. So a text takes a third of its room, and `clauses` still shows words to who opens the file. A text that
the code does not serve is kept as it is, as a blob.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence

from tostrack.errors import StoreError

TABLE = "CREATE TABLE _words (id INTEGER PRIMARY KEY, word TEXT NOT NULL);"

#: The first 127 take one byte, so they are the commonest, whatever the language of the first document: measured on
#: 21 MB of clauses they save an eighth of the code.
COMMON = (
    *" \n,.;:!?()[]*/-_'\"%=&#@+<>|\\’“”•–0123456789",
    *(
        f" {word}"
        for word in """
        a the to of and or you your our we us in for with by on as is are be this that these such other any all
        may not will can if from it at have an their which do You We If use information data content services
        service Services account Terms about including third terms access rights de la les des et le en que par
        der die und el los e
        """.split()
    ),
    *("https", "www", "com"),
)
#: Letters of alphabets with blanks between words; of others each character is for itself, as digits are: what is
#: written without blanks, and numbers, would fill the table with what never comes again.
#: Not compiled here: who only reads has no use for it, and would wait for it.
_PIECE = r"(?s) ?[^\W\d_\u0e00-\u0eff\u2e80-\U0010ffff]{1,32}|."
#: So many words are kept apart, which a writer holds in memory; beyond them words are spelled by letters.
_MOST_WORDS = 250_000
#: SQL goes through a text character by character, at the square of its length: 20 ms for one of these.
_LONGEST = 4_000
#: Behind a code point that may stand for a word comes the next one; these are none, or SQLite reads them as others.
_JUMPS = {0xD800: 0xE000, 0xFFFE: 0x10000}


#: A row for each word would take twice as long: all of them in one, apart by what no word holds.
_SPELL = """
SELECT group_concat(word, char(0))
FROM (SELECT coalesce(word, char(65533)) AS word FROM json_each(?) j LEFT JOIN _words w ON w.id = value ORDER BY key)
"""


def spelled(column: str) -> str:
    """Return the SQL that spells out the *column* of a view, which is named with its table."""
    return f"""
        CASE typeof({column}) WHEN 'blob' THEN CAST({column} AS TEXT) ELSE (
            WITH RECURSIVE spelled (rest, text) AS (
                SELECT {column}, '' UNION ALL
                SELECT substr(rest, 2), text || (SELECT word FROM _words WHERE id = unicode(rest))
                FROM spelled WHERE rest <> '')
            SELECT text FROM spelled WHERE rest = '')
        END"""  # noqa: S608 - a column of our own views


def seed(connection: sqlite3.Connection) -> None:
    """Put the commonest words into an empty table."""
    connection.executemany("INSERT INTO _words (id, word) VALUES (?, ?)", enumerate(COMMON, 1))


def drop_unused(connection: sqlite3.Connection) -> None:
    """Empty the words that no text uses any more; what stood for one never stands for another."""
    codes = connection.execute(
        "SELECT code FROM _clauses UNION ALL SELECT heading FROM _contexts UNION ALL SELECT lead FROM _contexts "
        "UNION ALL SELECT explanation FROM _judgements"
    )
    used = set().union(*(code for (code,) in codes if isinstance(code, str)))
    stored = connection.execute("SELECT id FROM _words WHERE id > ?", (len(COMMON),)).fetchall()
    unused = [row for row in stored if chr(row[0]) not in used]
    connection.executemany("UPDATE _words SET word = '' WHERE id = ?", unused)


def _plain(code: object) -> str:
    return (code if isinstance(code, bytes) else str(code).encode()).decode(errors="replace")


class Words:
    """The code of one archive; its connection has the function ``spelled`` for queries of our own.

    What was looked up is remembered; `forget` it when a transaction is rolled back.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.forget()
        connection.create_function("spelled", 1, lambda code: self.spell([code])[0], deterministic=True)

    def forget(self) -> None:
        """Know nothing any more that is not on disk."""
        self._words: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._last = 0

    def spell(self, codes: Sequence[object]) -> list[str]:
        """Return the texts that *codes* stand for; a word that is not there reads as a mark.

        Raises:
            StoreError: The table of words is damaged.
        """
        # Not `- keys()`: that would go through every word that is known.
        if unknown := [*set().union(*(code for code in codes if isinstance(code, str))).difference(self._words)]:
            try:
                row = self._connection.execute(_SPELL, (json.dumps([*map(ord, unknown)]),)).fetchone()
                self._words.update(zip(unknown, row[0].split("\0"), strict=True))
            except (sqlite3.Error, ValueError) as error:
                raise StoreError(
                    f"the table of words cannot be read ({error}); run `tostrack archive verify`"
                ) from error
        word = self._words.__getitem__
        return ["".join(map(word, code)) if isinstance(code, str) else _plain(code) for code in codes]

    def encode(self, text: str) -> str | bytes:
        """Return what is stored for *text*; words that are new to the archive are stored."""
        pieces: list[str] = re.findall(_PIECE, text)
        if len(pieces) <= _LONGEST and "\0" not in text:
            self._learn(pieces)
            if not all(map(self._codes.__contains__, pieces)):
                pieces = [part for piece in pieces for part in ((piece,) if piece in self._codes else piece)]
            if len(pieces) <= _LONGEST and all(map(self._codes.__contains__, pieces)):
                return "".join([self._codes[piece] for piece in pieces])
        return text.encode()

    def _learn(self, pieces: Iterable[str]) -> None:
        """Store those of *pieces* that are new, as far as there is room."""
        if not self._codes:
            rows = self._connection.execute("SELECT id, word FROM _words ORDER BY id").fetchall()
            self._codes = {word: chr(number) for number, word in rows}
            self._last = rows[-1][0]
        for piece in pieces:
            if piece not in self._codes and len(self._codes) < _MOST_WORDS:
                self._last = _JUMPS.get(self._last + 1, self._last + 1)
                self._connection.execute("INSERT INTO _words (id, word) VALUES (?, ?)", (self._last, piece))
                self._codes[piece] = chr(self._last)
