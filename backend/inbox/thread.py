"""One thread, found and kept from everybody else, and a line of what happened in it."""

from __future__ import annotations

from backend.core import access, clock, live
from backend.core.access import Actor
from backend.core.db import is_postgres
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import _
from backend.inbox import marks
from backend.inbox.models import Handover, HandoverEvent
from backend.inbox.office import RIGHT
from backend.messaging.models import Identity
from backend.staff import queries as staff


def find(actor: Actor, handover_id: int) -> Handover:
    """The thread, for reading. Raises NotFound, Forbidden."""
    handover = Handover.get_or_none(Handover.id == handover_id)
    if handover is None:
        raise NotFound()
    access.check(actor, RIGHT, handover.org_id)
    return handover  # type: ignore[no-any-return]


def held(actor: Actor, handover_id: int) -> tuple[Handover, list[Identity]]:
    """The thread and her addresses, kept from her turns and from other staff. Raises NotFound, Forbidden."""
    addresses = marks.hold(find(actor, handover_id))
    return locked(handover_id), addresses


def locked(handover_id: int) -> Handover:
    query = Handover.select().where(Handover.id == handover_id)
    return (query.for_update() if is_postgres() else query).get()  # type: ignore[no-any-return]


def check_open(handover: Handover) -> None:
    """Raises Conflict when it is over."""
    if handover.done_at is not None:
        raise Conflict(_("A colleague has already finished this one."))


def check_mine(actor: Actor, handover: Handover) -> None:
    """Raises Conflict, naming who has it."""
    check_open(handover)
    if handover.taken_by is not None and handover.taken_by != actor.id:
        raise Conflict(
            _(
                "{name} has this one. If they cannot go on, take it from them first.",
                name=name_of(handover.taken_by),
            )
        )


def name_of(staff_id: int | None) -> str:
    """Who it is, as colleagues and she call them."""
    found = staff.by_ids([staff_id]) if staff_id else {}
    return found[staff_id].name if staff_id in found else "–"


def write(
    actor: Actor, handover: Handover, kind: str, text: str = "", message_id: int | None = None
) -> HandoverEvent:
    """A line of the thread, and a nudge to the pages that show it."""
    event = HandoverEvent.create(
        handover_id=handover.id,
        at=clock.now(),
        staff_id=actor.id if actor.kind == "staff" else None,
        staff_name=actor.name[:80],
        kind=kind,
        text=text or None,
        message_id=message_id,
    )
    nudge(handover)
    return event  # type: ignore[no-any-return]


def nudge(handover: Handover) -> None:
    live.publish(live.ADMIN, {"kind": "handover", "id": handover.id})
