"""What other parts ask about staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.core import access, orgs
from backend.core.access import PERMISSIONS, Actor, Post
from backend.core.audit import AuditEntry
from backend.core.db import execute
from backend.core.errors import NotFound
from backend.core.orgs import Org
from backend.staff.models import Staff, StaffPost


def by_id(staff_id: int) -> Staff:
    """Raises NotFound."""
    staff = Staff.get_or_none(Staff.id == staff_id)
    if staff is None:
        raise NotFound()
    return staff


def by_ids(staff_ids: list[int]) -> dict[int, Staff]:
    """Staff by id, the unknown left out: for the names in a list."""
    return {s.id: s for s in Staff.select().where(Staff.id.in_(staff_ids))} if staff_ids else {}


def by_username(username: str) -> Staff | None:
    found: Staff | None = Staff.get_or_none(Staff.username == username.strip().lower())
    return found


def working(staff_ids: set[int]) -> set[int]:
    """Those of them whose account is open."""
    if not staff_ids:
        return set()
    rows: Any = Staff.select(Staff.id).where(Staff.id.in_(sorted(staff_ids)) & Staff.active).tuples()
    return {row[0] for row in rows}


def posts_of(staff: Staff) -> tuple[Post, ...]:
    rows: Any = (
        StaffPost.select(StaffPost.role, Org.path)
        .join(Org)
        .where(StaffPost.staff == staff, StaffPost.role.in_(list(PERMISSIONS)))
        .order_by(StaffPost.id)
        .tuples()
    )
    return tuple(Post(role, path) for role, path in rows)


def wanted_of(staff: Staff) -> set[tuple[str, int]]:
    """The posts as (role, Org id)."""
    rows: Any = StaffPost.select(StaffPost.role, StaffPost.org).where(StaffPost.staff == staff).tuples()
    return set(rows)


def actor_of(staff: Staff) -> Actor:
    """Who this staff member is to `core.access`; one who left may do nothing."""
    return Actor("staff", staff.id, staff.name, posts_of(staff) if staff.active else ())


def actor_by_id(staff_id: int) -> Actor:
    """Raises NotFound."""
    return actor_of(by_id(staff_id))


def staff_with_permission(permission: str, org_id: int) -> list[Staff]:
    """Active staff who hold `permission` at the Org, through a post there or above; the nearest post first."""
    return _holding([role for role, held in PERMISSIONS.items() if permission in held], org_id)


def working_below(paths: Sequence[str], *, permission: str = "", role: str = "") -> list[Staff]:
    """Active staff who hold the permission, or the role, somewhere in these subtrees or above them, by name."""
    roles = [role] if role else [r for r, held in PERMISSIONS.items() if permission in held]
    rows: Any = (
        Staff.select(Staff, Org.path.alias("reach"))
        .join(StaffPost)
        .join(Org)
        .where(Staff.active, StaffPost.role.in_(roles))
        .objects()
    )
    near = {s.id: s for s in rows if any(s.reach.startswith(p) or p.startswith(s.reach) for p in paths)}
    return sorted(near.values(), key=lambda s: (s.name, s.id))


def staff_with_role(role: str, org_id: int) -> list[Staff]:
    """Active staff with this role at the Org or above, e.g. the repair workers who serve a grid; the nearest first."""
    return _holding([role], org_id)


def _holding(roles: list[str], org_id: int) -> list[Staff]:
    path = orgs.paths([org_id]).get(org_id)
    if path is None:
        raise NotFound()
    above = [int(i) for i in path.strip("/").split("/")]
    sql = _HOLDING.format(",".join("?" * len(roles)), ",".join("?" * len(above)))
    nearest = sorted(execute(sql, [*roles, *above]).fetchall(), key=lambda row: (-len(row[1]), row[0]))
    known = by_ids([row[0] for row in nearest])
    return [known[number] for number in dict.fromkeys(row[0] for row in nearest)]


# Plain SQL: an alarm that is raised asks for each of its rungs, and everybody who writes waits meanwhile.
_HOLDING = (
    "SELECT s.id, o.path FROM staff s JOIN staff_post p ON p.staff_id = s.id JOIN org o ON o.id = p.org_id"
    " WHERE s.active AND p.role IN ({}) AND p.org_id IN ({})"
)


def visible_to(actor: Actor) -> Any:
    """A query of the staff whom `actor` may see: with a post in their area, who had one there last, and themselves."""
    none = [
        s
        for (s,) in Staff.select(Staff.id).where(Staff.id.not_in(StaffPost.select(StaffPost.staff))).tuples()
    ]
    last = last_orgs(none)
    there = access.where(actor, "staff.read", set(last.values()))
    here = Staff.id.in_(working_at(access.org_ids(actor, "staff.read")))
    return Staff.select().where(
        here | Staff.id.in_([s for s, org_id in last.items() if org_id in there]) | (Staff.id == actor.id)
    )


def last_orgs(staff_ids: Sequence[int]) -> dict[int, int]:
    """Where each of these belonged when something of their account was last noted; who never had a post is absent."""
    subjects = {f"staff:{staff_id}": staff_id for staff_id in staff_ids}
    if not subjects:
        return {}
    rows = (
        AuditEntry.select(AuditEntry.subject, AuditEntry.org_id)
        .where(AuditEntry.subject.in_(list(subjects)) & AuditEntry.org_id.is_null(False))
        .order_by(AuditEntry.id)
        .tuples()
    )
    return {subjects[subject]: org_id for subject, org_id in rows}


def working_at(org_ids: Any) -> Any:
    """A sub-query of the ids of staff with a post at one of these Orgs."""
    return StaffPost.select(StaffPost.staff).where(StaffPost.org.in_(org_ids))


def with_role(query: Any, role: str) -> Any:
    """Of a query of staff those who hold `role` anywhere."""
    return query.where(Staff.id.in_(StaffPost.select(StaffPost.staff).where(StaffPost.role == role)))


def home_org(staff: Staff) -> int | None:
    """The Org of the first post, for the audit log."""
    first: int | None = (
        StaffPost.select(StaffPost.org).where(StaffPost.staff == staff).order_by(StaffPost.id).scalar()
    )
    return first
