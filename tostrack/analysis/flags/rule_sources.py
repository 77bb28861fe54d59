"""The files that decide what is flagged, those that ship and a user's own, and what their rules mean.

Nothing here compiles a pattern of a rule: the commands that print flags need no more.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Polarity, sha256

BUILT_IN = Path(__file__).with_name("topics.toml")
PACKS = Path(__file__).with_name("packs")
ROLE_RULES = Path(__file__).with_name("roles.toml")
SHIPPED_WEIGHTS = Path(__file__).with_name("weights.json")

#: Raised when the code reads the same rules otherwise, so that flags which it stored before are known to be stale.
_READING = 3


#: A flag by weights carries this, and the topic, as the name of its rule.
LEARNT = "learnt-"


class RuleFile(NamedTuple):
    """A file of rules: what messages call it, and its TOML."""

    name: str
    text: str
    #: It is a pack: it may hold rules over roles as well, with their words in each language.
    is_pack: bool = False


@cache
def list_packs() -> tuple[str, ...]:
    """Return the names of the topic packs that ship, each the name of its topic."""
    return tuple(sorted(file.stem for file in PACKS.glob("*.toml")))


@cache
def load_pack(name: str) -> RuleFile:
    """Return the rules of the pack *name*, one of `list_packs`."""
    return RuleFile(f"packs/{name}.toml", (PACKS / f"{name}.toml").read_text("utf-8"), is_pack=True)


def list_pack_meanings() -> dict[str, str]:
    """Return what each topic pack that ships is about, by its name."""
    tables = {name: load_meanings(PACKS / f"{name}.toml") for name in list_packs()}
    return {name: str(table["topic"][name]["meaning"]) for name, table in tables.items()}


@lru_cache(maxsize=64)
def load_tables(source: RuleFile) -> dict[str, Any]:
    """Return the tables of *source*, which has no mistake."""
    return tomllib.loads(source.text)


@lru_cache(maxsize=16)
def hash_rules(own: tuple[RuleFile, ...]) -> str:
    """Return what changes with the shipped rules, words and weights and with the user's *own*: 16 hex digits."""
    # The files as bytes: parsing the words of every language would take longer than what reading commands do.
    languages = sorted((BUILT_IN.parents[2] / "language").glob("*.toml"))
    parts = [sha256(file.read_bytes()) for file in (BUILT_IN, SHIPPED_WEIGHTS, ROLE_RULES, *languages)]
    return sha256("\n".join([str(_READING), *parts, *(sha256(source.text) for source in own)]))[:16]


@cache
def load_role_tables() -> dict[str, Any]:
    """Return the tables of `roles.toml`."""
    return tomllib.loads(ROLE_RULES.read_text("utf-8"))


#: What of a file that ships names a table, or says what a rule means and why it is there, each on one line.
_MEANINGS = lazy_pattern(r"^(?:\[[\w.-]+\]|(?:meaning|denied|polarity|why) = .*)$", re.MULTILINE)


@cache
def load_meanings(path: Path) -> dict[str, Any]:
    """Return the tables of a file that ships with nothing but meanings: a tenth of it, and all that readers print."""
    return tomllib.loads("\n".join(_MEANINGS.findall(path.read_text("utf-8"))))


def _tables(own: tuple[RuleFile, ...]) -> list[dict[str, Any]]:
    return [load_meanings(BUILT_IN), *map(load_tables, own), load_meanings(ROLE_RULES)]


@lru_cache(maxsize=16)
def list_topics(own: tuple[RuleFile, ...]) -> dict[str, str]:
    """Return each topic with what it is about; files of a user that hold mistakes must be left out before."""
    return {name: topic["meaning"] for table in _tables(own) for name, topic in table.get("topic", {}).items()}


@lru_cache(maxsize=16)
def _rules(own: tuple[RuleFile, ...]) -> dict[str, dict[str, Any]]:
    return {
        name: rule for table in _tables(own) for key in ("rule", "role") for name, rule in table.get(key, {}).items()
    }


def find_why(own: tuple[RuleFile, ...], name: str) -> str:
    """Return why the rule *name* exists; empty for a rule that is not there."""
    return str(_rules(own).get(name, {}).get("why", ""))


@lru_cache(maxsize=1024)
def find_meaning(own: tuple[RuleFile, ...], name: str, polarity: Polarity) -> str:
    """Return what a flag of the rule *name* means to a reader; empty for a rule that is not there."""
    if rule := _rules(own).get(name):
        said = polarity == rule.get("polarity", Polarity.PERMITS)
        return str(rule["meaning"] if said else rule.get("denied", ""))
    if not name.startswith(LEARNT):
        return ""
    from tostrack.analysis.flags.weights import shipped_weights

    return next((learnt.meaning for learnt in shipped_weights() if name == LEARNT + learnt.topic), "")
