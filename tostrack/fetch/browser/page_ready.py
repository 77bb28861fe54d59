"""When is a page that scripts write ready to be read: a decision on what is seen of it, without a clock of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tostrack.models import Range, Selector, list_css
from tostrack.value import Value

#: Seconds between two readings.
INTERVAL = 0.25
#: Seconds for which the text must not change while nothing is loading: with a selector, which says what to wait for,
#: and without, when a "Loading..." could pass for the page.
QUIET = 0.5
QUIET_UNSELECTED = 1.5
#: The same while something is loading: pages keep lines open forever.
STUBBORN = 5.0
#: Seconds for which all the page must not change before it is believed that what is selected will not come.
ABSENT = 10.0

#: Reads the page: takes what `watched` gives, returns the text of what is selected and of everything. CSS that only our
#: own selector engine knows counts as everything. More than 2,000,000 characters would only cost time to compare.
READ = """
(groups) => {
  const whole = document.body ? document.body.innerText : "";
  const all = (css) => { try { return [...document.querySelectorAll(css)]; } catch { return null; } };
  const texts = groups.map(({ css, range }) => {
    const found = css.map(all);
    if (found.includes(null)) return whole;
    if (range) return found.every((nodes) => nodes.length) ? whole : "";
    return found.flat().map((node) => node.innerText ?? node.textContent).join("\\n");
  });
  const wanted = groups.length ? texts : [whole];
  return {
    loading: document.readyState === "loading",
    complete: wanted.every((text) => text.trim() !== ""),
    wanted: wanted.join("\\n").slice(0, 2_000_000),
    whole: whole.slice(0, 2_000_000),
  };
}
"""


def selectors_to_watch(selectors: Iterable[Selector]) -> list[dict[str, Any]]:
    """Return *selectors* as `READ` takes them."""
    return [{"css": list_css(each), "range": isinstance(each, Range)} for each in selectors]


class PageView(Value):
    """The state of a page at one moment."""

    #: Seconds on any clock that does not go back.
    at: float
    #: The text that is selected, and whether every selector has some.
    wanted: str
    complete: bool
    #: The text of all the page.
    whole: str
    #: Whether the page or something it needs is still on its way.
    busy: bool


class PageReady:
    """Takes readings of one page and says when its text has settled."""

    def __init__(self, *, selected: bool) -> None:
        self._quiet = QUIET if selected else QUIET_UNSELECTED
        self._last: PageView | None = None
        #: Since when the wanted text, the whole text, and the silence of the network have lasted.
        self._wanted_since = self._whole_since = self._idle_since = 0.0

    def settled(self, reading: PageView) -> bool:
        """Return whether the page can be taken as it was at *reading*, which is later than the one before."""
        last, self._last = self._last, reading
        if last is None:
            self._wanted_since = self._whole_since = self._idle_since = reading.at
            return False
        if last.wanted != reading.wanted:
            self._wanted_since = reading.at
        if last.whole != reading.whole:
            self._whole_since = reading.at
        if last.busy or reading.busy:
            self._idle_since = reading.at
        if not reading.complete:
            return reading.at - self._whole_since >= ABSENT
        still = reading.at - self._wanted_since
        return still >= STUBBORN or min(still, reading.at - self._idle_since) >= self._quiet
