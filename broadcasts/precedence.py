"""In a process that writes a campaign's letters these come before the sending of those that are written, as long as few of them wait: a
process has one interpreter, and the other workers have nothing to send meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

QUEUE = "bulk"
"""The only queue that gives way."""
MOST_S = 1.0
"""How long it does, at a time: what a writer stands still for must not stop what has been written."""
_free = threading.Event()
_free.set()


@contextmanager
def letters() -> Iterator[None]:
    """Letters are being written here."""
    _free.clear()
    try:
        yield
    finally:
        _free.set()


def may_send(queue: str, busy: bool) -> bool:
    """Whether more may be taken out of this queue now. Who has nothing under way waits for it, MOST_S at most, and then may."""
    return queue != QUEUE or _free.wait(0 if busy else MOST_S) or not busy
