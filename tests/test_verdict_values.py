"""The value of something is never kept silent: behind its label, under its question, in a heading, in any language."""

import pytest

from tostrack import compare
from tostrack.models import Verdict

BEFORE = "We offer the service to you under these terms, and you use it as they say."
BEHIND = "Write to us at any time if you have questions about what you read on this page."

VALUES = [
    ("Retention", "30 days", "30 years"),
    ("Our role", "controller", "processor"),
    ("Place", "Ireland", "Singapore"),
    ("Review", "human", "automated"),
    ("Backups", "included", "extra"),
    ("Cookies", "session", "persistent"),
    ("Keys", "one per account", "two per account"),
    ("VAT", "incl. VAT", "excl. VAT"),
    ("Audit", "SOC 2 Type II", "SOC 2 Type I"),
    ("Norm", "ISO 27001", "ISO 9001"),
    ("Rate", "100 rps", "100 rpm"),
    ("Speed", "100 Mbit/s", "100 kbit/s"),
    ("Uptime", "99.95 %", "99.5 %"),
    ("Fee", "1.500 €", "15.000 €"),
    ("Hours", "9:00–17:00", "9:00–12:00"),
    ("Valid until", "31 December 2026", "31 December 2036"),
    ("Legal basis", "Art. 6(1)(a)", "Art. 6(1)(f)"),
    ("Sharing", "disabled", "enabled"),
    ("Sold", "○", "●"),
    ("Stored files", "🔒", "🔓"),
    ("Partage", "désactivé", "activé"),
    ("Rechtswahl", "deutsches Recht", "irisches Recht"),
]
PLACES = {
    "label": "{0}: {1}",
    "dash": "{0} – {1}",
    "bold label": "**{0}** {1}",
    "bold line": "**{0}**\n\n{1}",
    "question": "### {0}?\n\n{1}",
    "heading": "### {0}: {1}\n\nSee the list of all plans for what else there is, and what each of them costs.",
    "item": "- Scope: all plans\n- {0}: {1}\n- Contact: see below",
    "row": "| Topic | Rule |\n| --- | --- |\n| Name | Lumora |\n| {0} | {1} |",
}


def verdict(old: str, new: str) -> Verdict:
    page = f"# Terms\n\n{BEFORE}\n\n{{}}\n\n{BEHIND}"
    return compare(page.format(old), page.format(new)).verdict


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("label", "old", "new"), VALUES)
def test_a_value_that_changes_is_an_alert(label, old, new, place):
    assert verdict(PLACES[place].format(label, old), PLACES[place].format(label, new)) is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # A right is no Spanish article.
        ("You have the right to object.", "You lose the right to object."),
        ("You may send 100 rps to our servers.", "You may send 100 rpm to our servers."),
        # Both are words, so neither is a misspelling of the other.
        ("We keep health data of users.", "We keep wealth data of users."),
        ("We read generic data of yours.", "We read genetic data of yours."),
        ("The casual use of data is free.", "The causal use of data is free."),
        ("The police may read it.", "The policy may read it."),
        ("The form may be used once.", "The form may be us once."),
        # Small words that turn a sentence round.
        ("The fee is paid by the seller.", "The fee is paid to the seller."),
        ("We keep your data (i.e. your name).", "We keep your data (e.g. your name)."),
        ("Your data is used in addition to that.", "Your data is used instead of that."),
        # Titles of other laws, licences and subjects.
        ("See the [USA terms](https://acme.example/terms).", "See the [EEA terms](https://acme.example/terms)."),
        ("You agree to the Business Terms of Acme.", "You agree to the Consumer Terms of Acme."),
        ("## Data\n\nSee the order.", "## Sale of data\n\nSee the order."),
        ("## Refunds of fees\n\nSee the order.", "## Raises of fees\n\nSee the order."),
    ],
)
def test_a_word_that_only_looks_small_or_misspelt_is_an_alert(old, new):
    assert verdict(old, new) is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Section 4: Payment", "Section 5: Payment"),
        ("Last updated: 1 March 2025", "Last updated: 2 May 2025"),
        ("Views: 1.5M", "Views: 1.6M"),
        ("Rev 0123", "Rev 0124"),
        ("We proccess these data for you.", "We process these data for you."),
        ("We seperate these data for you.", "We separate these data for you."),
        ("Send your enquiries to us.", "Send your inquiries to us."),
        ("The adviser pays by instalments.", "The advisor pays by installments."),
        ("Fees: see Section 5 below.", "Fees: see Section 6 below."),
    ],
)
def test_numbers_of_parts_stamps_and_misspellings_stay_silent(old, new):
    assert verdict(old, new) is not Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "In the following order of precedence:\n\n1. the order form\n2. this policy",
            "In the following order of precedence:\n\n1. this policy\n2. the order form",
        ),
        (
            "Es gilt folgende Rangfolge:\n\n1. Vertrag\n2. Anlage A",
            "Es gilt folgende Rangfolge:\n\n1. Anlage A\n2. Vertrag",
        ),
        (
            "They prevail in this order: the order form, the annex, these terms.",
            "They prevail in this order: the annex, the order form, these terms.",
        ),
        (
            "Point (a) holds abroad too.\n\n- (a) claims go to arbitration\n- (b) claims go to court",
            "Point (a) holds abroad too.\n\n- (a) claims go to court\n- (b) claims go to arbitration",
        ),
        ("This holds for accounts above 100 members.", "This holds for accounts below 100 members."),
    ],
)
def test_an_order_that_says_something_is_an_alert(old, new):
    assert verdict(old, new) is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We like:\n\n- tea\n- coffee", "We like:\n\n- coffee\n- tea"),
        (
            "It is so:\n\n- (a) one thing here\n- (b) other there",
            "It is so:\n\n- (a) other there\n- (b) one thing here",
        ),
    ],
)
def test_an_order_that_says_nothing_stays_silent(old, new):
    assert verdict(old, new) is not Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Data is kept in the United States.", "Data is kept in the USA."),
        ("Members of the EU may object to it.", "Members of the European Union may object to it."),
        ("You pay taxes.", "You pay taxes. See our [Taxes policy](https://acme.example/taxes) for more details."),
    ],
)
def test_another_name_of_a_country_and_a_pointer_stay_silent(old, new):
    assert verdict(old, new) is not Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Data is kept in the United States.", "Data is kept in the United Kingdom."),
        ("You pay taxes.", "You pay taxes. See our Taxes policy, which you must accept for more details."),
    ],
)
def test_another_country_and_a_duty_in_a_pointer_are_alerts(old, new):
    assert verdict(old, new) is Verdict.SUBSTANTIVE


FRENCH = "Nous traitons vos données pour vous fournir le service, et vous pouvez vous y opposer à tout moment.\n\n{}"
GERMAN = (
    "Wir verarbeiten Ihre Daten, damit Sie den Dienst nutzen können, und Sie können dem jederzeit widersprechen.\n\n{}"
)


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        (FRENCH, "Ils vont hébergerr vos fichiers.", "Ils vont héberger vos fichiers.", False),
        (FRENCH, "Ils vont céder vos fichiers.", "Ils vont créer vos fichiers.", True),
        (GERMAN, "Die Spiecherung kostet nichts.", "Die Speicherung kostet nichts.", False),
        (GERMAN, "Die Haftung bleibt dieselbe.", "Die Haltung bleibt dieselbe.", True),
    ],
)
def test_the_dictionary_is_that_of_the_text(text, old, new, expected):
    assert (compare(text.format(old), text.format(new)).verdict is Verdict.SUBSTANTIVE) == expected


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("## What we sell\n\n- Name\n- {0}\n\n## What we never sell\n\n- {1}\n- Location", "Email", "Health data"),
        ("You may:\n\n- read\n- {0}\n\nYou may not:\n\n- {1}\n- copy", "share", "sell"),
        (
            "## Paid plans\n\n{0}\n\n## Free plans\n\n{1}",
            "Support by mail is included.",
            "Nobody warrants anything.",
        ),
    ],
)
def test_what_moves_under_what_says_otherwise_is_an_alert(text, one, other):
    assert verdict(text.format(one, other), text.format(other, one)) is Verdict.SUBSTANTIVE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # A part that moves as a whole, and a table of contents.
        (
            "## Free plans\n\nWe keep logs:\n\n- visits\n- errors\n\n## Paid plans\n\nThere is support by mail.",
            "## Paid plans\n\nThere is support by mail.\n\n## Free plans\n\nWe keep logs:\n\n- visits\n- errors",
        ),
        (
            "- Free plans\n- Paid plans\n\n## Free plans\n\nThere are logs.\n\n## Paid plans\n\nThere is support.",
            "- Paid plans\n- Free plans\n\n## Free plans\n\nThere are logs.\n\n## Paid plans\n\nThere is support.",
        ),
    ],
)
def test_what_moves_with_its_title_stays_silent(old, new):
    assert verdict(old, new) is not Verdict.SUBSTANTIVE
