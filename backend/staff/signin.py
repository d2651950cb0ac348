"""Proving who one is: password, lock-out, second factor. Every refusal sounds the same, whichever part was wrong."""

from __future__ import annotations

from datetime import timedelta

from backend.core import clock
from backend.core.audit import record
from backend.core.db import transaction
from backend.core.errors import LinliError
from backend.core.i18n import _
from backend.staff import factor, passwords, queries
from backend.staff.models import Staff

TRIES = 5
_FIRST_REST = timedelta(minutes=1)
_LONGEST_REST = timedelta(hours=1)


class Refused(LinliError):
    """Not signed in. The text does not say whether the account exists, rests, or has another password."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This name and password do not fit together. After five tries in a row sign-in rests for a while; your admin "
                "can also give you a new password."
            )
        )


class WrongCode(LinliError):
    """The second step failed."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This code does not fit. Wait for the next one in the app, and see that the phone's clock is right."
            )
        )


def by_password(username: str, password: str) -> Staff:
    """The staff member whose password this is. Raises Refused. Takes as long for a name that does not exist."""
    staff = queries.by_username(username)
    good = passwords.fits(password, staff.password_hash if staff else None)
    if staff is None:
        raise Refused()
    if not staff.active or _rests(staff):
        raise Refused()
    if not good:
        _failed(staff, "password")
        raise Refused()
    if passwords.outdated(staff.password_hash):
        Staff.update(password_hash=passwords.hashed(password)).where(Staff.id == staff.id).execute()
    if not factor.enabled(staff):
        _succeeded(staff)
    return staff


def by_code(staff_id: int, code: str) -> Staff:
    """The second step, after `by_password`. Raises WrongCode, or Refused once the account rests."""
    staff = queries.by_id(staff_id)
    if not staff.active or _rests(staff):
        raise Refused()
    if not factor.spend(staff_id, code):
        _failed(staff, "code")
        raise WrongCode()
    _succeeded(staff)
    return queries.by_id(staff_id)


def _rests(staff: Staff) -> bool:
    return staff.locked_until is not None and staff.locked_until > clock.now()


def _failed(staff: Staff, step: str) -> None:
    """Count it; from the fifth on the account rests for 1, 2, 4 … 60 minutes. Committed although the caller then raises."""
    with transaction():
        Staff.update(failed_count=Staff.failed_count + 1).where(Staff.id == staff.id).execute()
        count = Staff.select(Staff.failed_count).where(Staff.id == staff.id).scalar()
        actor = queries.actor_of(staff)
        subject, org_id = f"staff:{staff.id}", queries.home_org(staff)
        record(actor, "staff.sign_in_failed", subject, org_id=org_id, after={"step": step, "in_a_row": count})
        if count >= TRIES:
            rest = min(_FIRST_REST * 2 ** min(count - TRIES, 10), _LONGEST_REST)
            Staff.update(locked_until=clock.now() + rest).where(Staff.id == staff.id).execute()
            record(
                actor, "staff.locked", subject, org_id=org_id, after={"minutes": rest.total_seconds() / 60}
            )


def _succeeded(staff: Staff) -> None:
    with transaction():
        Staff.update(failed_count=0, locked_until=None).where(Staff.id == staff.id).execute()
        record(queries.actor_of(staff), "staff.sign_in", f"staff:{staff.id}", org_id=queries.home_org(staff))
