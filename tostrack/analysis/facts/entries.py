"""The entries of lists and tables, compared by name: who joined or left a list, and which cell of which row moved.

Rows that moved or were sorted otherwise are the same rows. A table is read by its first row, which names its columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tostrack.analysis.facts.edits import fact
from tostrack.clauses import plain
from tostrack.language.words import entry_pattern, union
from tostrack.models import Clause, Fact, FactKind, Hunk

#: An entry of a list has no more words than this, and its name no more than the second; a longer one is a clause.
_ENTRY_WORDS = 30
_NAME_WORDS = 8
#: What ends the name at the begin of a list's entry.
_NAME_END = re.compile(r"\s*(?:\.\s+|:\s+|\s[–—-]\s|,\s+|\s\(|;\s+)")
#: A label is so short: "Response time: 4 hours".
_LABEL = re.compile(r"([^\W\d_][^:.;!?|]{1,60}):\s+(\S.*)", re.DOTALL)
_LABEL_WORDS = 7
_LINK = re.compile(r"\[([^\[\]]+)\]\(\s*<?([^()\s>]+)")
#: Columns that only number the rows.
_NUMBERING = frozenset(("", "#", "no", "no.", "nr", "nr.", "n°"))
_ENTRIES = ("ro", "li", "ol")
#: The longest cell that is reported.
_CELL = 80


@dataclass(frozen=True)
class ListEntry:
    """A row of a table or an item of a list; ``cells`` are what it says of its name, by column."""

    at: int
    name: str
    cells: tuple[tuple[str, str], ...]
    #: Whether its list is one of companies.
    party: bool

    @property
    def key(self) -> str:
        """The form that it is compared by."""
        return re.sub(r"\W+", "", self.name.casefold())

    def __str__(self) -> str:
        """Its name, purpose and place: ``Acme — purpose: hosting; place: Ireland``."""
        told = [f"{column}: {text}" for column, text in self.cells if text and column in ("purpose", "place")]
        return f"{self.name} — {'; '.join(told)}" if told else self.name


@lru_cache(maxsize=32)
def read_entries(clauses: tuple[Clause, ...]) -> Mapping[int, ListEntry]:
    """Return the entries of the tables and lists in *clauses*, by their place."""
    found: dict[int, ListEntry] = {}
    header: list[str] = []
    for at, clause in enumerate(clauses):
        if clause.kind != "row":
            header = []
            if clause.kind[:2] in ("li", "ol") and (item := _read_item(at, clause)):
                found[at] = item
        elif not header:
            header = _cells(clause)
        elif row := _read_row(at, clause, header):
            found[at] = row
    return found


def _cells(clause: Clause) -> list[str]:
    return [" ".join(cell.split()) for cell in re.split(r"(?<!\\)\|", plain(clause.text).strip("| "))]


def _read_row(at: int, clause: Clause, header: Sequence[str]) -> ListEntry | None:
    cells = _cells(clause)
    columns = [title.casefold() for title in header]
    named = next((place for place, title in enumerate(columns) if title in union("facts", "name")), 0)
    if named >= len(cells) or not cells[named]:
        return None
    told = tuple(
        (_column(header[place]), cell)
        for place, cell in enumerate(cells[: len(header)])
        if place != named and columns[place] not in _NUMBERING
    )
    party = _names_parties((*clause.heading[-2:], clause.lead)) or _names_parties((header[named],))
    return ListEntry(at, cells[named], told, party and _is_name(cells[named]))


def _column(title: str) -> str:
    """Return *title*, or ``purpose`` or ``place`` where it means that."""
    words = title.casefold()
    return next((name for name in ("purpose", "place") if words in union("facts", name)), title)


def _read_item(at: int, clause: Clause) -> ListEntry | None:
    if not _names_parties((*clause.heading[-1:], clause.lead)):
        return None
    text = plain(clause.text)
    if text.count(" ") >= _ENTRY_WORDS:
        return None
    end = _NAME_END.search(text)
    name, detail = (text[: end.start()], text[end.end() :]) if end else (text, "")
    if not _is_name(name := name.strip(" .,;")):
        return None
    return ListEntry(at, name, (("purpose", detail.strip(" .,;)")),), party=True)


# All items of a list share their titles.
@lru_cache(maxsize=256)
def _names_parties(titles: tuple[str, ...]) -> bool:
    return any(entry_pattern(union("facts", "parties")).search(title.casefold()) for title in titles)


def _is_name(text: str) -> bool:
    """Whether *text* can be a company's name: short, and its first word has a capital or a digit."""
    first, count = text.partition(" ")[0], len(text.split())
    named = any(map(str.isalpha, text)) and any(letter.isupper() or letter.isdigit() for letter in first)
    return (
        named
        and count <= _NAME_WORDS
        and (union("guards", "duty") | union("guards", "promise")).isdisjoint(text.casefold().split())
    )


def compare_entries(hunks: Sequence[Hunk], old: tuple[Clause, ...], new: tuple[Clause, ...]) -> list[list[Fact]]:
    """Return, for each of *hunks*, the companies that joined or left and the cells that moved."""
    if not any(_covers_entry(hunk, old, new) for hunk in hunks):
        return [[] for _ in hunks]
    before, after = read_entries(old), read_entries(new)
    was, now = ({entry.key: entry for entry in entries.values()} for entries in (before, after))
    keys = Counter(entry.key for entry in before.values()) | Counter(entry.key for entry in after.values())
    # Of several rows of one name nobody can tell which became which.
    many = {key for key, times in keys.items() if times > 1}
    return [[one for one in _of_hunk(hunk, before, after, was, now) if not _is_of(one, many)] for hunk in hunks]


def _covers_entry(hunk: Hunk, old: Sequence[Clause], new: Sequence[Clause]) -> bool:
    """Whether a clause of *hunk* may be an entry: a row, or an item of a list."""
    sides = ((old, hunk.old_at, hunk.old_count), (new, hunk.new_at, hunk.new_count))
    return any(
        clause.kind[:2] in _ENTRIES for side, at, count in sides if at is not None for clause in side[at : at + count]
    )


def _is_of(moved: Fact, keys: Container[str]) -> bool:
    return moved.kind is FactKind.VALUE and re.sub(r"\W+", "", moved.subject.partition(" › ")[0].casefold()) in keys


def _of_hunk(
    hunk: Hunk,
    before: Mapping[int, ListEntry],
    after: Mapping[int, ListEntry],
    was: Mapping[str, ListEntry],
    now: Mapping[str, ListEntry],
) -> Iterator[Fact]:
    gone = _covered(hunk.old_at, hunk.old_count, before)
    come = _covered(hunk.new_at, hunk.new_count, after)
    for entry in gone:
        if entry.party and entry.key not in now:
            yield fact(FactKind.PARTY, str(entry), "", quoted=False)
    for entry in come:
        twin = next((one for one in gone if one.key == entry.key), was.get(entry.key))
        if twin is None and entry.party:
            yield fact(FactKind.PARTY, "", str(entry), quoted=False)
        elif twin:
            yield from _moved_cells(twin, entry)


def _covered(at: int | None, count: int, entries: Mapping[int, ListEntry]) -> list[ListEntry]:
    return [] if at is None else [entries[place] for place in range(at, at + count) if place in entries]


def _moved_cells(old: ListEntry, new: ListEntry) -> Iterator[Fact]:
    was = dict(old.cells)
    for column, text in new.cells:
        before = was.get(column, "")
        if before and text and _plainest(before) != _plainest(text) and max(len(before), len(text)) <= _CELL:
            yield subject_fact(FactKind.VALUE, f"{new.name} › {column}", before, text)


def _plainest(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def subject_fact(kind: FactKind, subject: str, old: str, new: str) -> Fact:
    """Return a fact with its line: ``Basic › Calls a day: 5,000 → 60``."""
    return Fact(kind, old, new, f"{subject.strip(' ›')}: {old} → {new}")


def label_of(text: str) -> tuple[str, str]:
    """Return the label that *text* begins with and what follows it; both empty where there is none."""
    found = _LABEL.match(text)
    return (found[1].strip(), found[2]) if found and len(found[1].split()) <= _LABEL_WORDS else ("", "")


def moved_links(hunk: Hunk, old: Sequence[Clause], new: Sequence[Clause]) -> Iterator[Fact]:
    """Yield the links of a reworded clause whose words are the same and that lead elsewhere."""
    if hunk.old_at is None or hunk.new_at is None or hunk.old_count + hunk.new_count > 2:
        return
    was, now = (dict(_LINK.findall(clauses[at].text)) for clauses, at in ((old, hunk.old_at), (new, hunk.new_at)))
    for words, target in now.items():
        if was.get(words, target) != target and target.partition("#")[0] != was[words].partition("#")[0]:
            yield subject_fact(FactKind.LINK, f"link “{words}”", was[words], target)
