"""The page at the door, on a phone: scan a code, or find a name; and the list of who is here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for

from backend.core import access
from backend.core.errors import LinliError
from backend.core.i18n import Text, _, ngettext
from backend.events import actions, queries, states
from backend.events.actions import Arrived
from backend.events.models import Event
from backend.residents import queries as residents
from backend.web import session
from backend.web.text import say, when

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
    people = queries.participants(event)
    here = [p for p in people if p.signup.status == "attended"]
    return render_template(
        "events/check_in.html",
        event=event,
        searched=text.strip(),
        found=queries.look_up(event, text),
        here=here,
        here_count=sum(p.signup.people for p in here),
        expected=[p for p in people if p.signup.status in ("signed", "offered")],
        statuses=states.SIGNUP_LABELS,
        tones=states.SIGNUP_TONES,
    )


@blueprint.post("")
@session.staff_only
def check_in(event_id: int) -> Any:
    """One of those that were found."""
    signup_id = request.form.get("signup", 0, type=int)
    words, tone = _said(actions.check_in(session.current_actor(), event_id, signup_id))
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
    arrived = actions.walk_in(session.current_actor(), event_id, request.form.get("name", ""), companions)
    return _back(event_id, *_said(arrived))


@blueprint.post("/scan")
@session.staff_only
def scan(event_id: int) -> Any:
    """What the camera read, from our own script: the words to show, and whether it is good news."""
    try:
        arrived = actions.scan(session.current_actor(), event_id, request.form.get("scanned", ""))
    except LinliError as error:
        return jsonify(tone="danger", words=say(error.text), status=error.status)
    words, tone = _said(arrived)
    here = queries.participants(queries.by_id(event_id), ("attended",))
    return jsonify(tone=tone, words=say(words), here=sum(p.signup.people for p in here))


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
    return redirect(url_for("check_in.page", event_id=event_id), code=303)
