"""The running system for end-to-end tests: the Procfile's processes, each by itself, on free ports and a private folder.

with running_system(tmp_path, database_url=…, settings=twilio.settings()) as linli:
    requests.get(linli.url("/healthz")); linli.kill("web"); linli.restart("web")
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests
from honcho.environ import parse_procfile

from backend.settings import Settings
from tests.environment import SHARED
from tests.servers import LONG, free_port, until

ROOT = Path(__file__).resolve().parents[1]
WITHOUT_BOTS = ("services", "web", "worker", "alerts", "scheduler")


class System:
    """`processes` of one Linli; `.base` is where its web server answers, `.environment` its settings."""

    def __init__(self, folder: Path, settings: Mapping[str, str], start: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        ours = {name.upper() for name in Settings.model_fields}
        kept = {k: v for k, v in os.environ.items() if k not in ours}
        self.environment = {
            **kept,
            **SHARED,
            "VAR_DIR": str(folder / "var"),
            "PORT": str(self.port),
            "LINLI_START": start,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        self.commands = dict(parse_procfile((ROOT / "Procfile").read_text()).processes)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def url(self, path: str) -> str:
        return self.base + path

    def start(self, *names: str) -> None:
        for name in names:
            assert name not in self._running, f"{name} is running"
            with (self.folder / f"{name}.log").open("ab") as log:
                self._running[name] = subprocess.Popen(
                    f"exec {self.commands[name]}",
                    shell=True,
                    cwd=ROOT,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def kill(self, name: str) -> None:
        """kill -9, the process and its children: no farewell."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, name: str, seconds: float = LONG) -> int:
        """SIGTERM, as Ctrl-C in `make run` does; returns the exit status."""
        process = self._running.pop(name)
        process.terminate()
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise AssertionError(f"{name} did not stop within {seconds:g} s:\n{self.log(name)}") from None

    def restart(self, name: str) -> None:
        if name in self._running:
            self.stop(name)
        self.start(name)
        if name == "web":
            self.wait_ready()

    def running(self, name: str) -> bool:
        return name in self._running and self._running[name].poll() is None

    def log(self, name: str, lines: int = 40) -> str:
        path = self.folder / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def wait_ready(self, seconds: float = 2 * LONG) -> None:
        """Until /healthz answers that people are served; a web server that died fails the test with its log."""
        try:
            until(self._served, what="/healthz", seconds=seconds)
        except TimeoutError:
            raise AssertionError(f"Linli does not come up:\n{self._logs()}") from None

    def wait_healthy(self, seconds: float = LONG) -> None:
        """Until /healthz says that every part is well."""
        until(
            lambda: self._health().get("status") == "ok",
            what=f"health, now {self._health()}",
            seconds=seconds,
        )

    def end(self) -> None:
        for process in self._running.values():
            process.terminate()
        for name in list(self._running):
            self.stop(name)

    def _served(self) -> bool:
        assert self._running["web"].poll() is None, f"web died:\n{self.log('web')}"
        return self._health().get("status") in ("ok", "degraded")

    def _health(self) -> dict[str, object]:
        try:
            return dict(requests.get(self.url("/healthz"), timeout=10).json())
        except (requests.RequestException, ValueError):
            return {}

    def _logs(self) -> str:
        return "\n".join(f"--- {name}\n{self.log(name)}" for name in self.commands)


@contextmanager
def running_system(
    folder: Path,
    *,
    database_url: str | None = None,
    settings: Mapping[str, str] | None = None,
    processes: tuple[str, ...] = WITHOUT_BOTS,
) -> Iterator[System]:
    """A Linli that serves people; ended, with everything it started, when the block is left.

    `database_url`: default SQLite in `folder`. `settings`: more environment (DEMO=1, TWILIO_…, PUBLIC_URL …).
    """
    given = {**({"DATABASE_URL": database_url} if database_url else {}), **(settings or {})}
    system = System(folder, given, start=folder.name)
    try:
        system.start(*processes)
        if "web" in processes:
            system.wait_ready()
        yield system
    finally:
        system.end()
