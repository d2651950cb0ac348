"""Whom an actor may employ: nobody gives a right that they do not hold, or hands out a rank above their own."""

from __future__ import annotations

from collections.abc import Iterable

from backend.core import access, orgs
from backend.core.access import PERMISSIONS, ROLES, Actor
from backend.core.errors import Forbidden
from backend.core.i18n import _
from backend.staff import queries
from backend.staff.models import Staff

RANK = {"street_admin": 3, "community_admin": 2}
"""Every other role has rank 1."""

Wanted = tuple[str, int]
"""A role at the Org of this id."""


def may_grant(actor: Actor, role: str, org_path: str) -> bool:
    """Whether `actor` may give, change or take away `role` at the Org at `org_path`."""
    if actor.kind == "system":
        return True
    here = [post for post in actor.posts if org_path.startswith(post.org_path)]
    held = frozenset[str]().union(*(PERMISSIONS[post.role] for post in here))
    rank = max((RANK.get(post.role, 1) for post in here), default=0)
    return "staff.change" in held and PERMISSIONS[role] <= held and RANK.get(role, 1) <= rank


def check_grant(actor: Actor, wanted: Iterable[Wanted]) -> None:
    """Raises Forbidden unless `actor` may give every one of these posts."""
    for role, org_id in wanted:
        if role not in ROLES or not may_grant(actor, role, orgs.get(org_id).path):
            raise Forbidden(_("You can give only the roles that you hold yourself, within your own area."))


def check_over(actor: Actor, staff: Staff) -> None:
    """Raises Forbidden unless `actor` stands over this person: could have given each of their posts. An account without any belongs
    to those who stand where its last post was."""
    access.check(actor, "staff.change")
    posts = queries.posts_of(staff)
    last = queries.last_orgs([staff.id]).get(staff.id) if not posts else None
    ours = all(may_grant(actor, post.role, post.org_path) for post in posts) and (
        bool(posts)
        or actor.kind == "system"
        or (last is not None and access.may(actor, "staff.change", last))
    )
    if not ours:
        raise Forbidden(_("This person also works above or outside your area. Their own admin can do this."))
