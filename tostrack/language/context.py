"""The classes of words and signs by the words beside them: units, answers, marks of a cell, struck text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tostrack.language.kinds import SILENT, Kind
from tostrack.language.vocabulary import BULLET, Vocabulary

#: A line of more characters is no answer as a whole.
_ANSWER_LINE = 60
#: This many words may be between a number and what it counts: "30 calendar days", "5 MB".
_REACH = 2
_DASHES = frozenset("-–—")


class Pieces:
    """The tokens of one text as columns that the rules of this module correct in place."""

    def __init__(self, texts: list[str], kinds: list[Kind], keys: list[str], vocabulary: Vocabulary) -> None:
        self.texts = texts
        self.kinds = kinds
        self.keys = keys
        self._vocabulary = vocabulary
        #: The places of all tokens but white space and markup.
        self._said = [at for at, kind in enumerate(kinds) if kind is not Kind.PRESENTATION]

    def settle(self) -> None:
        """Give every token the kind that its neighbours make it."""
        self._set_phrases()
        if not self._vocabulary.ones.isdisjoint(self.keys):
            self._set_ones()
        if Kind.NUMBER in self.kinds:
            self._set_beside_numbers()
        if Kind.LIST_LABEL in self.kinds:
            self._set_decimals()
        self._set_quotes()
        self._set_cells()
        if Kind.STRUCK in self.kinds:
            self._set_between(Kind.STRUCK)
        if Kind.INSERTED in self.kinds:
            self._set_between(Kind.INSERTED)

    def _set_phrases(self) -> None:
        phrases, kinds = self._vocabulary.phrases, self.kinds
        places = [at for at in self._said if kinds[at] is not Kind.PUNCTUATION]
        keys = [self.keys[at] for at in places]
        until = 0
        for first, key in enumerate(keys[:-1]):
            if key not in phrases or first < until:
                continue
            for phrase, kind in phrases[key].get(keys[first + 1], ()):
                if tuple(keys[first : first + len(phrase)]) == phrase:
                    until = first + len(phrase)
                    for at in places[first:until]:
                        # "Not" in "not more than" stays what it is: it is the word that must not vanish.
                        if kinds[at] is not Kind.NEGATION and kinds[at] is not Kind.NUMBER:
                            kinds[at] = kind
                    break

    def _set_ones(self) -> None:
        """Take "one" in "one year" for the number that it is."""
        for at, after in pairwise(self._said):
            if self.keys[at] in self._vocabulary.ones and self.keys[after] in self._vocabulary.units:
                self.kinds[at], self.keys[at] = Kind.NUMBER, "1"

    def _set_beside_numbers(self) -> None:
        texts, kinds, keys, said = self.texts, self.kinds, self.keys, self._said
        for number, at in enumerate(said):
            if kinds[at] is not Kind.NUMBER:
                continue
            after = said[number + 1 : number + 2 + _REACH]
            if after and texts[after[0]] == "+" and after[0] == at + 1:
                kinds[after[0]] = Kind.COMPARISON
                after = after[1:]
            if len(after) > 1 and texts[after[0]] in _DASHES and kinds[after[1]] is Kind.NUMBER:
                kinds[after[0]], keys[after[0]] = Kind.SIGN, "–"
                continue
            for place in after:
                if kinds[place] is Kind.NUMBER:
                    break
                if keys[place] in self._vocabulary.units:
                    kinds[place] = Kind.CURRENCY if keys[place] in self._vocabulary.money else Kind.UNIT
                    break
            if number and keys[said[number - 1]] in self._vocabulary.money:
                kinds[said[number - 1]] = Kind.CURRENCY

    def _set_decimals(self) -> None:
        """Take "2.5" before a unit for the number that it is, and no label."""
        for number, at in enumerate(self._said[:2]):
            after = self._said[number + 1 : number + 2]
            if self.kinds[at] is Kind.LIST_LABEL and after and self.keys[after[0]] in self._vocabulary.units:
                self.kinds[at] = Kind.NUMBER

    def _set_quotes(self) -> None:
        """Take ">" at the begin of a line for the mark of a quotation."""
        for at in self._said[:3]:
            if self.texts[at] == ">" and all(text.isspace() or text == ">" for text in self.texts[:at]):
                self.kinds[at], self.keys[at] = Kind.PRESENTATION, ""

    def _set_cells(self) -> None:
        """Find the answers: cells, short lines and first words that are one; and the marks that are all of a cell."""
        bars = [at for at in self._said if self.texts[at] == "|"]
        if not bars and sum(map(len, self.texts)) > _ANSWER_LINE:
            self._set_reply(self._said)
            return
        for cell in self._cells():
            words = [at for at in cell if self.kinds[at] is not Kind.PUNCTUATION]
            if not words and bars:
                for at in cell:
                    if BULLET.match(self.texts[at]):
                        self.kinds[at] = Kind.MARKER
            if 0 < len(words) <= self._vocabulary.longest_answer and self._is_answer(words):
                for at in words:
                    self.kinds[at] = Kind.ANSWER
            elif cell:
                self._set_reply(cell)

    def _cells(self) -> Iterator[list[int]]:
        cell: list[int] = []
        for at in self._said:
            if self.texts[at] == "|":
                yield cell
                cell = []
            else:
                cell.append(at)
        yield cell

    def _is_answer(self, places: list[int]) -> bool:
        return tuple(self.keys[at] for at in places) in self._vocabulary.answers

    def _set_reply(self, cell: list[int]) -> None:
        """Take "No" in "No, we do not." for an answer."""
        if len(cell) > 1 and self.keys[cell[0]] in self._vocabulary.replies and self.texts[cell[1]] in ",.;:!–—-":
            self.kinds[cell[0]] = Kind.ANSWER

    def _set_between(self, mark: Kind) -> None:
        """Give each word between two marks their kind, and a key that no word outside has."""
        inside = False
        for at, kind in enumerate(self.kinds):
            if kind is mark:
                inside = self.texts[at][:2] != "</" and not (inside and self.texts[at][0] in "~+")
                self.kinds[at], self.keys[at] = Kind.PRESENTATION, ""
            elif inside and kind not in SILENT:
                self.kinds[at] = mark
                self.keys[at] = f"{'~~' if mark is Kind.STRUCK else '++'}{self.keys[at]}"
