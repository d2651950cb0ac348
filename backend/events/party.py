"""She brings more people along than she said, or fewer: under the event's lock, so that no place is given twice."""

from __future__ import annotations

from backend.core import clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import _, ngettext
from backend.events import places, record, signing, wording
from backend.events.models import Event, EventSignup
from backend.events.signing import COMPANIONS, Placed


def change(actor: Actor, event_id: int, resident_id: int, companions: int, names: str = "") -> Placed:
    """From now on she brings so many; on the waiting list she keeps her turn. Places that this frees go to the next.

    Raises Invalid for more than fit (what she had stays hers), Conflict when the event has begun, NotFound without a sign-up.
    """
    with transaction():
        if actor.kind == "staff":
            # First: what is wrong is said with the event's title.
            record.for_staff(actor, event_id)
        event, mine = signing.hers(event_id, resident_id)
        if (
            mine.status not in places.STANDING
            or event.status != "published"
            or clock.now() >= event.starts_at
        ):
            raise Conflict(
                signing.closed_because(event, clock.now())
                or _("You are not signed up for “{title}”.", title=event.title)
            )
        if companions > mine.companions:
            _check_room(actor, event, mine, companions)
        elif companions < 0:
            raise Invalid(
                _("We expect a number from {least} to {most}.", least=0, most=event.companions), COMPANIONS
            )
        repeated = companions == mine.companions and names in ("", mine.companion_names or "")
        if not repeated:
            kept = names or (mine.companion_names if companions >= mine.companions else None)
            record.move(
                actor,
                event,
                mine,
                mine.status,
                companions=companions,
                companion_names=kept if companions else None,
            )
            signing.settle(event)
            mine = EventSignup.get_by_id(mine.id)
        if actor.kind == "staff" and not repeated:
            record.tell(event, mine, wording.party(event, mine))
        ahead = places.ahead(record.parties(record.signups(event)), mine.id)
        return Placed(event, mine, ahead, repeated)  # fmt: skip


def name(actor: Actor, event_id: int, signup_id: int, names: str) -> EventSignup:
    """Staff write down who her companions are."""
    with transaction():
        event = record.for_staff(actor, event_id)
        signup = signing.one(event, signup_id)
        record.move(actor, event, signup, signup.status, companion_names=names.strip()[:200] or None)
        return signup


def _check_room(actor: Actor, event: Event, mine: EventSignup, companions: int) -> None:
    if actor.kind != "staff" and (why := signing.closed_because(event, clock.now())) is not None:
        raise Conflict(why)
    signing.check_party(event, companions)
    if mine.status == "waiting":
        return
    # Whoever waits comes before somebody who would like more than she has.
    left = places.left_for_newcomers(event.capacity, record.parties(record.signups(event)))
    if companions - mine.companions > left:
        most = mine.companions + left
        raise Invalid(
            ngettext(
                "There is no room for so many: {n} companion at most just now.",
                "There is no room for so many: {n} companions at most just now.",
                most,
            ),
            COMPANIONS,
        )
