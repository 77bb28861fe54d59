"""The watchlist: what it says, every error at once, and the schema that agrees."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import tostrack
from tostrack.errors import ConfigError
from tostrack.language.document_kind import KINDS, SHORT_KINDS
from tostrack.models import Document, Page, Range
from tostrack.watchlist import STARTER, Settings, check_selectors, find, load, loads, to_toml

ROOT = Path(__file__).parent.parent
SCHEMA = Draft202012Validator(json.loads((Path(tostrack.__file__).parent / "watchlist.schema.json").read_text("utf-8")))

GOOD = """\
[settings]
contact = "ops@acme.example"
delay = 0.5
allow_private = ["localhost", "127.0.0.1", "::1"]
database = "data/archive.db"
snapshots = "raw"
url = "https://terms.acme.example/"

[watch.acme]
name = "Acme"

[watch.acme.terms]
url = "https://acme.example/terms"

[watch.acme.privacy]
name = "Privacy Policy"
url = "https://acme.example/privacy"
select = ["main", { start_before = "#a", end_after = "#b" }]
remove = "nav"
filters = ["drop-links"]
fetch = "browser"
language = "pt-BR"

[watch.acme.cookies]
pages = [
    { url = "https://acme.example/cookies", select = { start_after = "h1", end_before = "footer" } },
    { url = "https://acme.example/cookies/list" },
]

[watch.pixboard.terms]
url = "https://pixboard.example/legal"
active = false

[digest.shop]
to = ["owner@acme.example"]
watch = ["acme", "pixboard/terms"]
every = "week"
"""


def wrong(text):
    """Return the problems of the watchlist *text*."""
    with pytest.raises(ConfigError) as caught:
        loads(text)
    return caught.value.problems


def acme(body="", before="", after=""):
    """Return a watchlist of one good document with *body* in its table."""
    return f'{before}\n[watch.acme.terms]\nurl = "https://acme.example/terms"\n{body}\n{after}\n'


def document(body):
    """Return a watchlist whose only document has just *body*."""
    return f"[watch.acme.terms]\n{body}\n"


# What it says


def test_two_lines_make_a_document():
    watchlist = loads('[watch.acme.terms]\nurl = "https://acme.example/terms"\n')

    assert watchlist.documents == (
        Document("acme", "terms", (Page("https://acme.example/terms"),), name="Terms", service_name="Acme"),
    )
    assert watchlist.settings == Settings()
    assert watchlist.digests == ()


def test_every_key_arrives():
    watchlist = loads(GOOD, folder=Path("here"))

    assert watchlist.settings == Settings(
        contact="ops@acme.example",
        delay=0.5,
        allow_private=("localhost", "127.0.0.1", "::1"),
        database=Path("here/data/archive.db"),
        snapshots=Path("here/raw"),
        url="https://terms.acme.example",
    )
    _, privacy, cookies, pixboard = watchlist.documents
    assert privacy == Document(
        "acme",
        "privacy",
        (
            Page(
                "https://acme.example/privacy",
                select=("main", Range(start_before="#a", end_after="#b")),
                remove=("nav",),
                filters=("drop-links",),
                fetch="browser",
            ),
        ),
        name="Privacy Policy",
        service_name="Acme",
        language="pt-BR",
    )
    assert [page.url for page in cookies.pages] == ["https://acme.example/cookies", "https://acme.example/cookies/list"]
    assert not pixboard.active
    assert dict(watchlist.services) == {"acme": "Acme", "pixboard": "Pixboard"}
    (digest,) = watchlist.digests
    assert (digest.slug, digest.to, digest.every) == ("shop", ("owner@acme.example",), "week")


def test_paths_are_relative_to_the_file(tmp_path):
    path = tmp_path / "watchlist.toml"
    path.write_text(acme(), "utf-8")

    assert load(path).settings.database == tmp_path / "tostrack.db"


def test_a_byte_order_mark_is_no_error(tmp_path):
    path = tmp_path / "watchlist.toml"
    path.write_text(acme(), "utf-8-sig")

    assert len(load(path).documents) == 1


def test_a_digest_covers_what_it_names_and_without_names_everything():
    shop = loads(GOOD).digests[0]
    everything = loads(acme(after='[digest.all]\nto = "a@b.example"')).digests[0]

    assert shop.covers("acme/privacy")
    assert shop.covers("pixboard/terms")
    assert not shop.covers("pixboard/privacy")
    assert everything.covers("any/thing")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("acme", ["acme/terms", "acme/privacy", "acme/cookies"]),
        ("acme/privacy", ["acme/privacy"]),
        ("Acme", ["acme/terms", "acme/privacy", "acme/cookies"]),
    ],
)
def test_find_takes_a_service_or_a_document(name, expected):
    found = find(loads(GOOD), name)

    assert [each.id for each in found] == expected


@pytest.mark.parametrize(
    ("name", "hint"), [("acmee", '"acme"?'), ("acme/privcy", '"acme/privacy"?'), ("zzz", "tostrack add")]
)
def test_find_offers_the_closest_name(name, hint):
    with pytest.raises(ConfigError, match="is watched") as caught:
        find(loads(GOOD), name)

    assert hint in str(caught.value)


# Every error at once


def test_every_error_is_told_with_its_line_key_and_a_hint():
    problems = wrong(
        "[settings]\n"
        "delay = -1\n"
        "[watch.acme.terms]\n"
        'url = "https://acme.example"\n'
        'selekt = "main"\n'
        "[watch.acme.privacy]\n"
        'fetch = "browsr"\n'
    )

    assert problems == (
        "watchlist.toml:2: settings.delay: must be a number of seconds from 0 to 3600",
        'watchlist.toml:5: watch.acme.terms.selekt: unknown key; did you mean "select"?',
        "watchlist.toml:6: watch.acme.privacy: has no url",
        'watchlist.toml:7: watch.acme.privacy.fetch: \'browsr\' is none of "http", "browser"; did you mean "browser"?',
    )


def test_the_line_of_a_page_is_found_in_arrays_of_tables():
    problems = wrong('[[watch.acme.terms.pages]]\nurl = "https://a.example"\n[[watch.acme.terms.pages]]\nurl = 3\n')

    assert problems == ("watchlist.toml:4: watch.acme.terms.pages[1].url: must be a string, not a number",)


#: Broken in structure: the loader and the schema both refuse it. Each with a word of the loader's message.
BAD_FOR_BOTH = {
    "watch is no table": ("watch = 3", "must be a table"),
    "a service without documents": ('[watch.acme]\nname = "Acme"', "has no document"),
    "an empty service": ("[watch.acme]", "has no document"),
    "an unknown table": (acme(after="[wacht]"), 'did you mean "watch"'),
    "an unknown setting": (acme(before="[settings]\ncontat = 'a@b.example'"), 'did you mean "contact"'),
    "an unknown key of a document": (acme('slect = "main"'), 'did you mean "select"'),
    "an unknown key of a page": (document('pages = [{ url = "https://a.example", name = "x" }]'), "unknown key"),
    "an unknown key of a digest": (acme(after='[digest.a]\nto = "a@b.example"\ncc = "x"'), "unknown key"),
    "an unknown key of a service": (acme(before="[watch.acme]\nnam = 'Acme'"), 'did you mean "name"'),
    "a document's key in a service": ('[watch.acme]\nurl = "https://a.example"', "belongs to a document"),
    "a slug with a capital": ('[watch.Acme.terms]\nurl = "https://a.example"', 'write "acme"'),
    "a slug with a space": ('[watch.acme."our terms"]\nurl = "https://a.example"', 'write "our-terms"'),
    "a slug that climbs": ('[watch."../x".terms]\nurl = "https://a.example"', "not a slug"),
    "a slug of 65 characters": (f'[watch.{"a" * 65}.terms]\nurl = "https://a.example"', "not a slug"),
    "a slug that Windows keeps": ('[watch.acme.con]\nurl = "https://a.example"', "device"),
    "a service called name": ('[watch.name.terms]\nurl = "https://a.example"', "choose another"),
    "a document called name": ('[watch.acme.name]\nurl = "https://a.example"', "must be a string"),
    "a document without url": (document('name = "Terms"'), "has no url"),
    "a url that is a number": (document("url = 3"), "must be a string, not a number"),
    "a url that is empty": (document('url = " "'), "is empty"),
    "a url with another scheme": (document('url = "file:///etc/passwd"'), "must start with"),
    "a url without scheme": (document('url = "acme.example/terms"'), "must start with"),
    "a url with a space": (document('url = "https://acme.example/our terms"'), "space"),
    "a url with a backslash": (document("url = 'https://acme.example\\@evil.example'"), "backslash"),
    "an endless url": (document(f'url = "https://acme.example/{"a" * 2000}"'), "longer than"),
    "select and pages": (document('select = "main"\npages = [{ url = "https://a.example" }]'), "beside pages"),
    "url and pages": (acme('pages = [{ url = "https://a.example" }]'), "beside pages"),
    "no pages": (document("pages = []"), "is empty"),
    "pages as a table": (document('pages = { url = "https://a.example" }'), "must be a list of tables"),
    "a page as a string": (document('pages = ["https://a.example"]'), "must be a table"),
    "a page without url": (document('pages = [{ select = "main" }]'), "has no url"),
    "a selector that is a number": (acme("select = 3"), "a CSS selector or a range"),
    "a selector in a list that is a list": (acme('select = [["main"]]'), "a CSS selector or a range, not a list"),
    "a range with two starts": (
        acme('select = { start_before = "a", start_after = "b", end_before = "c" }'),
        "exactly one of start_before and start_after",
    ),
    "a range without end": (acme('remove = [{ start_before = "a" }]'), "exactly one of end_before and end_after"),
    "a range with a misspelt end": (acme('select = { start_before = "a", end_befor = "c" }'), "unknown key"),
    "another way to fetch": (acme('fetch = "pdf"'), "is none of"),
    "a language by name": (acme('language = "English"'), "language tag"),
    "active as a string": (acme('active = "no"'), "true or false"),
    "filters as a table": (acme("filters = { a = 1 }"), "must be a string, not a table"),
    "a delay in words": (acme(before='[settings]\ndelay = "5"'), "must be a number"),
    "a delay that is true": (acme(before="[settings]\ndelay = true"), "must be a number"),
    "a negative delay": (acme(before="[settings]\ndelay = -0.1"), "from 0 to 3600"),
    "an endless delay": (acme(before="[settings]\ndelay = inf"), "from 0 to 3600"),
    "a database that is a date": (acme(before="[settings]\ndatabase = 2024-01-01"), "not a date"),
    "a digest to nobody": (acme(after="[digest.a]"), "has no recipient"),
    "a digest to an empty list": (acme(after="[digest.a]\nto = []"), "is empty"),
    "a digest every hour": (acme(after='[digest.a]\nto = "a@b.example"\nevery = "hour"'), "is none of"),
    "a digest as a list": (acme(before="digest = []"), "must be a table"),
    "a digest of a kind with a slip of the key": (
        acme(after='[digest.a]\nto = "a@b.example"\nkinds = ["sub-procesors"]'),
        'is no kind of documents; did you mean "sub-processors"?',
    ),
    "a digest of a kind in other words": (
        acme(after='[digest.a]\nto = "a@b.example"\nkinds = "api-terms"'),
        'did you mean "developer-terms"?',
    ),
}

#: Right in structure and wrong all the same: only the loader sees it.
BAD_FOR_THE_LOADER = {
    "a delay that is no number": (acme(before="[settings]\ndelay = nan"), "from 0 to 3600"),
    "a contact that is a sentence": (acme(before='[settings]\ncontact = "call me"'), "neither an e-mail"),
    "a contact that ends a header": (acme(before='[settings]\ncontact = "a@b.example\\r\\nX: y"'), "line end"),
    "a private host with a port": (acme(before='[settings]\nallow_private = ["localhost:80"]'), "is not a host"),
    "a private host with a path": (acme(before='[settings]\nallow_private = "http://a/"'), "is not a host"),
    "one path for both": (acme(before='[settings]\ndatabase = "x"\nsnapshots = "x"'), "same path"),
    "a url with a password": (document('url = "https://me:secret@acme.example"'), "user name or password"),
    "a url without host": (document('url = "https:///terms"'), "no host"),
    "a url with a bad port": (document('url = "https://acme.example:99999/"'), "not a web address"),
    "a url with half an address": (document('url = "https://[::1/"'), "not a web address"),
    "a name with an escape": (acme('name = "\\u001b[2J"'), "control character"),
    "two documents of one page": (acme(after='[watch.acme.tos]\nurl = "https://acme.example/terms"'), "of terms"),
    "two pages of one address": (
        document('pages = [{ url = "https://a.example" }, { url = "https://a.example" }]'),
        "two pages",
    ),
    "slugs that differ by case": (acme(after='[watch.Acme.terms]\nurl = "https://a.example"'), "differs only"),
    "a recipient with a comma": (acme(after='[digest.a]\nto = ["a@b.example,c@d.example"]'), "not one e-mail"),
    "a recipient with a name": (acme(after='[digest.a]\nto = ["A <a@b.example>"]'), "not one e-mail"),
    "a recipient with a line end": (acme(after='[digest.a]\nto = ["a@b.example\\nBcc: c@d.example"]'), "line end"),
    "a recipient on an unknown channel": (acme(after='[digest.a]\nto = ["pager:me"]'), "not one e-mail"),
    "a digest of noise": (acme(after='[digest.a]\nto = "a@b.example"\nverdicts = "noise"'), "is not reported"),
    "a password in the address of the mail server": (
        acme(after='[notify]\nfrom = "a@b.example"\nsmtp = "smtps://u:secret@b.example"'),
        "holds a password",
    ),
    "a mail server and no sender": (acme(after='[notify]\nsmtp = "smtps://b.example"'), "whom mail comes from"),
    "a mail server that is a page": (
        acme(after='[notify]\nfrom = "a@b.example"\nsmtp = "https://b.example"'),
        "must be like",
    ),
    "an endpoint without TLS": (acme(after='[notify]\nendpoint = "http://b.example"'), "https://"),
    "issues nowhere": (acme(after='[notify]\nissues = "acme"'), "no repository"),
    "a storm of one": (acme(after="[notify]\nstorm = 1"), "from 2 to"),
    "a digest of an unknown service": (acme(after='[digest.a]\nto = "a@b.example"\nwatch = ["acmee"]'), '"acme"?'),
    "a digest of an unknown document": (
        acme(after='[digest.a]\nto = "a@b.example"\nwatch = ["acme/term"]'),
        '"acme/terms"?',
    ),
    "a digest of an unknown topic": (
        acme(after='[digest.a]\nto = "a@b.example"\ntopics = ["lisensing"]'),
        '"licensing"?',
    ),
}


@pytest.mark.parametrize(("text", "finding"), BAD_FOR_BOTH.values(), ids=BAD_FOR_BOTH)
def test_the_loader_and_the_schema_refuse(text, finding):
    problems = wrong(text)

    assert any(finding in problem for problem in problems)
    assert not SCHEMA.is_valid(tomllib.loads(text))


@pytest.mark.parametrize(("text", "finding"), BAD_FOR_THE_LOADER.values(), ids=BAD_FOR_THE_LOADER)
def test_the_loader_refuses_what_no_schema_can(text, finding):
    problems = wrong(text)

    assert any(finding in problem for problem in problems)
    assert len(problems) == 1


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        STARTER,
        (ROOT / "watchlist.toml").read_text("utf-8"),
        acme('select = ["a", "b"]'),
        acme("select = []"),
        acme('language = "zh-Hant"'),
        acme(f'select = "div{".a" * 60}"'),
        acme(before="[settings]\ndelay = 0"),
        acme(before='[settings]\ncontact = "https://acme.example/bot"'),
        acme(after='[watch.acme.dmca]\nurl = "https://acme.example/terms"\nselect = "#dmca"'),
        acme(after='[watch.acme.old]\nurl = "https://acme.example/terms"\nactive = false'),
        acme(after='[digest.root]\nto = "root@localhost"'),
        document('url = "HTTPS://acme.example"'),
    ],
)
def test_the_loader_and_the_schema_accept(text):
    loads(text)

    assert SCHEMA.is_valid(tomllib.loads(text))


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA.schema)


# Files that are no watchlist


def test_a_missing_file_names_the_remedy(tmp_path):
    with pytest.raises(ConfigError, match="no such file; `tostrack init` makes one"):
        load(tmp_path / "watchlist.toml")


def test_a_folder_is_no_watchlist(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_another_encoding_is_named_with_its_line(tmp_path):
    path = tmp_path / "watchlist.toml"
    path.write_bytes(b"[watch.acme]\nname = 'Caf\xe9'\n")

    with pytest.raises(ConfigError, match=r"watchlist\.toml:2: not UTF-8"):
        load(path)


def test_a_file_of_more_than_two_megabytes_is_refused_unread(tmp_path):
    path = tmp_path / "watchlist.toml"
    with path.open("wb") as file:
        file.truncate(2_000_001)

    with pytest.raises(ConfigError, match="larger than 2 MB"):
        load(path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[watch.acme\n", "watchlist.toml:1:12: not TOML: "),
        ("a = 1\na = 2\n", "watchlist.toml:2:6: not TOML: Cannot overwrite a value"),
        ("a = ", "watchlist.toml: not TOML: Invalid value at its end"),
        (f"a = {'[' * 5000}", "watchlist.toml: nested too deeply"),
        ("\na" + ".a" * 400_000 + " = 1", "watchlist.toml:2: a name of more than 64 parts"),
        ("[" + "a . " * 400_000 + "a]", "watchlist.toml:1: a name of more than 64 parts"),
        (f"a = {'9' * 5000}", "watchlist.toml: not TOML: Exceeds the limit"),
    ],
)
def test_what_is_not_toml_is_told_with_its_place(text, problem):
    (told,) = wrong(text)

    assert told.startswith(problem)


def test_a_deep_value_that_parses_is_refused_without_being_printed():
    (problem,) = wrong(acme(f"name = {'[' * 200}{']' * 200}"))

    assert problem == "watchlist.toml:4: watch.acme.terms.name: must be a string, not a list"


def test_a_flood_of_errors_is_counted():
    problems = wrong(acme("\n".join(f"key{n} = 1" for n in range(5000))))

    assert len(problems) == 101
    assert problems[-1] == "watchlist.toml: and 4900 more"


def test_hostile_keys_are_told_on_one_harmless_line():
    (problem,) = wrong(acme('"\\u001b[2J\\nok" = 1'))

    assert problem.isprintable()


# Laws

_LINES = GOOD.splitlines()
_VALUES = ["3", '""', '"x"', "true", "[]", "[1]", "{}", '[{ a = "b" }]', "2024-01-01", "nan", '"https://b.example"']
_TOKENS = ["[", "]", '"', "=", ".", "watch", "acme", "\n", "{", "}", "#", "'", "9", "\\", "url", "[watch.", "é", "\x00"]


@st.composite
def edited(draw):
    """Return the good watchlist after a few edits that a person, or an accident, might make."""
    lines = list(_LINES)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        edit = draw(st.sampled_from(["delete", "double", "rename", "retype", "splice"]))
        key, equals, value = lines[at].partition(" = ")
        if edit == "delete" and len(lines) > 1:
            del lines[at]
        elif edit == "double":
            lines.insert(at, lines[at])
        elif edit == "rename":
            lines[at] = draw(st.sampled_from(["url", "name", "x", "pages", "active"])) + equals + value
        elif edit == "retype":
            lines[at] = f"{key} = {draw(st.sampled_from(_VALUES))}"
        else:
            cut = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:cut] + draw(st.sampled_from(_TOKENS)) + lines[at][cut:]
    return "\n".join(lines)


@given(edited())
def test_an_edited_watchlist_loads_or_is_refused_in_words(text):
    try:
        loads(text)
    except ConfigError as error:
        problems = error.problems
    else:
        problems = ()

    # Whatever the schema marks in an editor, the loader refuses too.
    assert problems or SCHEMA.is_valid(tomllib.loads(text))
    assert all(problem.startswith("watchlist.toml") and problem.isprintable() for problem in problems)


@given(st.text(max_size=200))
def test_any_text_loads_or_is_refused_in_words(text):
    try:
        documents = loads(text).documents
    except ConfigError:
        return
    assert documents == ()


_WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
_RANGES = st.builds(Range, start_before=_WORDS, end_after=_WORDS) | st.builds(
    Range, start_after=_WORDS, end_before=_WORDS
)
_SELECTORS = st.lists(_WORDS | _RANGES, max_size=3).map(tuple)


@given(
    st.lists(_SELECTORS, min_size=1, max_size=3),
    _SELECTORS,
    st.lists(_WORDS, unique=True, max_size=2).map(tuple),
    _WORDS,
    st.sampled_from(["http", "browser"]),
    st.booleans(),
)
def test_a_document_written_as_toml_reads_back(selects, remove, filters, name, fetch, active):
    pages = tuple(Page(f"https://acme.example/{n}", select, remove, filters, fetch) for n, select in enumerate(selects))
    written = Document("acme", "terms", pages, name, "Acme", "en", active, filters)

    assert loads(to_toml(written)).documents == (written,)


# Selectors, which only `tostrack check` compiles


def test_good_selectors_pass():
    check_selectors(loads(acme('select = ["main > p:not(.x)", { start_before = "#a", end_after = "h2" }]')))


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ('select = "main["', "watch.acme.terms.select: 'main[' is no CSS selector: "),
        ('select = "p::before"', "watch.acme.terms.select: 'p::before' is no CSS selector: Pseudo-element"),
        ('remove = [{ start_before = "#a", end_after = ":::" }]', "watch.acme.terms.remove: ':::' is no CSS selector"),
        ('filters = ["no-such-filter"]', "watch.acme.terms.filters: 'no-such-filter' is no filter"),
    ],
)
def test_selectors_and_filters_are_checked_on_request(body, place):
    watchlist = loads(acme(body))

    with pytest.raises(ConfigError) as caught:
        check_selectors(watchlist)
    assert place in str(caught.value)
    assert len(caught.value.problems) == 1


# The repository's own

TWELVE = "instagram facebook x snapchat vine flickr telegram kik wechat linkedin tiktok pinterest".split()


def test_the_shipped_watchlist_holds_the_services_people_depend_on_and_each_address_once():
    shipped = load(ROOT / "watchlist.toml")
    pages = [page for document in shipped.documents for page in document.pages]

    assert list(shipped.services)[:12] == TWELVE
    assert len(shipped.services) >= 60
    assert all(page.url.startswith("https://") for page in pages)
    assert len({page.url for page in pages}) == len(pages)
    assert {document.service for document in shipped.documents if not document.active} == {"vine"}


def test_the_shipped_watchlist_covers_the_kinds_of_documents_that_move():
    documents = load(ROOT / "watchlist.toml").documents

    assert {tag for document in documents for tag in document.tags} == {"creators", "developers", "privacy", "vendors"}
    assert all("privacy" in document.tags for document in documents if document.slug == "privacy")
    assert {"acceptable-use", "ai-terms", "api-terms", "data-processing", "sub-processors"} <= {
        document.slug for document in documents
    }


def test_our_own_selectors_are_css():
    check_selectors(load(ROOT / "watchlist.toml"))
    check_selectors(loads(STARTER))


def test_importing_the_watchlist_loads_nothing_heavy():
    code = "import sys, tostrack.watchlist as w; w.loads(w.STARTER); print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )

    assert loaded.isdisjoint({"bs4", "soupsieve", "lxml", "requests", "difflib", "sqlite3", "tostrack.analysis.flags"})


# Topic packs


def test_packs_are_off_unless_one_word_turns_them_on():
    assert loads(acme()).settings.packs == ()
    assert loads(acme(before='[settings]\npacks = "arbitration"')).settings.packs == ("arbitration",)
    assert loads(acme(before='[settings]\npacks = ["retention", "limits"]')).settings.packs == ("limits", "retention")


def test_a_pack_that_does_not_exist_is_answered_with_the_nearest():
    (problem,) = wrong(acme(before='[settings]\npacks = ["arbitraton"]'))

    assert "'arbitraton' is no topic pack" in problem or '"arbitraton" is no topic pack' in problem
    assert "arbitration" in problem


def test_a_digest_of_a_topic_whose_pack_is_off_says_how_to_turn_it_on():
    digest = '[digest.a]\nto = "a@b.example"\ntopics = ["retention"]'
    (problem,) = wrong(acme(after=digest))

    assert 'add packs = ["retention"] to [settings]' in problem
    assert loads(acme(before='[settings]\npacks = "retention"', after=digest)).digests[0].topics == ("retention",)


def test_a_digest_names_kinds_and_dpa_is_short_for_one():
    shop = loads(acme(after='[digest.a]\nto = "a@b.example"\nkinds = ["dpa", "sla", "data-processing"]')).digests[0]

    assert shop.kinds == ("data-processing", "sla")
    assert shop.covers("acme/dpa", "data-processing")
    assert not shop.covers("acme/terms", "terms")
    assert not shop.covers("acme/other")


def test_the_schema_knows_the_kinds():
    assert set(SCHEMA.schema["$defs"]["kind"]["enum"]) == {*KINDS, *SHORT_KINDS}


@pytest.mark.parametrize(
    ("packs", "sound"), [('"limits"', True), ('["limits"]', True), ('["fees"]', False), ("[]", False)]
)
def test_the_schema_knows_the_packs(packs, sound):
    tables = tomllib.loads(acme(before=f"[settings]\npacks = {packs}"))

    assert SCHEMA.is_valid(tables) is sound
