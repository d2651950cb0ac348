"""Who reads in an alarm what was measured of somebody's body: staff who look after her health, and those of her family whom she lets know how she is. Everybody
else who is told reads that a value is outside, and not which it was.
"""

from __future__ import annotations

from backend.alarms import rungs
from backend.alarms.models import Alarm
from backend.alarms.rungs import Person
from backend.core import access
from backend.core.access import Actor
from backend.family import queries as family
from backend.messaging.people import StaffMember
from backend.residents import health
from backend.staff import queries as staff

HOW_SHE_IS = "checkin"
"""The topic of a relation under which a relative is told that."""


def told(alarm: Alarm, person: Person) -> bool:
    """Whether this person on the alarm's ladder is told of it."""
    if alarm.measured is None:
        return False
    if isinstance(person.to, StaffMember):
        return access.may(staff.actor_by_id(person.to.id), health.READ, alarm.org_id)
    relation_id = rungs.relation_of(person.key)
    return relation_id is not None and told_relative(alarm, relation_id)


def told_relative(alarm: Alarm, relation_id: int) -> bool:
    if alarm.measured is None or alarm.resident_id is None:
        return False
    return any(c.relation_id == relation_id for c in family.contacts(alarm.resident_id, HOW_SHE_IS))


def seen(actor: Actor, alarm: Alarm) -> bool:
    """Whether a member of staff sees it who looks the alarm up: while it goes on, whatever she keeps to herself."""
    if alarm.measured is None:
        return False
    return health.read_by(actor, alarm.org_id, alarm.resident_id if alarm.status == "cleared" else None)
