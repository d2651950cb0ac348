"""Who stands on a rung of an alarm's ladder, and on which of their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.alarms import kinds, surely
from backend.alarms.models import Alarm, AlarmStep
from backend.family import queries as family
from backend.messaging import people
from backend.messaging.people import At, Resident, StaffMember, To
from backend.staff import queries as staff

_RELATION = "relation:"
LAST = "community_admin"
_RELATIONS = {"family": ("family", "carer"), "volunteer": ("volunteer", "neighbour")}


@dataclass(frozen=True, slots=True)
class Person:
    """`key` is staff:5 or relation:9; `name` is how the others know her; `zone` is where she lives ("": here); not `confirmed`:
    whom staff have entered, and who has not said that it is him (see `family.confirming`). `at`: the one address at which he can be
    told now, where that is not for the outbox to choose."""

    key: str
    name: str
    to: To
    zone: str = ""
    confirmed: bool = True
    at: At | None = None

    @property
    def is_staff(self) -> bool:
        return isinstance(self.to, StaffMember)


def persons(alarm: Alarm, who: str) -> list[Person]:
    """Those of the rung who can be told now: written to, or else, where the carrier keeps our text messages from somebody, rung up. A rung that cannot be read has nobody on it: the next one is told. Where the
    last rung has nobody, everybody above who may answer stands there."""
    found: list[Person] = []

    def look() -> None:
        found.extend(
            _related(alarm, who)
            if who in _RELATIONS
            else _staff(alarm, staff.staff_with_role(who, alarm.org_id))
        )
        if who == LAST and not found:
            found.extend(_staff(alarm, staff.staff_with_permission("alarm.answer", alarm.org_id)))

    surely.attempt(alarm.id, f"rung:{who}", look)
    return found


def _staff(alarm: Alarm, members: Iterable[staff.Staff]) -> list[Person]:
    return _to_be_reached(alarm, (Person(f"staff:{s.id}", s.name, StaffMember(s.id)) for s in members))


def _to_be_reached(alarm: Alarm, found: Iterable[Person]) -> list[Person]:
    reached = []
    for person in found:
        if people.identities(person.to, alarm=True):
            reached.append(person)
        elif (telephone := by_voice(person.to, alarm.org_id)) is not None:
            reached.append(replace(person, at=telephone))
    return reached


def _related(alarm: Alarm, who: str) -> list[Person]:
    if alarm.resident_id is None:
        return []
    contacts = family.contacts(alarm.resident_id, "alarm", unconfirmed=True)
    return _to_be_reached(
        alarm,
        (
            Person(f"{_RELATION}{c.relation_id}", c.called, c.to, c.zone, c.confirmed)
            for c in contacts
            if c.kind in _RELATIONS[who]
        ),
    )


Standing = Mapping[str, Sequence[Person]]
"""`persons` of each rung."""


def standing(alarm: Alarm) -> Standing:
    """Looked up once for all that is done in this moment."""
    return {rung.who: persons(alarm, rung.who) for rung in kinds.KINDS[alarm.kind].policy}


def reachable(alarm: Alarm, there: Standing) -> frozenset[int]:
    """The rungs where somebody can be told now."""
    policy = kinds.KINDS[alarm.kind].policy
    return frozenset(index for index, rung in enumerate(policy) if there[rung.who])


def still_told(steps: Iterable[AlarmStep]) -> list[AlarmStep]:
    """Without those whose relation to her has ended since, and staff who have left: they hear and say no more about her."""
    told = list(steps)
    standing = family.standing(r for s in told if (r := relation_of(s.person)) is not None)
    working = staff.working({s.staff_id for s in told if s.staff_id is not None})
    return [
        s
        for s in told
        if (s.staff_id is None or s.staff_id in working)
        and ((r := relation_of(s.person)) is None or r in standing)
    ]


def relation_of(person: str) -> int | None:
    """The relation that a `person` stands for; None for staff."""
    return int(person.removeprefix(_RELATION)) if person.startswith(_RELATION) else None


def unconfirmed(steps: Iterable[AlarmStep]) -> set[str]:
    """The `person` of those who have not said yet that it is them."""
    relations = {s.person: r for s in steps if (r := relation_of(s.person)) is not None}
    standing = family.standing(relations.values())
    return {person for person, relation in relations.items() if not standing.get(relation, False)}


def columns(to: To) -> dict[str, int]:
    """Who a To is, for the columns of an AlarmStep."""
    if isinstance(to, StaffMember):
        return {"staff_id": to.id}
    return {"resident_id": to.id} if isinstance(to, Resident) else {"identity_id": to.identity_id}


def by_voice(to: To, org_id: int) -> At | None:
    """Where this person can be rung up about something at this Org: her telephone, or the number that she writes text messages from,
    also when she wants none: somebody relies on her, and no carrier keeps a call from her."""
    found = people.identities(to, asked_for=True)
    telephone = next((i for i in found if i.channel == "voice"), None)
    if telephone is None and (mobile := next((i for i in found if i.channel == "sms"), None)):
        telephone = people.ensure("voice", mobile.address, mobile.locale, mobile.org_id or org_id)
    return None if telephone is None or telephone.state != "active" else At(telephone.id)
