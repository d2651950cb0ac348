"""Who is silent: a device that should have reported, or whose last will says that it is gone. Looked after by the clock.

Nobody is woken for one device: it is told by day, once it is clear that it is not one of many. Many at once are one alarm: of the gateway that they were
heard through, where that is known and they have it in common, else of the community.
While nobody listens at the broker, nobody is silent: that is told instead.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import peewee

from backend.alarms import actions as alarms
from backend.alarms import queries
from backend.core import clock, orgs
from backend.core.access import SYSTEM
from backend.core.db import Instant, Model, execute, transaction
from backend.core.i18n import Msg, Text, _
from backend.fields.words import Words
from iot.maintenance import windows as maintenance
from iot.models import Device, DeviceProfile
from iot.points import SAFETY
from iot.registry import devices, habits
from iot.registry.habits import Habit

HOLD = timedelta(minutes=10)
"""So long a silent device is no alarm yet: it may turn out to be one of many."""
TOGETHER = timedelta(hours=1)
MANY, SHARE = 5, 0.2
"""So many devices of a community, and so much of all of them, that fell silent within TOGETHER have one reason."""
BEHIND = 3
"""So many will do of those that were heard through one gateway."""
_SILENT = "devices:%:silent"
DEAF_S = 180.0
"""Real seconds: how long processes take to be back is not the community's time."""
TOLD = ("silent", "offline", "many")
MORNING, EVENING = 7, 21
_AT_ONCE = 500


class DeviceWatch(Model):
    """What is known of a device's habits (`Habit`), and how it stands: ok; due (silent, and not told yet); silent, offline (told); gateway, many (told together
    with others, of its gateway or of its community). `since` when it is not ok."""

    device_id = peewee.IntegerField(unique=True)
    first_at = Instant()
    period_s = peewee.FloatField(null=True)
    samples = peewee.IntegerField(default=0)
    since = Instant(null=True)
    state = peewee.CharField(8, default="ok")


@dataclass
class Seen:
    """What this process saw: since when nobody listens, since when somebody does again, and when each device was heard (milliseconds since 1970)."""

    deaf_since: datetime | None = None
    again_at: datetime | None = None
    heard: dict[int, int] = field(default_factory=dict)


HERE = Seen()


@dataclass(slots=True)
class _One:
    """A device in use, with what is known of it. `says`: how often it reports as its model says, in seconds; `safety`: lives hang on it; `state` and `since` as
    `DeviceWatch` has them."""

    id: int
    name: str
    community: int
    gateway: str
    says: int | None
    safety: bool
    online: bool | None
    seen_at: datetime | None
    changed_at: datetime
    habit: Habit
    state: str
    since: datetime | None
    stands: habits.State = "ok"
    changed: bool = False

    @property
    def subject(self) -> str:
        return f"device:{self.id}"


def look(seen: Seen = HERE) -> int:
    """Look at every device in use; returns how many alarms were raised. Two schedulers at once raise each once."""
    now = clock.now()
    if not devices.hearing():
        return _nobody_listens(seen, now)
    if seen.deaf_since is not None:
        seen.deaf_since, seen.again_at = None, now
    for number in queries.open_like("devices:%:deaf").values():
        alarms.clear(SYSTEM, number, _("Somebody listens to the devices again."))
    found, sizes = _all(seen, now)
    for one in found:
        _judge(one, seen, now)
    if not found and not queries.open_like(_SILENT):
        return 0
    with transaction():
        raised = _together(found, sizes, now) + sum(_act(one, now) for one in found)
        _save([one for one in found if one.changed])
    return raised


_ALL = (
    "SELECT d.id, d.org_id, d.profile_id, d.name, d.address, d.online, d.seen_at, d.changed_at, w.first_at, w.period_s,"
    " w.samples, w.since, w.state, d.gateway FROM device d LEFT JOIN device_watch w ON w.device_id = d.id"
    " WHERE d.status = 'active' AND d.org_id IS NOT NULL ORDER BY d.id"
)


_Group = tuple[int, str]
"""(community, gateway), or (community, "") for all of it."""


def _all(seen: Seen, now: datetime) -> tuple[list[_One], Counter[_Group]]:
    """The devices that there is anything to think about, and how many are in use in each group. Plain SQL: nearly all of ten thousand are as they
    were when we looked last."""
    rows = execute(_ALL).fetchall()
    communities = _communities({row[1] for row in rows})
    models = {None: (None, False)} | {
        its.id: _expected(its)
        for its in DeviceProfile.select(DeviceProfile.id, DeviceProfile.period_s, DeviceProfile.rules)
    }
    ms, again = clock.to_ms(now), clock.to_ms(seen.again_at) if seen.again_at else 0
    found, sizes = [], Counter[_Group]()
    for (
        number,
        org,
        model,
        name,
        address,
        online,
        seen_at,
        changed_at,
        first,
        period,
        samples,
        since,
        state,
        gateway,
    ) in rows:
        community = communities.get(org, org)
        sizes.update({(community, ""), (community, gateway)})
        says, safety = models.get(model, (None, False))
        least = habits.LEAST[safety].total_seconds() * 1000
        quiet = ms - max(seen_at or changed_at, again) <= least and online in (None, True, 1)
        if quiet and state == "ok" and seen.heard.get(number) == seen_at:
            continue
        habit = Habit(clock.from_ms(first) if first is not None else now, period, samples or 0)
        found.append(
            _One(
                number, name or address, community, gateway, says, safety, None if online is None else bool(online),
                clock.from_ms(seen_at) if seen_at is not None else None, clock.from_ms(changed_at), habit, state or "ok",
                clock.from_ms(since) if since is not None else None, changed=state is None,
            )
        )  # fmt: skip
    return found, sizes


def _expected(its: DeviceProfile | None) -> tuple[int | None, bool]:
    """(how often it reports as its model says, in seconds; whether lives hang on it)."""
    if its is None:
        return None, False
    return its.period_s, any(rule["point"] in SAFETY for rule in its.rules)


def _communities(org_ids: Iterable[int]) -> dict[int, int]:
    """The community that each belongs to, by Org; what stands above them is its own."""
    paths = orgs.paths(set(org_ids))
    known = {number for number, _name in orgs.communities()}
    return {
        org: next((int(part) for part in path.strip("/").split("/") if int(part) in known), org)
        for org, path in paths.items()
    }


def _judge(one: _One, seen: Seen, now: datetime) -> None:
    if one.seen_at is not None:
        heard = clock.to_ms(one.seen_at)
        before = seen.heard.get(one.id)
        seen.heard[one.id] = heard
        if before is not None and heard > before:
            fresh = habits.learnt(one.habit, timedelta(milliseconds=heard - before), one.seen_at)
            # A habit that is known is written down again only when it changes.
            known = one.habit.samples >= 2 * habits.ENOUGH
            if not known or abs((fresh.period_s or 0) / (one.habit.period_s or 1) - 1) > 0.2:
                one.habit, one.changed = fresh, True
    last = max(one.seen_at or one.changed_at, seen.again_at or one.changed_at)
    patient = habits.patience(one.says or one.habit.known(now), safety=one.safety)
    one.stands = habits.state(one.online, last, patient, now)
    if (
        one.stands == "ok"
        and one.state in TOLD
        and not (one.seen_at and one.since and one.seen_at > one.since)
    ):
        # That somebody listens again gives it time to be heard; it has not been.
        one.stands = "offline" if one.state == "offline" else "silent"
    if one.stands != "ok" and one.state == "ok":
        one.state, one.since, one.changed = "due", now, True


def _together(found: Sequence[_One], sizes: Mapping[_Group, int], now: datetime) -> int:
    """Tell of many that fell silent at once, and that they are back: of those behind one gateway first, and then of who is left."""
    groups: defaultdict[_Group, list[_One]] = defaultdict(list)
    for one in found:
        if one.stands != "ok":
            for gateway in {one.gateway, ""}:
                groups[one.community, gateway].append(one)
    known = {key: (number, _group(key)) for key, number in queries.open_like(_SILENT).items()}
    raised, work = 0, maintenance.anywhere(now)
    for group in sorted(
        {*groups, *(g for _number, g in known.values())}, key=lambda g: (g[0], not g[1], g[1])
    ):
        gateway = group[1]
        own, other, least = ("gateway", "many", BEHIND) if gateway else ("many", "gateway", MANY)
        gone, key = [one for one in groups[group] if one.state != other], _group_key(group)
        recent = [
            o for o in gone if o.since and now - o.since <= TOGETHER and not (work and _worked_on(o, now))
        ]
        new = [o for o in recent if o.state == "due"]
        told = [o for o in gone if o.state == own]
        is_open = known[key][0] if key in known else None
        many = max(least, SHARE * sizes[group])
        if new and (len(recent) >= many or is_open is not None):
            _raise_many(group, key, new, len(new) + len(told), sizes[group])
            raised += is_open is None
            for one in new:
                one.state, one.changed = own, True
        elif is_open is not None and len(told) < many:
            alarms.clear(SYSTEM, is_open, _("Most of them report again."))
            for one in told:
                # Whoever is silent still is looked for by itself.
                one.state, one.changed = "due", True
    return raised


def _group_key(group: _Group) -> str:
    community, gateway = group
    return f"devices:{community}:{gateway}:silent" if gateway else f"devices:{community}:silent"


def _group(key: str) -> _Group:
    """The inverse of `_group_key`; a gateway's name may hold colons."""
    community, _colon, gateway = (
        key.removeprefix("devices:").removesuffix("silent").removesuffix(":").partition(":")
    )
    return int(community), gateway


def _worked_on(one: _One, now: datetime) -> bool:
    return maintenance.muted(Device.get_by_id(one.id), "device_silent", now)


def _raise_many(group: _Group, key: str, new: Sequence[_One], gone: int, all_of_them: int) -> None:
    community, gateway = group
    facts = {"n": gone, "all": all_of_them, "names": "、".join(one.name for one in new[:3])}
    words = (
        _(
            "{n} of {all} devices behind the gateway {gateway} are silent since a short while ago, {names} among them. Please look at its power and its network.",
            gateway=gateway, **facts,
        )
        if gateway
        else _(
            "{n} of {all} devices are silent since a short while ago, {names} among them. Please look at the gateway, the broker and the power.",
            **facts,
        )
    )  # fmt: skip
    alarms.raise_alarm(
        "devices_silent",
        org_id=community,
        severity="warning",
        words=Words(words),
        source=f"devices:{community}",
        dedupe=key,
    )


def _act(one: _One, now: datetime) -> int:
    """What is due for this one alone; returns whether it was raised."""
    if one.stands == "ok":
        if one.state != "ok":
            if one.state in ("silent", "offline"):
                _clear(_key(one, one.state), _("It reports again."))
            one.state, one.since, one.changed = "ok", None, True
        return 0
    if one.state != "due" or one.since is None or now - one.since < HOLD or not _by_day(now):
        return 0
    one.state, one.changed = one.stands, True
    number = maintenance.alarm(
        Device.get_by_id(one.id), f"device_{one.stands}", severity="warning" if one.safety else "info",
        words=_words(one), dedupe=_key(one, one.stands), at=now,
    )  # fmt: skip
    return int(number is not None)


def _words(one: _One) -> Words:
    facts = {"name": one.name}
    if one.seen_at is None:
        return Words(_("{name} was never heard. Please see whether it is switched on and in reach.", **facts))
    facts["when"] = f"{clock.local(one.seen_at):%m-%d %H:%M}"
    silent: Msg = (
        _("{name} has lost its connection; last heard {when}.", **facts)
        if one.stands == "offline"
        else _("{name} is silent; last heard {when}. Its battery may be empty.", **facts)
    )
    return Words(silent)


def _by_day(now: datetime) -> bool:
    return MORNING <= clock.local(now).hour < EVENING


def _nobody_listens(seen: Seen, now: datetime) -> int:
    """The devices are not heard: told once in each community that has some in use."""
    seen.deaf_since = seen.deaf_since or now
    if now - seen.deaf_since < clock.working(DEAF_S):
        return 0
    in_use = (
        Device.select(Device.org_id)
        .where((Device.status == "active") & Device.org_id.is_null(False))
        .distinct()
    )
    raised = 0
    for community in sorted(set(_communities({row.org_id for row in in_use}).values())):
        key = f"devices:{community}:deaf"
        if queries.open_under(key) is not None:
            continue
        words = Words(
            _(
                "Nobody listens to the devices: an alarm of theirs would not be heard. Please tell whoever runs the server."
            )
        )
        alarms.raise_alarm(
            "devices_silent", org_id=community, severity="warning", words=words, source=f"devices:{community}", dedupe=key
        )  # fmt: skip
        raised += 1
    return raised


def _key(device: _One | Device, state: str) -> str:
    return f"{device.subject}:device_{state}"


def retired(device: Device) -> None:
    """It is out of use: nobody waits for it any more. Belongs in the caller's transaction."""
    for state in ("silent", "offline"):
        _clear(_key(device, state), _("The device is out of use."))
    DeviceWatch.delete().where(DeviceWatch.device_id == device.id).execute()


def _clear(key: str, why: Text) -> None:
    maintenance.settled(key)
    number = queries.open_under(key)
    if number is not None:
        alarms.clear(SYSTEM, number, why)


def _save(found: Sequence[_One]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "device_id": one.id, "first_at": one.habit.first_at, "period_s": one.habit.period_s, "samples": one.habit.samples,
            "since": one.since, "state": one.state,
        }
        for one in found
    ]  # fmt: skip
    kept = [DeviceWatch.period_s, DeviceWatch.samples, DeviceWatch.since, DeviceWatch.state]
    for start in range(0, len(rows), _AT_ONCE):
        DeviceWatch.insert_many(rows[start : start + _AT_ONCE]).on_conflict(
            conflict_target=[DeviceWatch.device_id], preserve=kept
        ).execute()


def of_device(device: Device) -> tuple[timedelta | None, timedelta]:
    """(how often it reports, as far as is known; how long it may be silent)."""
    period, safety = _expected(DeviceProfile.get_or_none(DeviceProfile.id == device.profile_id))
    watch = DeviceWatch.get_or_none(DeviceWatch.device_id == device.id)
    known: float | None = period
    if known is None and watch is not None:
        known = Habit(watch.first_at, watch.period_s, watch.samples).known(clock.now())
    return timedelta(seconds=known) if known else None, habits.patience(known, safety=safety)


devices.ON_RETIRED.append(retired)
