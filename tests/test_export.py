"""The archive in others' forms: evidence that needs no tostrack, a WARC, rows that are no formulas, a dataset."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from conftest import paragraphs
from hypothesis import given
from hypothesis import strategies as st

from tostrack.archive import Archive
from tostrack.archive.warc import warc_uri, write_warc
from tostrack.cli import cli
from tostrack.render.csv_rows import as_csv, folder_name

KEEP = "We keep your data for {} days after the day on which you leave the service for good."
LICENCE = "You grant us a worldwide, royalty-free licence to use and display the photos that you post."


@pytest.fixture
def history(platform):
    for days in (30, 60, 90):
        platform.night(terms=paragraphs(KEEP.format(days), LICENCE))
    return platform


def run(platform, *arguments):
    path = platform.folder / "watchlist.toml"
    path.write_text(
        f'[settings]\ndatabase = "{platform.database}"\nsnapshots = "{platform.folder / "snapshots"}"\n'
        '[watch.acme.terms]\nurl = "https://acme.example/terms"\n'
    )
    result = CliRunner().invoke(cli, ["-w", str(path), "export", *map(str, arguments)])
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.fixture
def evidence(history, tmp_path):
    run(history, "evidence", "acme/terms@2", "-o", tmp_path / "evidence.zip")
    with zipfile.ZipFile(tmp_path / "evidence.zip") as archive:
        archive.extractall(tmp_path)
    return tmp_path / "evidence"


def follow(folder):
    """Do what the README says, to the letter; return what it printed and how it ended."""
    readme = (folder / "README.md").read_text()
    commands = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    assert len(commands) == 2
    # Nothing of ours is at hand: an isolated Python, and no path to this package.
    commands = "".join(commands).replace("python3", f"{sys.executable} -I -S")
    ran = subprocess.run(
        ["bash", "-e", "-c", commands],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    return ran.returncode, ran.stdout


def test_the_readme_of_the_evidence_checks_it_without_tostrack(evidence):
    status, printed = follow(evidence)

    assert status == 0
    assert printed.splitlines()[-1] in (evidence / "README.md").read_text()


def test_the_head_in_the_evidence_is_the_one_that_verify_prints(history, evidence):
    path = history.folder / "watchlist.toml"
    heads = CliRunner().invoke(cli, ["-w", str(path), "archive", "verify", "--heads"]).stdout

    assert heads == f"{follow(evidence)[1].splitlines()[-1]}  acme/terms\n"


@pytest.mark.parametrize("name", ["new.md", "captures/new/page-1.body", "chain.jsonl", "old.clauses"])
def test_evidence_that_was_touched_does_not_pass(evidence, name):
    path = evidence / name
    path.write_bytes(path.read_bytes().replace(b"6", b"7", 1).replace(b"h1", b"h2", 1))
    # A forger writes the list of hashes anew; the chain still tells.
    listed = subprocess.run(
        "sha256sum $(cut -d' ' -f3 SHA256SUMS)", shell=True, cwd=evidence, capture_output=True, check=True
    )
    (evidence / "SHA256SUMS").write_bytes(listed.stdout)

    assert follow(evidence)[0] != 0


def test_the_same_change_is_the_same_evidence_byte_for_byte(history, tmp_path):
    for name in ("one.zip", "two.zip"):
        run(history, "evidence", "acme/terms@3", "-o", tmp_path / name)

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_evidence_holds_both_texts_their_captures_and_the_redline(evidence):
    assert "30 days" in (evidence / "old.md").read_text()
    assert "60 days" in (evidence / "new.md").read_text()
    assert b"<main>" in (evidence / "captures" / "old" / "page-1.body").read_bytes()
    assert "<ins" in (evidence / "redline.html").read_text()
    assert json.loads((evidence / "change.json").read_text())["to"]["number"] == 2


def test_a_warc_passes_warcio_and_holds_what_was_fetched(history, tmp_path):
    warcio = pytest.importorskip("warcio")
    out = tmp_path / "acme.warc.gz"
    run(history, "warc", "acme", "-o", out)
    first = out.read_bytes()
    run(history, "warc", "acme", "-o", out)

    checked = subprocess.run([sys.executable, "-m", "warcio.cli", "check", "-v", out], capture_output=True, check=False)
    with out.open("rb") as file:
        records = [
            (record.rec_type, record.rec_headers["WARC-Target-URI"], record.content_stream().read())
            for record in warcio.ArchiveIterator(file)
        ]
    assert checked.returncode == 0
    assert out.read_bytes() == first
    assert [kind for kind, _, _ in records] == ["warcinfo", "response", "response", "response"]
    assert (records[1][1], b"30 days" in records[1][2]) == ("https://acme.example/terms", True)


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("https://acme.example/terms?a=1&b=%20#c", "https://acme.example/terms?a=1&b=%20#c"),
        ("https://acme.example/términos de uso", "https://acme.example/t%C3%A9rminos%20de%20uso"),
        ("file:Acme/Terms of Use/2024.html", "file:///Acme/Terms%20of%20Use/2024.html"),
        ("file:///Acme/2024.html", "file:///Acme/2024.html"),
    ],
)
def test_an_address_in_a_warc_is_a_uri(address, uri):
    assert warc_uri(address) == uri


def test_a_saved_page_with_a_name_of_several_words_is_in_a_warc(history, tmp_path):
    warcio = pytest.importorskip("warcio")
    page = history.folder / "saved" / "Acme" / "Terms of Use" / "2024-01-01 Términos.html"
    page.parent.mkdir(parents=True)
    page.write_text(paragraphs(*(KEEP.format(days) for days in range(20))))
    run(history, "csv")  # writes the watchlist
    watchlist = str(history.folder / "watchlist.toml")
    imported = CliRunner().invoke(cli, ["-w", watchlist, "import", "folder", str(history.folder / "saved")])
    assert imported.exit_code == 0, imported.output

    run(history, "warc", "-o", tmp_path / "acme.warc.gz")

    with (tmp_path / "acme.warc.gz").open("rb") as file:
        records = [(record.rec_type, record.rec_headers["WARC-Target-URI"]) for record in warcio.ArchiveIterator(file)]
    assert ("resource", "file:///Acme/Terms%20of%20Use/2024-01-01%20T%C3%A9rminos.html") in records


def test_a_warc_opens_in_pywb(history, tmp_path, monkeypatch):
    pytest.importorskip("pywb")
    run(history, "warc", "acme", "-o", tmp_path / "acme.warc.gz")
    monkeypatch.chdir(tmp_path)
    answer = tmp_path / "answer.py"
    answer.write_text(
        "import warnings; warnings.simplefilter('ignore')\n"
        "from pywb.manager.manager import main\n"
        "main(['init', 'acme']); main(['add', 'acme', 'acme.warc.gz'])\n"
        "from pywb.apps.frontendapp import FrontEndApp\n"
        "app = FrontEndApp(config_file=None, custom_config={'debug': False})\n"
        "from werkzeug.test import Client\n"
        "print(Client(app).get('/acme/20240102030000id_/https://acme.example/terms').get_data(as_text=True))\n"
    )

    shown = subprocess.run([sys.executable, answer], capture_output=True, text=True, check=False, cwd=tmp_path)

    assert "60 days" in shown.stdout, shown.stderr[-2000:]


def test_jsonl_has_every_change_with_its_hunks_and_every_version_with_its_text(history):
    changes = [json.loads(line) for line in run(history, "jsonl").splitlines()]
    versions = [json.loads(line) for line in run(history, "jsonl", "--what", "versions").splitlines()]

    assert [(row["id"], len(row["hunks"])) for row in changes] == [("acme/terms@2", 1), ("acme/terms@3", 1)]
    assert ["90 days" in row["text"] for row in versions] == [False, False, True]


def test_csv_reads_back_as_rows(history):
    rows = list(csv.DictReader(io.StringIO(run(history, "csv", "acme"))))

    assert [(row["id"], row["verdict"], row["announced"]) for row in rows] == [
        ("acme/terms@2", "substantive", "true"),
        ("acme/terms@3", "substantive", "true"),
    ]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_no_cell_is_a_formula(text):
    header, row = csv.reader(io.StringIO(as_csv([{"a": text, "b": 1}], ["a", "b"]), newline=""))

    assert header == ["a", "b"]
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text())
def test_a_folder_stays_where_it_belongs(name):
    made = folder_name(name, "acme")

    assert made == made.strip(" .") != ""
    assert not set(made) & set('/\\:*?"<>|\0\n')


@pytest.mark.parametrize("out", ["dataset", "dataset.zip"])
def test_a_dataset_has_the_layout_of_the_peer(history, tmp_path, out):
    run(history, "ota", "-o", tmp_path / out)

    if out.endswith(".zip"):
        zipfile.ZipFile(tmp_path / out).extractall(tmp_path)
    names = sorted(str(path.relative_to(tmp_path / "dataset")) for path in (tmp_path / "dataset").rglob("*.*"))
    assert names == [
        "Acme/Terms/2024-01-01T03-00-00Z.md",
        "Acme/Terms/2024-01-02T03-00-00Z.md",
        "Acme/Terms/2024-01-03T03-00-00Z.md",
        "README.md",
        "metadata.json",
    ]
    with Archive(history.database) as archive:
        assert (tmp_path / "dataset" / names[2]).read_text() == archive.text("acme", "terms")


@pytest.mark.parametrize("value", ["text/ü; charset=ü", "a; b\r\nx: y", "\x00; ☃", "plain"])
def test_a_header_that_is_no_ascii_is_escaped_in_a_warc(value):
    warcio = pytest.importorskip("warcio")
    row = {
        "fetched_at": "2024-05-01T03:00:00Z",
        "path": "a/b",
        "sha256": "0" * 64,
        "chain": '["https://acme.example/terms"]',
        "status": 200,
        "headers": json.dumps({"x-said": value, "x-näme": "z"}),
    }
    out = io.BytesIO()
    write_warc([row], lambda _: b"Terms", out)
    out.seek(0)

    _, found = [(record.http_headers, record.content_stream().read()) for record in warcio.ArchiveIterator(out)]
    assert found[1] == b"Terms"
    assert [unquote(said) for _, said in found[0].headers] == [value, "z", "5"]

    out = io.BytesIO()
    write_warc([{**row, "status": 0, "content_type": value}], lambda _: b"Terms", out)
    out.seek(0)
    assert [record.content_stream().read() for record in warcio.ArchiveIterator(out)][1:] == [b"Terms"]
