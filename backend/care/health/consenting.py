"""Her consent to the keeping of health data: apart from every other one, as easily taken back as given."""

from __future__ import annotations

from collections.abc import Iterable

from backend.care import record
from backend.care.health import personal
from backend.core import access, audit
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import Msg, _
from backend.residents import consent
from backend.residents import queries as residents

HOW: dict[str, Msg] = {
    "paper": _("signed on paper"),
    "phone": _("said yes on the phone"),
    "visit": _("said yes at a visit"),
}
"""How staff can have been given it."""
NEEDED = _("First she has to agree that we keep health data. How did she?")


def stands(resident_id: int) -> bool:
    return consent.stands(resident_id, consent.HEALTH)


def standing(resident_ids: Iterable[int]) -> set[int]:
    """Of these those who have agreed."""
    return consent.standing(resident_ids, consent.HEALTH)


def give(actor: Actor, resident_id: int, channel: str) -> None:
    """She agrees. Giving it twice changes nothing."""
    with transaction():
        if consent.allow(resident_id, consent.HEALTH, channel):
            _noted(actor, "health.consent", resident_id, channel)


def noted_by_staff(actor: Actor, resident_id: int, how: str) -> None:
    """Staff write down how she agreed. Raises Forbidden, Invalid."""
    access.check(actor, "care.change", residents.org_of(resident_id))
    if how not in HOW:
        raise Invalid(NEEDED, "how")
    give(actor, resident_id, how)


def withdraw(actor: Actor, resident_id: int, channel: str) -> bool:
    """She takes it back: what is kept of her health is deleted. False when there is nothing to take back."""
    with transaction():
        stood = consent.disallow(resident_id, consent.HEALTH, channel)
        if stood or personal.holds(resident_id):
            if not stood:
                consent.forget(resident_id, consent.HEALTH)
            _noted(actor, "health.withdraw", resident_id, channel)
            return True
        return False


def require(resident_id: int) -> None:
    """Raises Invalid while she has not agreed."""
    if not stands(resident_id):
        raise Invalid(NEEDED, "how")


def _noted(actor: Actor, action: str, resident_id: int, channel: str) -> None:
    audit.record(
        actor,
        action,
        f"resident:{resident_id}",
        org_id=residents.org_of(resident_id),
        after={"how": channel},
    )
    record.changed(resident_id)
