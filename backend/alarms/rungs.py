"""Who stands on a rung of an alarm's ladder, and on which of their addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backend.alarms import kinds
from backend.alarms.models import Alarm, AlarmStep
from backend.family import queries as family
from backend.messaging import people
from backend.messaging.people import At, Resident, StaffMember, To
from backend.staff import queries as staff

_RELATION = "relation:"
_RELATIONS = {"family": ("family", "carer"), "volunteer": ("volunteer", "neighbour")}


@dataclass(frozen=True, slots=True)
class Person:
    """`key` is staff:5 or relation:9; `name` is how the others know her; `zone` is where she lives ("": here)."""

    key: str
    name: str
    to: To
    zone: str = ""

    @property
    def is_staff(self) -> bool:
        return isinstance(self.to, StaffMember)


def persons(alarm: Alarm, who: str) -> list[Person]:
    """Those of the rung who can be written to now."""
    if who in _RELATIONS:
        found = _related(alarm, who)
    else:
        found = [
            Person(f"staff:{s.id}", s.name, StaffMember(s.id))
            for s in staff.staff_with_role(who, alarm.org_id)
        ]
    return [person for person in found if people.identities(person.to)]


def _related(alarm: Alarm, who: str) -> list[Person]:
    if alarm.resident_id is None:
        return []
    return [
        Person(f"{_RELATION}{c.relation_id}", c.called, c.to, c.zone)
        for c in family.contacts(alarm.resident_id, "alarm")
        if c.kind in _RELATIONS[who]
    ]


def reachable(alarm: Alarm) -> frozenset[int]:
    """The rungs where somebody can be told now."""
    policy = kinds.KINDS[alarm.kind].policy
    return frozenset(index for index, rung in enumerate(policy) if persons(alarm, rung.who))


def still_told(steps: Iterable[AlarmStep]) -> list[AlarmStep]:
    """Without those whose relation to her has ended since: they hear and say no more about her."""
    told = list(steps)
    relations = {
        s.person: int(s.person.removeprefix(_RELATION)) for s in told if s.person.startswith(_RELATION)
    }
    active = family.active(relations.values())
    return [s for s in told if s.person not in relations or relations[s.person] in active]


def columns(to: To) -> dict[str, int]:
    """Who a To is, for the columns of an AlarmStep."""
    if isinstance(to, StaffMember):
        return {"staff_id": to.id}
    return {"resident_id": to.id} if isinstance(to, Resident) else {"identity_id": to.identity_id}


def by_voice(to: To) -> At | None:
    """Where this person can be rung up: her telephone, or the number that she writes text messages from."""
    found = people.identities(to)
    telephone = next((i for i in found if i.channel == "voice"), None)
    if telephone is None and (mobile := next((i for i in found if i.channel == "sms"), None)):
        telephone = people.ensure("voice", mobile.address, mobile.locale)
    return None if telephone is None or telephone.state != "active" else At(telephone.id)
