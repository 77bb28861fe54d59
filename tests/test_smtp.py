"""Mail over a real socket: what each answer of a server means, and what no text can put into a header."""

import contextlib
import socket
import threading
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from fakes import certificate
from hypothesis import given, settings
from hypothesis import strategies as st
from mailboxes import MailServer

from tostrack.errors import NotifyError
from tostrack.notify import ChannelSettings, OutgoingMessage
from tostrack.notify.smtp import Smtp, mail

NOW = datetime(2024, 5, 1, 3, tzinfo=UTC)
FROM = "tostrack@tos.example"


def letter(recipient="owner@example.org", **options):
    known = {"name": "1@tos.example", "subject": "Pixboard widens its licence", "text": "Read this.\n", "made_at": NOW}
    return OutgoingMessage(**{**known, "recipient": recipient, **options})


def sent(server, *letters, patience=20.0, url=""):
    """Send *letters* over one connection; return the errors in their order, None for what arrived."""
    channel = Smtp(ChannelSettings(url or server.url, FROM, patience=patience))
    errors = []
    for each in letters:
        try:
            channel.send(each, NOW)
        except NotifyError as error:
            errors.append(error)
        else:
            errors.append(None)
    channel.close()
    return errors


def test_a_mail_arrives_with_every_header_that_it_must_have():
    leave = ("https://tos.example/unsubscribe?token=x", "mailto:ops@tos.example")
    with MailServer() as server:
        errors = sent(server, letter(html="<p>Read this.</p>", list_id="shop.tos.example", leave=leave))
        [found] = server.parsed()

    assert errors == [None]
    headers = {name: found[name] for name in found if not name.startswith(("X-", "MIME", "Content"))}
    assert headers == {
        "From": FROM,
        "To": "owner@example.org",
        "Subject": "Pixboard widens its licence",
        "Date": "Wed, 01 May 2024 03:00:00 +0000",
        "Message-ID": "<1@tos.example>",
        "Auto-Submitted": "auto-generated",
        "List-Id": "<shop.tos.example>",
        "List-Unsubscribe": "<https://tos.example/unsubscribe?token=x>, <mailto:ops@tos.example>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert [part.get_content_type() for part in found.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_one_click_is_not_promised_without_an_address_that_takes_it():
    assert "List-Unsubscribe-Post" not in mail(letter(leave=("mailto:ops@tos.example",)), FROM)


def test_each_recipient_gets_a_mail_of_their_own_over_one_connection():
    with MailServer() as server:
        errors = sent(server, *(letter(f"reader{number}@example.org") for number in range(5)))

    assert errors == [None] * 5
    assert [recipients for recipients, _ in server.mails] == [[f"reader{number}@example.org"] for number in range(5)]
    assert server.connections == 1


@pytest.mark.parametrize(
    ("answers", "transient"),
    [
        ({"rcpt": "550 no such user"}, False),
        ({"rcpt": "451 greylisted"}, True),
        ({"data": "554 looks like spam"}, False),
        ({"data": "452 mailbox full"}, True),
        ({"data": "drop"}, True),
    ],
    ids=["550", "451", "554 after data", "452 after data", "drop after data"],
)
def test_an_answer_says_whether_another_try_helps(answers, transient):
    with MailServer(**{stage: lambda _, said=said: said for stage, said in answers.items()}) as server:
        [error] = sent(server, letter())

    assert error.transient is transient
    assert not error.down


def test_what_was_dropped_after_data_may_have_arrived_with_its_id():
    with MailServer(data=lambda _: "drop") as server:
        [error] = sent(server, letter())

    assert "broke off" in str(error)
    assert server.parsed()[0]["Message-ID"] == "<1@tos.example>"


def test_after_a_drop_the_next_letter_goes_over_a_new_connection():
    with MailServer(data=lambda to: "drop" if to.startswith("bad") else None) as server:
        errors = sent(server, letter("bad@example.org"), letter("good@example.org"))

    assert errors[1] is None
    assert server.connections == 2


def test_a_server_that_never_answers_is_left():
    with MailServer(data=lambda _: "hang") as server:
        [error] = sent(server, letter(), patience=0.3)

    assert error.transient
    assert server.mails == []


@pytest.mark.parametrize("greeting", [b"", b"220 mail.test\r\n"])
def test_a_reply_without_end_is_left_after_some_of_it(greeting):
    size, sent_bytes = 40_000_000, []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                if greeting:
                    connection.sendall(greeting)
                    connection.recv(1000)
                connection.sendall(b"250-a line of a reply that has no end\r\n" * (size // 38))
                sent_bytes.append(size)

        server = threading.Thread(target=serve)
        server.start()
        [error] = sent(None, letter(), url=f"smtp://127.0.0.1:{listener.getsockname()[1]}")
        server.join()

    assert error.down
    assert "a reply without end" in str(error)
    assert not sent_bytes


def test_one_bad_recipient_of_two_hundred_keeps_none_of_the_others_waiting():
    with MailServer(rcpt=lambda to: "550 unknown" if to.startswith("r99@") else None) as server:
        errors = sent(server, *(letter(f"r{number}@example.org") for number in range(200)))

    assert [number for number, error in enumerate(errors) if error] == [99]
    assert len(server.mails) == 199
    assert server.connections == 1


def test_without_tls_nothing_goes_beyond_this_machine(monkeypatch):
    monkeypatch.setattr("tostrack.notify.smtp._is_loopback", lambda _: False)
    with MailServer() as server:
        [error] = sent(server, letter())

    assert error.down
    assert "no STARTTLS" in str(error)
    assert server.mails == []


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    context, trusted = certificate(tmp_path, "DNS:localhost")
    with MailServer(tls=context) as server:
        [error] = sent(server, letter())

        assert error.down
        assert server.mails == []
        trusting = Smtp(ChannelSettings(server.url.replace("127.0.0.1", "localhost"), FROM, ca_bundle=trusted))
        trusting.send(letter(), NOW)
        trusting.close()

    assert len(server.mails) == 1


def test_a_server_that_is_not_there_is_a_channel_that_is_down():
    with MailServer() as server:
        gone = server.url

    [error] = sent(None, letter(), url=gone)

    assert (error.down, error.transient) == (True, True)


def test_the_end_of_a_mail_inside_its_text_ends_nothing():
    smuggled = "one\n.\nMAIL FROM:<x@evil.example>\r\n.\r\nRCPT TO:<y@evil.example>\n\n..\n"
    with MailServer() as server:
        sent(server, letter(text=smuggled))
        [found] = server.parsed()

    assert len(server.mails) == 1
    assert found.get_content().splitlines() == smuggled.splitlines()


def test_a_long_way_out_can_still_be_clicked():
    leave = (f"https://tos.example/unsubscribe?token={'Wy' * 150}", f"mailto:ops@tos.example?subject={'a' * 90}")

    written = mail(letter(leave=leave), FROM).as_bytes()

    assert f"List-Unsubscribe: <{leave[0]}>,\r\n <{leave[1]}>\r\n".encode() in written


HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(
            ["\r", "\n", "\0", "\x85", "\u2028", "\ud800", "=?utf-8?q?a=0D=0ABcc:_v@x.example?=", "\r\nBcc: v@x"]
        ),
        st.characters(),
    ),
    max_size=60,
).map("".join)

EXPECTED = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


@settings(max_examples=200)
@given(st.lists(HOSTILE, min_size=2, max_size=2))
def test_no_text_adds_a_header(texts):
    subject, body = texts
    found = message_from_bytes(
        mail(letter(subject=subject, text=body, html=f"<p>{body}</p>"), FROM).as_bytes(), policy=default
    )

    assert sorted(found.keys()) == sorted(EXPECTED)
    assert [part.get_content_type() for part in found.walk()][1:] == ["text/plain", "text/html"]
    assert "Bcc" not in found


def test_a_reply_of_the_server_is_kept_without_the_addresses_in_it():
    reply = "550 5.1.1 <someone.else@example.net>: no such user, ask boss@example.net"
    with MailServer(rcpt=lambda _: reply) as server:
        channel = Smtp(ChannelSettings(server.url, FROM))
        with pytest.raises(NotifyError) as caught:
            channel.send(letter(), NOW)
        channel.close()

    assert "example.net" not in str(caught.value)
    assert "no such user" in str(caught.value)


WORDS = st.lists(
    st.sampled_from("Acme widens “its licence” → naïve café … 日本 (Terms): “You grant us”".split()),
    min_size=1,
    max_size=24,
)


@given(WORDS)
def test_a_subject_keeps_its_spaces_between_encoded_words(words):
    subject = " ".join(words)
    sent = mail(letter(subject=subject), "tos@acme.example").as_bytes()

    assert message_from_bytes(sent, policy=default)["Subject"] == subject
    assert all(len(line) <= 78 for line in sent.partition(b"Date:")[0].splitlines())
