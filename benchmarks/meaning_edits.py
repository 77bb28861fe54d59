"""Kinds of edits that change what a policy says, for benchmarks/mutants.py.

A kind is a function (text, language, random) that returns the text before and after, or None where the text has no
place for it. A planted kind puts an invented block into both texts; the others change one word of a real one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl")
CATALOGUE = tomllib.loads(Path(__file__).with_name("mutants.toml").read_text(encoding="utf-8"))
Pair = tuple[str, str]
Apply = Callable[[str, str, Random], Pair | None]


@dataclass(frozen=True)
class Kind:
    """One kind of edit."""

    name: str
    #: The class of the token that changes.
    token: str
    place: str
    apply: Apply
    #: The verdicts that are right: an edit that changes a link's document is at least editorial.
    right: frozenset[str] = frozenset({"substantive"})
    planted: bool = False


# Where a block is planted: between two paragraphs in the middle of the text.


def planted(text: str, chance: Random, before: str, after: str) -> Pair | None:
    """Return *text* with *before* and with *after* planted at one place between its paragraphs."""
    cuts = [match.end() for match in re.finditer(r"\n\n(?=[^\W\d_])", text)]
    cuts = cuts if len(cuts) > 2 else [match.end() for match in re.finditer(r"\n\n(?=#)", text)]
    inner = cuts[len(cuts) // 10 : -max(1, len(cuts) // 10)]
    if not inner:
        return None
    at = chance.choice(inner)
    sides = (f"{text[:at]}{block}\n\n{text[at:]}" if block else text for block in (before, after))
    old, new = sides
    return old, new


def in_table(language: str, label: str, value: str) -> str:
    head, row = CATALOGUE["frame"]["header"][language], CATALOGUE["frame"]["row"][language]
    lines = [head, ["---", "---"], row, [label, value]]
    return "\n".join(f"| {one} | {other} |" for one, other in lines)


def in_definition(language: str, label: str, value: str) -> str:
    one, other = CATALOGUE["frame"]["row"][language]
    return f"{one}\n\n{other}\n\n{label}\n\n{value}"


def under_question(_: str, label: str, value: str) -> str:
    return f"### {label}?\n\n{value}{'' if value.endswith(('.', '?')) else '.'}"


def under_heading(_: str, label: str, value: str) -> str:
    return f"### {label}\n\n{value}"


def in_list(language: str, label: str, value: str) -> str:
    one, other = CATALOGUE["frame"]["row"][language]
    return f"{CATALOGUE['frame']['lead'][language]}\n\n- {one}: {other}\n- {label}: {value}"


def in_prose(_: str, label: str, value: str) -> str:
    return f"{label}: {value}."


def in_source(language: str, label: str, value: str) -> str:
    one, other = CATALOGUE["frame"]["row"][language]
    return f"**{one}**  \n{other}\n{{: .answer}}\n\n**{label}**  \n{value}\n{{: .answer}}"


def in_title(language: str, label: str, value: str) -> str:
    one, other = CATALOGUE["frame"]["row"][language]
    return f"### {label}: {value}\n\n{one}: {other}."


def bold_line(_: str, label: str, value: str) -> str:
    return f"**{label}:** {value}"


def behind_label(_: str, label: str, value: str) -> str:
    return f"{label}: {value}"


def behind_dash(_: str, label: str, value: str) -> str:
    return f"{label} – {value}"


def behind_bold(_: str, label: str, value: str) -> str:
    return f"**{label}** {value}"


CLAIM_PLACES = {
    "table": in_table,
    "definition list": in_definition,
    "FAQ": under_question,
    "heading": under_heading,
    "title": in_title,
    "bold line": bold_line,
    "list": in_list,
    "prose": in_prose,
    "Markdown source": in_source,
    "label": behind_label,
    "dash": behind_dash,
    "bold label": behind_bold,
}


def sentence_in(place: str, language: str, sentence: str) -> str:
    if not sentence:
        return ""
    frame = CATALOGUE["frame"]
    one, other = frame["row"][language]
    if place == "list":
        return f"{frame['lead'][language]}\n\n- {one}: {other}.\n- {sentence}"
    if place == "FAQ":
        return f"### {frame['question'][language]}\n\n{sentence}"
    if place == "table":
        return in_table(language, frame["question"][language], sentence)
    if place == "Markdown source":
        return f"<!-- clause -->\n{sentence}\n{{: .note}}"
    return sentence


def claim(entry: dict, place: str, text: str, language: str, chance: Random) -> Pair | None:
    label, before, after = entry.get(language) or entry["any"]
    write = CLAIM_PLACES[place]
    return planted(text, chance, write(language, label, before), write(language, label, after))


def sentence(entry: dict, place: str, text: str, language: str, chance: Random) -> Pair | None:
    before, after = entry[language]
    return planted(text, chance, sentence_in(place, language, before), sentence_in(place, language, after))


def item_added(entry: dict, place: str, text: str, language: str, chance: Random) -> Pair | None:
    """An item of a list is added, in a list or as a short paragraph beside others."""
    first, second = entry[language]
    one = CATALOGUE["frame"]["row"][language][0]
    mark = "- " if place == "list" else ""
    gap = "\n" if place == "list" else "\n\n"
    lead = CATALOGUE["frame"]["lead"][language]
    before = f"{lead}\n\n{mark}{one}{gap}{mark}{first}"
    return planted(text, chance, before, f"{before}{gap}{mark}{second}")


def item_swapped(entry: dict, text: str, language: str, chance: Random) -> Pair | None:
    """An item gives way to words that stand elsewhere in the text already."""
    first, second = entry[language]
    one = CATALOGUE["frame"]["row"][language][0]
    lead = CATALOGUE["frame"]["lead"][language]
    both = planted(text, chance, f"{second}: {one}.", f"{second}: {one}.")
    block = f"{lead}\n\n- {one}\n- {{}}"
    return planted(both[0], chance, block.format(first), block.format(second)) if both else None


def points_swapped(text: str, language: str, chance: Random) -> Pair | None:
    """Two points change places while a clause refers to one of them."""
    one, two = (entry[language][1] for entry in CATALOGUE["items"])
    block = "{lead}\n\n(a) {a}.\n\n(b) {b}.\n\n(b): {question}"
    frame = CATALOGUE["frame"]
    common = {"lead": frame["lead"][language], "question": frame["question"][language]}
    return planted(text, chance, block.format(a=one, b=two, **common), block.format(a=two, b=one, **common))


def scope_of_title(text: str, language: str, chance: Random) -> Pair | None:
    before, after = CATALOGUE["words"]["scope"][language]
    label = CATALOGUE["claims"][6][language][0]
    return planted(text, chance, f"## {label}{before}", f"## {label}{after}")


def link_document(before: str, after: str, text: str, language: str, chance: Random) -> Pair | None:
    label = CATALOGUE["claims"][5][language][0]
    return planted(text, chance, f"{label}: [PDF]({before}).", f"{label}: [PDF]({after}).")


def link_document_line(before: str, after: str, text: str, language: str, chance: Random) -> Pair | None:
    label = CATALOGUE["claims"][5][language][0]
    return planted(text, chance, f"[{label}]({before})", f"[{label}]({after})")


def literal(before: str, after: str, text: str, _: str, chance: Random) -> Pair | None:
    return planted(text, chance, before, after)


def vowel_sign(text: str, _: str, chance: Random) -> Pair | None:
    before, after = chance.choice(CATALOGUE["words"]["indic"])
    return planted(text, chance, before, after)


# In the real text: one place of a pattern is changed.

_LINES = {
    "list": re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+\S", re.MULTILINE),
    "table": re.compile(r"^\|", re.MULTILINE),
    "heading": re.compile(r"^#{1,6} ", re.MULTILINE),
}


def place_of(text: str, at: int) -> str:
    """Return what the line of *text* at *at* is."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start : start + 80]
    return next((name for name, pattern in _LINES.items() if pattern.match(line)), "prose")


#: In a link's address nothing is read.
_ADDRESS = re.compile(r"\]\([^()]*\)|https?://\S+|<[^<>\n]*>")


def changed(text: str, chance: Random, pattern: str, write: Callable[[re.Match[str]], str], place: str) -> Pair | None:
    """Return *text* and the same with one match of *pattern* in *place* written otherwise."""
    addresses = [match.span() for match in _ADDRESS.finditer(text)]
    found = [
        match
        for match in re.finditer(pattern, text)
        if place_of(text, match.start()) == place and not any(start <= match.start() < end for start, end in addresses)
    ]
    if not found:
        return None
    match = chance.choice(found)
    new = write(match)
    return None if new == match[0] else (text, text[: match.start()] + new + text[match.end() :])


def word_removed(words: str, place: str, text: str, language: str, chance: Random) -> Pair | None:
    choices = "|".join(map(re.escape, CATALOGUE["words"][words][language]))
    return changed(text, chance, rf"(?<=\w )(?:{choices}) (?=\w)", lambda _: "", place)


def word_added(words: str, place: str, text: str, language: str, chance: Random) -> Pair | None:
    word = CATALOGUE["words"][words][language][0]
    modals = "|".join(re.escape(one) for one, _ in CATALOGUE["words"]["modals"][language])
    return changed(text, chance, rf"\b(?:{modals})\b(?= \w)(?! {word}\b)", lambda match: f"{match[0]} {word}", place)


def word_exchanged(words: str, place: str, text: str, language: str, chance: Random) -> Pair | None:
    before, after = chance.choice(CATALOGUE["words"][words][language])
    return changed(text, chance, rf"(?<![\w-]){re.escape(before)}(?![\w-])", lambda _: after, place)


_UNITS = (
    r"(?:calendar |business |working )?(?:days?|months?|years?|hours?|minutes?|Tagen?|Tage|Monaten?|Monate|Jahren?"
    r"|Jahre|jours?|mois|ans|heures?|días|meses|años|giorni|mesi|anni|dias|anos|dagen|maanden|jaar|dni|miesięcy|lat)\b"
)


def period(place: str, text: str, _: str, chance: Random) -> Pair | None:
    return changed(text, chance, rf"\b\d{{1,3}}(?= {_UNITS})", lambda match: str(int(match[0]) * 2 + 1), place)


def percent(place: str, text: str, _: str, chance: Random) -> Pair | None:
    return changed(text, chance, r"\b\d{1,3}(?= ?%)", lambda match: str(int(match[0]) + 7), place)


def amount(place: str, text: str, _: str, chance: Random) -> Pair | None:
    return changed(text, chance, r"(?<=[$€£])\d[\d,.]*\d", lambda match: f"{match[0][0]}{match[0]}", place)


def currency(place: str, text: str, _: str, chance: Random) -> Pair | None:
    return changed(text, chance, r"[$€£](?= ?\d)", lambda match: {"$": "₹", "€": "$", "£": "€"}[match[0]], place)


def item_removed(text: str, _: str, chance: Random) -> Pair | None:
    items = [*re.finditer(r"(?m)^- [^\n\[\]]{20,200}\n(?=- )", text)]
    if not items:
        return None
    match = chance.choice(items)
    return text, text[: match.start()] + text[match.end() :]


def clause_removed(text: str, language: str, chance: Random) -> Pair | None:
    modals = "|".join(re.escape(one) for one, _ in CATALOGUE["words"]["modals"][language])
    found = [
        match for match in re.finditer(r"(?<=\n\n)[^\W\d_][^\n]{80,400}\.\n\n", text) if re.search(modals, match[0])
    ]
    if not found:
        return None
    match = chance.choice(found)
    return (text, text[: match.start()] + text[match.end() :]) if text.count(match[0].strip()) == 1 else None


def sentence_removed(text: str, language: str, chance: Random) -> Pair | None:
    """A sentence that obliges or allows is taken out of a paragraph."""
    modals = "|".join(re.escape(one) for one, _ in CATALOGUE["words"]["modals"][language])
    pattern = rf"(?<=[a-zé]{{3}}\. )[A-ZÉÜÄÖ][^.\n]{{0,200}}\b(?:{modals})\b[^.\n]{{20,200}}\. (?=[A-ZÉÜÄÖ])"
    return changed(text, chance, pattern, lambda _: "", "prose")


def sentence_put_in(text: str, language: str, chance: Random) -> Pair | None:
    """A sentence is put into a paragraph of the text."""
    said = chance.choice(CATALOGUE["sentences"])[language][1]
    return changed(text, chance, r"(?<=[a-zé]{3}\.) (?=[A-ZÉÜÄÖ][a-z])", lambda _: f" {said} ", "prose")


def item_replaced(text: str, _: str, chance: Random) -> Pair | None:
    """An item of a list gives way to another paragraph's first words, which stand in the text already."""
    items = [*re.finditer(r"(?m)^- ([^\n\[\]:]{12,80})$", text)]
    others = re.findall(r"(?m)(?<=\n\n)([^\W\d_][\w ]{12,40})\b", text)
    if not items or not others:
        return None
    match, said = chance.choice(items), chance.choice(others)
    return None if said in match[0] else (text, f"{text[: match.start(1)]}{said}{text[match.end(1) :]}")


def _real(language_words: str, act: Apply, token: str, name: str) -> Iterator[Kind]:
    for place in ("prose", "list"):
        yield Kind(f"{name}, {place}", token, place, partial(act, language_words, place))


def _claims() -> Iterator[Kind]:
    for entry in CATALOGUE["claims"]:
        for place in CLAIM_PLACES:
            yield Kind(f"{entry['name']}, {place}", entry["token"], place, partial(claim, entry, place), planted=True)


def _sentences() -> Iterator[Kind]:
    for entry in CATALOGUE["sentences"]:
        for place in ("prose", "list", "FAQ", "table", "Markdown source"):
            act = partial(sentence, entry, place)
            yield Kind(f"{entry['name']}, {place}", entry["token"], place, act, planted=True)


def _literals() -> Iterator[Kind]:
    for name, token, place, before, after in (
        (
            "robots rule",
            "word",
            "Markdown source",
            "```\nUser-agent: Example\nDisallow: /\n```",
            "```\nUser-agent: Example\nAllow: /\n```",
        ),
        ("checkbox", "marker", "list", "- [ ] Share with partners", "- [x] Share with partners"),
        (
            "alt text",
            "marker",
            "table",
            "| Sold | ![No](/no.svg) |\n| --- | --- |",
            "| Sold | ![Yes](/yes.svg) |\n| --- | --- |",
        ),
        (
            "icon in a cell",
            "marker",
            "table",
            "| Feature | Free |\n| --- | --- |\n| Export | ✓ |",
            "| Feature | Free |\n| --- | --- |\n| Export | ✗ |",
        ),
        ("hyphen range", "number", "prose", "Refunds take 5-10 days.", "Refunds take 5–15 days."),
        ("range to number", "sign", "prose", "Refunds take 5–10 days.", "Refunds take 510 days."),
        ("approximate sign", "sign", "table", "| Fee | ~5 |\n| --- | --- |", "| Fee | 5 |\n| --- | --- |"),
        ("per mille", "sign", "table", "| Fee | 5‰ |\n| --- | --- |", "| Fee | 5% |\n| --- | --- |"),
        ("thousand separator", "sign", "prose", "The limit is 10,000 messages.", "The limit is 10.000,5 messages."),
        ("fraction", "sign", "prose", "A deposit of ½ is due.", "A deposit of ¼ is due."),
        ("degree", "unit", "list", "- Storage: 5 GB\n- Seats: 2", "- Storage: 5 MB\n- Seats: 2"),
        ("footnote glued", "number", "prose", "Reports are kept for 30 days.", "Reports are kept for 301 days."),
        (
            "phone hotline for suits",
            "word",
            "prose",
            "Claims go to arbitration in Springfield.",
            "Claims go to arbitration in Shelbyville.",
        ),
        (
            "under see also",
            "clause",
            "heading",
            "## See also\n\nMore about this.",
            "## See also\n\nMore about this.\n\nInsurance companies receive your driving record.",
        ),
        (
            "under more information",
            "clause",
            "heading",
            "## More information\n\nMore about this.",
            "## More information\n\nMore about this.\n\nUnused credit lapses after a month.",
        ),
        (
            "company form",
            "party",
            "prose",
            "The contract is with Example Ireland Limited.",
            "The contract is with Example Inc.",
        ),
        ("law", "word", "prose", "The law of Ireland governs these terms.", "The law of Delaware governs these terms."),
        (
            "shape in a cell",
            "marker",
            "table",
            "| Feature | Free |\n| --- | --- |\n| Export | ● |",
            "| Feature | Free |\n| --- | --- |\n| Export | ○ |",
        ),
        (
            "cells exchanged",
            "answer",
            "table",
            "| Feature | Free | Team |\n| --- | --- | --- |\n| Export | Yes | No |",
            "| Feature | Free | Team |\n| --- | --- | --- |\n| Export | No | Yes |",
        ),
        (
            "columns exchanged",
            "number",
            "table",
            "| Plan | Free | Team |\n| --- | --- | --- |\n| Seats | 5 | 50 |",
            "| Plan | Free | Team |\n| --- | --- | --- |\n| Seats | 50 | 5 |",
        ),
        (
            "year in a cell",
            "date",
            "table",
            "| Region | Until |\n| --- | --- |\n| EU | 2026 |",
            "| Region | Until |\n| --- | --- |\n| EU | 2030 |",
        ),
        ("dollar of another country", "currency", "prose", "The fee is $5.", "The fee is A$5."),
        ("scale of a cap", "unit", "prose", "The cap is 10k requests.", "The cap is 10M requests."),
        ("rate", "number", "list", "- Calls: 0.20 €/min\n- Texts: 0.10 €", "- Calls: 2.0 €/min\n- Texts: 0.10 €"),
        ("season", "word", "prose", "The offer ends in summer 2026.", "The offer ends in winter 2026."),
        (
            "edition of an interface",
            "number",
            "prose",
            "Version 2 of it stays available.",
            "Version 3 of it stays available.",
        ),
        ("section of a law", "number", "prose", "Rights under Section 512 remain.", "Rights under Section 230 remain."),
        ("radio button", "marker", "list", "- (x) Daily ( ) Weekly\n- Mail", "- ( ) Daily (x) Weekly\n- Mail"),
        (
            "row under another title",
            "item",
            "table",
            "| Set | Data |\n| --- | --- |\n| Sold | |\n| a | Name |\n| b | Diary |\n| Kept | |\n| c | Photo |",
            "| Set | Data |\n| --- | --- |\n| Sold | |\n| a | Name |\n| Kept | |\n| b | Diary |\n| c | Photo |",
        ),
        (
            "item under another bold line",
            "item",
            "list",
            "**Sold**\n\n- names\n- diaries\n\n**Kept**\n\n- photos",
            "**Sold**\n\n- names\n\n**Kept**\n\n- photos\n- diaries",
        ),
        ("month behind a label", "date", "prose", "Ends: May 2027", "Ends: June 2027"),
        ("code of a country", "word", "prose", "It holds in AT, BE and US.", "It holds in AT, BE and DE."),
        ("how exact", "qualifier", "prose", "Backups last about 30 days.", "Backups last 30 days."),
        ("count in words", "number", "prose", "Two of three members decide.", "Three of three members decide."),
        ("entry that is a label", "word", "prose", "All right, title, and interest.", "All right, and interest."),
        (
            "parties of a bold sentence",
            "party",
            "prose",
            "**Pupils are rated by teachers.**",
            "**Teachers are rated by pupils.**",
        ),
        ("inserted text", "struck", "prose", "You may resell access.", "You may ~~resell~~ access."),
    ):
        yield Kind(f"{name}, {place}", token, place, partial(literal, before, after), planted=True)


def kinds() -> list[Kind]:
    """Return all kinds, in a fixed order."""
    shown = frozenset({"substantive", "editorial"})
    found = [*_claims(), *_sentences(), *_literals()]
    for entry in CATALOGUE["items"]:
        for place in ("list", "prose"):
            act = partial(item_added, entry, place)
            found.append(Kind(f"{entry['name']} added, {place}", "item", place, act, planted=True))
        found.append(Kind(f"{entry['name']} swapped", "item", "list", partial(item_swapped, entry), planted=True))
    host = "https://example.org/legal"
    found += [
        Kind("points swapped", "item", "list", points_swapped, shown, planted=True),
        Kind("scope of a title", "scope", "heading", scope_of_title, planted=True),
        Kind(
            "linked file",
            "address",
            "prose",
            partial(link_document, f"{host}/dpa-2025-01.pdf", f"{host}/dpa-2026-11.pdf"),
            shown,
            planted=True,
        ),
        Kind(
            "linked host",
            "address",
            "prose",
            partial(link_document, f"{host}/dpa.pdf", "https://example.net/legal/dpa.pdf"),
            shown,
            planted=True,
        ),
        Kind(
            "linked file of a line",
            "address",
            "link",
            partial(link_document_line, f"{host}/terms-v1.pdf", f"{host}/terms-v2.pdf"),
            shown,
            planted=True,
        ),
        Kind("vowel sign", "word", "prose", vowel_sign, planted=True),
        Kind("item removed", "item", "list", item_removed),
        Kind("item replaced", "item", "list", item_replaced),
        Kind("clause removed", "clause", "prose", clause_removed),
        Kind("sentence removed", "clause", "prose", sentence_removed),
        Kind("sentence put in", "clause", "prose", sentence_put_in),
    ]
    found += [*_real("negation", word_removed, "negation", "negation of the text removed")]
    found += [*_real("negation", word_added, "negation", "negation put in")]
    found += [*_real("limits", word_removed, "condition", "only of the text removed")]
    found += [*_real("limits", word_added, "condition", "only put in")]
    found += [*_real("qualifiers", word_removed, "qualifier", "qualifier of the text removed")]
    found += [*_real("modals", word_exchanged, "modal", "modal of the text exchanged")]
    found += [*_real("parties", word_exchanged, "party", "party of the text exchanged")]
    found += [*_real("conditions", word_exchanged, "condition", "condition of the text exchanged")]
    for name, token, act in (
        ("period of the text", "number", period),
        ("percentage of the text", "number", percent),
        ("amount of the text", "number", amount),
        ("currency of the text", "currency", currency),
    ):
        found += [Kind(f"{name}, {place}", token, place, partial(act, place)) for place in ("prose", "list", "table")]
    return found
