"""Who wants to know how an alarm of theirs goes on: a domain above registers here, so that nothing is imported upward."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from backend.alarms import surely
from backend.alarms.summary import Summary

OnChange = Callable[[Summary], None]
_listeners: dict[str, OnChange] = {}
_from_the_first: set[str] = set()


def register(source_prefix: str, on_change: OnChange, *, raised: bool = False) -> None:
    """`on_change(summary)` is called after every answer and when an alarm is cleared, within that transaction, for alarms whose
    source begins with `source_prefix` ("checkin:"); with `raised` also when one is raised."""
    _listeners[source_prefix] = on_change
    if raised:
        _from_the_first.add(source_prefix)


def tell(summary: Summary, *, raised: bool = False) -> None:
    """A listener that fails does not undo the answer: it was given, and people act on it."""
    for prefix, on_change in sorted(_listeners.items()):
        if summary.source.startswith(prefix) and (not raised or prefix in _from_the_first):
            surely.attempt(summary.id, f"listener:{prefix}", partial(on_change, summary))
