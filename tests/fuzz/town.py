"""The whole application as the world meets it: phones, chat pages, browsers, and one community with its people."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bots import served, telegram_hook, twilio
from bots.webchat_session import GUARD
from tests.harness import twiml_grammar
from tests.harness.phones import replies
from tests.harness.twilio_server import AUTH_TOKEN, OUR_NUMBER

PUBLIC = "https://linli.example.test"
_serial = itertools.count(1)


def serial() -> int:
    return next(_serial)


def new_phone() -> str:
    return f"+86139{serial():08d}"


class Town:
    """Every door of the application. Twilio's and Telegram's own proofs are given unless a test leaves them out."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client(use_cookies=False)

    # --- Twilio ------------------------------------------------------------------------------------------------

    def twilio(self, path: str, form: Mapping[str, str] | bytes) -> TestResponse:
        """A POST that Twilio signed, whatever its body is."""
        if isinstance(form, bytes):
            return self._signed(path, form, _parsed(form))
        given = MultiDict(dict(form))
        with self.app.test_request_context(path, method="POST", data=given) as context:
            body = context.request.get_data()
            read = list(context.request.form.items(multi=True))
        return self._signed(path, body, read)

    def _signed(self, path: str, body: bytes, read: list[tuple[str, str]]) -> TestResponse:
        signature = twilio.signature(AUTH_TOKEN, PUBLIC + path, read)
        response = self.client.post(
            path,
            data=body,
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
            buffered=True,
        )
        assert served.flush()
        return response

    def sms(self, sender: str, text: str, **more: str) -> list[str]:
        sid = f"SM{serial():032x}"
        response = self.twilio(
            "/hooks/sms", {"MessageSid": sid, "From": sender, "To": OUR_NUMBER, "Body": text, **more}
        )
        assert response.status_code == 200, response.text
        return replies(response.text)

    def voice(self, caller: str, path: str = "/hooks/voice", **form: str) -> str:
        given = {"CallSid": "CA1", "From": caller, "To": OUR_NUMBER, "Direction": "inbound", **form}
        response = self.twilio(path, given)
        assert response.status_code == 200, response.text
        assert twiml_grammar.check(response.text, "voice") == []
        return response.text

    # --- Telegram ----------------------------------------------------------------------------------------------

    def telegram(self, body: bytes) -> TestResponse:
        return self.client.post(
            "/hooks/telegram",
            data=body,
            content_type="application/json",
            headers={"X-Telegram-Bot-Api-Secret-Token": telegram_hook.webhook_secret()},
        )

    # --- the chat page -----------------------------------------------------------------------------------------

    def chat(self, path: str, body: Any, cookie: str = "", **headers: str) -> TestResponse:
        """What the chat page sends: JSON, or raw bytes."""
        shown = {GUARD: "1", **headers, **({"Cookie": f"__Host-linli-chat={cookie}"} if cookie else {})}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = self.client.post(
            path,
            data=raw,
            content_type="application/json",
            headers=shown,
            buffered=True,
            # One public address is slowed down; here many people have one each.
            environ_overrides={"REMOTE_ADDR": f"10.{serial() // 250 % 250}.0.{serial() % 250}"},
        )
        assert served.flush()
        return response


def chat_cookie(response: TestResponse) -> str:
    """The signed name of this webchat."""
    found = [c for c in response.headers.getlist("Set-Cookie") if c.startswith("__Host-linli-chat=")]
    return found[0].partition("=")[2].partition(";")[0] if found else ""


def _parsed(body: bytes) -> list[tuple[str, str]]:
    """As Twilio, and werkzeug, read a form: bytes that are not UTF-8 become U+FFFD."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
