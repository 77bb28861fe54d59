"""What moved in the words, named: every kind, and beside each the cases in which nothing moved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.analysis.diff import diff
from tostrack.analysis.facts import find_facts, list_finders
from tostrack.analysis.facts.values import fact_value
from tostrack.clauses import split_clauses
from tostrack.language import dates
from tostrack.models import Edit, FactKind, Hunk


def told(old, new):
    before, after = split_clauses(old), split_clauses(new)
    found = find_facts(diff(before, after), before, after)
    return [(str(fact.kind), fact.sentence) for facts in found for fact in facts]


MOVES = [
    ("modality", "We may share it with them.", "We will share it with them.", "“may” became “will”"),
    ("modality", "You must read all of it.", "You should read all of it.", "“must” became “should”"),
    ("modality", "We may share it with them.", "We share it with them.", "“may share” became “share”"),
    ("modality", "We share it with them.", "We may also share it with them.", "“share” became “may also share”"),
    ("modality", "We will not share it.", "We may not share it.", "“will not” became “may not”"),
    ("modality", "Shops have to label it.", "Shops should label it.", "“have to” became “should”"),
    ("negation", "We do not sell your data.", "We sell your data.", "“do not sell” became “sell”"),
    ("negation", "We will never sell your data.", "We may sell your data.", "“will never sell” became “may sell”"),
    ("negation", "Pixboard sells your data.", "Pixboard doesn't sell your data.", "“sells” became “doesn't sell”"),
    ("consent", "We post them with your consent.", "We post them.", "removed “with your consent”"),
    ("consent", "We post them.", "We post them with your prior written consent.", "added “with your prior written consent”"),
    ("consent", "We post them with your explicit consent.", "We post them with your consent.",
     "“with your explicit consent” became “with your consent”"),
    ("consent", "We post them if you opt in.", "We post them unless you opt out.",
     "“if you opt in” became “unless you opt out”"),
    ("scope", "It applies to users in Peru.", "It applies to users in Peru and Chile.", "“Peru” became “Peru and Chile”"),
    ("scope", "It applies to users in Peru and Chile.", "It applies to users in Chile.", "“Peru and Chile” became “Chile”"),
    ("recipient", "We share data with affiliates.", "We share data with partners.", "“affiliates” became “partners”"),
    ("recipient", "We share data with affiliates.", "We share data with affiliates and third parties.",
     "added “third parties”"),
    ("recipient", "We sell data to advertisers and data brokers.", "We sell data to advertisers.", "removed “data brokers”"),
    ("limit", "We use it only to run the app for you.", "We use it to run the app for you.", "removed “only”"),
    ("limit", "You grant us a licence to show it in the app.", "You grant us a limited licence to show it in the app.",
     "added “limited”"),
    ("reach", "You grant us a non-exclusive licence to all of it.", "You grant us an exclusive licence to all of it.",
     "“non-exclusive” became “exclusive”"),
    ("reach", "You grant us a free licence to use your photos.", "You grant us a free, perpetual licence to use your photos.",
     "added “perpetual”"),
    ("retention", "We keep it for 30 days.", "We keep it for 90 days.", "30 days became 90 days"),
    ("retention", "We keep it for thirty (30) days.", "We keep it for three months.", "thirty (30) days became three months"),
    ("age", "You must be at least 13 years old.", "You must be at least 16 years old.", "13 years old became 16 years old"),
    ("age", "You must be over the age of 13.", "You must be over the age of 16.", "the age of 13 became the age of 16"),
    ("fee", "It costs $9.99 a month.", "It costs $12.99 a month.", "$9.99 a month became $12.99 a month"),
    ("fee", "The fee is 10 € a month.", "The fee is 10 € a year.", "10 € a month became 10 € a year"),
    ("fee", "The cap is US$5 million.", "The cap is US$500.", "$5 million became $500"),
    ("number", "You may cancel within twenty-one days.", "You may cancel within fourteen days.",
     "twenty-one days became fourteen days"),
    ("uptime", "We promise 99.0% uptime.", "We promise 99.9% uptime.", "99.0% became 99.9%"),
    ("response", "Support answers within 24 hours.", "Support answers within 2 days.", "24 hours became 2 days"),
    ("quota", "You may make 5,000 API calls a day.", "You may make 60 API calls a day.",
     "5,000 API calls a day became 60 API calls a day"),
    ("quota", "You may use it on up to 5 devices.", "You may use it on up to 3 devices.", "5 devices became 3 devices"),
    ("law", "It is governed by the laws of Ireland.", "It is governed by the laws of England and Wales.",
     "“Ireland” became “England and Wales”"),
    ("place", "Your data is stored in Germany.", "Your data is stored in the United States.",
     "“Germany” became “United States”"),
    ("licence", "The code is under the Apache License 2.0.", "The code is under the Business Source License 1.1.",
     "“Apache-2.0” became “BUSL-1.1”"),
    ("licence", "Posts are CC BY-SA 4.0 here.", "Posts are CC BY-NC 4.0 here.", "“CC-BY-SA-4.0” became “CC-BY-NC-4.0”"),
    ("scope", "It holds for people in France.", "It holds for people in Spain.", "“France” became “Spain”"),
    ("number", "We keep 30% of it.", "We keep 45 percent of it.", "30% became 45 percent"),
    ("retention", "Wir speichern das 30 Tage lang.", "Wir speichern das 90 Tage lang.", "30 Tage became 90 Tage"),
    ("date", "It binds from March 1, 2023 on.", "It binds from 1 May 2024 on.", "March 1, 2023 became 1 May 2024"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "old", "new", "sentence"), MOVES)
def test_a_move_of_meaning_is_named(kind, old, new, sentence):
    assert (kind, sentence) in told(old, new)


@pytest.mark.parametrize(("kind", "old", "new", "sentence"), MOVES)
def test_the_way_back_is_named_too(kind, old, new, sentence):
    assert kind in [found for found, _ in told(new, old)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Modality: another verb for the same, a month, a noun, another sentence altogether.
        ("You may opt out of ads.", "You can opt out of ads."),
        ("You may not post spam.", "You must not post spam."),
        ("You shall pay the fees.", "You must pay the fees."),
        ("We will delete it.", "We shall delete it."),
        ("You will pay the fees.", "You must pay the fees."),
        ("It began in May of that year.", "It began in June of that year."),
        ("You may close it at will.", "You may close it at any time."),
        ("You can opt out in the settings.", "Opt out in the settings."),
        ("We may update these pages. See the list of rules that apply to shops.", "We may update these pages. You must not harm children."),
        # Negation: the same denial in other words, and what denies nothing.
        ("We do not sell your data.", "We don't sell your data."),
        ("We never sell your data.", "We do not ever sell your data."),
        ("This holds for photos, including but not limited to portraits.", "This holds for photos, including portraits."),
        ("Tell us whether or not you agree.", "Tell us whether you agree."),
        ("If you fail to comply with it, we act.", "If you do not comply with it, we act."),
        ("Do not impersonate others.", "Impersonating others."),
        # Consent: other words for the same, and the platform's own.
        ("We post them with your consent.", "We post them with your permission."),
        ("We post them with your consent.", "We post them if you opt in."),
        ("You may not sell it without our consent.", "You may not sell it."),
        # Recipients: another name for one, whoever gives to us, what users give to others, adjectives.
        ("We share data with an affiliate.", "We share data with affiliates."),
        ("We share data with our vendors.", "We share data with our service providers."),
        ("Do you like it?", "Do you like our partners?"),
        ("You may share your data.", "You may share your data with third parties."),
        ("We share data on it.", "We share data on third-party cookies."),
        ("We work with law enforcement.", "We work with law enforcement and disclose data."),
        # Limits and reach.
        ("We use it only for you.", "We use it solely for you."),
        ("This is not only for you.", "This is for you."),
        ("Acme Limited runs the service.", "Acme runs the service."),
        ("A sublicensable licence of all you post.", "A sub-licenseable licence of all you post."),
        ("The courts have jurisdiction over it.", "The courts have exclusive jurisdiction over it."),
        # Numbers: the same amount otherwise, counters, places in the text.
        ("We keep it for 12 months.", "We keep it for one year."),
        ("We keep it for 30 days.", "We keep it for thirty (30) days."),
        ("It costs $1,000 a year.", "It costs 1000 USD a year."),
        ("Posted 3 days ago.", "Posted 5 days ago."),
        ("See section 4 of it.", "See section 5 of it."),
        ("12,345 people like it.", "13,579 people like it."),
        # Dates: the same day otherwise, and stamps, which are told apart.
        ("It binds from March 1, 2023 on.", "It binds from 1 March 2023 on."),
        ("Last updated: March 1, 2023", "Last updated: May 1, 2024"),
        ("© 2019-2023 Acme", "© 2019-2024 Acme"),
    ],
)  # fmt: skip
def test_what_says_the_same_is_no_fact(old, new):
    assert told(old, new) == []
    assert told(new, old) == []


def test_a_removed_clause_is_missed_for_its_numbers_and_its_consent():
    gone = "We delete the logs after 30 days, and only share them with your consent with third parties."

    assert told(f"Hello there.\n\n{gone}", "Hello there.") == [
        ("consent", "removed “with your consent”"),
        ("retention", "removed “30 days”"),
    ]


def test_what_one_edit_takes_and_another_brings_did_not_move():
    old = "A short note.\n\nWe delete the logs of your visits after 30 days.\n\nThis clause stays as it is."
    new = (
        "A short note.\n\nThis clause stays as it is.\n\nWithin 30 days every trace of what people did here is erased."
    )

    assert told(old, new) == []


def test_the_weightiest_fact_of_a_clause_comes_first():
    old = "We may keep your photos for 30 days with your consent."
    new = "We will keep your photos for 90 days."

    assert [kind for kind, _ in told(old, new)] == ["consent", "modality", "retention"]


HEAD = "# Sub-processors\n\n"
TABLE = "| Name | Purpose | Location |\n| --- | --- | --- |\n"


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        # A list, a table, and a table whose name is in its second column.
        ("- Alpha Mail. Sends messages\n- Beta Cloud. Hosting", "- Gamma Pay. Payments\n- Alpha Mail. Sends messages",
         ["removed Beta Cloud", "added Gamma Pay"]),
        (f"{TABLE}| Alpha | Mail | France |", f"{TABLE}| Beta | Mail | France |\n| Alpha | Mail | France |", ["added Beta"]),
        ("| No. | Company |\n|---|---|\n| 1 | Alpha |\n| 2 | Beta |", "| No. | Company |\n|---|---|\n| 1 | Beta |", ["removed Alpha"]),
        # A table without a head, whose first row names the columns.
        ("|  |  |\n|---|---|\n| **Service Provider** | **Policy** |\n| Alpha | a.example |",
         "|  |  |\n|---|---|\n| **Service Provider** | **Policy** |\n| Alpha | a.example |\n| Beta | b.example |", ["added Beta"]),
        # The same rows in another order, and a row with another cell.
        (f"{TABLE}| Alpha | Mail | France |\n| Beta | Pay | Spain |", f"{TABLE}| Beta | Pay | Spain |\n| Alpha | Mail | France |", []),
        (f"{TABLE}| Alpha | Mail | France |", f"{TABLE}| Alpha | Mail | Peru |", ["Alpha › place: France → Peru"]),
    ],
)  # fmt: skip
def test_companies_of_a_list_are_compared_by_name(old, new, sentences):
    head = HEAD if "Provider" not in old else "# Privacy\n\n"
    assert sorted(sentence.partition(" — ")[0] for _, sentence in told(head + old, head + new)) == sorted(sentences)


def test_a_cell_is_named_by_its_row_and_column():
    table = "| Plan | API calls a day | Price |\n| --- | --- | --- |\n| Basic | {} | {} |\n| Pro | 9,000 | $5 |"

    assert told(table.format("5,000", "$1"), table.format("60", "$2")) == [
        ("fee", "Basic › Price: $1 → $2"),
        ("value", "Basic › API calls a day: 5,000 → 60"),
    ]


def test_a_label_names_what_moved():
    assert told("Rules.\n\nResponse time: 4 hours", "Rules.\n\nResponse time: 8 hours") == [
        ("response", "Response time: 4 hours → 8 hours")
    ]


def test_a_link_that_leads_elsewhere_is_a_fact():
    old, new = (
        f"Write to us by [this form](https://acme.example/{page}) within {n} days." for page, n in (("a", 3), ("b", 5))
    )

    assert ("link", "link “this form”: https://acme.example/a → https://acme.example/b") in told(old, new)


def test_a_moved_clause_has_no_facts():
    text = "We delete it after 30 days."

    assert find_facts([Hunk(Edit.MOVED, old=text, new=text)]) == [()]


PIECES = ["we ", "you ", "may ", "will ", "do not ", "never ", "share ", "data ", "with your consent ", "only ", "30 days ",
          "90 days ", "$5 ", "third parties ", "perpetual ", "March 1, 2023 ", ". "]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(TEXTS, TEXTS)
def test_a_fact_quotes_the_two_texts(old, new):
    hunks = diff(split_clauses(old), split_clauses(new))

    for hunk, found in zip(hunks, find_facts(hunks), strict=True):
        for fact in found:
            assert fact.old in " ".join(hunk.old.split())
            assert fact.new in " ".join(hunk.new.split())
            assert fact.old != fact.new
            assert fact.kind in FactKind


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_is_too_odd(old, new):
    hunks = [Hunk(Edit.REWORDED, old=old, new=new, words=(("-", old), ("+", new))), Hunk(Edit.ADDED, new=new)]

    assert len(find_facts(hunks)) == 2


def test_the_cost_of_dates_does_not_grow_with_those_already_found(monkeypatch):
    # Steps, not seconds: how many dates are looked at for each that is found.
    looked = 0

    class Counting(dates.FoundDate):
        def __getattribute__(self, name):
            nonlocal looked
            looked += name in {"start", "end"}
            return super().__getattribute__(name)

    monkeypatch.setattr(dates, "FoundDate", Counting)

    found = dates.find_dates(", ".join(f"{number % 28 + 1} May {1990 + number % 50}" for number in range(2000)))

    assert len(found) == 2000
    assert looked < 60 * 2000


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        (FactKind.PARTY, "Acme — purpose: hosting; place: Ireland", {"name": "Acme", "purpose": "hosting", "place": "Ireland"}),
        (FactKind.FEE, "$9.99 a month", {"value": 9.99, "unit": "dollar", "per": "month", "what": "sum"}),
        (FactKind.QUOTA, "5,000 API calls a day", {"value": 5000, "unit": "calls", "per": "day", "what": "count"}),
        (FactKind.RETENTION, "thirty (30) days", {"value": 30, "unit": "day", "per": "", "what": "time"}),
        (FactKind.UPTIME, "99.9%", {"value": 99.9, "unit": "percent", "per": "", "what": "share"}),
        (FactKind.AGE, "13 years old", {"value": 13, "unit": "year", "per": "", "what": "age"}),
        (FactKind.MODALITY, "may", None),
        (FactKind.FEE, "", None),
    ],
)  # fmt: skip
def test_a_fact_has_a_value_for_programs(kind, words, value):
    assert fact_value(kind, words) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("consent", "with your consent; upon your approval; subject to your written authorization; if you opt in"),
        ("consent", "unless you object; only if you agree; once you enable; if you give us permission; until you allow"),
        ("recipient", "affiliates; subsidiaries; group companies; corporate family; ad networks; other people; banks"),
        ("recipient", "analytics services; vendors; third parties; law enforcement; public authorities; universities"),
        ("number", "30 days; thirty days; $5; 5 %; up to 5 devices"),
        ("limit", "only; solely; exclusively; merely; limited; strictly necessary"),
        ("reach", "perpetual, in perpetuity, irrevocable, revocable, transferable, assignable, sub-licensable, exclusive"),
        ("reach", "worldwide, throughout the world, royalty-free, unlimited, unrestricted, indefinitely, without notice"),
        ("law", "the laws of Ireland; the courts of Ohio; governed by Irish law"),
        ("place", "stored in Ohio; hosted in Ohio; kept in Ohio; servers in Ohio; data centres in Ohio; located in Ohio"),
        ("scope", "residents of Ohio; users in Ohio; people in Ohio; living in Ohio; only in Ohio; based in Ohio"),
        ("licence", "Apache License 2.0; BUSL 1.1; Elastic License 2.0; SSPL 1; Mozilla Public License 2.0; EPL 2.0"),
        ("licence", "EUPL 1.2; AGPL v3; LGPL 2.1; GPL-3.0; CC0 1.0; MIT License; ISC License; 2-Clause BSD; Unlicense"),
        ("licence", "CC BY-SA 4.0; cc-by 4.0; Creative Commons Attribution 4.0"),
        ("date", "on 1 March 2021; on 1 March 1999"),
    ],
)  # fmt: skip
def test_every_phrase_has_a_sign_by_which_its_text_is_searched(kind, text):
    finder = next(finder for finder in list_finders("en") if finder.kind == kind)
    phrases = text.replace(",", ";").split("; ") if kind == "reach" else text.split("; ")
    assert all(finder.may_find(f"x {phrase}".lower()) and [*finder.find(f"x {phrase}")] for phrase in phrases)
