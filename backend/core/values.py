"""Values: small things that do not change once they are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """A dataclass with slots that nobody assigns to. The type checker sees to that; Python's own way of seeing to it makes them
    four times as slow to make, and a turn makes fifty of them. For what a turn makes; else `dataclass(frozen=True, slots=True)`."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
