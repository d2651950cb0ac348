"""The page at the door, on a phone: scan a code, or find a name; and the list of who is here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for

from backend.core import access
from backend.core.errors import LinliError
from backend.core.i18n import Text, _, ngettext
from backend.events import actions, attendance, participants, queries, states, wording
from backend.events.actions import Arrived
from backend.events.models import Event
from backend.residents import queries as residents
from backend.web import listing, session
from backend.web.text import say, when

SHOWN_HERE = 50
"""Of those who are here the last ones; the others are found by name."""
blueprint = Blueprint("check_in", __name__, url_prefix="/admin/activities/<int:event_id>/check-in")


def _event(event_id: int) -> Event:
    actor = session.current_actor()
    event = queries.seen_by(actor, event_id)
    access.check(actor, "event.change", event.org_id)
    return event


@blueprint.get("")
@session.needs("event.change")
def page(event_id: int) -> Any:
    event = _event(event_id)
    text = request.args.get("q", "")
    expected = listing.paginate(participants.signups(event, ("signed", "offered")))
    arrived = participants.arrived(event)
    return render_template(
        "events/check_in.html",
        event=event,
        searched=text.strip(),
        found=participants.look_up(event, text),
        here=participants.named(list(arrived.limit(SHOWN_HERE))),
        here_parties=arrived.count(),
        here_count=participants.here(event),
        page=expected,
        expected=participants.named(expected.items),
        too_early=attendance.too_early(event),
        early=_early(),
        begins=wording.starts(event),
        statuses=states.SIGNUP_LABELS,
        tones=states.SIGNUP_TONES,
    )


def _early() -> bool:
    """Whoever is at the door has said that it is early, and meant."""
    return request.values.get("early") == "1"


@blueprint.post("")
@session.staff_only
def check_in(event_id: int) -> Any:
    """One of those that were found."""
    signup_id = request.form.get("signup", 0, type=int)
    words, tone = _said(actions.check_in(session.current_actor(), event_id, signup_id, early=_early()))
    return _back(event_id, words, tone)


@blueprint.post("/undo")
@session.staff_only
def undo(event_id: int) -> Any:
    actions.undo(session.current_actor(), event_id, request.form.get("signup", 0, type=int))
    return _back(event_id, _("Taken back."))


@blueprint.post("/walk-in")
@session.staff_only
def walk_in(event_id: int) -> Any:
    companions = request.form.get("companions", 0, type=int)
    name = request.form.get("name", "")
    arrived = actions.walk_in(session.current_actor(), event_id, name, companions, early=_early())
    return _back(event_id, *_said(arrived))


@blueprint.post("/scan")
@session.staff_only
def scan(event_id: int) -> Any:
    """What the camera read, from our own script: the words to show, and whether it is good news."""
    try:
        scanned = request.form.get("scanned", "")
        arrived = actions.scan(session.current_actor(), event_id, scanned, early=_early())
    except LinliError as error:
        return jsonify(tone="danger", words=say(error.text), status=error.status)
    words, tone = _said(arrived)
    return jsonify(tone=tone, words=say(words), here=participants.here(arrived.event))


def _said(arrived: Arrived) -> tuple[Text, str]:
    signup = arrived.signup
    resident = residents.find(signup.resident_id) if signup.resident_id is not None else None
    name = resident.name if resident else (signup.name or "–")
    if arrived.repeated:
        return _("{name} was checked in already: {when}.", name=name, when=when(signup.arrived_at)), "warning"
    if signup.companions:
        return ngettext(
            "{name} is here, with {n} companion.", "{name} is here, with {n} companions.", signup.companions, name=name
        ), "success"  # fmt: skip
    return _("{name} is here.", name=name), "success"


def _back(event_id: int, words: Text, tone: str = "success") -> Any:
    flash(say(words), tone)
    early = "1" if _early() else None
    return redirect(url_for("check_in.page", event_id=event_id, early=early), code=303)
