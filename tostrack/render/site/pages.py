"""The pages of the site, each from its values; see `values` for what they show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from tostrack.analysis.topic_moves import join_words
from tostrack.render.calendar import BindingDate
from tostrack.render.escape import count, safe_line
from tostrack.render.site.chart import OTHER, Chart, chart
from tostrack.render.site.page_data import (
    AgeRow,
    Arrival,
    ChangeItem,
    ContentsEntry,
    PlatformData,
    Power,
    Silence,
    Site,
)
from tostrack.render.site.rendering import FeedLink, day_words, render, topic_name
from tostrack.render.site_paths import platform_page, topic_page
from tostrack.render.wording import describe_past, describe_reason
from tostrack.value import Value

#: Changes on the front page, and on a topic's.
LATEST = 12
#: Silenced changes on their page.
_SILENCES = 500
#: Changes of a platform's timeline that are quoted there, and clauses shown under one meaning.
_QUOTED_NEWS, _MORE_CLAUSES = 12, 8
#: A platform's card says no more than this of its latest change.
_SHORT = 90

_ARRIVALS = {
    "crawl": "first version",
    "import": "imported",
    "re-extraction": "extracted again by tostrack; not a change",
}


class Latest(Value):
    """The newest change of a card."""

    seen_at: str
    page: str
    short: str


class Card(Value):
    """One platform on the front page."""

    slug: str
    name: str
    chart: Chart
    latest: Latest | None
    state: str
    sentence: str


def legend(site: Site, charts: Iterable[Chart]) -> tuple[str, ...]:
    """Return the topics of *charts*, one legend for all."""
    other = any(OTHER in drawn.topics for drawn in charts)
    return (*site.topics, OTHER) if other else tuple(site.topics)


def card(platform: PlatformData, site: Site) -> Card:
    """Return *platform* as the front page shows it."""
    drawn = chart(platform.items, tuple(site.topics), site.checked_at)
    newest = next(iter(platform.news), None)
    latest = None
    if newest:
        short = newest.headline.removeprefix(f"{safe_line(platform.name)} ")
        short = short if len(short) <= _SHORT else short[:_SHORT].rpartition(" ")[0] + "…"
        latest = Latest(newest.seen_at, newest.page, short)
    return Card(platform.slug, platform.name, drawn, latest, *_state(platform))


def _state(platform: PlatformData) -> tuple[str, str]:
    """Return the state of a platform and one sentence on it: the worst of its documents speaks."""
    healths = [document.health for document in platform.documents]
    for state in ("failing", "suspect", "waiting"):
        found = [health for health in healths if health.state == state]
        if found:
            of = f" ({len(found)} of {len(healths)} documents)" if len(healths) > 1 else ""
            return state, found[0].sentence.rstrip(".") + of + "."
    checked = max((document.checked_at for document in platform.documents), default="")
    if not checked:
        return "past", "No longer watched; its history is stored."
    return "fine", f"Checked {day_words(checked)}: {count(len(healths), 'document')}."


def front(site: Site, cards: Sequence[Card], news: Sequence[ChangeItem]) -> str:
    """Return the front page.

    Args:
        cards: One for each platform, by name.
        news: Every change that mattered, newest first.
    """
    troubled = [card for card in cards if card.state in ("failing", "suspect")]
    years = Counter(item.seen_at[:4] for item in news)
    return render(
        "front",
        site,
        "index.html",
        title=site.title,
        description=f"What changed in the terms and privacy policies of {count(len(cards), 'platform')}, quoted.",
        platforms=cards,
        news=news[:LATEST],
        years=sorted(years.items(), reverse=True),
        silence=_silence(site, news, troubled),
        troubled=troubled,
        legend=legend(site, [card.chart for card in cards]),
    )


def _silence(site: Site, news: Sequence[ChangeItem], troubled: Sequence[Card]) -> str:
    if not site.checked_at:
        return "Nothing was checked yet."
    newest = news[0].seen_at[:10] if news else ""
    if newest == site.checked_at[:10]:
        today = sum(item.seen_at[:10] == newest for item in news)
        said = f"{count(today, 'change')} that {'matters' if today == 1 else 'matter'}"
    else:
        said = "nothing that matters changed" + (
            f"; the last change that did was on {day_words(newest)}" if news else ""
        )
    trouble = f" {count(len(troubled), 'platform')} could not be read in full." if troubled else ""
    return f"Last check, {day_words(site.checked_at)}: {said}.{trouble}"


def platform(site: Site, shown: PlatformData, feed: FeedLink) -> str:
    """Return the page of a platform: its documents, what they say today, and how they came to say it."""
    drawn = chart(
        shown.items,
        tuple(site.topics),
        site.checked_at,
        since=min((document.first_at for document in shown.documents if document.first_at), default=""),
    )
    newest = next(iter(shown.news), None)
    said = f"The last change that mattered: {day_words(newest.seen_at)}." if newest else "No change that matters yet."
    return render(
        "platform",
        site,
        platform_page(shown.slug),
        title=f"{safe_line(shown.name)}: terms and privacy policies",
        description=f"{count(len(shown.documents), 'document')} of {safe_line(shown.name)} and their changes. {said}",
        feed=feed,
        platform=shown,
        summary=f"{count(len(shown.documents), 'document')}, {count(len(shown.news), 'change')} that mattered. {said}",
        chart=drawn,
        standing=_standing(site, shown),
        timeline=_timeline(shown),
        quoted_news=shown.news[:_QUOTED_NEWS],
        more_clauses=_MORE_CLAUSES,
        arrival_name=_arrival_name,
        tally=tally,
        reason_name=describe_reason,
        since=since,
    )


def since(held: ContentsEntry) -> str:
    """Return since when a clause says what it says."""
    return describe_past(held.since, from_start=held.from_start, moves=held.moves, day=day_words)


def _arrival_name(arrival: Arrival) -> str:
    if arrival.number > 1 and arrival.kind == "crawl":
        return f"version {arrival.number}"
    return _ARRIVALS.get(arrival.kind, arrival.kind)


def tally(silences: Iterable[Silence]) -> str:
    """Return how many of *silences* there are for each reason: ``2 markup, 1 a date stamp``."""
    counts = Counter(describe_reason(silence.reason) for silence in silences)
    return ", ".join(f"{number} {reason}" for reason, number in counts.most_common())


def _standing(
    site: Site, shown: PlatformData
) -> list[tuple[str, list[tuple[str, str, list[ContentsEntry]]], list[ChangeItem]]]:
    """Return the current flags, by topic and by what they say, and the changes that led there."""
    order = {"permits": 0, "restricts": 1, "mentions": 2}
    found = []
    for topic in site.topics:
        held = sorted(
            (one for one in shown.held if one.topic == topic),
            key=lambda one: (order.get(one.polarity, 3), one.meaning),
        )
        groups = [
            (meaning or topic, polarity, sorted(group, key=lambda one: one.since, reverse=True))
            for (polarity, meaning), group in groupby(held, key=lambda one: (one.polarity, one.meaning))
        ]
        path = [item for item in shown.news if topic in item.topics]
        if groups:
            found.append((topic, groups, path))
    return found


Entry = tuple[str, object]


def _timeline(shown: PlatformData) -> list[tuple[str, list[Entry]]]:
    """Return everything that happened, newest first, by year; neighbours that are noise become one entry."""
    dated: list[tuple[str, str, object]] = [
        (item.seen_at, "news" if item.matters else "editorial", item) for item in shown.items
    ]
    dated += [(silence.seen_at, "noise", silence) for silence in shown.silences]
    dated += [(arrival.seen_at, "arrival", arrival) for arrival in shown.arrivals]
    dated.sort(key=lambda entry: entry[0], reverse=True)
    years = []
    for year, of_year in groupby(dated, key=lambda entry: entry[0][:4]):
        entries: list[Entry] = []
        for kind, run in groupby(of_year, key=lambda entry: entry[1]):
            members = [member for _, _, member in run]
            entries += [("noise", members)] if kind == "noise" else [(kind, member) for member in members]
        years.append((year, entries))
    return years


def topics(site: Site, items: Sequence[ChangeItem], holders: Mapping[str, int]) -> str:
    """Return the page that leads to the topics.

    Args:
        items: Every change that mattered.
        holders: For each topic, how many platforms have a clause on it today.
    """
    shown = [
        (topic, meaning, _of_topic(site, items, topic), holders.get(topic, 0)) for topic, meaning in site.topics.items()
    ]
    return render(
        "topics",
        site,
        "topics/index.html",
        title="Topics",
        description=f"What is looked for in every clause: {join_words(list(site.topics))}.",
        topics=shown,
    )


def _of_topic(site: Site, items: Iterable[ChangeItem], topic: str) -> Chart:
    return chart((item for item in items if topic in item.topics), (topic,), site.checked_at)


def topic(
    site: Site,
    name: str,
    news: Sequence[ChangeItem],
    powers: Mapping[tuple[str, str], Sequence[Power]],
    feed: FeedLink,
) -> str:
    """Return the page of a topic: who says what today, and what changed lately.

    Args:
        name: The topic.
        news: The changes that touched it, newest first.
        powers: What each platform, by slug and name, says on it.
    """
    order = {"permits": 0, "": 1, "restricts": 2, "mentions": 3}
    holders = Counter(
        (power.name, power.polarity) for each in powers.values() for power in {p.name: p for p in each}.values()
    )
    columns = sorted(holders, key=lambda column: (order.get(column[1], 4), -holders[column], column[0]))
    table = []
    for (slug, platform_name), each in powers.items():
        cells: dict[tuple[str, str], Power] = {}
        for power in each:
            known = cells.get((power.name, power.polarity))
            cells[power.name, power.polarity] = power if known is None or power.since < known.since else known
        table.append((slug, platform_name, [cells.get(column) for column in columns]))
    return render(
        "topic",
        site,
        topic_page(name),
        title=f"{topic_name(name)}: who says what",
        description=f"Which platforms' terms speak of {site.topics[name]}, since when, and what changed.",
        feed=feed,
        topic=name,
        meaning=site.topics[name][:1].upper() + site.topics[name][1:] + ".",
        columns=columns,
        table=table,
        chart=_of_topic(site, news, name),
        news=news[:LATEST],
    )


def year_news(site: Site, year: str, news: Sequence[ChangeItem], years: Sequence[str]) -> str:
    """Return the list of the changes that mattered in *year*, newest first."""
    return render(
        "news",
        site,
        f"news/{year}/index.html",
        title=f"What changed in {year}",
        description=f"{count(len(news), 'change')} of terms and privacy policies that mattered in {year}.",
        year=year,
        news=news,
        years=years,
    )


def silences(site: Site, found: Sequence[Silence]) -> str:
    """Return the page of the changes that nobody was notified of, newest first; it lists the newest `_SILENCES`."""
    shown = found[:_SILENCES]
    return render(
        "silences",
        site,
        "silences/index.html",
        title="Silenced changes",
        description="Changes of terms and privacy policies that nobody was notified of, each with its reason.",
        silences=shown,
        total=len(found),
        tally=tally(shown),
        reason_name=describe_reason,
    )


def upcoming(site: Site, dates: Sequence[BindingDate], ages: Sequence[AgeRow]) -> str:
    """Return the page of the dates ahead, and of how old each current text is by its own date."""
    return render(
        "upcoming",
        site,
        "upcoming/index.html",
        title="Effective dates ahead",
        description="Days from which current terms and privacy policies say that they apply.",
        dates=dates,
        ages=sorted(ages, key=lambda one: (one.days is None, -(one.days or 0), one.name)),
        over=sum(one.days is not None and one.days > 365 for one in ages),
        calendars=list({one.service: one.service_name for one in dates}.items()),
        day_words=day_words,
    )


def plain_pages(site: Site) -> dict[str, str]:
    """Return the pages that show nothing of the archive: search, about, and the one for what is not there."""
    said = {
        "search": ("Search", "Search every current clause and every change that matters, in your browser."),
        "about": ("About this site", "How this site is made, what its verdicts mean and how to check them."),
    }
    files = {
        f"{name}/index.html": render(name, site, f"{name}/index.html", title=title, description=description)
        for name, (title, description) in said.items()
    }
    # It is answered at any depth: only an address from the root leads anywhere from it.
    root = "/" + site.url.partition("://")[2].partition("/")[2]
    missing = render(
        "404",
        replace(site, url=""),
        "404.html",
        title="Nothing here",
        description="This address leads nowhere.",
        root=root if root.endswith("/") else f"{root}/",
    )
    return {**files, "404.html": missing}
