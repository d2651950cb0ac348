"""One worker process, seen from our side: given payloads, watched, killed when it hangs. What it sends is checked: a codec may have taken it over."""

from __future__ import annotations

import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import orjson

from backend.core import clock
from iot.uplink import Unreadable

SCRIPT = Path(__file__).with_name("worker.py")
LARGEST = 2**20
NO_MEMORY = 3
"""As `worker.NO_MEMORY`, which nobody here imports: it needs the engine."""
ENDS_S = 1.0
"""So long a process may take to end after it hung up."""
_HEAD = struct.Struct(">IBI")
_TICK = os.sysconf("SC_CLK_TCK")

Kind = Literal["answer", "thrown", "limit", "unloadable", "stopped", "unavailable", "starved"]
"""answer: JSON; thrown: the codec said no; limit: it ran into one, or took the process down; unloadable: it is no codec; stopped: not tried, after
faults; unavailable: it is not installed here; starved: there was no memory, no process or no time of the processor for it, which is no fault of the codec's
and passes."""
_KINDS: Mapping[int, Kind] = {
    ord("="): "answer",
    ord("!"): "thrown",
    ord("#"): "limit",
    ord("?"): "unloadable",
    ord("*"): "stopped",
}


@dataclass(frozen=True, slots=True)
class Watch:
    """What is started, and how it is watched. Seconds.

    `wall`: how long nothing may be heard while a codec runs. A codec is to blame for the silence only if the worker had `cpu` of the processor
    meanwhile: its own limit, which it cannot miss otherwise, is 0.1. On a machine that is too busy to give it that the wait goes on, for `patience`,
    which holds for a start as well.
    """

    command: tuple[str, ...] = (sys.executable, "-I", str(SCRIPT))
    wall: float = 0.5
    cpu: float = 0.25
    patience: float = 10.0


WATCH = Watch()


@dataclass(frozen=True, slots=True)
class Job:
    """A payload for the codec of this name (`sources.name`), heard at `at` on `port`."""

    codec: str
    payload: bytes
    port: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a Job. `text`: JSON of an answer, else why there is none."""

    kind: Kind
    text: bytes | str = ""

    @property
    def faulty(self) -> bool:
        """Whether it counts against the codec."""
        return self.kind in ("limit", "unloadable")


class Ended(Exception):
    """The worker is gone. `place`: of the Job that it was at, None when it was at none; `hung`: it was killed for that Job's sake; `starved`: the machine
    had no memory, or no time, for it."""

    def __init__(self, place: int | None, *, hung: bool = False, starved: bool = False) -> None:
        super().__init__(f"the worker ended at {place}")
        self.place, self.hung, self.starved = place, hung, starved


class Worker:
    """Not for two threads at once. Raises Ended when it cannot be started."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        ours, theirs = socket.socketpair()
        with tempfile.TemporaryFile() as file, theirs:
            file.truncate(4)
            self._progress = mmap.mmap(file.fileno(), 4)
            self._process = subprocess.Popen(  # noqa: S603 our own program
                [*watch.command, str(theirs.fileno()), str(file.fileno())],
                env={},
                cwd="/",
                pass_fds=(theirs.fileno(), file.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._channel = ours
        self._decoded = 0
        ours.settimeout(watch.patience)
        if self._frame() != b"R":
            raise self._ended()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def decoded(self) -> int:
        """How many Jobs it has done."""
        return self._decoded

    def run(
        self, jobs: Mapping[int, Job], source: Callable[[str], str], outcomes: dict[int, Outcome]
    ) -> None:
        """Do `jobs`, which are by place, and put what came of each into `outcomes`. Raises Ended; what was done by then is there. `source` is
        `sources.read` or the like."""
        groups: dict[str, list[tuple[int, str, int, int]]] = {}
        for place, job in jobs.items():
            groups.setdefault(job.codec, []).append((place, job.payload.hex(), job.port, clock.to_ms(job.at)))
        self._channel.settimeout(self._watch.wall)
        self._send(orjson.dumps(list(groups.items())))
        while (frame := self._frame()) != b"D":
            if frame[:1] == b"A":
                self._take(frame, jobs, outcomes)
            elif frame[:1] == b"N" and frame[1:].decode("ascii", "replace") in groups:
                self._give(groups[frame[1:].decode()], frame[1:].decode(), source, outcomes)
            else:
                raise self._ended()

    def close(self) -> None:
        """Kill it: there is nothing in it to lose."""
        self._process.kill()
        self._process.wait()
        self._channel.close()
        self._progress.close()

    def _take(self, frame: bytes, jobs: Mapping[int, Job], outcomes: dict[int, Outcome]) -> None:
        at = 1
        while at < len(frame):
            if at + _HEAD.size > len(frame):
                raise self._ended()
            place, kind, size = _HEAD.unpack_from(frame, at)
            at += _HEAD.size
            if place not in jobs or kind not in _KINDS or at + size > len(frame):
                raise self._ended()
            body = frame[at : at + size]
            outcomes[place] = Outcome(
                _KINDS[kind], body if kind == ord("=") else body.decode("utf-8", "replace")
            )
            at += size
            self._decoded += 1

    def _give(
        self,
        items: list[tuple[int, str, int, int]],
        codec: str,
        source: Callable[[str], str],
        outcomes: dict[int, Outcome],
    ) -> None:
        try:
            self._send(b"S" + source(codec).encode())
        except Unreadable as error:
            for place, *_rest in items:
                outcomes.setdefault(place, Outcome("unavailable", str(error)))
            self._send(b"-")

    def _send(self, body: bytes) -> None:
        try:
            self._channel.sendall(struct.pack(">I", len(body)) + body)
        except OSError:
            raise self._ended(starved=self._starved()) from None

    def _frame(self) -> bytes:
        (size,) = struct.unpack(">I", self._exactly(4))
        if size > LARGEST:
            raise self._ended()
        return self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        found = bytearray()
        began, spent = time.monotonic(), self._cpu()
        while len(found) < size:
            try:
                part = self._channel.recv(size - len(found))
            except TimeoutError:
                if self._cpu() - spent >= self._watch.cpu:
                    raise self._ended(hung=True) from None
                if time.monotonic() - began >= self._watch.patience:
                    raise self._ended(starved=True) from None
                continue
            except OSError:
                part = b""
            if not part:
                raise self._ended(starved=self._starved())
            found += part
        return bytes(found)

    def _starved(self) -> bool:
        """Whether the system ended it, which does so where memory is short, or it found none itself. It has hung up already."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(ENDS_S) in (-signal.SIGKILL, NO_MEMORY)
        return False

    def _ended(self, *, hung: bool = False, starved: bool = False) -> Ended:
        """Make an end of it, and say where it was."""
        (at,) = struct.unpack(">I", self._progress[:4])
        with suppress(OSError):
            self.close()
        return Ended(at - 1 if at else None, hung=hung, starved=starved)

    def _cpu(self) -> float:
        """Seconds of the processor that it has had; where the system does not tell, what it may have had."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        except OSError:
            return time.monotonic()
        return (int(fields[11]) + int(fields[12])) / _TICK
