"""Tying a chat to a staff member: a code made in the admin, said in the chat (`绑定 123456`)."""

from __future__ import annotations

from datetime import timedelta

from backend.core import clock, crypto, ids
from backend.core.access import Actor
from backend.core.audit import record
from backend.core.db import transaction
from backend.staff import queries
from backend.staff.models import Staff, StaffLink, StaffLinkMiss
from backend.staff.reach import check_over

LASTS = timedelta(minutes=15)
MISSES_EACH, MISSES_ALL = 5, 50
"""Wrong codes within LASTS, from one knocker and from everybody: with 50 tries a code of six digits is guessed in one of
20,000 windows."""


def make_link_code(actor: Actor, staff_id: int) -> str:
    """Six digits that are good for 15 minutes, once; an earlier one stops counting. For oneself or for one's people."""
    staff = queries.by_id(staff_id)
    if not (actor.kind == "staff" and actor.id == staff_id):
        check_over(actor, staff)
    now = clock.now()
    with transaction():
        StaffLink.delete().where((StaffLink.staff == staff) | (StaffLink.expires_at < now)).execute()
        code = ids.code()
        while StaffLink.select().where(StaffLink.digest == _digest(code)).exists():
            code = ids.code()
        StaffLink.create(staff=staff, digest=_digest(code), expires_at=now + LASTS)
        record(actor, "staff.link_code", f"staff:{staff_id}", org_id=queries.home_org(staff))
    return code


def claim_link_code(code: str, knocker: str = "") -> Staff | None:
    """Whose code this is; it is spent. None for a wrong or old one, and for everybody once too many were wrong.
    `knocker` names who tries (e.g. `identity:7`)."""
    now = clock.now()
    with transaction():
        StaffLinkMiss.delete().where(StaffLinkMiss.at < now - LASTS).execute()
        misses = StaffLinkMiss.select()
        if (
            misses.where(StaffLinkMiss.knocker == knocker).count() >= MISSES_EACH
            or misses.count() >= MISSES_ALL
        ):
            return None
        row = StaffLink.get_or_none(
            (StaffLink.digest == _digest(code)) & StaffLink.used_at.is_null() & (StaffLink.expires_at > now)
        )
        if row is None or not row.staff.active:
            StaffLinkMiss.create(knocker=knocker, at=now)
            return None
        spent = (
            StaffLink.update(used_at=now).where(StaffLink.id == row.id, StaffLink.used_at.is_null()).execute()
        )
        if not spent:
            return None
        staff: Staff = row.staff
        record(
            queries.actor_of(staff), "staff.chat_linked", f"staff:{staff.id}", org_id=queries.home_org(staff)
        )
    return staff


def _digest(code: str) -> str:
    return crypto.digest(code.strip(), "staff-link")
