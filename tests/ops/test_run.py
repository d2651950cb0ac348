"""`make run`, as a newcomer types it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
import requests

from backend.settings import ROOT, Settings
from tests.servers import LONG, free_port, until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("make-run")]


class Running:
    """One `make run` and what it prints."""

    def __init__(self, folder: Path, port: int, **settings: str) -> None:
        ours = {name.upper() for name in Settings.model_fields}
        self.environment = {k: v for k, v in os.environ.items() if k not in ours} | {
            "VAR_DIR": str(folder / "var"),
            "PORT": str(port),
            **settings,
        }
        self.base = f"http://127.0.0.1:{port}"
        self._log = folder / "run.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                ["make", "--no-print-directory", "run"],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    @property
    def printed(self) -> str:
        return self._log.read_text(errors="replace")

    def waits_for(self, text: str, seconds: float = LONG) -> None:
        try:
            until(lambda: text in self.printed, what=text, seconds=seconds)
        except TimeoutError:
            raise AssertionError(self.printed) from None

    def ctrl_c(self, seconds: float = LONG) -> int:
        """As the terminal does: SIGINT to the whole foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(seconds)


@contextmanager
def make_run(folder: Path, port: int, **settings: str) -> Iterator[Running]:
    running = Running(folder, port, **settings)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.ctrl_c()


def passwords(printed: str) -> dict[str, str]:
    return dict(re.findall(r"│ +(\w+) +((?:\w{4}-){3}\w{4})", printed))


def test_from_an_empty_folder_to_signing_in_and_again_the_next_day(tmp_path: Path) -> None:
    port = free_port()
    with make_run(tmp_path, port) as first:
        first.waits_for("Ctrl-C")
        assert f"{first.base}/chat" in first.printed
        assert passwords(first.printed)["admin"]
        for path in ("/", "/chat", "/healthz", "/metrics"):
            assert requests.get(first.base + path, timeout=60).status_code == 200, path
        assert "/admin" in requests.get(f"{first.base}/admin", timeout=60).url
        first.ctrl_c()
        assert "Traceback" not in first.printed
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    with make_run(tmp_path, port) as second:
        second.waits_for("Ctrl-C")
        assert passwords(second.printed) == {}


def test_a_taken_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = Running(tmp_path, port)
        assert running.process.wait(LONG) != 0
        assert f"Port {port} is taken" in running.printed
        assert "make run PORT=" in running.printed


def test_a_wrong_setting_stops_the_start_and_is_named(tmp_path: Path) -> None:
    running = Running(tmp_path, free_port(), PUBLIC_URL="linli.example.org")
    assert running.process.wait(LONG) != 0
    assert "PUBLIC_URL must begin with https://" in running.printed


def test_one_dead_process_does_not_stop_the_others(tmp_path: Path) -> None:
    with make_run(tmp_path, free_port(), DEMO="0") as running:
        running.waits_for("Ctrl-C")
        worker = re.search(r"worker started \(pid=(\d+)\)", running.printed)
        assert worker
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", worker[1]], capture_output=True, text=True)
        os.kill(int(children.stdout.split()[0]), signal.SIGKILL)
        running.waits_for("worker ended with status 137, starting it again")
        assert requests.get(f"{running.base}/healthz", timeout=60).status_code == 200


def test_demo_reset_is_refused_while_running_and_forgets_afterwards(tmp_path: Path) -> None:
    port = free_port()
    with make_run(tmp_path, port, DEMO="0") as running:
        running.waits_for("Ctrl-C")
        refused = subprocess.run(
            ["make", "demo-reset"], cwd=ROOT, env=running.environment, capture_output=True, text=True
        )
        assert refused.returncode != 0
        assert "Stop it first" in refused.stderr
    (tmp_path / "var" / "mine.txt").write_text("not Linli's")
    done = subprocess.run(
        ["make", "demo-reset"], cwd=ROOT, env=running.environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    left = {path.name for path in (tmp_path / "var").iterdir()}
    assert "mine.txt" in left
    assert not left & {"linli.db", "valkey", "secrets.json"}


def test_a_redis_that_is_given_is_used(tmp_path: Path, valkey: object) -> None:
    url = os.environ["REDIS_URL"]
    with make_run(tmp_path, free_port(), REDIS_URL=url, DEMO="0") as running:
        running.waits_for("Ctrl-C")
        assert not (tmp_path / "var" / "valkey").exists()
        assert redis.Redis.from_url(url).client_list()
