"""Which texts of every document have, or had, given words: one row for each clause, whatever its wordings."""

from __future__ import annotations

import re

from tostrack.archive.hunk_rows import Query
from tostrack.errors import ConfigError
from tostrack.language.search_forms import search_forms
from tostrack.value import Value

#: Clauses that are looked at, the best first: beyond them a query is no question.
_MOST_CLAUSES = 1_000
_TERM = re.compile(r'"([^"]*)"|(\S+)')


class SearchRow(Value):
    """A clause of a document that says what was looked for, now or at some time."""

    service: str
    document: str
    #: When it began to say so, and when it said so last.
    first_seen_at: str
    last_seen_at: str
    #: Whether it is current.
    stands: bool
    #: How many wordings of it say so.
    wordings: int
    #: The last of them.
    kind: str
    text: str
    first_version: int
    clause_id: int


_QUERY = """
WITH found AS (
    SELECT rowid AS clause_id, rank AS score FROM clauses_fts WHERE clauses_fts MATCH ?1 ORDER BY rank LIMIT ?2
), said AS (
    SELECT DISTINCT p.document_id, p.line, min(p.first) OVER one AS first, max(p.until) OVER one AS until,
           count(*) OVER one AS wordings, min(f.score) OVER one AS score,
           first_value(p.clause_id) OVER (PARTITION BY p.document_id, p.line ORDER BY p.until DESC) AS clause_id
    FROM found f JOIN _places p ON p.clause_id = f.clause_id WINDOW one AS (PARTITION BY p.document_id, p.line)
)
SELECT s.slug AS service, d.slug AS document, v.seen_at AS first_seen_at,
       (SELECT coalesce(n.last_seen_at, l.seen_at) FROM _versions l LEFT JOIN sightings n ON n.version_id = l.id
        WHERE l.document_id = d.id AND l.number < said.until ORDER BY l.number DESC LIMIT 1) AS last_seen_at,
       said.until = 2147483647 AS stands, said.wordings, c.kind, c.text,
       said.first AS first_version, said.clause_id
FROM said JOIN documents d ON d.id = said.document_id JOIN services s ON s.id = d.service_id
JOIN _versions v ON v.document_id = d.id AND v.number = said.first JOIN clauses c ON c.id = said.clause_id
WHERE (?3 IS NULL OR s.slug = ?3) AND (?4 IS NULL OR d.slug = ?4) AND (NOT ?5 OR said.until = 2147483647)
ORDER BY said.score LIMIT ?6
"""


def search(
    query: Query,
    words: str,
    service: str | None = None,
    document: str | None = None,
    *,
    standing: bool = False,
    limit: int = 50,
) -> list[SearchRow]:
    """Return the clauses that say *words*, at most *limit* of the nearest, the one that said so first at the head.

    Args:
        words: One clause must have all of them; ``"words in quotes"`` are a phrase, ``licen*`` begins a word.

    Raises:
        ConfigError: There is no word in *words*.
    """
    terms = [
        [match[1]] if match[1] else search_forms(match[2])
        for match in _TERM.finditer(words)
        if any(map(str.isalnum, match[0]))
    ]
    if not terms:
        raise ConfigError(f"{words!r}: no word to search for")
    asked = " AND ".join(f"({' OR '.join(_quoted(form) for form in forms)})" for forms in terms)
    values = (asked, _MOST_CLAUSES, service, document, standing, limit)
    rows = [SearchRow(**{**dict(row), "stands": bool(row["stands"])}) for row in query(_QUERY, values)]
    return sorted(rows, key=lambda row: (row.first_seen_at, row.service, row.document, row.first_version))


def _quoted(form: str) -> str:
    """Return a form as the index takes it: in quotes nothing is an operator, and a hyphen is a space or nothing."""
    ending = "*" * form.endswith("*")
    bare = form.rstrip("*").replace('"', "")
    spellings = dict.fromkeys((bare, bare.replace("-", "")))
    return " OR ".join(f'"{each}"{ending}' for each in spellings)


def similar_words(query: Query, words: str) -> list[str]:
    """Return words of the archive that are spelled like those of *words* that it does not have, the nearest first."""
    from difflib import get_close_matches

    query("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab(main, clauses_fts, row)", ())
    found: list[str] = []
    for word in re.findall(r"\w{3,}", words.lower()):
        known = [row[0] for row in query("SELECT term FROM temp.words WHERE substr(term, 1, 1) = ?", (word[:1],))]
        found += [] if word in known else get_close_matches(word, known, 3)
    return found
