"""The page of one change: what moved, clause by clause, with its evidence and how to cite it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tostrack.analysis.topic_moves import ranked
from tostrack.models import Change, Verdict
from tostrack.render.change_formats import safe_url
from tostrack.render.escape import safe_line
from tostrack.render.headline import find_untold, headline, tally_edits
from tostrack.render.memo import wayback_address
from tostrack.render.site.page_data import ChangeItem, Neighbour, Site, TextData
from tostrack.render.site.pagination import PagePart, PageParts, render_parts
from tostrack.render.site.redline import FlagNote, Row, excerpt, place_of, rows, runs_of_rows, searched, unchanged_after
from tostrack.render.site.rendering import FeedLink, day_words, render
from tostrack.render.site_paths import site_address

#: Flags shown before the redline: as many as a person keeps in mind.
_NOTES = 5

_VERDICTS = {
    Verdict.SUBSTANTIVE: "It matters",
    Verdict.EDITORIAL: "Wording only",
    Verdict.NOISE: "Nothing of substance",
}


def item(change: Change, change_id: str, told_at: str, names: tuple[str, str]) -> ChangeItem:
    """Return *change* as lists show it.

    Args:
        change: Flagged, with both times.
        told_at: ISO 8601.
        names: Of the service and of the document.
    """
    service, document = names
    return ChangeItem(
        change_id,
        change.service,
        safe_line(service),
        change.document,
        safe_line(document),
        told_at,
        change.verdict.value,
        change.reason.value,
        safe_line(change.explanation),
        change.topics,
        headline(change, service, document),
        place_of(change),
        excerpt(change),
        searched(change),
    )


def change_page(
    site: Site,
    shown: ChangeItem,
    change: Change,
    *,
    texts: tuple[TextData, TextData],
    clauses: int,
    meanings: Mapping[tuple[str, str], str],
    older: Neighbour | None,
    newer: Neighbour | None,
    feed: FeedLink,
) -> list[str]:
    """Return the page of *change*; a large one in several parts.

    Args:
        shown: The change as lists show it.
        change: With its hunks and flags.
        texts: The two versions as evidence.
        clauses: How many the text that came has.
        meanings: What a flag says, by rule and polarity.
        older: The change of the document before it that has a page.
        newer: The one behind it.
    """
    edits = rows(change, meanings)
    notes = _notes(change, edits)
    old_text, new_text = texts
    title = headline(change, shown.service_name, shown.document_name, quoted=False)
    shared: dict[str, Any] = {
        "description": f"{shown.explanation} First seen {_span(texts)}.",
        "feed": feed,
        "item": shown,
        "untold": find_untold(change.explanation, title),
        "silence": change.silence,
        "verdict_name": _VERDICTS[change.verdict],
        "late": shown.seen_at[:10] != new_text.seen_at[:10],
        "notes": notes[:_NOTES],
        "more_notes": max(len(notes) - _NOTES, 0),
        "unchanged_after": unchanged_after(change, clauses),
        # A version without a page of its own is shown by that of another one, whose clauses are numbered otherwise.
        "exact": new_text.page.endswith(f"/{new_text.number}/index.html"),
        "tally": tally_edits(change),
        "old": old_text,
        "new": new_text,
        "older": older,
        "newer": newer,
        "citation": _citation(site, shown, texts),
        "bibtex": _bibtex(site, shown, texts),
        "wayback": lambda source: wayback_address(source.url, source.fetched_at),
    }

    def render_part(parts: PageParts, part: PagePart) -> str:
        def edit_link(number: int) -> str:
            own = next(each for each in parts if each.first < number <= each.last)
            return ("" if own == part else own.page.rpartition("/")[2]) + f"#e{number}"

        at = f" (part {part.number})" if part.number > 1 else ""
        runs = list(runs_of_rows(edits[part.first : part.last]))
        values: dict[str, Any] = {"title": title + at, "runs": runs, "parts": parts, "part": part}
        return render("change", site, part.page, edit_link=edit_link, **values, **shared)

    return render_parts(shown.page, [len(repr(row)) for row in edits], render_part)


def _notes(change: Change, edits: Sequence[Row]) -> list[tuple[Row, FlagNote]]:
    """Return the flags of *change* with their edits: those that moved first, then the heaviest."""
    places = {id(hunk): row for hunk, row in zip(change.hunks, edits, strict=True)}
    placed = [(places[id(hunk)], note) for hunk in ranked(change) for note in places[id(hunk)].flags]
    return sorted(placed, key=lambda pair: not pair[1].moved)


def _citation(site: Site, shown: ChangeItem, texts: tuple[TextData, TextData]) -> str:
    old, new = texts
    where = site_address(site.url, shown.page)
    parts = [
        f"{shown.service_name}, “{shown.document_name}”, change first seen {_span(texts)}",
        f"Versions {old.number} to {new.number}",
        f"{site.title}, {shown.id}",
        f"SHA-256 of the new text: {new.sha256}",
        *([where] if where else []),
    ]
    return ". ".join(parts) + ("" if where else ".")


def _span(texts: tuple[TextData, TextData]) -> str:
    old, new = texts
    return f"on {day_words(new.seen_at)}; the text before it was current since {day_words(old.seen_at)}"


def _bibtex(site: Site, shown: ChangeItem, texts: tuple[TextData, TextData]) -> str:
    def braced(text: str) -> str:
        return "".join(f"\\{char}" if char in "&%$#_{}" else " " if char == "\\" else char for char in text)

    new = texts[1]
    key = "".join(char for char in shown.id if char.isalnum())
    fields = {
        "author": f"{{{braced(shown.service_name)}}}",
        "title": f"{braced(shown.document_name)}: change of {day_words(new.seen_at)}",
        "year": new.seen_at[:4],
        "howpublished": braced(site.title),
        "note": f"{braced(shown.id)}, SHA-256 {new.sha256}",
        **({"url": where} if (where := safe_url(site_address(site.url, shown.page))) else {}),
    }
    return f"@misc{{{key},\n" + "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items()) + "}\n"


def without_words(shown: ChangeItem) -> ChangeItem:
    """Return *shown* without the words that only the search needs."""
    return replace(shown, words="")
