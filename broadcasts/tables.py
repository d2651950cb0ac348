"""The domains whose rows are tables of the dynamic database: a process that works at those tables has to know them all."""

from __future__ import annotations

from importlib import import_module

SOURCES = ("backend.residents.actions",)
"""Each registers itself with `backend.records.sources`."""


def load() -> None:
    """Make them known in this process."""
    for name in SOURCES:
        import_module(name)
