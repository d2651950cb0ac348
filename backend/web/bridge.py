"""The Flask application under an ASGI server: requests run in a pool of threads beside the event loop.

Written here rather than taken from a library for two reasons, measured: the way back to the loop is shared by all answers
that are ready (a constant view cost 140 µs of processor against 330 µs with a2wsgi), and a thread never waits for the loop
without an end, so that a client who goes away, or a shutdown, cannot hold one for ever.
"""

from __future__ import annotations

import asyncio
import io
import queue
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

THREADS = 16
LOOK_SECONDS = 0.01
"""How often one looks after the threads while requests wait."""
SLOW_SECONDS = 0.05
"""Who holds a thread for longer while others wait is waiting for something itself, and another thread takes its place. Not sooner:
each thread has a connection to the database of its own, which begins with nothing prepared (measured at 10 ms on a busy
machine: three quarters of a server's processor time went to threads that had ended by the end of the run)."""
TOGETHER = 8
"""Answers that are ready go out together, up to so many, while requests still wait for a thread: each time the loop is woken it
takes the interpreter from the thread that computes, twice (measured: 1,170 µs of processor a turn one by one, 940 together)."""
MOST_WAITING = 1000
"""Requests that wait for a thread; beyond, an immediate 503 is kinder than a late answer."""
DRAIN = 4
"""How many times the largest body is read and thrown away, so that the sender gets to read the refusal."""
WHOLE = 256 * 1024
"""Answers up to this size go out in one piece; longer ones piece by piece."""
AHEAD = 8
STALLED_SECONDS = 60
GONE = "linli.gone"
"""In the scope, where the server tells it, and in the environ, until the answer is closed: a function that says whether the client
is known to have gone."""

log = structlog.get_logger()


class BrokenOff(Exception):
    """An answer ended before it was whole: the server closes the connection, so that nobody takes it for all of it."""


@dataclass(slots=True)
class Answer:
    """What the application said. `rest` is set when more of the body follows through `pieces`."""

    status: int
    headers: Headers
    body: bytes
    rest: bool = False


@dataclass(slots=True)
class Job:
    """One request on its way through a thread."""

    environ: dict[str, Any]
    left: Callable[[], bool]
    done: asyncio.Future[Answer]
    pieces: asyncio.Queue[bytes | BrokenOff | None] = field(default_factory=asyncio.Queue)
    room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AHEAD))
    gone: bool = False


@dataclass(slots=True, eq=False)
class Place:
    """One thread. `since`: when it took its job (0: it waits for one); `taken_over`: it ends with this job."""

    since: float = 0
    taken_over: bool = False


class Bridge:
    """`wsgi` as an ASGI application for HTTP; bodies over `most_bytes` reach it cut, with their true length told.

    `few` threads take jobs, at most `threads` have one: a thread whose job is slow is replaced. One is enough for what
    computes: the threads share one interpreter, and every further one that wants it makes all of them dearer.
    """

    def __init__(self, wsgi: Any, *, most_bytes: int, few: int = 1, threads: int = THREADS) -> None:
        self._wsgi = wsgi
        self._most = most_bytes
        self._few, self._threads = few, threads
        self._places: set[Place] = set()
        self._looking = False
        self._together = TOGETHER
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._ready: list[tuple[asyncio.Future[Answer], Answer]] = []
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop

    def start(self) -> None:
        """Start the threads, inside the event loop that they answer to."""
        self._loop = asyncio.get_running_loop()
        for _number in range(self._few):
            self._one_more()

    def stop(self) -> None:
        # What comes to the end of its thread now meets nobody who looks.
        self._together = 1
        for _number in range(self._threads):
            self._jobs.put(None)
        self._deliver()

    def _one_more(self) -> None:
        place = Place()
        with self._lock:
            self._places.add(place)
        threading.Thread(target=self._work, args=(place,), name="web", daemon=True).start()

    def _look(self) -> None:
        """While jobs wait: hand out the answers that are ready, and replace the threads that are slow."""
        self._looking = not self._jobs.empty()
        self._deliver()
        if not self._looking:
            return
        before = time.monotonic() - SLOW_SECONDS
        with self._lock:
            slow = [place for place in self._places if 0 < place.since < before and not place.taken_over]
            room = self._threads - len(self._places)
        for place in slow[: max(room, 0)]:
            place.taken_over = True
            self._one_more()
        self._loop.call_later(LOOK_SECONDS, self._look)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        job, answer = await self.ask(scope, receive)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": answer.rest})
        if answer.rest:
            await self._pass_on(job, receive, send)

    async def ask(self, scope: Scope, receive: Receive) -> tuple[Job, Answer]:
        """The application's answer to a request, not yet sent. After `start`."""
        body, length, whole = await self._body(scope, receive)
        environ, done = environ_of(scope, body, length), asyncio.get_running_loop().create_future()
        job = Job(environ, scope.get(GONE, bool), done)
        if not whole:
            # Half a form may read like a whole one.
            return job, Answer(400, [(b"content-type", b"text/plain")], b"incomplete")
        if self._jobs.qsize() > MOST_WAITING:
            return job, Answer(503, [(b"retry-after", b"5"), (b"content-type", b"text/plain")], b"busy")
        self._jobs.put(job)
        if not self._looking:
            self._looking = True
            self._loop.call_later(LOOK_SECONDS, self._look)
        try:
            return job, await job.done
        except asyncio.CancelledError:
            self._let_go(job)
            raise

    async def _body(self, scope: Scope, receive: Receive) -> tuple[bytes, int, bool]:
        """(the body, cut at the limit, its length, whether the client sent all of it)."""
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return b"", 0, True
        pieces: list[bytes] = []
        size, more = 0, True
        while more and size <= self._most * DRAIN:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"".join(pieces), size, False
            piece = message.get("body", b"")
            size += len(piece)
            if size <= self._most:
                pieces.append(piece)
            more = message.get("more_body", False)
        return b"".join(pieces), size, True

    async def _pass_on(self, job: Job, receive: Receive, send: Send) -> None:
        leaving = asyncio.ensure_future(left(receive))
        leaving.add_done_callback(lambda _done: self._let_go(job))
        try:
            while (piece := await job.pieces.get()) is not None:
                if isinstance(piece, BrokenOff):
                    raise piece
                job.room.release()
                if not job.gone:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            if not job.gone:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()
            self._let_go(job)

    @staticmethod
    def _let_go(job: Job) -> None:
        job.gone = True
        job.room.release()

    # --- in the threads ---------------------------------------------------------------------------------------

    def _work(self, place: Place) -> None:
        while not place.taken_over and (job := self._jobs.get()) is not None:
            place.since = time.monotonic()
            try:
                self._run(job)
            except BaseException as error:
                log.exception("web.application_failed", error=type(error).__name__)
                # One of the two is heard, whether the answer had begun or not.
                self._hand_back(job, Answer(500, [(b"content-type", b"text/plain")], b"error"))
                self._piece(job, BrokenOff())
            place.since = 0
        with self._lock:
            self._places.discard(place)

    def _run(self, job: Job) -> None:
        told: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: Iterable[tuple[str, str]], _error: Any = None) -> Any:
            encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            told.append((int(status[:3]), encoded))

        job.environ[GONE] = lambda: job.gone or job.left()
        pieces = self._wsgi(job.environ, start_response)
        try:
            first: list[bytes] = []
            size = 0
            rest = iter(pieces)
            for piece in rest:
                first.append(piece)
                size += len(piece)
                if size > WHOLE:
                    break
            streamed = size > WHOLE
            self._hand_back(job, Answer(*told[-1], b"".join(first), rest=streamed))
            if streamed:
                self._piece(job, self._rest(job, rest))
        finally:
            if close := getattr(pieces, "close", None):
                close()
            # A job that knows itself would wait for the garbage collector.
            del job.environ[GONE]

    def _rest(self, job: Job, rest: Iterable[bytes]) -> BrokenOff | None:
        """Pass the rest of a long body on; returns how it ended."""
        for piece in rest:
            if job.gone:
                break
            # The client takes nothing for a minute: give the thread back to those who do.
            if not job.room.acquire(timeout=STALLED_SECONDS):
                return BrokenOff()
            self._piece(job, piece)
        return None

    def _piece(self, job: Job, piece: bytes | BrokenOff | None) -> None:
        self._in_loop(job.pieces.put_nowait, piece)

    def _hand_back(self, job: Job, answer: Answer) -> None:
        """One wake-up of the loop serves all answers that are ready by then. It is left out while requests wait: the loop then
        looks by itself, every LOOK_SECONDS."""
        with self._lock:
            self._ready.append((job.done, answer))
            ready = len(self._ready)
        if ready >= self._together or self._jobs.empty():
            self._in_loop(self._deliver)

    def _in_loop(self, act: Callable[..., Any], *args: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server has stopped, and nobody waits any more
            self._loop.call_soon_threadsafe(act, *args)

    def _deliver(self) -> None:
        with self._lock:
            ready, self._ready = self._ready, []
        for future, answer in ready:
            if not future.done():
                future.set_result(answer)


async def left(receive: Receive) -> None:
    """Returns when the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass


def environ_of(scope: Scope, body: bytes, length: int) -> dict[str, Any]:
    """PEP 3333's environ. `length`: how long the body was when sent, `body` may be cut."""
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": str(client[0]),
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1")
        if "_" in name:
            continue  # X_Forwarded_For must not pass for X-Forwarded-For
        name = name.upper().replace("-", "_")
        key = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        if key in environ:
            value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
        environ[key] = value
    environ.pop("HTTP_CONTENT_LENGTH", None)
    if length:
        environ["CONTENT_LENGTH"] = str(length)
    return environ
