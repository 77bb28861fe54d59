"""Slack, Discord, Teams, Telegram, Matrix, ntfy and a hundred more, through the library that knows them all."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from tostrack.errors import NotifyError, TostrackError
from tostrack.models import sha256
from tostrack.notify.message import ChannelSettings, Notifier, OutgoingMessage, Relay
from tostrack.render.chat import ChatBlock, fit_blocks
from tostrack.value import Value

#: Answers that another try does not change: the address is wrong, or no longer valid.
REFUSED = frozenset({400, 401, 403, 404, 410})
#: What an answer says in its ``error``, whatever its status: another try does not change it either. Slack answers 200.
REFUSED_CODES = frozenset(
    """
    access_denied account_inactive app_missing_action_url as_user_not_supported cannot_dm_bot channel_is_archived
    channel_not_found channel_type_not_supported deprecated_endpoint ekm_access_denied enterprise_is_restricted
    internal_channel_not_found invalid_arg_name invalid_arguments invalid_auth invalid_token is_archived is_inactive
    messages_tab_disabled method_deprecated method_not_supported_for_channel_type missing_charset missing_scope
    msg_too_long no_permission no_service no_team no_text not_allowed_token_type not_authed not_in_channel
    org_login_required posting_to_general_channel_denied restricted_action restricted_action_non_threadable_channel
    restricted_action_read_only_channel restricted_action_thread_locked restricted_action_thread_only_channel
    team_access_not_granted team_disabled team_not_found token_expired token_revoked two_factor_setup_required
    unauthorized user_is_bot user_is_restricted user_not_found user_not_in_channel users_not_found
    """.split()
)
#: An answer that says more than this is no answer of an interface.
_LONGEST_ANSWER = 100_000
#: Characters that the library puts around a title which it shows as part of the body.
_AROUND_TITLE = 24


class ChatTarget(Value):
    """One room, person or hook of an address."""

    #: Its whole address, a secret.
    address: str
    #: The library's object for it; None where the library does not know the address.
    plugin: Any


@contextmanager
def _no_logs() -> Iterator[None]:
    """Let nobody log: the library, and those below it, name the address, which is the secret."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


class ChatAnswer(Value):
    """The last answer of a chat: the library tells only whether it took that for a yes."""

    status: int
    #: The answer itself says that the message was not taken.
    is_no: bool = False
    #: Its ``error``, where that is one of `REFUSED_CODES`.
    code: str = ""
    #: Its ``errcode``, as DingTalk and WeCom write it; 0 where there is none.
    errcode: int = 0

    @property
    def is_final(self) -> bool:
        """Whether another try would be refused as well."""
        return self.status in REFUSED or bool(self.code)

    def __str__(self) -> str:
        reason = self.code or (f"errcode {self.errcode}" if self.errcode else "")
        return f"HTTP {self.status}, {reason}" if reason else f"HTTP {self.status}"


def read_answer(status: int, body: bytes) -> ChatAnswer:
    """Return what an answer of a chat means: many say ``"ok": false`` or an ``errcode``, some with status 200."""
    try:
        said = json.loads(body) if len(body) <= _LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return ChatAnswer(status)
    if said.get("ok") is not False:
        errcode = said.get("errcode")
        errcode = errcode if isinstance(errcode, int) else 0
        return ChatAnswer(status, is_no=errcode != 0, errcode=errcode)
    number, code = said.get("error_code"), said.get("error")
    if isinstance(number, int) and 400 <= number < 600:
        status = number
    return ChatAnswer(status, is_no=True, code=code if isinstance(code, str) and code in REFUSED_CODES else "")


@contextmanager
def _relayed(relay: Relay) -> Iterator[list[ChatAnswer]]:
    """Send by *relay* what the library sends over HTTP; yield the answers as they come."""
    import requests
    from requests.adapters import BaseAdapter

    answers: list[ChatAnswer] = []

    class Relaying(BaseAdapter):
        def send(self, request: Any, *_values: Any, **_named: Any) -> Any:
            request.headers["Accept-Encoding"] = "identity"
            try:
                answer = relay(request)
            except TostrackError as error:
                raise requests.ConnectionError(str(error)) from error
            answers.append(read_answer(answer.status_code, answer.content))
            return answer

        def close(self) -> None:
            pass

    get_adapter = requests.Session.get_adapter
    requests.Session.get_adapter = lambda *_, **__: Relaying()  # type: ignore[method-assign]
    try:
        yield answers
    finally:
        requests.Session.get_adapter = get_adapter  # type: ignore[method-assign]


def find_targets(address: str) -> list[ChatTarget]:
    """Return the targets of an address as the library writes it: it may hold several addresses, and each several rooms.

    A target that is named twice is one.
    """
    import apprise

    chats = apprise.Apprise()
    with _no_logs():
        known = chats.add(address)
        found = [target for plugin in chats for target in _single_targets(plugin)] if known else []
    return list({target.address: target for target in found}.values())


def _single_targets(plugin: Any) -> Iterator[ChatTarget]:
    import apprise

    address = plugin.url()
    # As the library itself reads an address: a room may begin with the mark of a fragment.
    named = plugin.parse_url(address.replace("/#", "/%23")) or {}
    lists = [name for name, value in named.items() if isinstance(value, list) and len(value) > 1]
    # Most channels call it so; of others it is the list that is as long as the channel says.
    name = "targets" if "targets" in lists else next((each for each in lists if len(named[each]) == len(plugin)), "")
    targets: list[str] = named.get(name, [])
    single: list[Any] = [
        apprise.Apprise.instantiate({**named, name: [target]}, suppress_exceptions=True) or None for target in targets
    ]
    if not name or (None in single and len(plugin) == len(targets)):
        # What the library takes together only is one delivery.
        yield ChatTarget(address, plugin)
        return
    for target, one in zip(targets, single, strict=True):
        yield ChatTarget(one.url() if one else f"{address} {target}", one)


def measure_for(plugin: Any) -> Callable[[str], int]:
    """Return what counts a text as *plugin* sends it, in UTF-16 units, of which a character is one or two."""
    from apprise.common import NotifyFormat
    from apprise.conversion import convert_between

    convert: Any = convert_between
    formats = [plugin.notify_format] if isinstance(plugin.notify_format, str) else list(plugin.notify_format)
    form = NotifyFormat.TEXT if NotifyFormat.TEXT in formats else formats[0]

    def measure(text: str) -> int:
        return len(convert(NotifyFormat.TEXT, form, text).encode("utf-16-le", "surrogatepass")) // 2

    return measure


def divide_for(plugin: Any, letter: OutgoingMessage) -> list[OutgoingMessage]:
    """Return *letter* as the messages that *plugin* takes, by the limits of its class."""
    blocks: Sequence[ChatBlock] = letter.chat or [ChatBlock(part) for part in letter.text.split("\n\n")]
    room, title = int(plugin.body_maxlen), int(plugin.title_maxlen)
    if room > 4 * _AROUND_TITLE:
        room -= _AROUND_TITLE
    fitted = fit_blocks(letter.subject, blocks, room, title, measure_for(plugin))
    return [replace(letter, subject=one.title, chat=(ChatBlock(one.body),)) for one in fitted]


class Apprise(Notifier):
    """Sends to ``apprise:NAME``, whose address, a secret, is in ``TOSTRACK_APPRISE_NAME``."""

    def __init__(self, setup: ChannelSettings) -> None:
        super().__init__(setup)
        self._targets: dict[str, list[ChatTarget]] = {}

    def divide(self, letter: OutgoingMessage) -> list[OutgoingMessage]:
        """Return *letter* once for each target of its address, in as many messages as the channel needs.

        Raises:
            NotifyError: There is no such address, the library does not know it, or is not installed.
        """
        return [
            replace(one, part=f"{_key(letter, target)}/{number}")
            for target in self._targets_of(letter)
            for number, one in enumerate(divide_for(target.plugin, letter) if target.plugin else [letter], 1)
        ]

    def send(self, letter: OutgoingMessage, at: datetime) -> None:  # noqa: ARG002
        """Post *letter*, one of those that `divide` returns.

        Raises:
            NotifyError: The chat did not take it; an answer of `REFUSED` or `REFUSED_CODES` is final.
        """
        targets = self._targets_of(letter)
        for number, target in enumerate(targets, 1):
            if _key(letter, target) == letter.part.partition("/")[0]:
                which = f"{letter.recipient}, target {number} of {len(targets)}" if targets[1:] else letter.recipient
                self._post(letter, target, which)
                return
        raise NotifyError(f"{letter.recipient}: its address has changed")

    def _post(self, letter: OutgoingMessage, target: ChatTarget, which: str) -> None:
        import apprise

        variable = _variable(letter)
        if target.plugin is None:
            reason = f"TOSTRACK_{variable} names a target that apprise does not know"
            raise NotifyError(f"{which}: {reason}", transient=False)
        chat = apprise.Apprise()
        if self._setup.relay is None:
            raise NotifyError(f"{which}: nothing sends to chats here", down=True)
        with _no_logs(), _relayed(self._setup.relay) as answers:
            chat.add(target.plugin)
            body = "\n".join(block.text for block in letter.chat)
            taken = chat.notify(title=letter.subject, body=body, body_format=apprise.NotifyFormat.TEXT)
        answer = answers[-1] if answers else None
        # The library takes some answers for a yes by their status alone (docs/upstream.md).
        if taken and not (answer and answer.is_no):
            return
        said = f" ({answer})" if answer else ""
        if answer and answer.is_final:
            message = f"the chat refuses it for good{said}; is the address in TOSTRACK_{variable} still right?"
            raise NotifyError(f"{which}: {message}", transient=False)
        raise NotifyError(f"{which}: the chat did not take it{said}")

    def _targets_of(self, letter: OutgoingMessage) -> list[ChatTarget]:
        if letter.recipient in self._targets:
            return self._targets[letter.recipient]
        variable = _variable(letter)
        address = self._setup.secret(variable)
        if not address:
            raise NotifyError(f"{letter.recipient}: set TOSTRACK_{variable} to its apprise address")
        try:
            found = find_targets(address)
        except ImportError as error:
            raise NotifyError(
                f"{letter.recipient}: chats need the extra: pip install 'tostrack[notify]'", down=True
            ) from error
        if not found:
            raise NotifyError(
                f"{letter.recipient}: TOSTRACK_{variable} is no address that apprise knows", transient=False
            )
        return self._targets.setdefault(letter.recipient, found)


def _variable(letter: OutgoingMessage) -> str:
    return f"APPRISE_{letter.recipient.partition(':')[2].upper()}"


def _key(letter: OutgoingMessage, target: ChatTarget) -> str:
    """Return a name of *target* that is stored and tells nothing about its address: of each message another."""
    return sha256(f"{letter.name}\n{target.address}")[:16]
