"""The number recorded for a staff member: notices go there by SMS, and an SMS from it is theirs. A call is not: it can be forged.

What an admin records counts at once: the admin vouches for it. What somebody enters for themselves counts from the first
SMS that comes from there.
"""

from __future__ import annotations

from collections.abc import Callable

from backend.core import crypto
from backend.core.audit import record
from backend.core.db import execute, transaction
from backend.fields.phone import textable
from backend.messaging import people
from backend.messaging.people import StaffMember
from backend.staff import queries
from backend.staff.models import Staff

Told = Callable[[int], None]
_on_reach: list[Told] = []


def when_reached(tell: Told) -> None:
    """`tell` is called with the id of a staff member who can be written to from now on, and could not be before."""
    _on_reach.append(tell)


def index(number: str | None) -> str | None:
    """What a number is looked up by."""
    return crypto.blind_index(number, "address") if number else None


def moved(staff: Staff, before: str | None, *, vouched: bool) -> None:
    """The recorded number of `staff` was `before`: that one is theirs no longer; the present one is, if it is `vouched` for."""
    if before and before != staff.phone and (old := people.find("sms", before)) and old.staff_id == staff.id:
        people.leave_staff(old.id)
    if not (vouched and staff.phone and textable(staff.phone)):
        return
    reached = bool(people.identities(StaffMember(staff.id)))
    identity = people.ensure("sms", staff.phone, staff.locale)
    if identity.staff_id is None:
        people.join_staff(identity.id, staff.id)
    if not reached and identity.staff_id in (None, staff.id):
        for tell in _on_reach:
            tell(staff.id)


_ANYBODY = "SELECT 1 FROM staff WHERE phone_index = ? LIMIT 1"


def met(identity_id: int, address: str) -> Staff | None:
    """Whose recorded number an SMS came from; from now on that address is theirs. None when it is nobody's, or several share
    it."""
    if execute(_ANYBODY, (index(address),)).fetchone() is None:
        return None  # nearly every text: asked in every turn with nothing open
    found = list(Staff.select().where((Staff.phone_index == index(address)) & Staff.active).limit(2))
    if len(found) != 1:
        return None
    staff: Staff = found[0]
    with transaction():
        people.join_staff(identity_id, staff.id)
        record(
            queries.actor_of(staff), "staff.chat_linked", f"staff:{staff.id}", org_id=queries.home_org(staff)
        )
    return staff
