"""Every command decides within the bounds of a document, and names the document that overruns them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import LICENCE, START, WIDER, Platform, paragraphs
from fakes import Refusing

from tostrack import Version, compare
from tostrack.analysis import verdict
from tostrack.analysis.comparison import flag_clauses, read_version
from tostrack.analysis.diff import diff, similarity
from tostrack.analysis.verdict import context, findings
from tostrack.archive import Archive
from tostrack.archive.merge import merge
from tostrack.archive.merge_writer import BoundedCalls
from tostrack.archive.writer import Writer
from tostrack.clauses import sentences
from tostrack.errors import ConfigError, ExtractError
from tostrack.extraction import policy_links
from tostrack.models import Edit, Outcome, Verdict
from tostrack.sandbox import Worker
from tostrack.services import add, crawl, review
from tostrack.services.executor import LocalExecutor, PoolExecutor, call_through
from tostrack.services.recover import recover_archive
from tostrack.services.reflag import flag_history, rebuild_history, reflag_archive

RULES = "You must be at least 13 years old to use the service and you keep your password secret at all times."
PARTS = [f"In case {number} the parties settle what they owe within {number} days." for number in range(2, 40)]
SLOW = "took more than 20 s"


@pytest.mark.parametrize("function", ["extract_text", "describe_text", "find_suspicion", "decide", "flag_clauses"])
def test_a_crawl_fails_one_document_by_name_at_whatever_step_it_overruns(platform, function):
    platform.night(terms=paragraphs(RULES))

    [result] = platform.night(terms=paragraphs(RULES, WIDER), call=Refusing("", [function]))

    assert (result.outcome, result.cause) == (Outcome.FAILED, "too-slow")
    assert SLOW in result.message


def test_two_fetches_of_a_preview_are_compared_within_bounds(platform):
    texts = iter((paragraphs(LICENCE, RULES), paragraphs(LICENCE, RULES.replace("13", "16"))))

    def fetch_all(requests):
        platform.pages["https://acme.example/terms"] = next(texts)
        return platform.fetch_all(requests)

    [found] = crawl.preview(platform.documents, fetch_all, call=Refusing("", ["diff"]))

    assert found.again.startswith("acme/terms: the two fetches cannot be compared")


@pytest.mark.parametrize("function", ["describe_text", "decide", "flag_clauses"])
def test_an_accepted_text_that_overruns_stays_in_quarantine(platform, function):
    platform.night(terms=paragraphs(RULES, *PARTS))
    platform.night(terms=paragraphs(RULES, WIDER, *PARTS[:9]))

    with platform.writer() as writer:
        with pytest.raises(ConfigError, match=f"acme/terms: the text cannot be judged: .*{SLOW}"):
            review.accept_quarantined(platform.documents[0], writer, platform.at, call=Refusing("", [function]))
        assert len(writer.suspects()) == 1


@pytest.mark.parametrize("function", ["extract_text", "describe_text", "find_suspicion", "flag_clauses"])
def test_a_re_extraction_that_overruns_is_one_failed_document(platform, function):
    platform.night(terms=paragraphs(RULES, *PARTS))
    page = replace(platform.documents[0].pages[0], remove=("p:last-of-type",))
    platform.documents = [replace(platform.documents[0], pages=(page,))]

    with platform.writer() as writer:
        spread = LocalExecutor(Refusing("", [function]))
        # A rule of another day: every clause is to be flagged again.
        writer._recorder.flags.unflagged = lambda clauses, _: list(clauses)
        [found] = review.reextract(platform.documents, writer, platform.at, spread=spread)

    assert (found.id, found.outcome, found.cause) == ("acme/terms", "failed", "too-slow")
    with Archive(platform.database) as archive:
        assert len(archive.versions("acme", "terms")) == 1


def test_the_net_difference_of_two_days_is_found_within_bounds(platform, run, monkeypatch):
    for text in (LICENCE, WIDER):
        platform.night(terms=paragraphs(text, RULES))
    monkeypatch.setattr(
        Worker, "__call__", lambda _, *given, **named: Refusing("", ["compare_readings"])(*given, **named)
    )

    result = run("diff", "acme/terms@1..2")

    assert result.exit_code == 2
    assert f"acme/terms: versions 1 and 2 cannot be compared: processing it {SLOW}" in result.stderr


def test_a_recovery_lists_the_captures_whose_text_overruns(platform):
    for text in (LICENCE, WIDER):
        platform.night(terms=paragraphs(text, RULES))
    platform.database.unlink()

    def open_writer(path, snapshots):
        return Writer(path, snapshots, now=START, authority="acme.example")

    folder = platform.folder
    found = recover_archive(
        platform.documents,
        platform.database,
        folder / "snapshots",
        folder / "backups",
        open_writer,
        call=Refusing("", ["decide"]),
    )

    assert found.versions == 1
    [(name, why)] = found.left_out
    assert name.startswith("acme/terms/2024-01-02")
    assert SLOW in why


@pytest.mark.parametrize("function", ["flag_clauses", "diff"])
def test_a_document_of_another_archive_that_overruns_is_refused(platform, tmp_path, function):
    for text in (LICENCE, WIDER):
        platform.night(terms=paragraphs(text, RULES))
    (tmp_path / "ours").mkdir()
    ours = Platform(tmp_path / "ours")
    call = Refusing("", [function])
    decide = BoundedCalls(
        lambda clauses, book: call(flag_clauses, clauses, book), lambda old, new: call(diff, old, new)
    )

    with ours.writer() as writer:
        [found] = merge(writer, platform.database, platform.folder / "snapshots", decide=decide)

    assert (found.id, found.outcome) == ("acme/terms", "refused")
    assert found.message.startswith("acme/terms: a text of it cannot be taken: ")
    with Archive(ours.database) as archive:
        assert archive.versions("acme", "terms") == []


def test_clauses_that_overrun_together_are_flagged_one_by_one_and_one_that_does_alone_is_named(platform):
    platform.night(terms=paragraphs(LICENCE, RULES))
    with platform.writer() as writer:
        writer._connection.execute("UPDATE _rulebooks SET fingerprint = 'of another day'")
        writer._recorder.flags._rulebooks.clear()
        together = Refusing()

        def call(function, own, clauses):
            if len(clauses) > 1:
                raise ExtractError(SLOW, cause="too-slow")
            return together(function, own, clauses)

        [step] = reflag_archive(writer, dry_run=True, spread=LocalExecutor(call))
        # The title is a clause too.
        assert step.clauses == 3
        assert together.called == ["_flags_of"] * 3

        with pytest.raises(ConfigError, match=rf"clause \d+: processing it {SLOW}"):
            list(reflag_archive(writer, spread=LocalExecutor(Refusing("13 years", ["_flags_of"]))))


def test_the_life_of_flags_is_traced_within_bounds(platform):
    for text in (LICENCE, WIDER):
        platform.night(terms=paragraphs(text, RULES))
    with platform.writer() as writer:
        # A rule of another day: what happened by it is not stored.
        writer._connection.execute("UPDATE _rulebooks SET fingerprint = 'of another day'")
        writer._recorder.flags._rulebooks.clear()
        refusing = Refusing("", ["find_events_between"])

        with pytest.raises(ExtractError, match=rf"the flags of version 1 cannot be compared: processing it {SLOW}"):
            list(flag_history(writer, "acme", "terms", call=refusing))
        with pytest.raises(ConfigError, match=rf"acme/terms: the flags of version 1 cannot .*{SLOW}"):
            rebuild_history(writer, LocalExecutor(refusing))


@pytest.mark.parametrize("function", ["read_page_facts", "propose_selector", "find_policy_links", "describe_text"])
def test_a_page_that_is_proposed_is_read_within_bounds_in_every_way(platform, function):
    url = "https://acme.example/" if function == "find_policy_links" else "https://acme.example/terms"
    platform.pages[url] = paragraphs(LICENCE, RULES, *PARTS, title="Acme")

    with pytest.raises(ExtractError, match=f"acme.example/.*{SLOW}"):
        add.propose(url, [], platform.fetch_all, call=Refusing("", [function]))


@pytest.mark.parametrize("blank", [" ", "\n", "\t\n", " \n"])
def test_what_a_site_states_for_machines_is_read_in_time_in_proportion_to_its_length(blank):
    rest = (blank * 300_000).encode()

    # Each of these took minutes when a pattern began anew at every blank.
    assert policy_links.list_site_maps(rest + b"x") == []
    assert policy_links.links_in_security_txt(rest + b"x", "") == []
    assert policy_links.links_in_site_map(b"<loc>" + rest + b"<", "") == []


def test_one_call_on_an_executor_gives_what_the_function_gives_or_its_error():
    assert call_through(LocalExecutor(), "acme/terms")(divmod, 7, 2) == (3, 1)
    with pytest.raises(ExtractError, match=SLOW):
        call_through(LocalExecutor(Refusing("", ["divmod"])), "acme/terms")(divmod, 7, 2)


def test_one_call_on_other_processes_gives_what_the_function_gives():
    with PoolExecutor(1) as pool:
        assert call_through(pool, "acme/terms")(flag_clauses, [], None) == []


def test_a_text_that_is_one_clause_is_read_once_however_many_of_its_sentences_ask(monkeypatch):
    monkeypatch.setattr(context, "_LONG", 200)
    context._said.cache_clear()
    said = [f"We may store the record number {number} of your device." for number in range(90)]
    asked = context.ContextText(read_version(" ".join(said)))

    assert all(asked.says(sentence) for sentence in said)
    assert not asked.says("We may sell the record of your device.")
    assert not asked.says("We may store the record")
    assert context._said.cache_info().misses == 1


def test_abbreviations_in_a_row_are_not_read_again_with_each_one():
    class Counted(str):
        __slots__ = ()
        characters = 0

        def __getitem__(self, place):
            found = super().__getitem__(place)
            Counted.characters += len(found)
            return found

    text = Counted("We use it, e.g. " + "E.g. " * 2_000 + "here.")

    assert list(sentences(text)) == [(0, len(text))]
    assert Counted.characters < 50 * 2_000


@pytest.mark.parametrize("bound", ["hunks", "characters", "longest"])
@pytest.mark.parametrize(
    ("old", "new", "within"),
    [
        ("Last updated: 1 March 2024", "Last updated: 2 March 2024", Verdict.NOISE),
        # What only changed places is no news, however much of it does, except in an order that says something.
        ("Our partners are:\n\n- Acme\n- Bolt", "Our partners are:\n\n- Bolt\n- Acme", Verdict.NOISE),
    ],
)
def test_what_is_not_looked_at_closely_is_never_silent_for_that(monkeypatch, bound, old, new, within):
    old, new = (read_version(f"# Terms\n\n{RULES}\n\n{text}") for text in (old, new))
    hunks = diff(old.clauses, new.clauses)
    assert verdict.judge_hunks(hunks, old, new).verdict is within
    module, name = {
        "hunks": (verdict, "_MOST_HUNKS"),
        "characters": (verdict, "_MOST_CHARACTERS"),
        "longest": (findings, "LONGEST"),
    }[bound]
    monkeypatch.setattr(module, name, 0)
    verdict._find.cache_clear()
    moved = hunks[0].edit is Edit.MOVED

    assert verdict.judge_hunks(hunks, old, new).verdict is (Verdict.NOISE if moved else Verdict.SUBSTANTIVE)
    verdict._find.cache_clear()


def test_an_order_that_says_something_is_news_also_beyond_what_is_looked_at_closely(monkeypatch):
    first, last = "1. the order form", "2. this policy"
    old, new = (
        read_version(f"# Terms\n\n{RULES}\n\nIn the following order of precedence:\n\n{one}\n{other}")
        for one, other in ((first, last), (last.replace("2", "1"), first.replace("1", "2")))
    )
    hunks = diff(old.clauses, new.clauses)
    monkeypatch.setattr(verdict, "_MOST_HUNKS", 0)
    verdict._find.cache_clear()

    assert {hunk.edit for hunk in hunks} == {Edit.MOVED}
    assert verdict.judge_hunks(hunks, old, new).verdict is Verdict.SUBSTANTIVE
    verdict._find.cache_clear()


def test_words_that_are_repeated_without_end_are_counted_and_not_listed():
    one, other = (similarity.count_words("the same " * times) for times in (5_000, 3_000))

    assert one.shared(other) == other.total == 2 * 6_000 - 1
    assert len(one._again) == len(one.pieces) == 4


def test_each_text_of_a_long_history_is_indexed_once(monkeypatch):
    monkeypatch.setattr(context, "_INDEX_AFTER", 0)
    context._index.cache_clear()
    texts = ["\n\n".join((f"This is edition {number} of these rules.", RULES, *PARTS)) for number in range(14)]
    new, *past = (Version(text, START - timedelta(days=days)) for days, text in enumerate(texts))
    published = replace(new, text=new.text.replace("1 the parties settle", "1 the parties publish on the website"))

    assert compare(past[0], published, past[1:]).verdict is Verdict.SUBSTANTIVE
    assert context._index.cache_info().misses <= len(texts)
