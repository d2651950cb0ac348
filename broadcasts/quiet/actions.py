"""Quiet hours and holidays of each Org, for all below it; the nearest definition holds. Emergencies wait for nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import peewee

from backend.core import access, audit, clock, orgs
from backend.core.access import Actor
from backend.core.db import Instant, Model, transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _
from backend.messaging.topics import TOPICS
from backend.reports import days_off
from broadcasts.quiet.hours import Quiet

SEE = "campaign.read"
CHANGE = "campaign.approve"
"""Who looks at what others send also says when nothing is sent."""
_COUNTRY = "CN"
_LANGUAGES = {"zh_CN": "zh_CN", "en": "en_US"}


class QuietHours(Model):
    """`begins` and `ends` as "21:00", equal for none; `weekdays` the days that are quiet as a whole (1 is Monday). `days_off`: those
    of the office are quiet too. `zone`: the clocks that count there, "" for the installation's."""

    org_id = peewee.IntegerField(unique=True)
    begins = peewee.CharField(5)
    ends = peewee.CharField(5)
    weekdays = peewee.JSONField()
    days_off = peewee.BooleanField()
    zone = peewee.CharField(40)
    changed_at = Instant()


class QuietDay(Model):
    """A single day at an Org: `quiet` as a whole, or one like others though its weekday is quiet."""

    org_id = peewee.IntegerField()
    day = peewee.DateField()
    quiet = peewee.BooleanField()
    name = peewee.CharField(80)

    class Meta:
        indexes = ((("org_id", "day"), True),)


@dataclass(frozen=True, slots=True)
class Hours:
    """As a page says it, or as it holds: see `QuietHours`. `org_id` is where it was defined, None nowhere."""

    begins: str = "21:00"
    ends: str = "08:00"
    weekdays: tuple[int, ...] = ()
    days_off: bool = False
    zone: str = ""
    org_id: int | None = None


# --- asked by whoever sends -----------------------------------------------------------------------------------


def earliest(org_id: int, at: datetime, topic: str) -> datetime:
    """The first instant from `at` on at which a notice on `topic` may leave there."""
    if topic in TOPICS and TOPICS[topic].exempt:
        return at
    found = hours(org_id)
    return _quiet(org_id, found, at).earliest(at, _zone(found))


def zone(org_id: int) -> ZoneInfo:
    """The clocks that count at an Org."""
    return _zone(hours(org_id))


def hours(org_id: int) -> Hours:
    """What holds at an Org: its own, else the nearest above it, else 21:00 to 8:00."""
    above = _above(org_id)
    found = {h.org_id: h for h in QuietHours.select().where(QuietHours.org_id.in_(above))}
    for each in above:
        if each in found:
            h = found[each]
            return Hours(h.begins, h.ends, tuple(h.weekdays), h.days_off, h.zone, each)
    return Hours()


def days(org_id: int, since: date) -> list[QuietDay]:
    """The single days that hold at an Org from `since` on, the nearest definition of each; in order."""
    above = _above(org_id)
    query: Any = QuietDay.select().where(QuietDay.org_id.in_(above) & (QuietDay.day >= since))
    nearest: dict[date, QuietDay] = {}
    for one in sorted(query, key=lambda d: -above.index(d.org_id)):
        nearest[one.day] = one
    return [nearest[day] for day in sorted(nearest)]


def _quiet(org_id: int, found: Hours, at: datetime) -> Quiet:
    singles: dict[date, bool] = {}
    if found.days_off:
        singles = dict.fromkeys(days_off.at(org_id), True)
    since = at.astimezone(_zone(found)).date()
    singles |= {d.day: bool(d.quiet) for d in days(org_id, since)}
    return Quiet(
        time.fromisoformat(found.begins), time.fromisoformat(found.ends), frozenset(found.weekdays), singles
    )


def _above(org_id: int) -> list[int]:
    """The Org and those above it, the nearest first."""
    return [int(i) for i in reversed(orgs.get(org_id).path.strip("/").split("/"))]


def _zone(found: Hours) -> ZoneInfo:
    return ZoneInfo(found.zone) if found.zone else clock.zone()


# --- public holidays ------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def public_holidays(year: int, locale: str) -> tuple[tuple[date, str, bool], ...]:
    """China's in a year: (day, what day it is, True; or False for a weekend's day on which people work instead). What the State Council
    has not moved yet is where the law has it."""
    from holidays import country_holidays

    language = _LANGUAGES.get(locale.partition("@")[0], "en_US")
    found = country_holidays(_COUNTRY, years=[year], language=language)
    free = [(day, name, True) for day, name in found.items()]
    worked = [(day, "", False) for day in found.weekend_workdays if day.year == year]
    return tuple(sorted(free + worked))


# --- changed by staff -----------------------------------------------------------------------------------------


def save(actor: Actor, org_id: int, wanted: Hours) -> None:
    """Raises Forbidden, Invalid."""
    access.check(actor, CHANGE, org_id)
    values = _checked(wanted)
    with transaction():
        before = hours(org_id)
        QuietHours.delete().where(QuietHours.org_id == org_id).execute()
        QuietHours.create(org_id=org_id, changed_at=clock.now(), **values)
        told = {name: getattr(before, name) for name in values}
        audit.record(actor, "quiet.change", f"org:{org_id}", org_id=org_id, before=told, after=values)


def inherit(actor: Actor, org_id: int) -> None:
    """As the Org above has it again. Raises Forbidden."""
    access.check(actor, CHANGE, org_id)
    with transaction():
        if QuietHours.delete().where(QuietHours.org_id == org_id).execute():
            audit.record(actor, "quiet.inherit", f"org:{org_id}", org_id=org_id)


def add_days(actor: Actor, org_id: int, wanted: Iterable[tuple[date, str, bool]]) -> int:
    """Single days at the Org, (day, name, quiet); one that is there is said anew. How many. Raises Forbidden, Invalid."""
    access.check(actor, CHANGE, org_id)
    today = clock.now().astimezone(zone(org_id)).date()
    kept = [(day, name.strip()[:80], quiet) for day, name, quiet in wanted if day >= today]
    if not kept:
        raise Invalid(_("That day is over already."), "day")
    with transaction():
        chosen = [day for day, _name, _quiet in kept]
        QuietDay.delete().where((QuietDay.org_id == org_id) & QuietDay.day.in_(chosen)).execute()
        for day, name, quiet in kept:
            QuietDay.create(org_id=org_id, day=day, name=name, quiet=quiet)
        told = {day.isoformat(): [name, quiet] for day, name, quiet in kept}
        audit.record(actor, "quiet.days", f"org:{org_id}", org_id=org_id, after=told)
    return len(kept)


def remove_day(actor: Actor, day_id: int) -> int:
    """The id of its Org. Raises NotFound, Forbidden."""
    with transaction():
        found = QuietDay.get_or_none(QuietDay.id == day_id)
        if found is None:
            raise NotFound()
        access.check(actor, CHANGE, found.org_id)
        found.delete_instance()
        audit.record(
            actor, "quiet.day_removed", f"org:{found.org_id}", org_id=found.org_id, before={"day": found.day}
        )
    return int(found.org_id)


def _checked(wanted: Hours) -> dict[str, Any]:
    times: dict[str, str] = {}
    for name in ("begins", "ends"):
        try:
            times[name] = f"{time.fromisoformat(getattr(wanted, name)):%H:%M}"
        except ValueError:
            raise Invalid(_("Please give the time of day like 08:00."), name) from None
    chosen = sorted({d for d in wanted.weekdays if 1 <= d <= 7})
    if len(chosen) == 7:
        raise Invalid(_("With every day quiet nothing would ever be sent. Please leave one out."), "weekdays")
    if wanted.zone:
        try:
            ZoneInfo(wanted.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise Invalid(
                _("There is no such time zone. One is called Asia/Shanghai, for example."), "zone"
            ) from None
    return times | {"weekdays": chosen, "days_off": wanted.days_off, "zone": wanted.zone}
