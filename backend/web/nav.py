"""The admin's menu: each domain registers its entries; they stand in groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for

from backend.core import access
from backend.core.access import Actor
from backend.core.i18n import Msg, _

Badge = Callable[[Actor], int]
GROUPS: dict[str, Msg] = {
    "today": _("Today"),
    "people": _("People and care"),
    "community": _("Community life"),
    "messages": _("Messages and chats"),
    "records": _("Records and print"),
    "system": _("System"),
}
"""In the order of the menu."""
HOME = "web.dashboard"


@dataclass(frozen=True, slots=True)
class Entry:
    """`also`: addresses beside its own below which it stays lit."""

    label: Msg
    endpoint: str
    permission: str | None
    order: int
    badge: Badge | None
    group: str
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the menu; `current` as in aria-current: "page", "true" on a page below it, or ""; `waiting`: how much waits."""

    label: Msg
    name: str
    url: str
    waiting: int
    current: str


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    label: Msg
    links: tuple[Link, ...]

    @property
    def waiting(self) -> int:
        return sum(link.waiting for link in self.links)


_entries: dict[str, Entry] = {}


def register(
    label: Msg,
    endpoint: str,
    permission: str | None,
    order: int,
    badge: Badge | None = None,
    *,
    group: str = "system",
    also: tuple[str, ...] = (),
) -> None:
    """Add an entry to a group of GROUPS, seen by those who hold `permission` anywhere (None: all staff). `badge(actor)` is how
    much waits."""
    if group not in GROUPS:
        raise ValueError(f"the menu has no group {group!r}")
    _entries[endpoint] = Entry(label, endpoint, permission, order, badge, group, also)


def labels() -> dict[str, Msg]:
    """What the pages of each blueprint are called: as the first entry of the menu that leads there."""
    found = sorted(_entries.values(), key=lambda e: -e.order)
    return {entry.endpoint.partition(".")[0]: entry.label for entry in found}


def menu(actor: Actor, path: str) -> list[Group]:
    """What this actor sees of the menu, somebody at `path`: groups with at least one entry."""
    seen = [e for e in _entries.values() if e.permission is None or access.may(actor, e.permission)]
    found = sorted(seen, key=lambda e: e.order)
    here = _here(found, path)
    made = []
    for name, label in GROUPS.items():
        links = tuple(_link(entry, actor, path, here) for entry in found if entry.group == name)
        if links:
            made.append(Group(name, label, links))
    return made


def _link(entry: Entry, actor: Actor, path: str, here: Entry | None) -> Link:
    url = url_for(entry.endpoint)
    current = "" if entry is not here else "page" if url == path.rstrip("/") else "true"
    waiting = entry.badge(actor) if entry.badge else 0
    return Link(entry.label, entry.endpoint.replace(".", "-"), url, waiting, current)


def _here(entries: list[Entry], path: str) -> Entry | None:
    """The entry to which the page at `path` belongs: the one with the longest address above it."""
    longest, found = 0, None
    for entry in entries:
        for top in (url_for(entry.endpoint), *entry.also):
            below = entry.endpoint != HOME and path.startswith(f"{top}/")
            if (below or path.rstrip("/") == top) and len(top) > longest:
                longest, found = len(top), entry
    return found
