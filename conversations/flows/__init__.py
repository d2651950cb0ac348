"""The conversations written by us, one file each: a module here with FLOWS, COMMANDS or SERIES is one more."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from conversations.flow import Command, Flow, Series
from conversations.registry import Registry


def registry() -> Registry:
    """Every Flow, Command and Series of this package."""
    flows: list[Flow] = []
    commands: list[Command] = []
    series: list[Series] = []
    for module in pkgutil.iter_modules(__path__):
        loaded = import_module(f"{__name__}.{module.name}")
        flows += getattr(loaded, "FLOWS", ())
        commands += getattr(loaded, "COMMANDS", ())
        series += getattr(loaded, "SERIES", ())
    return Registry(flows, commands, series)
