"""A resident lives elsewhere from now on: what belongs to her follows. A domain above registers here, so that nothing is
imported upward."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Follow = Callable[[int, int], None]
Leave = Callable[[int, bool], None]
_followers: dict[str, Follow] = {}
_leaving: dict[str, Leave] = {}


def register(name: str, follow: Follow) -> None:
    """`follow(resident_id, org_id)` is called whenever a resident's file was put into another Org, within that transaction."""
    _followers[name] = follow


def register_leaving(name: str, leave: Leave) -> None:
    """`leave(resident_id, moved)` is called before a resident's home becomes another one, while her row still names the old, within that transaction. Not
    `moved`: she never lived there, it was written wrongly."""
    _leaving[name] = leave


def leaves(resident_id: int, *, moved: bool = True) -> None:
    """This resident is about to have another home than the one on file."""
    for _name, leave in sorted(_leaving.items()):
        leave(resident_id, moved)


def tell(resident_ids: Iterable[int], org_id: int) -> None:
    """These residents live at this Org now."""
    for resident_id in resident_ids:
        for _name, follow in sorted(_followers.items()):
            follow(resident_id, org_id)
