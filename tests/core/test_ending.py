"""A process that is told to end does end, at whatever moment it is told."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

WAITS = """
import os, threading
from backend.core import ending

stop = threading.Event()
ending.heeded(stop)
print("waits", flush=True)
{how}
print("ended", flush=True)
"""
# What the main thread does as it begins to wait, with the signal in the midst of it.
HELD = "with stop._cond:\n    os.kill(os.getpid(), {number})\n    sum(range(100_000))\nstop.wait()"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("how", [HELD, "os.kill(os.getpid(), {number})\nstop.wait()"])
def test_it_ends_though_told_just_as_it_begins_to_wait(number: signal.Signals, how: str) -> None:
    program = WAITS.format(how=how.format(number=int(number)))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=90)
    assert (done.returncode, done.stdout.split()) == (0, ["waits", "ended"]), done.stderr


def test_so_does_one_that_works_and_looks_now_and_then() -> None:
    program = WAITS.format(how="while not stop.wait(0.001):\n    pass")
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        process.terminate()
        assert process.communicate(timeout=90)[0] == "ended\n"
        assert process.returncode == 0
