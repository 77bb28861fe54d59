"""A first text has no text before it: what its page holds besides it tells whether it is the policy."""

import json

import pytest
from conftest import paragraphs

from tostrack.archive import Archive
from tostrack.extraction.page_shape import find_redirect, find_remote_text, is_same_site, list_frames
from tostrack.extraction.quality import classify_error_page, classify_suspect, is_error_page
from tostrack.models import NotModified, Outcome, Page, Snapshot
from tostrack.services import crawl

URL = "https://acme.example/terms"
FOOTER = "Acme Paper Boats Ltd, Harbour Road 5, Ahoy Town. All rights reserved. Boats are folded by hand since 1989."
IMPRINT = " ".join([FOOTER] * 5)
PAGE = "<html><body>{}<p>" + FOOTER + "</p></body></html>"


@pytest.mark.parametrize(
    ("besides", "cause", "address"),
    [
        ("<iframe src=/policy.html></iframe>", "frame", "https://acme.example/policy.html"),
        ("<iframe src=//legal.acme.example/x title=Frame></iframe>", "frame", "https://legal.acme.example/x"),
        ("<iframe src=https://docs.example/privacy></iframe>", "frame", "https://docs.example/privacy"),
        ("<iframe src=https://docs.example/x></iframe>", "frame", "https://docs.example/x"),
        ("<object data=/terms.pdf type=application/pdf></object>", "embedded", "https://acme.example/terms.pdf"),
        ("<embed src=/terms.pdf>", "embedded", "https://acme.example/terms.pdf"),
        ("<iframe src='/viewer?file=terms.pdf'></iframe>", "embedded", "https://acme.example/viewer?file=terms.pdf"),
        ("<div id=__next><div>Loading</div></div>", "needs-js", ""),
        ("<x-root></x-root>", "needs-js", ""),
        ("<noscript>Enable JavaScript to read this.</noscript>", "needs-js", ""),
    ],
)
def test_a_first_text_beside_its_real_place_is_doubted_and_the_place_is_named(besides, cause, address):
    html = PAGE.format(besides)
    remote = find_remote_text(html, URL, len(FOOTER.split()))

    assert classify_suspect(FOOTER, html=html, final_url=URL) == cause
    assert (remote.cause, remote.address) == (cause, address)
    # Once it is accepted, this is how the document is.
    assert classify_suspect(FOOTER, previous=FOOTER, html=html, final_url=URL) is None


@pytest.mark.parametrize(
    ("text", "besides"),
    [
        (FOOTER, ""),
        (FOOTER, "<iframe src=https://x.example/t width=0 height=0></iframe>"),
        (FOOTER, "<iframe src=https://x.example/t style='display:none'></iframe>"),
        (FOOTER, "<noscript><iframe src=https://x.example/t></iframe></noscript>"),
        (FOOTER, "<iframe src=about:blank></iframe><iframe></iframe>"),
        (IMPRINT, "<iframe src=https://maps.example/embed></iframe>"),
        (IMPRINT, "<x-chat></x-chat>"),
        (IMPRINT, "<noscript>Enable JavaScript to see our boats.</noscript>"),
        (FOOTER, f"<div id=root><p>{FOOTER}</p></div>"),
        ("User-agent: *\n\nDisallow: /workshop\n\nSitemap: https://acme.example/sitemap.xml and more of it here", ""),
        ("# Sub-processors\n\n- Acme Cloud\n- Acme Mail\n- Acme Pay\n- Acme Print in Ahoy Town\n- Acme Ship", ""),
    ],
)
def test_a_short_text_without_such_evidence_is_the_policy(text, besides):
    assert classify_suspect(text, html=PAGE.format(besides), final_url=URL) is None


def test_a_long_text_beside_a_frame_is_the_policy():
    text = " ".join(f"You keep every right in drawing {number}." for number in range(40))

    assert classify_suspect(text, html=PAGE.format("<iframe src=/policy.html></iframe>"), final_url=URL) is None


def test_a_text_that_gets_a_frame_later_is_not_doubted():
    assert classify_suspect(IMPRINT, previous=IMPRINT, html=PAGE.format("<iframe src=/x></iframe>")) is None


ACCENTS = "You can’t use the café’s tools – “except” with a helper’s consent, naïve as it is."


@pytest.mark.parametrize(
    "text",
    [ACCENTS, "Мы не продаём ваши данные, если только суд не потребует этого.", "我们不会出售您的数据，除非法院要求。"],
)
def test_a_text_whose_encoding_was_read_wrongly_is_no_version(text):
    wrong = text.encode().decode("cp1252", "replace").replace("\ufffd", "")
    twice = wrong.encode().decode("cp1252", "replace").replace("\ufffd", "")

    for garbled in (wrong, twice):
        assert classify_suspect(" ".join([garbled] * 9)) == "garbled"
        assert classify_suspect(" ".join([garbled] * 9), previous=" ".join([text] * 9)) == "garbled"
    assert classify_suspect(" ".join([text] * 9)) is None


@pytest.mark.parametrize(
    "text",
    [
        "Vos données sont «\u00a0à vous\u00a0», là où déjà\u00a0» elles l’étaient à côté de l’été. " * 9,
        "A NOSSA POLÍTICA: NÃO VENDEMOS “DADOS” SEM A SUA AUTORIZAÇÃO • À MÃO – JÁ É ASSIM. " * 9,
        f"{IMPRINT} A slip of its author: cafÃ© and no more of it.",
    ],
)
def test_accents_are_no_wrong_encoding(text):
    assert classify_suspect(text) is None


def test_a_slip_that_was_there_before_holds_nothing_back():
    garbled = " ".join([ACCENTS.encode().decode("cp1252", "replace")] * 9).replace("\ufffd", "")

    assert classify_suspect(f"{garbled} And this is new.", previous=garbled) is None


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("403 forbidden nginx", "blocked"),
        ("forbidden", "blocked"),
        ("you must be 18 or older to enter this site", "consent"),
        ("seite nicht gefunden", "wrong-page"),
        ("accesso negato", "blocked"),
        ("what you may draw is not forbidden " + "we fold boats for all who want them " * 8, ""),
        ("about your privacy " + "we fold boats for all who want them " * 8, ""),
    ],
)
def test_an_error_is_known_in_every_language_that_we_have(said, cause):
    assert classify_error_page(said) == cause


def test_an_error_in_the_frame_of_a_page_is_known_by_what_is_gone():
    menu = [f"boats of kind {number} for all" for number in range(9)]
    policy = [f"you keep every right in what you draw for us in month {number}" for number in range(30)]

    assert is_error_page([*menu, "something went wrong"], [*menu, *policy])
    assert not is_error_page([*menu, *policy, "something went wrong"], [*menu, *policy])


@pytest.mark.parametrize(
    ("head", "target"),
    [
        ("<meta http-equiv=refresh content='0; url=/legal/terms'>", "https://acme.example/legal/terms"),
        ("<meta http-equiv=Refresh content=\"5;URL='https://legal.example/t'\">", "https://legal.example/t"),
        ("<meta http-equiv=refresh content='300; url=/other'>", ""),
        ("<meta http-equiv=refresh content='0'>", ""),
        ("<meta http-equiv=refresh content='0; url=/terms'>", ""),
        ("<meta http-equiv=refresh content='0; url=javascript:x'>", ""),
        ("<meta http-equiv=refresh content='0; url=http://['>", ""),
        ("<script>window.location.href = '/legal/terms';</script>", "https://acme.example/legal/terms"),
        ('<script>location.replace("/legal/terms")</script>', "https://acme.example/legal/terms"),
        ("<script>" + "\n" * 40 + "location = '/buy'</script>", ""),
    ],
)
def test_the_target_of_a_page_that_only_redirects_is_named(platform, head, target):
    html = (
        f"<html><head>{head}</head><body><p>You will be there in a moment, dear friend of all boats.</p></body></html>"
    )
    platform.documents[0] = type(platform.documents[0])("acme", "terms", (Page(URL),))
    [result] = platform.night(terms=html)

    assert find_redirect(html, URL) == target
    assert (f"it redirects to {target}:" in result.message) is bool(target)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://acme.example/a", "https://www.acme.example/b", True),
        ("https://www.acme.example/a", "https://legal.acme.example/b", True),
        ("https://acme.example/a", "https://notacme.example/b", False),
        ("", "https://acme.example/b", False),
    ],
)
def test_a_site_is_a_host_and_those_below_it(one, other, same):
    assert is_same_site(one, other) is same


def test_frames_are_listed_once_and_hostile_addresses_never():
    html = (
        "<iframe src=/a></iframe><iframe src=/a></iframe><iframe src=javascript:x></iframe><iframe src='http://['></iframe>"
        "<frameset><frame src=b></frameset><embed src=file:///etc/x.pdf>"
    )

    assert list_frames(html, URL) == ["https://acme.example/a", "https://acme.example/b"]


TERMS = paragraphs("You keep every right in what you draw, and we may show it to nobody without your word.")
FRAMED = TERMS.replace("</main>", "<iframe src=/frame></iframe></main>")


def frame(words):
    return f"<html><body><p>{words} <a href=more>more</a></p></body></html>"


def follow(platform, **page):
    [document] = platform.documents
    platform.documents = [
        type(document)("acme", "terms", (Page("https://acme.example/terms", select=("main",), **page),))
    ]


def test_a_doubted_first_text_names_its_remedy_and_waits_until_it_is_accepted(platform):
    platform.documents[0] = type(platform.documents[0])("acme", "terms", (Page(URL),))
    page = PAGE.format("<iframe src=/policy.html></iframe>")

    [first] = platform.night(terms=page)
    [second] = platform.night(terms=page)

    assert [(each.outcome, each.cause) for each in (first, second)] == [(Outcome.SUSPECT, "frame")] * 2
    assert "https://acme.example/policy.html" in first.message
    assert "tostrack review acme/terms --accept" in first.message


def test_a_page_of_frames_only_names_them(platform):
    platform.documents[0] = type(platform.documents[0])("acme", "terms", (Page(URL),))

    [result] = platform.night(terms="<html><frameset cols='20%,80%'><frame src=/policy.html></frameset></html>")

    assert "watch https://acme.example/policy.html, or set follow" in result.message


def test_frames_of_the_same_site_are_followed(platform):
    follow(platform, follow="frames")
    platform.night(terms=FRAMED, frame=frame("We may sell boats to you."))
    [result] = platform.night(terms=FRAMED, frame=frame("We may sell your drawings to advertisers."))

    assert (result.outcome, result.verdict) == (Outcome.CHANGED, "substantive")
    with Archive(platform.database) as archive:
        text = archive.text("acme", "terms")
    assert "We may sell your drawings to advertisers. [more](https://acme.example/more)" in text
    assert "You keep every right" in text


def test_without_the_frame_there_is_no_half_document(platform):
    from tostrack.errors import FetchError

    follow(platform, follow="frames")
    [result] = platform.night(terms=FRAMED, frame=FetchError("https://acme.example/frame: 503", cause="http-503"))

    assert (result.outcome, result.cause) == (Outcome.FAILED, "http-503")


def test_a_rendered_page_has_its_frames_where_they_answer(platform):
    from tostrack.errors import FetchError

    follow(platform, fetch="browser")
    platform.night(terms=FRAMED, frame=frame("We may sell boats to you."))
    with Archive(platform.database) as archive:
        assert "We may sell boats to you." in archive.text("acme", "terms")

    [result] = platform.night(terms=FRAMED, frame=FetchError("https://acme.example/frame: 503", cause="http-503"))
    assert result.outcome is not Outcome.FAILED


def test_frames_of_other_sites_are_never_asked(platform):
    follow(platform, follow="frames")
    page = TERMS.replace("</main>", "<iframe src=https://other.example/frame></iframe></main>")

    # The fake knows no such page, and would say so.
    [result] = platform.night(terms=page)

    assert (result.outcome, result.cause) == (Outcome.SUSPECT, "frame")
    assert "watch https://other.example/frame" in result.message
    assert "follow" not in result.message


def sent_on(address):
    return f'<html><head><meta http-equiv="refresh" content="0; url={address}"></head><body>Moving</body></html>'


def test_a_page_that_sends_browsers_on_is_followed_where_asked(platform):
    follow(platform, follow="redirects")
    [result] = platform.night(terms=sent_on("/frame"), frame=TERMS)

    assert result.outcome is Outcome.FIRST
    with Archive(platform.database) as archive:
        assert "You keep every right" in archive.text("acme", "terms")
        [chain] = archive.query("SELECT chain FROM snapshots")[0]
    assert json.loads(chain) == ["https://acme.example/terms", "https://acme.example/frame"]


def test_a_page_that_sends_browsers_on_is_named_where_not_asked(platform):
    follow(platform)
    [result] = platform.night(terms=sent_on("/frame"))

    assert result.outcome is not Outcome.FIRST
    assert 'watch that address, or set follow = "redirects"' in result.message


@pytest.mark.parametrize(
    ("pages", "cause"),
    [
        ({"terms": sent_on("/frame"), "frame": sent_on("/terms")}, "redirect-loop"),
        ({"terms": sent_on("http://acme.example/frame")}, "redirect-scheme"),
    ],
)
def test_a_page_that_sends_browsers_round_or_down_is_a_failure(platform, pages, cause):
    follow(platform, follow="redirects")
    [result] = platform.night(**pages)

    assert (result.outcome, result.cause) == (Outcome.FAILED, cause)


def test_a_server_that_answers_304_to_everything_is_asked_for_the_whole_page_after_a_month(platform):
    sent = []
    fetch_all = platform.fetch_all
    platform.fetch_all = lambda requests: fetch_all([sent.append(r.validators) or r for r in requests])
    platform.night(days=29, terms=TERMS)
    platform.night(days=1, terms=NotModified(URL, platform.at))
    [result] = platform.night(terms=paragraphs("You keep nothing of what you draw, and we may show it to everybody."))

    assert [validators is None for validators in sent] == [True, False, True]
    assert result.outcome is Outcome.CHANGED


def test_a_page_with_frames_is_always_asked_for_whole(platform):
    sent = []
    follow(platform, follow="frames")
    fetch_all = platform.fetch_all
    platform.fetch_all = lambda requests: fetch_all([sent.append(r.validators) or r for r in requests])
    platform.night(terms=FRAMED, frame=frame("We may sell boats to you."))
    platform.night(terms=FRAMED)

    assert sent == [None] * 4


def test_the_parts_left_out_of_a_page_are_listed_with_their_length():
    from tostrack.extraction.document_text import list_left_out
    from tostrack.models import Document

    policy = "".join(
        f"<p>We may use what you draw for purpose number {n}, as long as you let us.</p>" for n in range(9)
    )
    html = (
        f"<body><nav><a href=/a>Home of all the boats that we fold for you</a></nav><main>{policy}</main>"
        "<div class=cookie-banner><p>We use cookies for all that you can think of.</p><button>OK</button></div>"
        "<iframe src=/x></iframe></body>"
    )
    capture = Snapshot(URL, None, 200, html.encode(), {"content-type": "text/html"}, (URL,))

    assert list_left_out(Document("acme", "terms", (Page(URL),)), {0: capture}) == [
        "10 words in <nav>: Home of all the boats that we fold for you",
        "11 words in <div.cookie-banner>: We use cookies for all that you can think of. OK",
        "a frame: https://acme.example/x",
    ]
    assert crawl.RECHECK.days == 30
