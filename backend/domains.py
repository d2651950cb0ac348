"""The domains whose rows are tables of the dynamic database, and those that hear of what changes there: a process that works at
those tables has to know them all."""

from __future__ import annotations

from importlib import import_module

WITH_TABLES = ("backend.residents.actions", "backend.requests.face")
"""Each registers itself with `backend.records.sources`."""
FOLLOWING = ("backend.alarms.actions", "backend.care.hooks")
"""Each registers itself with `backend.residents.moves`: a file of rows moves people as well as a page does."""


def load() -> None:
    """Make them known in this process."""
    for name in (*WITH_TABLES, *FOLLOWING):
        import_module(name)
