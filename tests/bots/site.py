"""The real web server for a test: `python -m backend.serve` on its database and Valkey."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

from tests.servers import LONG, free_port, until

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """`python -m backend.serve` on a free port; its database and Valkey are the environment's, or `settings`'."""

    def __init__(self, **settings: str) -> None:
        self.settings = settings
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (the system takes it back with this object)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "backend.serve"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(self.port), **settings},
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        until(self._answers, what="the web server")

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.base}/chat", timeout=10).status_code == 200
        except requests.RequestException:
            return False

    def said(self) -> str:
        """What it wrote to its terminal."""
        return os.pread(self._log.fileno(), 1 << 20, 0).decode(errors="replace")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(LONG)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
