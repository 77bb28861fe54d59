import pytest

from tostrack.fetch.browser.page_ready import ABSENT, STUBBORN, PageReady, PageView, selectors_to_watch
from tostrack.models import Range


def settles(readings, *, selected: bool = True) -> float | None:
    """Return when the page of *readings* (time, text, whole, busy) settles; None when it does not."""
    stillness = PageReady(selected=selected)
    for at, text, whole, busy in readings:
        if stillness.settled(PageView(at, text, bool(text), whole, busy)):
            return at
    return None


def every(seconds: float, end: float):
    return [number * seconds for number in range(int(end / seconds) + 1)]


def test_a_text_settles_when_it_is_read_twice_the_same_and_nothing_is_on_its_way():
    assert settles((at, "Terms", "Terms", False) for at in every(0.25, 5)) == 0.5


def test_without_a_selector_it_takes_longer_to_believe():
    assert settles(((at, "Terms", "Terms", False) for at in every(0.25, 5)), selected=False) == 1.5


def test_one_reading_is_none():
    assert settles([(0, "Terms", "Terms", False)]) is None


def test_what_is_on_its_way_is_awaited():
    assert settles((at, "Loading", "Loading", at < 2) for at in every(0.25, 5)) == 2.5


def test_a_line_that_stays_open_for_ever_is_not():
    assert settles((at, "Terms", "Terms", True) for at in every(0.25, 20)) == STUBBORN


def test_a_text_that_keeps_changing_never_settles():
    assert settles((at, f"Terms {at}", "", False) for at in every(0.25, 60)) is None


def test_what_changes_beside_the_selected_text_does_not_matter():
    assert settles((at, "Terms", f"{at}", False) for at in every(0.25, 5)) == 0.5


def test_what_is_selected_may_come_late():
    assert settles((at, "Terms" if at >= 8 else "", "menu", False) for at in every(0.25, 20)) == 8.5


def test_what_is_selected_may_never_come_and_then_the_page_itself_must_rest():
    assert settles((at, "", "menu", False) for at in every(0.25, 20)) == ABSENT
    assert settles((at, "", f"menu {at}", False) for at in every(0.25, 60)) is None


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("main, article", {"css": ["main, article"], "range": False}),
        (Range(start_after="h1", end_before="footer"), {"css": ["h1", "footer"], "range": True}),
    ],
)
def test_the_browser_looks_for_what_is_selected(selector, expected):
    assert selectors_to_watch([selector]) == [expected]
