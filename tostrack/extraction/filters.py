"""Edits of a page that the watchlist asks for by name; each runs on the selected tree and may run twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from urllib.parse import parse_qsl, unquote, urlsplit

from tostrack.errors import ExtractError
from tostrack.extraction.dom import Element, delete, unwrap
from tostrack.extraction.names import matches_name
from tostrack.extraction.presentation import LABEL

Filter = Callable[[Element, str], None]

#: Redirects through the platform itself: where (end of host, path) the real address is under which parameter.
_REDIRECTS = (
    (re.compile(r"(?:^|\.)(?:facebook|instagram|threads|messenger)\.(?:com|net)$"), "/l.php", "u"),
    (re.compile(r"(?:^|\.)l\.(?:facebook|instagram|threads|messenger)\.(?:com|net)$"), "/", "u"),
    (re.compile(r"(?:^|\.)google\.[a-z.]{2,6}$"), "/url", "q"),
    (re.compile(r"(?:^|\.)google\.[a-z.]{2,6}$"), "/url", "url"),
    (re.compile(r"(?:^|\.)safelinks\.protection\.outlook\.com$"), "/", "url"),
    (re.compile(r"(?:^|\.)youtube\.com$"), "/redirect", "q"),
    (re.compile(r"(?:^|\.)linkedin\.com$"), "/redir/redirect", "url"),
    (re.compile(r"(?:^|\.)slack-redir\.net$"), "/link", "url"),
)
#: A redirect around a redirect is seen; a longer chain is an attack.
_MAX_REDIRECTS = 3


def drop_tracking(root: Element, _url: str) -> None:
    """Take campaign, click and visitor parameters out of link addresses, and redirects off them (always on)."""
    for link in root.iter("a"):
        href = link.get("href")
        if href and ("?" in href or ";" in href):
            link.set("href", untracked(href))


#: What replaces an address that only the link holds.
_HIDDEN_ADDRESS = re.compile(r"\s*(?:\[?e-?mail\W{1,2}protected\]?)?\s*", re.IGNORECASE)


def plain_email(root: Element, _url: str) -> None:
    """Write e-mail addresses that Cloudflare or a picture hides as addresses (always on)."""
    for link in root.xpath(".//a[starts-with(@href, 'mailto:')]"):
        shown = "".join(link.itertext()).strip() or any(image.get("alt") for image in link.iter("img"))
        if not shown and (address := unquote(link.get("href")[7:].partition("?")[0])):
            _set_text(link, address)
    for element in list(root.xpath(".//*[@data-cfemail]")):
        address = _decoded_email(element.get("data-cfemail", ""))
        del element.attrib["data-cfemail"]
        if address:
            _set_text(element, address)
    for link in root.xpath(".//a[contains(@href, '/cdn-cgi/l/email-protection')]"):
        _, _, code = link.get("href").partition("#")
        address = _decoded_email(code.split("?")[0]) or "".join(link.itertext()).strip()
        if "@" in address and not re.search(r"\s", address):
            link.set("href", f"mailto:{address}")
            if _HIDDEN_ADDRESS.fullmatch("".join(link.itertext())):
                _set_text(link, address)
        else:
            del link.attrib["href"]


def _set_text(element: Element, text: str) -> None:
    del element[:]
    element.text = text


def drop_images(root: Element, _url: str) -> None:
    """Take images out together with their alternative texts."""
    delete(root, [*root.iter("img", "picture"), *root.xpath(f".//*[@{LABEL}='icon']")])


def drop_links(root: Element, _url: str) -> None:
    """Keep the words of links and forget where they lead."""
    for link in root.iter("a"):
        link.attrib.pop("href", None)


def drop_query(root: Element, _url: str) -> None:
    """Cut every link address at its question mark."""
    for link in root.iter("a"):
        href = link.get("href")
        if href and "?" in href:
            address, _, fragment = href.partition("#")
            link.set("href", address.partition("?")[0] + (f"#{fragment}" if fragment else ""))


_PERMALINK = re.compile(
    r"\s*(?:[#¶§🔗]|copy link|copy link to section|copied!?|link to (?:this )?(?:section|heading)|permalink|anchor link"
    r"|back to top|return to top|top of page)?\s*",
    re.IGNORECASE,
)


def drop_anchors(root: Element, _url: str) -> None:
    """Take out permalink signs, "Copy link" buttons and "Back to top" links."""
    # What holds nothing but such a sign is one as soon as the sign inside is gone.
    while signs := [element for element in root.iter("a", "button") if _is_permalink(element)]:
        delete(root, signs)


def _is_permalink(element: Element) -> bool:
    stays = element.tag == "button" or (element.get("href") or "#").startswith("#")
    return stays and _PERMALINK.fullmatch("".join(element.itertext())) is not None


def drop_buttons(root: Element, _url: str) -> None:
    """Take out buttons, with their words."""
    delete(root, root.xpath(".//button | .//*[@role='button']"))


def drop_emphasis(root: Element, _url: str) -> None:
    """Forget bold and italics, for pages that set them differently from day to day."""
    unwrap(root, list(root.iter("b", "strong", "i", "em", "cite", "dfn", "var")))


FILTERS: dict[str, Filter] = {
    "drop-tracking": drop_tracking,
    "plain-email": plain_email,
    "drop-images": drop_images,
    "drop-links": drop_links,
    "drop-query": drop_query,
    "drop-anchors": drop_anchors,
    "drop-buttons": drop_buttons,
    "drop-emphasis": drop_emphasis,
}
#: Run on every page, before those that it names.
ALWAYS = ("drop-tracking", "plain-email")


def named(names: Sequence[str]) -> list[Filter]:
    """Return the filters to run for a page that asks for *names*, in order.

    Raises:
        ExtractError: There is no filter of that name.
    """
    for name in names:
        if name not in FILTERS:
            close = get_close_matches(str(name), FILTERS, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(FILTERS)}"
            raise ExtractError(f"unknown filter {name!r}: {hint}", cause="config")
    return [FILTERS[name] for name in dict.fromkeys((*ALWAYS, *names))]


def untracked(href: str) -> str:
    """Return *href* without tracking parameters and redirects; byte for byte the same when it has none."""
    for _ in range(_MAX_REDIRECTS):
        target = _redirect_target(href)
        if not target:
            break
        href = target
    head, question, rest = href.partition("?")
    query, hash_, fragment = rest.partition("#")
    if not question:
        return href
    pairs = query.split("&")
    kept = [pair for pair in pairs if not _is_tracking(pair)]
    if len(kept) == len(pairs):
        return href
    return head + (f"?{'&'.join(kept)}" if kept else "") + hash_ + fragment


def _is_tracking(pair: str) -> bool:
    return matches_name("tracking", unquote(pair.partition("=")[0].removeprefix("amp;")))


def _redirect_target(href: str) -> str:
    try:
        parts = urlsplit(href)
        host = parts.hostname or ""
    except ValueError:
        return ""
    for hosts, path, parameter in _REDIRECTS:
        if parts.path in (path, path.rstrip("/")) and hosts.search(host):
            target = dict(parse_qsl(parts.query)).get(parameter, "")
            if target.startswith(("http://", "https://")):
                return target
    return ""


def _decoded_email(code: str) -> str:
    """Return the address in Cloudflare's *code*: hex bytes, each XORed with the first; empty when it is none."""
    try:
        key, *octets = bytes.fromhex(code)
        address = bytes(octet ^ key for octet in octets).decode("utf-8")
    except ValueError:
        return ""
    return address if "@" in address and address.isprintable() else ""
