"""Pairs the clauses of two lists: the same, moved, reworded, removed or added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tostrack.analysis.comparison_key import comparable, comparable_text, run_together
from tostrack.analysis.diff.anchors import Pair, equal_pairs
from tostrack.analysis.diff.similarity import Bag, count_words, likeness, reworded_pairs
from tostrack.language.item_labels import strip_key_number
from tostrack.models import Clause

#: Text that is cut differently is looked for from clauses whose first letters are the same, this many of them.
_PREFIX = 4
#: And from at most this many of those, or a page of "You may not" would cost its square.
_MOST_STARTS = 8
#: A neighbour joins a reworded pair (a split or merged clause) when the pair becomes more alike by this much.
_GAIN = 0.06


@dataclass(frozen=True)
class Alignment:
    """The new places of the clauses of one text; without a new place a clause was removed, without an old one added."""

    #: The same clause in the same order, or the same words cut into clauses differently.
    same: tuple[Pair, ...]
    #: The same clause elsewhere.
    moved: tuple[Pair, ...]
    #: Places of the old clauses and of the new ones that say it in other words; more than one when split or merged.
    reworded: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    gone: tuple[int, ...]
    come: tuple[int, ...]

    def shifted(self, by: int) -> Alignment:
        """Return it for texts with *by* more clauses before these."""

        def later(places: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(place + by for place in places)

        return Alignment(
            tuple((i + by, j + by) for i, j in self.same),
            tuple((i + by, j + by) for i, j in self.moved),
            tuple((later(olds), later(news)) for olds, news in self.reworded),
            later(self.gone),
            later(self.come),
        )


def align(old: Sequence[Clause], new: Sequence[Clause]) -> Alignment:
    """Return what became of every clause of *old* and where every clause of *new* is from."""
    letters = equal_pairs(list(map(_letters, old)), list(map(_letters, new)))
    # Only the clauses between those that are equal to the letter are compared more closely: most are equal.
    gap_of_old, gap_of_new = _gaps(letters, len(old), len(new))
    old_keys = {i: comparable(old[i]) for i in gap_of_old}
    new_keys = {j: comparable(new[j]) for j in gap_of_new}
    aligned = sorted([*letters, *_between(letters, old_keys, new_keys, len(old), len(new))])
    renumbered = [
        (i, j)
        for i, j in aligned
        # An item's key lacks its number and a heading's has it: one may become the other, with no word changed.
        if i in old_keys and old_keys[i] != new_keys[j] and comparable_text(old[i].text) != comparable_text(new[j].text)
    ]
    gap_of_old, gap_of_new = _gaps(aligned, len(old), len(new))
    # A clause without words (an image, a row of dashes) is neither gained nor lost.
    old_left = {i: old_keys[i] for i in gap_of_old if old_keys[i]}
    new_left = {j: new_keys[j] for j in gap_of_new if new_keys[j]}
    recut = _recut(old_left, new_left, gap_of_old, gap_of_new)
    moved = _moved(old_left, new_left)
    # Where one side is used up, as of the first text of all, nothing is to be weighed.
    is_weighed = bool(old_left and new_left)
    old_bags = {i: count_words(key) for i, key in old_left.items()} if is_weighed else {}
    new_bags = {j: count_words(key) for j, key in new_left.items()} if is_weighed else {}
    pairs = reworded_pairs(
        old_bags,
        new_bags,
        gap_of_old,
        gap_of_new,
        {i: old[i].heading for i in old_bags},
        {j: new[j].heading for j in new_bags},
    )
    reworded = _with_parts(pairs, old_bags, new_bags)
    old_used = {i for places, _ in reworded for i in places}
    new_used = {j for _, places in reworded for j in places}
    return Alignment(
        tuple(sorted([*({*aligned} - {*renumbered}), *recut])),
        tuple(moved),
        tuple(sorted([*(((i,), (j,)) for i, j in renumbered), *reworded])),
        tuple(i for i in old_left if i not in old_used),
        tuple(j for j in new_left if j not in new_used),
    )


def _letters(clause: Clause) -> tuple[bool, str]:
    """Return what makes two clauses the same without a closer look."""
    return clause.kind[:2] == "ol", clause.text


def same_letters(one: Clause, other: Clause) -> bool:
    """Return whether two clauses are the same without a closer look."""
    return one is other or (one.text == other.text and _letters(one) == _letters(other))


def _between(
    letters: Sequence[Pair], old_keys: Mapping[int, str], new_keys: Mapping[int, str], old_length: int, new_length: int
) -> list[Pair]:
    """Return the pairs of clauses between *letters* that differ in form or number only."""
    pairs: list[Pair] = []
    i = j = 0
    for next_i, next_j in [*letters, (old_length, new_length)]:
        if i < next_i and j < next_j:
            found = equal_pairs(
                [strip_key_number(old_keys[at]) for at in range(i, next_i)],
                [strip_key_number(new_keys[at]) for at in range(j, next_j)],
            )
            pairs += [(i + one, j + other) for one, other in found]
        i, j = next_i + 1, next_j + 1
    return pairs


def _gaps(same: Sequence[Pair], old_length: int, new_length: int) -> tuple[dict[int, int], dict[int, int]]:
    """Return, for every unmatched place on each side, the number of the gap between matches that it is in."""
    old_gaps: dict[int, int] = {}
    new_gaps: dict[int, int] = {}
    i = j = 0
    for gap, (next_i, next_j) in enumerate([*same, (old_length, new_length)]):
        old_gaps.update(dict.fromkeys(range(i, next_i), gap))
        new_gaps.update(dict.fromkeys(range(j, next_j), gap))
        i, j = next_i + 1, next_j + 1
    return old_gaps, new_gaps


def _recut(
    old_left: dict[int, str], new_left: dict[int, str], gap_of_old: dict[int, int], gap_of_new: dict[int, int]
) -> list[Pair]:
    """Take out of both sides runs of clauses whose words are the same, only cut differently."""
    old_flat = {i: run_together(key) for i, key in old_left.items()}
    new_flat = {j: run_together(key) for j, key in new_left.items()}
    starts: dict[tuple[int, str], list[int]] = defaultdict(list)
    for j, flat in new_flat.items():
        starts[gap_of_new[j], flat[:_PREFIX]].append(j)
    pairs: list[Pair] = []
    for i, flat in list(old_flat.items()):
        if i not in old_flat:
            continue
        for j in starts.get((gap_of_old[i], flat[:_PREFIX]), ())[:_MOST_STARTS]:
            if j in new_flat and (run := _same_run(old_flat, new_flat, i, j)):
                pairs.append((i, j))
                for place in run[0]:
                    del old_left[place], old_flat[place]
                for place in run[1]:
                    del new_left[place], new_flat[place]
                break
    return pairs


def _same_run(old_flat: dict[int, str], new_flat: dict[int, str], i: int, j: int) -> tuple[list[int], list[int]] | None:
    """Return the old and new places from *i* and *j* on that together hold the same letters, if there are such."""
    old_run, new_run = [i], [j]
    #: What each side has beyond the letters that both share so far; one of the two is always empty.
    old_rest, new_rest = old_flat[i], new_flat[j]
    while True:
        shared = min(len(old_rest), len(new_rest))
        if old_rest[:shared] != new_rest[:shared]:
            return None
        old_rest, new_rest = old_rest[shared:], new_rest[shared:]
        if not old_rest and not new_rest:
            return old_run, new_run
        run, flat = (new_run, new_flat) if old_rest else (old_run, old_flat)
        if run[-1] + 1 not in flat:
            return None
        run.append(run[-1] + 1)
        if old_rest:
            new_rest = flat[run[-1]]
        else:
            old_rest = flat[run[-1]]


def _moved(old_left: dict[int, str], new_left: dict[int, str]) -> list[Pair]:
    """Remove from both sides the clauses that occur, word for word, elsewhere on the other."""
    places: dict[str, list[int]] = defaultdict(list)
    for j in reversed(new_left):
        places[new_left[j]].append(j)
    pairs = []
    for i, key in list(old_left.items()):
        if places.get(key):
            j = places[key].pop()
            pairs.append((i, j))
            del old_left[i], new_left[j]
    return pairs


def _with_parts(
    pairs: list[Pair], old_bags: dict[int, Bag], new_bags: dict[int, Bag]
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return *pairs* with the neighbours that belong to them, where a clause was split or two were merged."""
    old_free = old_bags.keys() - {i for i, _ in pairs}
    new_free = new_bags.keys() - {j for _, j in pairs}
    out = []
    for i, j in pairs:
        news = _grown(old_bags[i], j, new_bags, new_free)
        olds = _grown(new_bags[j], i, old_bags, old_free) if len(news) == 1 else (i,)
        new_free -= set(news)
        old_free -= set(olds)
        out.append((olds, news))
    return out


def _grown(whole: Bag, at: int, parts: dict[int, Bag], free: set[int]) -> tuple[int, ...]:
    """Return *at* with the free neighbours that make the joined parts more like *whole*."""
    low = high = at
    joined = parts[at]
    best = likeness(whole, joined)
    while best < 1:
        options = [place for place in (low - 1, high + 1) if place in free]
        gains = [(likeness(whole, joined + parts[place]), -place) for place in options]
        if not gains or max(gains)[0] < best + _GAIN:
            break
        best, place = max(gains)[0], -max(gains)[1]
        joined = joined + parts[place]
        low, high = min(low, place), max(high, place)
    return tuple(range(low, high + 1))
