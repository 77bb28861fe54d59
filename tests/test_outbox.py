"""The outbox: rows with their change, messages that never change, each leased to one sender at a time."""

from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context

import pytest
from conftest import START, paragraphs

from tostrack.archive import Archive
from tostrack.archive.outbox import PRIVATE, Outbox, queue
from tostrack.errors import StoreError
from tostrack.models import DigestSettings, Verdict, channel_of

RULES = "You can leave the service at any time, and we will delete your account within thirty days of your request."
PLAIN = paragraphs("We keep the photos that you upload safe, and show them to the people you choose.", RULES)
LICENSED = paragraphs("You grant us a transferable, sub-licensable licence to use the photos that you upload.", RULES)
SHOP = DigestSettings("shop", ("owner@example.org",), ("acme",), ("licensing",))


def changed(platform, *digests):
    """Let acme's terms gain a licence under *digests* and return the outbox."""
    platform.digests = digests
    platform.night(terms=PLAIN)
    platform.night(terms=LICENSED)
    return Outbox(platform.database)


def gathered(outbox, kind="digest", **options):
    rows = outbox.waiting()
    outbox.gather(
        kind, "shop", "email", "owner@example.org", rows, name="1@acme.example", since=START, at=START, **options
    )
    return outbox.messages()[0]


def test_every_table_with_an_address_is_private(platform):
    platform.night(terms=PLAIN)
    query = """
        SELECT t.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND c.name IN ('address', 'recipient', 'message_id')
    """
    with Archive(platform.database) as archive:
        assert {row["name"] for row in archive.query(query)} | {"messages"} == set(PRIVATE)


def test_a_change_that_matters_waits_for_each_of_its_readers(platform):
    both = replace(SHOP, to=("owner@example.org", "https://hooks.example/x"))

    with changed(platform, both) as outbox:
        rows = outbox.waiting()

    assert [(row.event, row.channel, row.recipient) for row in rows] == [
        ("acme/terms@2", "email", "owner@example.org"),
        ("acme/terms@2", "webhook", "https://hooks.example/x"),
    ]


@pytest.mark.parametrize(
    "digest",
    [replace(SHOP, watch=("pixboard",)), replace(SHOP, topics=("ai",)), replace(SHOP, verdicts=(Verdict.EDITORIAL,))],
    ids=["another platform", "another topic", "another verdict"],
)
def test_nobody_is_told_what_was_not_asked_for(platform, digest):
    with changed(platform, digest) as outbox:
        assert outbox.waiting() == []


def test_a_recipient_of_two_digests_hears_of_an_event_once(platform):
    with changed(platform, SHOP, replace(SHOP, slug="all", topics=())) as outbox:
        assert [row.digest for row in outbox.waiting()] == ["shop"]


def test_a_first_version_and_an_unchanged_night_are_no_news(platform):
    platform.digests = (SHOP,)
    platform.night(terms=LICENSED)
    platform.night()

    with Outbox(platform.database) as outbox:
        assert outbox.waiting() == []


def test_our_own_rules_are_no_news(platform):
    platform.digests = (SHOP,)
    page = LICENSED.replace("<p>You can", "<p class='x'>You can")
    platform.night(terms=page)
    platform.documents = [replace(each, pages=(replace(each.pages[0], remove=(".x",)),)) for each in platform.documents]
    platform.night()

    with Outbox(platform.database) as outbox:
        assert outbox.waiting() == []


def test_a_row_stands_or_falls_with_its_change(platform, monkeypatch):
    platform.digests = (SHOP,)
    platform.night(terms=PLAIN)
    with monkeypatch.context() as patched:
        patched.setattr("tostrack.archive.writer.queue", lambda *told: [queue(*told), 1 / 0])
        with pytest.raises(ZeroDivisionError):
            platform.night(terms=LICENSED)
    with Outbox(platform.database) as outbox:
        assert outbox.waiting() == []

    platform.night()

    with Outbox(platform.database) as outbox:
        assert len(outbox.waiting()) == 1


def test_a_message_freezes_what_it_tells(platform):
    with changed(platform, SHOP) as outbox:
        rows = outbox.waiting()
        message = gathered(outbox)

        again = outbox.gather(
            "digest", "shop", "email", "owner@example.org", rows, name="2@acme.example", since=START, at=START
        )

        assert outbox.events(message) == ["acme/terms@2"]
        assert not again
        assert outbox.waiting() == []
        assert len(outbox.messages()) == 1


def test_a_message_is_leased_to_one_sender_until_the_lease_runs_out(platform):
    later = START + timedelta(minutes=10)
    with changed(platform, SHOP) as outbox, Outbox(platform.database) as other:
        gathered(outbox)

        first = outbox.lease(START, later)
        meanwhile = other.lease(START, later)
        after = other.lease(later, later + timedelta(minutes=10))

    assert first.name == after.name == "1@acme.example"
    assert meanwhile is None
    assert after.attempts == 2


def test_what_was_sent_is_never_leased_again(platform):
    with changed(platform, SHOP) as outbox:
        message = gathered(outbox)
        outbox.sent(message, START)
        outbox.retry(message, START, "a late word of a second sender")

        assert outbox.messages()[0].state == "sent"
        assert outbox.lease(START + timedelta(days=9), START + timedelta(days=10)) is None


def test_a_channel_that_is_down_is_passed_by(platform):
    with changed(platform, SHOP) as outbox:
        gathered(outbox)

        assert outbox.lease(START, START, ["email"]) is None


def test_a_storm_waits_until_it_is_released_or_dropped(platform):
    tomorrow = START + timedelta(days=1)
    with changed(platform, SHOP) as outbox:
        gathered(outbox, "storm", not_before=tomorrow)

        assert outbox.lease(START, START) is None
        assert outbox.release(START) == 1
        assert outbox.lease(START, START).kind == "storm"
        assert outbox.drop("ours, not theirs") == 1
        assert outbox.messages()[0].state == "dead"


def test_a_subscriber_is_told_after_confirming_and_not_after_leaving(platform):
    platform.digests = (SHOP,)
    platform.night(terms=PLAIN)
    with Outbox(platform.database) as outbox:
        outbox.ask("shop", "new@example.org", START)
        assert not outbox.confirm("shop", "stranger@example.org", START)
        assert outbox.confirm("shop", "new@example.org", START)
    platform.night(terms=LICENSED)

    with Outbox(platform.database) as outbox:
        told = {row.recipient for row in outbox.waiting()}
        outbox.leave("shop", "new@example.org", START)
        assert told == {"owner@example.org", "new@example.org"}
        assert outbox.refusal("shop", "new@example.org").startswith("unsubscribed")
        assert outbox.refusal("shop", "owner@example.org") == ""


def test_an_old_confirmation_does_not_bring_back_who_left(platform):
    platform.night(terms=PLAIN)
    with Outbox(platform.database) as outbox:
        outbox.ask("shop", "a@example.org", START)
        outbox.leave("shop", "a@example.org", START + timedelta(days=1))
        assert not outbox.confirm("shop", "a@example.org", START + timedelta(days=2))

        outbox.ask("shop", "a@example.org", START + timedelta(days=3))

        assert outbox.refusal("shop", "a@example.org")
        assert outbox.confirm("shop", "a@example.org", START + timedelta(days=4))
        assert not outbox.refusal("shop", "a@example.org")


def test_a_suppressed_address_is_refused_whatever_its_writing(platform):
    platform.night(terms=PLAIN)
    with Outbox(platform.database) as outbox:
        outbox.suppress("Angry@Example.org", START, "asked by telephone")

        assert outbox.refusal("shop", "angry@example.org") == "blocked: asked by telephone"
        assert outbox.allow("angry@example.ORG")
        assert outbox.refusal("shop", "angry@example.org") == ""


def test_an_archive_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match="no archive there yet"):
        Outbox(tmp_path / "none.db")


@pytest.mark.parametrize(
    ("recipient", "channel"),
    [
        ("a@b.example", "email"),
        ("https://b.example/x", "webhook"),
        ("apprise:TEAM", "apprise"),
        ("summary:", "summary"),
    ],
)
def test_a_recipient_names_its_channel(recipient, channel):
    assert channel_of(recipient) == channel


def _leases(path, connection):
    with Outbox(path) as outbox:
        taken = 0
        while outbox.lease(START, START + timedelta(minutes=10)):
            taken += 1
    connection.send(taken)


@pytest.mark.slow
def test_twenty_senders_never_take_the_same_message(platform):
    with changed(platform, SHOP) as outbox:
        for number in range(40):
            outbox.gather("question", "shop", "email", "a@example.org", [], name=f"{number}", since=START, at=START)
    context = get_context("fork")
    ends = [context.Pipe(duplex=False) for _ in range(20)]
    senders = [context.Process(target=_leases, args=(platform.database, end)) for _, end in ends]
    for sender in senders:
        sender.start()

    assert sum(receive.recv() for receive, _ in ends) == 40
    for sender in senders:
        sender.join()
