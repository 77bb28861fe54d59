"""Each token that changed is explained by a rule that may explain it, or the change is substantive."""

import pytest

from tostrack import compare
from tostrack.analysis.comparison import read_version
from tostrack.analysis.diff import diff
from tostrack.analysis.verdict.context import TextPair
from tostrack.analysis.verdict.silence import account_for
from tostrack.models import Reason, Verdict

BODY = "\n\n".join(
    f"This is paragraph {name} of the notice of Example, which says at some length how records are handled by it."
    for name in ("alpha", "beta", "gamma", "delta")
)
FRAME = f"# Notice\n\n{BODY}\n\n{{}}\n\n## Courts\n\n{BODY.replace('notice', 'second part')}\n"


def verdict(old: str, new: str) -> Verdict:
    return compare(FRAME.format(old), FRAME.format(new)).verdict


@pytest.mark.parametrize(
    "block",
    [
        "| Topic | Answer |\n| --- | --- |\n| Files | {} |",
        "### Are files sold?\n\n{}",
        "Files\n\nBerlin\n\nSold\n\n{}",
        "The following applies:\n\n- Files: Berlin\n- Sold: {}",
        "Are files sold: {}.",
    ],
)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("No", "Yes"),
        ("Nein", "Ja"),
        ("Non", "Oui"),
        ("Désactivée", "Activée"),
        ("Nobody", "Advertising networks"),
        ("Nadie", "Redes publicitarias"),
        ("Sixteen", "Thirteen"),
        ("Revocable", "Irrevocable"),
        ("1.5%", "15%"),
        ("18+", "18"),
        ("−5 %", "5 %"),
        ("≥ 16", "≤ 16"),
        ("✗", "✓"),
        ("5,000", "500"),
        ("2 hours", "2 days"),
    ],
)
def test_an_answer_is_told_wherever_it_stands(block, old, new):
    assert verdict(block.format(old), block.format(new)) is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("It takes your written consent and written notice.", "It takes your written consent and notice."),
        ("Reports go to stats.example.org.", "Reports go to stats.example.org and ads.example.net."),
        (
            "A first answer comes in 2 business hours on business days.",
            "A first answer comes in 2 hours on business days.",
        ),
        ("Files lie with 3 partners.", "Files lie with partners."),
        ("The plan includes 100 exports.", "The plan includes 50 exports."),
        ("The company does not hand it over.", "The company does hand it over."),
        ("You may ~~not~~ resell it.", "You may not resell it."),
        ("We sell: விற்கிறோம்.", "We sell: விற்குறோம்."),
        ("Terms for Europe", "Terms for Europe and Asia"),
        ("", "By using the service you agree to binding arbitration."),
        ("", "If you click Accept all, we sell what your visit tells us."),
        ("", "We publish this in other languages, and the English text alone is binding."),
        ("## See also\n\nMore of it.", "## See also\n\nMore of it.\n\nInsurance companies receive your record."),
        ("```\nDisallow: /\n```", "```\nAllow: /\n```"),
    ],
)
def test_a_guarded_token_is_never_silent(old, new):
    assert verdict(old, new) is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Request ID: 7f3a9c21d4e8", "Request ID: 0b9e44aa17c2"),
        ("Build 4f9c2e1", "Build 83ad01b"),
        ("Vor 3 Tagen aktualisiert", "Vor 4 Tagen aktualisiert"),
        ("Mis à jour il y a 3 jours", "Mis à jour il y a 4 jours"),
        ("Write to help@example.org.", "Write to help [at] example [dot] org."),
        ("This is about the the service.", "This is about the service."),
        ("Sections 16 and 17 outlive it.", "Sections 15 and 16 outlive it."),
        ("Last updated: 03-05-2024", "Last updated: 09-02-2025"),
        ("A note.\n{: .a}", "A note.\n{: .a .b #c}"),
        ("Das Café im Überblick, wie es beschrieben ist.", "Das CafÃ© im Ãœberblick, wie es beschrieben ist."),
    ],
)
def test_what_says_nothing_is_silent(old, new):
    assert verdict(old, new) is not Verdict.SUBSTANTIVE


def test_a_cookie_banner_around_the_text_is_silent_in_any_language():
    old = f"# Notice\n\n{BODY}\n"
    new = f"{old}\nTa strona używa plików cookie, aby poprawić komfort.\n\nAkceptuj\n\nOdrzuć\n\nUstawienia\n"

    assert compare(old, new).verdict is Verdict.NOISE


def test_a_link_to_another_document_is_editorial_and_names_it():
    change = compare(FRAME.format("See [the addendum](/dpa-1.pdf)."), FRAME.format("See [the addendum](/dpa-2.pdf)."))

    assert change.verdict is Verdict.EDITORIAL
    assert "dpa-2.pdf" in change.explanation


@pytest.mark.parametrize(
    ("old", "new", "importance"),
    [
        ("Write to Example, 5 Mill Street, Bath.", "Write to Example, 9 Hill Street, Bath.", "minor"),
        ("Call us by telephone at 555 1234 at noon.", "Call us by telephone at 555 9876 at noon.", "minor"),
        ("It shows names on media like Chirper and Snapgram.", "It shows names on media like Chirper.", "minor"),
        (
            "Our registered office is 2 Mill Street, Bath, BA2 3HD.",
            "Our registered office is Hill House, Leeds, LS1 4.",
            "minor",
        ),
        ("You may cancel by email within 30 days.", "You may cancel by email within 60 days.", "major"),
        ("The phone line is for those over 16.", "The phone line is for those over 13.", "major"),
        ("We send your email address to Acme.", "We send your email address to Zeta.", "major"),
        ("Records are kept for 30 days.", "Records are kept for 90 days.", "major"),
        ("A letter by post must come in 30 days.", "A letter by post must come in 90 days.", "major"),
        ("Records go to partners like Chirper.", "Records go to partners like Chirper and Snapgram.", "major"),
    ],
)
def test_importance_tells_an_address_from_a_right(old, new, importance):
    change = compare(FRAME.format(old), FRAME.format(new))

    assert (change.verdict, change.importance) == (Verdict.SUBSTANTIVE, importance)


def test_what_is_silent_has_no_importance():
    assert compare(FRAME.format("a"), FRAME.format("**a**")).importance == ""


@pytest.mark.parametrize(
    "line", ["Your address is 203.0.113.{}.", "You are visitor number 12,3{}.", "Code 7{}e1f-{}ab"]
)
def test_a_line_that_differs_on_three_visits_is_a_stamp(line):
    texts = [FRAME.format(line.replace("{}", str(night))) for night in (17, 24, 31)]

    assert compare(texts[1], texts[0]).verdict is Verdict.SUBSTANTIVE or "Code" in line
    assert compare(texts[1], texts[2], [texts[0]]).reason is Reason.STAMP


@pytest.mark.parametrize(
    "line", ["You must pay {} euros.", "Kept for {} days.", "Partners get {} of it.", "No more than {} seats."]
)
def test_a_rule_is_told_however_often_its_number_changes(line):
    texts = [FRAME.format(line.format(night)) for night in (17, 24, 31)]

    assert compare(texts[1], texts[2], [texts[0]]).verdict is Verdict.SUBSTANTIVE


def test_a_number_that_two_visits_showed_is_not_live():
    texts = [FRAME.format(f"Visitor number {night}.") for night in (17, 24, 31)]

    assert compare(texts[1], texts[2], [texts[1], texts[0]]).verdict is Verdict.SUBSTANTIVE


def test_the_account_names_the_rule_and_each_token():
    old, new = (
        read_version(FRAME.format(text))
        for text in ("The organisation keeps 5 files.", "The organization keeps 5 files.")
    )
    rule, entries = account_for(diff(old.clauses, new.clauses), 0, Reason.EDITION, TextPair(old, new))

    assert rule == "same_words"
    assert [(entry.op, entry.token.text, entry.explained) for entry in entries] == [
        ("-", "organisation", True),
        ("+", "organization", True),
    ]


def test_of_what_is_told_no_token_is_explained():
    old, new = (read_version(FRAME.format(text)) for text in ("Kept for 5 days.", "Kept for 9 days."))
    rule, entries = account_for(diff(old.clauses, new.clauses), 0, Reason.NUMBERS, TextPair(old, new))

    assert rule == "numbers"
    assert not any(entry.explained for entry in entries)
