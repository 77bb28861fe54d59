"""HTML from a template and its values; everything that is put into a template is made harmless first."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tostrack.models import sha256
from tostrack.render.change_formats import safe_url
from tostrack.render.escape import count, cut, safe
from tostrack.render.site.page_data import Site
from tostrack.render.site_paths import document_page, platform_page, relative, site_address, topic_page
from tostrack.render.wording import describe_kind
from tostrack.value import Value

if TYPE_CHECKING:
    from jinja2 import Environment

#: Colours of topics that can be distinguished; more topics share the last.
_SHADES = 6
#: Of what search engines and chats show of a page.
_DESCRIPTION = 200
_MONTHS = "January February March April May June July August September October November December".split()


class FeedLink(Value):
    """A feed that a page points to."""

    title: str
    page: str


#: The feed that every page points to.
EVERYTHING = FeedLink("All changes that matter", "feeds/all.atom.xml")


def render(
    template: str,
    site: Site,
    page: str,
    *,
    title: str,
    description: str,
    feed: FeedLink | None = None,
    root: str = "",
    **values: Any,
) -> str:
    """Return the HTML of the file *page*.

    Args:
        page: Below the site's root; links are relative to it.
        title: Of the page, and of what chats show of it.
        description: One sentence for search engines and chats.
        feed: Its own, which it names before that of everything.
        root: What links begin with, for a page that is not read at its own address; else they are relative.
        values: What the template names.
    """

    def link(target: str) -> str:
        return root + target if root else relative(page, target)

    return (
        _environment()
        .get_template(f"{template}.html")
        .render(
            site=site,
            page=page,
            title=title,
            description=cut(description, _DESCRIPTION),
            address=safe_url(site_address(site.url, page)),
            feeds=[] if root else [*([feed] if feed else []), EVERYTHING],
            link=link,
            shade=partial(shade, site),
            **values,
        )
    )


def shade(site: Site, topic: str) -> str:
    """Return the class of a topic's colour."""
    return f"t{min(list(site.topics).index(topic) + 1, _SHADES)}" if topic in site.topics else "t0"


def day(when: str) -> str:
    """Return an ISO time as ``<time>`` with the day as people write it: 3 February 2013."""
    from markupsafe import Markup

    return Markup('<time datetime="{}">{}</time>').format(when, day_words(when))


def day_words(when: str) -> str:
    """Return the day of an ISO time: 3 February 2013."""
    return f"{int(when[8:10])} {_MONTHS[int(when[5:7]) - 1]} {when[:4]}" if len(when) >= 10 else when


def topic_name(topic: str) -> str:
    """Return a topic as a heading: Licensing, AI."""
    return topic.upper() if len(topic) <= 3 else topic.replace("-", " ").capitalize()


def polarity_name(polarity: str) -> str:
    """Return what a clause does, as a word before what it says."""
    return {"permits": "Permits", "restricts": "Limits", "mentions": "Mentions"}.get(polarity, polarity)


def marked(text: str, quote: str) -> str:
    """Return *text* with *quote* marked in it, ready for a template."""
    from markupsafe import Markup, escape

    before, found, after = (safe(part) for part in text.partition(quote)) if quote else (safe(text), "", "")
    return Markup("{}<mark>{}</mark>{}").format(before, found, after) if found else escape(before)


@cache
def fingerprint(*packages: str) -> str:
    """Return what changes with any file of *packages*: pages that were made by other code are rebuilt."""
    found = [each for package in packages for each in files(package).iterdir() if each.is_file()]
    return sha256("\n".join(each.read_text("utf-8") for each in sorted(found, key=lambda each: each.name)))[:16]


def asset(name: str) -> str:
    """Return a file that ships with the site: its style, script or icon."""
    return files("tostrack.render.site").joinpath("assets", name).read_text("utf-8")


@cache
def _environment() -> Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(
            lambda name: files("tostrack.render.site").joinpath("templates", name).read_text()
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_harmless,
        extensions=[],
    )
    helpers: list[Callable[..., Any]] = [
        *(count, day, topic_name, polarity_name, marked, safe_url, document_page, platform_page, topic_page),
        describe_kind,
    ]
    environment.globals.update({helper.__name__: helper for helper in helpers})
    return environment


def _harmless(value: Any) -> Any:
    """Return *value* without characters that steer a terminal or the direction of the text; our own markup stays."""
    return safe(value) if type(value) is str else value
