"""What the web server runs: Flask in a pool of threads, and the open connections that Flask lets listen (SSE)."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any
from urllib.parse import parse_qs

import structlog

from backend.app import MAX_UPLOAD, create_app
from backend.core import health, live
from backend.core.db import is_postgres
from backend.settings import settings
from backend.staff import sessions
from backend.web.bridge import THREADS, Answer, Bridge, Headers, Receive, Scope, Send
from backend.web.push import STREAM, WHOSE, Hub
from bots import served, webchat_session
from bots.webchat_feed import WebchatFeed

SWITCH_SECONDS = 0.001
"""How long a thread may compute while others wait, so that the event loop gets its turn under load (Python's own is 5 ms)."""

log = structlog.get_logger()


class Root:
    """The ASGI application of one web process."""

    def __init__(self) -> None:
        self.flask = create_app()
        # A thread that asks a database server mostly waits for it.
        self.bridge = Bridge(self.flask, most_bytes=MAX_UPLOAD, few=THREADS if is_postgres() else 1)
        rights = {"staff": sessions.standing, "webchat": webchat_session.standing}
        self.hub = Hub(settings().redis_url, {"webchat": WebchatFeed()}, (live.ADMIN,), rights)
        self.pulse = health.Pulse("web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "lifespan":
                await self._lifespan(receive, send)
            case "websocket":
                await send({"type": "websocket.close", "code": 1000})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].endswith("/events"):
            await self.bridge(scope, receive, send)
            return
        _job, answer = await self.bridge.ask(scope, receive)
        channel = _header(answer.headers, STREAM)
        if channel is None or answer.status != 200:
            await _say(answer, send)
            return
        whose = _header(answer.headers, WHOSE) or ""
        ours = (STREAM.encode(), WHOSE.encode(), b"content-length")
        headers = [pair for pair in answer.headers if pair[0] not in ours]
        await self.hub.serve(channel, whose, _after(scope), headers, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                sys.setswitchinterval(SWITCH_SECONDS)
                # The collector would look through the whole application each time, and hold everybody up for 150 ms.
                gc.collect()
                gc.freeze()
                self.bridge.start()
                self.hub.start()
                self.pulse.start()
                _hear_too(self.hub.close)
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.hub.stop()
                self.bridge.stop()
                await asyncio.to_thread(self.pulse.stop)
                await asyncio.to_thread(served.flush)
                await send({"type": "lifespan.shutdown.complete"})
                return


def _header(headers: Headers, name: str) -> str | None:
    return next((value.decode("latin-1") for key, value in headers if key == name.encode()), None)


def _after(scope: Scope) -> int:
    """The last event that the browser has: it says so itself when it reconnects; the page says it the first time."""
    said = _header(scope["headers"], "last-event-id")
    if said is None:
        said = parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])[0]
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0


async def _say(answer: Answer, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def application() -> Root:
    """The factory that the server calls once per process."""
    return Root()


def _hear_too(act: Callable[[], None]) -> None:
    """Have `act` done at every signal that ends the server. It stops when all requests have ended, and nothing but the signal tells
    it to the requests that never end by themselves."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)

        def heard(number: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(act)
            before(number, frame)

        signal.signal(number, heard)
