"""Server-sent events: every open connection of this process behind one Redis subscription.

A Flask view decides who may listen to what: it answers with the headers `STREAM: <channel>` and `WHOSE: <right>`, and the ASGI root
keeps the connection open here, for as long as that right stands: who gave it is asked again every few seconds. Redis only carries nudges: a channel with a Feed catches up from the database when a connection
opens, when Redis is back, and every two seconds while it is away. Of a plain channel the last nudges are kept: a connection
begins with those that came while its page was on the way.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from backend.core import clock
from backend.web.bridge import Headers, Receive, Send, left

STREAM = "x-linli-stream"
WHOSE = "x-linli-whose"
"""By what right somebody listens: the name of who can tell whether it still stands, a space, and words that only he reads."""
BEAT_SECONDS = 20.0
POLL_SECONDS = 2.0
ASK_SECONDS = 3.0
"""How long, at most, somebody listens on who has signed out or lost a post."""
MOST_PENDING = 256
"""Events that wait for one slow connection; it is closed beyond, comes back by itself and catches up."""
MOST_KEPT = 64
"""Nudges of plain channels that are kept for pages that are on their way; beyond, they are told that there were some."""
MOST_OF_ONE = 20
"""Connections of one channel with a Feed, a person's own: her open pages. One more closes the oldest."""
LIFE_SECONDS = 900.0
"""A connection is closed about then and comes back: one whose client is gone without a word is not kept."""
REFRESH = '{"kind": "*"}'
"""Said on plain channels when events may have been missed."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Event:
    """`id` orders the events of a channel and is where a reconnection goes on from; None: not kept anywhere."""

    channel: str
    id: int | None
    data: str

    def encoded(self) -> bytes:
        mark = "" if self.id is None else f"id: {self.id}\n"
        return f"{mark}data: {self.data}\n\n".encode()


class Feed(Protocol):
    """The truth behind a family of channels."""

    def read(self, channel: str, payload: bytes) -> Event | None:
        """The event that was published; None when it cannot be read."""

    def since(self, last: Mapping[str, int]) -> Iterable[Event]:
        """What came on each channel after the id given; an event told twice does no harm. Runs in a thread."""


Asked = TypeVar("Asked")
Found = TypeVar("Found")
Rights = Mapping[str, Callable[[Collection[str]], Collection[str]]]
"""By name: of what stands behind the name in `WHOSE`, what still is so. Runs in a thread."""


class Listener:
    """One open connection: what waits to be written to it."""

    __slots__ = ("_pending", "_waiter", "channel", "closed", "last", "right", "until", "words")

    def __init__(self, channel: str, whose: str, last: int, until: float) -> None:
        self.channel, self.last, self.until = channel, last, until
        self.right, _space, self.words = whose.partition(" ")
        self.closed = False
        self._pending: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None

    def put(self, chunk: bytes, event_id: int | None = None) -> None:
        if len(self._pending) >= MOST_PENDING:
            self.close()
        if self.closed:
            return
        if event_id is not None and event_id > self.last:
            self.last = event_id
        self._pending.append(chunk)
        self._wake()

    def close(self) -> None:
        self.closed = True
        self._wake()

    async def next(self) -> bytes:
        """All that waits, in one piece; empty when the connection shall end."""
        while not self._pending and not self.closed:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        if self.closed:
            return b""
        chunk = b"".join(self._pending)
        self._pending.clear()
        return chunk

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Hub:
    """`feeds` by the part of a channel's name before the colon (`webchat` for `webchat:7`); `plain` channels have none."""

    def __init__(
        self, redis_url: str, feeds: Mapping[str, Feed], plain: Iterable[str], rights: Rights
    ) -> None:
        self._url, self._feeds, self._plain, self._rights = redis_url, dict(feeds), tuple(plain), rights
        self._listeners: dict[str, dict[Listener, None]] = {}  # the oldest first
        self._kept: dict[str, deque[tuple[int, Event]]] = {name: deque(maxlen=MOST_KEPT) for name in plain}
        self._tasks: list[asyncio.Task[None]] = []
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="push")
        self._closing = False
        self.heard = False
        """Whether Redis is being heard."""

    def __len__(self) -> int:
        return sum(map(len, self._listeners.values()))

    def start(self) -> None:
        self._tasks = [asyncio.create_task(each) for each in (self._listen(), self._beat(), self._ask())]

    def close(self) -> None:
        """End every connection, and each that still comes; their pages come back to whoever serves next."""
        self._closing = True
        for listener in self._all():
            listener.close()

    async def stop(self) -> None:
        self.close()
        # More than once: the client of Redis swallows a cancellation that comes while it connects.
        while under_way := [task for task in self._tasks if not task.done()]:
            for task in under_way:
                task.cancel()
            await asyncio.wait(under_way, timeout=0.1)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def serve(
        self, channel: str, whose: str, after: int, headers: Headers, receive: Receive, send: Send
    ) -> None:
        """Keep one connection, until it is closed from either side. `after`: the last event that it has; on a plain channel,
        when its page was asked for, in milliseconds."""
        life = LIFE_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311 (so that they do not all come back at once)
        listener = Listener(channel, whose, after, asyncio.get_running_loop().time() + life)
        if listener.right not in self._rights:
            raise LookupError(f"nobody knows how long {listener.right!r} stands")
        for event in self._since(channel, after):
            listener.put(event.encoded())
        mine = self._listeners.setdefault(channel, {})
        mine[listener] = None
        if self._feed(channel) is not None and len(mine) > MOST_OF_ONE:
            next(iter(mine)).close()
        if self._closing:
            listener.close()
        leaving = asyncio.ensure_future(left(receive))
        leaving.add_done_callback(lambda _done: listener.close())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
            await self._catch_up({channel: listener.last}, [listener])
            while chunk := await listener.next():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()
            listener.closed = True
            mine.pop(listener, None)
            if not mine and self._listeners.get(channel) is mine:
                del self._listeners[channel]

    # --- what comes -------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        polls = 0
        while True:
            client = redis.asyncio.Redis.from_url(
                self._url, socket_connect_timeout=1, health_check_interval=10, retry=None
            )
            try:
                async with client.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.psubscribe(*(f"{name}:*" for name in self._feeds), *self._plain)
                    self.heard = True
                    if polls:
                        log.info("push.redis_back", connections=len(self))
                    await self._catch_up_all(refresh=polls > 0)
                    polls = 0
                    while True:
                        message = await pubsub.get_message(timeout=10)
                        if message is not None:
                            self.take(message["channel"].decode(), message["data"])
            except (RedisError, OSError) as error:
                if self.heard or not polls:
                    log.warning("push.redis_unreachable", error=type(error).__name__)
            finally:
                self.heard = False
                with suppress(RedisError, OSError):
                    await client.aclose()
            polls += 1
            await self._catch_up_all(refresh=polls % 5 == 0)
            await asyncio.sleep(POLL_SECONDS)

    def take(self, channel: str, payload: bytes) -> None:
        """What was published on a channel goes to whoever listens to it."""
        listeners, feed = self._listeners.get(channel, ()), self._feed(channel)
        event: Event | None = None
        if feed is None:
            event = Event(channel, None, payload.decode())
            self._kept[channel].append((clock.now_ms(), event))
        elif listeners:
            event = feed.read(channel, payload)
        if event is not None:
            self._tell(event, listeners)

    def _since(self, channel: str, asked_ms: int) -> list[Event]:
        """The nudges of a plain channel since then, or that there were more than are kept."""
        found = [event for at, event in self._kept.get(channel, ()) if at >= asked_ms]
        return found if len(found) < MOST_KEPT else [Event(channel, None, REFRESH)]

    @staticmethod
    def _tell(event: Event, listeners: Iterable[Listener]) -> None:
        chunk = event.encoded()
        for listener in tuple(listeners):
            listener.put(chunk, event.id)

    async def _catch_up_all(self, *, refresh: bool) -> None:
        last: dict[str, int] = {}
        for channel, listeners in self._listeners.items():
            if self._feed(channel) is not None:
                last[channel] = min(one.last for one in listeners)
            elif refresh:
                self._tell(Event(channel, None, REFRESH), listeners)
        if last:
            await self._catch_up(last)

    async def _catch_up(self, last: dict[str, int], only: list[Listener] | None = None) -> None:
        """Tell what the database has beyond `last`; without the database, the next time."""
        by_feed: dict[str, dict[str, int]] = {}
        for channel, after in last.items():
            if self._feed(channel) is not None:
                by_feed.setdefault(channel.partition(":")[0], {})[channel] = after
        for name, wanted in by_feed.items():
            try:
                events = await self._in_thread(self._feeds[name].since, wanted)
            except Exception as error:
                log.warning("push.catch_up_failed", error=type(error).__name__)
                continue
            for event in events:
                behind = only or [
                    one
                    for one in self._listeners.get(event.channel, ())
                    if event.id is None or event.id > one.last
                ]
                self._tell(event, behind)

    async def _in_thread(self, ask: Callable[[Asked], Iterable[Found]], asked: Asked) -> list[Found]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: list(ask(asked)))

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(ASK_SECONDS)
            by_name: dict[str, set[str]] = {}
            for listener in self._all():
                by_name.setdefault(listener.right, set()).add(listener.words)
            for name, asked in by_name.items():
                try:
                    stand = await self._in_thread(self._rights[name], asked)
                except Exception as error:
                    # Without the database nothing new is told either.
                    log.warning("push.rights_unknown", error=type(error).__name__)
                    continue
                over = asked.difference(stand)
                for listener in self._all():
                    if listener.right == name and listener.words in over:
                        listener.close()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            now = asyncio.get_running_loop().time()
            for listener in self._all():
                if now > listener.until:
                    listener.close()
                else:
                    listener.put(b":\n\n")
            # A nudge whose sender could not reach Redis is made up for here.
            await self._catch_up_all(refresh=False)

    def _feed(self, channel: str) -> Feed | None:
        return self._feeds.get(channel.partition(":")[0])

    def _all(self) -> list[Any]:
        return [listener for group in self._listeners.values() for listener in group]
