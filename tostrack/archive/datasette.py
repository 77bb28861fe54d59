"""The description of an archive for Datasette: what each view is, and questions to begin with."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

_ABOUT = {
    "latest": "The current text of each document, and the result of its last check.",
    "changes": "What changed: every judged change, with its verdict, the reason for it and the topics it touches.",
    "clauses_now": "The current clauses, in the order of their documents.",
    "flags_by_month": "How often each topic was granted, widened, narrowed or withdrawn, by service and month.",
    "texts": "A clause of any version. Choose service, document and number, and order by rank: that is a text.",
    "versions": "Every text of every document, with its hashes.",
    "clauses": "Every clause that was ever recorded, once.",
    "version_clauses": "Which clauses a version is made of, in order; a reworded or moved clause keeps its line.",
    "flagged": "By which rules a clause under its headings was flagged.",
    "flags": "What the rules found in each clause.",
    "judgements": "Every change as it was judged; `changes` shows it with names and dates.",
    "hunks": "The edits of every change, in the order of the text; `judgement_id` is the id of its change.",
    "flag_events": "When each topic was first found, granted, widened, narrowed or withdrawn, with the sentence.",
    "services": "The platforms.",
    "documents": "Their policies, and the result of the last check of each.",
}
#: Where Datasette shows a search box: the column that holds the clause's row in `clauses_fts`.
_SEARCHED = {"clauses": "id", "clauses_now": "clause_id", "texts": "clause_id"}
#: Bookkeeping, and tables with addresses of people. Datasette 1.0 hides names that begin with ``_``, 0.65.5 does not.
_HIDDEN = (
    "deliveries judgement_sums meta heads messages outbox pages redactions reviews sightings snapshots subscribers "
    "suppressions suspect_snapshots suspects version_snapshots judgement_dates judgement_facts _contexts _finds "
    "_flag_events _flag_listings _flag_moments _flagged _flags _hunks _judgement_flags _listed_flags _origins _places "
    "_records _rulebooks _spans _versions"
).split()
_QUERIES = {
    "what_changed": {
        "title": "What changed that matters, newest first",
        "sql": """
            SELECT seen_at, service, document, explanation, topics FROM changes
            WHERE verdict = 'substantive' ORDER BY seen_at DESC LIMIT 200
        """,
    },
    "who_says_so": {
        "title": "Which documents say it, or said it, and since which day",
        "sql": """
            SELECT s.slug AS service, d.slug AS document, v.seen_at AS first_seen_at, p.until = 2147483647 AS stands,
                   c.text
            FROM clauses_fts f JOIN clauses c ON c.id = f.rowid JOIN _places p ON p.clause_id = c.id
            JOIN documents d ON d.id = p.document_id JOIN services s ON s.id = d.service_id
            JOIN _versions v ON v.document_id = d.id AND v.number = p.first
            WHERE clauses_fts MATCH :words ORDER BY first_seen_at LIMIT 200
        """,
    },
    "the_text_now": {
        "title": "A document's current text",
        "sql": """
            SELECT position, kind, text FROM clauses_now WHERE service = :service AND document = :document
            ORDER BY position
        """,
    },
}


def datasette_metadata(database: str | Path) -> dict[str, Any]:
    """Return what ``datasette --metadata`` takes for the archive at *database*."""
    return {
        "title": "Terms that changed",
        "description": "Terms of service and privacy policies as tostrack recorded them.",
        "databases": {
            Path(database).stem: {
                "tables": {
                    **{name: {"description": about} | _search_of(name) for name, about in _ABOUT.items()},
                    **{name: {"hidden": True} for name in _HIDDEN},
                },
                "queries": _QUERIES,
            }
        },
    }


def _search_of(name: str) -> dict[str, str]:
    """Return what makes *name* searchable: a view has no rowid, so that the key must be named."""
    return {"fts_table": "clauses_fts", "fts_pk": _SEARCHED[name]} if name in _SEARCHED else {}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(datasette_metadata(sys.argv[1]), indent=2) + "\n")
