"""What the scheduler does for what people see of devices: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from iot.seeing import positions, snapshots

JOBS: list[tuple[str, int, Callable[[], object]]] = [
    ("devices.positions", 3600, positions.clear_old),
    ("devices.snapshots", 5, snapshots.deliver),
]
