"""Hooks, chats, issues and the workflow's summary: what they send, to whom, and what an answer means."""

import base64
import contextlib
import hashlib
import hmac
import html
import json
import logging
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fakes import FaultServer, no_connection

from tostrack.errors import ConfigError, FetchError, NotifyError
from tostrack.fetch.client import Client
from tostrack.notify import NOTIFIERS, ChannelSettings, OutgoingMessage
from tostrack.notify.actions import StepSummary
from tostrack.notify.apprise import Apprise, divide_for, find_targets, measure_for
from tostrack.notify.github import FailureIssues
from tostrack.notify.secrets import secrets
from tostrack.notify.webhook import Webhook
from tostrack.render.chat import ChatBlock, fit_blocks
from tostrack.render.failure_issues import FailureIssue, list_failure_issues
from tostrack.render.workflow_commands import format_annotation

NOW = datetime(2024, 5, 1, 3, tzinfo=UTC)
KEY = "whsec_" + base64.b64encode(b"a long random secret of ours").decode()
NEXT_KEY = "whsec_" + base64.b64encode(b"the secret that follows it, longer").decode()


def letter(recipient, **options):
    known = {"name": "1@tos.example", "subject": "Pixboard widens its licence", "text": "Read this.\n", "made_at": NOW}
    return OutgoingMessage(**{**known, "recipient": recipient, **options})


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted to it and answers with ``status``."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.said = b'{"ok": true}'
        self.got = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"

    def answer(self, path, body):
        """Choose what is answered to what comes."""

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.server.answer(self.path, body)
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(self.server.said)

    def log_message(self, *_):
        pass


def client(**options):
    return Client("tostrack/0", monotonic=time.monotonic, **{"allow_private": ["127.0.0.1"], **options})


def test_every_channel_that_a_digest_may_name_has_a_notifier():
    assert set(NOTIFIERS) == {"email", "webhook", "apprise", "summary"}


# Webhooks


def test_a_receiver_can_prove_whose_the_post_is():
    with Receiver() as receiver:
        hook = Webhook(ChannelSettings(secret=lambda _: KEY, post=client().ask))
        hook.send(letter(receiver.url, payload={"digest": "shop"}), NOW)
        [(headers, body)] = receiver.got

    signed = f"1@tos.example.{int(NOW.timestamp())}.".encode() + body
    proof = base64.b64encode(hmac.new(b"a long random secret of ours", signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{proof}"
    assert headers["webhook-id"] == "1@tos.example"
    assert json.loads(body) == {"id": "1@tos.example", "digest": "shop"}


@pytest.mark.parametrize("held", [KEY, NEXT_KEY])
def test_a_receiver_verifies_with_the_library_of_standard_webhooks_also_while_a_secret_is_rotated(held):
    standardwebhooks = pytest.importorskip("standardwebhooks")
    # The library takes no time but that of its own clock.
    now = datetime.now(UTC)
    with Receiver() as receiver:
        hook = Webhook(ChannelSettings(secret=lambda _: f"{NEXT_KEY} {KEY}", post=client().ask))
        hook.send(letter(receiver.url, payload={"digest": "shop"}), now)
        [(headers, body)] = receiver.got

    assert standardwebhooks.Webhook(held).verify(body.decode(), headers)["digest"] == "shop"
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(held).verify(body.decode() + " ", headers)


@pytest.mark.parametrize(
    "secret",
    ["a plain word", "whsec_", "whsec_short", "whsec_" + "A" * 31, "whsec_" + "A" * 400, KEY.removeprefix("whsec_")],
)
def test_a_secret_that_no_receiver_can_verify_with_is_refused_with_the_command_that_makes_one(secret):
    with Receiver() as receiver, pytest.raises(NotifyError, match="openssl rand -base64 32") as caught:
        Webhook(ChannelSettings(secret=lambda _: secret, post=client().ask)).send(letter(receiver.url), NOW)

    assert caught.value.down
    assert receiver.got == []
    assert not any(word in str(caught.value) for word in secret.split() if word not in ("a", "whsec_"))


@pytest.mark.parametrize(
    ("status", "transient"), [(500, True), (503, True), (429, True), (404, False), (410, False), (302, False)]
)
def test_a_receivers_answer_says_whether_another_try_helps(status, transient):
    with Receiver() as receiver:
        receiver.status = status
        with pytest.raises(NotifyError) as caught:
            Webhook(ChannelSettings(secret=lambda _: KEY, post=client().ask)).send(letter(receiver.url), NOW)

    assert caught.value.transient is transient
    assert len(receiver.got) == 1


def test_a_receiver_that_says_much_has_the_message_all_the_same():
    with Receiver() as receiver:
        receiver.said = b"thank you. " * 150_000
        Webhook(ChannelSettings(secret=lambda _: KEY, post=client().ask)).send(letter(receiver.url), NOW)

    assert len(receiver.got) == 1


def test_a_hook_without_a_key_is_not_sent():
    with pytest.raises(NotifyError, match="TOSTRACK_WEBHOOK_KEY"):
        Webhook(ChannelSettings(post=client().ask)).send(letter("https://hooks.example/x"), NOW)


def test_a_hook_on_a_private_address_is_never_connected_to(monkeypatch):
    with no_connection(monkeypatch) as touched, pytest.raises(FetchError) as caught:
        client(allow_private=()).ask("POST", "http://127.0.0.1:9/hook", {}, b"{}")

    assert caught.value.cause == "forbidden-address"
    assert not touched


# Chats

#: What apprise imports on its way.
THEIRS = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class ChatServer(Receiver):
    """Answers as Discord, Slack and Telegram do; ``refused`` holds statuses by what a body or path contains."""

    def __init__(self):
        super().__init__()
        self.refused = {}

    def answer(self, path, body):
        said = path + body.decode()
        self.status = next((status for word, status in self.refused.items() if word in said), 200)


def post(chat, message):
    """Send all parts of *message*, and return them."""
    parts = chat.divide(message)
    for part in parts:
        chat.send(part, NOW)
    return parts


def chat_of(address):
    return Apprise(ChannelSettings(secret=lambda _: address, relay=client(any_address=True).send))


@THEIRS
def test_a_chat_gets_the_few_lines_through_apprise():
    pytest.importorskip("apprise")
    with Receiver() as receiver:
        address = receiver.url.replace("http://", "json://")
        chat = Apprise(ChannelSettings(secret={"APPRISE_TEAM": address}.get, relay=client(any_address=True).send))
        post(chat, letter("apprise:team", chat=(ChatBlock("• In short."),)))
        [(_, body)] = receiver.got

    assert json.loads(body)["title"] == "Pixboard widens its licence"
    assert json.loads(body)["message"] == "• In short."


@THEIRS
@pytest.mark.parametrize("status", [200, 500])
def test_the_address_of_a_chat_is_in_no_log_at_any_level(caplog, status):
    pytest.importorskip("apprise")
    caplog.set_level(0)
    with Receiver() as receiver:
        receiver.status = status
        address = receiver.url.replace("http://", "json://") + "/a-secret-path"
        with contextlib.suppress(NotifyError):
            post(chat_of(address), letter("apprise:team"))
        assert len(receiver.got) == 1

    assert "a-secret-path" not in caplog.text
    assert not logging.root.manager.disable


@THEIRS
@pytest.mark.parametrize(
    ("status", "transient"),
    [(500, True), (503, True), (429, True), (400, False), (401, False), (403, False), (404, False), (410, False)],
)
def test_a_chats_answer_says_whether_another_try_helps(status, transient):
    pytest.importorskip("apprise")
    with Receiver() as receiver:
        receiver.status = status
        address = receiver.url.replace("http://", "json://") + "/a-secret-path"
        with pytest.raises(NotifyError, match=f"HTTP {status}") as caught:
            post(chat_of(address), letter("apprise:team"))

    assert caught.value.transient is transient
    assert "a-secret-path" not in str(caught.value)


BOT = "tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789"


@pytest.fixture
def telegram(monkeypatch):
    """Telegram's API on loopback."""
    plugin = pytest.importorskip("apprise.plugins.telegram").NotifyTelegram
    with ChatServer() as server:
        monkeypatch.setattr(plugin, "notify_url", server.url + "/bot")
        yield server


SLACK_BOT = "slack://xoxb-1234-1234-abcdefghijklmnopqrstuvwx/#team"


@pytest.fixture
def slack(monkeypatch):
    """Slack's API on loopback."""
    plugin = pytest.importorskip("apprise.plugins.slack").NotifySlack
    with ChatServer() as server:
        monkeypatch.setattr(plugin, "api_url", server.url + "/{}")
        yield server


@THEIRS
@pytest.mark.parametrize(
    ("code", "transient"),
    [
        *((code, False) for code in ("invalid_auth", "channel_not_found", "account_inactive", "token_revoked")),
        *((code, False) for code in ("is_archived", "not_in_channel", "missing_scope", "msg_too_long")),
        *((code, True) for code in ("ratelimited", "internal_error", "fatal_error", "service_unavailable")),
        ("a new code OK of theirs", True),
    ],
)
def test_an_error_of_slack_says_whether_another_try_helps_though_its_status_is_200(slack, code, transient):
    slack.said = json.dumps({"ok": False, "error": code}).encode()
    with pytest.raises(NotifyError, match="HTTP 200") as caught:
        post(chat_of(SLACK_BOT), letter("apprise:team"))

    assert caught.value.transient is transient
    assert (f"refuses it for good (HTTP 200, {code})" in str(caught.value)) is not transient
    assert (code in str(caught.value)) is not transient
    assert "xoxb" not in str(caught.value)


@THEIRS
def test_slack_that_takes_a_message_has_it(slack):
    slack.said = b'{"ok": true, "ts": "1573694689.003700"}'
    post(chat_of(SLACK_BOT), letter("apprise:team"))

    assert len(slack.got) == 1


@THEIRS
@pytest.mark.parametrize(
    ("number", "said", "transient"),
    [
        (400, "Bad Request: chat not found", False),
        (401, "Unauthorized", False),
        (403, "Forbidden: bot was blocked by the user", False),
        (404, "Not Found", False),
        (429, "Too Many Requests: retry after 9", True),
        (500, "Internal Server Error", True),
    ],
)
@pytest.mark.parametrize("with_status", [True, False])
def test_an_error_of_telegram_is_read_from_its_status_or_its_body(telegram, number, said, transient, with_status):
    telegram.said = json.dumps({"ok": False, "error_code": number, "description": said}).encode()
    telegram.refused = {"111": number} if with_status else {}
    with pytest.raises(NotifyError, match=f"HTTP {number}") as caught:
        post(chat_of(f"{BOT}/111/"), letter("apprise:team"))

    assert caught.value.transient is transient


@THEIRS
@pytest.mark.parametrize(
    ("said", "taken"),
    [
        *(
            (said, True)
            for said in (b"", b"ok", b"{", b"[" * 60_000, b'{"ok": 1}', b'["ok"]', b'{"error": "invalid_auth"}')
        ),
        *((said, True) for said in (b'{"errcode": 0, "errmsg": "ok"}', b'{"errcode": "x"}')),
        *((said, False) for said in (b'{"ok": false}', b'{"ok": false, "error": 5, "error_code": "x"}')),
    ],
)
def test_a_body_counts_only_where_it_says_that_it_is_a_no(telegram, said, taken):
    telegram.said = said
    with contextlib.nullcontext() if taken else pytest.raises(NotifyError, match=r"did not take it \(HTTP 200\)"):
        post(chat_of(f"{BOT}/111/"), letter("apprise:team"))


@THEIRS
@pytest.mark.parametrize("flood", [b"HTTP/1.1 100 Continue\r\n\r\n", b"x" * 1000])
def test_what_a_chat_answers_is_read_to_a_bound(flood):
    pytest.importorskip("apprise")
    head = b"" if flood.startswith(b"HTTP") else b"HTTP/1.1 500 Error\r\n\r\n"
    size = 40_000_000
    with FaultServer() as server:
        server.on("/hook", head + flood * (size // len(flood)))
        with pytest.raises(NotifyError, match="did not take it"):
            post(chat_of(server.url.replace("http://", "json://") + "/hook"), letter("apprise:team"))

    assert server.requests
    assert not server.whole


@THEIRS
def test_an_errcode_is_a_no_and_is_named(telegram):
    telegram.said = b'{"errcode": 310000, "errmsg": "keywords not in content"}'
    with pytest.raises(NotifyError, match=r"did not take it \(HTTP 200, errcode 310000\)"):
        post(chat_of(f"{BOT}/111/"), letter("apprise:team"))


@THEIRS
def test_a_chat_that_cannot_be_reached_is_asked_again_later():
    pytest.importorskip("apprise")
    with pytest.raises(NotifyError, match=r"did not take it$") as caught:
        post(chat_of("json://127.0.0.1:9/"), letter("apprise:team"))

    assert caught.value.transient


def test_a_chat_without_an_address_names_the_variable():
    with pytest.raises(NotifyError, match="TOSTRACK_APPRISE_TEAM"):
        post(Apprise(ChannelSettings()), letter("apprise:team"))


@THEIRS
@pytest.mark.parametrize("address", ["nothing", "unknown://host/path", "tgram://x"])
def test_an_address_that_apprise_does_not_know_is_final(address):
    pytest.importorskip("apprise")
    with pytest.raises(NotifyError, match="TOSTRACK_APPRISE_TEAM") as caught:
        post(chat_of(address), letter("apprise:team"))

    assert not caught.value.transient


@THEIRS
@pytest.mark.parametrize("targets", ["111/222", "111,222", "111/222/111"])
def test_each_target_of_an_address_is_a_delivery_of_its_own(telegram, targets):
    chat = chat_of(f"{BOT}/{targets}/")

    parts = chat.divide(letter("apprise:team"))
    assert [len(parts), len({part.part for part in parts})] == [2, 2]
    chat.send(parts[1], NOW)

    [(_, body)] = telegram.got
    assert str(json.loads(body)["chat_id"]) == "222"
    assert not any("111" in part.part or "222" in part.part for part in parts)


@THEIRS
@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("rocket://user:word@chat.example/#terms/#privacy", 2),
        (f"ifttt://{'a' * 32}@terms/privacy", 2),
        # This channel takes a person only beside a room.
        ("rocket://user:word@chat.example/#terms/@ann", 1),
    ],
)
def test_targets_are_found_however_a_channel_writes_and_names_them(address, count):
    pytest.importorskip("apprise")
    targets = find_targets(address)

    assert len({target.address for target in targets}) == count
    assert all(target.plugin for target in targets)


@THEIRS
def test_several_addresses_in_one_string_are_deliveries_of_their_own():
    pytest.importorskip("apprise")
    with Receiver() as receiver:
        address = receiver.url.replace("http://", "json://")
        parts = post(chat_of(f"{address}/a, {address}/b"), letter("apprise:team"))

    assert len(parts) == len(receiver.got) == 2


@THEIRS
def test_a_target_is_named_by_its_number_when_it_refuses(telegram):
    telegram.refused = {"222": 403}
    chat = chat_of(f"{BOT}/111/222/")
    first, second = chat.divide(letter("apprise:team"))

    chat.send(first, NOW)
    with pytest.raises(NotifyError, match=r"apprise:team, target 2 of 2: .* for good \(HTTP 403\)") as caught:
        chat.send(second, NOW)
    assert not caught.value.transient
    assert "222" not in str(caught.value)


SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/"
SENTENCE = "You grant us a licence to use, show & adapt <what> you post 😀"
CHANGES = tuple(
    ChatBlock(f"• Change {number}: " + f"{SENTENCE} ({number}). " * 7, f"https://tos.example/{number}")
    for number in range(1, 9)
)


@THEIRS
@pytest.mark.parametrize(
    ("address", "limit", "plugin", "attribute", "field", "said"),
    [
        ("discord://hookid1234/hooktoken1234", 2000, "discord.NotifyDiscord", "notify_url", "content", b""),
        (f"{BOT}/111/", 4096, "telegram.NotifyTelegram", "notify_url", "text", b'{"ok": true}'),
        (SLACK, 35_000, "slack.NotifySlack", "webhook_url", "attachments", b"ok"),
    ],
)
def test_messages_fit_the_channel_and_are_divided_between_changes(
    monkeypatch, address, limit, plugin, attribute, field, said
):
    module, _, name = plugin.partition(".")
    found = getattr(pytest.importorskip(f"apprise.plugins.{module}"), name)
    with ChatServer() as server:
        server.said = said
        monkeypatch.setattr(found, attribute, server.url)
        post(chat_of(address), letter("apprise:team", chat=CHANGES))

    shown = [json.loads(body)[field] for _, body in server.got]
    texts = [html.unescape(each if isinstance(each, str) else each[0]["text"]) for each in shown]
    assert all(len(text.encode("utf-16-le")) // 2 <= limit for text in texts)
    assert (len(texts) > 1) == (limit < 35_000)
    for number in range(1, 9):
        [text] = [text for text in texts if f"Change {number}:" in text]
        assert text.count(f"({number})") == 7
        assert f"https://tos.example/{number}" in text


@THEIRS
def test_messages_fit_every_channel_that_apprise_knows():
    manager = pytest.importorskip("apprise.manager_plugins").NotificationManager()
    message = letter("apprise:team", chat=(ChatBlock("Short."), *CHANGES, ChatBlock("x" * 9000)))
    seen = 0
    for plugin in set(manager.plugins()):
        if not isinstance(plugin.body_maxlen, int) or not isinstance(plugin.title_maxlen, int):
            continue
        seen += 1
        measure = measure_for(plugin)
        for part in divide_for(plugin, message):
            [block] = part.chat
            title = measure(part.subject)
            assert block.text, plugin.__name__
            assert title + measure(block.text) <= plugin.body_maxlen, plugin.__name__
            assert not plugin.title_maxlen or title <= plugin.title_maxlen, plugin.__name__
    assert seen > 100


def test_a_change_that_no_message_has_room_for_is_cut_at_a_word_and_ends_with_its_link():
    block = ChatBlock("A licence that is long enough to be cut at some word of it", "https://x.example/7")

    [short, *rest] = fit_blocks("News", [block, ChatBlock("Next.")], 60, 0, len)

    assert short.body == "A licence that is long enough…\n  https://x.example/7"
    assert [message.body for message in rest] == ["Next."]


# GitHub


class GitHub:
    """The issues of a repository, as far as its REST API shows them."""

    def __init__(self, *bodies):
        self.issues = [{"number": n, "body": body, "state": "open"} for n, body in enumerate(bodies, 1)]
        self.comments = []
        self.status = 0

    def __call__(self, method, url, headers, body):
        assert headers["Authorization"] == "Bearer secret"
        if self.status:
            return self.status, b"{}"
        path = url.removeprefix("https://api.github.com/repos/acme/terms/issues")
        content = json.loads(body) if body else {}
        if method == "GET":
            page = int(path.partition("&page=")[2])
            shown = [issue for issue in self.issues if issue["state"] == "open"]
            return 200, json.dumps(shown[100 * (page - 1) : 100 * page]).encode()
        if path == "":
            self.issues.append({"number": len(self.issues) + 1, "state": "open", **content})
            return 201, json.dumps(self.issues[-1]).encode()
        number = int(path.split("/")[1])
        if path.endswith("/comments"):
            self.comments.append(number)
            return 201, b"{}"
        self.issues[number - 1].update(content)
        return 200, b"{}"


BROKEN = FailureIssue("acme/terms", "acme/terms: selector since 2024-05-01", "It matches nothing.")


def sync(github, *found):
    return list(FailureIssues("acme/terms", "secret", github).sync(found))


def test_an_issue_is_opened_once_and_closed_when_the_document_is_well():
    github = GitHub()

    assert sync(github, BROKEN) == ["acme/terms: opened issue 1"]
    assert sync(github, BROKEN) == []
    assert sync(github) == ["acme/terms: closed issue 1"]
    assert sync(github) == []
    assert [issue["state"] for issue in github.issues] == ["closed"]
    assert github.comments == [1]


def test_issues_of_people_are_left_alone_and_those_on_a_second_page_found():
    github = GitHub(*["Mine."] * 120, "<!-- tostrack:acme/terms -->")

    assert sync(github, BROKEN) == []
    assert sync(github) == ["acme/terms: closed issue 121"]
    assert sum(issue["state"] == "open" for issue in github.issues) == 120


def test_github_that_refuses_is_named_without_the_token():
    github = GitHub()
    github.status = 403

    with pytest.raises(NotifyError, match="GitHub answered 403") as caught:
        sync(github, BROKEN)
    assert "secret" not in str(caught.value)
    with pytest.raises(NotifyError, match="GITHUB_TOKEN"):
        FailureIssues("acme/terms", "", github)


def test_nobody_is_called_before_the_third_bad_night_and_no_text_is_obeyed():
    row = {
        "service": "acme",
        "document": "terms",
        "cause": "selector",
        "message": "nothing <script> @everyone ![x](https://evil.example)",
        "failing_since": "2024-05-01T03:00:00Z",
    }
    young, well = {**row, "failing_since": "2024-05-02T03:00:00Z"}, {**row, "failing_since": None}

    [found] = list_failure_issues([young, well, row], datetime(2024, 5, 3, 3, tzinfo=UTC))

    assert found.title == "acme/terms: selector matches nothing since 2024-05-01"
    assert "<script>" not in found.body
    assert "![x]" not in found.body
    assert "@everyone" not in found.body


# Actions


def test_a_summary_is_appended_and_noted(tmp_path):
    noted = []
    channel = StepSummary(ChannelSettings(summary=tmp_path / "summary.md", annotate=noted.append))

    channel.send(letter("summary:", markdown="## One"), NOW)
    channel.send(letter("summary:", markdown="## Two"), NOW)

    assert (tmp_path / "summary.md").read_text() == "## One\n## Two\n"
    assert noted[0] == "::notice title=tostrack::Pixboard widens its licence"


def test_a_summary_that_github_would_drop_is_not_written(tmp_path):
    channel = StepSummary(ChannelSettings(summary=tmp_path / "summary.md", annotate=lambda _: None))

    for _ in range(4):
        channel.send(letter("summary:", markdown="x" * 400_000), NOW)

    assert (tmp_path / "summary.md").stat().st_size < 900_000


def test_no_title_is_a_command_of_its_own():
    line = format_annotation("warning", "a,b:c\n::error::x", "100%\r\n::stop-commands::x")

    assert line == "::warning title=a%2Cb%3Ac %3A%3Aerror%3A%3Ax::100%25 ::stop-commands::x"


# Secrets


def test_a_secret_comes_from_the_environment_or_a_file_of_its_owners(tmp_path):
    path = tmp_path / "secrets.toml"
    path.write_text('smtp_password = "from the file"\nKEY = "signs"\n')
    path.chmod(0o600)

    secret = secrets({"TOSTRACK_SMTP_PASSWORD": "from the environment"}, path)

    assert secret("SMTP_PASSWORD") == "from the environment"
    assert secret("KEY") == "signs"
    assert secret("NONE") == ""


def test_a_file_of_secrets_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "secrets.toml"
    path.write_text('key = "canary"')
    path.chmod(0o640)

    with pytest.raises(ConfigError, match="chmod 600"):
        secrets({}, path)


def test_a_bad_file_of_secrets_is_not_quoted(tmp_path):
    path = tmp_path / "secrets.toml"
    path.write_text("key = canary")
    path.chmod(0o600)

    with pytest.raises(ConfigError) as caught:
        secrets({}, path)
    assert "canary" not in str(caught.value)
    with pytest.raises(ConfigError, match="cannot be read"):
        secrets({}, tmp_path / "none.toml")
