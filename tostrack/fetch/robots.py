"""robots.txt by RFC 9309: what an answer means, and a memory of it."""

from __future__ import annotations

import re
import threading
from urllib.parse import urlsplit

from protego import Protego

from tostrack.errors import FetchError
from tostrack.value import Value

#: What a group of a robots.txt is matched against.
TOKEN = "tostrack"  # noqa: S105  (RFC 9309 calls it the product token)

#: The lines that count: protego's spellings of them, with a colon or, as Google takes them too, without.
_LINE = re.compile(
    r"[ \t]*(?:(?P<agent>user[- ]?agent)|(?P<rule>allow|di(?:s+al+ow|asllow|sallaw))|crawl[- ]delay)(?:[ \t]*:|[ \t])"
    r"[ \t]*(?P<value>[^#\n]*)",
    re.IGNORECASE,
)
#: The product token that a value of User-agent begins with (RFC 9309, 2.2.1); a version behind it is not looked at.
_PRODUCT = re.compile(r"[a-z_-]+|\*", re.IGNORECASE)

#: RFC 9309, 2.5: at least this much must be parsed, and the rest may be left.
PARSED_BYTES = 500 * 1024
#: RFC 9309, 2.3.1.2: five at least; more redirects count as an absent file.
MOST_REDIRECTS = 5
#: RFC 9309, 2.4: no longer than a day. A refusal is asked again sooner, it may have been a hiccup.
_KEPT_SECONDS = 24 * 3600.0
_REFUSAL_KEPT_SECONDS = 600.0
#: Above, a Crawl-delay is a way to say no, and a night has an end.
_LONGEST_CRAWL_DELAY = 60.0


class Rules(Value):
    """The rules of one origin's robots.txt for tostrack."""

    parser: Protego | None = None
    #: The reason why nothing may be fetched, when the file could not be had.
    unreachable: FetchError | None = None
    #: Seconds between requests, as asked for; 0 when it says nothing.
    crawl_delay: float = 0.0

    def check(self, url: str) -> None:
        """Return if *url* may be fetched.

        Raises:
            FetchError: ``robots``, or ``robots-unreachable``.
        """
        if (failure := self.unreachable) is not None:
            # A new one each time: an exception that is kept and raised again collects tracebacks.
            raise FetchError(
                str(failure),
                cause=failure.cause,
                transient=failure.transient,
                status=failure.status,
                retry_after=failure.retry_after,
            )
        # RFC 9309, 2.2.2: the file itself is always allowed; it may be a document that is watched.
        is_file = urlsplit(url).path == "/robots.txt"
        if self.parser is not None and not is_file and not self.parser.can_fetch(url, TOKEN):
            raise FetchError(f"{url}: its robots.txt asks us not to fetch it", cause="robots")


def parse_robots(url: str, status: int, body: bytes, retry_after: float | None = None) -> Rules:
    """Return what an answer to *url*, a robots.txt, means.

    Success: what the body says. 4xx: there are no rules. Else: everything is forbidden. 429 counts with the latter,
    as at Google: who is overrun by requests did not say that all is allowed.
    """
    if 200 <= status < 300:
        text = (
            body[:PARSED_BYTES]
            .decode("utf-8-sig", "replace")
            .replace("\0", "")
            .replace("\r\n", "\n")
            .replace("\r", "\n")
        )
        parser = Protego.parse(select_group(text))
        return Rules(parser, crawl_delay=min(parser.crawl_delay(TOKEN) or 0.0, _LONGEST_CRAWL_DELAY))
    if 400 <= status < 500 and status != 429:
        return Rules()
    return rules_when_unreachable(url, f"the server answered {status}", status, retry_after)


def select_group(text: str) -> str:
    """Return the robots.txt *text* with the rules that hold for us alone, as one group that everybody obeys.

    Groups are read by RFC 9309, 2.2.1: a group is ours if its product token is ours as a whole; several such groups
    are one; without any, those of ``*`` hold. Only a rule ends the names of a group: lines of another kind between
    two of them do not (2.2.4). protego 0.7.0 does neither (docs/upstream.md; contracts/workrounds.sh).
    """
    ours: list[str] = []
    others: list[str] = []
    found = False
    names: set[str] = set()
    after_rule = True
    for line in text.split("\n"):
        match = _LINE.match(line)
        if match is None:
            continue
        if match["agent"]:
            if after_rule:
                names, after_rule = set(), False
            token = _PRODUCT.match(match["value"])
            names.add(token[0].lower() if token else "")
            found = found or TOKEN in names
            continue
        after_rule = after_rule or bool(match["rule"])
        if TOKEN in names:
            ours.append(line)
        if "*" in names:
            others.append(line)
    return "\n".join(("User-agent: *", *(ours if found else others)))


def rules_when_unreachable(
    url: str, finding: str, status: int | None = None, retry_after: float | None = None
) -> Rules:
    """Return rules that forbid everything, because *url* could not be read."""
    return Rules(
        unreachable=FetchError(
            f"{url}: {finding}, and without it nothing may be fetched",
            cause="robots-unreachable",
            transient=True,
            status=status,
            retry_after=retry_after,
        )
    )


class RobotsCache:
    """The rules of every origin met, for as long as they hold; safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Rules]] = {}
        self._lock = threading.Lock()

    def recall(self, origin: str, now: float) -> Rules | None:
        """Return the rules of *origin*, or None when they must be asked for; *now* in monotonic seconds."""
        with self._lock:
            until, rules = self._kept.get(origin, (now, None))
            return rules if now < until else None

    def keep(self, origin: str, rules: Rules, now: float) -> None:
        """Remember *rules* from *now* on."""
        with self._lock:
            self._kept[origin] = (now + (_REFUSAL_KEPT_SECONDS if rules.unreachable else _KEPT_SECONDS), rules)
