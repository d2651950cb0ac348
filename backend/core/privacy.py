"""A person's rights over her data: every part that holds some says how it is exported and how it is forgotten.

Both run inside the transaction of the export or erasure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Export = Callable[[int], Any]
Forget = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Holder:
    """`export(resident_id)` gives JSON of what is held about her; `forget(resident_id)` empties it."""

    name: str
    export: Export
    forget: Forget


_holders: dict[str, Holder] = {}


def register(name: str, export: Export, forget: Forget) -> None:
    """Say that this part holds personal data of residents."""
    _holders[name] = Holder(name, export, forget)


def export(resident_id: int) -> dict[str, Any]:
    """What every other part holds about this resident, by part."""
    return {name: holder.export(resident_id) for name, holder in sorted(_holders.items())}


def forget(resident_id: int) -> None:
    """Have every other part forget this resident."""
    for _name, holder in sorted(_holders.items()):
        holder.forget(resident_id)
