"""The reason that a hunk gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tostrack.analysis.verdict import lexicon
from tostrack.analysis.verdict.account import is_explained
from tostrack.analysis.verdict.boilerplate import (
    around,
    consent,
    consent_switch,
    familiar_furniture,
    furniture,
    link_line,
    notice,
)
from tostrack.analysis.verdict.context import TextPair
from tostrack.analysis.verdict.minor_edits import (
    address,
    channel,
    credit,
    lost_label,
    parenthetical,
    relabelled,
)
from tostrack.analysis.verdict.name_rules import defined_term, unfilled
from tostrack.analysis.verdict.number_rules import lapsed, machine_code, numbering, numbers, stamp, statistics
from tostrack.analysis.verdict.order_rules import is_ranked, stands_elsewhere
from tostrack.analysis.verdict.quotes import quote
from tostrack.analysis.verdict.residual import Part, part_of
from tostrack.analysis.verdict.wording_rules import heading, pointer, question, renamed, same_words, wording
from tostrack.models import VERDICT_OF, Edit, Hunk, Reason, Verdict


@dataclass(frozen=True)
class RuleFinding:
    """The finding for one hunk."""

    reason: Reason
    hunk: Hunk
    #: The sentences that are really new.
    gained: str = ""
    #: The sentences that are really gone.
    lost: str = ""
    #: The name of the rule that decided; empty where none did.
    rule: str = ""

    @property
    def quote(self) -> str:
        """The words of the hunk that a reader should see."""
        return quote(self.hunk)


#: In the order they are asked: what is surely nothing first.
RULES: tuple[Callable[[Part], Reason | None], ...] = (
    stands_elsewhere,
    same_words,
    stamp,
    machine_code,
    numbering,
    around,
    furniture,
    notice,
    consent,
    consent_switch,
    link_line,
    familiar_furniture,
    question,
    heading,
    renamed,
    defined_term,
    unfilled,
    parenthetical,
    address,
    channel,
    lost_label,
    wording,
    pointer,
    statistics,
    lapsed,
    relabelled,
    credit,
    numbers,
)


#: A hunk of more characters on both sides together is no edit of a clause. The longest real one has 110,000.
LONGEST = 200_000


def take_as_new(hunk: Hunk, context: TextPair) -> RuleFinding:
    """Return the finding of *hunk* without a closer look: new or removed text."""
    if hunk.edit is Edit.MOVED and not is_ranked(context.clause(hunk)):
        return RuleFinding(Reason.ORDER, hunk, hunk.new, hunk.old, stands_elsewhere.__name__)
    reason = Reason.REMOVED_TEXT if hunk.edit is Edit.REMOVED else Reason.NEW_TEXT
    return RuleFinding(reason, hunk, hunk.new, hunk.old)


def apply_rules(hunk: Hunk, context: TextPair) -> RuleFinding:
    """Return what *hunk* comes to: the first rule that knows it, else new or removed text."""
    part = part_of(hunk, context)
    # What only moved has no words of its own that another rule could know.
    rules = RULES[:1] if hunk.edit is Edit.MOVED or not (part.old or part.new) else RULES
    reason, rule = next(
        ((reason, rule.__name__) for rule in rules if (reason := rule(part)) is not None and holds(part, reason, rule)),
        (None, ""),
    )
    if reason is None:
        reason = Reason.NEW_TEXT if _gains(part) else Reason.REMOVED_TEXT
    return RuleFinding(reason, hunk, part.gained, part.lost, rule)


def holds(part: Part, reason: Reason, rule: Callable[[Part], Reason | None]) -> bool:
    """Return whether *rule* may give *reason*: one that is silent must explain every token that changed."""
    return VERDICT_OF[reason] is Verdict.SUBSTANTIVE or is_explained(part, rule.__name__)


def _gains(part: Part) -> bool:
    if part.hunk.edit is not Edit.REWORDED:
        return bool(part.new) or part.hunk.edit is Edit.MOVED
    gone, come = part.moved
    return bool([word for word in come if word not in lexicon.SAFE]) or not gone
