"""A resident lives elsewhere from now on: what belongs to her follows. A domain above registers here, so that nothing is
imported upward."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Follow = Callable[[int, int], None]
_followers: dict[str, Follow] = {}


def register(name: str, follow: Follow) -> None:
    """`follow(resident_id, org_id)` is called whenever a resident's file was put into another Org, within that transaction."""
    _followers[name] = follow


def tell(resident_ids: Iterable[int], org_id: int) -> None:
    """These residents live at this Org now."""
    for resident_id in resident_ids:
        for _name, follow in sorted(_followers.items()):
            follow(resident_id, org_id)
