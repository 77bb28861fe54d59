"""The steps that put a large archive into a release and take it from there: whatever an upload does, none is lost."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
JOBS = yaml.safe_load((ROOT / "tostrack/nightly/github.yml").read_text())["jobs"]
PUT, FETCH = "Put a large archive into the release", "Fetch a large archive from the release"
REMOVE = "Remove from the release what no branch points to"
OLD, NEW = b"the archive of yesterday", b"the archive of today, which is longer"


def script(job, name):
    (found,) = [step["run"] for step in JOBS[job]["steps"] if step.get("name") == name]
    return found


class Checkout:
    """A folder in which a job runs a step, and the release that its `gh` knows."""

    def __init__(self, folder):
        self.folder = folder
        self.release = folder / "releases" / "tostrack-archive"
        self.release.parent.mkdir()
        (folder / "state").mkdir()
        gh = folder / "gh"
        gh.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "benchmarks/fake_gh.py"}" "$@"\n')
        gh.chmod(0o755)

    def run(self, job, name, **variables):
        known = {"RELEASE": "tostrack-archive", "BRANCH": "tostrack-data", "DIR": "state", "LARGE": "10", "BASE": ""}
        path = f"{self.folder}:{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script(job, name)],
            cwd=self.folder, env={**known, "PATH": path, "FAKE_GH": str(self.release.parent), **variables},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def put(self, content, **variables):
        (self.folder / "state/tostrack.db").write_bytes(content)
        return self.run("keep", PUT, **variables)

    @property
    def pointer(self):
        return self.folder / "state/tostrack.db.sha256"

    def assets(self):
        return {path.name: path.read_bytes() for path in self.release.iterdir()}


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


def packed(content):
    return subprocess.run(["xz", "-6", "--threads=1", "-c"], input=content, capture_output=True, check=True).stdout


def asset(content):
    return f"tostrack-{hashlib.sha256(packed(content)).hexdigest()}.db.xz"


def test_an_archive_that_is_small_when_compressed_stays_on_the_branch(checkout):
    content = b"the same words again " * 500

    assert checkout.put(content, LARGE="1000").returncode == 0
    assert [path.name for path in (checkout.folder / "state").iterdir()] == ["tostrack.db.xz"]
    assert not checkout.release.exists()

    assert checkout.run("crawl", FETCH).returncode == 0
    assert (checkout.folder / "state/tostrack.db").read_bytes() == content
    assert [path.name for path in (checkout.folder / "state").iterdir()] == ["tostrack.db"]


def test_an_archive_of_before_that_is_not_compressed_comes_back(checkout):
    name = f"tostrack-{hashlib.sha256(OLD).hexdigest()}.db"
    checkout.release.mkdir()
    (checkout.release / name).write_bytes(OLD)
    checkout.pointer.write_text(f"{name[9:-3]}  {name}\n")

    assert checkout.run("crawl", FETCH).returncode == 0
    assert (checkout.folder / "state/tostrack.db").read_bytes() == OLD


def test_both_jobs_that_write_and_both_that_read_do_the_same():
    assert script("keep", PUT) == script("note", PUT)
    assert script("crawl", FETCH) == script("tell", FETCH)


def test_a_large_archive_goes_to_the_release_and_comes_back(checkout):
    assert checkout.put(OLD).returncode == 0
    assert checkout.assets() == {asset(OLD): packed(OLD)}
    assert [path.name for path in (checkout.folder / "state").iterdir()] == ["tostrack.db.sha256"]

    assert checkout.run("crawl", FETCH).returncode == 0

    assert [path.name for path in (checkout.folder / "state").iterdir()] == ["tostrack.db"]
    assert (checkout.folder / "state/tostrack.db").read_bytes() == OLD


def test_a_small_archive_stays_on_the_branch(checkout):
    done = checkout.put(OLD, LARGE="1000")

    assert done.returncode == 0
    assert (checkout.folder / "state/tostrack.db").read_bytes() == OLD
    assert not checkout.pointer.exists()
    assert not checkout.release.exists()


def test_the_first_night_has_nothing_to_fetch(checkout):
    assert checkout.run("crawl", FETCH).returncode == 0


@pytest.mark.parametrize("fault", ["cut", "torn"])
def test_an_upload_that_did_not_arrive_whole_ends_the_job_and_the_old_archive_stays(checkout, fault):
    checkout.put(OLD)

    assert checkout.put(NEW, FAKE_GH_FAULT=fault).returncode != 0
    assert checkout.assets()[asset(OLD)] == packed(OLD)

    # The job, run again, replaces the half.
    assert checkout.put(NEW).returncode == 0
    assert checkout.assets() == {asset(OLD): packed(OLD), asset(NEW): packed(NEW)}


def test_an_archive_that_is_there_is_not_uploaded_again(checkout):
    checkout.put(OLD)

    assert checkout.put(OLD, FAKE_GH_FAULT="cut").returncode == 0
    assert checkout.assets() == {asset(OLD): packed(OLD)}


@pytest.mark.parametrize("spoilt", [OLD[:9], b"another archive", None])
def test_an_asset_that_is_not_what_the_branch_says_is_not_gone_on_from(checkout, spoilt):
    checkout.put(OLD)
    if spoilt is None:
        (checkout.release / asset(OLD)).unlink()
    else:
        (checkout.release / asset(OLD)).write_bytes(spoilt)

    assert checkout.run("crawl", FETCH).returncode != 0
    assert not (checkout.folder / "state/tostrack.db").exists()


def test_what_the_branch_points_to_and_what_it_pointed_to_before_are_left(checkout):
    git = ["git", "-c", "user.name=tostrack", "-c", "user.email=tostrack@acme.example"]
    checkout.put(b"the archive of the day before")
    checkout.put(OLD)
    (checkout.folder / "tostrack.db.sha256").write_text(checkout.pointer.read_text())
    for command in (["init", "-q"], ["add", "tostrack.db.sha256"], ["commit", "-qm", "Night"]):
        subprocess.run([*git, *command], cwd=checkout.folder, check=True)
    checkout.put(NEW)

    done = checkout.run("keep", REMOVE, BASE="HEAD")

    assert done.returncode == 0
    assert checkout.assets() == {asset(OLD): packed(OLD), asset(NEW): packed(NEW)}


def test_no_text_of_a_page_can_leave_the_code_of_a_summary(checkout):
    tostrack = checkout.folder / "tostrack"
    tostrack.write_text('#!/bin/sh\n[ "$2" = --annotate ] || printf "~~~~~~~~~~\\n<img src=x>\\n"\n')
    tostrack.chmod(0o755)
    summary = checkout.folder / "summary.md"

    checkout.run("crawl", "Summary", GITHUB_STEP_SUMMARY=str(summary))

    lines = summary.read_text().splitlines()
    assert "    <img src=x>" in lines
    assert not [line for line in lines if line and not line.startswith(("    ", "###"))]


def test_a_status_longer_than_a_summary_may_be_is_cut_and_the_step_goes_on(checkout):
    tostrack = checkout.folder / "tostrack"
    tostrack.write_text('#!/bin/sh\n[ "$2" = --annotate ] && exit 0\nseq 300000\n')
    tostrack.chmod(0o755)
    summary = checkout.folder / "summary.md"

    done = checkout.run("crawl", "Summary", GITHUB_STEP_SUMMARY=str(summary))

    assert (done.returncode, summary.stat().st_size) == (0, 900_000)
