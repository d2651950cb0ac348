"""What the scheduler does for rules over devices: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from iot.rules import built_in, past, waking

JOBS: list[tuple[str, float, Callable[[], object]]] = [
    ("rules.wake", 5, waking.wake),
    ("rules.homes", 300, waking.watch_homes),
    ("rules.tests", 2, past.go_on),
    ("rules.built_in", 60, built_in.ensure),
]
