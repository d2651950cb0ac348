"""The message log in the admin, and the thread on a resident's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.core import access, clock
from backend.core.access import Actor
from backend.core.i18n import Msg, Text, _
from backend.family import queries as family
from backend.family.queries import Kin
from backend.messaging import channels, people, secrets, threads
from backend.messaging.deliveries import MAX_ATTEMPTS
from backend.messaging.models import Delivery
from backend.messaging.outbox import NO_ADDRESS
from backend.residents import queries as residents
from backend.residents.queries import Summary
from backend.staff import queries as staff
from backend.web import dashboard, listing, nav, sections, session, subjects
from backend.web.dashboard import Card, Item
from backend.web.sections import Section
from backend.web.text import mask, safe_next, say
from bots import message_log, resending
from bots.channel import NOT_SET_UP
from bots.message_log import Filters

blueprint = Blueprint("messages", __name__, url_prefix="/admin/messages", template_folder="templates")

STATUS: dict[str, tuple[Msg, str]] = {
    "failed": (_("Failed"), "urgent"),
    "unknown": (_("Not known whether it arrived"), "attention"),
    "pending": (_("Waiting"), "calm"),
    "sending": (_("Being sent"), "calm"),
    "sent": (_("Sent"), "good"),
    "delivered": (_("Delivered"), "good"),
    "read": (_("Read"), "good"),
    "cancelled": (_("Not needed any more"), "calm"),
}
PURPOSES: dict[str, Msg] = {
    "reply": _("Answer in a conversation"),
    "alarm": _("Alarm"),
    "checkin": _("Check-in"),
    "care": _("Care"),
    "visit": _("Visit"),
    "summary": _("Monthly summary"),
    "family": _("Family"),
    "request": _("Repair"),
    "feedback": _("Feedback"),
    "event": _("Event"),
    "survey": _("Survey"),
    "notice": _("Notice"),
    "campaign": _("Campaign"),
    "emergency": _("Emergency"),
    "report": _("Report"),
    "registration": _("Registration"),
    "reminder": _("Reminder"),
    "handover": _("Call for a person"),
    "answer": _("Answer by staff"),
    "code": _("One-time code"),
    "activation": _("Confirmation link"),
}
QUEUES: dict[str, Msg] = {
    "alerts": _("Alarms"),
    "replies": _("Conversations"),
    "default": _("Notices"),
    "bulk": _("Campaigns"),
}
CARD_ITEMS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One Delivery as the log shows it."""

    delivery: Delivery
    who: Text
    resident_id: int | None
    address: str
    text: str
    link: str
    about: Text


nav.register(_("Messages"), "messages.index", "message.read", 40, group="messages")


@blueprint.get("")
@session.needs("message.read")
def index() -> Any:
    actor = session.current_actor()
    given = request.args
    filters = Filters(
        **{name: given.get(name, "") for name in ("channel", "status", "purpose", "queue", "about")},
        text=given.get("q", ""),
    )
    page = listing.paginate(message_log.listed(actor, filters))
    troubled = message_log.counts(actor)
    return render_template(
        "bots/messages.html",
        page=page,
        rows=_rows(actor, page.items),
        statuses=[
            (name, words, troubled.get(name, 0)) if troubled.get(name) else (name, words)
            for name, (words, _tone) in STATUS.items()
        ],
        status_words=STATUS,
        channels=list(channels.NAMES.items()),
        channel_names=channels.NAMES,
        purposes=list(PURPOSES.items()),
        purpose_names=PURPOSES,
        queues=list(QUEUES.items()),
        most=MAX_ATTEMPTS,
        trouble=_trouble,
        may_resend=access.may(actor, "message.resend"),
    )


@blueprint.post("/<int:message_id>/resend")
@session.needs("message.resend")
def resend(message_id: int) -> Any:
    resending.resend(session.current_actor(), message_id)
    flash(say(_("It is being sent again.")), "success")
    return redirect(safe_next(request.form.get("next"), url_for("messages.index")), code=303)


def _rows(actor: Actor, found: list[Any]) -> list[Row]:
    owners = [_owner(d) for d in found]
    relatives = family.known_at(
        {
            d.identity_id
            for d, owner in zip(found, owners, strict=True)
            if d.identity_id and owner == (None, None)
        }
    )
    known = residents.by_ids({r for r, _s in owners if r} | {r.of for r in relatives.values()})
    colleagues = staff.by_ids([s for _r, s in owners if s])
    rows = []
    for delivery, (resident_id, staff_id) in zip(found, owners, strict=True):
        who: Text = ""
        openable = False
        if staff_id in colleagues:
            who = colleagues[staff_id].name
        elif resident_id in known:
            openable = access.may(actor, "resident.read", known[resident_id].org_id)
            who = known[resident_id].name if openable else mask(known[resident_id].name)
        elif delivery.identity_id in relatives:
            who = _relative(actor, relatives[delivery.identity_id], known)
        rows.append(
            Row(
                delivery,
                who,
                resident_id if openable else None,
                message_log.shown_address(_identity(delivery)),
                message_log.shown_text(delivery.message),
                subjects.link(delivery.message.about),
                subjects.shown(delivery.message.about),
            )
        )
    return rows


def _relative(actor: Actor, kin: Kin, known: Mapping[int, Summary]) -> Text:
    """His own name; where only what she calls him is known, whose he is."""
    hers = known.get(kin.of)
    readable = hers is not None and access.may(actor, "resident.read", hers.org_id)
    if kin.name:
        return kin.name if readable else mask(kin.name)
    if hers is None or not kin.called:
        return ""
    return _("{called} of {name}", called=kin.called, name=hers.name if readable else mask(hers.name))


def _identity(delivery: Any) -> Any:
    """None for a message that found no address."""
    found = getattr(delivery, "identity", None)
    return found if found is not None and found.id is not None else None


def _owner(delivery: Any) -> tuple[int | None, int | None]:
    identity = _identity(delivery)
    message = delivery.message
    return (
        message.resident_id or (identity.resident_id if identity else None),
        message.staff_id or (identity.staff_id if identity else None),
    )


def _trouble(error: str | None) -> Text:
    """Why it was not delivered; a provider's own words stay as they are."""
    if error is not None and NOT_SET_UP in error:
        return _("this channel is not set up here")
    return _("no address to send it to") if error == NO_ADDRESS else error or "–"


# --- elsewhere in the admin -----------------------------------------------------------------------------------


def _card(actor: Actor) -> Card | None:
    if not access.may(actor, "message.read"):
        return None
    found = message_log.undelivered(actor)
    count = found.count()
    items = [
        Item(
            _(
                "{channel}: {error}",
                channel=row.who or channels.NAMES.get(row.delivery.channel, "–"),
                error=_trouble(row.delivery.error),
            ),
            url_for("messages.index", status="failed"),
        )
        for row in (_rows(actor, list(found.limit(CARD_ITEMS))) if count else ())
    ]
    return Card(
        _("Messages that failed"),
        count,
        items,
        link=url_for("messages.index", status="failed"),
        severity="attention",
        empty=_("Every message of the last days found its way."),
        live="message",
    )


def _thread(actor: Actor, resident_id: int) -> Section | None:
    if not access.may(actor, "message.read", residents.org_of(resident_id)):
        return None
    found = people.identities(people.Resident(resident_id), reachable=False)
    lines = threads.of_person(resident_id, [identity.id for identity in found])
    drawn = [
        {
            "line": line,
            "at": clock.from_ms(line.at),
            "ours": isinstance(line, threads.Told),
            "text": secrets.shown(line.content, line.purpose)
            if isinstance(line, threads.Told)
            else _heard_text(line, lines[:place]),
        }
        for place, line in enumerate(lines)
    ]
    html = render_template(
        "bots/thread.html",
        lines=drawn,
        channel_names=channels.NAMES,
        status_words=STATUS,
        resident_id=resident_id,
        may_resend=access.may(actor, "message.resend", residents.org_of(resident_id)),
    )
    return Section(_("Messages on all channels"), Markup(html))  # noqa: S704 (rendered by Jinja, escaped there)


def _heard_text(line: threads.Heard, before: list[threads.Line]) -> str:
    if line.text:
        return line.text
    if line.choice is not None:
        return threads.label_of(line.choice, before) or "✓"
    return say(_("A photo")) if line.media else say(_("A place on the map"))


dashboard.register(_card, order=50)
sections.register("resident", _thread, order=200)
