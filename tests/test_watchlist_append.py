"""A document is added to a watchlist as its author would have, and nothing else of the file is touched."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tostrack.errors import ConfigError
from tostrack.models import Document, Page, Range, slug
from tostrack.watchlist import loads
from tostrack.watchlist.edit import append
from tostrack.watchlist.naming import names, owner

WATCHLIST = """\
# What the shop depends on.
[settings]
delay = 5   # seconds

# The first.
[watch.acme]
name = "Acme"   # of Sweden

[watch.acme.terms]
url = "https://acme.example/terms"
# checked by hand in May

# The second, which moved.
# Twice.
[watch.pixboard.terms]
url = "https://pixboard.example/terms"

[digest.me]
to = ["me@example.org"]
"""


def document(service: str, slug: str, **more) -> Document:
    page = Page(f"https://{service}.example/{slug}", ("main", Range(start_before="#a", end_after='p[title="b"]')))
    return Document(service, slug, (page,), slug.title(), service.title(), **more)


def test_a_document_stands_after_the_others_of_its_service():
    text = append(WATCHLIST, [document("acme", "privacy")]).text

    before, after = text.split("[watch.acme.privacy]")
    assert before.endswith('url = "https://acme.example/terms"\n# checked by hand in May\n\n')
    assert "\n\n# The second, which moved.\n# Twice.\n[watch.pixboard.terms]\n" in after
    assert loads(text).documents[1].pages == document("acme", "privacy").pages


def test_a_comment_that_touches_the_next_table_stays_with_it():
    touching = WATCHLIST.replace("May\n\n# The second", "May\n# The second")

    text = append(touching, [document("acme", "privacy")]).text

    assert text.index("[watch.acme.privacy]") < text.index("# The second") < text.index("[watch.pixboard.terms]")


def test_a_new_service_stands_at_the_end_with_its_name():
    text = append(WATCHLIST, [document("lumora", "terms"), document("lumora", "privacy")]).text

    assert text.startswith(WATCHLIST)
    assert text.count("[watch.lumora]\n") == 1
    assert loads(text).services["lumora"] == "Lumora"


def test_an_empty_file_becomes_a_watchlist():
    assert loads(append("", [document("acme", "terms")]).text).documents[0].id == "acme/terms"


def test_a_service_whose_tables_stand_apart_is_added_to_after_the_last():
    apart = WATCHLIST + '\n[watch.acme.api]\nurl = "https://acme.example/api"'

    text = append(apart, [document("acme", "privacy")]).text

    assert text.index("[watch.acme.api]") < text.index("[watch.acme.privacy]")
    assert text.startswith(apart)


@pytest.mark.parametrize(
    ("unwanted", "why"),
    [
        (Document("acme", "terms", (Page("https://acme.example/new"),)), "in the watchlist already"),
        (Document("acme", "tos", (Page("https://acme.example/terms"),)), "has the url and select of acme/terms"),
        (Document("acme", "con", (Page("https://acme.example/con"),)), "device on Windows"),
        (Document("acme", "ftp", (Page("ftp://acme.example/"),)), "must start with https://"),
    ],
)
def test_what_a_watchlist_cannot_take_is_refused_and_the_others_are_added(unwanted, why):
    result = append(WATCHLIST, [unwanted, document("pixboard", "privacy")])

    [(refused, reason)] = result.refused
    assert refused is unwanted
    assert why in reason
    assert [added.id for added in result.added] == ["pixboard/privacy"]


def test_nothing_to_add_leaves_every_byte():
    assert append(WATCHLIST, []).text == WATCHLIST


def test_a_lay_out_that_cannot_be_added_to_is_left_alone_and_said():
    inline = 'watch = { acme = { terms = { url = "https://acme.example/terms" } } }\n'

    with pytest.raises(ConfigError, match=r"add by hand:\n\n\[watch.acme.privacy\]"):
        append(inline, [document("acme", "privacy")])


comments = st.lists(st.sampled_from(["", "# a note", "  # indented", "\t"]), max_size=3).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)


# The first example pays for an import.
@settings(deadline=None)
@given(
    st.lists(st.tuples(comments, st.sampled_from(["acme", "pixboard", "x"])), min_size=1, max_size=6),
    comments,
    st.booleans(),
)
def test_every_line_of_the_file_is_there_afterwards_in_its_order(tables, end, newline):
    text = (
        "".join(
            f'{note}[watch.{service}.d{n}]\nurl = "https://{service}.example/{n}"\n'
            for n, (note, service) in enumerate(tables)
        )
        + end
    )
    text = text if newline else text.rstrip("\n")

    written = append(text, [document("acme", "privacy"), document("x", "privacy")]).text

    rest = iter(written.splitlines())
    assert all(line in rest for line in text.splitlines() if line.strip())
    assert {each.id for each in loads(written).documents} == {each.id for each in loads(text).documents} | {
        "acme/privacy",
        "x/privacy",
    }


@pytest.mark.parametrize(
    ("url", "says", "service", "service_name", "slug", "name"),
    [
        ("https://help.pixboard.com/58116", {"heading": "Terms of Use", "title": "Terms of Use | Pixboard Help Center", "site_name": "Pixboard Help Center"}, "pixboard", "Pixboard", "terms", "Terms of Use"),
        ("https://www.acme.co.uk/legal/privacy", {}, "acme", "Acme", "privacy", "Privacy Policy"),
        ("https://www.pixboardinc.com/policies/user-agreement", {"title": "Pixboard User Agreement", "site_name": "Pixboard"}, "pixboard", "Pixboard", "terms", "Pixboard User Agreement"),
        ("https://lumora.de/recht", {"title": "Datenschutzerklärung – Lumora"}, "lumora", "Lumora", "privacy", "Datenschutzerklärung"),
        ("https://lumora.example/p/17", {"heading": "Opening Hours"}, "lumora", "Lumora", "opening-hours", "Opening Hours"),
        ("https://lumora.example/integritet", {"title": "Lumora API – Integritetspolicy"}, "lumora", "Lumora", "privacy", "Integritetspolicy"),
        ("https://lumora.example/", {}, "lumora", "Lumora", "", ""),
    ],
)  # fmt: skip
def test_a_page_is_named_by_its_address_and_by_what_it_calls_itself(url, says, service, service_name, slug, name):
    found = names(url, **says)

    assert (found.service, found.service_name, found.document, found.document_name) == (
        service,
        service_name,
        slug,
        name,
    )


def test_a_service_that_is_watched_on_the_same_host_is_the_service():
    known = loads(WATCHLIST.replace("https://pixboard.example", "https://legal.board.example")).documents

    assert names("https://legal.board.example/privacy", known=known).service == "pixboard"


def test_a_second_document_of_a_kind_is_called_by_its_name():
    known = loads(WATCHLIST).documents

    assert names("https://acme.example/b2b", heading="Commercial Terms", known=known).document == "commercial-terms"


@given(st.text())
def test_the_owner_of_any_host_is_an_id_or_nothing(host):
    assert owner(host) == slug(owner(host))
