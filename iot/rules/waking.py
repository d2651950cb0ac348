"""What rules do without a message: a door that is still open after ten minutes, a meter that has not moved for a day.

What waits stands in the database, each with the moment when it must be looked at; so it goes on after any restart, and the moment counts, not when
somebody came to look.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import peewee
import structlog

from backend.core import clock
from backend.core.db import is_postgres, transaction
from iot.models import Device, DeviceProfile
from iot.registry import devices as registry
from iot.rules import about, effects, kept, loading
from iot.rules.about import Asked
from iot.rules.facts import LIFE, Known
from iot.rules.kept import Kept
from iot.rules.loading import Live, Loaded
from iot.rules.models import DeviceRuleMemory

AT_ONCE = 50
"""In one transaction."""
MOST = 500
"""Found at once."""
LONGEST_S = 4.0
"""Of one run of the job."""
PUT_OFF_MS = 300_000
"""What cannot be dealt with is tried again after so long, and holds up no other."""
log = structlog.get_logger()


def wake() -> int:
    """Look at all that is due, as far as there is time; returns how many. While nobody hears the devices their silence says nothing, and what counts
    seconds waits."""
    loaded = loading.live()
    due = DeviceRuleMemory.select(DeviceRuleMemory.id).where(DeviceRuleMemory.wake_at <= clock.now_ms())
    counting = [live.id for live in loaded.rules if live.rule.grows]
    if counting and not registry.hearing():
        due = due.where(DeviceRuleMemory.rule_id.not_in(counting))
    done, ends = 0, time.monotonic() + LONGEST_S
    while True:
        ids = [row[0] for row in due.order_by(DeviceRuleMemory.wake_at).limit(MOST).tuples()]
        for start in range(0, len(ids), AT_ONCE):
            _surely(loaded, ids[start : start + AT_ONCE])
        done += len(ids)
        # What is left is due still where its device is just being heard: the next run has it.
        if len(ids) < MOST or time.monotonic() > ends:
            return done


def _surely(loaded: Loaded, ids: Sequence[int]) -> None:
    try:
        with transaction():
            _look(loaded, ids)
    except (peewee.OperationalError, peewee.InterfaceError):
        raise
    except Exception:
        if len(ids) > 1:
            for one in ids:
                _surely(loaded, [one])
            return
        log.exception("rule.waking_failed", memory=ids[0])
        later = clock.now_ms() + PUT_OFF_MS
        DeviceRuleMemory.update(wake_at=later).where(DeviceRuleMemory.id == ids[0]).execute()


def _look(loaded: Loaded, ids: Sequence[int]) -> None:
    asleep = list(DeviceRuleMemory.select().where(DeviceRuleMemory.id.in_(ids)))
    # Devices first, as whoever stores their messages does; one that is just being heard is left for the next time.
    at_hand = _locked({row.device_id for row in asleep}, {row.resident_id for row in asleep})
    rows = kept.read(at_hand.devices, at_hand.homes)
    now = clock.now()
    wanted = {(row.rule_id, row.device_id, row.resident_id) for row in asleep}
    due = [
        row for key, row in rows.items()
        if key in wanted and row.wake_at is not None and row.wake_at <= clock.to_ms(now)
    ]  # fmt: skip
    facts = _facts(loaded, due, at_hand.devices)
    for row in due:
        live = loaded.by_id(row.key[0])
        device = at_hand.devices.get(row.key[1])
        if live is None or not any(_holds_for(loaded, live, one) for one in at_hand.of(row)):
            row.wake_at = None
            continue
        runner = row.runner(live)
        if device is not None:
            runner.known.points = {p: (value, int(at)) for p, (value, at) in device.points.items()}
        runner.known.about = facts.get((row.key[1], row.key[2]), {})
        runner.wait(now)
        row.take(runner, live)
        effects.act(live, runner, row, device)
    kept.save(due)
    DeviceRuleMemory.delete().where(
        DeviceRuleMemory.id.in_([row.id for row in asleep if at_hand.gone(row)])
    ).execute()


@dataclass(frozen=True, slots=True)
class _AtHand:
    """Devices nobody else has at this moment, and residents of whom all devices are among them. `there`: all devices that
    were asked for and exist; `inhabited`: residents who have devices."""

    devices: dict[int, Device]
    homes: set[int]
    there: set[int]
    inhabited: set[int]

    def of(self, row: Kept) -> list[Device]:
        """The device in use, or those in the home that would notice somebody."""
        found = [
            d
            for n, d in self.devices.items()
            if row.key[1] == n or (row.key[2] and d.resident_id == row.key[2])
        ]
        return [d for d in found if d.status == "active" and (row.key[1] or not LIFE.isdisjoint(d.points))]

    def gone(self, row: DeviceRuleMemory) -> bool:
        """Whether there is no such device, or no device in the home, any more."""
        return row.device_id not in self.there if row.device_id else row.resident_id not in self.inhabited


def _locked(device_ids: Collection[int], resident_ids: Collection[int]) -> _AtHand:
    homes = set(resident_ids) - {0}
    which = Device.id.in_(sorted(device_ids)) | Device.resident_id.in_(sorted(homes))
    there: Any = Device.select(Device.id, Device.resident_id).where(which).tuples()
    known = dict(there)
    query = Device.select().where(Device.id.in_(sorted(known))).order_by(Device.id)
    found = {d.id: d for d in (query.for_update("FOR UPDATE SKIP LOCKED") if is_postgres() else query)}
    busy = {resident_id for number, resident_id in known.items() if number not in found}
    inhabited = {resident_id for resident_id in known.values() if resident_id in homes}
    return _AtHand(
        {n: d for n, d in found.items() if n in device_ids or d.resident_id in homes}, inhabited - busy, set(known), inhabited
    )  # fmt: skip


def _holds_for(loaded: Loaded, live: Live, device: Device) -> bool:
    """Whether the rule is for it still: an Org may have switched it off, a new version may be for others."""
    return any(one.id == live.id for one in loaded.of(device))


def _facts(
    loaded: Loaded, due: Iterable[Kept], free: dict[int, Device]
) -> dict[tuple[int, int], about.About]:
    rules = [(row, live) for row in due if (live := loaded.by_id(row.key[0])) is not None]
    devices = [free[row.key[1]] for row, _live in rules if row.key[1] in free]
    models = {p.id: p for p in DeviceProfile.select().where(DeviceProfile.id.in_({d.profile_id for d in devices}))} if devices else {}  # fmt: skip
    asked = Asked(
        any(live.rule.asks_place for _row, live in rules), any(live.rule.asks_home for _row, live in rules)
    )
    found = {(number, 0): facts for number, facts in about.of(devices, models, asked).items()}
    homes = {row.key[2] for row, _live in rules} - {0}
    return found | {(0, number): facts for number, facts in (about.of_home(homes) if homes else {}).items()}


def watch_homes() -> int:
    """Begin to watch the homes that no message has told the rules of yet: who lies still must not be missed because she lies still. Returns how
    many."""
    loaded = loading.live()
    begun = 0
    for live in loaded.rules:
        if live.live and live.rule.of_home:
            begun += _watch(loaded, live)
    return begun


def _watch(loaded: Loaded, live: Live) -> int:
    known = DeviceRuleMemory.select(DeviceRuleMemory.resident_id).where(DeviceRuleMemory.rule_id == live.id)
    devices = (
        Device.select(Device, DeviceProfile.state.alias("approved"))
        .join(DeviceProfile, on=(DeviceProfile.id == Device.profile_id))
        .where(
            (Device.status == "active")
            & (DeviceProfile.state == "approved")
            & Device.resident_id.not_in(known)
        )
        .order_by(Device.resident_id)
        .limit(MOST)
    )
    noticed: dict[int, int] = {}
    for device in devices:
        said = [int(at) for point, (_value, at) in device.points.items() if point in LIFE]
        if said and any(one.id == live.id for one in loaded.of(device)):
            noticed[device.resident_id] = max(*said, noticed.get(device.resident_id, 0))
    facts = about.of_home(noticed)
    rows = []
    for resident_id, at in noticed.items():
        row = Kept((live.id, 0, resident_id), version=live.version, noticed=at)
        runner = row.runner(live)
        runner.known = Known(noticed=at, about=facts.get(resident_id, {}))
        runner.look(clock.from_ms(at))
        row.take(runner, live)
        rows.append(row)
    with transaction():
        kept.save(rows)
    return len(rows)
