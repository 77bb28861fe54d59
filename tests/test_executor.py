"""The same work here, on the cores of this machine and on others: the same answers, in order, none lost."""

import os
import pickle
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import LICENCE, Platform, paragraphs

from tostrack.analysis.flags import Rulebook, RuleFile
from tostrack.archive import Archive
from tostrack.archive.verify import verify
from tostrack.errors import ConfigError, ExtractError
from tostrack.models import Document, Page
from tostrack.sandbox import Call
from tostrack.services import review
from tostrack.services.executor import HERE, ClusterExecutor, PoolExecutor
from tostrack.services.reflag import reflag_archive

NAMES = "abcdef"
JOBS = [(name, name) for name in NAMES]
PETS = """
[topic.pets]
meaning = "animals on the platform"
[rule.pets]
topic = "pets"
why = "Some people keep them."
meaning = "allows pets"
denied = "allows no pets"
patterns = ["@keep ...4 parrots"]
hits = ["You may keep two parrots."]
misses = ["You may keep two copies."]
"""


# What the tests give to other processes, which find it in this module by its name.


def upper(value: str, _: Call) -> str:
    return value.upper()


def reads(value: str, call: Call) -> str:
    return call(str.upper, value)


def dies_once(value: tuple[str, Path], _: Call) -> str:
    """Kill the process that does it, the first time."""
    name, mark = value
    if name == "c" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def poisoned(value: str, _: Call) -> str:
    if value == "c":
        os.kill(os.getpid(), signal.SIGKILL)
    return value


def has_a_bug(value: str, _: Call) -> str:
    raise LookupError(value)


@pytest.fixture(scope="module")
def pool():
    with PoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    import dask

    here = str(Path(__file__).parent)
    settings = {
        "distributed.admin.tick.interval": "1h",
        "distributed.scheduler.allowed-failures": 1,
        "distributed.nanny.environ": {"PYTHONPATH": here},
    }
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", memory_limit=0
        ) as machines,
        ClusterExecutor(machines.scheduler_address) as found,
    ):
        yield found


@pytest.fixture(params=["pool", pytest.param("cluster", marks=pytest.mark.slow)])
def spread(request):
    return request.getfixturevalue(request.param)


def test_answers_come_in_the_order_of_the_jobs(spread):
    assert list(spread(upper, JOBS)) == list(HERE(upper, JOBS)) == [(name, name.upper()) for name in NAMES]


def test_pages_are_read_in_a_bounded_process_there_too(spread):
    assert list(spread(reads, JOBS)) == list(HERE(reads, JOBS))


def test_a_process_that_is_killed_in_the_middle_takes_nothing_with_it(spread, tmp_path):
    jobs = [(name, (name, tmp_path / "mark")) for name in NAMES]

    assert [answer for _, answer in spread(dies_once, jobs)] == list(NAMES)


def test_a_job_that_ends_every_process_is_named_and_the_others_are_done(spread):
    answers = dict(spread(poisoned, JOBS))

    error = answers.pop("c")
    assert isinstance(error, ExtractError)
    assert (error.cause, str(error).partition(":")[0]) == ("crashed", "c")
    assert answers == {name: name for name in NAMES if name != "c"}


def test_a_bug_keeps_its_traceback_and_names_the_job():
    with pytest.raises(LookupError) as caught:
        list(HERE(has_a_bug, JOBS))

    assert caught.value.__notes__ == ["while working on a"]
    assert pickle.loads(pickle.dumps(caught.value)).__notes__ == ["while working on a"]


def test_jobs_are_not_read_much_further_than_answers(pool):
    read = []

    def jobs():
        for at in range(100):
            read.append(at)
            yield str(at), str(at)

    next(pool(upper, jobs()))

    assert len(read) == 4


@pytest.fixture
def reselected(platform):
    """A platform of six documents whose entries were changed since."""
    platform.documents = [
        Document("acme", name, (Page(f"https://acme.example/{name}", select=("main",)),)) for name in NAMES
    ]
    aside = "<aside><p>You may keep two parrots in your account, and no other animals of any kind.</p></aside></main>"
    platform.night(**{name: paragraphs(LICENCE, f"This is {name}.").replace("</main>", aside) for name in NAMES})
    pages = [("main", ("aside",)), ("#gone", ()), ("main", ())] * 2
    platform.documents = [
        replace(each, pages=(replace(each.pages[0], select=(select,), remove=remove),))
        for each, (select, remove) in zip(platform.documents, pages, strict=True)
    ]
    return platform


def test_pages_are_read_again_elsewhere_as_they_are_here(reselected, tmp_path, spread):
    other = Platform(shutil.copytree(tmp_path, tmp_path / "other"))
    with reselected.writer() as writer:
        here = list(review.reextract(reselected.documents, writer, reselected.at))
    with other.writer() as writer:
        there = list(review.reextract(reselected.documents, writer, reselected.at, spread=spread))

    assert there == here
    assert [each.outcome for each in there] == ["re-extracted", "failed", "unchanged"] * 2
    one, same = (verify(each.database, each.folder / "snapshots") for each in (reselected, other))
    assert one.sound
    assert one.heads == same.heads


def test_clauses_are_flagged_anew_elsewhere_as_they_are_here(reselected, spread):
    reselected.book = Rulebook((RuleFile("topics.toml", PETS),))
    with reselected.writer() as writer:
        [here] = reflag_archive(writer, dry_run=True)
        [there] = reflag_archive(writer, spread=spread)

    assert there == here
    with Archive(reselected.database) as archive:
        assert {flag.topic for flag in archive.flags("acme")} == {"licensing", "pets"}


def test_the_command_works_in_several_processes(run, platform):
    platform.night(terms=paragraphs(LICENCE))

    assert run("rebuild", "text", "--jobs", "2").stdout == run("rebuild", "text").stdout == "acme/terms  unchanged\n"
    assert run("rebuild", "flags", "--jobs", "2").exit_code == 0


def test_jobs_and_a_scheduler_are_a_contradiction(run, platform):
    platform.night(terms=paragraphs(LICENCE))

    assert "not both" in run("rebuild", "text", "--jobs", "2", "--scheduler", "tcp://127.0.0.1:1").stderr


def test_without_the_extra_its_name_is_said(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)

    with pytest.raises(ConfigError, match=r"tostrack\[cluster\]"):
        ClusterExecutor("tcp://127.0.0.1:1")
