"""Where people hear of alarms and answer: Telegram, text messages, a telephone that rings, the admin's pages. Each line says what came to whom, and
gives an answer as its people would; what cannot be given now raises Again.
"""

from __future__ import annotations

import json
import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from backend.alarms.wording import OFFERED, SIGNS
from backend.core.i18n import render
from backend.messaging.models import Delivery, Message
from tests.e2e.office import PASSWORD, Colleague
from tests.harness.phones import Carrier, replies
from tests.harness.telegram import TelegramEmulator
from tests.harness.twilio_server import OUR_NUMBER, Resource, TwilioServer

LABELS = {render(label, "zh_CN"): answer for answer, labels in OFFERED.items() for label in labels}
"""What an answer is called where it is offered."""
WHICH = "是指哪一个"
"""She is asked which of two she means."""
NAMED = re.compile(r"[?&]d=(\d+)")


class Again(Exception):
    """Nobody took it: she tries once more after a while."""


@dataclass(frozen=True)
class Came:
    """Something that asks `who` (an address) for an answer: `offers` says for each of `kinds.ANSWERS` what to tap, to write or to press. `mark` is m with
    the number of the Message, or d with that of its Delivery."""

    who: str
    mark: str
    offers: Mapping[str, str]

    @property
    def message(self) -> int:
        """The number of the Message."""
        number = int(self.mark[1:])
        return number if self.mark[0] == "m" else int(Delivery.get_by_id(number).message_id)

    @property
    def asks_how_it_is(self) -> bool:
        return "going" not in self.offers


class Line(Protocol):
    channel: str

    def fresh(self) -> list[Came]:
        """What came since it was asked last."""

    def give(self, came: Came, answer: str) -> bool:
        """Answer as she is asked to; false: nothing is offered there any more."""


class Chats:
    """Telegram. The emulator keeps what people say until the bot fetches it."""

    channel = "telegram"

    def __init__(self, telegram: TelegramEmulator, people: Iterable[str]) -> None:
        self._telegram, self._seen = telegram, 0
        self._users = {address: telegram.user(int(address)) for address in people}
        for user in self._users.values():
            user.began_earlier()

    def fresh(self) -> list[Came]:
        found = self._telegram.calls(since=self._seen)
        self._seen += len(found)
        return [
            came
            for call in found
            if call["method"].startswith("send") and (came := _tapped(call["body"])) is not None
        ]

    def give(self, came: Came, answer: str) -> bool:
        user = self._users[came.who]
        for message in reversed(user.messages()):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                if any(button.get("callback_data") == came.offers[answer] for button in row):
                    user.presses(came.offers[answer], message["message_id"])
                    return True
        return False

    def write(self, came: Came, text: str) -> None:
        self._users[came.who].says(text)


def _tapped(body: Mapping[str, Any]) -> Came | None:
    """A message that asks for an answer. What she is offered when she has answered is no question."""
    markup = body.get("reply_markup") or {}
    markup = json.loads(markup) if isinstance(markup, str) else markup
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    offers = {
        LABELS[b["text"]]: b["callback_data"] for b in buttons if b["text"] in LABELS and "callback_data" in b
    }
    if not offers or "chat_id" not in body:
        return None
    told = (body.get("text") or body.get("caption") or "").startswith(tuple(SIGNS.values()))
    if not told and "going" in offers:
        return None
    return Came(str(body["chat_id"]), next(iter(offers.values())).partition(":")[0], offers)


class Texts:
    """SMS. A receipt comes for each that was sent; Twilio posts what people write until we take it."""

    channel = "sms"

    def __init__(self, twilio: TwilioServer, carrier: Carrier) -> None:
        self._twilio, self._carrier, self._seen = twilio, carrier, 0
        self._unconfirmed: list[Resource] = []
        self._sids: dict[tuple[str, str, str], str] = {}

    def fresh(self) -> list[Came]:
        found = self._twilio.messages[self._seen :]
        self._seen += len(found)
        self._unconfirmed = [one for one in [*self._unconfirmed, *found] if not self._confirm(one)]
        return [came for one in found if (came := _asking(one)) is not None]

    def _confirm(self, sent: Resource) -> bool:
        where = urlsplit(sent.asked.get("StatusCallback", ""))
        form = {"MessageSid": sent.sid, "MessageStatus": "delivered", "To": sent.to, "From": OUR_NUMBER}
        try:
            return not where.path or self._carrier.post(f"{where.path}?{where.query}", form).status_code < 500
        except requests.RequestException:
            return False

    def give(self, came: Came, answer: str) -> bool:
        asked = [text for text in self._said(came, came.offers[answer]) if WHICH in text]
        if asked and answer in (offers := numbered(asked[-1])):
            self._said(came, offers[answer], "which")
        return True

    def write(self, came: Came, text: str) -> None:
        self._said(came, text, "written")

    def _said(self, came: Came, text: str, turn: str = "") -> list[str]:
        """The same again is the same text message to Twilio, and to us."""
        sid = self._sids.setdefault((came.who, came.mark, turn + text), self._carrier.new_sid("SM"))
        try:
            response = self._carrier.raw_sms(came.who, text, sid=sid)
        except requests.RequestException as error:
            raise Again from error
        if response.status_code >= 500:
            raise Again
        return replies(response.text)


def _asking(sent: Resource) -> Came | None:
    offers = numbered(sent.body)
    named = NAMED.search(sent.asked.get("StatusCallback", ""))
    return Came(sent.to, f"d{named[1]}", offers) if offers and named else None


def numbered(text: str) -> dict[str, str]:
    """The number of each answer that a text message offers, in a line (`1 我过去`) or in the sentence (我过去回1)."""
    return _said(text, r"^(\d+) {label}$|{label}回(\d+)")


def keyed(said: str) -> dict[str, str]:
    """The key of each answer that is offered in a call."""
    return _said(said, r"{label}，请按 ?(\d)")


def _said(text: str, way: str) -> dict[str, str]:
    ways = ((answer, way.format(label=re.escape(label))) for label, answer in LABELS.items())
    found = ((answer, re.search(pattern, text, re.MULTILINE)) for answer, pattern in ways)
    return {answer: next(filter(None, match.groups())) for answer, match in found if match is not None}


class Calls:
    """A telephone of hers that rings: who takes it hears the alarm and presses a key. What nobody takes is reported as that."""

    channel = "voice"

    def __init__(self, twilio: TwilioServer, carrier: Carrier) -> None:
        self._twilio, self._carrier, self._seen = twilio, carrier, 0
        self._ringing: dict[str, Resource] = {}

    def fresh(self) -> list[Came]:
        found = self._twilio.calls[self._seen :]
        self._seen += len(found)
        came = []
        for call in found:
            if (named := NAMED.search(call.asked["Url"])) is not None:
                self._ringing[f"d{named[1]}"] = call
                came.append(Came(call.to, f"d{named[1]}", {"going": ""}))
        return came

    def give(self, came: Came, answer: str) -> bool:
        ringing = self._ringing.get(came.mark)
        if ringing is None:
            return False  # it was taken, and is over
        try:
            heard = self._taken(ringing)
            keys = keyed(heard)
            if answer in keys:
                self._carrier.call(
                    OUR_NUMBER, [keys[answer]], path=_path(ringing.asked["Url"]), sid=ringing.sid, Direction="outbound-api", To=ringing.to
                )  # fmt: skip
        except requests.RequestException as error:
            raise Again from error
        except AssertionError as refused:
            if isinstance(refused.args[0], tuple) and refused.args[0][0] in range(500, 600):
                raise Again from refused
            raise
        self._ended(ringing, "completed")
        del self._ringing[came.mark]
        return answer in keys

    def left(self, came: Came) -> None:
        """It rang, and nobody came."""
        ringing = self._ringing.pop(came.mark, None)
        if ringing is not None:
            self._ended(ringing, "no-answer")

    def _taken(self, ringing: Resource) -> str:
        """What is said to her first."""
        form = {
            "CallSid": ringing.sid,
            "From": OUR_NUMBER,
            "To": ringing.to,
            "Direction": "outbound-api",
            "CallStatus": "in-progress",
        }
        response = self._carrier.post(_path(ringing.asked["Url"]), form)
        if response.status_code >= 500:
            raise Again
        return "\n".join(
            "".join(said.itertext()).strip() for said in ET.fromstring(response.text).iter("Say")
        )

    def _ended(self, ringing: Resource, status: str) -> None:
        form = {"CallSid": ringing.sid, "CallStatus": status, "From": OUR_NUMBER, "To": ringing.to}
        try:
            self._carrier.post(_path(ringing.asked["StatusCallback"]), form)
        except requests.RequestException:
            return  # Twilio's report is lost: she has said what she had to say


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


class Screen:
    """The duty desk hears of it by Telegram, and answers on the alarm's page."""

    channel = "page"

    def __init__(self, base: str, username: str, one_time: str) -> None:
        self._desk = Colleague(base, username, one_time)
        self._alone = threading.Lock()

    def give(self, came: Came, answer: str) -> bool:
        _alarm, _colon, number = (Message.get_by_id(came.message).about or "").partition(":")
        page = f"/admin/alarms/{number}"
        with self._alone:
            try:
                if "/admin/sign-in" in self._desk.get(page).url:
                    self._desk.sign_in(PASSWORD)  # half an hour of that day is half a minute
                    self._desk.get(page)
                self._desk.post(f"{page}/answer", {"answer": answer, "text": ""})
            except requests.RequestException as error:
                raise Again from error
            except AssertionError as refused:
                shown = refused.args[0]
                if isinstance(shown, tuple) and shown[0] == 409:
                    return False  # it is over
                raise Again from refused
        return True
