"""What a provider says later about the messages that it took: Twilio's status callbacks, posted by the sink, signed as Twilio does.

Each message is sent and delivered; of a hundred one fails (30003). Of ten one report of "sent" comes after "delivered", and another
one comes twice. Where wanted, all of what is said about one of ten comes so many seconds later.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import time
from collections import deque
from urllib.parse import parse_qsl, urlencode, urlsplit

CONNECTIONS = 16
FAILS_OF, LATE_OF, TWICE_OF, HELD_OF = 100, 10, 10, 10
_BY_CALLBACK = b'"status": "queued"'


class Reports:
    """Posts to a web server on this machine at `port`, with the account's `token`. `held_s`: how much later the reports of some come."""

    def __init__(self, port: int, token: str, held_s: float = 0.0) -> None:
        self._port, self._token, self._held_s = port, token.encode(), held_s
        self._waiting: deque[bytes] = deque()
        self._something = asyncio.Event()
        self.forget()
        self._posting = [asyncio.create_task(self._post()) for _ in range(CONNECTIONS)]

    def forget(self) -> None:
        self.failed: list[str] = []
        self.taken = self.posted = self.refused = self._held = 0
        self.last_taken = self.last_posted = 0.0

    def answer(self, told: bytes, number: int, body: bytes) -> bytes:
        """What the API answers instead: it is only queued, and the reports come later."""
        given = dict(parse_qsl(body.decode()))
        fails = number % FAILS_OF == 7
        if fails:
            self.failed.append(given["To"])
        states = ["sent", "failed" if fails else "delivered"]
        if number % LATE_OF == 3:
            states.reverse()
        if number % TWICE_OF == 5:
            states.append(states[-1])
        requests = []
        for state in states:
            form = {
                "MessageSid": f"SM{number:032x}",
                "MessageStatus": state,
                "To": given["To"],
                "AccountSid": given["From"],
            }
            if state == "failed":
                form["ErrorCode"] = "30003"
            requests.append(self._request(given["StatusCallback"], form))
        self.taken, self.last_taken = self.taken + 1, time.time()
        if self._held_s and number % HELD_OF == 8:
            self._held += len(requests)
            asyncio.get_running_loop().call_later(self._held_s, self._let_go, requests)
        else:
            self._put(requests)
        return told.replace(b'"status": "delivered"', _BY_CALLBACK)

    def _let_go(self, requests: list[bytes]) -> None:
        self._held -= len(requests)
        self._put(requests)

    def _put(self, requests: list[bytes]) -> None:
        self._waiting.extend(requests)
        self._something.set()

    def told(self) -> dict[str, object]:
        """How far it is; `open` reports have not been answered yet."""
        return {
            "taken": self.taken,
            "posted": self.posted,
            "refused": self.refused,
            "open": self._held
            + len(self._waiting)
            + sum(not t.done() and t.get_name() == "busy" for t in self._posting),
            "last_taken": self.last_taken,
            "last_posted": self.last_posted,
            "failed": self.failed,
        }

    def _request(self, url: str, form: dict[str, str]) -> bytes:
        signed = url + "".join(name + form[name] for name in sorted(form))
        signature = base64.b64encode(hmac.digest(self._token, signed.encode(), "sha1"))
        parts, body = urlsplit(url), urlencode(form).encode()
        return (
            b"POST %s?%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: %s\r\n"
            b"Content-Length: %d\r\n\r\n%s"
            % (parts.path.encode(), parts.query.encode(), parts.netloc.encode(), signature, len(body), body)
        )

    async def _post(self) -> None:
        me = asyncio.current_task()
        assert me is not None
        reader, writer = await self._connected()
        while True:
            while not self._waiting:
                me.set_name("idle")
                self._something.clear()
                await self._something.wait()
            me.set_name("busy")
            request = self._waiting.popleft()
            try:
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                # The server closes what was idle for long.
                self._waiting.appendleft(request)
                reader, writer = await self._connected()
                continue
            if b" 204 " not in head.split(b"\r\n", 1)[0]:
                self.refused += 1
            lengths = [
                int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
            ]
            if lengths and lengths[0]:
                await reader.readexactly(lengths[0])
            self.posted, self.last_posted = self.posted + 1, time.time()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port)
