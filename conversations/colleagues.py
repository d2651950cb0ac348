"""Somebody who works here is known by the number recorded for them, from their first SMS on."""

from __future__ import annotations

from dataclasses import replace

from backend.core.i18n import _
from backend.fields.words import Option, Words
from backend.staff import mobile
from conversations.flow import Person

JOBS = Option("request.jobs:", _("My jobs"))


def met(person: Person) -> Words | None:
    """The welcome of a staff member who writes for the first time, before their jobs; None for everybody else. Only what comes
    by SMS proves a number."""
    if person.channel != "sms" or person.staff_id is not None:
        return None
    staff = mobile.met(person.identity_id, person.address)
    return replace(welcome(staff.name), options=()) if staff is not None else None


def welcome(name: str) -> Words:
    return Words(
        _("Welcome, {name}. From now on your jobs come here, and you can answer them here.", name=name),
        options=(JOBS,),
    )
