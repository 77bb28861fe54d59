"""Machine-readable preferences as clauses: robots.txt with its signals for AI, and JSON and XML such as TDMRep and RSL.

Every rule is a clause of its own that says all of it, so that a rule that flips is one clause that changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

from tostrack.clauses import join_clauses
from tostrack.errors import ExtractError
from tostrack.extraction.dom import etree
from tostrack.extraction.inline import escape, tidy
from tostrack.extraction.markdown import guarded
from tostrack.models import Clause

#: Clauses of one file; a longer list says nothing that a person reads.
_MOST_CLAUSES = 20_000
_MOST_DEEP = 20
_FIELD = re.compile(r"\s*([A-Za-z][\w -]{0,40}?)\s*:\s*(.*?)\s*")
#: Fields that hold for the agents named above them; the others hold for the site.
_OF_GROUP = frozenset(
    ("allow", "disallow", "crawl-delay", "request-rate", "content-usage", "content-signal", "noindex")
)


def preferences_to_markdown(text: str, kind: str, url: str = "") -> str:
    """Return a file of preferences as Markdown; *kind* is ``robots``, ``json`` or ``xml``.

    Raises:
        ExtractError: It holds nothing, or is not what it claims to be.
    """
    clauses: list[Clause] = []
    try:
        for clause in _READERS[kind](text):
            clauses.append(clause)
            if len(clauses) > _MOST_CLAUSES:
                break
    except (ValueError, RecursionError, etree.XMLSyntaxError) as error:
        raise ExtractError(f"{url or 'file'}: it is not {kind.upper()}", cause="empty") from error
    markdown = join_clauses(clauses)
    if not markdown:
        raise ExtractError(f"{url or 'file'}: the file holds no text", cause="empty")
    return markdown


def _read_robots(text: str) -> Iterator[Clause]:
    """Yield a heading for the agents of each group, an item for each rule, a paragraph for each comment."""
    agents: list[str] = []
    comment: list[str] = []
    open_ = False
    for line in [*text.splitlines(), ""]:
        rule, _, said = line.partition("#")
        comment += [said.strip("# \t")] if said.strip("# \t") else []
        if comment and (rule.strip() or not said.strip("# \t")):
            # Lines of one comment are one paragraph.
            yield Clause("p", guarded(escape(tidy(" ".join(comment)).strip())))
            comment = []
        match = _FIELD.fullmatch(rule)
        if match is None:
            continue
        name, value = match[1].lower().replace(" ", "-"), tidy(match[2]).strip()
        if name in ("user-agent", "useragent"):
            agents = [*agents, value] if open_ else [value]
            open_ = True
            continue
        if open_ and name in _OF_GROUP:
            yield Clause("h2", escape(f"User-agent: {', '.join(agents)}"))
            open_ = False
        yield Clause("li", escape(f"{match[1].capitalize()}: {value or '(nothing)'}"))


def _read_json(text: str) -> Iterator[Clause]:
    for path, value in _flatten(json.loads(text), "", 0):
        yield Clause("li", escape(f"{path}: {value}" if path else value))


def _flatten(value: object, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each value of a JSON document; a list of plain values is one."""
    if depth > _MOST_DEEP:
        raise ValueError("too deep")
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flatten(inner, f"{path} {key}".strip(), depth + 1)
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for number, inner in enumerate(value, 1):
            yield from _flatten(inner, f"{path} {number}".strip(), depth + 1)
    elif isinstance(value, list):
        yield path, ", ".join(map(_plain, value)) or "(nothing)"
    else:
        yield path, "(nothing)" if value in ({}, "") else _plain(value)


def _plain(value: object) -> str:
    return tidy(value).strip() if isinstance(value, str) else json.dumps(value)


def _read_xml(text: str) -> Iterator[Clause]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode(), parser)
    for element in root.iter(etree.Element):
        names = [_local(each.tag) for each in [*reversed([*element.iterancestors()]), element][-_MOST_DEEP:]]
        said = tidy(" ".join(element.xpath("text()"))).strip()
        stated = "; ".join(f"{_local(name)} = {tidy(value).strip()}" for name, value in element.items())
        if said or stated or not len(element):
            place = " ".join(names) + (f" ({stated})" if stated else "")
            yield Clause("li", escape(f"{place}: {said}" if said else place))


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


_READERS: Mapping[str, Callable[[str], Iterator[Clause]]] = {
    "robots": _read_robots,
    "json": _read_json,
    "xml": _read_xml,
}
