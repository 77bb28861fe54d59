"""Small edits that move no promise, and beside each the near case that does."""

from datetime import UTC, datetime, timedelta

import pytest

from tostrack.analysis.diff import diff
from tostrack.analysis.verdict import judge_hunks
from tostrack.clauses import split_clauses
from tostrack.models import Judgement, Reading, Reason, Verdict, Version

SEEN = datetime(2024, 6, 1, tzinfo=UTC)


def judged(old: str, new: str, seen_at: datetime | None = None) -> Judgement:
    before, after = (
        Reading(Version(text, at), tuple(split_clauses(text)))
        for text, at in ((old, seen_at and seen_at - timedelta(days=1)), (new, seen_at))
    )
    return judge_hunks(diff(before.clauses, after.clauses), before, after)


def verdict(old: str, new: str) -> Verdict:
    return judged(old, new).verdict


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Content with lnudity, gore or weapons is removed.", "Content with nudity, gore or weapons is removed."),
        ("These rights exist fFor residents of France.", "These rights exist for residents of France."),
        ("You can can reach our offices here.", "You can reach our offices here."),
        ("You may alll the same object.", "You may all the same object."),
    ],
)
def test_a_slip_of_the_pen_is_editorial(old, new):
    assert verdict(old, new) is Verdict.EDITORIAL


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Content with nudity, gore or drugs is removed.", "Content with nudity, gore or weapons is removed."),
        ("You may sell it for your own use.", "You may tell it for your own use."),
        ("Ask the lessor first.", "Ask the lessee first."),
        ("This is lawful in your country.", "This is unlawful in your country."),
    ],
)
def test_another_word_that_looks_alike_is_told(old, new):
    assert verdict(old, new) is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We do not engage in tracking of your movements.", "We do not track your movements."),
        ("Your admins control who can join the team.", "Your admins can control who can join the team."),
        ("We will notify you of what happens.", "We will let you know of what happens."),
        ("Please note that we keep it safe for you.", "We keep it safe for you."),
        ("See the terms set out below for this.", "See the terms described below for this."),
        ("We retain it for thirty (30) days.", "We retain it for 30 days."),
        ("You have two weeks to answer.", "You have 2 weeks to answer."),
        ("If you have questions, complaints, write to us.", "If you have questions, or complaints, write to us."),
        ("We did it for the purpose of safety.", "We did it for safety."),
        ("Vous pouvez gérer le dépôt de cookies ici.", "Vous pouvez gérer le dépôt des cookies ici."),
    ],
)
def test_other_words_for_the_same_move_nothing(old, new):
    assert judged(old, new).verdict is not Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We share it with you.", "We can share it with you."),
        ("You can delete the account.", "You can not delete the account."),
        ("We retain it for thirty (30) days.", "We retain it for sixty (60) days."),
        ("We may collect your location.", "We may collect your precise location."),
        ("We collect your name and photos.", "We collect your name, garments and photos."),
        ("We look at the shops and parks that you like.", "We look at the shops, gyms and parks that you like."),
        ("We share it with our partners.", "We share it with our affiliates."),
        ("You must not post caricatures of minors.", "You must not post drawings of minors."),
        ("We license the fonts to you.", "We license the icons to you."),
        ("We do not sell your data.", "We do not currently sell your data."),
        ("We rank posts by date, and nothing else.", "We rank posts by popularity, and nothing else."),
        ("Requests are answered within 30 days.", "Requests are answered within 60 days."),
        ("Nous partageons vos photos avec nos partenaires.", "Nous partageons vos photos avec nos filiales."),
        ("We use it to show you offers.", "We use it to show you only offers."),
        ("If you choose to purchase features, fees apply.", "If you choose to use features, fees apply."),
        ("Wir geben Ihre Daten nicht weiter.", "Wir geben Ihre Daten weiter."),
        ("We will do so without delay and with you.", "We may do so without delay and with you."),
    ],
)
def test_a_word_that_moves_a_promise_is_told_however_small(old, new):
    assert verdict(old, new) is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Effective date: 13 November 2023", "Effective from 13 November 2023"),
        ("January 5, 2024", "Effective January 5, 2024"),
        ("Last updated 5 January 2024", "Updated on 5 January 2024"),
    ],
)
def test_another_label_beside_the_same_date_says_nothing(old, new):
    assert verdict(old, new) is not Verdict.SUBSTANTIVE


def test_another_date_beside_another_label_is_told():
    assert verdict("January 5, 2024", "Effective February 5, 2024") is Verdict.SUBSTANTIVE


def test_the_date_of_an_edition_in_brackets_is_a_stamp():
    assert judged("The Pixboard Rules (20190727)", "The Pixboard Rules (20190829)").reason is Reason.STAMP


OLD_DAY = (
    "Our new policy is effective on January 16, 2024. To learn about what we did before January 16, 2024, click here."
)


def test_a_day_of_entry_into_force_that_has_come_is_a_stamp():
    new = OLD_DAY.replace("16", "19")

    assert judged(OLD_DAY, new, SEEN).reason is Reason.STAMP


def test_a_day_of_entry_into_force_that_is_to_come_is_told():
    new = OLD_DAY.replace("January 16, 2024", "July 19, 2024")

    assert judged(OLD_DAY, new, SEEN).reason is Reason.NUMBERS
    assert judged(OLD_DAY, OLD_DAY.replace("16", "19")).reason is Reason.NUMBERS


def test_a_past_day_that_decides_something_is_told():
    old = "If the event occurred after 5 December 2018, the second part is yours."

    assert judged(old, old.replace("5 December 2018", "26 March 2024"), SEEN).reason is Reason.NUMBERS


def test_links_that_are_recorded_are_data():
    assert verdict("We record the posts you see.", "We record the posts and links you see.") is Verdict.SUBSTANTIVE


def test_the_credit_to_a_template_is_editorial():
    credit = "This policy is based on the Creative Commons licensed policy by Wordhouse (the fine people that made it)."
    policy = "# Privacy\n\nWe keep your name for 90 days.\n\n"

    assert verdict(policy + credit, policy) is Verdict.EDITORIAL
    assert verdict(policy + credit, policy + credit.replace(" (the fine people that made it)", "")) is Verdict.EDITORIAL


def test_a_decision_based_on_a_policy_is_no_credit():
    policy = "# Privacy\n\nWe keep your name for 90 days.\n\n"

    assert verdict(policy, policy + "Decisions about you are based on a score.") is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Complain to the regulator (www.regulator.example).", "Complain to the regulator."),
        (
            "We use the standard clauses (which can be found here), and tools.",
            "We use the standard clauses, and tools.",
        ),
        ("This holds for blog.pixboard.example and others.", "This holds for pixboard.example/blog and others."),
        ("Ask for a refund at https://help.shop.example/refund.", "Ask for a refund at Shop Support."),
    ],
)
def test_addresses_and_labels_of_links_are_noise(old, new):
    assert judged(old, new).reason is Reason.LINKS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We use clauses (but not in Italy), and tools.", "We use clauses, and tools."),
        ("This holds for blog.pixboard.example and others.", "This holds for shop.pixboard.example and others."),
        ("Write to privacy@pixboard.example for it.", "Write to privacy@globex.example for it."),
    ],
)
def test_an_aside_or_site_that_says_something_is_told(old, new):
    assert verdict(old, new) is Verdict.SUBSTANTIVE


def test_a_name_fewer_among_examples_is_minor():
    old = "If you give us your names on social media like Gitshare and Chirper through the website, we show them."

    assert judged(old, old.replace(" and Chirper", "")).importance == "minor"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We share it with partners like Gitshare and Chirper.", "We share it with partners like Gitshare."),
        ("Do not post harmful things like knives and drugs.", "Do not post harmful things like knives."),
    ],
)
def test_recipients_and_things_are_no_mere_examples(old, new):
    assert verdict(old, new) is Verdict.SUBSTANTIVE


LONG = "\n\n".join(
    f"{n}. Clause {n} says that you may use the service as of rule {n} and that we may end it." for n in range(40)
)


def test_a_text_cut_in_the_middle_of_a_sentence_is_suspect():
    assert judged(LONG, LONG[: len(LONG) // 2].rsplit(" ", 2)[0]).reason is Reason.SUSPECT


def test_clauses_that_are_gone_from_the_end_are_told():
    assert judged(LONG, LONG[: LONG.index("20. Clause")].strip()).reason is Reason.REMOVED_TEXT


def test_a_list_of_names_in_another_language_is_another_edition():
    firms = [
        ("Andale, Inc.", "Germany", "Deutschland"),
        ("Cassin Aps", "Denmark", "Dänemark"),
        ("Stella", "Italy", "Italien"),
    ]
    old = "# List of processors and of partners\n\n" + "\n\n".join(f"{name}: {here}" for name, here, _ in firms)
    new = "# Liste der Verarbeiter und der Partner für Sie\n\n" + "\n\n".join(
        f"{name}: {here}" for name, _, here in firms
    )

    assert judged(old, new).reason is Reason.EDITION


def test_a_statute_renamed_throughout_with_its_long_form_is_renamed():
    old = (
        "We rely on § 2 of the Old Data Act (ODA).\n\nConsent is asked under § 3 ODA.\n\n"
        "Cookies are set under § 4 ODA.\n\nDevices are read under § 5 ODA.\n"
    )
    new = old.replace("Old Data Act (ODA)", "New Digital Act (NDA)").replace("ODA", "NDA")

    assert judged(old, new).reason is Reason.RENAMED


def test_another_company_throughout_is_no_new_name():
    old = "Acme LLC keeps it.\n\nYou deal with Acme LLC here.\n\nWrite to Acme LLC about it.\n"

    assert verdict(old, old.replace("Acme LLC", "Globex Ltd")) is Verdict.SUBSTANTIVE


def test_a_word_carried_over_to_the_next_line_is_form():
    old = "You may not publish other\n\npeople's addresses here without their\n\nexpress consent to it."
    new = "You may not publish\n\nother people's addresses here without\n\ntheir express consent to it."

    assert judged(old, new).verdict is Verdict.NOISE


def test_numbers_of_clauses_on_lines_of_their_own_are_no_text():
    old = "1.1. General definitions\n\n1.2. Description of the services"
    new = "1.1.\n\nGeneral definitions\n\n1.2.\n\nDescription of the services"

    assert verdict(old, new) is not Verdict.SUBSTANTIVE


def test_a_heading_run_into_its_sentence_is_not_new():
    old = "# Contacting us\n\nWe are here to answer your questions about the service."
    new = "**Contacting us:** We are here to answer your questions about the service."

    assert verdict(old, new) is not Verdict.SUBSTANTIVE


def test_half_of_a_linked_image_is_furniture():
    policy = "# Terms\n\nWe may end the service with a notice of 30 days.\n\n"

    assert judged(policy, policy + "[Acme Logo\n\nAcme Logo White](https://acme.example/)").reason is Reason.FURNITURE


def test_a_joining_word_less_before_a_numbered_part_is_editorial():
    old = "We use it (i) to comply with the laws; and (ii) to enforce the terms; and (iii) to flag what breaks them."

    assert verdict(old, old.replace("laws; and (ii)", "laws; (ii)")) is Verdict.EDITORIAL


def test_a_new_numbered_part_is_told():
    old = "We use it (i) to comply with the laws; and (ii) to enforce the terms."

    assert verdict(old, old[:-1] + "; and (iii) to train our models.") is Verdict.SUBSTANTIVE


def test_a_long_row_of_capitals_costs_no_time():
    old = f"You may post things like {'A' * 5000} and others on Pixboard."

    assert verdict(old, old.replace(" and others", " and Others, Things")) is not None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "Copies of deeds (sale, gift, or lease, pledge, and so on)",
            "Copies of deeds (sale, gift, lease or pledge, and so on).",
            Verdict.EDITORIAL,
        ),
        (
            "Copies of deeds (sale, gift, or lease, pledge, and so on)",
            "Copies of deeds (sale, gift, lease, or a pledge of wages).",
            Verdict.SUBSTANTIVE,
        ),
    ],
)
def test_a_list_whose_separators_moved_is_editorial_where_it_names_the_same(old, new, expected):
    assert verdict(old, new) is expected
