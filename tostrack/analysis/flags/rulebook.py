"""The rules and weights that ship with the package, and a user's own beside them, at work on clauses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from tostrack.analysis.flags.breadth import Breadth
from tostrack.analysis.flags.finder import find, matching, quote_as_written, under_lead, vetoing
from tostrack.analysis.flags.listed_recipients import find_listed_recipient
from tostrack.analysis.flags.reading_language import clause_hint, find_language, primary_language
from tostrack.analysis.flags.role_finder import find_by_roles
from tostrack.analysis.flags.role_rules import ROLE_RULES, load_role_rules, role_meanings
from tostrack.analysis.flags.role_words import role_languages
from tostrack.analysis.flags.rule_files import BUILT_IN, RuleFile, parse
from tostrack.analysis.flags.rules import Rule, RuleSet, Veto
from tostrack.analysis.flags.weights import LEARNT, SHIPPED_WEIGHTS, shipped_weights
from tostrack.clauses import plain
from tostrack.errors import ConfigError
from tostrack.models import Clause, Flag, Polarity, sha256

#: Raised when the code reads the same rules otherwise, so that flags which it stored before are known to be stale.
_READING = 3
#: Two texts of the length of the longest policies, clause by clause.
_MEMORY = 20_000


@dataclass(frozen=True)
class Explanation:
    """Why a flag is there."""

    flag: Flag
    #: What it means to a reader, never beyond what the clause says.
    meaning: str
    #: Why the rule exists.
    why: str
    #: For a flag by weights: the words that weighed most, with their weights.
    contributions: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Rulebook:
    """What decides which clauses are flagged: a value, read when it is first asked.

    Every method raises `ConfigError` with every mistake when one of ``own`` has any; see `sound`.
    """

    #: A user's files of rules, beside those that ship.
    own: tuple[RuleFile, ...] = ()
    #: The language of the document, two letters: for clauses whose words do not tell theirs. Empty: not known.
    language: str = ""

    def in_language(self, code: str) -> Rulebook:
        """Return these rules for a document in the language *code*, two letters or a tag like ``pt-BR``."""
        return replace(self, language=primary_language(code))

    def __reduce__(self) -> tuple[type[Rulebook], tuple[tuple[RuleFile, ...], str]]:
        """Pickle the files alone: another process reads them faster than their compiled patterns."""
        return Rulebook, (self.own, self.language)

    @property
    def rules(self) -> RuleSet:
        """The rules, with every mistake of every file named at once."""
        return _parse_rules(self.own)

    @property
    def fingerprint(self) -> str:
        """Changes with the rules and the weights: flags stored under another fingerprint are stale."""
        return _fingerprint(self.own)

    def of_text(self, text: str) -> list[Flag]:
        """Return the flags of one clause, in the order of their quotes; see `tostrack.analysis.flags.flag`."""
        return quote_as_written(text, self._of_words(text))

    def _of_words(self, text: str) -> list[Flag]:
        """Return the flags of one clause, with quotes from its plain words."""
        return self._find(*under_lead(text))

    def _find(self, text: str, lead: str, hint: str = "") -> list[Flag]:
        code = find_language(f"{hint} {lead} {text}" if lead or hint else text, self.language)
        if code == "en":
            return find(self.rules, text, lead, shipped_weights())
        flags = find_by_roles(load_role_rules(code), text, lead) if code in role_languages() else []
        if self.own:
            # A user's rules name words, of whichever language.
            found = find(self.rules, text, lead)
            flags += [flag for flag in found if self.rules.origin["rule", flag.rule] != BUILT_IN.name]
        return flags

    def of_clause(self, clause: Clause) -> tuple[Flag, ...]:
        """Return the flags of *clause*, read under its lead-in; offsets count in its plain text. A heading has none."""
        if clause.is_heading:
            return ()
        found = _remembered(self, clause.text, clause.lead, clause_hint(clause))
        return found if any(flag.topic == "sharing" for flag in found) else (*found, *find_listed_recipient(clause))

    def topics(self) -> dict[str, str]:
        """Return each topic with what it is about, in plain words."""
        return dict(self.rules.topics)

    def meaning(self, rule: str, polarity: Polarity | str = Polarity.PERMITS) -> str:
        """Return what a flag of *rule* says: "may use your name or likeness"; "" for a rule that is not there."""
        if found := self.rules.rules.get(rule) or role_meanings().get(rule):
            return found.says(Polarity(polarity))
        return next((learnt.meaning for learnt in shipped_weights() if rule == LEARNT + learnt.topic), "")

    def explain(self, text: str) -> list[Explanation]:
        """Return why each flag of one clause is there; *text* as for `tostrack.analysis.flags.flag`."""
        found = []
        for flag in self._of_words(text):
            if rule := self.rules.rules.get(flag.rule) or role_meanings().get(flag.rule):
                found.append(Explanation(flag, rule.says(flag.polarity), rule.why))
                continue
            learnt = next(learnt for learnt in shipped_weights() if learnt.topic == flag.topic)
            why = f"No rule knows the sentence; its words weigh {learnt.weigh(text):.1f}, at least {learnt.threshold}."
            found.append(Explanation(flag, learnt.meaning, why, tuple(learnt.contributions(text))))
        return found

    def concepts(self, canonical: str) -> dict[str, int]:
        """Return what tells how far a permission in these words reaches: concepts, whose weights add up."""
        return self._breadth.concepts(canonical)

    @property
    def _breadth(self) -> Breadth:
        return _breadth_of(self.own)

    def faults(self) -> list[str]:
        """Return a line for each example that a rule or veto does not answer as it says, and for each that has none.

        Those that ship are asked as well: a word that a user adds to a class may change what they say.
        """
        found = []
        owners: list[tuple[str, str, Rule | Veto]] = [("rule", name, rule) for name, rule in self.rules.rules.items()]
        owners += [("veto", name, veto) for name, veto in self.rules.vetoes.items()]
        for table, name, owner in owners:
            where = f"{self.rules.origin[table, name]}: {table}.{name}"
            for kind, texts in (("hits", owner.hits), ("misses", owner.misses)):
                verb = "find" if kind == "hits" else "pass over"
                if not texts:
                    found.append(f"{where}.{kind}: missing: a clause that it must {verb}")
                wrong = [text for text in texts if (name in self._said_of(text)) != (kind == "hits")]
                found += [f"{where}.{kind}: it does not {verb} {text!r}" for text in wrong]
        return found

    def _said_of(self, text: str) -> set[str]:
        words, lead = under_lead(text)
        return matching(self.rules, words, lead) | vetoing(self.rules, words)


@lru_cache(maxsize=8)
def _parse_rules(own: tuple[RuleFile, ...]) -> RuleSet:
    """Return the rules that ship with *own* beside them: the same for every language of a document."""
    return parse(RuleFile(BUILT_IN.name, BUILT_IN.read_text("utf-8")), *own)


@lru_cache(maxsize=_MEMORY)
def _remembered(book: Rulebook, text: str, lead: str, hint: str) -> tuple[Flag, ...]:
    return tuple(book._find(plain(text), lead, hint))  # noqa: SLF001  # a method of it, remembered


# Read once for each set of files, however many books, of whatever languages, share them.
@lru_cache(maxsize=16)
def _breadth_of(own: tuple[RuleFile, ...]) -> Breadth:
    return Breadth(_parse_rules(own).breadth)


@lru_cache(maxsize=16)
def _fingerprint(own: tuple[RuleFile, ...]) -> str:
    # The files as bytes: parsing the words of every language would take longer than what reading commands do.
    languages = sorted((BUILT_IN.parents[2] / "language").glob("*.toml"))
    parts = [sha256(file.read_bytes()) for file in (BUILT_IN, SHIPPED_WEIGHTS, ROLE_RULES, *languages)]
    return sha256("\n".join([str(_READING), *parts, *(sha256(source.text) for source in own)]))[:16]


#: The rules that ship, and nothing else.
SHIPPED = Rulebook()


def check_rules(sources: Iterable[RuleFile]) -> tuple[Rulebook, tuple[str, ...]]:
    """Return the rules that ship with those *sources* that have no mistake, and every mistake of the others.

    One bad rule must not cost a night: its file is left out, and the mistakes are there to be told.
    """
    own, problems = tuple(sources), list[str]()
    while own:
        book = Rulebook(own)
        try:
            book.rules  # noqa: B018  # read now, not when the first clause comes
        except ConfigError as error:
            named = tuple(source for source in own if any(p.startswith(f"{source.name}: ") for p in error.problems))
            problems += error.problems
            own = tuple(source for source in own if source not in (named or own))
        else:
            return book, tuple(problems)
    return SHIPPED, tuple(problems)
