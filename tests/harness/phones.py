"""The phones at the other end of Twilio: people who text and call us, and Twilio's reports about what we sent.

carrier = Carrier("http://127.0.0.1:8000", external="https://linli.example.test")
answers = carrier.sms("+8613800000001", "漏水了 501")          # the texts of the TwiML reply
call = carrier.call("+8613800000001", keys=["1", "2"])           # what was said and pressed
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from twilio.request_validator import RequestValidator

from tests.harness import twiml_grammar
from tests.harness.twilio_server import ACCOUNT, AUTH_TOKEN, OUR_NUMBER

SPEECH = "speech:"
"""A key that starts so is spoken instead: `keys=["speech:漏水了"]`."""


@dataclass
class Call:
    """One call: everything `heard` (texts said to the caller) and `log` (also keys, pauses, the end)."""

    sid: str
    heard: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.heard)


class Carrier:
    """Twilio's inbound side, signing with the public URL as Twilio does."""

    def __init__(self, app_base: str, external: str | None = None, token: str = AUTH_TOKEN) -> None:
        self.app_base, self.external = app_base.rstrip("/"), (external or app_base).rstrip("/")
        self._validator = RequestValidator(token)
        self._session = requests.Session()
        self._serial = 0

    def new_sid(self, prefix: str) -> str:
        self._serial += 1
        return f"{prefix}{id(self) & 0xFFFFFFFF:08x}{self._serial:024x}"

    def post(self, path: str, form: dict[str, str], *, signed: bool = True) -> requests.Response:
        headers = {}
        if signed:
            headers["X-Twilio-Signature"] = self._validator.compute_signature(self.external + path, form)
        return self._session.post(self.app_base + path, data=form, headers=headers, timeout=60)

    # --- SMS ---------------------------------------------------------------------------------------------------

    def sms(
        self, sender: str, text: str, *, sid: str | None = None, media: Iterable[tuple[str, str]] = ()
    ) -> list[str]:
        """Text us; returns the texts of the answer. `media`: (content type, URL); the same `sid` again is a retry."""
        response = self.raw_sms(sender, text, sid=sid, media=media)
        assert response.status_code == 200, (response.status_code, response.text)
        return replies(response.text)

    def raw_sms(
        self,
        sender: str,
        text: str,
        *,
        sid: str | None = None,
        media: Iterable[tuple[str, str]] = (),
        **more: str,
    ) -> requests.Response:
        sid, media = sid or self.new_sid("SM"), list(media)
        form = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": ACCOUNT, "From": sender,
            "To": OUR_NUMBER, "Body": text, "NumMedia": str(len(media)), "NumSegments": "1",
            "ApiVersion": "2010-04-01", "FromCountry": "CN",
        }  # fmt: skip
        for place, (content_type, url) in enumerate(media):
            form |= {f"MediaUrl{place}": url, f"MediaContentType{place}": content_type}
        return self.post("/hooks/sms", form | more)

    def sms_status(
        self, message_sid: str, status: str, to: str, error_code: str | None = None
    ) -> requests.Response:
        form = {"MessageSid": message_sid, "SmsSid": message_sid, "MessageStatus": status, "AccountSid": ACCOUNT,
                "From": OUR_NUMBER, "To": to, "ApiVersion": "2010-04-01"}  # fmt: skip
        return self.post("/hooks/sms/status", form | ({"ErrorCode": error_code} if error_code else {}))

    # --- voice -------------------------------------------------------------------------------------------------

    def call(
        self, caller: str, keys: Iterable[str] = (), *, path: str = "/hooks/voice", sid: str | None = None,
        drop_after: int | None = None, max_steps: int = 60, **more: str,
    ) -> Call:  # fmt: skip
        """Call us and press `keys` one Gather after the other; then silence. `drop_after`: hang up after so many."""
        call, pending = Call(sid or self.new_sid("CA")), list(keys)
        base = {"CallSid": call.sid, "AccountSid": ACCOUNT, "From": caller, "To": OUR_NUMBER,
                "CallStatus": "ringing", "Direction": "inbound", "ApiVersion": "2010-04-01", **more}  # fmt: skip
        extra: dict[str, str] = {}
        pressed = 0
        for _ in range(max_steps):
            response = self.post(path, base | extra)
            assert response.status_code == 200, (response.status_code, response.text)
            problems = twiml_grammar.check(response.text, "voice")
            assert not problems, (problems, response.text)
            base["CallStatus"] = "in-progress"
            following = _play(ET.fromstring(response.text), call, pending, path)
            if following is None:
                return self._end(call, base)
            path, extra = following
            pressed += "Digits" in extra or "SpeechResult" in extra
            if drop_after is not None and pressed > drop_after:
                call.log.append("dropped")
                return self._end(call, base)
        raise AssertionError(f"the call does not end: {call.log[-10:]}")

    def _end(self, call: Call, base: dict[str, str]) -> Call:
        call.log.append("end")
        self.post("/hooks/voice/status", {**base, "CallStatus": "completed", "CallDuration": "42"})
        return call


def _play(response: Any, call: Call, keys: list[str], path: str) -> tuple[str, dict[str, str]] | None:
    """Go through one TwiML answer as a phone does; returns where it goes on, None at the end of the call."""
    for verb in response:
        if verb.tag == "Say":
            _hear(call, verb)
        elif verb.tag == "Gather":
            for said in verb.iter("Say"):
                _hear(call, said)
            action = _path(verb.get("action") or path, path)
            if keys:
                return action, _input(call, keys.pop(0))
            call.log.append("silence")
            if verb.get("actionOnEmptyResult") == "true":
                return action, {"Digits": "", "msg": "Gather End"}
        elif verb.tag == "Record":
            recording = {
                "RecordingUrl": "https://api.twilio.com/rec/RE1",
                "RecordingDuration": "3",
                "Digits": "hangup",
            }
            return _path(verb.get("action") or path, path), recording
        elif verb.tag == "Redirect":
            return _path((verb.text or "").strip(), path), {}
        elif verb.tag in ("Hangup", "Reject"):
            call.log.append("hangup")
            return None
        else:
            call.log.append(verb.tag.lower())
    return None


def _hear(call: Call, say: Any) -> None:
    text = "".join(say.itertext()).strip()
    call.heard.append(text)
    call.log.append(f"say:{text}")


def _input(call: Call, key: str) -> dict[str, str]:
    if key.startswith(SPEECH):
        call.log.append(key)
        return {"SpeechResult": key.removeprefix(SPEECH), "Confidence": "0.9"}
    call.log.append(f"key:{key}")
    return {"Digits": key}


def _path(target: str, current: str) -> str:
    """The path (with its query) that a TwiML action means, absolute or relative to the current one."""
    parts = urlsplit(urljoin(f"http://x{current}", target))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def replies(twiml: str) -> list[str]:
    """The texts of a messaging answer, which must be valid TwiML."""
    problems = twiml_grammar.check(twiml, "messaging")
    assert not problems, (problems, twiml)
    return ["".join(message.itertext()).strip() for message in ET.fromstring(twiml).iter("Message")]
