"""The demo's platform: its story, its pages, its server."""

import http.client
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from fakes import NET

from tostrack import extract, split_clauses
from tostrack.demo import NIGHTS, serve, watchlist_text
from tostrack.demo.pages import page
from tostrack.watchlist import check_selectors, loads

DOCUMENTS = ("terms", "privacy")


def html(night, document):
    """Return the page of *document* on *night*."""
    found = page(night, f"/legal/{document}")
    assert found is not None
    return found


WATCHED = {each.slug: each for each in loads(watchlist_text("http://127.0.0.1:1")).documents}


def markdown(night, document):
    """Return the text that the demo's watchlist takes from the page."""
    (asked,) = WATCHED[document].pages
    return extract(html(night, document), url=asked.url, select=asked.select)


def clauses(night, document):
    """Return the clauses of that text."""
    return [clause.text for clause in split_clauses(markdown(night, document))]


def get(url, path, method="GET", **headers):
    """Return the status, headers and body of one answer."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=NET)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def night_of(word):
    """Return the first night whose story has *word*, and the night before it."""
    return next((after, before) for before, after in pairwise(NIGHTS) if word in after.story)


# The story


def test_the_nights_go_forward_in_time_and_span_two_years():
    times = [night.at for night in NIGHTS]

    assert times == sorted(set(times))
    assert all(time.tzinfo for time in times)
    assert times[-1].year - times[0].year == 2


def test_every_story_says_whether_to_speak():
    for night in NIGHTS:
        assert ("silence" in night.story.lower()) == (not night.speaks and "first look" not in night.story)


def test_the_pages_of_a_night_are_always_the_same():
    assert [html(night, "terms") for night in NIGHTS] == [html(night, "terms") for night in NIGHTS]


def test_every_night_sends_other_bytes():
    for document in DOCUMENTS:
        assert len({html(night, document) for night in NIGHTS}) == len(NIGHTS)


def test_no_slot_is_left_open():
    for night in NIGHTS:
        for document in DOCUMENTS:
            assert "$" not in html(night, document)


# The texts


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_policy_has_the_size_of_a_short_real_one(document):
    assert 30 <= len(clauses(NIGHTS[0], document)) <= 50


def test_noise_leaves_the_policy_alone():
    first, second, third = NIGHTS[:3]

    for document in DOCUMENTS:
        assert clauses(first, document) == clauses(second, document) == clauses(third, document)


def test_the_furniture_is_no_part_of_a_policy():
    for document in DOCUMENTS:
        text = "\n".join(clauses(NIGHTS[0], document))

        assert "cookies to keep you signed in" not in text
        assert "Log in" not in text
        assert "©" not in text


def test_the_license_loses_its_limits():
    after, before = night_of("sub-licensable")
    (gone,) = [text for text in clauses(before, "terms") if text not in clauses(after, "terms") and "grant" in text]
    (new,) = [text for text in clauses(after, "terms") if text not in clauses(before, "terms") and "grant" in text]

    assert "limited license" in gone
    assert "transferable, sub-licensable" in new
    assert "limited" not in new


def test_the_advertising_clause_comes_and_goes():
    after, before = night_of("sponsored content")
    back, _ = night_of("outcry")
    (new,) = [
        text for text in clauses(after, "terms") if text not in clauses(before, "terms") and "updated" not in text
    ]

    assert "your name, likeness, username and photos" in new
    assert clauses(back, "terms") == clauses(before, "terms")


def test_the_outage_is_no_policy():
    down, _ = night_of("down")

    for document in DOCUMENTS:
        assert "right back" in html(down, document)
        assert "Lumora Labs" not in html(down, document)


def test_a_retention_period_triples():
    after, before = night_of("90 days")

    assert any("within 30 days" in text for text in clauses(before, "privacy"))
    assert any("within 90 days" in text for text in clauses(after, "privacy"))


def test_the_british_edition_differs_in_its_spelling_only():
    british, american = night_of("British")
    changed = [
        pair for pair in zip(clauses(american, "terms"), clauses(british, "terms"), strict=True) if pair[0] != pair[1]
    ]

    assert len(changed) >= 5
    assert all(abs(len(old) - len(new)) <= 2 for old, new in changed)


# The server


def test_the_server_shows_the_night_it_is_told_to():
    with serve() as platform:
        _, _, first = get(platform.url, "/legal/terms")
        platform.show(NIGHTS[3])
        _, _, later = get(platform.url, "/legal/terms")

    assert first.decode() == html(NIGHTS[0], "terms")
    assert later.decode() == html(NIGHTS[3], "terms")


def test_the_server_answers_304_until_the_page_changes():
    with serve() as platform:
        _, headers, _ = get(platform.url, "/legal/privacy")
        etag = headers["ETag"]
        again, _, body = get(platform.url, "/legal/privacy", **{"If-None-Match": etag})
        platform.show(NIGHTS[1])
        changed, _, _ = get(platform.url, "/legal/privacy", **{"If-None-Match": etag})

    assert (again, body) == (304, b"")
    assert changed == 200


def test_robots_may_read_the_policies():
    with serve() as platform:
        status, _, body = get(platform.url, "/robots.txt")

    assert status == 200
    assert b"Disallow: /legal" not in body


def test_head_has_no_body_and_other_paths_do_not_exist():
    with serve() as platform:
        head, headers, body = get(platform.url, "/legal/terms", "HEAD")
        missing, _, _ = get(platform.url, "/legal/cookies")

    assert (head, body) == (200, b"")
    assert int(headers["Content-Length"]) > 5000
    assert missing == 404


def test_the_demo_watchlist_is_a_good_one():
    watchlist = loads(watchlist_text("http://127.0.0.1:8080"))

    check_selectors(watchlist)
    assert [document.id for document in watchlist.documents] == ["lumora/terms", "lumora/privacy"]
    assert watchlist.settings.allow_private == ("127.0.0.1",)
    assert watchlist.settings.delay == 0
