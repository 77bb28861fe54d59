"""What two texts must share to be the same text: words, numbers and signs, and none of their presentation."""

import pytest

from tostrack.analysis.comparison_key import comparable_text, comparison_key, mend_encoding, readable, reading_key
from tostrack.clauses import split_clauses, text_key
from tostrack.models import Reading, Version


def key(text: str) -> str:
    return comparison_key(split_clauses(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A fee of 1.5% is due.", "A fee of 15% is due."),
        ("It costs $9.99 a month.", "It costs $999 a month."),
        ("For people aged 18+ only.", "For people aged 18 only."),
        ("Accounts with ≥ 100 boats.", "Accounts with ≤ 100 boats."),
        ("The index is −5 today.", "The index is 5 today."),
        ("A deposit of ₹100.", "A deposit of ₩100."),
        ("Boats for ages 1-3.", "Boats for ages 13."),
        ("Rule 3.1 stays.", "Rule 31 stays."),
        ("| Sold | ✗ |", "| Sold | ✓ |"),
        ("- [ ] Share it", "- [x] Share it"),
        ("You may ~~not~~ sell it.", "You may not sell it."),
        ("हम दिन में देते हैं", "हम दान में देते हैं"),
        ("మేము అమ్ముతాము", "మేము అమ్మాతము"),
        ("[Terms](/legal/terms-2025.pdf)", "[Terms](/legal/terms-2026.pdf)"),
    ],
)
def test_a_sign_that_says_something_makes_another_text(old, new):
    assert key(old) != key(new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("You may not sell it.", "**You** may _not_ sell it"),
        ("It’s “ours” – all of it.", 'It\'s "ours" - all of it.'),
        ("## Terms\n\nAll of it.", "TERMS\n-----\n\nAll of\nit."),
        ("See [help](/h?utm=1).", "See [help](https://example.org/h)."),
        ("See [help][1].\n\n[1]: /help", "See [help][2].\n\n[2]: /hilfe"),
        ("Kept for 30 days.", "Kept for 30 days.¹"),
        ("Kept for 30 days.", "Kept for 30 days.[2]"),
        ("The scope.", "<!-- checked --> The scope.\n{: .note }"),
        ("The scope {{ site.a }}.", "The scope {{ site.b }}."),
        ("Terms & words", "Terms &amp; words"),
        ("1. One\n2. Two", "- One\n- Two"),
        ("café – “yes”", "cafÃ© â€“ â€œyesâ€\x9d"),
        ("| A | B |\n| --- | --- |", "|  A |   B |\n|:---|---:|"),
    ],
)
def test_presentation_makes_no_other_text(old, new):
    assert key(old) == key(new)


def test_two_numbers_do_not_run_together():
    assert key("| 5 | 10 |") != key("| 510 |")


def test_a_reading_has_the_key_of_its_clauses():
    reading = Reading(Version("Fee: 5%"), tuple(split_clauses("Fee: 5%")))

    assert reading_key(reading) == comparison_key(reading.clauses)


def test_the_recorded_key_keeps_its_value():
    one, other = (Reading(Version(text), tuple(split_clauses(text))) for text in ("Fee: 1.5 (~~x~~)", "Fee: 1 5 x"))

    assert text_key(one) == text_key(other)


def test_struck_text_stays_marked_and_sources_are_left_out():
    assert readable(
        "You may ~~not~~ sell **it**. <!-- x --> {{% toc %}}".replace("{{%", "{%").replace("%}}", "%}")
    ) == ("You may ~~not~~ sell it.")


def test_garbled_text_is_mended_and_a_capital_stays():
    assert mend_encoding("cafÃ© NÃO") == "café NÃO"


def test_signs_count_beside_numbers_only():
    assert comparable_text("Home > Legal") == comparable_text("Home › Legal")
