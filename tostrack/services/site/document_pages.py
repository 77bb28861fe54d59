"""One document of the archive: the pages of its changes and texts, and what its platform's page says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cache, cached_property, lru_cache

from tostrack.analysis.facts.phrases import reach, recipients
from tostrack.analysis.flags import Rulebook
from tostrack.analysis.flags.history import describe_event
from tostrack.archive import Archive, ChangeRow, DocumentRow, VersionRow
from tostrack.archive.blame import Blame, BlameRow
from tostrack.archive.reviews import Review
from tostrack.clauses import plain
from tostrack.models import Change, Clause, Flag, Polarity, Reading, Verdict, sha256
from tostrack.render.site.change_page import change_page, item
from tostrack.render.site.page_data import (
    Block,
    ChangeItem,
    ContentsEntry,
    HistoryMoment,
    KeptClause,
    Neighbour,
    Power,
    Site,
    TextData,
)
from tostrack.render.site.page_data import TextPage as ShownReading
from tostrack.render.site.rendering import FeedLink
from tostrack.render.site.text_page import reading_page
from tostrack.render.site.whole_texts import choose_whole, find_kept
from tostrack.render.site_paths import change_page as page_of
from tostrack.render.site_paths import document_page, version_page
from tostrack.services.site.build_cache import BuildCache
from tostrack.value import Value

#: Words that say how far a clause on a topic goes, beside what its rule says.
_WORDS = {"licensing": reach, "advertising": recipients, "sharing": recipients}


class SiteContext(Value):
    """The values that the pages of every document need."""

    archive: Archive
    shelf: BuildCache
    site: Site
    book: Rulebook
    #: Changes with the templates, the settings and the rules: everything that is no row of the archive.
    key: str
    meaning: Callable[[str, str], str]
    #: The past of clauses, and rules that look up what they found, each by the current version of a document.
    blame: Callable[[VersionRow], Blame]
    rules: Callable[[VersionRow], Rulebook]
    #: What readers decided about changes, by their ids.
    reviews: Mapping[str, Review] = field(default_factory=dict)
    #: What kind each document is, by its id.
    kinds: Mapping[str, str] = field(default_factory=dict)


def key_of(*parts: object) -> str:
    """Return what stays the same as long as *parts* do."""
    return sha256("\n".join(map(repr, parts)))[:24]


class DocumentPages:
    """The pages of one document.

    Args:
        context: What they are made with.
        row: The document.
        changes: Its changes, oldest first.
        feed: Of its platform, which its pages point to.
    """

    def __init__(self, context: SiteContext, row: DocumentRow, changes: Sequence[ChangeRow], feed: FeedLink) -> None:
        self._context = context
        self.row = row
        self.kind = context.kinds.get(row.id, "")
        self.changes = changes
        self._feed = feed
        archive = context.archive
        self.versions = archive.versions(row.service, row.document)
        self._by_number = {version.number: version for version in self.versions}
        #: The versions that readers know, oldest first: those that have a page.
        self.chain = archive.went_by(row.service, row.document)
        #: Everything that a text on a page of this document depends on, version by version.
        self._keys = list(self._chain_keys())
        self._clauses = lru_cache(maxsize=8)(self._read_clauses)

    def _chain_keys(self) -> Iterator[str]:
        verdicts = {change.to_number: (change.id, change.verdict) for change in self.changes}
        key = key_of(self._context.key, self.row.service_name, self.row.name, self.kind)
        for version in self.chain:
            key = key_of(key, version.hash, version.number, verdicts.get(version.number))
            yield key

    def _version_page(self, number: int) -> str:
        return version_page(self.row.service, self.row.document, number)

    @property
    def _own_page(self) -> str:
        return document_page(self.row.service, self.row.document)

    @property
    def key(self) -> str:
        """Changes with what the document says, or said."""
        return self._keys[-1] if self._keys else self._context.key

    # Changes

    def write_pages(self) -> list[ChangeItem]:
        """Write the pages of the texts, and one for each change that moved words or meaning; return those by time."""
        self._write_texts()
        shown = [change for change in self.changes if change.verdict != Verdict.NOISE]
        return [
            self._change(change, *(shown[at] if 0 <= at < len(shown) else None for at in (place - 1, place + 1)))
            for place, change in enumerate(shown)
        ]

    def change_key(self, row: ChangeRow) -> str:
        """Return what stays the same as long as a change would be reported in the same words."""
        versions = [self._by_number[number].hash for number in (row.from_number, row.to_number)]
        return key_of(self._context.key, self.row.service_name, self.row.name, row, versions)

    def _change(self, row: ChangeRow, older: ChangeRow | None, newer: ChangeRow | None) -> ChangeItem:
        context = self._context
        load = cache(lambda: context.archive.load_change(row))
        names = (self.row.service_name, self.row.name)
        key = self.change_key(row)
        shown = context.shelf.fact(f"item {row.id}", key, ChangeItem, lambda: item(load(), row.id, row.seen_at, names))
        if review := context.reviews.get(row.id):
            shown = replace(shown, review=review.sentence)
        before, behind = (Neighbour(page_of(one.id), one.seen_at) if one else None for one in (older, newer))
        old, new = (self._by_number[number] for number in (row.from_number, row.to_number))
        context.shelf.page(
            shown.page,
            key_of(key, before, behind, self._page_of(old), self._page_of(new), shown.review),
            lambda: change_page(
                context.site,
                shown,
                load(),
                texts=(self._text(old), self._text(new)),
                clauses=len(self._blame.clause_ids(new.number)),
                meanings=self._meanings(load()),
                older=before,
                newer=behind,
                feed=self._feed,
            ),
        )
        return shown

    def _meanings(self, change: Change) -> Mapping[tuple[str, str], str]:
        flags = {(flag.rule, flag.polarity.value) for hunk in change.hunks for flag in hunk.flags}
        return {pair: self._context.meaning(*pair) for pair in flags}

    def _text(self, version: VersionRow) -> TextData:
        sources = tuple(self._context.archive.sources(version))
        return TextData(version.number, version.seen_at, version.sha256, version.hash, self._page_of(version), sources)

    def _page_of(self, version: VersionRow) -> str:
        """Return the page that shows *version*: its own, or that of a version before it whose words are the same."""
        alike = [one for one in self.chain if one.seen_at <= version.seen_at and one.key_sha256 == version.key_sha256]
        earlier = [one for one in self.chain if one.seen_at <= version.seen_at]
        found = next((one for one in self.chain if one.number == version.number), None)
        shown = found or next(reversed(alike), None) or next(reversed(earlier), None)
        return self._version_page(shown.number) if shown else ""

    # Texts

    def _read_clauses(self, version: VersionRow) -> list[Clause]:
        return [clause for _, clause in self._context.archive.clauses(version)]

    def _write_texts(self) -> None:
        """Write a page for each version that readers know, and the document's own."""
        for at in range(len(self.chain)):
            if not self._is_fresh(at):
                self._write_text(at)

    def _page_key(self, at: int) -> str:
        neighbours = [self.chain[other].number for other in (at - 1, at + 1) if 0 <= other < len(self.chain)]
        return key_of(self._keys[at], neighbours)

    def _is_fresh(self, at: int) -> bool:
        shelf, number = self._context.shelf, self.chain[at].number
        fresh = shelf.is_fresh(self._version_page(number), self._page_key(at))
        if at == len(self.chain) - 1:
            return shelf.is_fresh(self._own_page, self._page_key(at)) and fresh
        return fresh

    def _write_text(self, at: int) -> None:
        version, last = self.chain[at], at == len(self.chain) - 1
        whole = self.chain[self._whole[at]]
        kept = self._kept(version, whole)
        shown = ShownReading(
            self.row.service,
            self.row.service_name,
            self.row.document,
            self.row.name,
            self._text(version),
            tuple(self._blocks(version, kept)),
            last,
            until="" if last else self.chain[at + 1].seen_at,
            earlier=self._neighbour(at - 1),
            later=self._neighbour(at + 1),
            kind=self.kind,
            whole=(self._page_of(whole), whole.seen_at, whole.number) if kept else None,
        )
        site, feed, key = self._context.site, self._feed, self._page_key(at)
        shelf = self._context.shelf
        shelf.put_parts(shown.text.page, reading_page(site, shown, feed), key)
        if last:
            dates = tuple((self._version_page(one.number), one.seen_at, one.number) for one in reversed(self.chain))
            blocks = tuple(self._blocks(version, {})) if kept else shown.blocks
            own = ShownReading(**{**vars(shown), "dates": dates, "blocks": blocks, "whole": None})
            shelf.put_parts(self._own_page, reading_page(site, own, feed, page=self._own_page), key)

    def _neighbour(self, at: int) -> tuple[str, str] | None:
        if not 0 <= at < len(self.chain):
            return None
        version = self.chain[at]
        return self._version_page(version.number), version.seen_at

    @cached_property
    def _whole(self) -> list[int]:
        """For each version of the chain, the place of the one that its page refers to for what it leaves out."""
        return choose_whole([self._blame.clause_ids(version.number) for version in self.chain], self._blame.sizes)

    def _kept(self, version: VersionRow, whole: VersionRow) -> Mapping[int, int]:
        """Return the places of the clauses that the page of *version* leaves to that of *whole*, with those there."""
        if version.number == whole.number:
            return {}
        headings = {at for at, clause in enumerate(self._clauses(version)) if clause.is_heading}
        return find_kept(self._blame.clause_ids(version.number), self._blame.clause_ids(whole.number), headings)

    def _blocks(self, version: VersionRow, kept: Mapping[int, int]) -> Iterator[Block | KeptClause]:
        pages = {change.to_number: change.id for change in self.changes if change.verdict != Verdict.NOISE}
        clauses, rules = self._clauses(version), self._rules
        for at, row in enumerate(self._blame.rows(version.number, clauses)):
            if at in kept:
                yield KeptClause(kept[at])
                continue
            flags = rules.of_clause(clauses[at])
            notes = tuple((f.topic, f.quote, self._context.meaning(f.rule, f.polarity.value)) for f in flags)
            came = HistoryMoment(row.since, pages.get(row.since_version, ""))
            worded = HistoryMoment(row.edited, pages.get(row.edited_version, "")) if row.edited != row.since else None
            yield Block(row.kind, plain(row.text), came, worded, notes)

    @property
    def _blame(self) -> Blame:
        return self._context.blame(self.chain[-1])

    @property
    def _rules(self) -> Rulebook:
        return self._context.rules(self.chain[-1])

    def current_clauses(self) -> Iterator[tuple[Clause, BlameRow, tuple[Flag, ...]]]:
        """Yield the clauses of the current text, each with its past and its flags."""
        if self.reading:
            clauses, rules = self.reading.clauses, self._rules
            for clause, row in zip(clauses, self._blame.rows(self.chain[-1].number, clauses), strict=True):
                yield clause, row, rules.of_clause(clause)

    @cached_property
    def reading(self) -> Reading | None:
        """The current text."""
        return self._context.archive.reading(self.chain[-1]) if self.chain else None

    # What it says today

    def held(self) -> list[ContentsEntry]:
        """Return the flags of the current text, in the order of the text."""
        return self._context.shelf.fact(f"stands {self.row.id}", self.key, list[ContentsEntry], self._held)

    def _held(self) -> list[ContentsEntry]:
        clauses = self.reading.clauses if self.reading else ()
        places: dict[tuple[str, tuple[str, ...]], int] = {}
        for at, clause in enumerate(clauses):
            places.setdefault((clause.text, clause.heading), at)
        return [
            ContentsEntry(
                *(self.row.service, self.row.document, self.row.name, flag.topic, flag.polarity),
                self._context.meaning(flag.rule, flag.polarity),
                flag.quote,
                describe_event(plain(flag.clause), flag.start, flag.end),
                flag.heading,
                *(flag.first, flag.from_start, flag.moves),
                places.get((flag.clause, flag.heading)),
            )
            for flag in self._context.archive.flags(self.row.service, self.row.document)
        ]

    def powers(self) -> list[Power]:
        """Return what the current text says on each topic, and how far it goes, with its first version."""
        return self._context.shelf.fact(f"powers since {self.row.id}", self.key, list[Power], self._powers)

    def _powers(self) -> list[Power]:
        first = self.chain[0].seen_at if self.chain else ""
        found: dict[tuple[str, str], Power] = {}
        for held in self.held():
            power = Power(
                *(held.topic, held.meaning or held.topic, held.polarity, held.since, held.from_start, held.moves),
                *(held.service, held.document, held.quote, held.at),
            )
            known = found.get((held.topic, power.name))
            if known is None or power.since < known.since:
                found[held.topic, power.name] = power
        for topic in _WORDS:
            quotes = self._words(topic, self.reading.clauses) if self.reading else {}
            for name, since in self._words_since(topic, quotes).items():
                place = (self.row.service, self.row.document, *quotes[name])
                power = Power(topic, name, "", since, since == first, (), *place)
                found[topic, name] = power
        return list(found.values())

    def _words(self, topic: str, clauses: Sequence[Clause]) -> dict[str, tuple[str, int]]:
        """Return the words that say how far the clauses on *topic* go, each with its sentence and its place."""
        found: dict[str, tuple[str, int]] = {}
        rules = self._rules if clauses else self._context.book
        for at, clause in enumerate(clauses):
            flags = rules.of_clause(clause)
            if any(flag.topic == topic and flag.polarity is Polarity.PERMITS for flag in flags):
                for name, sentence in _mentions(topic, clause):
                    found.setdefault(name, (sentence, at))
        return found

    def _words_since(self, topic: str, names: Iterable[str]) -> dict[str, str]:
        """Return since when, without a gap, a clause on *topic* goes as far as each of *names*."""
        since: dict[str, str] = {}
        standing = set(names)
        for version in reversed(self.chain):
            if not standing:
                break
            standing &= self._words(topic, self._clauses(version)).keys()
            since.update(dict.fromkeys(standing, version.seen_at))
        return dict(sorted(since.items()))


@lru_cache(maxsize=20_000)
def _mentions(topic: str, clause: Clause) -> tuple[tuple[str, str], ...]:
    text = plain(clause.text)
    found = {str(one.key): describe_event(text, one.start, one.end) for one in _WORDS[topic](text)}
    return tuple(found.items())
