"""Does it matter, and why: one real-shaped case for every reason, and the neighbours that must not be mistaken."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tostrack
from tostrack.analysis.diff import diff
from tostrack.analysis.verdict import judge_hunks
from tostrack.clauses import split_clauses
from tostrack.models import Judgement, Reading, Reason, Verdict, Version

NOW = datetime(2024, 6, 1, tzinfo=UTC)

POLICY = """# Privacy Policy

Last updated: 1 March 2024

## 1. What we collect

We collect your name, your e-mail address and the photos that you post on Pixboard. We keep them for 90 days.

You must be at least 13 years old to use Pixboard.

## 2. Whom we share it with

We do not share your data with advertisers without your consent. We may share it with our service providers:

- hosting companies
- payment companies

## 3. Contact

Write to Pixboard LLC, 1 Main Street, Springfield, or to privacy@pixboard.example. See https://pixboard.example/help for help.
"""


def reading(text: str, at: datetime | None = None) -> Reading:
    return Reading(Version(text, at), tuple(split_clauses(text)))


def judged(old: str, new: str, *earlier: str, stood_days: float = 1) -> Judgement:
    before, after = reading(old, NOW - timedelta(days=stood_days)), reading(new, NOW)
    past = [reading(text, NOW - timedelta(days=stood_days + 10 * (at + 1))) for at, text in enumerate(earlier)]
    return judge_hunks(diff(before.clauses, after.clauses), before, after, past)


def replaced(*pairs: tuple[str, str]) -> str:
    text = POLICY
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def reason(*pairs: tuple[str, str]) -> Reason:
    return judged(POLICY, replaced(*pairs)).reason


def test_the_same_bytes_are_identical():
    assert judged(POLICY, POLICY).reason is Reason.IDENTICAL


@pytest.mark.parametrize(
    "pair",
    [
        ("## 3. Contact", "**3. Contact**"),
        ("on Pixboard. We keep", "on Pixboard.\n\nWe keep"),
        ("- hosting companies", "*   Hosting companies."),
        ("# Privacy Policy\n", "# Privacy Policy\n\n![](banner.png)\n"),
        ("privacy@pixboard.example", "[email protected]"),
        ("your name", "your&nbsp;name"),
        ("We do not share", "We don't share"),
        ("1 March 2024", "March 1, 2024"),
    ],
)
def test_a_change_of_form_is_noise(pair):
    assert reason(pair) is Reason.FORMAT


@pytest.mark.parametrize(
    "pair",
    [
        ("Pixboard LLC", "[Pixboard LLC](https://pixboard.example/?utm=2)"),
        ("https://pixboard.example/help", "https://help.pixboard.example/en"),
    ],
)
def test_a_changed_address_is_noise(pair):
    linked = replaced(("Pixboard LLC", "[Pixboard LLC](https://pixboard.example/?utm=1)"))
    old = linked if "](" in pair[1] else POLICY

    assert judged(old, replaced(pair)).reason is Reason.LINKS


def test_sentences_in_another_order_are_noise():
    assert (
        reason(("- hosting companies\n- payment companies", "- payment companies\n- hosting companies")) is Reason.ORDER
    )


def test_a_repeated_clause_is_noise():
    assert reason(("## 3. Contact", "- hosting companies\n\n## 3. Contact")) is Reason.ORDER


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Last updated: 1 March 2024", "Last updated: May 2, 2024"),
        ("Last updated: 3 days ago", "Last updated: yesterday"),
        ("Dernière mise à jour : 1 mars 2024", "Dernière mise à jour : 2 août 2024"),
        ("© 2023 Pixboard", "© 2024 Pixboard"),
        ("2024-01-01T10:00:00Z", "2024-05-06T11:12:13Z"),
        ("build0112301441312", "build0112301441399"),
        ("12 comments", "14 comments"),
    ],
)
def test_a_moved_stamp_is_noise(old, new):
    before = replaced(("Last updated: 1 March 2024", old))

    assert judged(before, before.replace(old, new)).reason is Reason.STAMP


@pytest.mark.parametrize(
    "pair",
    [
        ("90 days", "30 days"),
        ("13 years", "16 years"),
        ("Last updated: 1 March 2024", "Effective: 1 March 2025"),
    ],
)
def test_a_number_that_matters_is_told(pair):
    old = replaced(("Last updated: 1 March", "Effective: 1 March")) if "Effective" in pair[1] else POLICY

    verdict = judged(old, replaced(pair))

    assert verdict.reason is Reason.NUMBERS
    assert "→" in verdict.explanation


def test_an_age_before_a_full_stop_is_no_clause_number():
    old = "Pixboard is not for persons under 18. A parent who learns of one may write to us."

    assert judged(old, old.replace("18", "13")).reason is Reason.NUMBERS


def test_a_period_in_a_sentence_about_updates_is_no_stamp():
    old = "We post the updated terms 30 days before they bind you."

    assert judged(old, old.replace("30", "10")).reason is Reason.NUMBERS


@pytest.mark.parametrize(
    "pair",
    [
        ("on Pixboard. We keep", "on Pixboard. We sell them to advertisers. We keep"),
        ("- payment companies", "- payment companies\n- advertising partners"),
        ("without your consent", "without your explicit consent"),
        ("We may share it", "We will share it"),
        ("privacy@pixboard.example", "sales@pixboard.example"),
        ("Pixboard LLC", "Pixboard Ltd"),
        ("1 Main Street, Springfield", "22 High Street, Shelbyville"),
        ("Last updated: 1 March 2024", "We are updating this policy. The new terms take effect on 1 July 2024."),
        ("with advertisers", "with Adnet"),
    ],
)
def test_new_text_is_told(pair):
    assert reason(pair) is Reason.NEW_TEXT


@pytest.mark.parametrize(
    "pair",
    [
        (" We keep them for 90 days.", ""),
        ("You must be at least 13 years old to use Pixboard.\n", ""),
        (" without your consent", ""),
        ("We do not share", "We share"),
    ],
)
def test_removed_text_is_told(pair):
    assert reason(pair) is Reason.REMOVED_TEXT


@pytest.mark.parametrize(
    "pair",
    [
        ("the photos that you post", "the photos you post"),
        ("See https://pixboard.example/help for help.", "Please visit https://pixboard.example/help for help."),
        ("hosting companies", "hosting compnaies"),
        ("## 3. Contact", "## 3. Contacting us"),
        ("for help.\n", "for help.\n\nFor more information, see our Help Center.\n"),
    ],
)
def test_other_words_for_the_same_are_editorial(pair):
    assert reason(pair) is Reason.WORDING


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("You indemnify us.", "We indemnify you."),
        ("name and photos or videos", "name or photos and videos"),
        ("Ask your employer first.", "Ask your employee first."),
    ],
)
def test_words_that_look_alike_may_mean_another_thing(old, new):
    assert judged(old, new).verdict is Verdict.SUBSTANTIVE


def test_moved_clause_numbers_are_editorial():
    assert reason(("## 3. Contact", "## 4. Contact")) is Reason.NUMBERING
    assert judged("See section 7.2 for that.", "See section 7.3 for that.").reason is Reason.NUMBERING


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "These rules go with the [Acme Terms](https://acme.example/terms).",
            "These rules go with the [Pixboard Terms](https://acme.example/terms).",
        ),
        ("These rules go with the Acme Privacy Policy.", "These rules go with the Acme Privacy Statement."),
        ("You apply on Wellhired (formerly Jobangel).", "You apply on Wellhired."),
        ("Use the “Customer Center” to change it.", "Use the “My Portal” to change it."),
    ],
)
def test_another_name_for_a_document_or_page_is_editorial(old, new):
    assert judged(old, new).reason is Reason.RENAMED


def test_a_name_that_changed_all_over_the_text_is_editorial():
    old = "Chirper shows ads.\n\nYou keep what you post on Chirper.\n\nChirper may close an account that breaks these rules."

    assert judged(old, old.replace("Chirper", "Zed")).reason is Reason.RENAMED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We share your data with Acme.", "We share your data with Globex."),
        ("The laws of Delaware govern.", "The laws of Ireland govern."),
        ("We collect it from your Acme account.", "We collect it from your Globex account."),
    ],
)
def test_another_party_is_not_a_new_name(old, new):
    assert judged(old, new).verdict is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    "line",
    [
        "Search",
        "_close_",
        "Sign in | Sign up",
        "Other ways to get help",
        "Opens in a new tab",
        "View the terms in other languages: English and Deutsch",
        "AboutBlogCareersSupportPress",
        "Download the Pixboard app now",
        "Was this page helpful? Yes No",
    ],
)
def test_what_stands_around_a_policy_is_noise(line):
    assert judged(POLICY, f"{line}\n\n{POLICY}").reason is Reason.FURNITURE


def test_a_hint_inside_a_sentence_is_noise():
    assert judged(POLICY, replaced(("for help.", "for help (opens in a new tab)."))).verdict is Verdict.NOISE


def test_a_menu_takes_its_odd_items_along():
    menu = "- Home\n- Help\n- Corporate Information\n- Privacy\n- Cookie Preferences\n"

    assert judged(POLICY, POLICY + "\n" + menu).reason is Reason.FURNITURE


def test_a_consent_layer_is_noise():
    layer = (
        "About Your Privacy\n\nWe process your data to deliver content or advertisements.\n\nAllow All\n\n"
        "Manage Consent Preferences\n\nAlways Active\n\nThese cookies are necessary.\n\nConfirm My Choices\n"
    )

    assert judged(POLICY + "\n" + layer, POLICY).reason is Reason.FURNITURE


def test_a_cookie_policy_is_no_consent_layer():
    old = "# Cookies\n\nStrictly necessary cookies keep you logged in.\n\nAdvertising cookies may be set by our partners.\n\n"

    assert judged(POLICY + old, POLICY).verdict is Verdict.SUBSTANTIVE


def test_a_lapsed_notice_may_go_in_silence():
    notice = "We've updated our terms. They take effect on 1 May 2024.\n\n"

    assert judged(notice + POLICY, POLICY).reason is Reason.FURNITURE
    assert judged(POLICY, notice + POLICY).reason is Reason.NEW_TEXT


def test_a_standing_clause_about_updates_is_no_notice():
    clause = "\nWe may change this policy from time to time and the updated policy will take effect on 1 May 2024.\n"

    assert judged(POLICY + clause, POLICY).reason is Reason.REMOVED_TEXT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We recognise organised behaviour in every centre.", "We recognize organized behavior in every center."),
        ("มีผลตั้งแต่วันที่ 25 พฤษภาคม ค.ศ. 2018", "Effective as of 25 พฤษภาคม ค.ศ. 2018"),
    ],
)
def test_another_spelling_is_another_edition(old, new):
    assert judged(old, new).reason is Reason.EDITION


def test_another_language_is_another_edition():
    german = (
        "# Datenschutz\n\nWir erheben den Namen und die Fotos, die Sie auf der Plattform mit anderen teilen. "
        "Wir geben die Daten nicht ohne Ihre Einwilligung an Dritte weiter, und das gilt auch für die Werbung.\n"
    )

    assert judged(POLICY, german).reason is Reason.EDITION


def test_a_collapsed_text_is_suspect():
    assert judged(POLICY * 3, "# Sorry, something went wrong").reason is Reason.SUSPECT


def test_a_return_within_days_is_an_oscillation():
    assert judged(replaced(("90 days", "30 days")), POLICY, POLICY).reason is Reason.OSCILLATION


def test_a_return_of_single_sentences_is_an_oscillation():
    variant = replaced(("We keep them for 90 days.", "We keep them for a while."))
    new = replaced(("Last updated: 1 March", "Last updated: 4 March"))

    assert judged(variant, new, POLICY).reason is Reason.OSCILLATION


def test_a_return_after_more_than_a_year_is_told():
    other = replaced(("We do not share your data", "We share your data"))

    verdict = judged(other, POLICY, POLICY, stood_days=400)

    assert verdict.reason is Reason.REVERTED
    assert "2023-04-18" in verdict.explanation


def test_a_whole_text_that_comes_back_within_half_a_year_is_an_old_copy():
    other = replaced(("We do not share your data", "We share your data"))

    assert judged(other, POLICY, POLICY, stood_days=170).reason is Reason.OSCILLATION
    assert judged(other, POLICY, POLICY, stood_days=190).reason is Reason.REVERTED


def test_a_banner_that_goes_after_half_a_year_leaves_an_old_copy():
    other = f"{POLICY}\n\nThe mountain lake shines at dawn.\n"

    assert judged(other, POLICY, POLICY, stood_days=190).reason is Reason.OSCILLATION


def test_two_texts_that_take_turns_are_an_oscillation_however_slow():
    other = replaced(("90 days", "30 days"))

    assert judged(other, POLICY, POLICY, other, POLICY, stood_days=200).reason is Reason.OSCILLATION


def test_another_regions_edition_that_comes_back_is_an_edition():
    other = replaced(("Pixboard LLC, 1 Main Street, Springfield", "Pixboard Ireland Limited, 2 Quay Road, Dublin"))

    assert judged(other, POLICY, POLICY, stood_days=200).reason is Reason.EDITION


def test_what_stood_for_months_and_goes_is_removed_text_though_an_old_version_lacked_it():
    lacking = replaced((" We keep them for 90 days.", ""))
    now_lacking = lacking.replace("1 March", "9 March")

    assert (
        judged(replaced(("1 March", "2 March")), now_lacking, POLICY, lacking, stood_days=70).reason
        is Reason.REMOVED_TEXT
    )


def test_one_change_that_matters_outweighs_any_noise():
    new = replaced(("Last updated: 1 March", "Last updated: 4 March"), ("your name", "your full name"))

    assert judged(POLICY, "Search\n\n" + new).reason is Reason.NEW_TEXT


def test_the_explanation_quotes_what_was_found():
    new = replaced(("on Pixboard. We keep", "on Pixboard. We sell them to advertisers. We keep"))

    assert judged(POLICY, new).explanation == "New text: “We sell them to advertisers”."


LINES = st.lists(
    st.sampled_from([*POLICY.split("\n"), "Search", "We sell data.", "13 years", "4.", "(a) we", "€ 5"]), max_size=12
)


@given(LINES, LINES, LINES)
def test_every_pair_has_one_verdict_and_always_the_same(old, new, past):
    texts = ["\n\n".join(lines) for lines in (old, new, past)]

    first, second = (judged(texts[0], texts[1], texts[2]) for _ in range(2))

    assert first == second
    assert first.explanation.endswith(".")


@given(LINES)
def test_a_return_to_the_text_of_yesterday_never_alerts(lines):
    text = "\n\n".join(lines)

    assert judged(POLICY, text, text).verdict is not Verdict.SUBSTANTIVE


def test_a_footnote_mark_is_no_day_of_a_month():
    assert tostrack.compare("0", "¹").hunks
