"""A Linli of its own for a benchmark: a private folder, Valkey, a migrated SQLite database, and the real processes."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 30


class House:
    """Use it in a `with` block: whatever was started ends with it.

    Takes this process's settings over as well, so that it may read and write the same database.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        from backend.core import db, log
        from backend.embedded import valkey
        from backend.settings import Settings
        from backend.settings import settings as known

        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self._running: list[subprocess.Popen[bytes]] = []
        for name in Settings.model_fields:
            os.environ.pop(name.upper(), None)
        Settings.model_config["env_file"] = None
        os.environ.update(VAR_DIR=str(folder / "var"), DEMO="0", PORT=str(self.port), **settings)
        self._valkey = valkey(folder, preferred=0)
        self._valkey.start()
        os.environ["REDIS_URL"] = f"redis://127.0.0.1:{self._valkey.port}/0"
        known.cache_clear()
        log.configure("bench", stream=(folder / "bench.log").open("w"))
        db.connect(known().database_url)
        db.migrate()

    def __enter__(self) -> House:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        from backend.core import db

        for process in self._running:
            end(process)
        self._valkey.stop()
        db.db.close()
        # Another one in this process is not to find this one's figures.
        os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)

    def start(self, module: str, *args: str, port: int | None = None) -> subprocess.Popen[bytes]:
        """`python -m module args`; with a `port`, returns when something listens there."""
        with (self.folder / f"{module}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *args],
                cwd=ROOT,
                env={**os.environ, **({"PORT": str(port)} if port else {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(process)
        if port:
            self._listening(process, port, module)
        return process

    def _listening(self, process: subprocess.Popen[bytes], port: int, module: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and process.poll() is None:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            time.sleep(0.05)
        raise SystemExit(f"{module} does not start:\n{(self.folder / f'{module}.log').read_text()[-3000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the process and those that it started, SIGKILL to what is left after five seconds."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def memory_of(process: subprocess.Popen[bytes]) -> int:
    """Resident bytes of the process and its children."""
    pids = [process.pid, *_children(process.pid)]
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE")


def processor_of(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor that the process and its children have used: what a busy machine does not blur."""
    pids = [process.pid, *_children(process.pid)]
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    found = [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*found, *(grandchild for child in found for grandchild in _children(child))]


def unused_numbers() -> int:
    """Where a crowd may begin, different each time: with real mobile prefixes (138, 139)."""
    return 3_800_000_000 + secrets.randbelow(20_000) * 10_000
