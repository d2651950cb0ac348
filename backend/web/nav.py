"""The admin's menu: each domain registers its entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.core import access
from backend.core.access import Actor
from backend.core.i18n import Msg

Badge = Callable[[Actor], int]


@dataclass(frozen=True, slots=True)
class Entry:
    label: Msg
    endpoint: str
    permission: str | None
    order: int
    badge: Badge | None = None

    @property
    def section(self) -> str:
        """`requests` for `requests.board`: the entry stays lit on all pages of its blueprint."""
        return self.endpoint.partition(".")[0]


_entries: dict[str, Entry] = {}


def register(
    label: Msg, endpoint: str, permission: str | None, order: int, badge: Badge | None = None
) -> None:
    """Add an entry, seen by those who hold `permission` anywhere (None: all staff). `badge(actor)` is how much waits."""
    _entries[endpoint] = Entry(label, endpoint, permission, order, badge)


def entries(actor: Actor) -> list[Entry]:
    """What this actor sees, in order."""
    seen = [e for e in _entries.values() if e.permission is None or access.may(actor, e.permission)]
    return sorted(seen, key=lambda e: e.order)
