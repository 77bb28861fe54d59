"""Which rules decide what is flagged: a value that is cheap to pass on; rules are parsed when first asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tostrack.analysis.flags.rule_sources import LEARNT, RuleFile, find_meaning, find_why, hash_rules, list_topics
from tostrack.errors import ConfigError
from tostrack.models import Clause, Flag, Polarity
from tostrack.value import Value

if TYPE_CHECKING:
    from tostrack.analysis.flags.rules import RuleSet


class Explanation(Value):
    """Why a flag is there."""

    flag: Flag
    #: What it means to a reader, never beyond what the clause says.
    meaning: str
    #: Why the rule exists.
    why: str
    #: For a flag by weights: the words that weighed most, with their weights.
    contributions: tuple[tuple[str, float], ...] = ()


class Rulebook(Value):
    """Decides which clauses are flagged: a value, read when it is first asked.

    Every method that reads a clause raises `ConfigError` with every mistake when one of ``own`` has any; let
    `check_rules` leave such files out. The methods import what they need: naming topics and rules compiles no pattern.
    """

    #: A user's files of rules, beside those that ship.
    own: tuple[RuleFile, ...] = ()

    @property
    def packs(self) -> tuple[RuleFile, ...]:
        """Those of the user's files that are topic packs."""
        return tuple(source for source in self.own if source.is_pack)

    @property
    def rules(self) -> RuleSet:
        """The rules, with every mistake of every file named at once."""
        from tostrack.analysis.flags.clause_flags import parse_rules

        return parse_rules(self.own)

    @property
    def fingerprint(self) -> str:
        """Changes with the rules and the weights: flags stored under another fingerprint are stale."""
        return hash_rules(self.own)

    def of_text(self, text: str) -> list[Flag]:
        """Return the flags of one clause, in the order of their quotes; see `tostrack.analysis.flags.flag`."""
        from tostrack.analysis.flags.clause_flags import find_in_text

        return find_in_text(self, text)

    def of_clause(self, clause: Clause) -> tuple[Flag, ...]:
        """Return the flags of *clause*, read under its lead-in; offsets count in its plain text. A heading has none."""
        from tostrack.analysis.flags.clause_flags import find_in_clause

        return () if clause.is_heading else find_in_clause(self, clause)

    def topics(self) -> dict[str, str]:
        """Return each topic with what it is about, in plain words."""
        return dict(list_topics(self.own))

    def meaning(self, rule: str, polarity: Polarity | str = Polarity.PERMITS) -> str:
        """Return what a flag of *rule* says: "may use your name or likeness"; "" for a rule that is not there."""
        return find_meaning(self.own, rule, Polarity(polarity))

    def why(self, rule: str) -> str:
        """Return why *rule* exists; empty for a rule that is not there."""
        return find_why(self.own, rule)

    def explain(self, text: str) -> list[Explanation]:
        """Return why each flag of one clause is there; *text* as for `tostrack.analysis.flags.flag`."""
        from tostrack.analysis.flags.clause_flags import find_as_read

        return [self.explain_flag(flag, text) for flag in find_as_read(self, text)]

    def explain_flag(self, flag: Flag, text: str) -> Explanation:
        """Return why *flag* of the clause *text* is there, by its rule or by what the words weigh; nothing is found."""
        if not flag.rule.startswith(LEARNT):
            return Explanation(flag, self.meaning(flag.rule, flag.polarity), self.why(flag.rule))
        from tostrack.analysis.flags.weights import shipped_weights

        learnt = next(learnt for learnt in shipped_weights() if learnt.topic == flag.topic)
        why = f"No rule knows the sentence; its words weigh {learnt.weigh(text):.1f}, at least {learnt.threshold}."
        return Explanation(flag, learnt.meaning, why, tuple(learnt.contributions(text)))

    def concepts(self, canonical: str) -> dict[str, int]:
        """Return what tells how far a permission in these words reaches: concepts, whose weights add up."""
        from tostrack.analysis.flags.clause_flags import breadth_of

        return breadth_of(self.own).concepts(canonical)

    def faults(self) -> list[str]:
        """Return a line for each example that a rule or veto does not answer as it says, and for each that has none.

        Those that ship are asked as well: a word that a user adds to a class may change what they say.
        """
        from tostrack.analysis.flags.clause_flags import list_faults

        return list_faults(self.rules)


#: The rules that ship, and nothing else.
SHIPPED = Rulebook()


def check_rules(sources: Iterable[RuleFile]) -> tuple[Rulebook, tuple[str, ...]]:
    """Return the rules that ship with those *sources* that have no mistake, and every mistake of the others.

    One bad rule must not cost a night: its file is left out, and its mistakes are reported.
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
