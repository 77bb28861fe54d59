"""The commands that tell people, as an operator uses them."""

import json

import pytest
from click.testing import CliRunner
from conftest import paragraphs
from mailboxes import MailServer

from tostrack.cli import cli
from tostrack.cli.endpoint import app
from tostrack.watchlist import load

RULES = "You can leave the service at any time, and we will delete your account within thirty days of your request."
PLAIN = paragraphs("We keep the photos that you upload safe, and show them to the people you choose.", RULES)
LICENSED = paragraphs("You grant us a transferable, sub-licensable licence to use the photos that you upload.", RULES)


@pytest.fixture
def house(platform, monkeypatch):
    """An archive with one change, its watchlist, a mail server, and the commands."""
    monkeypatch.setenv("TOSTRACK_KEY", "a long random word")
    path = platform.folder / "watchlist.toml"
    with MailServer() as server:
        path.write_text(f"""
            [settings]
            url = "https://tos.example"
            [watch.acme.terms]
            url = "https://acme.example/terms"
            [digest.shop]
            to = ["owner@example.org"]
            topics = ["licensing"]
            [notify]
            smtp = "{server.url}"
            from = "tostrack@tos.example"
            endpoint = "https://tos.example/mail"
        """)
        platform.digests = load(path).digests
        platform.night(terms=PLAIN)
        platform.night(terms=LICENSED)

        def run(*arguments):
            return CliRunner().invoke(cli, ["-w", str(path), *arguments])

        run.server, run.path = server, path
        yield run


def test_a_night_is_told_by_two_commands(house):
    shown = house("notify", "preview", "shop")
    result = house("notify", "send")
    [mail] = house.server.parsed()

    assert result.exit_code == 0, result.output
    assert shown.stdout.startswith("Subject: Acme adds a content licence (Terms)")
    assert mail["Subject"] == "Acme adds a content licence (Terms)"
    assert "https://tos.example/changes/acme/terms/2/" in mail.get_body(("plain",)).get_content()
    assert "https://tos.example/mail/unsubscribe?token=" in mail["List-Unsubscribe"]
    assert (
        house("notify").stdout
        == "0 changes are not in a message yet; messages: 0 waiting, 0 retrying, 1 sent, 0 failed\n"
    )


def test_sending_says_what_waits_and_when_it_is_due(house, platform):
    house("notify", "send", "--now", "2024-01-02T06:00")
    early = house("notify", "send", "--now", "2024-01-02T07:00")
    platform.night(
        terms=paragraphs("You grant us a licence to use, sell and modify the photos that you upload.", RULES)
    )

    result = house("notify", "send", "--now", "2024-01-02T08:00")

    assert (result.stdout, len(house.server.mails)) == ("", 1)
    assert "no message is due: no change waits for one" in early.stderr
    assert result.stderr == "no message is due: 1 change is not in a message yet (due: shop once a day)\n"
    assert house("notify", "send", "--quiet", "--now", "2024-01-02T07:00").output == ""


def test_gathering_freezes_and_sends_nothing(house):
    first, again = house("notify", "send", "--gather-only"), house("notify", "send", "--gather-only", "--json")

    assert (first.stdout, again.stdout, again.stderr) == ("1 message created\n", "", "0 messages created\n")
    assert house.server.mails == []
    assert house("notify", "send").exit_code == 0
    assert len(house.server.mails) == 1


def test_a_click_ends_it(house):
    house("notify", "send")
    token = house.server.parsed()[0]["List-Unsubscribe"].partition("token=")[2].partition(">")[0]
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/mail/unsubscribe", "QUERY_STRING": f"token={token}"}

    page = b"".join(app(str(house.path))(environ, lambda *_: None)).decode()

    assert "no longer gets the digest “shop”" in page
    assert "unsubscribed at" in house("subscribers", "shop").stdout


def test_a_subscription_by_hand(house):
    assert house("subscribers", "add", "shop", "new@example.org").exit_code == 0
    house("notify", "send")
    mail = next(mail for mail in house.server.parsed() if mail["To"] == "new@example.org")
    token = mail.get_content().partition("token=")[2].split()[0]

    assert "is now subscribed" in house("subscribers", "confirm", token).stdout
    rows = [json.loads(line) for line in house("subscribers", "--json").stdout.splitlines()]
    assert {row["address"]: row["state"] for row in rows} == {
        "owner@example.org": "watchlist",
        "new@example.org": "confirmed",
    }
    assert "no longer" in house("subscribers", "remove", "shop", "new@example.org").stdout
    assert house("subscribers", "block", "new@example.org", "--reason", "bounced").exit_code == 0
    assert "blocked: bounced" in house("subscribers").stdout
    assert "no longer blocked" in house("subscribers", "block", "new@example.org", "--undo").stdout


def test_what_does_not_go_out_is_said_and_counted(house):
    text = house.path.read_text().replace('"smtp://127', '"smtps://127')
    house.path.write_text(text)

    result = house("notify", "send", "--json")

    assert result.exit_code == 3
    assert json.loads(result.stdout.splitlines()[0])["state"] == "retry"
    assert "email is unavailable" in result.stderr
    assert "1 retrying" in house("notify", "status").stdout


def test_a_digest_of_the_past_is_shown_and_nothing_sent(house):
    since = house("notify", "preview", "shop", "--since", "2024-01-01", "--until", "2024-02-01", "--dry-run")
    page = house("notify", "preview", "shop", "--since", "2024-01-01", "--until", "2024-02-01", "--format", "html")
    values = house("notify", "preview", "shop", "--since", "2024-01-01", "--until", "2024-02-01", "--json")
    month = house("notify", "preview", "shop", "--since", "2024-01", "--until", "2024-02-01")
    none = house("notify", "preview", "shop", "--since", "2024-03-01", "--until", "2024-03-01")

    assert "1 document of Acme" in since.stdout
    assert month.stdout == since.stdout
    assert page.stdout.startswith("<!doctype html>")
    assert json.loads(values.stdout)["changes"][0]["document"] == "terms"
    assert "no change to report, so no mail" in none.stderr
    assert house.server.mails == []


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["notify", "preview", "shpo"], 'did you mean "shop"'),
        (["subscribers", "add", "shop", "a@b.example,c@d.example"], "not one e-mail address"),
        (["subscribers", "confirm", "x.y"], "tostrack did not make this link"),
        (["notify", "issues"], 'issues = "owner/repository"'),
    ],
)
def test_a_slip_is_answered_with_the_remedy(house, arguments, hint):
    result = house(*arguments)

    assert result.exit_code in (1, 2)
    assert hint in result.stderr


def test_nothing_is_asked_without_a_key(house, monkeypatch):
    monkeypatch.delenv("TOSTRACK_KEY")

    assert "TOSTRACK_KEY" in house("subscribers", "add", "shop", "new@example.org").stderr
