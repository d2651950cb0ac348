"""The page of one household."""

from __future__ import annotations

from typing import Any

from flask import render_template

from backend.core import access, orgs
from backend.core.i18n import _
from backend.records import subject_section
from backend.residents import households, privacy
from backend.residents.list_web import TONES, blueprint
from backend.residents.status import STATUS_WORDS
from backend.web import sections, session, subjects
from backend.web.text import locale

sections.register("household", subject_section.of("household"), order=30)
subjects.register("household", _("household {number}"), "residents.home", "household_id")


@blueprint.get("/homes/<int:household_id>")
@session.needs("resident.read")
def home(household_id: int) -> Any:
    actor = session.current_actor()
    found = households.get(household_id)
    access.check(actor, "resident.read", found.org_id)
    living = households.members(household_id)
    private = privacy.only_hers(member.id for member in living)
    members = [m for m in living if "home" not in private.get(m.id, ())]
    return render_template(
        "residents/home.html",
        title=households.home_of(found).show(locale()) or _("Household"),
        org=orgs.full_name(orgs.get(found.org_id)),
        members=members,
        unnamed=len(living) - len(members),
        ageless={r_id for r_id, items in private.items() if "birthday" in items},
        statuses=STATUS_WORDS,
        tones=TONES,
        sections=sections.made("household", actor, household_id),
    )
