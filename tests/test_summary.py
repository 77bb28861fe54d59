"""One sentence names what moved for the reader, and quotes it."""

import pytest

from tostrack import compare

RULES = "\n\n".join(
    f"You must follow rule number {name} when you use the service." for name in "one two three four".split()
)


def explained(old, new):
    return compare(f"# Terms\n\n{RULES}\n\n{old}", f"# Terms\n\n{RULES}\n\n{new}").explanation


def test_a_move_of_a_topic_comes_before_everything_else():
    old = "You can contact us by post within 30 days of a bill."
    new = "You can contact us by post within 20 days of a bill.\n\nYou grant us a transferable licence to use your photos."

    assert explained(old, new).startswith("Adds a content licence and changes 30 days to 20 days: “You grant us a")
    assert explained(old, new).endswith("(2 edits).")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "- Alpha Mail. Sends messages",
            "- Alpha Mail. Sends messages\n- Beta Cloud. Hosting in Ireland",
            "Adds “Beta Cloud” (Hosting in Ireland) to “Sub-processors”.",
        ),
        (
            "- Alpha Mail. Sends messages\n- Beta Cloud. Hosting in Ireland",
            "- Alpha Mail. Sends messages",
            "Removes “Beta Cloud” (Hosting in Ireland) from “Sub-processors”.",
        ),
        (
            "| Name | Purpose |\n| --- | --- |\n| Alpha Mail | Messages |",
            "| Name | Purpose |\n| --- | --- |\n| Alpha Mail | Messages |\n| Gamma Pay | Payments |",
            "Adds “Gamma Pay” (Payments) to “Sub-processors”.",
        ),
    ],
)
def test_an_entry_of_a_list_is_named_with_its_purpose(old, new, expected):
    assert explained(f"## Sub-processors\n\n{old}", f"## Sub-processors\n\n{new}") == expected


def test_a_number_is_named_with_both_values():
    said = explained("Support answers within 24 hours of a request.", "Support answers within 48 hours of a request.")

    assert said.startswith("Changes an answer time: 24 hours → 48 hours: “")


def test_an_effective_date_does_not_hide_what_it_brings():
    old = "Effective date: 2024-02-19\n\nWe promise at least 99.0% uptime in any month."
    new = "Effective date: 2024-03-27\n\nWe promise at least 99.9% uptime in any month."

    assert explained(old, new).startswith("Changes the promised uptime: 99.0% → 99.9%: “")


def test_a_quote_does_not_begin_in_another_sentence():
    said = explained(
        "You will hear from us. We keep mail for 30 days.", "You will hear from us. We keep mail for 90 days."
    )

    assert "hear from us" not in said
