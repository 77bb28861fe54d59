"""From the outbox to people: when, in which order, once, and only to those who want it."""

import base64
import hashlib
import hmac
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from wsgiref.util import setup_testing_defaults

import pytest
from conftest import START, paragraphs

from tostrack.archive import Archive
from tostrack.archive.outbox import Outbox, Waiting
from tostrack.errors import ConfigError, NotifyError, StoreError
from tostrack.models import DigestSettings, Document, Page
from tostrack.notify import Notifier, tokens
from tostrack.notify.endpoint import application
from tostrack.notify.tokens import LinkToken
from tostrack.services.delivery import GIVEN_UP_AFTER, HOLD, LEASE, DeliveryRun, gather_messages, is_due
from tostrack.services.messages import SenderConfig, render_message
from tostrack.services.subscriptions import follow_link, subscribe

RULES = "You can leave the service at any time, and we will delete your account within thirty days of your request."
PLAIN = paragraphs("We keep the photos that you upload safe, and show them to the people you choose.", RULES)
LICENSED = paragraphs("You grant us a transferable, sub-licensable licence to use the photos that you upload.", RULES)
SHARED = paragraphs("You grant us a transferable, sub-licensable licence to use the photos that you upload.", RULES,
                    "We may share your data with advertisers.")  # fmt: skip
SHOP = DigestSettings("shop", ("owner@example.org",))


class Post(Notifier):
    """A channel that remembers what it was given; ``answers`` gives an error for a recipient."""

    def __init__(self, **answers):
        self.letters = []
        self.answers = answers

    def send(self, message, at):
        if error := self.answers.get(message.recipient.partition("@")[0]):
            raise error
        self.letters.append(message)


def office(*digests, **options):
    return SenderConfig({digest.slug: digest for digest in digests}, "acme.example", START, **options)


def notified(platform, own, at=None, post=None):
    """Gather and send as of *at*; return the letters that went out and what became of each message."""
    post = post or Post()
    at = at or platform.at
    with Outbox(platform.database) as outbox, Archive(platform.database) as archive:
        gather_messages(outbox, own, at)
        deliveries = list(
            DeliveryRun(
                outbox, own, {"email": post, "apprise": post}, partial(render_message, archive, outbox, own), lambda: at
            ).deliveries()
        )
    return post.letters, deliveries


def changed(platform, *digests):
    platform.digests = digests
    platform.night(terms=PLAIN)
    platform.night(terms=LICENSED)


def test_a_reader_gets_one_mail_the_next_morning_and_no_second(platform):
    changed(platform, SHOP)

    letters, _ = notified(platform, office(SHOP, operator="ops@acme.example"))
    again, _ = notified(platform, office(SHOP), platform.at + timedelta(days=1))

    [message] = letters
    assert message.subject == "Acme adds a content licence (Terms)"
    assert "transferable, sub-licensable licence" in message.text
    assert message.name.endswith("@acme.example")
    assert message.list_id == "shop.acme.example"
    assert message.leave == ("mailto:ops@acme.example?subject=unsubscribe%20shop%20owner%40example.org",)
    assert again == []


def test_nothing_to_say_means_no_mail(platform):
    platform.digests = (SHOP,)
    platform.night(terms=PLAIN)
    platform.night()

    assert notified(platform, office(SHOP)) == ([], [])


def test_what_is_tried_again_has_the_same_id_and_the_same_words(platform):
    changed(platform, SHOP)
    _, [failed] = notified(platform, office(SHOP), post=Post(owner=NotifyError("greylisted")))
    early, _ = notified(platform, office(SHOP))

    letters, _ = notified(platform, office(SHOP), platform.at + timedelta(hours=1))

    assert failed.state == "retry"
    assert early == []
    assert letters[0].name == failed.message.name


def test_a_no_for_good_is_not_asked_again(platform):
    changed(platform, SHOP)
    _, [failed] = notified(platform, office(SHOP), post=Post(owner=NotifyError("550", transient=False)))

    assert failed.state == "dead"
    assert notified(platform, office(SHOP), platform.at + timedelta(days=9)) == ([], [])


class Rooms(Notifier):
    """A chat of several rooms, each of which gets a message in two parts; ``answers`` gives the error of a part."""

    def __init__(self, **answers):
        self.answers = answers
        self.got = self.letters = []

    def divide(self, letter):
        return [replace(letter, part=f"{room}/{number}") for room in ("lake", "hill") for number in (1, 2)]

    def send(self, letter, _at):
        if error := self.answers.get(letter.part.replace("/", "")):
            raise error
        self.got.append(letter.part)

    def close(self):
        pass


TEAM = DigestSettings("team", ("apprise:team",))


def test_of_a_message_with_several_deliveries_only_what_failed_is_repeated(platform):
    changed(platform, TEAM)
    rooms = Rooms(lake2=NotifyError("busy"), hill1=NotifyError("full"))
    _, [failed] = notified(platform, office(TEAM), post=rooms)
    first = list(rooms.got)
    rooms.got.clear()
    rooms.answers = {}
    _, [sent] = notified(platform, office(TEAM), platform.at + timedelta(hours=1), rooms)

    assert (failed.state, failed.error) == ("retry", "1 of 4 deliveries arrived; busy; full")
    assert first == ["lake/1"]
    assert rooms.got == ["lake/2", "hill/1", "hill/2"]
    assert sent.state == "sent"
    assert notified(platform, office(TEAM), platform.at + timedelta(days=2), rooms)[1] == []


def test_a_target_that_refuses_for_good_is_not_asked_again_and_the_others_get_all(platform):
    changed(platform, TEAM)
    rooms = Rooms(lake1=NotifyError("gone", transient=False), hill2=NotifyError("busy"))
    _, [failed] = notified(platform, office(TEAM), post=rooms)
    rooms.answers.pop("hill2")
    rooms.answers["lake1"] = AssertionError("asked again")
    _, [ended] = notified(platform, office(TEAM), platform.at + timedelta(hours=1), rooms)

    assert failed.state == "retry"
    assert (ended.state, ended.error) == ("dead", "2 of 4 deliveries arrived; gone")
    assert rooms.got == ["hill/1", "hill/2"]


def test_a_sender_that_is_killed_between_two_parts_repeats_none_that_arrived(platform):
    changed(platform, TEAM)
    rooms = Rooms(hill1=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        notified(platform, office(TEAM), post=rooms)
    rooms.answers = {}

    _, [sent] = notified(platform, office(TEAM), platform.at + LEASE + timedelta(minutes=1), rooms)

    assert sent.state == "sent"
    assert rooms.got == ["lake/1", "lake/2", "hill/1", "hill/2"]


class SlowRooms(Rooms):
    """Every part takes four minutes; meanwhile another sender asks whether there is anything to send."""

    def __init__(self, platform, at):
        super().__init__()
        self.platform, self.at, self.others = platform, at, []

    def send(self, letter, at):
        super().send(letter, at)
        self.at += timedelta(minutes=4)
        with Outbox(self.platform.database) as outbox:
            self.others.append(outbox.lease(self.at, self.at + LEASE))


def test_a_message_of_many_slow_parts_stays_one_senders(platform):
    changed(platform, TEAM)
    rooms = SlowRooms(platform, platform.at)
    with Outbox(platform.database) as outbox, Archive(platform.database) as archive:
        gather_messages(outbox, office(TEAM), platform.at)
        write = partial(render_message, archive, outbox, office(TEAM))
        [sent] = DeliveryRun(outbox, office(TEAM), {"apprise": rooms}, write, lambda: rooms.at).deliveries()

    assert rooms.at - platform.at > LEASE
    assert rooms.got == ["lake/1", "lake/2", "hill/1", "hill/2"]
    assert (sent.state, rooms.others) == ("sent", [None] * 4)


def test_a_sender_whose_lease_ran_out_leaves_the_rest_to_the_one_that_took_it(platform):
    changed(platform, TEAM)
    rooms = SlowRooms(platform, platform.at)
    with Outbox(platform.database) as outbox, Archive(platform.database) as archive:
        gather_messages(outbox, office(TEAM), platform.at)
        write = partial(render_message, archive, outbox, office(TEAM))
        run = DeliveryRun(outbox, office(TEAM), {"apprise": rooms}, write, lambda: rooms.at)
        # The first part alone takes longer than a lease.
        leased = outbox.lease(rooms.at, rooms.at + LEASE)
        rooms.at += LEASE
        taken = outbox.lease(rooms.at, rooms.at + LEASE)
        left = run._deliver(leased)
        outbox.retry(leased, rooms.at, "what the first sender says")
        [now] = outbox.messages("team")

    assert (left.state, left.error) == ("retry", "another sender goes on with it")
    assert rooms.got == []
    assert (now.leased_until, now.state, now.error) == (taken.leased_until, "pending", "")


def test_a_log_of_what_was_sent_names_no_recipient(platform, caplog):
    caplog.set_level("INFO", "tostrack")
    changed(platform, SHOP)
    notified(platform, office(SHOP))

    assert f"digest {SHOP.slug} by email: sent" in caplog.messages
    assert not any(recipient in caplog.text for recipient in SHOP.to)


def test_a_message_is_given_up_after_three_days_and_some_tries(platform):
    changed(platform, SHOP)
    busy = Post(owner=NotifyError("451"))
    states = [
        notified(platform, office(SHOP), platform.at + timedelta(hours=13 * night), busy)[1][0].state
        for night in range(7)
    ]

    assert states == ["retry"] * 6 + ["dead"]
    assert timedelta(hours=13 * 6) > GIVEN_UP_AFTER


def test_one_bad_recipient_leaves_the_others_their_mail(platform):
    many = replace(SHOP, to=tuple(f"r{number}@example.org" for number in range(20)))
    changed(platform, many)

    letters, deliveries = notified(platform, office(many), post=Post(r7=NotifyError("550", transient=False)))

    assert len(letters) == 19
    assert [each.message.recipient for each in deliveries if each.state == "dead"] == ["r7@example.org"]


def test_a_channel_that_is_down_is_tried_once_and_the_others_go_out(platform):
    many = replace(SHOP, to=("a@example.org", "b@example.org", "https://hooks.example/x"))
    changed(platform, many)
    hooks, at = Post(), platform.at
    with Outbox(platform.database) as outbox, Archive(platform.database) as archive:
        gather_messages(outbox, office(many), at)
        dead = Post(a=NotifyError("no route", down=True), b=NotifyError("no route", down=True))
        run = DeliveryRun(
            outbox,
            office(many),
            {"email": dead, "webhook": hooks},
            partial(render_message, archive, outbox, office(many)),
            lambda: at,
        )
        deliveries = list(run.deliveries())

    assert [each.state for each in deliveries] == ["retry", "sent"]
    assert [message.recipient for message in hooks.letters] == ["https://hooks.example/x"]
    assert run.down == {"email": "no route"}


def test_a_sender_that_was_killed_is_followed_by_one_with_the_same_message(platform):
    changed(platform, SHOP)
    with Outbox(platform.database) as outbox:
        gather_messages(outbox, office(SHOP), platform.at)
        killed = outbox.lease(platform.at, platform.at + LEASE)

    early, _ = notified(platform, office(SHOP))
    letters, _ = notified(platform, office(SHOP), platform.at + LEASE)

    assert early == []
    assert [message.name for message in letters] == [killed.name]


def test_a_clock_that_was_far_ahead_holds_no_message_back(platform):
    changed(platform, SHOP)
    ahead = platform.at + timedelta(days=700)
    with Outbox(platform.database) as outbox:
        gather_messages(outbox, office(SHOP), ahead)
        outbox.lease(ahead, ahead + LEASE)

    letters, _ = notified(platform, office(SHOP))

    assert len(letters) == 1


def waiting(*days):
    return [
        Waiting(day, f"acme/terms@{day}", "d", "email", "a@b.example", f"2024-01-{day:02}T03:00:00Z") for day in days
    ]


def at(day):
    return datetime(2024, 1, day, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "queued", "made", "today", "expected"),
    [
        ("day", [2], [], 2, True),
        ("day", [2], [2], 2, False),
        ("day", [2], [1], 2, True),
        ("week", [3], [], 3, False),
        ("week", [3], [], 8, True),
        ("week", [3], [], 9, True),
        ("week", [8], [], 8, True),
        ("week", [9], [8], 12, False),
        ("week", [9], [8], 15, True),
        ("change", [2], [2], 2, True),
    ],
)
def test_a_digest_is_due_at_most_once_in_its_period(every, queued, made, today, expected):
    # The first of January 2024 is a Monday.
    assert is_due(every, waiting(*queued), map(at, made), at(today)) is expected


def test_every_change_is_a_mail_of_its_own_when_so_asked(platform):
    each = replace(SHOP, every="change")
    changed(platform, each)
    platform.night(terms=SHARED)

    letters, _ = notified(platform, office(each))

    assert len(letters) == 2
    assert len({message.name for message in letters}) == 2


def stormed(platform, documents=12):
    platform.documents = [
        Document(
            "acme", f"d{number}", (Page(f"https://acme.example/d{number}", select=("main",)),), f"D{number}", "Acme"
        )
        for number in range(documents)
    ]
    platform.digests = (SHOP,)
    platform.night(**{each.slug: PLAIN for each in platform.documents})
    platform.night(**{each.slug: LICENSED for each in platform.documents})


def test_a_storm_is_one_mail_that_waits_a_day_and_a_question_at_once(platform):
    stormed(platform)
    own = office(SHOP, operator="ops@acme.example")

    first, _ = notified(platform, own)
    again, _ = notified(platform, own, platform.at + timedelta(hours=1))
    late, _ = notified(platform, own, platform.at + HOLD)

    assert [(message.recipient, message.subject) for message in first] == [
        ("ops@acme.example", "12 documents changed in one night: send or discard?")
    ]
    assert "acme/d11" in first[0].text
    assert again == []
    assert [message.recipient for message in late] == ["owner@example.org"]
    assert "may be an error of tostrack" in " ".join(late[0].text.split())


def test_a_storm_that_was_ours_is_dropped(platform):
    stormed(platform)
    notified(platform, office(SHOP))
    with Outbox(platform.database) as outbox:
        outbox.drop("dropped")

    assert notified(platform, office(SHOP), platform.at + HOLD) == ([], [])


def test_eleven_documents_are_no_storm(platform):
    stormed(platform, 11)

    letters, _ = notified(platform, office(SHOP, operator="ops@acme.example"))

    assert [message.subject for message in letters] == ["Acme adds a content licence (D0), and 10 more changes"]


def test_still_watching_is_said_once_a_month_to_who_asked_for_it(platform):
    quiet = replace(SHOP, still_watching=True)
    platform.digests = (quiet,)
    platform.night(terms=PLAIN)

    told = [
        len(notified(platform, office(quiet, replace(SHOP, slug="other")), START + timedelta(days=day))[0])
        for day in range(0, 65, 5)
    ]

    assert told == [0] * 6 + [1] + [0] * 5 + [1]


# Permission


KEY = "a long random word"


def test_a_stranger_is_asked_once_a_day_and_told_nothing_before_saying_yes(platform):
    platform.digests = (SHOP,)
    platform.night(terms=PLAIN)
    own = office(SHOP, endpoint="https://tos.example", key=KEY)
    with Outbox(platform.database) as outbox:
        for _ in range(3):
            subscribe(outbox, "shop", "new@example.org", platform.at, "acme.example")
    [question], _ = notified(platform, own)
    platform.night(terms=LICENSED)
    before, _ = notified(platform, own)
    with Outbox(platform.database) as outbox:
        answer = follow_link(outbox, KEY, question.text.partition("token=")[2].split()[0], platform.at)
    platform.night(terms=SHARED)
    after, _ = notified(platform, own)

    assert question.recipient == "new@example.org"
    assert [message.recipient for message in before] == ["owner@example.org"]
    assert answer == "new@example.org is now subscribed to the digest “shop”."
    assert {message.recipient for message in after} == {"owner@example.org", "new@example.org"}


@pytest.mark.parametrize("way", ["unsubscribed", "suppressed", "out of the watchlist"])
def test_who_leaves_before_the_mail_goes_gets_none(platform, way):
    changed(platform, SHOP)
    own = office(SHOP)
    with Outbox(platform.database) as outbox:
        gather_messages(outbox, own, platform.at)
        if way == "unsubscribed":
            outbox.leave("shop", "owner@example.org", platform.at)
        elif way == "suppressed":
            outbox.suppress("owner@example.org", platform.at, "asked")
        else:
            own = office(replace(SHOP, to=("other@example.org",)))

    letters, [delivery] = notified(platform, own)

    assert letters == []
    assert delivery.state == "dead"


def test_a_token_is_good_for_what_it_says_and_nothing_else():
    made = tokens.make(KEY, LinkToken("unsubscribe", "shop", "a@example.org", START))

    assert tokens.read(KEY, made, START + timedelta(days=4000)).address == "a@example.org"
    for forged in (made[:-1], made[1:], f"x{made}", made.partition(".")[0], "", ".", "é.é"):
        with pytest.raises(ConfigError, match="tostrack did not make this link"):
            tokens.read(KEY, forged, START)
    with pytest.raises(ConfigError, match="tostrack did not make this link"):
        tokens.read("another key", made, START)


def test_a_confirmation_comes_too_late_after_a_week():
    made = tokens.make(KEY, LinkToken("confirm", "shop", "a@example.org", START))

    with pytest.raises(ConfigError, match="subscribe again"):
        tokens.read(KEY, made, START + timedelta(days=8))


def test_without_a_key_nothing_is_signed_and_nothing_believed():
    with pytest.raises(ConfigError, match="TOSTRACK_KEY"):
        tokens.make("", LinkToken("confirm", "shop", "a@example.org", START))
    with pytest.raises(ConfigError, match="tostrack did not make this link"):
        tokens.read("", "x.y", START)


def request(app, method, path, query="", body=b""):
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body))}
    environ["wsgi.input"] = io.BytesIO(body)
    setup_testing_defaults(environ)
    answered = []
    page = b"".join(app(environ, lambda status, headers: answered.append((status, dict(headers)))))
    return answered[0][0][:3], page.decode(), answered[0][1]


def test_a_get_shows_a_button_and_only_a_post_acts():
    done = []
    app = application(lambda token, _action: done.append(token) or "Done <now>.")

    status, page, headers = request(app, "GET", "/tos/unsubscribe", "token=abc")
    assert (status, done) == ("200", [])
    assert '<form method="post">' in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]

    # RFC 8058: the token in the address, List-Unsubscribe=One-Click in the body.
    status, page, _ = request(app, "POST", "/tos/unsubscribe", "token=abc", b"List-Unsubscribe=One-Click")
    assert (status, done) == ("200", ["abc"])
    assert "Done &lt;now&gt;." in page

    assert request(app, "POST", "/confirm", body=b"token=def")[0] == "200"
    assert done == ["abc", "def"]


def test_the_endpoint_says_what_is_wrong_and_echoes_nothing_raw():
    def refuse(token, _action):
        raise ConfigError(f"{token} is tostrack did not make this link")

    app = application(refuse)

    assert request(app, "GET", "/confirm")[0] == "404"
    assert request(app, "GET", "/else", "token=x")[0] == "404"
    assert request(app, "PUT", "/confirm", "token=x")[0] == "405"
    status, page, _ = request(app, "POST", "/confirm", "token=%3Cscript%3E")
    assert status == "400"
    assert "<script>" not in page
    assert "<script>" not in request(app, "GET", "/confirm", "token=%22%3E%3Cscript%3E")[1]
    json.dumps(page)


@pytest.mark.parametrize(("made_for", "page"), [("confirm", "unsubscribe"), ("unsubscribe", "confirm")])
def test_the_page_of_one_action_never_does_the_other(made_for, page):
    made = tokens.make(KEY, LinkToken(made_for, "shop", "a@example.org", START))
    # It is refused before anything is asked: there is no archive here.
    with pytest.raises(ConfigError, match="not for this page"):
        follow_link(None, KEY, made, START, page)


@pytest.mark.parametrize(
    "error", [StoreError("/srv/tos/tostrack.db: disk full"), OSError(28, "full", "/srv/tos"), KeyError("/srv/tos")]
)
def test_a_fault_of_ours_is_answered_503_and_names_no_file(error):
    def fail(_token, _action):
        raise error

    status, page, _ = request(application(fail), "POST", "/confirm", "token=x")

    assert status == "503"
    assert "/srv" not in page


@pytest.mark.parametrize("length", ["-1", "x", "\u0663", "10001", "9" * 5000])
def test_a_form_of_a_wrong_length_is_answered_400_and_not_read(length):
    read = []
    stream = io.BytesIO(b"token=x")
    stream.read = lambda *size: read.append(size) or b""
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/confirm", "CONTENT_LENGTH": length, "wsgi.input": stream}
    answered = []
    b"".join(application(lambda *_: "done")(environ, lambda status, _headers: answered.append(status)))

    assert (answered, read) == (["400 Bad Request"], [])


def test_a_link_does_not_carry_the_address_in_plain_text():
    made = tokens.make(KEY, LinkToken("confirm", "shop", "reader@example.org", START))

    parts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in made.split(".")[1:]]
    assert not any(word in part for part in parts for word in (b"reader", b"example", b"shop", b"confirm"))
    assert made == tokens.make(KEY, LinkToken("confirm", "shop", "reader@example.org", START))
    for place in range(len(made)):
        altered = made[:place] + ("A" if made[place] != "A" else "B") + made[place + 1 :]
        # The last letter of base 64 holds bits that mean nothing.
        if made[place + 1 : place + 2] not in (".", ""):
            with pytest.raises(ConfigError):
                tokens.read(KEY, altered, START)


def test_a_link_that_was_mailed_before_still_works():
    body = (
        base64.urlsafe_b64encode(b'["unsubscribe","shop","a@example.org","2024-01-01T00:00:00Z"]').decode().rstrip("=")
    )
    proof = hmac.new(KEY.encode(), body.encode(), hashlib.sha256).digest()
    mailed = f"{body}.{base64.urlsafe_b64encode(proof).decode().rstrip('=')}"

    assert tokens.read(KEY, mailed, START).address == "a@example.org"


@pytest.mark.parametrize("text", ["", ".", "2.", "2..", "2.a.b", "2.é.b", "2." + "A" * 10_000, "x.y", "é.é"])
def test_what_is_no_token_is_refused(text):
    with pytest.raises(ConfigError, match="tostrack did not make this link"):
        tokens.read(KEY, text, START)
