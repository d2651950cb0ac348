"""Visits on a phone that may lose its connection: a page that works without one, the tasks that it keeps, and the reports that it sends when
it is back (`visit_sending`)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from backend.care import queries, visit_sending, visiting, visits
from backend.care.models import Visit
from backend.care.visits_web import posted_report
from backend.core import clock
from backend.core.errors import Invalid
from backend.core.i18n import Text, _
from backend.residents import queries as residents
from backend.web import session
from backend.web.text import say, when

blueprint = Blueprint("visit_phone", __name__, url_prefix="/admin/visits/phone", template_folder="templates")

MOST = 60
_WORKER = Path(__file__).parent / "static" / "phone_worker.js"


@blueprint.get("/")
@session.needs("visit.do")
def shell() -> Any:
    """The page without anybody's data: the phone keeps it."""
    return render_template(
        "care/phone.html",
        fields=visiting.FORM.by_name,
        conditions=list(visiting.CONDITIONS.items()),
    )


@blueprint.get("/worker.js")
@session.needs("visit.do")
def worker() -> Response:
    """Served from here, so that it serves the pages below this address and no others."""
    return Response(_WORKER.read_text(), mimetype="text/javascript")


@blueprint.get("/tasks")
@session.needs("visit.do")
def tasks() -> Response:
    """What the worker has to do, with what she needs at the door. `staff` says whose list it is, `token` is sent along with reports."""
    actor = session.current_actor()
    found = list(queries.visits(actor, which="open").limit(MOST))
    mine = [v for v in found if v.assignee_id in (None, actor.id)]
    known = residents.by_ids({v.resident_id for v in mine})
    return jsonify(
        staff=actor.id,
        token=generate_csrf(),
        at=say(_("as of {when}", when=when(clock.now()))),
        visits=[_task(v, known[v.resident_id]) for v in mine if v.resident_id in known],
    )


def _task(visit: Visit, who: residents.Summary) -> dict[str, Any]:
    return {
        "id": visit.id,
        "name": who.name,
        "place": say(visits.place(who.id)),
        "phone": who.mobile or "",
        "about": say(visits.about(visit)),
        "due": when(visit.due_at),
        "late": visit.due_at < clock.now(),
        "status": say(visiting.STATUSES[visit.status]),
        "page": url_for("visits.show", visit_id=visit.id),
    }


@blueprint.post("/report")
@session.staff_only
def report() -> Any:
    """One report, with its own name in `key`, `visit`, and `at` in milliseconds; answered with what became of it, in words."""
    actor = session.current_actor()
    key, visit_id = request.form.get("key", ""), request.form.get("visit", 0, type=int)
    if (known := visit_sending.known_as(actor, key)) is not None:
        return _told(known)
    answers, errors, _typed = posted_report(actor)
    if errors:
        name, words = next(iter(errors.items()))
        raise Invalid(_("{field}: {problem}", field=visiting.FORM.by_name[name].label, problem=words), name)
    sent = visit_sending.send(actor, key, visit_id, visiting.report_of(answers), _moment())
    return _told(sent)


def _told(sent: visit_sending.Sent) -> Response:
    words: Text = visit_sending.OUTCOMES[sent.outcome]
    return jsonify(outcome=sent.outcome, visit=sent.visit_id, repeated=sent.repeated, words=say(words))


def _moment() -> datetime | None:
    text = request.form.get("at", "")
    if not text.isdecimal() or len(text) > 14:
        return None
    return datetime.fromtimestamp(int(text) / 1000, UTC)
