"""What does not look like the policy, and what only seems so."""

import pytest

from tostrack.extraction.quality import CAUSES, classify_suspect

SENTENCES = [
    "You keep the rights to your content, and you give us a licence to show it to others.",
    "We may share your data with partners who help us to run the service for you.",
    "If the service is temporarily unavailable, we are not liable to you, so please try again later.",
    "You must log in to change your settings, and you may not use the account of another person.",
    "We use cookies, and you may accept all cookies or reject all of them in your browser.",
    "If you are under thirteen years of age, you may not use the service in any way.",
]
POLICY = "# Terms\n\n" + "\n\n".join(f"{number}\\. {SENTENCES[number % 6]}" for number in range(1, 40)) + "\n"
RUSSIAN = 30 * "Мы не продаём ваши данные, если только суд не потребует этого от нас. "
FRENCH = "\n\n".join(
    ["Vous gardez les droits sur votre contenu et vous nous accordez une licence pour le montrer à d'autres."] * 30
)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("# We'll be right back\n\nSorry, something went wrong on our side.", "outage"),
        ("# 503 Service Temporarily Unavailable\n\nnginx", "outage"),
        ("Acme is down for scheduled maintenance. We expect to be back at noon.", "maintenance"),
        ("# Log in to continue\n\nYou must log in to see this page.", "login"),
        ("# Just a moment...\n\nChecking your browser before accessing acme.example.", "blocked"),
        ("# Access Denied\n\nYou don't have permission to access this. Reference 18.2f", "blocked"),
        ("You need to enable JavaScript to run this app.", "needs-js"),
        ("# Before you continue\n\nAcme and its 812 partners use cookies.", "consent"),
        ("# How old are you?\n\nYou must be 18 or older to enter this site.", "consent"),
        ("# Page not found\n\nThe page that you look for is gone.", "wrong-page"),
        ("## This page isn’t available\n\nThe link may be broken.", "wrong-page"),
        ("Redirecting to legal.acme.example", "wrong-page"),
        ("Acme", "empty"),
        ("", "empty"),
        ("\ufffd\ufffd Terms \ufffd " * 100, "garbled"),
        (RUSSIAN.encode().decode("cp1251", "ignore"), "garbled"),
        (RUSSIAN.encode("koi8-r").decode("cp1251"), "garbled"),
    ],
)
def test_what_servers_say_instead_of_a_policy_is_suspect(text, cause):
    assert classify_suspect(text, previous=POLICY) == cause
    assert classify_suspect(text) == cause
    assert cause in CAUSES


def test_an_encoding_that_was_read_rightly_is_no_reason():
    assert classify_suspect(RUSSIAN) is None
    assert classify_suspect(RUSSIAN.upper()) is None


def test_a_policy_may_speak_of_outages_logins_and_cookies():
    assert classify_suspect(POLICY) is None
    assert classify_suspect(POLICY, previous=POLICY.replace("partners", "affiliates")) is None


def test_a_document_that_always_was_short_is_itself():
    imprint = "# Imprint\n\nAcme Inc., Springfield. You must be logged in to send us a message."

    assert classify_suspect(imprint.replace("Acme Inc.", "Acme Ltd."), previous=imprint) is None


def test_the_title_of_the_page_may_give_it_away():
    assert classify_suspect("Please come again.", page_title="502 Bad Gateway") == "outage"


@pytest.mark.parametrize(
    ("html", "cause"),
    [
        ("<form><input name=p type='password'></form>", "login"),
        ('<div id="root"></div><script src=x></script>', "needs-js"),
    ],
)
def test_markup_gives_short_pages_away(html, cause):
    assert classify_suspect("Welcome to Acme", html=html) == cause


def test_an_empty_shell_needs_scripts():
    assert classify_suspect("", html="<body><div id=app></div></body>") == "needs-js"


def test_a_short_document_that_is_gone_is_held_back_and_one_that_is_cut_down_is_not():
    imprint = " ".join(f"Acme line{n}." for n in range(50))

    assert (
        classify_suspect("The bananas are on their way to all of you, dear friends of fruit.", previous=imprint)
        == "collapse"
    )
    assert classify_suspect(imprint[: len(imprint) // 2], previous=imprint) is None


FRAME = "<html><body>{}</body>{}"


@pytest.mark.parametrize(
    ("policy", "cut"), [(POLICY, 0.3), (POLICY, 0.6), (POLICY, 0.9), (POLICY, 0.99), (POLICY[:600], 0.9)]
)
def test_a_page_that_breaks_off_is_held_back(policy, cut):
    before = policy.replace("partners", "affiliates")
    rest = policy[: int(len(policy) * cut)]

    cut_off = FRAME.format(rest, "")
    assert classify_suspect(rest, previous=before, previous_closed=True, html=cut_off) == "truncated"


@pytest.mark.parametrize(
    ("end", "cause"),
    [
        ("", None),
        ("</p>\n", None),
        ("<p>5 < 7", None),
        ("<!-- built at night --><script>if (a < b) {}</script>", None),
        ("<!-- it isn't slow --> <!-- that's all -->", None),
        ("<script>'<b' < \"it's</script>\n", None),
        ("<p class", "truncated"),
        ("<", "truncated"),
        ('<a href="/ter', "truncated"),
        ('<a title="a > b', "truncated"),
        ("</di", "truncated"),
        ("<!-- end of the", "truncated"),
        ("<script>let name = 'acme", "truncated"),
    ],
)
def test_a_page_that_never_has_an_end_tag_is_only_cut_off_inside_a_tag_a_comment_or_a_script(end, cause):
    shorter = POLICY[: int(len(POLICY) * 0.9)]

    assert classify_suspect(shorter, previous=POLICY, html=f"<html><body>{shorter}{end}") == cause


def test_a_page_that_ends_and_a_text_that_is_whole_are_not_cut_off():
    shorter = POLICY[: int(len(POLICY) * 0.9)]
    amended = POLICY.replace("partners", "affiliates")

    assert classify_suspect(shorter, previous=POLICY, html=FRAME.format(shorter, "</html>")) is None
    assert classify_suspect(amended, previous=POLICY, html=FRAME.format(amended, "")) is None


def test_a_stub_in_place_of_a_policy_is_another_page_whatever_it_says():
    assert (
        classify_suspect("# Pixboard\n\nThe bananas are on their way to you, dear friends of fruit.", previous=POLICY)
        == "wrong-page"
    )


def test_a_text_that_loses_more_than_half_is_held_back():
    kept = "\n\n".join(POLICY.split("\n\n")[20:])

    assert classify_suspect("\n\n".join(POLICY.split("\n\n")[:18]), previous=POLICY) == "collapse"
    assert classify_suspect(kept, previous=POLICY) is None


def test_a_text_that_grows_is_told_at_once():
    assert classify_suspect(POLICY * 6, previous=POLICY) is None


def test_another_language_is_another_edition():
    assert classify_suspect(FRENCH, previous=POLICY) == "language"
    assert classify_suspect(FRENCH, previous=FRENCH) is None


def test_a_page_about_something_else_is_the_wrong_page():
    marketing = " ".join(f"photo{n} filter{n} story{n} friends{n}" for n in range(80))

    assert classify_suspect(marketing, previous=POLICY) == "wrong-page"


@pytest.mark.parametrize(
    ("asked", "final", "text", "cause"),
    [
        ("https://acme.example/terms", "https://acme.example/", POLICY, "wrong-page"),
        (
            "https://acme.example/terms",
            "https://acme.example/login?next=%2Fterms",
            "Hello again, friend of Acme!",
            "login",
        ),
        ("https://acme.example/terms", "https://acme.example/en/terms", POLICY, None),
        ("https://acme.example/terms", "https://acme.example/legal/login-terms", POLICY, None),
        ("https://terms.acme.example/", "https://terms.acme.example", POLICY, None),
        ("https://acme.example/terms", "https://terms.acme.example/", POLICY, None),
        ("https://help.acme.example/terms", "https://acme.example/", POLICY, "wrong-page"),
        ("http://[", "http://[", POLICY, None),
    ],
)
def test_where_a_redirect_ends_tells_what_it_is(asked, final, text, cause):
    padded = text if text == POLICY else text + " We are glad to see you here today." * 5

    assert classify_suspect(padded, asked_url=asked, final_url=final) == cause
