"""Where a resident is, as her wearable tells it: kept only with consent, sealed, for days, seen by few, each look on record; and whether she has left
her safe area."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from backend.alarms import actions as alarms
from backend.alarms import queries as alarm_queries
from backend.core import access, audit, clock
from backend.core.access import SYSTEM, Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Msg, Text, _
from backend.fields.words import Words
from backend.residents import queries as residents
from iot.heard import APART, Heard
from iot.seeing import fences, where_link
from iot.seeing.fences import Place, Stand
from iot.seeing.models import Fence, Position, Tracking

READ, CHANGE = "position.read", "position.change"
KEPT = timedelta(days=7)
LATE = timedelta(minutes=30)
"""A position told so late is kept, and says nothing of where she is now."""
CONSENT: dict[str, Msg] = {
    "herself": _("She agreed herself"),
    "guardian": _("Her guardian agreed for her"),
}
MOST_FENCES = 5
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def listen(batch: Sequence[Heard]) -> None:
    """Keep the positions of those who agreed, and raise what their safe areas call for."""
    told = [h for h in batch if h.trusted and h.device.resident_id is not None and "latitude" in h.apart]
    if not told:
        return
    wanted = {h.device.resident_id for h in told}
    tracked = {t.resident_id: t for t in Tracking.select().where(Tracking.resident_id.in_(wanted))}
    for heard in told:
        if not APART.isdisjoint(heard.device.points):
            # From before it was somebody's.
            heard.device.points = {n: said for n, said in heard.device.points.items() if n not in APART}
        tracking, place = tracked.get(heard.device.resident_id), _place(heard)
        if tracking is not None and place is not None:
            _keep(tracking, place, heard)


def _place(heard: Heard) -> Place | None:
    latitude, longitude, error = (heard.apart.get(n) for n in ("latitude", "longitude", "accuracy"))
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    # A receiver that has found no satellite says nought and nought.
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or (latitude, longitude) == (0, 0):
        return None
    known = isinstance(error, int | float) and 0 < error < 100_000
    return Place(float(latitude), float(longitude), float(error) if known else fences.UNKNOWN)  # type: ignore[arg-type]


def _keep(tracking: Tracking, place: Place, heard: Heard) -> None:
    packed = json.dumps([place.latitude, place.longitude, place.error])
    Position.create(resident_id=tracking.resident_id, at=heard.at, place=packed)
    if tracking.last_at is not None and heard.at <= tracking.last_at:
        return
    tracking.last, tracking.last_at = packed, heard.at
    Tracking.update(last=packed, last_at=heard.at).where(Tracking.id == tracking.id).execute()
    if heard.received - heard.at > LATE or heard.uplink.retained:
        return
    for fence in (
        Fence.select().where((Fence.resident_id == tracking.resident_id) & Fence.active).order_by(Fence.id)
    ):
        _watch(fence, place, heard)


def _watch(fence: Fence, place: Place, heard: Heard) -> None:
    shape = fences.from_json(json.loads(fence.shape))
    in_force = fences.holds(fence.days, fence.begins, fence.ends, clock.local(heard.at))
    before = Stand(fence.count, fence.outside_at is not None)
    after, event = fences.step(shape, before, place, holds=in_force)
    if after != before:
        since = heard.at if after.outside and fence.outside_at is None else fence.outside_at
        Fence.update(count=after.count, outside_at=since if after.outside else None).where(
            Fence.id == fence.id
        ).execute()
    if event == "left":
        _left(fence, shape, place, heard)
    elif event == "back" and (alarm_id := alarm_queries.open_under(_key(fence))) is not None:
        alarms.clear(SYSTEM, alarm_id, _("back in the safe area: {name}", name=fence.name))


def _left(fence: Fence, shape: fences.Shape, place: Place, heard: Heard) -> None:
    facts: dict[str, Any] = {
        "fence": fence.name,
        "where": in_words(shape, place),
        "time": f"{clock.local(heard.at):%H:%M}",
    }
    link = where_link.url(fence.id, clock.to_ms(heard.at))
    alarms.raise_alarm(
        "geofence",
        org_id=residents.org_of(fence.resident_id),
        severity="critical",
        words=Words(
            _("has left “{fence}”. Last place at {time}: {where}. On the map: {link}", **facts, link=link),
            _("has left “{fence}”, {time}: {where}. {link}", **facts, link=link),
            _("has left the safe area, {fence}. Last place at {time}: {where}.", **facts),
        ),
        source=f"fence:{fence.id}",
        resident_id=fence.resident_id,
        dedupe=_key(fence),
        device_id=heard.device.id,
    )


def in_words(shape: fences.Shape, place: Place) -> Text:
    """How far and in which direction from the middle of the area."""
    far = fences.distance(shape.middle, place)
    return _(
        "about {n} m {direction} of the middle of it",
        n=int(round(far, -1)),
        direction=fences.direction(shape.middle, place),
    )


def _key(fence: Fence) -> str:
    return f"fence:{fence.id}"


# --- what staff do and see ------------------------------------------------------------------------------------


def allow(actor: Actor, resident_id: int, consent_by: str) -> Tracking:
    """Write down that she, or her guardian, agreed. Raises NotFound, Forbidden, Invalid."""
    org_id = _org(actor, resident_id, CHANGE)
    if consent_by not in CONSENT:
        raise Invalid(_("Please say who agreed."), "consent")
    with transaction():
        known = tracking_of(resident_id)
        if known is None:
            known = Tracking.create(
                resident_id=resident_id, consent_by=consent_by, by_name=actor.name[:80], at=clock.now()
            )
            audit.record(
                actor,
                "position.allow",
                f"resident:{resident_id}",
                org_id=org_id,
                after={"consent": consent_by},
            )
        return known


def forbid(actor: Actor, resident_id: int) -> None:
    """The consent was taken back: nothing is kept any more, and what was kept goes. Raises NotFound, Forbidden."""
    org_id = _org(actor, resident_id, CHANGE)
    with transaction():
        forget(resident_id)
        audit.record(actor, "position.forbid", f"resident:{resident_id}", org_id=org_id)


def add_fence(
    actor: Actor,
    resident_id: int,
    name: str,
    shape: fences.Shape,
    *,
    days: str,
    begins: str = "",
    ends: str = "",
) -> Fence:
    """A safe area of somebody who is tracked. Raises NotFound, Forbidden, Invalid, Conflict."""
    org_id = _org(actor, resident_id, CHANGE)
    if not name.strip():
        raise Invalid(_("What shall the area be called?"), "name")
    if not set(days) & set("1234567"):
        raise Invalid(_("On which days does it hold?"), "days")
    if bool(begins) != bool(ends) or not all(_CLOCK.fullmatch(time) for time in (begins, ends) if time):
        raise Invalid(_("From when to when? Leave both empty for the whole day."), "ends")
    with transaction():
        if tracking_of(resident_id) is None:
            raise Conflict(_("Nobody has agreed yet that her place is known."))
        mine = (Fence.resident_id == resident_id) & Fence.active
        if Fence.select().where(mine).count() >= MOST_FENCES:
            raise Conflict(_("There are {n} areas already. Please remove one first.", n=MOST_FENCES))
        made: Fence = Fence.create(
            resident_id=resident_id, name=name.strip()[:80], shape=json.dumps(fences.to_json(shape)),
            days="".join(d for d in "1234567" if d in days), begins=begins, ends=ends, active=True,
            by_name=actor.name[:80], at=clock.now(),
        )  # fmt: skip
        audit.record(
            actor, "position.fence", f"resident:{resident_id}", org_id=org_id, after={"fence": made.id}
        )
    return made


def remove_fence(actor: Actor, fence_id: int) -> int:
    """Returns whose it was. Raises NotFound, Forbidden; Conflict while she is looked for because of it."""
    with transaction():
        fence = Fence.get_or_none((Fence.id == fence_id) & Fence.active)
        if fence is None:
            raise NotFound()
        org_id = _org(actor, fence.resident_id, CHANGE)
        if alarm_queries.open_under(_key(fence)) is not None:
            raise Conflict(_("An alarm of this area is open. Please close it first."))
        fence.delete_instance()
        audit.record(
            actor,
            "position.fence_removed",
            f"resident:{fence.resident_id}",
            org_id=org_id,
            before={"fence": fence_id},
        )
        return int(fence.resident_id)


def looked(actor: Actor, resident_id: int) -> tuple[Tracking | None, list[tuple[datetime, Place]]]:
    """Her consent and the positions of the last day, the newest first; the look goes on record. Raises NotFound."""
    org_id = _org(actor, resident_id, READ)
    tracking = tracking_of(resident_id)
    if tracking is None:
        return None, []
    with transaction():
        audit.record(actor, "position.look", f"resident:{resident_id}", org_id=org_id)
    since = clock.now() - timedelta(days=1)
    rows = Position.select().where((Position.resident_id == resident_id) & (Position.at >= since))
    return tracking, [
        (row.at, Place(*json.loads(row.place))) for row in rows.order_by(Position.at.desc()).limit(200)
    ]


def last(tracking: Tracking) -> tuple[datetime, Place] | None:
    """Where she was last."""
    return (
        (tracking.last_at, Place(*json.loads(tracking.last))) if tracking.last and tracking.last_at else None
    )


def tracking_of(resident_id: int) -> Tracking | None:
    return Tracking.get_or_none(Tracking.resident_id == resident_id)  # type: ignore[no-any-return]


def fences_of(resident_id: int) -> list[tuple[Fence, fences.Shape]]:
    rows = Fence.select().where((Fence.resident_id == resident_id) & Fence.active).order_by(Fence.id)
    return [(row, fences.from_json(json.loads(row.shape))) for row in rows]


def _org(actor: Actor, resident_id: int, permission: str) -> int:
    """Her Org. Raises NotFound for who may not even look, Forbidden."""
    org_id = residents.org_of(resident_id)
    if not access.may(actor, READ, org_id):
        raise NotFound()
    access.check(actor, permission, org_id)
    return org_id


# --- how long it is kept, and hers to have --------------------------------------------------------------------


def clear_old() -> int:
    """Positions older than KEPT go; returns how many."""
    before = clock.now() - KEPT
    with transaction():
        Tracking.update(last=None, last_at=None).where(Tracking.last_at < before).execute()
        return int(Position.delete().where(Position.at < before).execute())


def export(resident_id: int) -> dict[str, Any]:
    tracking = tracking_of(resident_id)
    rows = Position.select().where(Position.resident_id == resident_id).order_by(Position.at)
    return {
        "consent": tracking.consent_by if tracking else None,
        "positions": [{"at": row.at.isoformat(), "place": json.loads(row.place)} for row in rows],
        "safe_areas": [
            {"name": f.name, "shape": json.loads(f.shape)} for f, _shape in fences_of(resident_id)
        ],
    }


def forget(resident_id: int) -> None:
    for model in (Position, Fence, Tracking):
        model.delete().where(model.resident_id == resident_id).execute()  # type: ignore[attr-defined]
