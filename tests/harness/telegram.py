"""Telegram's side of the conversation: the emulator of the Bot API, and the people who chat with the bot.

with TelegramEmulator() as telegram:
    chen = telegram.user(1001, "陈秀英")
    chen.says("/start"); shown = chen.waits_for("邻里"); chen.taps("报修")
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from tests.servers import LONG, free_port, until

HERE = Path(__file__).parent
TOKEN = "123456:TEST-token-of-the-bot"


class TelegramEmulator:
    """`.api_base` is what TELEGRAM_API_BASE takes, `.token` TELEGRAM_BOT_TOKEN; what people say is dated `now`, in seconds since 1970."""

    def __init__(self, *, rate_limits: bool = False, now: Callable[[], float] = time.time) -> None:
        self.port = free_port()
        self.api_base = f"http://127.0.0.1:{self.port}"
        self.token, self.now = TOKEN, now
        self._environment = {**os.environ, **({"RATE": "1"} if rate_limits else {})}
        self._process: subprocess.Popen[str] | None = None
        self._session = requests.Session()

    def __enter__(self) -> TelegramEmulator:
        self._process = subprocess.Popen(
            ["node", str(HERE / "telegram_emulator.cjs"), str(self.port)],
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert json.loads(line or "{}").get("ready"), (
            "the Telegram emulator does not start: npm ci in tests/harness"
        )
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()

    def user(self, user_id: int, name: str = "张三", language: str = "zh-hans") -> TelegramUser:
        return TelegramUser(self, user_id, name, language)

    # --- faults: the next `times` calls of `method` fail -------------------------------------------------------

    def fail(self, method: str, code: int, *, times: int = 1, retry_after: int | None = None) -> None:
        """Answer `code` (429 with `retry_after`, 500, …)."""
        fault: dict[str, Any] = {"method": method, "code": code, "times": times}
        if retry_after is not None:
            fault["retry_after"] = retry_after
        self.post("/_control/fault", fault)

    def drop(self, method: str, *, times: int = 1, after_doing_it: bool = False) -> None:
        """Close the connection without an answer, before or after the call took effect."""
        fault = {"method": method, "times": times, "after" if after_doing_it else "drop": True}
        self.post("/_control/fault", fault)

    def block(self, user_id: int, blocked: bool = True) -> None:
        self.post("/_control/block", {"chat_id": user_id, "blocked": blocked})

    # --- what happened -----------------------------------------------------------------------------------------

    def calls(self, *methods: str, since: int = 0) -> list[dict[str, Any]]:
        """The bot's calls in order, without the first `since`: `method`, `body`, `files`, `result`."""
        everything: list[dict[str, Any]] = self.get(f"/_control/calls?since={since}")
        return [call for call in everything if not methods or call["method"] in methods]

    def webhook_log(self) -> list[dict[str, Any]]:
        log: list[dict[str, Any]] = self.get("/_control/webhook_log")
        return log

    def update(self, update: dict[str, Any]) -> int:
        """Send the bot any update, with an `update_id` to repeat one; returns its id."""
        answer = self.post("/_control/update", {"token": self.token, "update": update})
        return int(answer["update_id"])

    def reset(self) -> None:
        self.post("/_control/reset", {})

    def get(self, path: str) -> Any:
        return self._session.get(self.api_base + path, timeout=60).json()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._session.post(self.api_base + path, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()


class TelegramUser:
    """One person in a private chat with the bot."""

    def __init__(self, telegram: TelegramEmulator, user_id: int, name: str, language: str) -> None:
        self._telegram, self.id, self.name = telegram, user_id, name
        self._from = {"id": user_id, "is_bot": False, "first_name": name, "language_code": language}
        self._chat = {"id": user_id, "type": "private", "first_name": name}
        self._read = 0

    # --- what she does -----------------------------------------------------------------------------------------

    def began_earlier(self) -> None:
        """She has written to the bot before: it may write to her."""
        self._telegram.post("/_control/chat", self._chat)

    def says(self, text: str) -> None:
        if text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
            self._telegram.post("/sendCommand", {**self._base(), "text": text, "entities": [command]})
        else:
            self._telegram.post("/sendMessage", {**self._base(), "text": text})

    def taps(self, label: str) -> None:
        """Press the newest inline button whose label contains `label`."""
        for message in reversed(self.messages()):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if label in button["text"]:
                        self.presses(button["callback_data"], message["message_id"])
                        return
        raise AssertionError(f"no button {label!r} in {[m.get('text') for m in self.messages()][-3:]}")

    def presses(self, data: str, message_id: int) -> None:
        message = {"chat": self._chat, "message_id": message_id}
        self._telegram.post("/sendCallback", {**self._base(), "data": data, "message": message})

    def shares_contact(self, phone: str) -> None:
        contact = {"phone_number": phone, "first_name": self.name, "user_id": self.id}
        self._telegram.post("/sendMessage", {**self._base(), "contact": contact})

    def shares_location(self, latitude: float, longitude: float) -> None:
        place = {"latitude": latitude, "longitude": longitude}
        self._telegram.post("/sendMessage", {**self._base(), "location": place})

    def sends_photo(self, data: bytes, caption: str = "") -> None:
        photo = {
            "file_id": f"U{self.id}-{time.monotonic_ns()}",
            "file_unique_id": f"u{time.monotonic_ns()}",
            "width": 1280,
            "height": 960,
            "file_size": len(data),
            "_b64": base64.b64encode(data).decode(),
        }
        self._telegram.post(
            "/sendMessage", {**self._base(), "photo": [photo], **({"caption": caption} if caption else {})}
        )

    def edits(self, message_id: int, text: str) -> None:
        now = int(self._telegram.now())
        edited = {
            "message_id": message_id,
            "from": self._from,
            "chat": self._chat,
            "date": now,
            "edit_date": now,
        }
        self._telegram.update({"edited_message": {**edited, "text": text}})

    # --- what she sees -----------------------------------------------------------------------------------------

    def messages(self) -> list[dict[str, Any]]:
        """All the bot's messages in her chat as they look now, in order."""
        found: list[dict[str, Any]] = self._telegram.get(f"/_control/chat?chat_id={self.id}")
        return found

    def waits_for(self, text: str, seconds: float = LONG) -> dict[str, Any]:
        """The first message after the last one waited for that contains `text`, once it is there."""
        found: list[tuple[int, dict[str, Any]]] = []

        def there() -> bool:
            for place, message in enumerate(self.messages()):
                if place >= self._read and text in (message.get("text") or message.get("caption") or ""):
                    found.append((place, message))
                    return True
            return False

        try:
            until(there, what=text, seconds=seconds)
        except TimeoutError:
            shown = [m.get("text") or m.get("caption") for m in self.messages()[self._read :]]
            raise AssertionError(f"{self.name} waited for {text!r} and saw {shown}") from None
        self._read = found[0][0] + 1
        return found[0][1]

    def _base(self) -> dict[str, Any]:
        return {
            "botToken": self._telegram.token,
            "date": int(self._telegram.now()),
            "chat": self._chat,
            "from": self._from,
        }
