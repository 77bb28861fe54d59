"""What kind of document a name, an address and a title tell."""

import json

import pytest

from tostrack.extraction.document_kind import KINDS, find_document_kind


@pytest.mark.parametrize(
    ("name", "address", "text", "kind"),
    [
        ("Terms of Service", "https://acme.example/tos", "", "terms"),
        ("Privacy Policy", "https://acme.example/p", "", "privacy"),
        ("Sub-processors", "https://acme.example/legal/list", "", "sub-processors"),
        ("Who we work with", "https://acme.example/legal/sub-processors.html", "", "sub-processors"),
        ("Data Processing Addendum", "https://acme.example/dpa", "", "data-processing"),
        ("Service Level Agreement", "https://acme.example/legal/1", "", "sla"),
        ("API Terms", "https://acme.example/legal/2", "", "developer-terms"),
        ("Generative AI Prohibited Use Policy", "https://acme.example/legal/3", "", "acceptable-use"),
        ("Acceptable Use Policy", "https://acme.example/aup", "", "acceptable-use"),
        ("How your data is used to improve model performance", "https://acme.example/5", "", "ai"),
        ("Cookie-Richtlinie", "https://acme.example/c", "", "cookies"),
        ("Document 7", "https://acme.example/7", "# Privacy Policy\n\nWe take care of your data.", "privacy"),
        ("Document 7", "https://acme.example/7", "We take care of your data.", ""),
        ("Legal", "https://acme.example/legal", "", ""),
    ],
)
def test_the_kind_is_told_by_name_address_and_title(name, address, text, kind):
    assert find_document_kind([name], [address], text) == kind
    assert kind in ("", *KINDS)


def test_list_shows_kinds_and_picks_by_them(platform, run):
    (platform.folder / "watchlist.toml").write_text(
        '[watch.acme.terms]\nurl = "https://acme.example/terms"\n[watch.acme.vendors]\n'
        'name = "Sub-processors"\nurl = "https://acme.example/vendors"\n'
    )

    assert "sub-processors" in run("list").stdout
    [row] = [json.loads(line) for line in run("list", "--kind", "sub-processors", "--json").stdout.splitlines()]
    assert (row["document"], row["kind"]) == ("vendors", "sub-processors")
    wrong = run("list", "--kind", "subprocessors")
    assert wrong.exit_code == 2
    assert "did you mean 'sub-processors'?" in wrong.stderr
