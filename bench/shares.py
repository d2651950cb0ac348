"""What a run takes of the machine's cores, and processes that are held to a share of one.

Two workers on two cores say little about whether they get in each other's way: what feeds them and what they talk to runs on the same two. Held to the same small share
each, so that everything together leaves the cores partly idle, two that do not wait for each other do twice as much as one.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

CONTROLLER = Path("/sys/fs/cgroup/cpu")
"""Of control groups, first version: a folder in it is a group, for root alone."""
PERIOD_US = 20_000
"""A share is measured out in so short periods that nobody sees a held process stand still."""


LOOK_S = 0.005


class Busy:
    """How many cores this process, and whatever it started, kept busy inside the `with` block: `cores`, of processor time over time."""

    def __enter__(self) -> Busy:
        self._began, self._used = time.monotonic(), used()
        self.cores = 0.0
        return self

    def __exit__(self, *_: object) -> None:
        self.cores = (used() - self._used) / (time.monotonic() - self._began)


def used() -> float:
    """Seconds of processor that this process and all that it started have used, those that ended among them."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)] = int(fields[1])
            ticks[int(folder.name)] = sum(int(field) for field in fields[11:15])
    ours = [pid for pid in parents if _descends(pid, os.getpid(), parents)]
    return sum(ticks[pid] for pid in ours) / os.sysconf("SC_CLK_TCK")


def _descends(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid and pid != ancestor:
        pid = parents.get(pid, 0)
    return pid == ancestor


def why_not() -> str:
    """Why processes cannot be held to a share on this machine; "" where they can."""
    if not (CONTROLLER / "cpu.cfs_quota_us").exists():
        return "there is no control group for the processor (cgroup v1) here"
    return "" if os.access(CONTROLLER, os.W_OK) else "control groups are for root"


class WriteLock:
    """How much of the time inside the `with` block somebody held the write lock of an SQLite database, looked at every few
    milliseconds: `share`. `turns` is the file beside the database at which its writers queue."""

    def __init__(self, turns: Path) -> None:
        self._turns = turns
        self.share = 0.0

    def __enter__(self) -> WriteLock:
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        looks = held = 0
        with self._turns.open("rb") as file:
            while not self._over.wait(LOOK_S):
                looks += 1
                try:
                    # Shared, so that it is given at once or not at all, and back before a writer notices.
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                    fcntl.flock(file, fcntl.LOCK_UN)
                except BlockingIOError:
                    held += 1
        self.share = held / looks if looks else 0.0


class Held:
    """Processes, each with what it starts from then on, that get `share` of a core each inside the `with` block; use it where `why_not` says nothing.

    Their groups lie below this process's own: where it was given a larger part of a busy machine, that holds for them, too."""

    def __init__(self, processes: Collection[subprocess.Popen[bytes]], share: float) -> None:
        self._pids, self._share, self._above = [process.pid for process in processes], share, _own()

    def __enter__(self) -> Held:
        for pid in self._pids:
            group = self._group(pid)
            group.mkdir(exist_ok=True)
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(int(PERIOD_US * self._share)))
            (group / "cgroup.procs").write_text(str(pid))
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self._pids:
            group = self._group(pid)
            for inside in (group / "cgroup.procs").read_text().split():
                with suppress(OSError):  # it has just ended
                    (self._above / "cgroup.procs").write_text(inside)
            group.rmdir()

    def _group(self, pid: int) -> Path:
        return self._above / f"linli-bench-{pid}"


def _own() -> Path:
    """The group that this process is in."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _number, controllers, place = line.split(":", 2)
        if "cpu" in controllers.split(","):
            return CONTROLLER / place.lstrip("/")
    return CONTROLLER
