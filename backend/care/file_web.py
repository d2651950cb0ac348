"""Everything about the care for one elder on one page, to be read before somebody goes there, and printed.

Each part is a section of the page "elder" (`backend.web.sections`); what lies above care (her devices) adds its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template
from markupsafe import Markup

from backend.alarms import kinds as alarm_kinds
from backend.alarms import queries as alarm_queries
from backend.care import checkin, queries, visiting, visits
from backend.care.summaries import counts
from backend.core import access, clock
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import Msg, _
from backend.family import queries as family
from backend.family.topics import KINDS as RELATIONS
from backend.messaging.channels import NAMES
from backend.residents import queries as residents
from backend.web import sections, session
from backend.web.sections import Section

blueprint = Blueprint("elder", __name__, url_prefix="/admin/care/file", template_folder="templates")

CHECK_INS, VISITS, ALARMS = 14, 8, 8


@blueprint.get("/<int:resident_id>")
@session.needs("care.read")
def show(resident_id: int) -> Any:
    actor = session.current_actor()
    known = residents.by_id(resident_id)
    if not access.may(actor, "care.read", known.org_id):
        raise NotFound()
    return render_template(
        "care/file.html",
        resident=known,
        place=visits.place(resident_id, in_need=False),
        plan=queries.plan_of(resident_id),
        sections=sections.made("elder", actor, resident_id),
        at=clock.now(),
    )


def _part(name: str, title: Msg, found: Callable[[int], dict[str, Any] | None], order: int) -> None:
    def make(actor: Actor, resident_id: int) -> Section | None:
        if not access.may(actor, "care.read", residents.org_of(resident_id)):
            return None
        facts = found(resident_id)
        if facts is None:
            return None
        html = render_template("care/file_part.html", part=name, resident_id=resident_id, **facts)
        return Section(title, Markup(html))  # noqa: S704  # rendered by our own template

    sections.register("elder", make, order)


def _plan(resident_id: int) -> dict[str, Any]:
    return {
        "plan": queries.plan_of(resident_id),
        "absences": queries.absences([resident_id]),
        "channels": NAMES,
        "last_day": visits.last_day,
    }


def _check_ins(resident_id: int) -> dict[str, Any] | None:
    history = queries.history(resident_id, CHECK_INS)
    if not history:
        return None
    month = clock.local(clock.now()).date().replace(day=1)
    return {"history": history, "labels": checkin.LABELS, "counts": counts(resident_id, month)}


def _visits(resident_id: int) -> dict[str, Any]:
    return {
        "visits": queries.visits_of(resident_id, VISITS),
        "statuses": visiting.STATUSES,
        "conditions": visiting.CONDITIONS,
    }


def _family(resident_id: int) -> dict[str, Any] | None:
    contacts = family.contacts(resident_id, "alarm", unconfirmed=True)
    return {"contacts": contacts, "relations": RELATIONS} if contacts else None


def _alarms(resident_id: int) -> dict[str, Any] | None:
    found = alarm_queries.of_resident(resident_id, limit=ALARMS)
    return {"alarms": found, "kinds": alarm_kinds.KINDS} if found else None


_part("plan", _("Care plan"), _plan, 10)
_part("family", _("Who is told in an alarm"), _family, 20)
_part("check_ins", _("Check-ins"), _check_ins, 30)
_part("visits", _("Visits"), _visits, 60)
_part("alarms", _("Alarms"), _alarms, 70)
