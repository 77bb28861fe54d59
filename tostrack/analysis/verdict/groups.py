"""Runs of clauses that were added or removed together: menus and consent layers are recognised by their company."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from tostrack.analysis.comparison_key import comparable_text, is_punctuation
from tostrack.analysis.verdict import lexicon
from tostrack.analysis.verdict.boilerplate import GRANTS
from tostrack.analysis.verdict.boilerplate_position import tells
from tostrack.analysis.verdict.context import TextPair
from tostrack.analysis.verdict.findings import RuleFinding
from tostrack.analysis.verdict.labels import SEAM, is_party
from tostrack.analysis.verdict.name_rules import grown
from tostrack.analysis.verdict.normal_form import american_of, lost_and_gained, normal, spelled, stem
from tostrack.analysis.verdict.number_rules import names_place, unplaced
from tostrack.analysis.verdict.wording_rules import is_name, plainest, replacements, squeezed
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import entry_pattern, union
from tostrack.models import VERDICT_OF, Clause, Edit, Hunk, Reason, Verdict

#: This many of its own phrases make a run a consent layer.
_LAYER = 3
#: Text beside its own phrases that names no party is no longer than this.
_OPTION_WORDS = 40
#: An item of a menu is no longer than this.
_ITEM_WORDS = 4
#: A menu around the text is known by so many clauses, by the share of them that are labels, and by how few are anything
#: but items of so many words.
_FRAME, _FRAME_LABELS, _MOSTLY, _FRAME_WORDS = 5, 0.1, 0.6, 10
#: Titles in one line, one after the other, are together no more words than this.
_TITLES = 25


def apply_group_rules(hunks: Sequence[Hunk], findings: Sequence[RuleFinding], context: TextPair) -> list[RuleFinding]:
    """Return *findings* with the text among menu labels, or inside a consent layer, known as furniture."""
    out = list(findings)
    for at in _cut_out(hunks):
        out[at] = replace(out[at], reason=Reason.FORMAT, rule="groups")
    for at, rest in _carried_over(hunks).items():
        out[at] = replace(out[at], reason=Reason.WORDING if rest else Reason.FORMAT, rule="groups")
    for at in _spelled_otherwise(hunks) | _in_other_english(hunks, findings):
        if VERDICT_OF[out[at].reason] is not Verdict.NOISE:
            out[at] = replace(out[at], reason=Reason.EDITION, rule="groups")
    for at in _renamed_throughout(hunks, findings):
        out[at] = replace(out[at], reason=Reason.RENAMED, rule="groups")
    for at in _shown_headings(hunks, context):
        out[at] = replace(out[at], reason=Reason.FORMAT, rule="groups")
    for run in _runs(hunks):
        inside = (
            _layer(hunks, run)
            | _cookie_banner(hunks, out, run)
            | _menu(hunks, out, run)
            | _frame(hunks, out, run, context)
        )
        for at in inside:
            if VERDICT_OF[out[at].reason] is not Verdict.NOISE:
                out[at] = replace(out[at], reason=Reason.FURNITURE, rule="groups")
    return out


def _shown_headings(hunks: Sequence[Hunk], context: TextPair) -> set[int]:
    """Return the headings over text that stays, when so many came, or went, at once that the page shows or hides them.

    A heading that was reworded says that somebody edited them.
    """
    edits = {at: hunk.edit for at, hunk in enumerate(hunks) if context.clause(hunk).is_heading}
    if len(edits) < _SHOWN or {*edits.values()} - {Edit.MOVED} not in ({Edit.ADDED}, {Edit.REMOVED}):
        return set()
    changed = {_place(hunk) for at, hunk in enumerate(hunks) if at not in edits}
    shown = {at for at, edit in edits.items() if edit is not Edit.MOVED and _place(hunks[at], 1) not in changed}
    return shown if len(shown) >= _SHOWN else set()


#: No author adds so many headings and writes nothing below them.
_SHOWN = 20


def _place(hunk: Hunk, behind: int = 0) -> tuple[bool, int]:
    """Return where *hunk* is, or what is so far *behind* it: whether in the old text, and at which clause."""
    gone = hunk.new_at is None
    return gone, ((hunk.old_at if gone else hunk.new_at) or 0) + behind


def _cut_out(hunks: Sequence[Hunk]) -> set[int]:
    """Return the reworded hunks whose changed phrases became lines of their own, or were such, and those lines."""
    phrases = {
        at: [(op, _as_line(text)) for op, text in hunk.words if op != "=" and not is_punctuation(text)]
        for at, hunk in enumerate(hunks)
        if hunk.edit is Edit.REWORDED
    }
    last = {key.rpartition(" ")[2] for cut in phrases.values() for _, key in cut}
    lines: dict[str, dict[str, int]] = {"-": {}, "+": {}}
    for at, hunk in enumerate(hunks):
        text = hunk.new or hunk.old
        if hunk.edit in (Edit.ADDED, Edit.REMOVED) and _may_end_in(text, last):
            lines["-" if hunk.edit is Edit.ADDED else "+"][_as_line(text)] = at
    found = set()
    for at, cut in phrases.items():
        if cut and all(key and key in lines[op] for op, key in cut):
            found |= {at, *(lines[op][key] for op, key in cut)}
    return found


def _may_end_in(text: str, words: Container[str]) -> bool:
    """Whether the last word of *text* is one of *words*, or may be the number of a place and no word of its own."""
    last = "".join(normal(text)[-1:])
    return last in words or names_place(last)


def _as_line(text: str) -> str:
    """Return the words of *text* as they are on a line of their own, where the number before a title stays behind."""
    return " ".join(unplaced(text)) or comparable_text(text)


def _carried_over(hunks: Sequence[Hunk]) -> dict[int, set[str]]:
    """Return the hunks of which hardly anything changed but where a line ends, with the small words that did.

    What one line lost at its end begins the next.
    """
    carried: set[tuple[int, int]] = set()
    for at, (one, other) in enumerate(itertools.pairwise(hunks)):
        if not _are_neighbours(one, other):
            continue
        last, first = _outer(one.words, -1), _outer(other.words, 0)
        carried |= {
            place
            for op, (here, key), (there, other_key) in ((op, last[op], first[_OTHER[op]]) for op in "-+")
            if key and key == other_key
            for place in ((at, here), (at + 1, there))
        }
    found = {}
    for at in {at for at, _ in carried}:
        words = hunks[at].words
        rest = [text for piece, (op, text) in enumerate(words) if op != "=" and (at, piece) not in carried]
        moved = {word for text in rest for word in normal(text)}
        if moved <= lexicon.SAFE and all(normal(text) or is_punctuation(text) for text in rest):
            found[at] = moved
    return found


_OTHER = {"-": "+", "+": "-"}


def _are_neighbours(one: Hunk, other: Hunk) -> bool:
    return (one.old_at is None or other.old_at is None or one.old_at + one.old_count == other.old_at) and (
        one.new_at is None or other.new_at is None or one.new_at + one.new_count == other.new_at
    )


def _outer(words: Sequence[tuple[str, str]], end: int) -> dict[str, tuple[int, str]]:
    """Return the place and the canonical text of what was struck out and put in at one *end* of a hunk."""
    found = dict.fromkeys("-+", (-1, ""))
    places = range(len(words)) if end == 0 else range(len(words) - 1, -1, -1)
    for place in places:
        op, text = words[place]
        if op == "=":
            if comparable_text(text):
                break
        elif not found[op][1]:
            found[op] = (place, comparable_text(text))
    return found


def _spelled_otherwise(hunks: Sequence[Hunk]) -> set[int]:
    """Return the removed and the added clauses with the same words, spelled otherwise or without accents."""
    gone = {at: normal(hunk.old) for at, hunk in enumerate(hunks) if hunk.edit is Edit.REMOVED}
    come = {at: normal(hunk.new) for at, hunk in enumerate(hunks) if hunk.edit is Edit.ADDED}
    # Only as many words can be the same ones.
    sizes = {*map(len, gone.values())} & {*map(len, come.values())} - {0}
    bare = [{at: _bare(words) for at, words in side.items() if len(words) in sizes} for side in (gone, come)]
    both = {*bare[0].values()} & {*bare[1].values()}
    return {at for side in bare for at, words in side.items() if words in both}


def _bare(words: Sequence[str]) -> tuple[str, ...]:
    """Return *words* without accents: "moze" is "może"."""
    return tuple(map(squeezed, words))


#: This many words that changed from British to American, or back, make it the other edition of English.
_EDITION_WORDS = 3
#: An edition says "is visible" where another says "will be visible".
_LOOSE = lexicon.SAFE | {"will"}
#: With its spelling an edition changes the company that one deals with there.
_COMPANY = frozenset(map(stem, "inc incorporated llc ltd limited corp corporation company gmbh plc ireland".split()))


def _in_other_english(hunks: Sequence[Hunk], findings: Sequence[RuleFinding]) -> set[int]:
    """Return the reworded hunks of a text that changed from one English to the other, in which no more was changed."""
    reworded = [at for at, hunk in enumerate(hunks) if hunk.edit is Edit.REWORDED]
    respelled: dict[bool, set[str]] = {True: set(), False: set()}
    for at in reworded:
        # Only the words that changed are read: of a long clause they are few.
        sides = (" ".join(text for op, text in hunks[at].words if op == side) for side in "-+")
        gone, come = lost_and_gained(*map(spelled, sides))
        american = {word: american_of(word) for word in (*gone, *come)}
        for word in gone:
            if other := next((other for other in come if word != other and american[word] == american[other]), None):
                respelled[other == american[other]].add(word)
    towards = respelled[len(respelled[True]) > len(respelled[False])]
    if len(towards) < _EDITION_WORDS:
        return set()
    found = set()
    for at in reworded:
        if VERDICT_OF[findings[at].reason] is not Verdict.NOISE:
            gone, come = lost_and_gained(plainest(hunks[at].old), plainest(hunks[at].new))
            if {*gone, *come} <= _LOOSE | _COMPANY:
                found.add(at)
    return found


#: A name that was replaced in so many clauses, and only replaced, is the same thing under another name.
_THROUGHOUT = 3


def _renamed_throughout(hunks: Sequence[Hunk], findings: Sequence[RuleFinding]) -> set[int]:
    """Return the hunks in which nothing but one name gave way to another, as it did all over the text."""
    names: dict[tuple[str, str], set[int]] = defaultdict(set)
    for at, (hunk, finding) in enumerate(zip(hunks, findings, strict=True)):
        if hunk.edit is not Edit.REWORDED or VERDICT_OF[finding.reason] is not Verdict.SUBSTANTIVE:
            continue
        if (longer := grown(hunk.words)) and len(set(longer)) == 1:
            names[longer[0]].add(at)
            continue
        pairs = {(_one_of(old), _one_of(new)) for old, new, _ in replacements(hunk.words)}
        edits = sum(op != "=" for op, _ in hunk.words)
        named = all(is_name(old) and is_name(new) for old, new, _ in replacements(hunk.words))
        if len(pairs) == 1 and named and edits == 2 * len(replacements(hunk.words)):
            names[pairs.pop()].add(at)
    known = {
        (old, new)
        for (old, new), places in names.items()
        if len(places) >= _THROUGHOUT and old and new and not lexicon.BINDING_NAME & {*old.split(), *new.split()}
    }
    found = {
        at for pair, places in names.items() if any(_is_long_form(pair, short) for short in known) for at in places
    }
    return found | {at for at, hunk in enumerate(hunks) for pair in known if _differs_by(hunk, pair)}


def _differs_by(hunk: Hunk, names: tuple[str, str]) -> bool:
    """Whether the two texts of a reworded *hunk* are equal when the first of *names* replaces the other."""
    if hunk.edit is not Edit.REWORDED:
        return False
    old, new = (f" {_one_of(text)} " for text in (hunk.old, hunk.new))
    return old != new and old.replace(f" {names[0]} ", f" {names[1]} ") == new


def _one_of(name: str) -> str:
    """Return *name* as of one of what it names: "Customer’s" and "Customers" as "customer"."""
    return " ".join(word.removesuffix("s") if len(word) > _PLURAL else word for word in normal(name))


#: Shorter words that end in s are no plurals.
_PLURAL = 4


def _is_long_form(pair: tuple[str, str], short: tuple[str, str]) -> bool:
    """Whether two names are *short* ones or end in them: ``Data Act (DA)`` and ``DA``."""
    return all(
        name == end or (name.endswith(f" {end}") and not lexicon.BINDING_NAME & {*name.split()})
        for name, end in zip(pair, short, strict=True)
    )


def _runs(hunks: Sequence[Hunk]) -> Iterator[range]:
    """Yield the stretches of hunks whose clauses were added, or removed, one right after the other."""
    start = 0
    for at in range(1, len(hunks) + 1):
        if at == len(hunks) or not _follows(hunks[at - 1], hunks[at]):
            if at - start > 1:
                yield range(start, at)
            start = at


def _follows(one: Hunk, other: Hunk) -> bool:
    if one.edit is not other.edit or one.edit not in (Edit.ADDED, Edit.REMOVED):
        return False
    places = (one.new_at, other.new_at) if one.edit is Edit.ADDED else (one.old_at, other.old_at)
    return places[0] is not None and places[1] == places[0] + 1


def _layer(hunks: Sequence[Hunk], run: range) -> set[int]:
    """Return the places of a consent layer in *run*: from its first own phrase to its last, and what binds nobody."""
    keys = {at: comparable_text(SEAM.sub(" ", hunks[at].new or hunks[at].old)) for at in run}
    asks = entry_pattern(union("page", "consent"))
    marks = {
        at: found for at, key in keys.items() if (found := {*lexicon.CONSENT_LAYER.findall(key), *asks.findall(key)})
    }
    if len({mark for found in marks.values() for mark in found}) < _LAYER:
        return set()
    return {
        at
        for at, key in keys.items()
        if min(marks) <= at <= max(marks)
        or len(words := key.split()) <= _ITEM_WORDS
        or (len(words) <= _OPTION_WORDS and not lexicon.ACTORS & {*words})
    }


def _cookie_banner(hunks: Sequence[Hunk], findings: Sequence[RuleFinding], run: range) -> set[int]:
    """Return the places of what asks for consent to cookies beside the buttons that answer it, in any language."""
    if _labels(findings, run) < _BUTTONS:
        return set()
    texts = {at: (hunks[at].new or hunks[at].old).lower() for at in run}
    return {
        at
        for at, text in texts.items()
        if "cookie" in text and len(text) <= _BANNER and not GRANTS.intersection(normal(text))
    }


#: This many buttons are beside a request for consent, which is no longer than this, in characters.
_BUTTONS, _BANNER = 2, 400


def _menu(hunks: Sequence[Hunk], findings: Sequence[RuleFinding], run: range) -> set[int]:
    """Return the short items of *run* when at least half of its clauses are labels."""
    if 2 * _labels(findings, run) < len(run):
        return set()
    return {at for at in run if _is_item(hunks[at].new or hunks[at].old, _ITEM_WORDS)}


def _labels(findings: Sequence[RuleFinding], run: range) -> int:
    return sum(findings[at].reason is Reason.FURNITURE for at in run)


_FIGURE = lazy_pattern(r"\b\d")


def _is_item(text: str, most: int) -> bool:
    """Whether *text* is as short as an item of a menu, and no sentence; a question may lead to its answer."""
    return len(normal(text)) <= most and text.rstrip()[-1:] not in ".:;!" and not _FIGURE.search(text)


def _frame(hunks: Sequence[Hunk], findings: Sequence[RuleFinding], run: range, context: TextPair) -> set[int]:
    """Return the items of a menu before the first sentence that both texts share, or behind the last one.

    There fewer labels and longer items tell it.
    """
    known = {
        at
        for at in run
        if findings[at].reason is Reason.FURNITURE or _is_frame_item(hunks[at], context.clause(hunks[at]))
    }
    labels = _labels(findings, run)
    if len(run) < _FRAME or labels < max(2, _FRAME_LABELS * len(run)) or len(known) < _MOSTLY * len(run):
        return set()
    place = context.frames(hunks[run[0]], hunks[run[-1]])
    if not place:
        return set()
    # Text next to text that stays may belong to it.
    span = range(min(known), run.stop) if place == "behind" else range(run.start, max(known) + 1)
    return known | {at for at in span if not tells(hunks[at].new or hunks[at].old)}


def _is_frame_item(hunk: Hunk, clause: Clause) -> bool:
    text = hunk.new or hunk.old
    listed = clause.lead or is_party(clause)
    return _is_item(text, _TITLES if is_name(text) else _FRAME_WORDS) and not listed
