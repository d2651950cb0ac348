"""`python -m backend.serve`: the web server (granian), WEB_WORKERS processes on BIND:PORT."""

from __future__ import annotations

import resource

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from backend.ready import wait_ready
from backend.settings import settings

OPEN_CONNECTIONS = 20_000
"""Most connections per process: people in the webchat keep one open each, all the time."""
STOP_SECONDS = 4


def main(application: str = "backend.asgi:application") -> None:
    """Serve the ASGI application that the factory `module:name` makes, until a signal ends it."""
    raise_file_limit()
    known = settings()
    Granian(
        application,
        factory=True,
        address=known.bind,
        port=known.port,
        interface=Interfaces.ASGI,
        workers=known.web_workers,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=64 * 1024, header_read_timeout=30_000),
        websockets=False,
        backlog=2048,
        backpressure=OPEN_CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
    ).serve()


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
