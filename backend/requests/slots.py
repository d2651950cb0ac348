"""Visiting times: windows of two hours with as many seats as there are workers, opened ahead, booked by seat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import peewee

from backend.core import clock, orgs
from backend.core.db import execute, transaction
from backend.core.errors import Conflict
from backend.core.i18n import Text, _
from backend.requests import crew
from backend.requests.models import Booking, Request, Slot

WEEKDAY_WINDOWS = ((9, 11), (11, 13), (14, 16), (16, 18), (18, 20))
SATURDAY_WINDOWS = ((9, 11), (14, 16))
DAYS_AHEAD = 7
LEAD = timedelta(hours=1)
"""A window that begins sooner is not offered: nobody could be told in time."""
LEAST_CAPACITY = 2
OFFERED = 40
"""Of these the nearest are shown; the others can be asked for by their time."""

_WEEKDAYS = {
    "zh_CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_TAKE = "INSERT INTO booking (slot_id, seat, request_id) VALUES (?, ?, ?) ON CONFLICT (slot_id, seat) DO NOTHING RETURNING id"


class SlotTaken(Conflict):
    """The last seat went to somebody else."""

    def __init__(self) -> None:
        super().__init__(_("That time has just been taken. Which of these would suit you?"))


def community_of(org_id: int) -> int:
    """Visits are planned per community: the nearest one at or above the Org (the Org itself where there is none)."""
    above = [int(i) for i in orgs.get(org_id).path.strip("/").split("/")]
    levels = {o.id: o.level for o in orgs.Org.select().where(orgs.Org.id.in_(above))}
    return next((i for i in reversed(above) if levels.get(i) == "community"), org_id)


def windows(day: date) -> Iterator[tuple[datetime, datetime]]:
    """The windows of a day on the community's clocks."""
    hours = WEEKDAY_WINDOWS if day.weekday() < 5 else SATURDAY_WINDOWS if day.weekday() == 5 else ()
    for begins, ends in hours:
        yield (
            datetime.combine(day, time(begins), clock.zone()),
            datetime.combine(day, time(ends), clock.zone()),
        )


def open_slots(org_id: int, days: int = DAYS_AHEAD) -> int:
    """Open the windows of the next `days` days that are not there yet; returns how many were missing."""
    community = community_of(org_id)
    today = clock.local(clock.now()).date()
    wanted = [w for n in range(days + 1) for w in windows(today + timedelta(days=n))]
    since = datetime.combine(today, time(0), clock.zone())
    there = {
        s.starts_at
        for s in Slot.select(Slot.starts_at).where(Slot.org_id == community, Slot.starts_at >= since)
    }
    missing = [w for w in wanted if w[0] not in there]
    if missing:
        capacity = max(LEAST_CAPACITY, len(crew.workers(community)))
        rows = [
            {"org_id": community, "starts_at": begins, "ends_at": ends, "capacity": capacity}
            for begins, ends in missing
        ]
        with transaction():
            # Another process may open the same windows at the same moment.
            Slot.insert_many(rows).on_conflict_ignore().execute()
    return len(missing)


def open_everywhere() -> int:
    """The scheduler's job: windows for every community."""
    communities = orgs.Org.select(orgs.Org.id).where(orgs.Org.level == "community")
    return sum(open_slots(o.id) for o in communities)


def free(org_id: int, limit: int = 40) -> list[Slot]:
    """The nearest windows that still have a seat."""
    open_slots(org_id)
    taken = peewee.fn.COUNT(Booking.id)
    return list(
        Slot.select(Slot)
        .join(Booking, peewee.JOIN.LEFT_OUTER)
        .where(Slot.org_id == community_of(org_id), Slot.starts_at >= clock.now() + LEAD)
        .group_by(Slot.id)
        .having(taken < Slot.capacity)
        .order_by(Slot.starts_at)
        .limit(limit)
    )


def facts(org_id: int, count: int = OFFERED) -> list[dict[str, Any]]:
    """What a TimeSlot field offers: the nearest free windows, `{"value", "label", "short", "start", "end"}`."""
    return [
        {
            "value": str(s.id),
            "label": label(s),
            "short": label(s, short=True),
            "start": s.starts_at.isoformat(),
            "end": s.ends_at.isoformat(),
        }
        for s in free(org_id, count)
    ]


def label(slot: Slot, *, short: bool = False) -> Text:
    """周二 11月3日 9–11点 / Tue 3 Nov, 9–11 h; without the date for SMS."""
    begins, ends = clock.local(slot.starts_at), clock.local(slot.ends_at)
    zh, en = _WEEKDAYS["zh_CN"][begins.weekday()], _WEEKDAYS["en"][begins.weekday()]
    if short:
        return {"zh_CN": f"{zh}{begins.hour}-{ends.hour}点", "en": f"{en} {begins.hour}-{ends.hour}h"}
    return {
        "zh_CN": f"{zh} {begins.month}月{begins.day}日 {begins.hour}–{ends.hour}点",
        "en": f"{en} {begins.day} {begins:%b}, {begins.hour}:00–{ends.hour}:00",
    }


def reserve(slot_id: int, request: Request) -> Slot:
    """Take a seat for the request. Raises SlotTaken when there is none, or the window has begun."""
    slot = Slot.get_or_none(Slot.id == slot_id)
    if slot is None or slot.org_id != community_of(request.org_id) or slot.starts_at < clock.now():
        raise SlotTaken()
    taken = {b.seat for b in Booking.select(Booking.seat).where(Booking.slot == slot)}
    for seat in range(1, slot.capacity + 1):
        if seat not in taken and execute(_TAKE, (slot.id, seat, request.id)).fetchone():
            return slot  # type: ignore[no-any-return]
    raise SlotTaken()


def give_back(request: Request) -> None:
    """Free the request's seat for somebody else."""
    Booking.delete().where(Booking.request == request).execute()
