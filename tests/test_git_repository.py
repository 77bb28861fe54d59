"""A stranger's git repository is read as data: its configuration, links and refs lead nowhere, broken objects cost themselves."""

import os
import random
import subprocess
import tracemalloc
import zlib

import pytest

from tostrack.errors import ConfigError, DocumentError
from tostrack.importers.git_repository import open_repository

TEXTS = ("You may post.", "You may post and share.", "You may post, share and sell.")


def git(folder, *arguments, **options):
    found = subprocess.run(
        ("git", "-C", str(folder), *arguments), check=True, capture_output=True, timeout=60, **options
    )
    return found.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path):
    """Three commits of one text, each object a file of its own."""
    folder = tmp_path / "versions.git"
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(folder)), check=True)
    commits = []
    for number, text in enumerate(TEXTS):
        blob = git(folder, "hash-object", "-w", "--stdin", input=text.encode())
        inner = git(folder, "mktree", input=f"100644 blob {blob}\tTerms.md\n".encode())
        tree = git(folder, "mktree", input=f"040000 tree {inner}\tAcme\n".encode())
        name = {"NAME": "bot", "EMAIL": "bot@acme.example", "DATE": f"{1_400_000_000 + number} +0000"}
        person = {f"GIT_{who}_{key}": value for who in ("AUTHOR", "COMMITTER") for key, value in name.items()}
        parents = [part for parent in commits[-1:] for part in ("-p", parent)]
        commits.append(
            git(folder, "commit-tree", tree, *parents, "-m", f"Record {number}", env={**os.environ, **person})
        )
    git(folder, "update-ref", "refs/heads/main", commits[-1])
    return folder


def read(folder):
    with open_repository(folder) as found:
        changes = list(found.changes())
        texts = []
        for change in changes:
            try:
                texts.append(found.read(change.blob, 1_000_000).decode())
            except DocumentError as error:
                texts.append(error)
        return changes, texts, found.left_out


def remove(folder, name):
    path = loose(folder, name)
    path.chmod(0o600)
    path.unlink()


def loose(folder, name):
    return folder / "objects" / name[:2] / name[2:]


def test_every_text_of_the_history_is_read(repository):
    changes, texts, left_out = read(repository)

    assert texts == list(TEXTS)
    assert next((change.path, change.seconds, change.subject) for change in changes) == (
        "Acme/Terms.md",
        "1400000000",
        "Record 0",
    )
    assert left_out == []


def test_the_configuration_is_never_read(repository):
    # git ends at once where it reads a line like this.
    (repository / "config").write_text("[this is no configuration\n")
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "log")

    assert read(repository)[1] == list(TEXTS)


@pytest.mark.parametrize("variable", ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"])
def test_no_other_configuration_is_read_either(repository, tmp_path, monkeypatch, variable):
    broken = tmp_path / "broken"
    broken.write_text("[this is no configuration\n")
    monkeypatch.setenv(variable, str(broken))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))

    assert read(repository)[1] == list(TEXTS)


def test_a_missing_object_is_not_asked_for_anywhere(repository, tmp_path):
    marker = tmp_path / "marker"
    remove(repository, git(repository, "rev-parse", "main~1:Acme/Terms.md"))
    (repository / "config").write_text(
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n"
        f"\tsshCommand = touch {marker}\n"
        '[remote "origin"]\n\turl = ssh://acme.example/x\n\tpromisor = true\n'
        "[extensions]\n\tpartialClone = origin\n"
    )

    _, texts, _ = read(repository)

    assert not marker.exists()
    assert (texts[0], texts[2]) == (TEXTS[0], TEXTS[2])
    assert str(texts[1]) == "the repository does not hold its text"


def test_hooks_and_replacements_change_nothing(repository):
    git(repository, "replace", "main~2", "main~1", "-f")
    (repository / "hooks").mkdir(exist_ok=True)
    assert git(repository, "log", "--format=%s") != "Record 2\nRecord 1\nRecord 0"

    assert read(repository)[1] == list(TEXTS)


def test_objects_elsewhere_are_not_borrowed(repository, tmp_path):
    clone = tmp_path / "clone.git"
    subprocess.run(("git", "clone", "-q", "--bare", "--shared", str(repository), str(clone)), check=True)

    with pytest.raises(ConfigError, match="borrows objects from another folder"), open_repository(clone):
        pass


def test_a_folder_that_leads_elsewhere_is_refused(repository, tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    for folder in (file, link):
        folder.mkdir()
    (file / ".git").write_text(f"gitdir: {repository}\n")
    (link / ".git").symlink_to(repository)
    git(repository, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"))

    for folder in (file, link, tmp_path / "tree", next((repository / "worktrees").iterdir())):
        with pytest.raises(ConfigError, match="name the repository itself"), open_repository(folder):
            pass


def test_a_link_or_a_pipe_among_the_objects_is_refused(repository, tmp_path):
    pack = repository / "objects" / "pack"
    (pack / "pack-1.idx").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match=r"objects/pack/pack-1\.idx is no file"), open_repository(repository):
        pass
    (pack / "pack-1.idx").unlink()
    os.mkfifo(pack / "pack-2.idx")
    with pytest.raises(ConfigError, match="is no file"), open_repository(repository):
        pass


@pytest.mark.parametrize(
    "head",
    [
        "",
        "ref: refs/heads/gone\n",
        "ref: ../outside\n",
        "ref: /etc/hostname\n",
        "ref: refs/heads/loop\n",
        "ref: refs/x/../../y",
    ],
)
def test_a_head_that_leads_to_no_commit_is_refused(repository, head):
    (repository / "refs/heads/loop").write_text("ref: refs/heads/loop\n")
    (repository.parent / "outside").write_text(git(repository, "rev-parse", "main"))
    (repository / "HEAD").write_text(head)

    with pytest.raises(ConfigError, match="HEAD leads to no commit"), open_repository(repository):
        pass


def test_a_head_that_is_a_pipe_is_no_wait(repository):
    (repository / "HEAD").unlink()
    os.mkfifo(repository / "HEAD")

    with pytest.raises(ConfigError, match="HEAD leads to no commit"), open_repository(repository):
        pass


def test_packed_refs_and_a_head_without_a_branch_are_read(repository):
    git(repository, "pack-refs", "--all")
    assert read(repository)[1] == list(TEXTS)
    (repository / "HEAD").write_text(git(repository, "rev-parse", "main~1"))

    assert read(repository)[1] == list(TEXTS[:2])


def test_a_list_of_refs_is_searched_in_the_memory_of_its_bytes(repository):
    (repository / "HEAD").write_text("ref: refs/heads/none\n")
    (repository / "packed-refs").write_bytes(b"\n" * 8_000_000)
    tracemalloc.start()
    with pytest.raises(ConfigError, match="HEAD leads to no commit"), open_repository(repository):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 45_000_000


def test_packed_objects_are_read(repository):
    git(repository, "repack", "-q", "-a", "-d")

    assert read(repository)[1] == list(TEXTS)


def test_a_shallow_clone_begins_where_it_was_cut(repository, tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(("git", "clone", "-q", "--depth", "2", repository.as_uri(), str(clone)), check=True)

    _, texts, left_out = read(clone)

    assert texts == list(TEXTS[1:])
    assert left_out == []


def test_a_missing_commit_leaves_out_what_lies_before_it(repository):
    missing, after = git(repository, "rev-parse", "main~2", "main~1").split()
    remove(repository, missing)

    _, texts, left_out = read(repository)

    assert texts == list(TEXTS[1:])
    assert left_out == [(f"what was recorded before {after}", "a commit before it is missing or broken")]


def test_a_missing_list_of_files_leaves_out_its_commit_and_the_one_compared_with_it(repository):
    remove(repository, git(repository, "rev-parse", "main~2^{tree}"))

    _, texts, left_out = read(repository)

    assert texts == [TEXTS[2]]
    assert [why for _, why in left_out] == ["its list of files is missing or broken"] * 2


def test_a_broken_object_leaves_out_its_text(repository):
    path = loose(repository, git(repository, "rev-parse", "main~1:Acme/Terms.md"))
    path.chmod(0o600)
    path.write_bytes(b"garbage")

    _, texts, _ = read(repository)

    assert (texts[0], texts[2]) == (TEXTS[0], TEXTS[2])
    assert isinstance(texts[1], DocumentError)


def test_a_text_whose_size_is_a_lie_is_left_out(repository):
    # Its header says 5 bytes; what follows unpacks to fifty million.
    path = loose(repository, git(repository, "rev-parse", "main~1:Acme/Terms.md"))
    path.chmod(0o600)
    path.write_bytes(zlib.compress(b"blob 5\0" + bytes(50_000_000)))

    _, texts, _ = read(repository)

    assert [isinstance(text, DocumentError) for text in texts] == [False, True, False]


def test_a_large_text_is_never_read(repository):
    blob = git(repository, "hash-object", "-w", "--stdin", input=bytes(2_000_000))

    with open_repository(repository) as found:
        with pytest.raises(DocumentError, match=r"larger than 1 MB"):
            found.read(blob, 1_000_000)
        assert found._contents is None


def test_names_with_quotes_and_controls_are_read_as_they_are(repository):
    blob = git(repository, "rev-parse", "main:Acme/Terms.md")
    name = 'T"\t\\é\x01.md'
    tree = git(repository, "mktree", "-z", input=f"100644 blob {blob}\t{name}\0".encode())
    commit = git(
        *(repository, "-c", "user.name=bot", "-c", "user.email=bot@acme.example", "commit-tree", tree, "-m", "x")
    )
    (repository / "HEAD").write_text(commit)

    [change] = read(repository)[0]

    assert change.path == name


@pytest.mark.parametrize("name", ["HEAD", "packed-refs", "shallow", "objects/info/alternates", "refs/heads/main"])
def test_any_bytes_in_what_we_read_ourselves_are_an_answer_and_no_crash(repository, name):
    chance = random.Random(name)
    git(repository, "pack-refs", "--all")
    path = repository / name
    known = path.read_bytes() if path.exists() else b"ref: refs/heads/main\n"
    answers = 0
    for _ in range(300):
        content = bytearray(known)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(content) + 1)
            content[place : place + chance.randint(0, 9)] = chance.choice(
                (b"", b"\0", b"\n", b"../", b"\xff", b"ref: ", b"/", chance.randbytes(5), b"0" * 40)
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        try:
            with open_repository(repository):
                answers += 1
        except ConfigError:
            answers += 1
    assert answers == 300
