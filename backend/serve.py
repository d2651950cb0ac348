"""`python -m backend.serve`: the web server (uvicorn on uvloop), WEB_WORKERS processes on BIND:PORT."""

from __future__ import annotations

import asyncio
import resource
import signal
import sys
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.supervisors import Multiprocess

from backend.ready import wait_ready
from backend.settings import settings
from backend.web.bridge import GONE

OPEN_CONNECTIONS = 20_000
"""Most connections per process: people in the webchat keep one open each, all the time."""
STOP_SECONDS = 4
IDLE_SECONDS = 75
"""Longer than the proxies' own (60 with nginx): they must never send into a connection that we are just closing."""


class Connection(HttpToolsProtocol):
    """As uvicorn's own, with what that leaves open: a head of a request that never comes to its end, or grows for ever; a body that does
    not come; an answer that nobody reads; requests without number. The application is told by GONE whether the client has left."""

    head_seconds = 30.0
    """How long somebody may take until we know what is asked."""
    head_bytes = 64 * 1024
    idle_seconds = 90.0
    """How long a body may bring nothing, or what we write be read by nobody. Who hears a stream of events reads, if seldom."""
    most_pipelined = 32
    """Requests of one connection that may wait for the answer to the first. No browser and no proxy sends ahead; without an end
    a client fills our memory faster than we answer."""

    _stalls: asyncio.TimerHandle | None = None
    _body = False
    """Whether more of a request's body is to come."""
    _answered: RequestResponseCycle | None = None
    """The request that the application has; `cycle` is the one that was read last."""
    _waits: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self._moving()
        self._leave()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._waits is None:
            self._wait()

    def on_headers_complete(self) -> None:
        self._rest()
        self._body = True
        super().on_headers_complete()
        cycle = self.cycle
        self.scope[GONE] = lambda: cycle.disconnected  # type: ignore[literal-required]
        if len(self.pipeline) > self.most_pipelined:
            raise ValueError("too many requests at once")  # the parser stops at once, and 400 is answered

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()
        if self._waits is not None:
            self._head += len(data)
            if self._head > self.head_bytes and not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._body = False

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """The connection ends. Into an answer that has begun nothing is written that the client would take for its own."""
        if self._leave():
            self.transport.close()
        else:
            super().send_400_response(msg)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def _leave(self) -> bool:
        """Tell the application that its client has left; whether an answer had begun."""
        cycle = self._answered
        if cycle is None or cycle.response_complete:
            return False
        cycle.disconnected = True
        cycle.message_event.set()
        return cycle.response_started

    def _watch(self) -> None:
        """Something moved; when nothing more does although it should, the connection ends."""
        self._moving()
        if self._body or self.flow.write_paused:
            # What is still to be written is for nobody: not close(), which would wait for it.
            self._stalls = self.loop.call_later(self.idle_seconds, self.transport.abort)

    def _moving(self) -> None:
        if self._stalls is not None:
            self._stalls.cancel()
            self._stalls = None

    def _wait(self) -> None:
        self._head = 0
        self._waits = self.loop.call_later(self.head_seconds, self.transport.close)

    def _rest(self) -> None:
        if self._waits is not None:
            self._waits.cancel()
            self._waits = None


def main(application: str = "backend.asgi:application") -> None:
    """Serve the ASGI application that the factory `module:name` makes, until a signal ends it."""
    raise_file_limit()
    known = settings()
    config = uvicorn.Config(
        application,
        factory=True,
        loop="uvloop",
        http=Connection,
        ws="none",
        lifespan="on",
        backlog=2048,
        # Who called is worked out by the application, from as many proxies as are trusted.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",
        host=known.bind,
        port=known.port,
        workers=known.web_workers,
        limit_concurrency=OPEN_CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        # A machine that is busy is no reason to kill a worker.
        timeout_worker_healthcheck=60,
    )
    # uvicorn stops at a signal and then raises it again: it has ended as it was told to, which is no fault.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    with suppress(KeyboardInterrupt):
        if known.web_workers == 1:
            uvicorn.Server(config).run()
        else:
            Multiprocess(config, sockets=[config.bind_socket()]).run()


def raise_file_limit() -> None:
    """One open file per connection: use all that the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_CONNECTIONS + 1000
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


if __name__ == "__main__":
    # Before the mark, Redis' address is a guess: it may be that of another Linli on this machine.
    wait_ready()
    main()
