"""SIGTERM and Ctrl-C end a process in order."""

from __future__ import annotations

import queue
import signal
import threading


def heeded(stop: threading.Event) -> None:
    """From now on either sets `stop`. Call it in the main thread.

    Not in the signal's handler: the main thread may be just about to wait for `stop`, and then holds the lock that `set` needs; it
    would never go on. Of the queues only SimpleQueue may be used there (Python's documentation of `queue.SimpleQueue.put`).
    """
    asked: queue.SimpleQueue[int] = queue.SimpleQueue()

    def wait() -> None:
        asked.get()
        stop.set()

    threading.Thread(target=wait, name="ending", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda which, _frame: asked.put(which))
