"""What stands around a policy, and what looks like it and is part of it."""

import pytest

from tostrack.analysis.diff import diff
from tostrack.analysis.verdict import judge_hunks
from tostrack.clauses import split_clauses
from tostrack.models import Judgement, Reading, Reason, Verdict, Version

POLICY = """# Terms of Service

These terms are an agreement between you and Pixboard about how you may use what we make and what we may do with it.

You may not use Pixboard to harm others, and we may close accounts that break these terms after a notice of 30 days.
"""


def judged(old: str, new: str) -> Judgement:
    before, after = (Reading(Version(text), tuple(split_clauses(text))) for text in (old, new))
    return judge_hunks(diff(before.clauses, after.clauses), before, after)


def lines(*texts: str) -> str:
    return "\n\n".join(texts) + "\n\n"


MENU = lines(
    "Pixboard Homepage",
    "Careers",
    "Press Releases",
    "Overview Stories Community Involvement Giving Guidelines Corporate Governance",
    "Investor Relations",
    "Product Manuals",
    "Where To Buy",
    "Sign In",
)


def test_a_menu_before_the_first_sentence_is_furniture():
    assert judged(MENU + POLICY, POLICY).reason is Reason.FURNITURE
    assert judged(POLICY, POLICY + "\n" + MENU).reason is Reason.FURNITURE


def test_many_headings_that_a_page_comes_to_show_are_its_layout():
    texts = [f"What we do with your photos on day {n} is up to you." for n in range(24)]
    shown = [f"## If you don't like day {n}\n\n{text}" for n, text in enumerate(texts)]

    assert judged(lines(POLICY, *texts), lines(POLICY, *shown)).verdict is not Verdict.SUBSTANTIVE
    assert judged(lines(POLICY, *texts), lines(POLICY, *shown[:9], *texts[9:])).verdict is Verdict.SUBSTANTIVE
    sold = "## If you do\n\nWe sell it."
    assert judged(lines(POLICY, *texts), lines(POLICY, *shown, sold)).verdict is Verdict.SUBSTANTIVE


def test_a_list_of_partners_at_the_end_is_no_menu():
    partners = "## Advertising partners\n\n- Adnet\n- Globex\n- Facebook\n- Shopmetrics\n- Press\n- Careers\n"

    assert judged(POLICY, POLICY + "\n" + partners).verdict is Verdict.SUBSTANTIVE


def test_one_more_partner_is_told_though_its_name_is_on_many_a_button():
    partners = POLICY + "\n## Third-party advertising partners\n\n- Adnet\n- Twitter\n"

    assert judged(partners, partners + "- Facebook\n").verdict is Verdict.SUBSTANTIVE


def test_short_rules_between_sentences_are_no_menu():
    rules = lines("No weapons", "No alcohol", "No gambling", "No counterfeits", "No animals", "Search", "Help")
    first, last = POLICY.rsplit("\n\n", 1)

    assert judged(POLICY, f"{first}\n\n{rules}{last}").verdict is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    "line", ["- View our Cookie Policy", "Pixboard.example Cookie Settings", "Check out our complete list of articles."]
)
def test_a_line_that_only_leads_elsewhere_does_not_matter(line):
    assert judged(POLICY, f"{POLICY}\n{line}\n").verdict is not Verdict.SUBSTANTIVE


def test_questions_among_the_labels_of_a_help_page_are_furniture():
    menu = lines("Related articles", "What are Pixboard Terms?", "Contact us", "I have a different question", "Help")

    assert judged(POLICY, POLICY + "\n" + menu).verdict is Verdict.NOISE


def test_words_that_became_lines_of_their_own_are_form():
    old = POLICY + "\nAsk us at: Attn: Privacy Officer 1 Main Street Springfield, ZZ 90000\n"

    assert judged(old, old.replace("at: Attn", "at:\n\nAttn")).reason is Reason.FORMAT


def test_a_lapsed_notice_may_go_from_a_paragraph():
    notice = "We updated our Privacy Policy on April 7, 2023. View our previous policy. "
    text = POLICY.replace("These terms", notice + "These terms")

    assert judged(text, POLICY).reason is Reason.FURNITURE


def test_a_sentence_that_goes_with_the_notice_is_told():
    notice = "We updated our Privacy Policy on April 7, 2023. "
    text = POLICY.replace("These terms", notice + "We never sell your photos. These terms")

    assert judged(text, POLICY).reason is Reason.REMOVED_TEXT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Dated: June 9, 2010", "En date du : June 9, 2010"),
        ("日付: June 9, 2010", "วันที่: June 9, 2010"),
        ("Last updated: 5 May 2014", "Zuletzt aktualisiert: 5 May 2014"),
    ],
)
def test_a_date_with_a_label_in_another_language_says_the_same(old, new):
    assert judged(f"{POLICY}\n{old}\n", f"{POLICY}\n{new}\n").verdict is Verdict.NOISE


def test_a_date_that_now_ends_something_is_told():
    old = f"{POLICY}\nDated: June 9, 2010\n"

    assert judged(old, old.replace("Dated", "Expires")).verdict is Verdict.SUBSTANTIVE


def test_a_stamp_with_a_short_year_is_a_stamp():
    assert judged(POLICY, f"{POLICY}\nZuletzt aktualisiert: 1.26.11\n").reason is Reason.STAMP


def test_another_document_beside_a_date_is_no_stamp():
    old = f"{POLICY}\n- State Addendum at pixboard.example/a (dated 1 January 2020)\n"
    new = f"{POLICY}\n- Data Processor Addendum at pixboard.example/b (dated 1 January 2023)\n"

    assert judged(old, new).verdict is Verdict.SUBSTANTIVE


def test_figures_as_of_a_day_are_statistics():
    old = "As of August 2024, Pixboard had fewer than 45 million monthly recipients, below what is required for more."

    assert judged(old, old.replace("August 2024", "February 2025")).reason is Reason.STAMP


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The list is at privacy.pixboard.example/lists/parts.", "The list is at business.pixboard.example/lists."),
        ("Send it through the Disclosure Request Form.", "Send it through our webform: www.pixboard.example/form."),
    ],
)
def test_another_address_of_the_same_thing_is_noise(old, new):
    assert judged(old, new).reason is Reason.LINKS


def test_a_setting_with_another_name_is_renamed():
    old = 'When you publish content using the "everyone" setting, anyone can see it.'

    assert judged(old, old.replace('"everyone"', "Public")).reason is Reason.RENAMED


def test_a_slip_in_a_word_of_capitals_is_editorial():
    old = "THIS INCLUDES A JURY WAIVERP. DO NOT USE THE SITE."

    assert judged(old, old.replace("WAIVERP", "WAIVER")).reason is Reason.WORDING


@pytest.mark.parametrize(("old", "new"), [("user", "use"), ("advertiser", "advertise"), ("employer", "employee")])
def test_a_party_is_no_misspelling(old, new):
    text = "We look at what the {} of it brings to you."

    assert judged(text.format(old), text.format(new)).verdict is Verdict.SUBSTANTIVE


BRITISH = """We recognise harmful behaviour and organised crime in every centre.

Brick-and-mortar shops may offer these, although only we decide who will be able to see your favourite photos.

If you breach these terms, we may end the service.
"""
AMERICAN = """We recognize harmful behavior and organized crime in every center.

Brick-and-mortar stores may offer these, though only we decide who can see your favorite photos.

If you violate these terms, we may end the service.
"""


def test_the_other_english_is_another_edition():
    assert judged(BRITISH, AMERICAN.replace("violate", "breach")).reason is Reason.EDITION


def test_what_an_edition_says_besides_is_told():
    assert judged(BRITISH, AMERICAN.replace("may end", "will end")).verdict is Verdict.SUBSTANTIVE
    assert judged(BRITISH, AMERICAN.replace("only we", "we and our partners")).verdict is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    "line",
    [
        "- [Transferring a picture from one account to another account](/docs/transfer)",
        "1. [Copyright Policy](/copyright)",
        "![A family around a table looks at pictures on a phone](family.jpg)",
        "Did this answer your question? Thanks for the feedback",
        "Let us know you agree to cookies",
        "We use cookies to help this site function. Visit Manage Cookies to change preferences.",
        "Terms of Service | Pixboard",
        "Yes or No",
        "We cannot take new members today. Apologies for any inconvenience.",
    ],
)
def test_what_a_page_puts_around_its_policy_is_furniture(line):
    assert judged(POLICY, f"{POLICY}\n{line}\n").reason is Reason.FURNITURE


@pytest.mark.parametrize(
    "line",
    [
        "[We are updating our Terms of Service on 1 July 2030](/new)",
        "Our partners:\n\n- [Globex](https://globex.example/privacy)",
        "We may close Pixboard for maintenance without notice.",
        "We use cookies to show you advertisements of our partners.",
    ],
)
def test_what_looks_like_furniture_and_says_something_is_told(line):
    assert judged(POLICY, f"{POLICY}\n{line}\n").verdict is Verdict.SUBSTANTIVE


def test_a_slogan_among_menus_goes_with_them():
    frame = (
        MENU + "Join more than 2 million happy people who share what they see.\n\n" + MENU.replace("Sign In", "Log in")
    )

    assert judged(POLICY, POLICY + "\n" + frame).verdict is Verdict.NOISE


def test_a_rule_among_menus_is_told():
    frame = MENU + "You must be at least 16 years old to use Pixboard.\n\n" + MENU.replace("Sign In", "Log in")

    assert judged(POLICY, POLICY + "\n" + frame).verdict is Verdict.SUBSTANTIVE


def test_another_page_in_the_place_of_the_policy_is_suspect():
    home = "\n\n".join(f"Stunning{n} filters{n} await{n} creators{n} everywhere{n}" for n in range(60))
    policy = "\n\n".join(f"Clause {n}: we may keep what number{n} of kind{n} you post." for n in range(60))

    assert judged(policy, home).reason is Reason.SUSPECT


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("F or example, we keep what you post.", "For example, we keep what you post.", Reason.FORMAT),
        ("We don’t sell what you post and see.", "We donâ€™t sell what you post and see.", Reason.FORMAT),
        ("This is unwanted, in appropriately loud talk.", "This is unwanted, inappropriate loud talk.", Reason.WORDING),
        ("Rev 1022", "Rev 0123", Reason.STAMP),
    ],
)
def test_a_slip_that_was_mended_does_not_matter(old, new, reason):
    assert judged(f"{POLICY}\n{old}\n", f"{POLICY}\n{new}\n").reason is reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Pixboard Ltd, Dublin", "Pixboard LLC, Delaware"),
        ("We share it with partners.", "We share it with our partners."),
        ("We keep photos and names.", "We keep photos and names and names of friends."),
    ],
)
def test_a_small_edit_that_says_something_is_told(old, new):
    assert judged(f"{POLICY}\n{old}\n", f"{POLICY}\n{new}\n").verdict is Verdict.SUBSTANTIVE
