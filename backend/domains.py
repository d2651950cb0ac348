"""The domains whose rows are tables of the dynamic database: a process that works at those tables has to know them all."""

from __future__ import annotations

from importlib import import_module

WITH_TABLES = ("backend.residents.actions", "backend.requests.face")
"""Each registers itself with `backend.records.sources`."""


def load() -> None:
    """Make them known in this process."""
    for name in WITH_TABLES:
        import_module(name)
