"""A provider of text messages that takes whatever comes, in a process of its own: Twilio's Messages API and Telegram's sendMessage.

    python -m bench.sink PORT [WEB_PORT TOKEN [SECONDS]]

The answer is the receipt: Twilio's says "delivered". With the port of a web server and the account's token it says "queued", and the
receipts are posted to that server (`bench.receipts`), those of some so many seconds later; `GET /receipts` tells how far that is. It counts how often each message came, a message being its recipient and its
words. `GET /counted` gives {"requests": …, "distinct": …, "twice": …}, `GET /when/<recipient>` when the first message to her came
({"at": seconds since 1970}, or {}), and `POST /forget` begins anew.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sys
import time
from collections import Counter
from http.client import HTTPConnection
from itertools import count
from typing import Any

from bench.receipts import Reports

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PERSON = re.compile(rb"(?:^|&)(?:To|chat_id)=([^&]*)")
_WORDS = re.compile(rb"(?:^|&)(?:Body|text)=([^&]*)")
_TWILIO = (
    b'{"account_sid": "AC%032d", "api_version": "2010-04-01", "body": "", "date_created": "Sat, 21 Nov 2026 20:30:00 +0000",'
    b' "date_sent": null, "date_updated": "Sat, 21 Nov 2026 20:30:00 +0000", "direction": "outbound-api", "error_code": null,'
    b' "error_message": null, "from": "+14155552345", "messaging_service_sid": null, "num_media": "0", "num_segments": "1",'
    b' "price": null, "price_unit": "USD", "sid": "SM%032x", "status": "delivered", "to": "", "uri": ""}'
)
_TELEGRAM = (
    b'{"ok":true,"result":{"message_id":%d,"from":{"id":4242,"is_bot":true,"first_name":"Linli","username":"linli_bot"},'
    b'"chat":{"id":%s,"first_name":"Chen","type":"private"},"date":1795293000,"text":""}}'
)


class Counted:
    """What came, over all connections."""

    def __init__(self, reports: Reports | None = None) -> None:
        self.reports = reports
        self.messages: Counter[bytes] = Counter()
        self.first: dict[bytes, float] = {}
        self.numbers = count(1)

    def told(self) -> bytes:
        found = {
            "requests": self.messages.total(),
            "distinct": len(self.messages),
            "twice": sum(n > 1 for n in self.messages.values()),
        }
        return json.dumps(found).encode()


class Connection(asyncio.Protocol):
    """One connection: requests one after the other, each with its length."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            head = self._heard[:end]
            length = _LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._heard) < whole:
                return
            body = self._heard[end + 4 : whole]
            self._heard = self._heard[whole:]
            self._answer(head.split(b" ", 2)[1], body)

    def _answer(self, path: bytes, body: bytes) -> None:
        status = b"200 OK"
        if path == b"/counted":
            told = self._counted.told()
        elif path == b"/forget":
            self._counted.messages.clear()
            self._counted.first.clear()
            if self._counted.reports is not None:
                self._counted.reports.forget()
            told = b"{}"
        elif path == b"/receipts" and self._counted.reports is not None:
            told = json.dumps(self._counted.reports.told()).encode()
        elif path.startswith(b"/when/"):
            at = self._counted.first.get(path[6:])
            told = b"{}" if at is None else b'{"at": %f}' % at
        else:
            person, words = _PERSON.search(body), _WORDS.search(body)
            if person is not None and words is not None:  # else a call or a picture, which nobody counts
                self._counted.first.setdefault(person[1], time.time())
                self._counted.messages[person[1] + b" " + words[1]] += 1
            number = next(self._counted.numbers)
            if path.startswith(b"/bot"):
                told = _TELEGRAM % (number, person[1] if person is not None else b"0")
            else:
                told, status = _TWILIO % (0, number), b"201 Created"
                if self._counted.reports is not None:
                    told = self._counted.reports.answer(told, number, body)
        self._transport.write(
            b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (status, len(told), told)
        )


async def _serve(port: int, *reports: str) -> None:
    counted = Counted(Reports(int(reports[0]), reports[1], *map(float, reports[2:])) if reports else None)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(counted), "127.0.0.1", port)
    gc.freeze()
    await server.serve_forever()


def asked(port: int, method: str, path: str) -> dict[str, Any]:
    """What the sink at `port` answers: `asked(port, "GET", "/counted")`, `asked(port, "POST", "/forget")`."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path)
        return dict(json.load(connection.getresponse()))
    finally:
        connection.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), *sys.argv[2:]))
