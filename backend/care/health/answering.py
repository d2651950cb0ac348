"""Her word about a medicine: taken, not yet, not taking it; at once or late, by a button, a digit, a key or words."""

from __future__ import annotations

from datetime import timedelta

from backend.care import record
from backend.care.answering import Voice
from backend.care.health import dosing, medicines, wording
from backend.care.health.models import MedicineDose
from backend.core import clock
from backend.core.db import transaction
from backend.core.errors import NotFound
from backend.fields.words import Words

LATELY = timedelta(hours=12)
"""A word about a reminder from before then is about another one."""


def taken(by: Voice, dose_id: int) -> Words:
    """Raises NotFound for anybody else's."""
    with transaction():
        dose = _hers(by, dose_id)
        if dose.status == "taken" or dose.status == "excused":
            return wording.noted_before()
        _settle(dose, "taken")
        return wording.well_done()


def refused(by: Voice, dose_id: int) -> Words:
    """Raises NotFound for anybody else's."""
    with transaction():
        dose = _hers(by, dose_id)
        if dose.status in ("refused", "excused"):
            return wording.noted_before()
        _settle(dose, "refused")
        return wording.not_taken()


def later(by: Voice, dose_id: int) -> Words:
    """She is asked again in 20 minutes, a few times. Raises NotFound for anybody else's."""
    with transaction():
        dose = _hers(by, dose_id)
        now = clock.now()
        if dose.status not in dosing.OPEN or now - dose.due_at > LATELY:
            return wording.noted_before()
        dose.laters += 1
        if dose.laters > dosing.MOST_LATER:
            _settle(dose, "silent")
            return wording.enough_asked()
        dose.status, dose.questions, dose.asked_at, dose.settled_at = "later", 0, now, None
        dose.next_at = now + dosing.AGAIN
        dose.save()
        record.changed(dose.resident_id)
        return wording.again_soon()


def latest(resident_id: int | None) -> int | None:
    """The reminder that words without a question are about: the last one of today that is open."""
    if resident_id is None:
        return None
    mine = (MedicineDose.resident_id == resident_id) & MedicineDose.status.in_(dosing.OPEN)
    recent = mine & (MedicineDose.due_at > clock.now() - LATELY)
    found = MedicineDose.select(MedicineDose.id).where(recent).order_by(MedicineDose.due_at.desc()).first()
    return int(found.id) if found is not None else None


def _settle(dose: MedicineDose, status: str) -> None:
    dose.status, dose.settled_at, dose.next_at = status, clock.now(), None
    dose.save()
    record.changed(dose.resident_id)


def _hers(by: Voice, dose_id: int) -> MedicineDose:
    found = MedicineDose.get_or_none(MedicineDose.id == dose_id)
    if found is None or (by.resident_id != found.resident_id and by.identity_id != found.identity_id):
        raise NotFound()
    medicines.locked(found.plan_id)
    return MedicineDose.get_by_id(dose_id)  # type: ignore[no-any-return]
