"""Which documents are in a language that the rules of flags do not read: of these no flags is no good news."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tostrack.value import Value

if TYPE_CHECKING:
    from tostrack.archive import Archive, DocumentRow

#: Languages are looked up for at most so many documents at a time: each may need its whole text.
MOST_DOCUMENTS = 200


class UnreadDocument(Value):
    """A document whose text no rule of flags reads."""

    service: str
    document: str
    #: Two or three letters.
    language: str

    @property
    def notice(self) -> str:
        """``not analysed: Hungarian``."""
        from tostrack.analysis.flags.reading_language import name_language

        return f"not analysed: {name_language(self.language)}"


def find_language_of(archive: Archive, row: DocumentRow) -> str:
    """Return the language of the current text of a document, as stored with it; a text without one is read for it."""
    from tostrack.analysis.flags.reading_language import primary_language

    if row.language:
        return primary_language(row.language)
    from tostrack.language.detect import detect_language

    return detect_language(archive.text(row.service, row.document) or "")


def list_unread(archive: Archive, rows: Iterable[DocumentRow]) -> list[UnreadDocument]:
    """Return those of *rows*, of the first `MOST_DOCUMENTS` with a text, whose language the rules do not read."""
    from tostrack.analysis.flags.reading_language import is_read

    with_text = [row for row in rows if row.versions][:MOST_DOCUMENTS]
    languages = [(row, find_language_of(archive, row)) for row in with_text]
    return [UnreadDocument(row.service, row.document, code) for row, code in languages if not is_read(code)]
