"""What the scheduler does for devices: (name, every so many seconds, function)."""

from __future__ import annotations

from collections.abc import Callable

from iot import express
from iot.commands import actions as commands
from iot.maintenance import windows as maintenance
from iot.quarantine import later
from iot.registry import online

JOBS: list[tuple[str, int, Callable[[], object]]] = [
    ("devices.maintenance", 20, maintenance.close_due),
    ("devices.commands", 5, commands.time_out),
    ("devices.online", 30, online.look),
    ("devices.twins", 600, express.clear),
    ("devices.later", 5, later.again),
]
