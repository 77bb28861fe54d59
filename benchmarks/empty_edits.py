"""Kinds of edits that change nothing a policy says, for benchmarks/mutants.py; see meaning_edits.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from random import Random

from meaning_edits import CATALOGUE, Kind, Pair, changed, planted, sentence_in

SILENT = frozenset({"noise", "editorial"})
_STAMPS, _AROUND = CATALOGUE["stamps"], CATALOGUE["around"]


# All over the text


def everywhere(pattern: str, write: str | Callable[[re.Match[str]], str], text: str, _: str, __: Random) -> Pair | None:
    new = re.sub(pattern, write, text, flags=re.MULTILINE)
    return (text, new) if new != text else None


def _paragraphs(text: str) -> list[re.Match[str]]:
    return [*re.finditer(r"(?<=\n\n)[^\W\d_][^\n|]{60,}[.!?]\n\n", text)]


def split(text: str, _: str, chance: Random) -> Pair | None:
    """A paragraph is cut in two between its sentences."""
    found = [match for one in _paragraphs(text) for match in re.finditer(r"(?<=[a-zé]{3}\.) (?=[A-ZÉ][a-z])", one[0])]
    places = [
        one.start() + match.start()
        for one in _paragraphs(text)
        for match in re.finditer(r"(?<=[a-zé]{3}\.) (?=[A-ZÉ][a-z])", one[0])
    ]
    if not found:
        return None
    at = chance.choice(places)
    return text, f"{text[:at]}\n\n{text[at + 1 :]}"


def merged(text: str, _: str, chance: Random) -> Pair | None:
    found = [*re.finditer(r"(?<=[a-z]\.)\n\n(?=[A-Z][a-z]+ [a-z])", text)]
    if not found:
        return None
    match = chance.choice(found)
    return text, f"{text[: match.start()]} {text[match.end() :]}"


def section_moved(text: str, _: str, chance: Random) -> Pair | None:
    """Two sections without numbers change places."""
    parts = re.split(r"(?m)^(?=## [^\W\d_])", text)
    if len(parts) < 4 or re.search(r"(?i)\b(?:above|below|previous|following|section \d)\b", text):
        return None
    at = chance.randrange(1, len(parts) - 2)
    if not (parts[at].endswith("\n\n") and parts[at + 1].endswith("\n\n")):
        return None
    parts[at], parts[at + 1] = parts[at + 1], parts[at]
    return text, "".join(parts)


def repeated(text: str, _: str, chance: Random) -> Pair | None:
    """A paragraph is printed twice."""
    found = _paragraphs(text)
    if not found:
        return None
    match = chance.choice(found)
    return text, text[: match.end()] + match[0] + text[match.end() :]


def rewrapped(text: str, _: str, __: Random) -> Pair | None:
    """The lines of paragraphs break elsewhere."""
    new = re.sub(
        r"(?m)^[^\W\d_][^\n|]{120,}$",
        lambda match: re.sub(r"(.{50,70}) (?=[^\W\d_])", "\\1\n", match[0]),
        text,
    )
    return (text, new) if new != text else None


def setext(text: str, _: str, __: Random) -> Pair | None:
    new = re.sub(r"(?m)^## (.+)$", lambda match: f"{match[1]}\n{'-' * 12}", text)
    return (text, new) if new != text else None


def underlined_longer(text: str, _: str, __: Random) -> Pair | None:
    old = re.sub(r"(?m)^## (.+)$", lambda match: f"{match[1]}\n{'-' * 12}", text)
    new = re.sub(r"(?m)^## (.+)$", lambda match: f"{match[1]}\n{'-' * len(match[1])}", text)
    return (old, new) if old != new else None


def contents(text: str, _: str, __: Random) -> Pair | None:
    """A table of contents is put before the text."""
    titles = re.findall(r"(?m)^#{2,3} ([^\n]{4,80})$", text)
    first = re.search(r"(?m)^## ", text)
    if len(titles) < 4 or first is None:
        return None
    listed = "\n".join(f"- [{title}](#s{at})" for at, title in enumerate(titles))
    return text, f"{text[: first.start()]}{listed}\n\n{text[first.start() :]}"


def typo(text: str, _: str, chance: Random) -> Pair | None:
    """A letter of a long word was doubled, and is no longer."""
    found = changed(
        text,
        chance,
        r"(?<= )[a-z]{4}[bcdghkmnprtvw][a-z]{4,}(?= [a-z])",
        lambda m: f"{m[0][:5]}{m[0][4]}{m[0][5:]}",
        "prose",
    )
    return found[::-1] if found else None


def renamed(text: str, _: str, __: Random) -> Pair | None:
    """A product has another name, all over the text."""
    found = CATALOGUE["around"]
    names = re.findall(r"(?<=[a-z,] )([A-Z][a-z]{4,12})(?= [a-z]+)", text)
    often = [
        name
        for name in dict.fromkeys(names)
        if names.count(name) >= 5 and text.lower().count(f" {name.lower()}") == text.count(f" {name}")
    ]
    del found
    return (text, re.sub(rf"\b{often[0]}\b", "Examplo", text)) if often else None


def mojibake(text: str, _: str, __: Random) -> Pair | None:
    signs = {sign: sign.encode().decode("cp1252", errors="replace") for sign in "’“–éàèüöäßñç"}
    new = "".join(signs.get(sign, sign) for sign in text)
    return (text, new) if new != text and "�" not in new else None


# Planted


def stamp(days: str, text: str, language: str, chance: Random) -> Pair | None:
    write, (one, other) = _STAMPS["updated"][language], _STAMPS[days][language]
    title = re.match(r"(?:# [^\n]+\n+)?", text)
    at = title.end() if title else 0
    del chance
    return tuple(f"{text[:at]}{write.format(day)}\n\n{text[at:]}" for day in (one, other))  # type: ignore[return-value]


def at_end(before: str, after: str, text: str, _: str, __: Random) -> Pair:
    tail = text.rstrip("\n")
    old, new = (f"{tail}\n\n{block}\n" if block else f"{tail}\n" for block in (before, after))
    return old, new


def at_start(before: str, after: str, text: str, _: str, __: Random) -> Pair:
    old, new = (f"{block}\n\n{text}" if block else text for block in (before, after))
    return old, new


def relative(text: str, language: str, chance: Random) -> Pair:
    one, other = _STAMPS["relative"][language]
    return chance.choice((at_end, at_start))(one, other, text, language, chance)


def lines(name: str, place: Callable[..., Pair], gap: str, mark: str, text: str, language: str, chance: Random) -> Pair:
    block = gap.join(f"{mark}{line}" for line in _AROUND[name][language])
    return place("", block, text, language, chance)


def menu_linked(text: str, language: str, chance: Random) -> Pair:
    block = "\n".join(f"- [{line}](/p{at})" for at, line in enumerate(_AROUND["menu"][language]))
    return at_start("", block, text, language, chance)


def menu_item(text: str, language: str, chance: Random) -> Pair:
    one, two, *more = _AROUND["menu"][language]
    old = [one, *more]
    blocks = ["\n".join(f"- [{line}](/p{at})" for at, line in enumerate(items)) for items in (old, [one, two, *more])]
    return at_start(blocks[0], blocks[1], text, language, chance)


def footer_moved(text: str, language: str, chance: Random) -> Pair:
    block = "\n".join(f"- [{line}](/p{at})" for at, line in enumerate(_AROUND["menu"][language]))
    del chance
    return f"{block}\n\n{text}", f"{text.rstrip()}\n\n{block}\n"


def amid(before: str, after: str, text: str, _: str, chance: Random) -> Pair | None:
    """Something is printed between two paragraphs."""
    return planted(text, chance, before, after)


def same(entry: dict, place: str, text: str, language: str, chance: Random) -> Pair | None:
    """A sentence, or a line of the page, says the same in another form."""
    one, other = entry[language]
    if place == "page":
        return chance.choice((at_end, at_start))(one, other, text, language, chance)
    return planted(text, chance, sentence_in(place, language, one), sentence_in(place, language, other))


def cookie_toggled(text: str, language: str, chance: Random) -> Pair:
    block = "\n\n".join(_AROUND["cookies"][language])
    return at_end(block, "", text, language, chance)


def label_amid(text: str, language: str, chance: Random) -> Pair | None:
    return planted(text, chance, "", chance.choice(_AROUND["labels"][language]))


def pair_of_words(words: str, text: str, language: str, chance: Random) -> Pair | None:
    if language != "en":
        return None
    choices = [*_AROUND[words]]
    chance.shuffle(choices)
    for one, other in choices:
        if found := changed(
            text, chance, rf"(?<![\w-]){re.escape(one)}(?![\w-])", lambda _, other=other: other, "prose"
        ):
            return found
    return None


def edition(text: str, language: str, _: Random) -> Pair | None:
    """The text is written in British English, all over."""
    if language != "en":
        return None
    new = text
    for one, other in _AROUND["spelling"]:
        new = re.sub(rf"\b{one}\b", other, new)
    return (text, new) if new != text else None


def renumbered(text: str, _: str, chance: Random) -> Pair | None:
    """Numbers before headings start one later; nothing refers to them."""
    headings = [f"## {at}. {title}" for at, title in enumerate(("Scope", "Words", "Contact"), 1)]
    bodies = ["This text is about the service.", "Words have their usual sense.", "Write to the address above."]
    block = "\n\n".join(f"{head}\n\n{body}" for head, body in zip(headings, bodies, strict=True))
    later = re.sub(r"## (\d)", lambda match: f"## {int(match[1]) + 1}", block)
    return planted(text, chance, block, later)


def references(text: str, _: str, chance: Random) -> Pair | None:
    return planted(
        text,
        chance,
        "Sections 16 and 17 survive the end of the contract.",
        "Sections 15 and 16 survive the end of the contract.",
    )


_SOURCE = {
    "HTML comment added": ("", "<!-- reviewed by legal in May -->"),
    "HTML comment changed": ("<!-- todo: check with legal -->", "<!-- checked with legal, see ticket 41 -->"),
    "comment of two lines": ("", "<!--\nnotes to editors: you must not change this\n-->"),
    "attribute list": ("A note on words.\n{: .note}", "A note on words.\n{: .note .wide #words}"),
    "attribute list in a heading": ("## A note on words {#words}", "## A note on words {#a-note-on-words .wide}"),
    "template tag": ("{% include note.md %}", '{% include note-new.md kind="plain" %}'),
    "template tag added": ("", "{% if page.legal %}{% endif %}"),
    "template tag with dashes": ("{%- capture x -%}{%- endcapture -%}", "{% capture x %}{% endcapture %}"),
    "variable": ("{{ site.baseurl }}", "{{ site.url }}"),
    "shortcode": ("{{< toc >}}", "{{< toc depth=2 >}}"),
    "line break": ("One line,  \nand another.", "One line,<br>and another."),
    "anchor": ('<a name="s1"></a>The scope of the text.', '<a id="s-1"></a>The scope of the text.'),
    "span": ("The scope of the text.", '<span class="x">The scope</span> of the text.'),
    "div": ("The scope of the text.", '<div class="legal">\n\nThe scope of the text.\n\n</div>'),
    "image hash": ("![](/img/hero.4f9c2e1a.png)", "![](/img/hero.83ad01b7.png)"),
    "image format": ("![](/img/hero.webp)", "![](/img/hero.jpg)"),
    "signed image": (
        "![](https://cdn.example.org/a.png?sig=1a2b&oe=5F)",
        "![](https://cdn.example.org/a.png?sig=9f8e&oe=61)",
    ),
    "link query": (
        "See [the help pages](https://example.org/help?utm_source=a&v=1).",
        "See [the help pages](https://example.org/help?utm_source=b&v=2).",
    ),
    "link session": (
        "See [the help pages](https://example.org/help?sid=4411ab).",
        "See [the help pages](https://example.org/help?sid=99c0de).",
    ),
    "link fragment": (
        "See [the help pages](https://example.org/help#top).",
        "See [the help pages](https://example.org/help#start).",
    ),
    "link scheme": (
        "See [the help pages](http://example.org/help).",
        "See [the help pages](https://example.org/help).",
    ),
    "link www": (
        "See [the help pages](https://example.org/help).",
        "See [the help pages](https://www.example.org/help/).",
    ),
    "link title": (
        "See [the help pages](https://example.org/help).",
        'See [the help pages](https://example.org/help "Help").',
    ),
    "link made": ("See the help pages.", "See [the help pages](https://example.org/help)."),
    "link region": (
        "See [the help pages](https://example.org/en-gb/help).",
        "See [the help pages](https://example.org/en-us/help).",
    ),
    "new tab hint": (
        "See [the help pages](https://example.org/help).",
        "See [the help pages](https://example.org/help) (opens in a new tab).",
    ),
    "hidden address": ("Write to help@example.org.", "Write to [email protected]."),
    "spelled address": ("Write to help@example.org.", "Write to help [at] example [dot] org."),
    "linked address": ("Write to help@example.org.", "Write to [help@example.org](mailto:help@example.org)."),
    "footnote mark": ("Words have their usual sense.", "Words have their usual sense.[1]"),
    "pointer": (
        "Words have their usual sense.",
        "Words have their usual sense. For more information, see our help pages.",
    ),
    "date form": ("This notice is dated 3 May 2024.", "This notice is dated May 3, 2024."),
    "date ordinal": ("This notice is dated 3 May 2024.", "This notice is dated 3rd May 2024."),
    "number twice": ("Send it within 30 days.", "Send it within thirty (30) days."),
    "table padded": ("| A | B |\n| --- | --- |\n| One | Two |", "|  A   |  B  |\n|:----:|:---:|\n|  One | Two |"),
    "bold run-in": ("**Scope.** This text is about the service.", "_Scope._ This text is about the service."),
    "rule": ("", "* * *"),
    "empty item": ("- One word\n- Another word", "- One word\n- \n- Another word"),
    "entity": ("Terms & words.", "Terms &amp; words."),
    "star list": ("- One word\n- Another word", "* One word\n* Another word"),
    "letters for numbers": ("1. One word\n2. Another word", "- One word\n- Another word"),
    "repeated word": ("This text is about the the service.", "This text is about the service."),
    "serial comma": (
        "Words, signs and marks have their usual sense.",
        "Words, signs, and marks have their usual sense.",
    ),
    "handlebars": ("{{#if eu}}Words are used.{{/if}}", "Words are used."),
    "ERB comment": ("", "<%# reviewed -%>"),
    "comment by a link": ("[//]: # (draft)", "[//]: # (final)"),
    "spoken address": ("Write to help@example.org.", "Write to help AT example DOT org."),
    "ordinal before a comma": ("It is dated May 3rd, 2024.", "It is dated May 3, 2024."),
    "thousands apart": ("Up to 10,000 words.", "Up to 10 000 words."),
    "entries in another order": ("It has dots, signs and words.", "It has signs, words and dots."),
    "clock": ("Page generated 10:11:12", "Page generated 11:12:13"),
    "revision": ("Revision 14", "Revision 15"),
    "Czech stamp": ("Poslední aktualizace: 3. května 2024", "Poslední aktualizace: 4. června 2024"),
    "Russian stamp": ("Последнее обновление: 3 мая 2024 г.", "Последнее обновление: 4 июня 2024 г."),
    "Korean stamp": ("최종 수정일: 2024년 5월 3일", "최종 수정일: 2024년 6월 4일"),
    "Hungarian stamp": ("Utolsó frissítés: 2024. május 3.", "Utolsó frissítés: 2024. június 4."),
    "share buttons": ("", "Share on Facebook\n\nShare on X\n\nCopy link"),
    "breadcrumb": ("Home > Legal > Terms", "Home › Help › Legal › Terms"),
}
_SIGNS: tuple[tuple[str, str, str, str | Callable[[re.Match[str]], str]], ...] = (
    ("curly apostrophes", "typography", r"’", "'"),
    ("straight apostrophes", "typography", r"(?<=\w)'(?=\w)", "’"),
    ("curly quotes", "typography", r"[“”]", '"'),
    ("no-break spaces", "white space", r"(?<=[a-z]) (?=[a-z])", "\u00a0"),
    ("two spaces", "white space", r"(?<=\.) (?=[A-Z])", "  "),
    ("trailing spaces", "white space", r"(?<=[.;])$", "  "),
    ("blank lines", "white space", r"\n\n", "\n\n\n"),
    ("zero-width spaces", "white space", r"(?<=\n)(?=[A-Z])", "\u200b"),
    ("soft hyphens", "typography", r"(?<=[a-z]{6})(?=[a-z]{6})", "\u00ad"),
    ("dashes", "typography", r" – ", " — "),
    ("dots", "typography", r"\.\.\.", "…"),
    ("bold gone", "markup", r"\*\*", ""),
    ("bold put", "markup", r"^([A-Z][^\n|*\[\]]{30,})$", r"**\1**"),
    ("headings in capitals", "case", r"^#{1,3} [^\n]+$", lambda match: match[0].upper()),
    ("headings deeper", "markup", r"^## ", "### "),
    ("bullets", "markup", r"^- ", "*   "),
    ("links gone", "markup", r"(?<!!)\[([^\[\]]+)\]\([^()]*\)", r"\1"),
    ("queries in links", "address", r"(\]\(https?://[^()\s?#]+)\)", r"\1?utm_medium=page)"),
    ("ligatures", "typography", r"fi(?=[a-z])", "\ufb01"),
    ("space before a colon", "typography", r"(?<=[a-z]) ?:$", "\u202f:"),
    ("full stop of items", "typography", r"^(- [^\n]{10,}[a-z])$", r"\1."),
)


def _around_kinds() -> Iterator[Kind]:
    for name, (before, after) in _SOURCE.items():
        yield Kind(name, "form", "Markdown source", partial(amid, before, after), SILENT, planted=True)
    for at, (one, other) in enumerate(_STAMPS["lines"]):
        yield Kind(
            f"line {at}: {one}", "stamp", "page", partial((at_end, at_start)[at % 2], one, other), SILENT, planted=True
        )
    for days in ("days", "dotted"):
        yield Kind(f"last updated, {days}", "stamp", "page", partial(stamp, days), SILENT, planted=True)
    for name, place, gap, mark in (
        ("menu", at_start, "\n", "- "),
        ("menu", at_end, "\n\n", ""),
        ("cookies", at_end, "\n\n", ""),
        ("cookies", at_start, "\n\n", ""),
        ("helpful", at_end, "\n\n", ""),
        ("labels", at_start, "\n\n", ""),
        ("labels", at_end, "\n", "- "),
    ):
        act = partial(lines, name, place, gap, mark)
        yield Kind(f"{name}, {place.__name__}", "furniture", "page", act, SILENT, planted=True)


def kinds() -> list[Kind]:
    """Return all kinds, in a fixed order."""
    found = [
        Kind(name, token, "text", partial(everywhere, pattern, write), SILENT) for name, token, pattern, write in _SIGNS
    ]
    found += [*_around_kinds()]
    for entry in CATALOGUE["same"]:
        for place in [entry["place"]] if "place" in entry else ("prose", "list"):
            act = partial(same, entry, place)
            found.append(Kind(f"{entry['name']}, {place}", "form", place, act, SILENT, planted=True))
    found += [
        Kind(name, token, place, act, SILENT)
        for name, token, place, act in (
            ("paragraph split", "layout", "prose", split),
            ("paragraphs merged", "layout", "prose", merged),
            ("section moved", "layout", "text", section_moved),
            ("paragraph repeated", "layout", "prose", repeated),
            ("lines rewrapped", "white space", "prose", rewrapped),
            ("setext headings", "markup", "heading", setext),
            ("underlines longer", "markup", "heading", underlined_longer),
            ("table of contents", "furniture", "page", contents),
            ("typing error corrected", "word", "prose", typo),
            ("product renamed", "name", "text", renamed),
            ("double encoding", "typography", "text", mojibake),
            ("relative date", "stamp", "page", relative),
            ("menu linked", "furniture", "page", menu_linked),
            ("menu item", "furniture", "page", menu_item),
            ("footer moved", "furniture", "page", footer_moved),
            ("cookie layer gone", "furniture", "page", cookie_toggled),
            ("label amid the text", "furniture", "prose", label_amid),
            ("British spelling of a word", "word", "prose", partial(pair_of_words, "spelling")),
            ("another way to write a word", "word", "prose", partial(pair_of_words, "pairs")),
            ("British edition", "word", "text", edition),
            ("headings renumbered", "number", "heading", renumbered),
            ("references renumbered", "number", "prose", references),
        )
    ]
    return found
