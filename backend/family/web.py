"""Family on a resident's page: who is told about her, and what staff enter for her, with how she agreed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.core import access, clock, privacy
from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Text, _
from backend.family import actions, personal, queries, topics, wording
from backend.family.actions import Entered
from backend.fields.base import Context, Misunderstood
from backend.fields.phone import Phone
from backend.fields.words import Said
from backend.residents import queries as residents
from backend.web import sections, session, subjects
from backend.web.sections import Section
from backend.web.text import locale, say

blueprint = Blueprint("family", __name__, url_prefix="/admin/family", template_folder="templates")
subjects.register("relation", _("family"))
privacy.register("family", personal.export, personal.forget)

_MOBILE = Phone("mobile", label=_("Mobile"))
STATUSES: dict[str, Text] = {
    "invited": _("has a code"),
    "asked": _("waits for her yes"),
    "entered": _("has not said yet that it is them"),
    "active": _("is told"),
    "withdrawn": _("ended"),
}
TONES = {
    "invited": "attention",
    "asked": "attention",
    "entered": "attention",
    "active": "good",
    "withdrawn": "calm",
}


def _section(actor: Actor, resident_id: int) -> Section | None:
    org_id = residents.org_of(resident_id)
    if not access.may(actor, "resident.read", org_id):
        return None
    found = queries.relations_of(resident_id, "active", "entered", "asked", "invited", "withdrawn")
    html = render_template(
        "family/section.html",
        found=found,
        resident_id=resident_id,
        may_change=access.may(actor, "family.change", org_id),
        title=wording.title,
        shown=wording.topics_shown,
        chosen=lambda relation: topics.unpacked(relation.topics),
        kinds=topics.KINDS,
        topics=topics.TOPICS,
        consents=topics.CONSENTS,
        statuses=STATUSES,
        tones=TONES,
    )
    return Section(_("Family and neighbours"), Markup(html))  # noqa: S704  # rendered by our own template


sections.register("resident", _section, order=15)


@blueprint.get("/of/<int:resident_id>")
@session.needs("family.change")
def new(resident_id: int) -> Any:
    resident = residents.by_id(resident_id)
    access.check(session.current_actor(), "family.change", resident.org_id)
    return render_template(
        "family/new.html",
        resident=resident,
        kinds=topics.KINDS,
        topics=topics.TOPICS,
        usual=topics.DEFAULT_TOPICS["family"],
        by_staff=[(name, topics.CONSENTS[name]) for name in topics.BY_STAFF],
        zones=topics.ZONES,
    )


@blueprint.post("/of/<int:resident_id>")
@session.needs("family.change")
def add(resident_id: int) -> Any:
    """What the resident agreed to on paper, by phone or at a visit."""
    given = request.form
    name = given.get("name", "").strip()[:80]
    if not name:
        raise Invalid(_("Please write the name."), "name")
    rank = given.get("rank", "").strip()
    entered = Entered(
        kind=given.get("kind", ""),
        name=name,
        called=given.get("called", "").strip()[:20] or name,
        mobile=_mobile(given.get("mobile", "")),
        topics=tuple(given.getlist("topics")),
        consent_by=given.get("consent_by", ""),
        rank=int(rank) if rank.isascii() and rank.isdecimal() and len(rank) < 4 else 100,
        zone=given.get("zone", ""),
    )
    actions.add_by_staff(session.current_actor(), resident_id, entered)
    return _back(resident_id, _("Noted. {name} is asked by SMS whether it is them.", name=name))


def _mobile(typed: str) -> str:
    try:
        number: str = _MOBILE.parse(Said(text=typed), Context(clock.now(), locale(), clock.zone(), {}))
    except Misunderstood as wrong:
        raise Invalid(wrong.text, "mobile") from None
    return number


@blueprint.post("/<int:relation_id>/topics")
@session.needs("family.change")
def change(relation_id: int) -> Any:
    relation = actions.change_topics(session.current_actor(), relation_id, request.form.getlist("topics"))
    return _back(relation.resident_id, _("Changed."))


@blueprint.post("/<int:relation_id>/end")
@session.needs("family.change")
def end(relation_id: int) -> Any:
    relation = actions.withdraw_for(
        session.current_actor(), relation_id, request.form.get("why", "").strip()[:200]
    )
    return _back(relation.resident_id, _("Ended. Nothing more is told."))


def _back(resident_id: int, words: Text) -> Any:
    flash(say(words), "success")
    return redirect(url_for("residents.show", resident_id=resident_id), code=303)
