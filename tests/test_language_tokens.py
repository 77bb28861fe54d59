"""One tokenizer: it loses nothing, and two texts are the same only when nothing but presentation differs."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tostrack.language.tokens import SILENT, Kind, tokenize
from tostrack.language.words import list_languages, load_language

READ = list_languages("verdict")

#: Pairs that a reader would not call the same.
DIFFERENT = [
    ("a fee of 1.5%", "a fee of 15%"),
    ("a fee of 1.5%", "a fee of 1.5"),
    ("$9.99 a month", "$999 a month"),
    ("$9 a month", "€9 a month"),
    ("₹500", "₩500"),
    ("£5", "5"),
    ("US$5", "A$5"),
    ("for users 18+", "for users 18"),
    ("age ≥ 16", "age ≤ 16"),
    ("age > 16", "age < 16"),
    ("age ≥ 16", "age > 16"),
    ("below −5 degrees", "below 5 degrees"),
    ("below -5 degrees", "below 5 degrees"),
    ("(-5)", "(5)"),
    ("5-10 days", "5 10 days"),
    ("5–10 days", "510 days"),
    ("1,000 downloads", "1.000 downloads"),
    ("1,000 downloads", "1,000,000 downloads"),
    ("1,5 hours", "15 hours"),
    ("0.125 of it", "125 of it"),
    ("version 4.1.2", "version 412"),
    ("We may share it.", "We may not share it."),
    ("We don't share it.", "We do share it."),
    ("You can't opt out.", "You can opt out."),
    ("Wir geben sie nicht weiter.", "Wir geben sie weiter."),
    ("Nous ne vendons pas vos données.", "Nous vendons vos données."),
    ("You must pay.", "You may pay."),
    ("only with consent", "with consent"),
    ("at least 30 days", "at most 30 days"),
    ("up to 30 days", "30 days"),
    ("if you agree", "unless you agree"),
    ("We share it with partners.", "We share it with advertisers."),
    ("We pay you.", "You pay us."),
    ("| Sold | No |", "| Sold | Yes |"),
    ("No", "Yes"),
    ("Nein", "Ja"),
    ("Off", "On"),
    ("Nobody", "Everybody"),
    ("Revocable", "Irrevocable"),
    ("| Sold | ✓ |", "| Sold | ✗ |"),
    ("| Sold | ✅ |", "| Sold | ❌ |"),
    ("| Sold | ● |", "| Sold | ○ |"),
    ("| Sold | ✓ |", "| Sold |  |"),
    ("- [x] Share my data", "- [ ] Share my data"),
    ("☑ Share my data", "☐ Share my data"),
    ("~~We sell data.~~", "We sell data."),
    ("within ~~30~~ 90 days", "within 30 90 days"),
    ("within ~~30~~ 90 days", "within 30 ~~90~~ days"),
    ("We may <del>not</del> sell.", "We may not sell."),
    ("<ins>We sell data.</ins>", "We sell data."),
    ("within 30 days", "within 30¹ days"),
    ("within 30¹ days", "within 301 days"),
    ("within 30[1] days", "within 301 days"),
    ("within 30^1^ days", "within 301 days"),
    ("within 30<sup>1</sup> days", "within 301 days"),
    ("[our DPA](/files/dpa-2025-01.pdf)", "[our DPA](/files/dpa-2026-11.pdf)"),
    ("[our DPA](https://acme.com/dpa)", "[our DPA](https://acme.org/dpa)"),
    ("[our DPA](/dpa)", "our DPA"),
    ("![](/icons/check.svg)", "![](/icons/cross.svg)"),
    ("![Yes](/a.png)", "![No](/a.png)"),
    ("We share it with example.com.", "We share it with example.org."),
    ("We share it with example.com.", "We share it with example.com and example.org."),
    ("Write to a@acme.com", "Write to b@acme.com"),
    ("effective 5 January 2024", "effective 6 January 2024"),
    ("effective 03/04/2023", "effective 04/03/2023"),
    ("(a) Sell", "(b) Sell"),
    ("as in point (a)", "as in point (b)"),
    ("1. Sell", "2. Sell"),
    ("§ 5", "§ 6"),
    ("§ 5", "5"),
    ("30 days", "30 hours"),
    ("5 GB", "5 MB"),
    ("one user", "two users"),
    ("5 m²", "5 m"),
    ("2 business hours", "2 hours"),
    ("with 3 partners", "with partners"),
    ("explicit consent", "consent"),
    ("in Maßen", "in Massen"),
    ("nia año", "nia ano"),
    ("कि", "का"),
    ("दिन", "दान"),
    ("கி", "கு"),
    ("ที่", "ที่ไม่"),
    ("不同意", "同意"),
    ("a & b", "a b"),
    ("x = 5", "x ≠ 5"),
    ("half: ½", "half: ¼"),
    ("<https://acme.com/a>", "<https://acme.com/b>"),
]
#: Pairs that differ in presentation alone.
EQUAL = [
    ("We share it.", "WE SHARE IT"),
    ("We share it.", "  We\n\tshare   it. "),
    ("**We** _share_ `it`.", "We share it."),
    ("# Sharing", "## Sharing"),
    ("> We share it.", "We share it."),
    ("“We share it”", '"We share it"'),
    ("We don’t share it.", "We don't share it."),
    ("pri\u00advacy", "privacy"),
    ("pri\u200bvacy", "privacy"),
    ("opt-out", "opt out"),
    ("a, b; c", "a b c"),
    ("ﬁle", "file"),
    ("cafe\u0301", "café"),
    ("1,000,000 users", "1000000 users"),
    ("1,000,000 users", "1.000.000 users"),
    ("1,000.50", "1.000,50"),
    ("10 000 000", "10,000,000"),
    ("1,5 GB", "1.5 GB"),
    ("−5", "-5"),
    ("5–10 days", "5-10 days"),
    ("5 – 10 days", "5-10 days"),
    ("thirty days", "30 days"),
    ("one year", "1 year"),
    ("ein Jahr", "1 Jahr"),
    ("✓ shared", "✔ shared"),
    ("✗ shared", "❌ shared"),
    ("- [x] Share", "- [X] Share"),
    ("¹", "[^1]"),
    ("word¹", "word^1^"),
    ("word<sup>2</sup>", "word²"),
    ("[DPA](https://www.acme.com/dpa/?v=3#top)", "[DPA](http://acme.com/dpa)"),
    ('[DPA](/dpa "Our DPA")', "[DPA](</dpa>)"),
    ("![Logo](/img/logo.3f9a8c1d.png)", "![Logo](https://cdn.acme.com/x/logo.77aa11bb.png)"),
    ("[Top](#top)", "Top"),
    ("see https://acme.com/terms.", "see acme.com/terms"),
    ("see https://www.acme.com/", "see acme.com"),
    ("5 January 2024", "January 5, 2024"),
    ("5 January 2024", "2024-01-05"),
    ("5 janv. 2024", "5 janvier 2024"),
    ("5. Jan. 2024", "05.01.2024"),
    ("25/12/2023", "25 December 2023"),
    ("1) Sell", "1. Sell"),
    ("a (at) acme.com", "a@acme.com"),
    ("a [at] acme [dot] com", "a@acme.com"),
    ("A &amp; B", "A & B"),
    ("A&nbsp;B", "A B"),
    ("<!-- build 77 -->We share it.", "We share it."),
    ("{{ page.title }} We share it.", "We share it."),
    ("We share it. {: .note}", "We share it."),
    ("\\*We\\_share", "We share"),
    ("<b>We</b> share", "We share"),
    ("• We share it", "We share it"),
]  # fmt: skip
#: In each language: a line, and the words of it that are of a kind.
KINDS = {
    "en": ("We must not sell it unless you agree, at least for 30 days.", "We:party must:modal not:negation unless:condition at:comparison you:party 30:number days:unit"),
    "de": ("Wir dürfen sie nicht verkaufen, außer Sie stimmen zu, mindestens 30 Tage lang.", "Wir:party dürfen:modal nicht:negation außer:condition mindestens:qualifier 30:number Tage:unit"),
    "es": ("Nosotros no podemos venderlo salvo que usted acepte, al menos durante 30 días.", "Nosotros:party no:negation podemos:modal salvo:condition usted:party al:comparison 30:number días:unit"),
    "fr": ("Nous ne pouvons pas le vendre sauf si vous acceptez, au moins pendant 30 jours.", "Nous:party ne:negation pouvons:modal pas:negation sauf:condition vous:party au:comparison 30:number jours:unit"),
    "it": ("Noi non possiamo venderlo salvo che tu accetti, almeno per 30 giorni.", "Noi:party non:negation possiamo:modal salvo:condition tu:party almeno:qualifier 30:number giorni:unit"),
    "nl": ("Wij mogen het niet verkopen tenzij u akkoord gaat, minstens 30 dagen.", "Wij:party mogen:modal niet:negation tenzij:condition u:party minstens:qualifier 30:number dagen:unit"),
    "pl": ("My nie możemy ich sprzedać, chyba że użytkownik wyrazi zgodę, co najmniej 30 dni.", "My:party nie:negation możemy:modal chyba:condition użytkownik:party 30:number dni:unit"),
    "pt": ("Nós não podemos vendê-lo salvo se você aceitar, pelo menos por 30 dias.", "Nós:party não:negation podemos:modal salvo:condition você:party pelo:comparison 30:number dias:unit"),
}  # fmt: skip
OF_A_KIND = [
    ("18+", "+", Kind.COMPARISON),
    ("C+", "+", Kind.SIGN),
    ("≥ 5", "≥", Kind.COMPARISON),
    ("5%", "%", Kind.SIGN),
    ("5-10", "-", Kind.SIGN),
    ("opt-out", "-", Kind.PUNCTUATION),
    ("USD 5", "USD", Kind.CURRENCY),
    ("5 euros", "euros", Kind.CURRENCY),
    ("₿", "₿", Kind.CURRENCY),
    ("May we?", "May", Kind.MODAL),
    ("Yes, we do.", "Yes", Kind.ANSWER),
    ("We put it on the table.", "on", Kind.WORD),
    ("| On |", "On", Kind.ANSWER),
    ("| not allowed |", "not", Kind.ANSWER),
    ("nobody", "nobody", Kind.ANSWER),
    ("nobody can read it, as it is kept under a key of the user", "nobody", Kind.NEGATION),
    ("see example.com for it", "example.com", Kind.SITE),
    ("see example.com/a.pdf", "example.com/a.pdf", Kind.ADDRESS),
    ("etc.and so on", "etc", Kind.WORD),
    ("a@b.com", "a@b.com", Kind.MAIL),
    ("<a@b.com>", "<a@b.com>", Kind.MAIL),
    ("on 5 May 2024", "5 May 2024", Kind.DATE),
    ("(a) Sell", "(a)", Kind.LIST_LABEL),
    ("4.1 Sharing", "4.1", Kind.LIST_LABEL),
    ("iv) Sharing", "iv)", Kind.LIST_LABEL),
    ("2.5 GB of storage", "2.5", Kind.NUMBER),
    ("thirty (30) days", "30", Kind.NUMBER),
    ("the user(s)", "s", Kind.WORD),
    ("word\\*", "\\*", Kind.FOOTNOTE),
    ("word†", "†", Kind.FOOTNOTE),
    ("~~gone~~", "gone", Kind.STRUCK),
    ("++new++ text", "new", Kind.INSERTED),
    ("C++ code", "C", Kind.WORD),
    ("👍", "👍", Kind.MARKER),
]


def meaning(text, language=""):
    """Return the keys of all tokens that say something."""
    return [token.key for token in tokenize(text, language) if token.kind not in SILENT]


def say_the_same(old, new, language=""):
    return meaning(old, language) == meaning(new, language)


def texts():
    """Text that looks like a policy's, with everything that has a rule of its own."""
    parts = st.sampled_from(
        [*DIFFERENT, *EQUAL]
        and sorted({part for pair in (*DIFFERENT, *EQUAL) for side in pair for part in side.split(" ")})
    )
    return st.one_of(st.text(), st.lists(parts, max_size=12).map(" ".join), st.text(alphabet=string.printable))


@given(texts())
def test_tokens_tile_the_text(text):
    tokens = tokenize(text)
    assert "".join(token.text for token in tokens) == text
    assert [token.start for token in tokens] == [0, *(token.end for token in tokens)][: len(tokens)]
    assert all(text[token.start : token.end] == token.text and token.text for token in tokens)
    assert all(isinstance(token.kind, Kind) for token in tokens)


@given(texts(), st.sampled_from(READ))
def test_what_says_something_has_a_key(text, language):
    assert all(token.key or token.kind in SILENT for token in tokenize(text, language))


@given(st.lists(st.text(alphabet=string.ascii_letters + "äöüéèñçłąßżőşß", min_size=1), max_size=8))
def test_case_and_white_space_change_nothing(words):
    text = " ".join(words)
    other = "\n ".join(word.upper() if word.upper().lower() == word.lower() else word for word in words)
    assert meaning(text) == meaning(other)


@pytest.mark.parametrize(("old", "new"), DIFFERENT)
def test_a_change_of_meaning_is_seen(old, new):
    for language in ("", "en"):
        assert not say_the_same(old, new, language)
        assert not say_the_same(f"Before. {old} After it.", f"Before. {new} After it.", language)


@pytest.mark.parametrize(("old", "new"), EQUAL)
def test_presentation_is_no_change(old, new):
    assert say_the_same(old, new), (meaning(old), meaning(new))


@pytest.mark.parametrize("code", READ)
def test_words_have_their_kinds_in_each_language(code):
    line, expected = KINDS[code]
    for language in (code, ""):
        found = {token.text: token.kind for token in tokenize(line, language)}
        wanted = dict(pair.split(":") for pair in expected.split())
        if not language:
            # A word that English has as well is read as English.
            wanted = {word: kind for word, kind in wanted.items() if word not in ("u", "tu", "My", "al", "au")}
        assert {word: found[word].value for word in wanted} == wanted


@pytest.mark.parametrize("code", READ)
@pytest.mark.parametrize(
    "name", ["yes", "no", "on", "off", "allowed", "forbidden", "required", "optional", "nobody", "never"]
)
def test_the_answers_of_each_language_are_answers(code, name):
    for answer in load_language(code).list_words("answers", name):
        for line in (f"| Data | {answer.capitalize()} |", answer):
            kinds = {token.kind for token in tokenize(line, code)[-3:] if token.kind not in SILENT}
            assert kinds == {Kind.ANSWER}, line


@pytest.mark.parametrize("code", READ)
def test_each_number_word_is_its_value(code):
    language = load_language(code)
    for value in language.list_names("numbers"):
        for word in language.list_words("numbers", value):
            if value != "1" and " " not in word and "-" not in word:
                assert say_the_same(f"{word} x", f"{value} x", code), word


@pytest.mark.parametrize(("text", "part", "kind"), OF_A_KIND)
def test_a_token_is_of_its_kind(text, part, kind):
    assert [token.kind for token in tokenize(text) if token.text == part][:1] == [kind]


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("1.000", "de", "1000"),
        ("1.000", "en", "1.000"),
        ("1,000", "en", "1000"),
        ("1,000", "de", "1.000"),
        ("1,5", "de", "1.5"),
        ("1.5", "en", "1.5"),
        ("1'000", "", "1000"),
        ("007", "", "007"),
        ("١٢", "", "12"),
        ("１２", "", "12"),
    ],
)
def test_a_number_has_its_value_where_it_can_be_proved(text, language, value):
    (token,) = tokenize(text, language)
    assert (token.kind, token.key) == (Kind.NUMBER, value)


@given(st.text(alphabet="[](){}<>~*_`+@.:/\\^&#|-0aé² \n", max_size=400))
def test_hostile_signs_are_cut_as_well(text):
    assume(text)
    assert "".join(token.text for token in tokenize(text)) == text
