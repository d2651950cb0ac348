"""The alarms' pages of the admin: who needs somebody now, one alarm with its timeline, and an answer to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.alarms import (
    actions,
    bodies,
    gathered,
    kinds,
    overdue,
    personal,
    queries,
    record,
    reviews,
    storms,
    threads,
    timeline,
    told,
    wording,
)
from backend.alarms.causes import CAUSES
from backend.alarms.models import Alarm
from backend.core import access, health, media, privacy
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import Msg, Text, _
from backend.residents import queries as residents
from backend.web import dashboard, listing, nav, sections, session, subjects
from backend.web.dashboard import Card, Item
from backend.web.sections import Section
from backend.web.text import say, when

blueprint = Blueprint(
    "alarms",
    __name__,
    url_prefix="/admin/alarms",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)

STATUSES: dict[str, Msg] = {
    "open": _("Nobody has answered"),
    "going": _("Somebody is on it"),
    "cleared": _("Over"),
}
TONES = {"open": "urgent", "going": "attention", "cleared": "good"}
SEVERITY_TONES = {"critical": "urgent", "warning": "attention", "info": "calm"}
ON_CARD = 5

nav.register(_("Alarms"), "alarms.index", "alarm.read", 5, badge=queries.open_count, group="today")
subjects.register("alarm", _("alarm {number}"), "alarms.show", "alarm_id")
privacy.register("alarms", personal.export, personal.forget)
health.register(
    "alarms",
    overdue.check,
    _("Alarms"),
    _("Open these alarms now and ring people up yourself. Then tell whoever runs the server."),
)


def _card(actor: Actor) -> Card | None:
    if not access.may(actor, "alarm.read"):
        return None
    found = list(queries.listed(actor, status="unsettled").limit(ON_CARD))
    return Card(
        _("Alarms"),
        queries.open_count(actor),
        [Item(_line(a), url_for("alarms.show", alarm_id=a.id), _detail(a)) for a in found],
        url_for("alarms.index", status="unsettled"),
        "urgent",
        _("All quiet. An alarm appears here by itself, and climbs until somebody answers."),
        "alarm",
    )


dashboard.register(_card, order=1)


def _line(alarm: Alarm) -> Text:
    return _("{title}, {place}", title=wording.title(alarm), place=wording.where(alarm))


def _detail(alarm: Alarm) -> Text:
    if alarm.status == "going":
        return _("{name} {means}", name=alarm.answered_by or "", means=wording.MEANS[alarm.answer])
    return _("{time}, {status}", time=when(alarm.raised_at), status=STATUSES[alarm.status])


def _section(actor: Actor, resident_id: int) -> Section | None:
    if not access.may(actor, "alarm.read", residents.org_of(resident_id)):
        return None
    found = queries.of_resident(resident_id)
    if not found:
        return None
    html = render_template("alarms/section.html", found=found, **words())
    return Section(_("Alarms"), Markup(html))  # noqa: S704  # rendered by our own template


sections.register("resident", _section, order=10)


def words() -> dict[str, Any]:
    """What every template of ours uses."""
    return {
        "kinds": {name: kind.title for name, kind in kinds.KINDS.items()},
        "severities": kinds.SEVERITIES,
        "severity_tones": SEVERITY_TONES,
        "statuses": STATUSES,
        "tones": TONES,
        "means": wording.MEANS,
    }


sections.register("handover", threads.section(words))


@blueprint.get("")
@session.needs("alarm.read")
def index() -> Any:
    actor = session.current_actor()
    status = request.args.get("status", "")
    found = queries.listed(actor, status=status, kind=request.args.get("kind", ""))
    page = listing.paginate(found)
    return render_template(
        "alarms/index.html",
        page=page,
        where=wording.where,
        who=wording.who,
        storms=storms.open_ones(actor),
        to_follow=len(reviews.to_follow(actor)),
        storm_place=gathered.where,
        **words(),
    )


@blueprint.get("/<int:alarm_id>")
@session.needs("alarm.read")
def show(alarm_id: int) -> Any:
    actor = session.current_actor()
    found = queries.seen_by(actor, alarm_id)
    begun, latest, between = queries.timeline(found)
    may_answer = access.may(actor, "alarm.answer", found.org_id)
    resident = residents.find(found.resident_id) if found.resident_id else None
    return render_template(
        "alarms/show.html",
        a=found,
        said=record.unpacked(found, body=bodies.seen(actor, found)).text,
        place=wording.where(found),
        resident=resident,
        # Once it is over nobody needs a number that she may keep to herself.
        phone=wording.telephone(found) if may_answer and found.status != "cleared" else "",
        told=told.of_alarm(found) if may_answer and found.status != "cleared" else [],
        threads=threads.of_alarm(actor, found),
        sections=sections.made("alarm", actor, alarm_id),
        first=[(note, timeline.said_of(note)) for note in begun],
        last=[(note, timeline.said_of(note)) for note in latest],
        between=between,
        may_answer=may_answer,
        answers=[(a, wording.OFFERED[a][0]) for a in kinds.KINDS[found.kind].answers],
        storm=_storm(found),
        review=reviews.of(alarm_id),
        causes=list(CAUSES.items()),
        cause_names=CAUSES,
        photos=range(len(found.media.split())),
        **words(),
    )


def _storm(alarm: Alarm) -> tuple[int, int] | None:
    """The number of the storm that it is part of, and of how many alarms."""
    return (alarm.storm_id, storms.size(alarm.storm_id)) if alarm.storm_id is not None else None


@blueprint.get("/<int:alarm_id>/photo/<int:place>")
@session.needs("alarm.read")
def photo(alarm_id: int, place: int) -> Any:
    """What a camera saw."""
    keys = queries.seen_by(session.current_actor(), alarm_id).media.split()
    if place >= len(keys):
        raise NotFound()
    data, kind = media.load(keys[place])
    return Response(data, mimetype=kind, headers={"Cache-Control": "private, max-age=600"})


@blueprint.post("/<int:alarm_id>/answer")
@session.staff_only
def answer(alarm_id: int) -> Any:
    done = actions.answer(
        session.current_actor(),
        alarm_id,
        request.form.get("answer", ""),
        request.form.get("text", "").strip()[:500],
    )
    return _back(
        alarm_id, _("That was so already.") if done.repeated else _("Noted. Everybody who was told hears it.")
    )


@blueprint.post("/<int:alarm_id>/clear")
@session.staff_only
def clear(alarm_id: int) -> Any:
    actions.clear(session.current_actor(), alarm_id, request.form.get("why", "").strip()[:500])
    return _back(alarm_id, _("Closed. Everybody who was told hears it."))


def _back(alarm_id: int, words: Text) -> Any:
    flash(say(words), "success")
    return redirect(url_for("alarms.show", alarm_id=alarm_id), code=303)
