"""She is expected at the doctor's: a reminder on the day before and two hours before, and a ride asked for as a request."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from backend.care import plan as plans
from backend.care import record
from backend.care.health import consenting, wording
from backend.care.health.models import Appointment
from backend.core import access, audit, clock, sweep
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _
from backend.fields.address import Home
from backend.fields.words import Words
from backend.messaging import Resident, say
from backend.requests import actions as requests
from backend.residents import one_at_a_time
from backend.residents import queries as residents

SOON = timedelta(hours=2)
FROM_HOUR = 10
"""Of the day before."""
UNTIL_HOUR = 20
LAST_MOMENT = timedelta(minutes=15)
"""Nearer than this a reminder comes too late to be one."""


def add(
    actor: Actor, resident_id: int, at: datetime, what: str, place: str = "", ride: str = ""
) -> Appointment:
    """Note it. `ride`: "" unknown (she is asked), no, wanted (asked for at once). Staff, or she herself, who agrees by it. Raises
    Forbidden, Invalid."""
    org_id = residents.org_of(resident_id)
    if actor.kind == "staff":
        access.check(actor, "care.change", org_id)
        consenting.require(resident_id)
    if not what.strip():
        raise Invalid(_("What is it about? Like “heart doctor”."), "what")
    if at <= clock.now():
        raise Invalid(_("That time is over already. When is it?"), "day")
    with transaction():
        one_at_a_time.hold(resident_id)
        if actor.kind == "resident":
            consenting.give(actor, resident_id, "chat")
        made: Appointment = Appointment.create(
            resident_id=resident_id,
            org_id=org_id,
            at=at,
            what=what.strip()[:80],
            place=place.strip()[:120] or None,
            ride=ride if ride == "no" else "",
            status="planned",
            created_at=clock.now(),
            created_by=f"{actor.kind}:{actor.id}",
        )
        if ride == "wanted":
            _ask_for_ride(actor, made)
        audit.record(
            actor, "appointment.add", f"health:{resident_id}", org_id=org_id, after={"at": at, "ride": ride}
        )
        record.changed(resident_id)
        return made


def ride(resident_id: int, appointment_id: int) -> Words:
    """She needs a ride: the office has a request. Twice is one. Raises NotFound."""
    with transaction():
        one = _locked(appointment_id)
        if one.resident_id != resident_id or one.status != "planned":
            raise NotFound()
        if one.request is None:
            _ask_for_ride(Actor("resident", resident_id, ""), one)
        return wording.ride_asked(one)


def cancel(actor: Actor, appointment_id: int) -> Appointment:
    """It does not take place, or she cannot go. Raises NotFound, Forbidden."""
    with transaction():
        one = _locked(appointment_id)
        if actor.kind == "staff":
            access.check(actor, "care.change", one.org_id)
        elif one.resident_id != actor.id:
            raise NotFound()
        one.status = "cancelled"
        one.save()
        audit.record(actor, "appointment.cancel", f"health:{one.resident_id}", org_id=one.org_id)
        record.changed(one.resident_id)
        return one


def remind() -> int:
    """Remind of what is tomorrow, and of what is in two hours; each once. Returns how many were reminded."""
    now = clock.now()
    here = clock.local(now)
    planned = (Appointment.status == "planned") & (Appointment.at > now + LAST_MOMENT)
    soon = planned & Appointment.soon_told_at.is_null() & (Appointment.at <= now + SOON)
    ids = [a.id for a in Appointment.select(Appointment.id).where(soon)]
    done = sweep.each("care.appointments_soon", ids, lambda i: _remind(i, soon=True))
    if not FROM_HOUR <= here.hour < UNTIL_HOUR:
        return done
    midnight = plans.instant(here.date() + timedelta(days=2), time(0), clock.zone().key)
    tomorrow = planned & Appointment.day_told_at.is_null() & Appointment.soon_told_at.is_null()
    far = tomorrow & (Appointment.at < midnight) & (Appointment.at > now + SOON)
    ids = [a.id for a in Appointment.select(Appointment.id).where(far)]
    return done + sweep.each("care.appointments", ids, lambda i: _remind(i, soon=False))


def _remind(appointment_id: int, *, soon: bool) -> int:
    with transaction():
        one = _locked(appointment_id)
        told = one.soon_told_at if soon else one.day_told_at
        if one.status != "planned" or told is not None or not consenting.stands(one.resident_id):
            return 0
        words = wording.soon(one) if soon else wording.tomorrow(one)
        key = f"appointment:{one.id}:{'soon' if soon else 'day'}"
        say(Resident(one.resident_id), words, purpose="care", dedupe=key, about=f"health:{one.resident_id}")
        if soon:
            one.soon_told_at = clock.now()
        else:
            one.day_told_at = clock.now()
        one.save()
        record.changed(one.resident_id)
        return 1


def _ask_for_ride(actor: Actor, one: Appointment) -> None:
    home = residents.home_of(one.resident_id)
    if home is None:
        raise Invalid(_("Her address is not known. Please call the office about the ride."), "ride")
    report = requests.Report("other", wording.ride_request(one), Home.from_json(home), "wait")
    booked = requests.book(actor, report, requests.Contact(resident_id=one.resident_id, org_id=one.org_id))
    one.ride, one.request = "wanted", booked.request.number
    one.save()


def _locked(appointment_id: int) -> Appointment:
    whose = Appointment.select(Appointment.resident_id).where(Appointment.id == appointment_id).scalar()
    if whose is not None:
        one_at_a_time.hold(whose)
    query = Appointment.select().where(Appointment.id == appointment_id)
    one: Appointment | None = (query.for_update() if is_postgres() else query).first()
    if one is None:
        raise NotFound()
    return one
