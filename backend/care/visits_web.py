"""Visits in the admin, made for a phone in the hand: what is to do, one visit, its report with photo and place."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from backend.care import queries, visit_actions, visiting, visits, wording
from backend.care.models import Visit
from backend.core import access, clock, media
from backend.core.access import Actor
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Text, _
from backend.fields.words import Media, Said
from backend.residents import queries as residents
from backend.staff import queries as staff
from backend.web import dashboard, listing, nav, session, subjects
from backend.web.dashboard import Card, Item
from backend.web.text import locale, say

blueprint = Blueprint("visits", __name__, url_prefix="/admin/visits", template_folder="templates")

TONES = {"open": "attention", "going": "calm", "done": "good", "cancelled": "calm"}

nav.register(_("Visits"), "visits.index", "visit.do", 7, badge=queries.visit_count, group="today")
subjects.register("visit", _("visit {number}"), "visits.show", "visit_id")


def _card(actor: Actor) -> Card | None:
    if not access.may(actor, "visit.do"):
        return None
    found = queries.my_visits(actor.id, actor)
    late = any(v.due_at < clock.now() for v in found)
    return Card(
        _("Visits to do"),
        queries.visit_count(actor),
        [
            Item(
                residents.name_of(v.resident_id),
                url_for("visits.show", visit_id=v.id),
                wording.clock_text(v.due_at),
            )
            for v in found[:5]
        ],
        url_for("visits.index"),
        "urgent" if late else "attention",
        _("No visit waits. When somebody does not answer, it appears here by itself."),
        "care",
    )


dashboard.register(_card, order=3)


def _words(found: list[Visit]) -> dict[str, Any]:
    return {
        "names": residents.by_ids({v.resident_id for v in found}),
        "workers": staff.by_ids([v.assignee_id for v in found if v.assignee_id]),
        "home": visits.place,
        "about": visits.about,
        "statuses": visiting.STATUSES,
        "conditions": visiting.CONDITIONS,
        "tones": TONES,
        "now": clock.now(),
        "point": visits.point,
    }


@blueprint.get("")
@session.needs("care.read")
def index() -> Any:
    which = request.args.get("which", "")
    page = listing.paginate(queries.visits(session.current_actor(), which=which or "open"), 30)
    return render_template("care/visits.html", page=page, which=which, **_words(page.items))


@blueprint.post("/new/<int:resident_id>")
@session.staff_only
def new(resident_id: int) -> Any:
    made = visit_actions.create(
        session.current_actor(),
        resident_id,
        request.form.get("reason", ""),
        _due(request.form.get("due", "")),
        request.form.get("assignee", type=int),
    )
    return _done(_("Asked for. The grid worker is told."), made.id)


def _due(text: str) -> datetime:
    """What a `datetime-local` or a date field gives, on the community's clocks."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(_("By which day?"), "due") from None
    at = datetime.combine(at.date(), time(17)) if len(text.strip()) <= 10 else at
    return at.replace(tzinfo=clock.zone())


@blueprint.get("/<int:visit_id>")
@session.needs("care.read")
def show(visit_id: int) -> Any:
    return _page(visit_id, {}, {})


def _page(visit_id: int, typed: dict[str, Any], errors: dict[str, Text]) -> Any:
    actor = session.current_actor()
    visit = queries.visit_seen_by(actor, visit_id)
    may = access.may(actor, "visit.do", visit.org_id)
    return render_template(
        "care/visit.html",
        v=visit,
        resident=residents.find(visit.resident_id),
        plan=queries.plan_of(visit.resident_id),
        typed=typed,
        errors=errors,
        fields=visiting.FORM.by_name,
        may=may,
        is_open=visit.status in visits.OPEN,
        **_words([visit]),
    )


@blueprint.post("/<int:visit_id>/go")
@session.staff_only
def go(visit_id: int) -> Any:
    visit_actions.go(session.current_actor(), visit_id)
    return _done(_("Everybody knows that you are on the way."), visit_id)


@blueprint.post("/<int:visit_id>/report")
@session.staff_only
def report(visit_id: int) -> Any:
    actor = session.current_actor()
    visit_actions.check_report(actor, visit_id)
    answers, errors, typed = posted_report(actor)
    if errors:
        return _page(visit_id, typed, errors), 422
    visit_actions.finish(actor, visit_id, visiting.report_of(answers))
    return _done(_("Thank you, the visit is reported."), visit_id)


def posted_report(actor: Actor) -> tuple[dict[str, Any], dict[str, Text], dict[str, Any]]:
    """The posted report: its answers, what is wrong with it by field, and what was typed."""
    names = set(visiting.FORM.by_name)
    typed: dict[str, str | Said] = {k: v for k, v in request.form.items() if k in names}
    errors: dict[str, Text] = {}
    try:
        if (photo := _photo(actor)) is not None:
            typed["photo"] = photo
    except Invalid as problem:
        errors["photo"] = problem.text
    answers, wrong = visiting.FORM.validate(typed, {"channel": "page"}, clock.now(), locale())
    return answers, errors | wrong, {k: v for k, v in typed.items() if isinstance(v, str)}


@blueprint.post("/<int:visit_id>/cancel")
@session.staff_only
def cancel(visit_id: int) -> Any:
    visit_actions.cancel(session.current_actor(), visit_id, request.form.get("why", ""))
    return _done(_("Taken off the list."), visit_id)


@blueprint.get("/<int:visit_id>/photo")
@session.needs("care.read")
def photo(visit_id: int) -> Any:
    """Decrypted for those who may read the visit, and kept by nobody's cache."""
    visit = queries.visit_seen_by(session.current_actor(), visit_id)
    if not visit.photo:
        raise NotFound()
    data, kind = media.load(visit.photo)
    return Response(
        data,
        content_type=kind,
        headers={"Cache-Control": "private, no-store", "Content-Disposition": "inline"},
    )


def _photo(actor: Actor) -> Said | None:
    file = request.files.get("photo")
    data = file.read() if file is not None else b""
    if file is None or not data:
        return None
    key = media.save(data, file.mimetype or "", f"staff:{actor.id}")
    return Said(media=Media(key, "image/jpeg"))


def _done(words: Text, visit_id: int) -> Any:
    flash(say(words), "success")
    return redirect(url_for("visits.show", visit_id=visit_id), code=303)
