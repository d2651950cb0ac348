"""Somebody wants nothing more at the address at which alone alarms or check-ins reach her: the duty desk is asked, once, to agree on
another way with her. By SMS her carrier keeps all of our texts from her, alarms among them, until she sends START."""

from __future__ import annotations

from collections.abc import Iterator

from backend.alarms import actions as alarms
from backend.alarms import queries as alarm_queries
from backend.care import reach, record, wording
from backend.care.health import queries as health
from backend.core.access import SYSTEM
from backend.core.i18n import Text, _
from backend.family import queries as family
from backend.messaging import people
from backend.messaging.models import Identity
from backend.residents import queries as residents
from backend.staff import queries as staff

KIND = "unreached"
_KEY = "unreached:{identity}:{of}"


def stopped(identity_id: int) -> None:
    """At this address she said STOP. Belongs in the transaction in which she did."""
    identity = people.get(identity_id)
    for of, org_id, why in _relied_on(identity):
        alarms.raise_alarm(
            KIND,
            org_id=org_id,
            severity="warning",
            words=wording.out_of_reach(identity.channel, why),
            resident_id=int(of) if of.isdigit() else None,
            source=f"unreached:{identity_id}",
            dedupe=_KEY.format(identity=identity_id, of=of),
        )


def began_again(identity_id: int) -> None:
    """She said START: nobody has to look for another way."""
    for alarm_id in alarm_queries.open_like(_KEY.format(identity=identity_id, of="%")).values():
        alarms.clear(SYSTEM, alarm_id, _("our messages reach this address again"))


def _relied_on(identity: Identity) -> Iterator[tuple[str, int, Text]]:
    """Of whom it is about (a resident's id, or who of the staff), where, and what does not arrive any more."""
    resident_id, staff_id = identity.resident_id, identity.staff_id
    if resident_id is not None and (plans := _unasked(resident_id)):
        yield str(resident_id), residents.org_of(resident_id), plans
    if not people.identities(_whole(identity), alarm=True):
        for relation in family.relied_on(identity.id, resident_id, "alarm"):
            of = relation.resident_id
            yield str(of), residents.org_of(of), wording.no_alarms(relation.name or relation.called or "")
        member = staff.by_ids([staff_id]).get(staff_id) if staff_id is not None else None
        if member is not None and staff.actor_of(member).paths("alarm.answer"):
            home = staff.home_org(member)
            if home is not None:
                yield f"s{staff_id}", home, wording.no_alarms(member.name)


def _whole(identity: Identity) -> people.To:
    if identity.resident_id is not None:
        return people.Resident(identity.resident_id)
    return people.StaffMember(identity.staff_id) if identity.staff_id is not None else people.At(identity.id)


def _unasked(resident_id: int) -> Text:
    """What she is not asked any more, in words; empty when she still is."""
    care = record.plan_of(resident_id)
    if care is not None and care.status == "active" and not reach.reachable(care):
        return _("she cannot be asked how she is")
    channels = health.reminded_on(resident_id)
    if channels and not reach.reachable_on(resident_id, channels):
        return _("she cannot be reminded of her medicines")
    return ""
