"""The four ways to talk with Linli, one interface: each line belongs to one person and keeps what both sides said.

line.says("厨房水管漏水了", hears="水管"); line.picks("滴水", hears="什么时候"); line.waits_for("已完成")
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from abc import ABC, abstractmethod
from functools import cache
from urllib.parse import urljoin, urlsplit

import requests
from PIL import Image
from playwright.sync_api import Page, expect

from tests.harness import twiml_grammar
from tests.harness.phones import Carrier
from tests.harness.telegram import TelegramUser
from tests.harness.twilio_server import ACCOUNT, OUR_NUMBER, TwilioServer
from tests.servers import until


@cache
def photo() -> bytes:
    """A picture of a wet floor, as a phone would send it."""
    out = io.BytesIO()
    Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 40).convert("RGB").save(out, "JPEG")
    return out.getvalue()


ASKED_WHICH = r"您说的\d+是指哪一个|What do you mean by \d"


class Line(ABC):
    """`heard` is everything said to this person, in order; `transcript` both sides, for reading."""

    channel: str

    def __init__(self, who: str) -> None:
        self.who = who
        self.heard: list[str] = []
        self.transcript: list[str] = []
        self._waited = 0

    def says(self, text: str, *, hears: str) -> str:
        """Say `text`; the answer, which contains `hears`."""
        self.transcript.append(f"    👤 {text}")
        before = len(self.heard)
        self._say(text)
        return self._answer(before, hears)

    def picks(self, label: str, *, hears: str) -> str:
        """Choose the option whose label is, begins with or contains `label`."""
        self.transcript.append(f"    👤 [{label}]")
        before = len(self.heard)
        self._pick(label)
        return self._answer(before, hears)

    def shows_photo(self, *, hears: str) -> str:
        self.transcript.append("    👤 (photo)")
        before = len(self.heard)
        self._photo(photo())
        return self._answer(before, hears)

    def waits_for(self, text: str) -> str:
        """What comes without being asked: the next message that contains `text`."""
        found: list[int] = []

        def there() -> bool:
            self._listen()
            found[:] = [n for n, t in enumerate(self.heard) if n >= self._waited and _in(text, t)][:1]
            return bool(found)

        try:
            until(there, what=text)
        except TimeoutError:
            raise AssertionError(f"{self.who} waits for {text!r}\n{self.read()}") from None
        self._waited = found[0] + 1
        return self.heard[found[0]]

    def read(self) -> str:
        return f"--- {self.who} by {self.channel}\n" + "\n".join(self.transcript)

    def _hear(self, text: str) -> None:
        self.heard.append(text)
        self.transcript.append("🏠 " + text.replace("\n", "\n   "))

    def _answer(self, before: int, hears: str) -> str:
        """The answer is complete once `hears` is in it."""

        def there() -> bool:
            self._listen()
            return any(_in(hears, t) for t in self.heard[before:])

        try:
            until(there, what=hears)
        except TimeoutError:
            raise AssertionError(f"{self.who} expects {hears!r} in the answer\n{self.read()}") from None
        return "\n".join(self.heard[before:])

    @abstractmethod
    def _say(self, text: str) -> None: ...

    @abstractmethod
    def _pick(self, label: str) -> None: ...

    @abstractmethod
    def _photo(self, data: bytes) -> None: ...

    @abstractmethod
    def _listen(self) -> None:
        """Take in what has come meanwhile."""


def _in(wanted: str, text: str) -> bool:
    """Any of the alternatives `a|b` is in the text."""
    return any(part.casefold() in text.casefold() for part in wanted.split("|"))


# --- SMS ------------------------------------------------------------------------------------------------------


class Sms(Line):
    channel = "sms"

    def __init__(self, who: str, number: str, carrier: Carrier, twilio: TwilioServer) -> None:
        super().__init__(who)
        self.number, self.carrier, self.twilio = number, carrier, twilio
        self._seen = 0

    def _say(self, text: str) -> None:
        for reply in self.carrier.sms(self.number, text):
            self._hear(reply)

    def _pick(self, label: str) -> None:
        """Answer with the number that stands by the option in the newest message that offers it; and once more, when a notice
        had come just before and she is asked which of the two she means."""
        before = len(self.heard)
        self._say(self._number(label))
        if any(re.search(ASKED_WHICH, answer) for answer in self.heard[before:]):
            self._say(self._number(label))

    def _number(self, label: str) -> str:
        for text in reversed(self.heard):
            offered = [(_closeness(label, shown), n) for shown, n in _numbered(text)]
            if close := sorted(o for o in offered if o[0] < 3):
                return close[0][1]
        raise AssertionError(f"no number for {label!r}\n{self.read()}")

    def _photo(self, data: bytes) -> None:
        url = self.twilio.keep_media("image/jpeg", data)
        for reply in self.carrier.sms(self.number, "", media=[("image/jpeg", url)]):
            self._hear(reply)

    def _listen(self) -> None:
        everything = self.twilio.messages[:]
        for message in everything[self._seen :]:
            if message.to == self.number:
                self._hear(message.body)
        self._seen = len(everything)


def _numbered(text: str) -> list[tuple[str, str]]:
    """The options of a text message with their numbers: lines `1 滴水`, or in the sentence `滴水回1` / `dripping: reply 1`."""
    lines = re.findall(r"^(\d+) (.+)$", text, re.MULTILINE)
    inline = re.findall(r"([^,，。？?\n]+?)(?:回|: reply )(\d+)", text)
    return [(label, n) for n, label in lines] + [(label.strip(), n) for label, n in inline]


# --- voice ----------------------------------------------------------------------------------------------------


class Voice(Sms):
    """A phone call: speech and keys. Notices come as text messages to the same number, and are answered as such."""

    channel = "voice"

    def __init__(self, who: str, number: str, carrier: Carrier, twilio: TwilioServer) -> None:
        super().__init__(who, number, carrier, twilio)
        self._base: dict[str, str] = {}
        self._next = ""
        self.longest = 0.0
        """Seconds of the longest prompt, at four Chinese characters or two and a half English words a second."""

    def calls(self, *, hears: str) -> str:
        self.transcript.append("    👤 (calls)")
        before = len(self.heard)
        sid = self.carrier.new_sid("CA")
        self._base = {"CallSid": sid, "AccountSid": ACCOUNT, "From": self.number, "To": OUR_NUMBER,
                      "CallStatus": "ringing", "Direction": "inbound", "ApiVersion": "2010-04-01"}  # fmt: skip
        self._go("/hooks/voice", {})
        self._base["CallStatus"] = "in-progress"
        return self._answer(before, hears)

    def keys(self, digits: str, *, hears: str) -> str:
        self.transcript.append(f"    👤 ⌨ {digits}")
        before = len(self.heard)
        self._go(self._next, {"Digits": digits})
        return self._answer(before, hears)

    def hangs_up(self) -> None:
        self.transcript.append("    👤 (hangs up)")
        self.carrier.post(
            "/hooks/voice/status", {**self._base, "CallStatus": "completed", "CallDuration": "42"}
        )
        self._base, self._next = {}, ""

    def _say(self, text: str) -> None:
        if self._next:
            self._go(self._next, {"SpeechResult": text, "Confidence": "0.9"})
        else:
            super()._say(text)

    def _pick(self, label: str) -> None:
        if self._next and re.search("请直接说就行|Please just say it", self.heard[-1]):
            # Too many to be read out.
            self._go(self._next, {"SpeechResult": label.split("|")[0], "Confidence": "0.9"})
            return
        for text in reversed(self.heard):
            keyed = re.findall(r"^(.+?)(?:，请按 |, press )(\d+)", text, re.MULTILINE)
            if close := sorted(o for o in ((_closeness(label, shown), n) for shown, n in keyed) if o[0] < 3):
                self._go(self._next, {"Digits": close[0][1]})
                return
            if any(_closeness(label, shown) < 3 for shown, _n in _numbered(text)):
                if self._next:
                    self.hangs_up()
                super()._pick(label)
                return
        raise AssertionError(f"no key for {label!r}\n{self.read()}")

    def _go(self, path: str, given: dict[str, str]) -> None:
        assert path, f"the line is dead\n{self.read()}"
        response = self.carrier.post(path, self._base | given)
        assert response.status_code == 200, (response.status_code, response.text)
        assert not twiml_grammar.check(response.text, "voice"), response.text
        said: list[str] = []
        self._next = ""
        for verb in ET.fromstring(response.text).iter():
            if verb.tag == "Say":
                said.append("".join(verb.itertext()).strip())
            elif verb.tag in ("Gather", "Redirect") and not self._next:
                parts = urlsplit(urljoin(f"http://x{path}", verb.get("action") or verb.text or ""))
                self._next = parts.path + (f"?{parts.query}" if parts.query else "")
        self.longest = max(self.longest, _seconds(" ".join(said)))
        self._hear("\n".join(said))


def _seconds(said: str) -> float:
    chinese = sum("\u3400" <= c <= "\u9fff" for c in said)
    return chinese / 4 + len(re.findall(r"[A-Za-z0-9']+", said)) / 2.5


# --- Telegram -------------------------------------------------------------------------------------------------


class Telegram(Line):
    channel = "telegram"

    def __init__(self, user: TelegramUser) -> None:
        super().__init__(user.name)
        self.user = user
        self._seen: dict[int, str] = {}

    def _say(self, text: str) -> None:
        self.user.says(text)

    def _pick(self, label: str) -> None:
        offered = [
            (_closeness(label, button["text"]), -message["message_id"], button["callback_data"], message["message_id"])
            for message in self.user.messages()
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
        ]  # fmt: skip
        close = sorted(o for o in offered if o[0] < 3)
        assert close, f"no button {label!r}\n{self.read()}"
        _, _, data, message_id = close[0]
        self.user.presses(data, message_id)

    def _photo(self, data: bytes) -> None:
        self.user.sends_photo(data)

    def _listen(self) -> None:
        for message in self.user.messages():
            text = message.get("text") or message.get("caption") or ""
            if message["message_id"] in self._seen:
                continue
            self._seen[message["message_id"]] = text
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            self._hear(text + "".join("\n" + " ".join(f"[{b['text']}]" for b in row) for row in rows))


def _closeness(label: str, shown: str) -> int:
    """0: the label itself, 1: begins with it, 2: holds it, 3: another; `a|b` is either."""
    shown = shown.casefold()
    return min(
        0 if shown == part else 1 if shown.startswith(part) else 2 if part in shown else 3
        for part in label.casefold().split("|")
    )


# --- webchat --------------------------------------------------------------------------------------------------


class Webchat(Line):
    """The page /chat in a real browser."""

    channel = "webchat"

    def __init__(self, who: str, page: Page, base: str) -> None:
        super().__init__(who)
        self.page, self.base = page, base
        self._seen = 0

    def opens(self, *, hears: str) -> str:
        before = len(self.heard)
        self._seen = 0
        self.page.goto(f"{self.base}/chat")
        return self._answer(before, hears)

    def _say(self, text: str) -> None:
        self.page.fill("#text", text)
        self.page.click("#send")

    def _pick(self, label: str) -> None:
        wanted = re.compile(label, re.IGNORECASE)
        buttons = self.page.locator(".option:not([disabled]):visible").filter(has_text=wanted)
        expect(buttons.first).to_be_visible()
        texts = buttons.all_inner_texts()
        # The newest line that offers it; in it, the closest label.
        best = min(range(len(texts)), key=lambda n: (_closeness(label, texts[n]), -n))
        buttons.nth(best).click()

    def _photo(self, data: bytes) -> None:
        self.page.set_input_files("#photo", {"name": "wet.jpg", "mimeType": "image/jpeg", "buffer": data})

    def _listen(self) -> None:
        # A pause in which the page's own script may run.
        self.page.wait_for_timeout(20)
        lines = self.page.evaluate(
            "[...document.querySelectorAll('.line.ours')].map((l) => [l.querySelector('.bubble').innerText,"
            " [...l.querySelectorAll('.option')].map((b) => `[${b.innerText}]`).join(' ')])"
        )
        for text, options in lines[self._seen :]:
            self._hear(text + (f"\n{options}" if options else ""))
        self._seen = len(lines)


def confirm_email(link: str, language: str, wanted: str) -> None:
    """Open the link of the letter in a browser without scripts, and press its button."""
    session = requests.Session()
    session.headers["Accept-Language"] = language.replace("_", "-")
    shown = session.get(link, timeout=60)
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown.text)
    assert shown.status_code == 200 and token, shown.text
    done = session.post(link, data={"csrf_token": token[1]}, headers={"Referer": link}, timeout=60)
    assert done.status_code == 200 and wanted in done.text, done.text
