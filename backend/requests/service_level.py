"""The promise: how soon a request is acknowledged and somebody is there, and who hears of it when not. Pure.

Repair practice: acknowledged within 30 minutes of working time; an emergency is met on site within 30 minutes at any
hour, an urgent matter within 24 hours, the rest by the end of the booked window, or within 48 hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(8, 30), time(17, 30)
WORKDAYS = frozenset(range(6))
"""Monday to Saturday."""

ACKNOWLEDGE = timedelta(minutes=30)
ACKNOWLEDGE_EMERGENCY = timedelta(minutes=10)
"""By the clock, at any hour: half an hour to be there leaves no more for finding somebody."""
ON_SITE = {"emergency": timedelta(minutes=30), "urgent": timedelta(hours=24), "normal": timedelta(hours=48)}

Clock = Literal["ack", "due"]

STEPS = ("duty_desk", "community_admin", "street_admin")
"""Whom an overdue request climbs to, one after another."""
PAUSE = {
    "emergency": (timedelta(0), timedelta(minutes=5), timedelta(minutes=15)),
    "urgent": (timedelta(0), timedelta(hours=1), timedelta(hours=4)),
    "normal": (timedelta(0), timedelta(hours=4), timedelta(hours=24)),
}
"""How long after the deadline each of the STEPS is told."""


def working_time_after(start: datetime, length: timedelta, zone: ZoneInfo) -> datetime:
    """The instant at which `length` of working time has passed since `start`."""
    here = start.astimezone(zone)
    left = length
    while True:
        opens, closes = (datetime.combine(here.date(), at, zone) for at in (OPENS, CLOSES))
        if here.weekday() in WORKDAYS and here < closes:
            here = max(here, opens)
            if here + left <= closes:
                return (here + left).astimezone(start.tzinfo)
            left -= closes - here
        here = datetime.combine(here.date() + timedelta(days=1), time(0), zone)


def at_work(now: datetime, zone: ZoneInfo) -> bool:
    """Whether the office is open."""
    here = now.astimezone(zone)
    return here.weekday() in WORKDAYS and OPENS <= here.time() < CLOSES


def acknowledge_by(urgency: str, created: datetime, zone: ZoneInfo) -> datetime:
    if urgency == "emergency":
        return created + ACKNOWLEDGE_EMERGENCY
    return working_time_after(created, ACKNOWLEDGE, zone)


def on_site_by(urgency: str, created: datetime, slot_ends: datetime | None = None) -> datetime:
    """When somebody has to be there; a booked window's end counts for what is not an emergency."""
    if slot_ends is not None and urgency != "emergency":
        return slot_ends
    return created + ON_SITE[urgency]


@dataclass(frozen=True, slots=True)
class Overdue:
    """`step` is an index into STEPS: the highest that the clock has reached."""

    clock: Clock
    step: int
    since: datetime


def overdue(
    urgency: str,
    now: datetime,
    *,
    acknowledged: bool,
    due_ack_at: datetime,
    on_site: bool,
    due_at: datetime,
) -> list[Overdue]:
    """What is late now; empty when all is well."""
    late: list[Overdue] = []
    clocks: tuple[tuple[Clock, bool, datetime], ...] = (
        ("ack", acknowledged, due_ack_at),
        ("due", on_site, due_at),
    )
    for clock, kept, deadline in clocks:
        reached = [n for n, pause in enumerate(PAUSE[urgency]) if now >= deadline + pause]
        if not kept and reached:
            late.append(Overdue(clock, reached[-1], deadline))
    return late
