"""Turns parsed TOML into a watchlist, or reports every error at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tostrack.errors import ConfigError
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Document, Page, Selector, list_css
from tostrack.models import slug as as_slug
from tostrack.watchlist.digests import digest, notify
from tostrack.watchlist.findings import At, Findings, shown
from tostrack.watchlist.table import Table, is_email, web_address
from tostrack.watchlist.values import Settings, Watchlist

_ROOT_KEYS = ("settings", "watch", "digest", "notify")
_SETTINGS_KEYS = tuple("contact delay allow_private database snapshots url heartbeat recheck_days packs".split())
_PAGE_KEYS = ("url", "select", "remove", "filters", "fetch", "follow")
_DOCUMENT_KEYS = ("name", *_PAGE_KEYS, "pages", "language", "active", "tags")
_FETCH = ("http", "browser")
_FOLLOW = ("nothing", "frames", "redirects")
_SLUG = lazy_pattern(r"[a-z0-9][a-z0-9-]{0,63}")
# A slug becomes a folder; Windows keeps these names for devices, whatever follows a dot.
_DEVICES = frozenset(["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))])
_HOST = lazy_pattern(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|[0-9a-f:.]{2,45}")
_LANGUAGE = lazy_pattern(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")


def watchlist(tables: Mapping[str, object], source: str, folder: Path, findings: Findings) -> Watchlist:
    """Return what *tables* say; it is only to be used when nothing was added to *findings*.

    Args:
        tables: What `tomllib.loads` returned.
    """
    root = Table(dict(tables), (), findings)
    root.only(_ROOT_KEYS)
    watch = root.table("watch")
    documents: list[Document] = []
    services: dict[str, str] = {}
    known: list[str] = []
    for slug, service in watch.tables():
        _check_slug(slug, service.at, watch.values, findings)
        services[slug] = service.text("name", _name(slug))
        documents += _documents(slug, services[slug], service)
        # As declared and not as read: a digest is not wrong because its document is.
        known += [slug, *(f"{slug}/{key}" for key, value in service.values.items() if isinstance(value, dict))]
    settings, told = _settings(root.table("settings"), folder), notify(root.table("notify"), folder)
    digests = []
    for slug, table in root.table("digest").tables():
        _check_slug(slug, table.at, {}, findings)
        digests.append(digest(slug, table, known, folder, settings.packs))
    return Watchlist(settings, tuple(documents), tuple(digests), told, services, source)


def _settings(table: Table, folder: Path) -> Settings:
    table.only(_SETTINGS_KEYS)
    default = Settings()
    contact = table.text("contact")
    if contact and not is_email(contact) and (web_address(contact) or not contact.isascii()):
        table.wrong("contact", f"{shown(contact)} is neither an e-mail address nor a web address")
    hosts = tuple(host.lower().strip("[]") for host in table.texts("allow_private"))
    for host in hosts:
        if not _HOST.fullmatch(host):
            table.wrong(
                "allow_private", f"{shown(host)} is not a host; give a name or an address, without port or path"
            )
    database = table.text("database", str(default.database))
    snapshots = table.text("snapshots", str(default.snapshots))
    if database == snapshots:
        table.wrong("snapshots", "is the same path as the database; one is a file, the other a folder")
    return Settings(
        contact=contact,
        delay=table.number("delay", default.delay, 0, 3600, "seconds"),
        allow_private=hosts,
        database=folder / database,
        snapshots=folder / snapshots,
        url=table.url("url").rstrip("/"),
        heartbeat=table.url("heartbeat"),
        recheck_days=table.number("recheck_days", default.recheck_days, 1, 365, "whole days"),
        packs=_packs(table),
    )


def _packs(table: Table) -> tuple[str, ...]:
    """Return the topic packs that the settings turn on, in the order of their names."""
    named = table.texts("packs")
    if not named:
        return ()
    # Lazy, as for the topics of a digest.
    from tostrack.analysis.flags.rule_sources import list_packs

    known = list_packs()
    for name in named:
        if name not in known:
            table.wrong("packs", f"{shown(name)} is no topic pack", word=name, known=known)
    return tuple(name for name in known if name in named)


def _documents(service: str, service_name: str, table: Table) -> list[Document]:
    documents = []
    for slug, value in table.values.items():
        if slug == "name":
            continue
        if isinstance(value, dict):
            _check_slug(slug, (*table.at, slug), table.values, table.findings)
            documents.append(_document(service, slug, service_name, table.table(slug)))
        elif slug in _DOCUMENT_KEYS:
            table.wrong(slug, f"belongs to a document; put it into a table such as [watch.{service[:64]}.terms]")
        else:
            table.wrong(slug, "unknown key", word=slug, known=["name"])
    if not table.values.keys() - {"name"}:
        table.findings.add(table.at, f"has no document; add a table such as [watch.{service[:64]}.terms] with a url")
    _check_twins(documents, table)
    return documents


def _document(service: str, slug: str, service_name: str, table: Table) -> Document:
    table.only(_DOCUMENT_KEYS)
    if "pages" in table:
        for key in _PAGE_KEYS:
            if key in table:
                table.wrong(key, "is beside pages; move it into the tables of pages")
        entries = table.entries("pages")
        for entry in entries:
            entry.only(_PAGE_KEYS)
        pages = tuple(_page(entry) for entry in entries)
    else:
        pages = (_page(table),)
    language = table.text("language")
    if language and not _LANGUAGE.fullmatch(language):
        table.wrong("language", f'{shown(language)} is not a language tag such as "en" or "pt-BR"')
    name = table.text("name", _name(slug))
    active = table.boolean("active", default=True)
    return Document(service, slug, pages, name, service_name, language, active, table.texts("tags"))


def _page(table: Table) -> Page:
    if "url" not in table:
        table.findings.add(table.at, "has no url")
    return Page(
        table.url("url"),
        table.selectors("select"),
        table.selectors("remove"),
        table.texts("filters"),
        table.choice("fetch", _FETCH),
        table.choice("follow", _FOLLOW),
    )


def _check_slug(slug: str, at: At, siblings: Mapping[str, object], findings: Findings) -> None:
    if slug in _DEVICES:
        findings.add(at, "is the name of a device on Windows, so it can be no folder; choose another")
    elif slug == "name":
        findings.add(at, "is a key of every service and can be no name of one; choose another")
    elif not _SLUG.fullmatch(slug):
        better = as_slug(slug)
        if better in siblings:
            findings.add(at, f'differs only in its writing from "{better}"; keep one of them')
        else:
            hint = f'; write "{better}"' if better else ""
            findings.add(at, f"not a slug: a letter or digit, then up to 63 of a-z, 0-9 and hyphen{hint}")


def _check_twins(documents: list[Document], table: Table) -> None:
    """Note documents, and pages of one, that would be the same text twice."""
    seen: dict[tuple[str, tuple[Selector, ...]], str] = {}
    for document in documents:
        # A discontinued document may have left its address to another one.
        for page in document.pages if document.active else ():
            twin = seen.setdefault((page.url, page.select), document.slug) if page.url else document.slug
            if twin != document.slug:
                table.wrong(document.slug, f"has the url and select of {twin}; change one of them")
        if document.active and len({(page.url, page.select) for page in document.pages}) < len(document.pages):
            table.wrong(document.slug, "has two pages of the same url and select; keep one")


def _name(slug: str) -> str:
    """Return a name for what was given only a slug: ``community-guidelines`` is ``Community guidelines``."""
    return slug.replace("-", " ").capitalize()


def check_selectors(watchlist: Watchlist) -> None:
    """Compile every selector and look up every filter of *watchlist*; `loads` does not, because it takes a parser.

    Raises:
        ConfigError: Some are wrong; ``error.problems`` has a line for each.
    """
    from tostrack.extraction.filters import FILTERS
    from tostrack.extraction.selectors import find_css_fault

    findings = Findings()
    for document in watchlist.documents:
        at: At = ("watch", document.service, document.slug)
        for index, page in enumerate(document.pages):
            page_at: At = (*at, "pages", index) if len(document.pages) > 1 else at
            for key, selectors in (("select", page.select), ("remove", page.remove)):
                for css in (each for selector in selectors for each in list_css(selector)):
                    if fault := find_css_fault(css):
                        findings.add((*page_at, key), f"{shown(css)} is no CSS selector: {fault}")
            for name in page.filters:
                if name not in FILTERS:
                    findings.add((*page_at, "filters"), f"{shown(name)} is no filter", word=name, known=FILTERS)
    if findings:
        raise ConfigError(*findings.lines(watchlist.source))
