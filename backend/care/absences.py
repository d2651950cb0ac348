"""Absences: told by her, her family or staff; ended by a day, or by “I am back”."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.alarms import actions as alarms
from backend.care import checkin, long_away, plan, record, wording
from backend.care.models import Absence, CarePlan
from backend.core import access, audit, clock
from backend.core.access import SYSTEM, Actor
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.family import queries as family
from backend.fields.words import Words
from backend.messaging import Resident, say
from backend.messaging.people import To
from backend.residents import one_at_a_time
from backend.residents import queries as residents
from backend.settings import settings


def tell(
    by: str, resident_id: int, first: date, last: date | None, said: str = "", *, teller: To | None = None
) -> Words:
    """She is away from `first` to `last`, both days too (None: until she is back). What is being asked ends; she and her family hear it,
    except `teller`. Returns what the teller is told. Raises Invalid when it is over already."""
    with transaction():
        one_at_a_time.hold(resident_id)
        care = record.plan_of(resident_id)
        zone = ZoneInfo(care.zone if care else settings().timezone)
        today = clock.now().astimezone(zone).date()
        if last is not None and (last < today or last < first):
            raise Invalid(_("That day is over already. Until which day?"), "last")
        starts = clock.now() if first <= today else _midnight(first, zone)
        # A newer word takes the place of one that had no end.
        before = [a for a in long_away.open_ended(resident_id) if a.starts_at <= starts]
        Absence.update(ends_at=starts).where(Absence.id.in_([a.id for a in before])).execute()
        long_away.over(before, wording.STILL_AWAY)
        absence = Absence.create(
            resident_id=resident_id,
            org_id=residents.org_of(resident_id),
            starts_at=starts,
            ends_at=_midnight(last + timedelta(days=1), zone) if last else None,
            said=said.strip()[:300] or None,
            told_by=by,
            created_at=clock.now(),
        )
        audit.record(
            actor_of(by),
            "care.away",
            f"care:{resident_id}",
            org_id=absence.org_id,
            after={"first": first, "last": last},
        )
        if first <= today:
            _excuse(resident_id, said if by == f"resident:{resident_id}" else None)
        who = residents.name_of(resident_id)
        contacts = family.contacts(resident_id, "checkin")
        for contact in contacts:
            if contact.to != teller:
                say(
                    contact.to,
                    wording.away_told(who, last),
                    purpose="care",
                    dedupe=f"away:{absence.id}:{contact.relation_id}",
                )
        if by.startswith("family:"):
            called = next((c.called for c in contacts if c.to == teller), "")
            said_so = wording.away_said_of_her(called, last)
            say(Resident(resident_id), said_so, purpose="care", dedupe=f"away:{absence.id}:her")
        record.changed(resident_id)
        return wording.away_noted(last, _asked_again(care, absence.ends_at))


def back(by: str, resident_id: int) -> Words | None:
    """She is home: her absences end now. None when she was not away."""
    now = clock.now()
    with transaction():
        current = (Absence.resident_id == resident_id) & (
            Absence.ends_at.is_null() | (Absence.ends_at > now)
        )  # fmt: skip
        known = list(Absence.select().where(current))
        # One that others have told of her and that has not begun is what she objects to.
        begun = [a for a in known if a.starts_at <= now] or [
            a for a in known if a.told_by.startswith("family:")
        ]
        if not begun:
            return None
        Absence.update(ends_at=now).where(Absence.id.in_([a.id for a in begun])).execute()
        long_away.over(begun, wording.HOME_AGAIN)
        audit.record(actor_of(by), "care.back", f"care:{resident_id}", org_id=begun[0].org_id)
        care = record.plan_of(resident_id)
        for contact in family.contacts(resident_id, "checkin"):
            words = wording.back_told(residents.name_of(resident_id))
            say(contact.to, words, purpose="care", dedupe=f"back:{begun[0].id}:{contact.relation_id}")
        record.changed(resident_id)
        return wording.back(care, _asked_again(care, now))


def cancel(actor: Actor, absence_id: int) -> None:
    """Staff take an absence away (entered by mistake, or she is back)."""
    with transaction():
        absence = Absence.get_or_none(Absence.id == absence_id)
        if absence is None:
            return
        access.check(actor, "care.change", absence.org_id)
        now = clock.now()
        if absence.starts_at > now:
            absence.delete_instance()
        elif absence.ends_at is None or absence.ends_at > now:
            absence.ends_at = now
            absence.save()
            long_away.over([absence], wording.HOME_AGAIN)
        audit.record(actor, "care.back", f"care:{absence.resident_id}", org_id=absence.org_id)
        record.changed(absence.resident_id)


def tell_for(actor: Actor, resident_id: int, first: date, last: date | None, said: str = "") -> None:
    """Staff enter an absence."""
    access.check(actor, "care.change", residents.org_of(resident_id))
    tell(f"staff:{actor.id}", resident_id, first, last, said)


def actor_of(by: str) -> Actor:
    """For the audit log: resident:7, staff:3 or family:9 (an address)."""
    kind, _colon, number = by.partition(":")
    return Actor(kind if kind == "staff" else "resident", int(number or 0), "")


def _excuse(resident_id: int, her_words: str | None) -> None:
    """What waits for her answer ends, for we have just been told where she is. What people look into already ends only by her
    own words."""
    for known in record.waiting(resident_id):
        check_in = record.locked(known.id)
        if check_in.status in checkin.WAITING:
            record.end(check_in, "excused", "absence")
        elif check_in.status == "missed" and her_words is not None:
            alarm_id = check_in.alarm_id
            record.end(check_in, "well", "herself", her_words)
            if alarm_id is not None:
                alarms.clear(SYSTEM, alarm_id, wording.ANSWERED_HERSELF)


def _asked_again(care: CarePlan | None, after: datetime | None) -> date | None:
    """The day of her first question after the absence."""
    if care is None or after is None or care.status != "active":
        return None
    found = plan.next_after(record.schedule_of(care), after - timedelta(milliseconds=1))
    return found.astimezone(ZoneInfo(care.zone)).date() if found else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return plan.instant(day, time(0), zone.key)
