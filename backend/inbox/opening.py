"""Somebody is put on the list of those who wait for a person, and the desk is told."""

from __future__ import annotations

from backend.core import clock, live
from backend.core.db import transaction
from backend.core.i18n import Text, _
from backend.fields.words import Option, Words
from backend.inbox import office, relaying, waiting
from backend.inbox.models import Handover
from backend.messaging import channels
from backend.messaging.models import Identity
from backend.messaging.outbox import say
from backend.messaging.people import StaffMember
from backend.staff import queries as staff

REASONS: dict[str, Text] = {
    "asked": _("asked for a person"),
    "emergency": _("cried for help"),
    "failed": _("our side failed"),
    "reply": _("replied to a notice"),
}


def person_of(identity: Identity) -> str:
    """Who she is over all her addresses: `Handover.person`."""
    return f"r{identity.resident_id}" if identity.resident_id else f"i{identity.id}"


def open_for(identity: Identity, reason: str, said: str, about: str | None = None) -> Words | None:
    """Put her on the list, once while she waits, and tell the staff of her office in their own chats.

    A cry for help makes the thread that she has already an emergency, and is told again. Returns what she has to know
    at once: outside the office's hours, when somebody will be there. Belongs inside the turn's transaction.
    """
    with transaction():
        found = Handover.get_or_none(
            (Handover.person == person_of(identity)) & Handover.done_at.is_null()
        ) or Handover.get_or_none((Handover.identity_id == identity.id) & Handover.done_at.is_null())
        if found is not None:
            if reason == "emergency" and found.reason != "emergency":
                Handover.update(reason="emergency", said=said[:500]).where(Handover.id == found.id).execute()
                _tell(found, identity, "emergency", said)
            if about is not None and found.about is None:
                Handover.update(about=about).where(Handover.id == found.id).execute()
            return None
        handover = Handover.create(
            identity_id=identity.id,
            resident_id=identity.resident_id,
            person=person_of(identity),
            org_id=identity.org_id,
            reason=reason,
            said=said[:500],
            about=about,
            asked_at=clock.now(),
        )
        _tell(handover, identity, reason, said)
        if reason in ("emergency", "failed") or office.is_open(handover.org_id):
            return None
        Handover.update(told_at=clock.now()).where(Handover.id == handover.id).execute()
        return closed_now(handover)


def closed_now(handover: Handover) -> Words:
    when = waiting.expected(handover)
    return Words(
        _("Nobody is at the office just now. You will be answered {when}.", when=when),
        short=_("The office is closed now; you will be answered {when}.", when=when),
    )


def _tell(handover: Handover, identity: Identity, reason: str, said: str) -> None:
    community = office.community_of(handover.org_id)
    desk = staff.staff_with_permission(office.RIGHT, community.id) if community is not None else []
    words = Words(
        _(
            "#{number}: somebody {reason} ({channel}): “{said}”. Answer in the admin under “Inbox”, or take it here.",
            number=handover.id,
            reason=REASONS[reason],
            channel=channels.NAMES[identity.channel],
            said=relaying.in_chat(said)[:120],
        ),
        options=(Option(f"inbox.take:{handover.id}", _("Take #{number}", number=handover.id)),),
    )
    for member in desk:
        say(
            StaffMember(member.id),
            words,
            purpose="handover",
            queue="alerts" if reason == "emergency" else "default",
            dedupe=f"{handover.subject}:{reason}:{member.id}",
            about=handover.subject,
        )
    live.publish(live.ADMIN, {"kind": "handover", "id": handover.id})


def waits(identity_id: int, resident_id: int | None = None) -> bool:
    """Whether this Identity, or the resident behind it, waits for a person or is with one."""
    hers = Handover.identity_id == identity_id
    if resident_id is not None:
        hers |= Handover.person == f"r{resident_id}"
    return bool(Handover.select().where(hers & Handover.done_at.is_null()).exists())
