"""Maintenance windows: people work on devices, and what these report meanwhile is written down instead of climbing a ladder. What still holds when the
window ends is raised at once. A help button and a fall are never muted.

Whoever raises an alarm of a device does it with `alarm`, which asks `muted` and writes down what is; and says with `settled` that
its reason is over.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import peewee
import structlog

from backend.alarms import actions as alarms
from backend.alarms import kinds, storms
from backend.core import access, audit, clock, live, orgs, sweep
from backend.core.access import SYSTEM, Actor
from backend.core.db import Encrypted, Instant, Model, is_postgres, savepoint, transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import LOCALES, Text, _, render
from backend.fields.address import Home, find_home
from backend.fields.words import Words
from backend.residents import queries as residents
from iot.models import Device
from iot.registry import whereabouts
from iot.registry.devices import CHANGE, READ, place_of

LONGEST = timedelta(hours=12)
NEVER = kinds.ABOUT_HER | {"fall"}
"""Kinds where a person is in need: no work on a device mutes them."""
SUBJECT = "maintenance"
log = structlog.get_logger()


class MaintenanceWindow(Model):
    """Work from `starts_at` to `ends_at` on a device, on all of a model, or on those of a place: an Org with what is below it, or one `building`
    there. `ended_at`: when what it held was settled, at its end or earlier."""

    org_id = peewee.IntegerField(index=True)
    device_id = peewee.IntegerField(null=True)
    profile_id = peewee.IntegerField(null=True)
    building = peewee.CharField(20, default="")
    why = peewee.CharField(200)
    by_name = peewee.CharField(80)
    starts_at = Instant()
    ends_at = Instant()
    ended_at = Instant(null=True, index=True)
    created_at = Instant()

    @property
    def subject(self) -> str:
        return f"{SUBJECT}:{self.id}"


class HeldAlarm(Model):
    """What a device of a window would have raised, once for each `open_key`. `over_at`: its reason ended before the window did; `alarm_id`: what was
    raised of it at the end."""

    window_id = peewee.IntegerField()
    device_id = peewee.IntegerField()
    kind = peewee.CharField(24)
    severity = peewee.CharField(8)
    words = Encrypted()
    open_key = peewee.CharField(120)
    at = Instant()
    again = peewee.IntegerField(default=0)
    over_at = Instant(null=True)
    alarm_id = peewee.IntegerField(null=True)


HeldAlarm.add_index(HeldAlarm.window_id, HeldAlarm.open_key, unique=True, name="held_alarm_once")


# --- what raises asks ------------------------------------------------------------------------------------------


def muted(device: Device, kind: str, at: datetime) -> bool:
    """Whether somebody works on it at that moment, so that an alarm of this kind is held back."""
    return _window(device, kind, at) is not None


def anywhere(at: datetime) -> bool:
    """Whether there is any work at that moment."""
    return bool(_at(at).exists())


def alarm(
    device: Device,
    kind: str,
    *,
    severity: str,
    words: Words,
    dedupe: str,
    at: datetime,
    measured: Words | None = None,
) -> int | None:
    """Raise what this device, which has an Org, calls for; None when a window holds it back, and with it what was `measured` of a body. `at` is now, not the
    time of a late message. Belongs in the caller's transaction."""
    window = _window(device, kind, at)
    if window is not None and _still_open(window):
        _hold(window, device, kind, severity, words, dedupe, at)
        return None
    return _raise(device, kind, severity, words, dedupe, measured)


def _still_open(window: MaintenanceWindow) -> bool:
    """Whether nobody has ended it meanwhile; from here on nobody does until the transaction ends. What came into it later would be raised by nobody."""
    if not is_postgres():
        return True
    locked = MaintenanceWindow.select().where(MaintenanceWindow.id == window.id).for_update().first()
    return locked is not None and locked.ended_at is None


def settled(dedupe: str) -> None:
    """The reason is over (smoke: no, a rule's clear condition): what a window holds under this key is not raised at its end."""
    HeldAlarm.update(over_at=clock.now()).where(
        (HeldAlarm.open_key == dedupe) & HeldAlarm.over_at.is_null() & HeldAlarm.alarm_id.is_null()
    ).execute()


def _raise(
    device: Device, kind: str, severity: str, words: Words, dedupe: str, measured: Words | None = None
) -> int:
    elsewhere = whereabouts.elsewhere(device)
    return alarms.raise_alarm(
        kind,
        org_id=device.org_id or 0,
        severity=severity,
        words=whereabouts.with_her_home(device, words) if elsewhere else words,
        source=device.subject,
        resident_id=device.resident_id,
        place=place_of(device) or None,
        dedupe=dedupe,
        device_id=device.id,
        measured=measured,
        elsewhere=elsewhere,
    )


def _hold(
    window: MaintenanceWindow,
    device: Device,
    kind: str,
    severity: str,
    words: Words,
    dedupe: str,
    at: datetime,
) -> None:
    said = {locale: render(words.text, locale) for locale in LOCALES}
    row = {
        "window_id": window.id, "device_id": device.id, "kind": kind, "severity": severity, "at": at, "open_key": dedupe[:120],
        "words": json.dumps(said, ensure_ascii=False),
    }  # fmt: skip
    HeldAlarm.insert(row).on_conflict(
        conflict_target=[HeldAlarm.window_id, HeldAlarm.open_key],
        update={HeldAlarm.again: HeldAlarm.again + 1, HeldAlarm.over_at: None},
    ).execute()
    live.publish(live.ADMIN, {"kind": SUBJECT, "id": window.id})


def _window(device: Device, kind: str, at: datetime) -> MaintenanceWindow | None:
    if kind in NEVER or device.org_id is None:
        return None
    return next((window for window in _at(at) if _covers(window, device)), None)


def _at(at: datetime) -> Any:
    now = (MaintenanceWindow.starts_at <= at) & (MaintenanceWindow.ends_at > at)
    query = MaintenanceWindow.select().where(now & MaintenanceWindow.ended_at.is_null())
    return query.order_by(MaintenanceWindow.id)


def _covers(window: MaintenanceWindow, device: Device) -> bool:
    paths = orgs.paths({window.org_id, device.org_id or 0})
    if not paths.get(device.org_id or 0, "").startswith(paths.get(window.org_id, "-")):
        return False
    if window.device_id is not None:
        return bool(window.device_id == device.id)
    if window.profile_id is not None:
        return bool(window.profile_id == device.profile_id)
    return not window.building or _named(window.building) == _building(device)


def _named(building: str) -> str:
    """What staff wrote, as `storms.area_of` has it: 3 of the second phase is another building than 3."""
    found = find_home(building)
    home = found[0] if found is not None and found[0].building else Home(building=building)
    return storms.area_of(home.to_json())


def _building(device: Device) -> str:
    if device.place:
        return storms.area_of(place_of(device))
    known = residents.in_need(device.resident_id) if device.resident_id is not None else None
    return storms.area_of(known.home) if known else ""


# --- what staff do ---------------------------------------------------------------------------------------------


def begin(
    actor: Actor,
    *,
    org_id: int,
    why: str,
    starts_at: datetime,
    ends_at: datetime,
    device_id: int | None = None,
    profile_id: int | None = None,
    building: str = "",
) -> MaintenanceWindow:
    """Say that there is work. Raises Forbidden, Invalid: without a reason, longer than LONGEST, or over already."""
    access.check(actor, CHANGE, org_id)
    if not why.strip():
        raise Invalid(_("What is being done? Whoever looks for an alarm reads it."), "why")
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise Invalid(
            _("Work lasts up to {n} hours; begin another window after it.", n=LONGEST.seconds // 3600), "ends"
        )
    if ends_at <= clock.now():
        raise Invalid(_("That time is over already."), "ends")
    with transaction():
        made: MaintenanceWindow = MaintenanceWindow.create(
            org_id=org_id, device_id=device_id, profile_id=profile_id, building=building.strip()[:20], why=why.strip()[:200],
            by_name=actor.name[:80], starts_at=starts_at, ends_at=ends_at, created_at=clock.now(),
        )  # fmt: skip
        audit.record(
            actor, "device.maintenance", made.subject, org_id=org_id,
            after={"device": device_id, "profile": profile_id, "building": made.building, "from": starts_at.isoformat(),
                   "to": ends_at.isoformat()}, why=made.why,
        )  # fmt: skip
        live.publish(live.ADMIN, {"kind": SUBJECT, "id": made.id})
    return made


def end(actor: Actor, window_id: int) -> int:
    """The work is done, before its time too: what still holds is raised now; returns how many alarms. Raises NotFound, Forbidden."""
    with transaction():
        window = seen(actor, window_id)
        access.check(actor, CHANGE, window.org_id)
        if window.ended_at is not None:
            return 0
        audit.record(actor, "device.maintenance_end", window.subject, org_id=window.org_id)
        return _settle(window)


def close_due() -> int:
    """End the windows whose time is over; returns how many alarms were raised of what they held."""
    due = MaintenanceWindow.select(MaintenanceWindow.id).where(
        MaintenanceWindow.ended_at.is_null() & (MaintenanceWindow.ends_at <= clock.now())
    )
    return sweep.each("maintenance.close", [row.id for row in due], lambda one: end(SYSTEM, one))


def _settle(window: MaintenanceWindow) -> int:
    now = clock.now()
    # From here on nothing more is held in it, so that nothing is held and raised at once.
    taken = MaintenanceWindow.update(ended_at=now, ends_at=min(now, window.ends_at)).where(
        (MaintenanceWindow.id == window.id) & MaintenanceWindow.ended_at.is_null()
    )
    if not taken.execute():
        return 0
    raised = 0
    for one in active(window):
        device = Device.get_or_none(Device.id == one.device_id)
        if device is None or device.status != "active" or device.org_id is None:
            continue
        try:
            with savepoint():
                said = json.loads(one.words)
                words = Words(_("{what} It was so already while people worked on it.", what=said))
                number = alarm(
                    device, one.kind, severity=one.severity, words=words, dedupe=one.open_key, at=now
                )
                # Another window may hold it on.
                done = {"alarm_id": number} if number is not None else {"over_at": now}
                HeldAlarm.update(done).where(HeldAlarm.id == one.id).execute()
        except (peewee.OperationalError, peewee.InterfaceError):
            raise
        except Exception:
            # One that cannot be raised must not keep the others silent.
            log.exception("maintenance.held_alarm_failed", held=one.id)
            continue
        raised += number is not None
    live.publish(live.ADMIN, {"kind": SUBJECT, "id": window.id})
    return raised


# --- what pages show -------------------------------------------------------------------------------------------


def seen(actor: Actor, window_id: int) -> MaintenanceWindow:
    """Raises NotFound, also for one that the actor may not see."""
    found = MaintenanceWindow.get_or_none(MaintenanceWindow.id == window_id)
    if found is None or not access.may(actor, READ, found.org_id):
        raise NotFound()
    return found  # type: ignore[no-any-return]


def listed(actor: Actor, limit: int = 50) -> list[MaintenanceWindow]:
    """Those that the actor may see: what is not over first, then the latest."""
    mine = MaintenanceWindow.org_id.in_(access.org_ids(actor, READ))
    query = MaintenanceWindow.select().where(mine)
    return list(
        query.order_by(MaintenanceWindow.ended_at.is_null(False), MaintenanceWindow.id.desc()).limit(limit)
    )


def under_way(actor: Actor) -> list[MaintenanceWindow]:
    """Those that mute something at this moment."""
    now = clock.now()
    return [w for w in listed(actor) if w.ended_at is None and w.starts_at <= now < w.ends_at]


def of_device(device: Device) -> MaintenanceWindow | None:
    """The window that mutes it now."""
    return _window(device, "smoke", clock.now())


def held(window: MaintenanceWindow) -> Sequence[HeldAlarm]:
    """What it holds or held, in order."""
    return list(HeldAlarm.select().where(HeldAlarm.window_id == window.id).order_by(HeldAlarm.id))


def active(window: MaintenanceWindow) -> Sequence[HeldAlarm]:
    """What would be raised if it ended now."""
    return [one for one in held(window) if one.over_at is None and one.alarm_id is None]


def standing(window: MaintenanceWindow) -> Text:
    """How it stands, for people."""
    if window.ended_at is not None:
        return _("Over")
    return _("Begins later") if window.starts_at > clock.now() else _("Under way: alarms are held back")
