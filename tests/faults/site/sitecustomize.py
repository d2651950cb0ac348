"""Kills the process that it is in, without farewell, at a moment that a test has named. It only looks on: no code of ours is
changed, and until the test asks for it nothing happens.

A test writes `<who> <module>:<function>:<moment>` into the file KILL_ORDER; the first process of that kind that gets there
takes the order (so that its successor lives), leaves its process id in KILL_ORDER.done, and is gone. `who` is what `python
-m` was given, or "web" for a process that serves HTTP. `moment`: call, return, or result (it returned something).
"""

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

_ORDER = Path(os.environ.get("KILL_ORDER", "/"))
_POINTS = frozenset(point.rpartition(":")[0] for point in os.environ.get("KILL_POINTS", "").split())
_NAMES = frozenset(point.rpartition(":")[2].rpartition(".")[2] for point in _POINTS)


def _look(frame: FrameType, event: str, arg: Any) -> Any:
    code = frame.f_code
    if code.co_name not in _NAMES:
        return None
    point = f"{frame.f_globals.get('__name__')}:{code.co_qualname}"
    if point not in _POINTS:
        return None
    _reached(f"{point}:call")
    frame.f_trace_lines = False

    def leaving(left: FrameType, event: str, arg: Any) -> Any:
        if event == "return":
            _reached(f"{point}:return")
            if arg:
                _reached(f"{point}:result")
        return leaving

    return leaving


def _reached(point: str) -> None:
    try:
        wanted = _ORDER.read_text()
    except FileNotFoundError:
        return
    if wanted != f"{_who()} {point}":
        return
    try:
        _ORDER.rename(f"{_ORDER}.taken")
    except FileNotFoundError:
        return
    done = Path(f"{_ORDER}.new")
    done.write_text(str(os.getpid()))
    done.rename(f"{_ORDER}.done")
    os.kill(os.getpid(), signal.SIGKILL)


def _who() -> str:
    if "backend.asgi" in sys.modules:
        return "web"
    return str(getattr(getattr(sys.modules.get("__main__"), "__spec__", None), "name", ""))


if _POINTS:
    threading.settrace(_look)
    # People are answered in threads. Looking on while a web process begins, in its first thread, made that take half as long again.
    if "broadcasts.worker" in sys.orig_argv:
        sys.settrace(_look)
