"""Which documents are in a language that the rules of flags do not read: of these no flags is no good news."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tostrack.analysis.flags.reading_language import is_read, name_language, primary_language
from tostrack.language.detect import detect_language

if TYPE_CHECKING:
    from tostrack.archive import Archive, DocumentRow

#: Languages are looked up for at most so many documents at a time: each may need its whole text.
MOST_DOCUMENTS = 200


@dataclass(frozen=True)
class UnreadDocument:
    """A document whose text no rule of flags reads."""

    service: str
    document: str
    #: Two or three letters.
    language: str

    @property
    def notice(self) -> str:
        """``not analysed: Hungarian``."""
        return f"not analysed: {name_language(self.language)}"


def find_language_of(archive: Archive, row: DocumentRow) -> str:
    """Return the language of the current text of a document: its words tell, else the watchlist; empty if neither."""
    text = archive.text(row.service, row.document)
    return (detect_language(text) if text else "") or _declared(archive, row)


def _declared(archive: Archive, row: DocumentRow) -> str:
    found = archive.query(
        "SELECT d.language FROM documents d JOIN services s ON s.id = d.service_id WHERE s.slug = ? AND d.slug = ?",
        (row.service, row.document),
    )
    return primary_language(str(found[0]["language"])) if found else ""


def list_unread(archive: Archive, rows: Iterable[DocumentRow]) -> list[UnreadDocument]:
    """Return those of *rows*, of the first `MOST_DOCUMENTS` with a text, whose language the rules do not read."""
    with_text = [row for row in rows if row.versions][:MOST_DOCUMENTS]
    languages = [(row, find_language_of(archive, row)) for row in with_text]
    return [UnreadDocument(row.service, row.document, code) for row, code in languages if not is_read(code)]
