"""Somebody with the webchat open, on the test client: it keeps its cookie and sends what the page would send."""

from __future__ import annotations

import io
import itertools
import json
from typing import Any

from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from bots import served

OURS = {"X-Linli": "1", "Accept": "application/json"}
_numbers = itertools.count(1)


def photo(size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG")
    return out.getvalue()


class Visitor:
    """`say(text="…")`, `say(option={…})`; `event` repeats an earlier message."""

    def __init__(self, app: Flask, address: str = "10.1.0.1") -> None:
        self.client = app.test_client()
        self.address = address

    def post(self, path: str, **how: Any) -> TestResponse:
        how.setdefault("headers", OURS)
        how.setdefault("environ_overrides", {"REMOTE_ADDR": self.address})
        # Closing the response is what settles the Deliveries, as when a server has sent it.
        with self.client.post(path, buffered=True, **how) as response:
            assert response.data is not None
        assert served.flush()
        return response

    def send(self, event: str | None = None, **what: Any) -> TestResponse:
        body = json.dumps({"event": event or f"event-{next(_numbers):06d}", **what})
        return self.post("/chat/say", data=body, content_type="application/json")

    def say(self, text: str, event: str | None = None) -> list[dict[str, Any]]:
        return self.lines(self.send(event, text=text))

    def opens(self) -> list[dict[str, Any]]:
        """The first contact: the greeting."""
        return self.lines(self.send(start=True))

    def picks(self, line: dict[str, Any], index: int) -> list[dict[str, Any]]:
        return self.lines(self.send(option={"message": line["message"], "index": index}))

    def shows(self, data: bytes, event: str | None = None, name: str = "photo.jpg") -> TestResponse:
        given = {"event": event or f"event-{next(_numbers):06d}", "photo": (io.BytesIO(data), name)}
        return self.post("/chat/photo", data=given, content_type="multipart/form-data")

    def history(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/chat/history").get_json()["lines"]
        return found

    @staticmethod
    def lines(response: TestResponse) -> list[dict[str, Any]]:
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.get_json()["lines"]
        return found
