"""Who can be sent, who is told when it takes too long, and what workers are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import peewee

from backend.core.i18n import Text
from backend.requests import lifecycle, service_level
from backend.requests.models import Request
from backend.staff import queries as staff

_TWO_CHARACTERS = frozenset(
    (
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "司徒",
        "令狐",
        "夏侯",
        "长孙",
        "端木",
        "南宫",
    )
)
"""Family names of two characters: 欧阳师傅, not 欧师傅."""


@dataclass(frozen=True, slots=True)
class Worker:
    """`busy` is how many open requests are with this worker."""

    id: int
    name: str
    phone: str | None
    busy: int


def called(name: str) -> Text:
    """王师傅 for 王强; the name itself in other letters."""
    if not name or name.isascii():
        return name
    family = name[:2] if name[:2] in _TWO_CHARACTERS else name[:1]
    return {"zh_CN": f"{family}师傅", "en": name}


def workers(org_id: int) -> list[Worker]:
    """The repair workers who serve the Org, the least busy first."""
    return _with_load(staff.staff_with_role("repairer", org_id))


def worker(staff_id: int) -> Worker:
    """Raises NotFound."""
    return _with_load([staff.by_id(staff_id)])[0]


def serves(staff_id: int, org_id: int) -> bool:
    """Whether this staff member may be given work at the Org."""
    return any(s.id == staff_id for s in staff.staff_with_permission("request.progress", org_id))


def _with_load(people: list[Any]) -> list[Worker]:
    ids = [s.id for s in people]
    rows: Any = (
        Request.select(Request.assignee_id, peewee.fn.COUNT(Request.id))
        .where(Request.assignee_id.in_(ids), Request.status.in_(lifecycle.OPEN))
        .group_by(Request.assignee_id)
        .tuples()
    )
    load: dict[int, int] = dict(rows)
    found = [Worker(s.id, s.name, s.phone, load.get(s.id, 0)) for s in people]
    return sorted(found, key=lambda w: (w.busy, w.id))


def told_at(step: int, org_id: int) -> list[int]:
    """The staff ids whom an overdue request climbs to at `step`; the next step's people where there is nobody."""
    for role in service_level.STEPS[step:]:
        if found := staff.staff_with_role(role, org_id):
            return [s.id for s in found]
    return []


def desk(org_id: int) -> list[int]:
    """Who hands out the work: the duty desk, else the admins."""
    return told_at(0, org_id)
