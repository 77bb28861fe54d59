"""Each host is asked by one machine only."""

import json
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.fetch.shards import Shard, registered
from tostrack.models import Document, Page

HOSTS = [f"{sub}{name}.{top}" for sub in ("", "www.") for name in "abcdefgh" for top in ("example", "co.uk", "de")]
WATCHLISTS = st.lists(st.lists(st.sampled_from(HOSTS), min_size=1, max_size=3), max_size=20).map(
    lambda watched: [
        Document("acme", f"d{at}", tuple(Page(f"https://{host}/{at}") for host in hosts))
        for at, hosts in enumerate(watched)
    ]
)


@given(WATCHLISTS, st.integers(1, 5))
def test_every_document_goes_to_one_machine_and_so_does_every_host(documents, count):
    machines = defaultdict(set)
    shared = [Shard(number, count).of(documents, documents) for number in range(1, count + 1)]
    for number, shard in enumerate(shared):
        for document in shard:
            for page in document.pages:
                machines[registered(page.url)].add(number)

    assert sorted(document.id for shard in shared for document in shard) == sorted(each.id for each in documents)
    assert all(len(numbers) == 1 for numbers in machines.values())


def test_a_document_that_is_named_alone_goes_where_it_always_goes():
    documents = [Document("acme", name, (Page(f"https://{name}.example/"),)) for name in "abcdefgh"]
    shard = Shard(1, 2)

    assert [each for one in documents for each in shard.of(documents, [one])] == shard.of(documents, documents)


def test_the_work_is_shared_about_evenly():
    documents = [Document("acme", f"d{at}", (Page(f"https://host{at}.example/"),)) for at in range(2000)]

    sizes = [len(Shard(number, 4).of(documents, documents)) for number in range(1, 5)]

    assert min(sizes) > 430


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://help.acme.com/terms", "acme.com"),
        ("https://ACME.com:8443/", "acme.com"),
        ("https://help.acme.co.uk/terms", "acme.co.uk"),
        ("https://www.acme.de./", "acme.de"),
        ("https://a.b.gouv.fr/", "b.gouv.fr"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("http://[::1]/", "::1"),
        ("http://localhost/", "localhost"),
    ],
)
def test_hosts_of_one_company_go_together(url, host):
    assert registered(url) == host


def test_the_shards_of_a_crawl_are_the_whole(run):
    listed = [run("crawl", "--dry-run", "--shard", f"{number}/3").stdout for number in (1, 2, 3)]

    assert "".join(listed) == run("crawl", "--dry-run").stdout
    assert run("crawl", "--shard", "4/3").exit_code == 2
    assert "such as 1/4" in run("crawl", "--shard", "one").stderr


def test_a_shard_without_documents_is_done_at_once(run, platform):
    [empty] = [n for n in (1, 2) if not run("crawl", "--dry-run", "--shard", f"{n}/2").stdout]

    result = run("crawl", "--json", "--shard", f"{empty}/2")

    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads(run("status", "--json").stdout or "[]") == []
