"""Open Terms Archive's declarations as documents of a watchlist, and a list of what does not carry over."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tostrack.cli import cli
from tostrack.errors import ConfigError
from tostrack.importers.declarations import DeclarationNote, convert, read
from tostrack.models import Document, Page, Range
from tostrack.watchlist.edit import append

PIXBOARD = {
    "name": "Pixboard!",
    "terms": {
        "Terms of Service": {
            "fetch": "https://pixboard.example/terms",
            "select": "#terms, .more",
            "remove": ["nav", {"startBefore": "#ads", "endAfter": "#end"}],
            "filter": [{"removeQueryParams": ["utm_source", "fbclid"]}, "removeClutter"],
        },
        "Privacy Policy": {
            "combine": [
                {"fetch": "https://pixboard.example/privacy"},
                {"fetch": "https://pixboard.example/privacy/ads", "select": ["article"], "executeClientScripts": False},
            ],
            "select": ["main", {"startAfter": "h1", "endBefore": "footer"}],
            "executeClientScripts": True,
        },
        "Imprint": {"fetch": "https://pixboard.example/imprint.pdf"},
    },
}
HISTORY = {
    "Terms of Service": [
        {"fetch": "https://pixboard.example/tos", "select": "body", "validUntil": "2021-03-04T00:00:00Z"}
    ],
    "Copyright Claims Policy": [
        {"fetch": "https://pixboard.example/dmca", "select": "main", "validUntil": "2020-05-06T00:00:00Z"},
        {"fetch": "https://pixboard.example/dmca-old", "select": "main", "validUntil": "2019-05-06T00:00:00Z"},
    ],
}


def by_id(found):
    return {document.id: document for document in found.documents}


def test_what_no_watchlist_can_hold_is_left_out_by_name(tmp_path):
    """Half a character, which JSON can write; a selector that the library for selectors refuses in its own way; a link."""
    (tmp_path / "Half.json").write_text(r'{"name": "\ud800", "terms": {"Terms": {"fetch": "https://a.example/"}}}')
    long = {"name": "Long", "terms": {"Terms": {"fetch": "https://a.example/", "select": "a," * 10_000}}}
    (tmp_path / "Long.json").write_text(json.dumps(long))
    (tmp_path / "Link.json").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_text(json.dumps(PIXBOARD))

    found = read(tmp_path)

    assert found.documents == ()
    assert [(note.kind, note.where) for note in found.notes] == [("file", "Half.json"), ("selector", "long/terms")]


def test_a_declaration_becomes_a_document_with_every_key():
    terms = by_id(convert("Pixboard Photos", PIXBOARD))["pixboard-photos/terms-of-service"]

    assert terms == Document(
        "pixboard-photos",
        "terms-of-service",
        (
            Page(
                "https://pixboard.example/terms",
                ("#terms, .more",),
                ("nav", Range(start_before="#ads", end_after="#end")),
            ),
        ),
        "Terms of Service",
        "Pixboard!",
    )


def test_combined_sources_are_pages_whose_own_keys_replace_those_of_the_terms():
    pages = by_id(convert("Pixboard", PIXBOARD))["pixboard/privacy-policy"].pages

    assert pages == (
        Page(
            "https://pixboard.example/privacy", ("main", Range(start_after="h1", end_before="footer")), fetch="browser"
        ),
        Page("https://pixboard.example/privacy/ads", ("article",)),
    )


def test_a_filter_becomes_our_nearest_one_and_code_of_theirs_is_listed():
    declared = {
        **PIXBOARD["terms"]["Imprint"],
        "filter": [{"removeQueryParams": ["h", "utm_id"]}, "removeClutter", "dropLinks"],
    }

    found = convert("Pixboard", {"name": "Pixboard", "terms": {"Imprint": declared}})

    assert found.documents[0].pages[0].filters == ("drop-query", "drop-links")
    assert found.notes == (
        DeclarationNote("nearest", "pixboard/imprint", 'removeQueryParams(["h", "utm_id"]) became drop-query'),
        DeclarationNote("filter", "pixboard/imprint", "removeClutter"),
    )


def test_terms_that_are_only_history_are_documents_that_are_no_longer_fetched():
    found = convert("Pixboard", PIXBOARD, HISTORY)

    gone = by_id(found)["pixboard/copyright-claims-policy"]
    assert (gone.active, gone.pages[0].url) == (False, "https://pixboard.example/dmca")
    assert [(note.where, note.what) for note in found.notes if note.kind == "history"] == [
        ("pixboard/terms-of-service", "1, valid until 2021-03-04"),
        ("pixboard/copyright-claims-policy", "1, valid until 2019-05-06"),
    ]


def test_the_key_of_old_engines_is_understood():
    assert convert("Pixboard", {"name": "Pixboard", "documents": PIXBOARD["terms"]}).documents


@pytest.mark.parametrize(
    ("declared", "kind", "said"),
    [
        ({"select": "main"}, "terms", "no address"),
        ({"fetch": "https://a.example", "select": "main:::x"}, "selector", "is no CSS selector"),
        ({"fetch": "https://a.example", "select": {"startBefore": "a"}}, "selector", "give one start and one end"),
        ({"fetch": "https://a.example", "select": [7]}, "selector", "7 is no selector"),
        ({"combine": []}, "terms", "no list of sources"),
        (["main"], "terms", "no object"),
    ],
)
def test_terms_that_cannot_be_converted_are_listed_and_the_others_are(declared, kind, said):
    found = convert("Pixboard", {"name": "Pixboard", "terms": {"Broken": declared, **PIXBOARD["terms"]}})

    [note] = [note for note in found.notes if note.where == "pixboard/broken"]
    assert note.kind == kind
    assert said in note.what
    assert len(found.documents) == 3


def test_a_folder_is_read_file_by_file_and_a_bad_one_stops_none(tmp_path):
    folder = tmp_path / "declarations"
    folder.mkdir()
    (folder / "Pixboard.json").write_text(json.dumps(PIXBOARD))
    (folder / "Pixboard.history.json").write_text(json.dumps(HISTORY))
    (folder / "pixboard.json").write_text(json.dumps(PIXBOARD))
    (folder / "Acme.json").write_text("{")
    (folder / "Deep.json").write_text("[" * 100_000)

    found = read(tmp_path)

    assert len(found.documents) == 4
    assert sorted(note.where for note in found.notes if note.kind == "file") == [
        "Acme.json",
        "Deep.json",
        "pixboard.json",
    ]


def test_a_service_that_only_has_a_history_is_one_whose_documents_are_no_longer_fetched(tmp_path):
    (tmp_path / "Pixboard.history.json").write_text(json.dumps(HISTORY))

    [gone, terms] = sorted(read(tmp_path).documents, key=lambda document: document.slug)

    assert (gone.id, gone.active, gone.service_name) == ("pixboard/copyright-claims-policy", False, "Pixboard")
    assert (terms.id, terms.active, terms.pages[0].url) == (
        "pixboard/terms-of-service",
        False,
        "https://pixboard.example/tos",
    )


def test_an_id_belongs_to_the_service_that_is_declared_and_not_to_one_that_is_gone(tmp_path):
    (tmp_path / "PIXBOARD.history.json").write_text(json.dumps(HISTORY))
    (tmp_path / "Pixboard.json").write_text(json.dumps(PIXBOARD))

    found = read(tmp_path)

    assert all(document.active for document in found.documents)
    assert [note.where for note in found.notes if note.kind == "file"] == ["PIXBOARD.history.json"]


@pytest.mark.parametrize(
    ("declared", "select", "noted"),
    [
        ({"fetch": "https://a.example/terms.pdf", "select": "it's a pdf"}, (), True),
        ({"fetch": "https://a.example/Terms%2Epdf?v=2", "select": ["body"]}, (), True),
        ({"fetch": "https://a.example/doc/7", "select": "needed by the validation, this is a PDF file"}, (), True),
        ({"fetch": "https://a.example/doc/7", "select": "we don't need it: PDF"}, (), True),
        (
            {"fetch": "https://a.example/doc/7", "select": "main article section div"},
            ("main article section div",),
            False,
        ),
        (
            {"fetch": "https://a.example/doc/7", "select": "my-app my-page my-text p"},
            ("my-app my-page my-text p",),
            False,
        ),
        ({"fetch": "https://a.example/pdf", "select": "main"}, ("main",), False),
    ],
)
def test_a_remark_in_place_of_a_selector_is_left_out_and_the_document_is_kept(declared, select, noted):
    found = convert("Pixboard", {"name": "Pixboard", "terms": {"Terms": declared}})

    assert found.documents[0].pages[0].select == select
    assert [note.kind for note in found.notes] == ["page"] * noted


def test_a_space_in_an_address_is_written_as_browsers_send_it():
    declared = {"fetch": " https://a.example/our terms.html ", "select": "main"}

    [document] = convert("Pixboard", {"name": "Pixboard", "terms": {"Terms": declared}}).documents

    assert document.pages[0].url == "https://a.example/our%20terms.html"
    assert append("[settings]\n", [document]).added == (document,)


def test_a_page_that_is_combined_with_itself_is_kept_once():
    declared = {"select": "main", "combine": [{"fetch": f"https://a.example/{name}"} for name in "aba"]}

    found = convert("Pixboard", {"name": "Pixboard", "terms": {"Terms": declared}})

    assert [page.url[-1] for page in found.documents[0].pages] == ["a", "b"]
    assert [note.what for note in found.notes] == ["https://a.example/a is there twice"]


def test_documents_whose_filters_are_code_of_theirs_are_all_listed(tmp_path):
    def terms(filters):
        return {"fetch": "https://a.example/t", "select": "main", "filter": filters}

    for number in range(30):
        declared = {"name": "A", "terms": {"Terms": terms(["removeClutter", "fixDates"] if number else [])}}
        (tmp_path / f"A{number}.json").write_text(json.dumps(declared))
    path = tmp_path / "watchlist.toml"
    path.write_text("[settings]\n")

    result = CliRunner().invoke(cli, ["-w", str(path), "import", "declarations", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert "their filters were not converted (29):" in result.stderr
    assert result.stderr.count(": fixDates, removeClutter\n") == 29
    assert "a0/terms" not in result.stderr


def test_a_folder_without_declarations_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="holds no declarations"):
        read(tmp_path)


def test_what_is_converted_is_what_a_watchlist_holds():
    found = convert("Pixboard", PIXBOARD, HISTORY)

    result = append("", found.documents)

    assert (len(result.added), result.refused) == (4, ())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["fetch", "select", "remove", "filter", "combine", "startBefore", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(json_values, json_values)
def test_any_json_is_converted_or_listed(declared, history):
    found = convert("x", {"name": declared, "terms": {"Terms": declared}}, {"Terms": history, "Old": history})

    assert len(found.documents) + len(found.notes) >= 1
