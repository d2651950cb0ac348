"""People who wait for a person: opened by the engine, answered and closed by staff."""

from __future__ import annotations

from typing import Any

import peewee

from backend.core import access, audit, clock, live
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import _
from backend.fields.words import Words
from backend.inbox.models import Handover
from backend.messaging.models import Identity
from backend.messaging.outbox import say
from backend.messaging.people import At, StaffMember

REASONS = {
    "asked": _("asked for a person"),
    "emergency": _("cried for help"),
    "failed": _("our side failed"),
}


def open_for(identity: Identity, reason: str, said: str, staff_ids: list[int]) -> None:
    """Put her on the list, once while she waits, and tell these staff in their own chats."""
    with transaction():
        waiting = (
            (Handover.identity_id == identity.id) & (Handover.reason == reason) & Handover.done_at.is_null()
        )
        if Handover.select().where(waiting).exists():
            return
        handover = Handover.create(
            identity_id=identity.id,
            org_id=identity.org_id,
            reason=reason,
            said=said[:500],
            asked_at=clock.now(), person=f"i{identity.id}",
        )
        queue = "alerts" if reason == "emergency" else "default"
        words = Words(
            _(
                "Somebody {reason} ({channel}): “{said}”. Please answer in the admin, under “Waiting”.",
                reason=REASONS[reason],
                channel=identity.channel,
                said=said[:120],
            ),
        )
        for staff_id in staff_ids:
            say(
                StaffMember(staff_id),
                words,
                purpose="handover",
                queue=queue,
                dedupe=f"handover:{handover.id}:{staff_id}",
            )
        live.publish(live.ADMIN, {"kind": "handover", "id": handover.id})


def waits(identity_id: int) -> bool:
    """Whether this Identity waits for a person."""
    waiting_ = (Handover.identity_id == identity_id) & Handover.done_at.is_null()
    return bool(Handover.select().where(waiting_).exists())


def waiting(actor: Actor, most: int) -> list[Handover]:
    """Who waits where `actor` may answer, at most so many, emergencies and the longest wait first. People whose community is not
    known yet are shown to everybody who may answer anywhere: better seen twice than by nobody."""
    calm = peewee.Case(None, [(Handover.reason == "emergency", 0)], 1)
    return list(_waiting(actor).order_by(calm, Handover.asked_at, Handover.id).limit(most))


def waiting_count(actor: Actor) -> int:
    """How many wait where `actor` may answer."""
    return int(_waiting(actor).count())


def _waiting(actor: Actor) -> Any:
    access.check(actor, "message.say")
    here = Handover.org_id.in_(access.org_ids(actor, "message.say")) | Handover.org_id.is_null()
    return Handover.select().where(here & Handover.done_at.is_null())


def answer(actor: Actor, handover_id: int, text: str) -> None:
    """Say `text` to her, in the staff member's own words, and take her off the list."""
    if not text.strip():
        raise Invalid(_("Please write your answer first."), "text")
    with transaction():
        handover = _open(actor, handover_id)
        say(
            At(handover.identity_id, elsewhere=True),
            Words(text.strip()[:2000]),
            purpose="answer",
            about=f"handover:{handover.id}",
        )
        _close(actor, handover, "handover.answer")


def close(actor: Actor, handover_id: int, why: str = "") -> None:
    """Take her off the list without a message (she was called, or visited)."""
    with transaction():
        _close(actor, _open(actor, handover_id), "handover.close", why)


def _open(actor: Actor, handover_id: int) -> Handover:
    query = Handover.select().where(Handover.id == handover_id)
    handover = (query.for_update() if is_postgres() else query).first()
    if handover is None:
        raise NotFound()
    access.check(actor, "message.say", handover.org_id)
    if handover.done_at is not None:
        raise Conflict(_("A colleague has already answered."))
    return handover  # type: ignore[no-any-return]


def _close(actor: Actor, handover: Handover, action: str, why: str = "") -> None:
    Handover.update(done_at=clock.now(), done_by=actor.id).where(Handover.id == handover.id).execute()
    audit.record(actor, action, f"handover:{handover.id}", org_id=handover.org_id, why=why)
    live.publish(live.ADMIN, {"kind": "handover", "id": handover.id})
