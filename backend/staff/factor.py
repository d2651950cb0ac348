"""The second factor: time-based codes (RFC 6238) from an authenticator app, and recovery codes for when it is lost."""

from __future__ import annotations

import hmac
import string
import unicodedata
from dataclasses import dataclass

import pyotp

from backend.core import clock, crypto
from backend.core.access import Actor
from backend.core.audit import record
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import Msg, _
from backend.settings import settings
from backend.staff import passwords, queries
from backend.staff.models import RecoveryCode, Staff
from backend.staff.reach import check_over

RECOVERY_CODES = 8
_STEP = 30


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the authenticator needs: `uri` for the QR code, `secret` to type."""

    secret: str
    uri: str


def enabled(staff: Staff) -> bool:
    return staff.totp_confirmed_at is not None


def enrol(staff_id: int) -> Enrolment:
    """A secret to put into the authenticator; it counts only once `confirm` has seen a code from it. Asking again before
    that gives the same one: a reloaded page must not spoil a scanned code."""
    with transaction():
        staff = queries.by_id(staff_id)
        if enabled(staff):
            raise Invalid(_("The second factor is already on."))
        secret = staff.totp_secret or pyotp.random_base32()
        Staff.update(totp_secret=secret).where(Staff.id == staff_id).execute()
    app_entry = pyotp.TOTP(secret, name=staff.username, issuer=f"Linli {settings().community_name}")
    uri = app_entry.provisioning_uri()
    return Enrolment(secret, uri)


def confirm(staff_id: int, code: str) -> list[str]:
    """Turn the second factor on; returns the recovery codes, to be shown once. Raises Invalid for a wrong code."""
    with transaction():
        staff = queries.by_id(staff_id)
        if not staff.totp_secret or enabled(staff) or not _spend_step(staff, code):
            raise Invalid(_not_this_code(), "code")
        Staff.update(totp_confirmed_at=clock.now()).where(Staff.id == staff_id).execute()
        codes = _new_recovery_codes(staff)
        _note(queries.actor_of(staff), "staff.factor_on", staff)
    return codes


def spend(staff_id: int, code: str) -> bool:
    """Whether `code` is the present one (or an unused recovery code); it counts once."""
    with transaction():
        staff = queries.by_id(staff_id)
        if not enabled(staff):
            return False
        return _spend_step(staff, code) or _spend_recovery(staff, code)


def new_recovery_codes(staff_id: int, password: str) -> list[str]:
    """Eight fresh codes in place of the old ones. Raises Invalid unless the password fits."""
    staff = queries.by_id(staff_id)
    if not passwords.fits(password, staff.password_hash):
        raise Invalid(_("The present password is a different one."), "old")
    with transaction():
        codes = _new_recovery_codes(staff)
        _note(queries.actor_of(staff), "staff.recovery_codes", staff)
    return codes


def turn_off(actor: Actor, staff_id: int) -> None:
    """For a colleague whose phone is gone: they enrol anew at the next sign-in where it is required."""
    staff = queries.by_id(staff_id)
    check_over(actor, staff)
    with transaction():
        RecoveryCode.delete().where(RecoveryCode.staff == staff).execute()
        Staff.update(totp_secret=None, totp_confirmed_at=None, session_epoch=Staff.session_epoch + 1).where(
            Staff.id == staff_id
        ).execute()
        _note(actor, "staff.factor_off", staff)


def recovery_left(staff: Staff) -> int:
    return int(
        RecoveryCode.select().where(RecoveryCode.staff == staff, RecoveryCode.used_at.is_null()).count()
    )


def _not_this_code() -> Msg:
    return _(
        "This code does not fit. Wait for the next one in the app, and see that the phone's clock is right."
    )


def _spend_step(staff: Staff, code: str) -> bool:
    """One step early or late is forgiven (clocks differ); a step that was used, or an earlier one, never counts again."""
    # A Chinese keyboard types full width.
    given = "".join(c for c in unicodedata.normalize("NFKC", code) if c in string.digits)
    present = int(clock.now().timestamp()) // _STEP
    totp = pyotp.TOTP(staff.totp_secret or "")
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.generate_otp(step), given):
            spent = (
                Staff.update(last_totp_step=step)
                .where(Staff.id == staff.id, Staff.last_totp_step < step)
                .execute()
            )
            return bool(spent)
    return False


def _spend_recovery(staff: Staff, code: str) -> bool:
    spent = (
        RecoveryCode.update(used_at=clock.now())
        .where(
            RecoveryCode.staff == staff,
            RecoveryCode.digest == _digest(staff, code),
            RecoveryCode.used_at.is_null(),
        )
        .execute()
    )
    if spent:
        _note(queries.actor_of(staff), "staff.recovery_code_used", staff)
    return bool(spent)


def _new_recovery_codes(staff: Staff) -> list[str]:
    codes = [passwords.one_time()[:14] for _n in range(RECOVERY_CODES)]
    RecoveryCode.delete().where(RecoveryCode.staff == staff).execute()
    for code in codes:
        RecoveryCode.create(staff=staff, digest=_digest(staff, code))
    return codes


def _digest(staff: Staff, code: str) -> str:
    bare = "".join(c for c in code.lower() if c.isalnum())
    return crypto.digest(bare, f"recovery:{staff.id}")


def _note(actor: Actor, action: str, staff: Staff) -> None:
    record(actor, action, f"staff:{staff.id}", org_id=queries.home_org(staff))
