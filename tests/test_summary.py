"""One sentence names what moved for the reader, and quotes it."""

import pytest

from tostrack import compare
from tostrack.analysis.diff.word_diff import word_edits
from tostrack.analysis.sentence import read_quote
from tostrack.analysis.summary import is_quotable
from tostrack.analysis.summary.moves import quote_flag
from tostrack.models import Direction, Edit, Flag, Hunk, Polarity

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


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # A small edit is named; a large one is quoted with its sentence.
        (
            "You must show your card.",
            "You must show your card or passport.",
            "Adds “or passport” to “Visits”: “You must show your card or passport”.",
        ),
        (
            "Write to Acme Inc., 1 Long Street, Springfield, Ohio 45501.",
            "Write to Acme Inc., 2 Wide Street, Dayton, Ohio 45402.",
            "Changes “1 Long Street, Springfield, Ohio 45501” to “2 Wide Street, Dayton, Ohio 45402” in “Visits”.",
        ),
        ("Hosted by Alpha.", "Hosted by Beta.", "Changes “Alpha” to “Beta” in “Visits”."),
        # Two edits of one phrase are one, and a list is quoted by what introduces it.
        (
            "Dogs may enter.",
            "Dogs may enter.\n\nWhen you report a visitor to us, please include the following:\n\n- Your own name\n\n- The day",
            "Adds text to “Visits”: “When you report a visitor to us, please include the following” (3 edits).",
        ),
    ],
)
def test_without_a_topic_the_section_is_named_with_the_words(old, new, expected):
    assert explained(f"## Visits\n\n{old}", f"## Visits\n\n{new}") == expected


def test_a_cell_is_named_by_row_and_column():
    table = "## Plans\n\n| Plan | API calls a day |\n| --- | --- |\n| Basic | {} |\n| Pro | 9,000 |"

    assert explained(table.format("5,000"), table.format("60")) == "Changes Basic › API calls a day: 5,000 → 60."


def test_companies_lead_only_where_they_are_a_good_part_of_the_change():
    head, item = "## Sub-processors\n\n- Alpha Mail: messages", "\n- Beta Cloud: hosting"
    more = "\n\n".join(f"You must not feed animal number {n} at any time of the year." for n in range(9))

    assert explained(head, f"{head}{item}").startswith("Adds “Beta Cloud” (hosting)")
    assert explained(head, f"{head}{item}\n\n## Animals\n\n{more}").startswith(
        "Adds the section “Animals” and adds “Beta"
    )


@pytest.mark.parametrize("words", ["", "][(#a)", "Ctrl+I", "only if", "Learn more", "* * *"])
def test_what_tells_nothing_is_no_quote(words):
    assert not is_quotable(words)


@pytest.mark.parametrize("words", ["We keep it", "30 → 90 days", "お客様の個人情報を第三者に販売することはありません"])
def test_three_words_or_as_many_signs_are_a_quote(words):
    assert is_quotable(words)


def test_a_modal_verb_is_named_by_what_it_does():
    old, new = (f"Once you are a member, we {verb} notify you of any new rule." for verb in ("shall", "may"))

    assert explained(old, new).startswith("Turns a duty into a permission (“shall” → “may”): “")


def test_an_entry_of_several_rows_is_named_once():
    table = "## Cookies\n\n| Owner | Cookie |\n| --- | --- |\n| Alpha | a |"

    assert explained(table, f"{table}\n| Beta | b |\n| Beta | c |") == "Adds “Beta” to “Cookies”."


PROMISE = "We never share your personal data with advertisers, except when the law requires it."


def test_what_a_promise_leaves_out_of_itself_is_no_move_of_a_topic():
    kept = "Your personal data is kept apart except when shared with the police. Nobody may ever change it."

    assert "data sharing" not in explained("We store data.", kept)


def test_what_was_only_set_in_other_lines_is_no_move_of_a_topic():
    old = "Others may do the same.\n\nBut what is yours is yours: you own your content.\n\nRead on for what we may do."
    new = "Others may do the same.\n\nRead on for what we may do. But what is yours is yours: you own your\n\nContent, photos too."

    assert "safeguard" not in explained(old, new)


def test_a_promise_that_is_gone_is_told_without_what_it_permitted():
    said = explained(f"{PROMISE} We may share your usage data with our advertising partners only if you agree.", "")

    assert said.startswith("Drops a")
    assert "narrows" not in said
    assert "drops part" not in said


def test_a_term_under_another_name_moves_no_topic():
    old = "\n\n".join(
        f"Customer gives Acme the right (also for our service providers) to use Customer Content in part {name} of it."
        for name in "one two three four".split()
    )

    assert "data sharing" not in explained(old, old.replace("Customer Content", "Customer Data"))


def test_the_new_text_of_a_section_is_quoted_before_the_old():
    old = "We do not allow that visitors feed the animals or climb on the fences of the park at any time."
    new = "Visitors must not throw food, balls or any other items to the birds, fish and seals behind the glass."

    said = explained(f"## Animals\n\n{old}", f"## Animals\n\n{new}")

    assert said.startswith("Changes text in “Animals”: “Visitors must not throw food")


def test_another_company_weighs_more_than_a_remark():
    old = "We keep your e-mail address on a list of Alpha Mail for as long as you subscribe."
    new = "We keep your e-mail address on a list of Beta Post for as long as you subscribe."

    said = explained(f"## Data\n\n{old}", f"Of course we also record the changes of our own terms.\n\n## Data\n\n{new}")

    assert said.startswith("Changes “Alpha Mail” to “Beta Post” in “Data”")


def test_a_heading_under_another_name_is_told_as_that():
    assert explained("## Notice of Acme to visitors", "## Notice to visitors").startswith(
        "Changes “Notice of Acme to visitors” to “Notice to visitors”"
    )


def test_a_cell_is_quoted_with_the_name_of_its_row():
    table = "## Cookies\n\n| Kind | Purpose | Examples |\n| --- | --- | --- |\n| Needed | Signing in | Session |"
    row = (
        "| Marketing | We show you ads that fit your interests. They come from partners. | Ad Pixel, Other Ads | Yes |"
    )

    assert "“Marketing: We show you ads" in explained(table, f"{table}\n{row}")


def test_safeguards_do_not_lead_a_change_of_much_else():
    new = "\n\n".join(
        f"We collect your precise position to show part {n} of the map to people who are near you." for n in range(6)
    )

    said = explained("", f"## Map\n\n{new}\n\nWe do not share your position with advertisers.")

    assert said.startswith("Adds ")
    assert said.index("“Map”") < said.index("safeguard")


def test_an_item_that_moved_says_where_it_stands_now():
    text = "We say here what we do.\n\n## What we sell\n\n- Name\n- {}\n\n## What we never sell\n\n- {}\n- Location"
    old, new = text.format("Email", "Health data"), text.format("Health data", "Email")
    assert compare(old, new).explanation == "Moves “Email” to a place in “What we never sell”."


def test_the_edit_that_outweighs_its_section_is_named_word_by_word():
    rows = "\n\n| Helper | Address |\n| --- | --- |\n| Alpha | https://a.example |"
    old = f"When you register, we require your mobile number or your Photo handle.{rows}\n| Beta | https://b.example |"

    said = explained(f"## Data\n\n{old}", f"## Data\n\nWhen you register, we require your mobile number.{rows}")

    assert said.startswith("Removes “or your Photo handle” from “Data”")


def test_the_number_of_a_version_is_not_what_a_change_is_about():
    old, new = (f"The Rules ({day})\n\nYou may not attack people for their origin{more}." for day, more in CASTE)

    assert "2019" not in explained(old, new)
    assert "caste" in explained(old, new)


CASTE = (("20190607", " or gender"), ("20200113", ", caste or gender"))


@pytest.mark.parametrize(
    "said",
    [
        "Members may share their own experiences with others as long as they are kind.",
        "Working with others to break a rule is a violation, and so is lying about a rule.",
        "If you are not sure whether you own the copyright to a work, ask a lawyer first.",
    ],
)
def test_what_users_do_moves_no_topic_on_any_surface(said):
    change = compare(f"# Rules\n\n{RULES}", f"# Rules\n\n{RULES}\n\n{said}")

    assert not any(flag.direction for hunk in change.hunks for flag in hunk.flags)
    assert change.explanation.startswith("Adds text to “Rules”: “")


def test_words_that_came_before_words_that_went_are_shown_in_their_order():
    old = "You grant us a free, limited licence to show your photos."
    new = "You grant us a free, transferable, worldwide licence to show your photos."

    assert "free, limited → transferable, worldwide licence" in explained(old, new)


def test_a_sentence_says_that_what_it_quotes_is_gone():
    gone = "The vote is binding on us if more than a third of all members take part in it before the day of the notice."
    old = f"## Changes\n\n{gone}\n\n- You can read drafts on a page.\n- Drafts stand there for seven days."
    new = "## Changes\n\n- You can read all drafts on one page.\n- Drafts stand there for a week, and longer in June."

    assert "drops: “The vote is binding on us" in explained(old, new)


def test_a_section_that_gave_way_to_another_is_replaced():
    old = "## Dangerous people\n\nNobody who runs a violent group may have an account with us, whatever the name."
    new = (
        "## Violent extremism\n\nPosts that praise terror are deleted, and so are the accounts that spread such posts."
    )

    assert explained(old, new).startswith("Replaces “Dangerous people” with “Violent extremism”: “Posts that praise")


def test_the_quote_of_a_sentence_is_read_in_one_place():
    assert read_quote("Adds text to “Prices”: “we charge 5 euros …” (3 edits).") == "we charge 5 euros"
    assert read_quote("“Prices” was added to “Your prices”.") == "Prices"
    assert read_quote("The text is the same.") == ""


def test_a_new_section_is_named_though_its_title_alone_would_be_silent():
    old = "# Terms\n\n## Sales\n\nYou may sell what is yours.\n"
    new = f"{old}\n## Fraud\n\nWe remove posts that deceive people to take their money.\n\n- Pyramid schemes\n\n- False reviews\n"

    assert explained(old, new).startswith("Adds the section “Fraud”: “We remove posts that deceive people")
    assert explained(new, old).startswith("Removes the section “Fraud”")


def test_a_text_that_was_rewritten_is_said_to_be():
    old = "\n\n".join(
        f"Rule {n} is about the habits of cats in house number {n * n} of our street." for n in range(1, 15)
    )
    new = "\n\n".join(
        f"Section {n}: dogs bark at neighbours who live {n + 7} doors from here at night." for n in range(1, 15)
    )

    assert explained(old, new).startswith("Rewrites most of the text and ")
    assert "Rewrites" not in explained(old, f"{old}\n\n{new}")


def test_an_edit_is_quoted_for_a_flag_only_if_the_flag_quotes_its_words():
    old = "We use files to train models, as we said before; however, Meta may use what you post."
    new = old.replace("however, ", "however, (a) ")
    hunk = Hunk(Edit.REWORDED, old=old, new=new, words=word_edits(old, new))
    flag = Flag("ai", Polarity.PERMITS, "train models", 0, 12, "rule", Direction.WIDENED)

    assert "train models" in quote_flag(flag, hunk)


def test_what_the_writer_believes_moves_no_topic():
    old = "You must follow all rules."
    new = (
        f"{old}\n\nWe believe that everyone should have the power to share ideas and personal information with others."
    )

    assert "sharing" not in explained(old, new)
