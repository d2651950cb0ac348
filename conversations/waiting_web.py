"""The page of people who wait for a person: read what they said, answer in their own chat, or close it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core.access import Actor
from backend.core.errors import LinliError
from backend.core.i18n import Text, _
from backend.messaging import channels, handovers, people
from backend.inbox.models import Handover
from backend.messaging.models import Identity
from backend.residents import queries as residents
from backend.web import dashboard, nav, session
from backend.web.text import say

blueprint = Blueprint("waiting", __name__, url_prefix="/admin/waiting", template_folder="templates")

ON_PAGE = 200
ON_CARD = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the list; `name` is empty for somebody not registered."""

    handover: Handover
    name: str
    resident_id: int | None
    channel: Text
    address: str


def _listed(actor: Actor, most: int) -> list[Waiting]:
    found = handovers.waiting(actor, most)
    identities = people.by_ids(handover.identity_id for handover in found)
    registered = residents.by_ids(i.resident_id for i in identities.values() if i.resident_id)
    return [_line(h, identities[h.identity_id], registered) for h in found]


def _line(handover: Handover, identity: Identity, registered: dict[int, residents.Summary]) -> Waiting:
    resident = registered.get(identity.resident_id) if identity.resident_id else None
    address = identity.address if identity.channel in ("sms", "voice") else ""
    return Waiting(
        handover,
        resident.name if resident else "",
        identity.resident_id,
        channels.NAMES[identity.channel],
        address,
    )


@blueprint.get("", strict_slashes=False)
@session.needs("message.say")
def index() -> Any:
    actor = session.current_actor()
    return render_template(
        "conversations/waiting.html",
        waiting=_listed(actor, ON_PAGE),
        count=handovers.waiting_count(actor),
        reasons=handovers.REASONS,
    )


@blueprint.post("/<int:handover_id>/answer")
@session.needs("message.say")
def answer(handover_id: int) -> Any:
    return _done(
        lambda actor: handovers.answer(actor, handover_id, request.form.get("text", "")),
        _("Your answer is on its way."),
    )


@blueprint.post("/<int:handover_id>/close")
@session.needs("message.say")
def close(handover_id: int) -> Any:
    return _done(lambda actor: handovers.close(actor, handover_id), _("Taken off the list."))


def _done(act: Any, words: Text) -> Any:
    try:
        act(session.current_actor())
        flash(say(words))
    except LinliError as error:
        flash(say(error.text), "error")
    return redirect(url_for("waiting.index"), code=303)


def _card(actor: Actor) -> dashboard.Card | None:
    if not actor.paths("message.say"):
        return None
    listed = _listed(actor, ON_CARD)
    urgent = any(w.handover.reason == "emergency" for w in listed)
    return dashboard.Card(
        title=_("People waiting for a person"),
        count=handovers.waiting_count(actor),
        items=[
            dashboard.Item(
                w.name or w.channel, url_for("waiting.index"), handovers.REASONS[w.handover.reason]
            )
            for w in listed
        ],
        link=url_for("waiting.index"),
        severity="urgent" if urgent else "attention" if listed else "calm",
        empty=_("Nobody waits for an answer."),
        live="handover",
    )


dashboard.register(_card, order=5)
nav.register(_("Waiting"), "waiting.index", "message.say", 15, badge=handovers.waiting_count)
