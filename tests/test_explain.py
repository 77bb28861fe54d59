"""``tostrack explain``: the whole reasoning behind a change, and behind the flags of a clause."""

import json
import re

import pytest
from conftest import LICENCE, WIDER, paragraphs

from tostrack.analysis.flags import Rulebook
from tostrack.analysis.verdict import silence

KEEP = "We delete the logs of your visits within 30 days after you have closed your account with us."
COURT = "A court in Ghent decides every dispute between you and us, and no other court may be asked to."


def change(run, change_id):
    return json.loads(run("explain", change_id, "--json").stdout)


def test_a_change_is_explained_from_what_was_compared_to_why_its_flags_are_there(run, platform):
    platform.night(terms=paragraphs(LICENCE, KEEP))
    platform.night(terms=paragraphs(WIDER, KEEP.replace("30", "90")))

    text = run("explain", "acme/terms@2").stdout

    assert text.startswith(
        "acme/terms@2\n"
        "Version 2 of 2024-01-02 was compared with version 1 of 2024-01-01.\n"
        "That was the current text.\n"
        "There was no earlier notification.\n"
        "\n"
        "substantive (new-text): "
    )
    assert "\nReaders were notified.\n" in text
    assert "\nreworded: substantive (numbers) · Terms\n" in text
    assert "  moved  │ 30 days became 90 days\n" in text
    assert "  flag   │ licensing · widened — “" in text
    assert re.search(r"  rule   │ grant: \w.+\n  why    │ \w", text)


def test_json_has_the_fields_of_diff_and_in_each_hunk_what_was_found(run, platform):
    platform.night(terms=paragraphs(LICENCE, KEEP))
    platform.night(terms=paragraphs(WIDER, KEEP.replace("30", "90")))

    explained = change(run, "acme/terms@2")
    diff = json.loads(run("diff", "acme/terms@2", "--json").stdout)

    assert {key: explained[key] for key in diff if key != "hunks"} == {key: diff[key] for key in diff if key != "hunks"}
    assert explained["id"] == "acme/terms@2"
    assert explained["announced"] is True
    assert explained["compared"].keys() == {"held_against", "stood", "told", "sentences"}
    by_reason = {hunk["found"]["reason"]: hunk for hunk in explained["hunks"]}
    assert (
        by_reason["numbers"]["facts"][0] | {"kind": "retention", "old": "30 days", "new": "90 days"}
        == by_reason["numbers"]["facts"][0]
    )
    assert by_reason["new-text"]["found"]["verdict"] == "substantive"
    [flag] = [flag for hunk in explained["hunks"] for flag in hunk["flags"] if flag["rule"] == "grant"][:1]
    assert flag["meaning"]
    assert flag["why"]


def test_a_change_is_explained_without_judging_it_or_finding_its_flags_again(run, platform, monkeypatch):
    platform.night(terms=paragraphs(LICENCE, "The organisation keeps 5 files.", KEEP))
    platform.night(terms=paragraphs(WIDER, "The organization keeps 5 files.", KEEP.replace("30", "90")))
    asked = []
    monkeypatch.setattr(silence, "find_reasons", lambda *of: asked.append(of) or [])
    monkeypatch.setattr(Rulebook, "of_clause", lambda _, clause: asked.append(clause) or ())

    text = run("explain", "acme/terms@2").stdout

    assert "substantive (numbers)" in text
    assert "  silent │ same words explains -organisation +organization\n" in text
    assert re.search(r"  rule   │ grant: \w.+\n  why    │ \w", text)
    assert asked == []


def test_noise_is_explained_as_well(run, platform):
    platform.night(terms=paragraphs("Last updated: 2 May 2024", LICENCE))
    platform.night(terms=paragraphs("Last updated: 3 May 2024", LICENCE))

    text = run("explain", "acme/terms@2").stdout

    assert "\nnoise (stamp): " in text
    assert "\nReaders were not notified.\n" in text
    assert "\nreworded: noise (stamp) · Terms\n" in text


def test_a_text_that_was_held_against_another_than_the_one_that_stood_says_why(run, platform):
    platform.night(terms=paragraphs(LICENCE, KEEP))
    platform.night(terms=paragraphs(LICENCE, KEEP, COURT))
    # Back to the first text, and on the next night an edit inside the second.
    platform.night(terms=paragraphs(LICENCE, KEEP))
    platform.night(terms=paragraphs(WIDER, KEEP, COURT))

    compared = change(run, "acme/terms@4")["compared"]

    assert (compared["held_against"], compared["stood"], compared["told"]) == (2, 3, 2)
    assert compared["sentences"][0] == "Version 4 of 2024-01-04 was compared with version 2 of 2024-01-02."
    assert compared["sentences"][1].startswith("Version 3 of 2024-01-03 was the current text")


def test_a_change_that_is_told_late_says_so(run, platform):
    platform.night(terms=paragraphs(LICENCE, KEEP), days=10)
    platform.night(terms=paragraphs(LICENCE, KEEP, COURT))
    platform.night(terms=paragraphs(LICENCE, KEEP), days=5)
    platform.night(terms=paragraphs(LICENCE, KEEP))

    compared = change(run, "acme/terms@3-settled")["compared"]

    assert compared["held_against"] == compared["told"] == 2
    assert "notified on 2024-01-17" in compared["sentences"][1]


def test_a_silent_document_is_named_in_the_reasoning(run, platform):
    platform.night(terms=paragraphs("Last updated: March 1, 2023", LICENCE, KEEP))
    platform.night(terms=paragraphs("Last updated: March 1, 2023", LICENCE, KEEP, COURT))

    assert "its date is still March 1, 2023." in run("explain", "acme/terms@2").stdout
    assert change(run, "acme/terms@2")["stated"] == {"from": "2023-03-01", "to": "2023-03-01", "silent": True}
    assert "its date is still March 1, 2023." in run("diff", "acme").stdout


def test_a_clause_is_explained_without_an_archive(run):
    text = run("explain", "--text", "We may share your data with our partners.").stdout
    [flag] = [json.loads(line) for line in run("explain", "--json", "--text", LICENCE).stdout.splitlines()][:1]

    assert "sharing · permits" in text
    assert "  rule   │ " in text
    assert list(flag) == ["topic", "polarity", "quote", "start", "end", "rule", "meaning", "why", "contributions"]
    assert run("explain", "--text", "The sky is blue.").stdout == "No flag: “The sky is blue.”\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "name one change"),
        (["acme/terms@2", "--text", "We share it."], "name one change"),
        (["acme/terms@9"], "acme/terms@9: no such change; `tostrack log acme/terms --all` lists them"),
    ],
)
def test_a_slip_is_answered_with_what_to_do(run, platform, args, said):
    platform.night(terms=paragraphs(LICENCE))

    result = run("explain", *args)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_what_a_page_says_reaches_no_terminal_raw(run, platform):
    hostile = "You may not \x1b[31mpost\x1b]8;;https://evil.example\x07 30 days \u202eever again\x9b."
    platform.night(terms=paragraphs(KEEP, COURT))
    platform.night(terms=paragraphs(hostile, KEEP, COURT))

    for args in (["explain", "acme/terms@2"], ["explain", "--text", hostile], ["explain", "acme/terms@2", "--json"]):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", run(*args).output), args
