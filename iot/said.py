"""One message that has values, on its way to be a Reading: understood, kept once, and told apart from what was said before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Any

from backend.core import clock
from backend.core.values import value
from iot import alarming, bodies, clocks, discreet, mapping, rows, unheard
from iot.body import parted as body_parted
from iot.clocks import Clock
from iot.heard import Heard, parted, trusted
from iot.known import Profile
from iot.models import Device, DeviceProfile
from iot.points import PRESSED
from iot.unheard import Unheard
from iot.uplink import CONTENT, Arrived, Scalar, Uplink

MOST_UNREAD = 60
_LONGEST_KEY = 64
_IN_TIME = timedelta(milliseconds=clocks.LATE)


@value
class Said:
    """One message that has values: on its way to be a Reading."""

    arrived: Arrived
    uplink: Uplink
    device: Device
    profile: DeviceProfile | None
    row: rows.NewReading
    at: datetime
    apart: Mapping[str, Scalar]
    unheard: Unheard | None = None
    fleeting: Mapping[str, Scalar] = field(default_factory=dict)

    @property
    def trusted(self) -> bool:
        """As `Heard.trusted`."""
        return trusted(self.device, self.profile)


def said_by(
    arrived: Arrived,
    uplink: Uplink,
    values: Mapping[str, Scalar],
    device: Device,
    profile: Profile | None,
) -> Said:
    read = mapping.read(profile.rules if profile is not None else (), values)
    if device.unread or read.left or read.wrong:
        device.unread = discreet.kept(device, profile, _unread(device.unread, values, read))
    at = _moment(uplink, arrived, device)
    received = clock.to_ms(arrived.at)
    kept, apart = parted(device, read.values)
    row = rows.NewReading(
        device.id,
        uplink.kind,
        received if at is arrived.at else clock.to_ms(at),
        received,
        kept,
        _key(uplink.key),
        uplink.signal,
    )
    lost = unheard.of(arrived, device, profile, read.unheard) if read.unheard else None
    return Said(arrived, uplink, device, profile.row if profile is not None else None, row, at, apart, lost)


def agreed(said: list[Said]) -> list[Said]:
    """What was measured of somebody who did not agree to its being kept is told in passing, and stands in no Reading."""
    unkept = bodies.unkept((one.device, one.row.values) for one in said)
    return [_in_passing(one) if one.device.resident_id in unkept else one for one in said] if unkept else said


def _in_passing(one: Said) -> Said:
    values, body = body_parted(one.row.values)
    return replace(one, row=replace(one.row, values=values), fleeting=body or {})


def _key(name: str) -> str | None:
    return hashlib.sha256(name.encode()).hexdigest() if len(name) > _LONGEST_KEY else name or None


def kept(said: Sequence[Said]) -> list[Heard]:
    """Keep them; what of them is no repeat, in order, with the devices' values brought up to date."""
    first: dict[rows.Key, Said] = {}
    for one in said:
        if one.row.key is not None:
            first.setdefault((one.row.device_id, one.row.key), one)
    once = [one for one in said if one.row.key is None or first[one.row.device_id, one.row.key] is one]
    new = rows.save_readings([one.row for one in once])
    taken = {id(one) for one in once if one.row.key is None or (one.row.device_id, one.row.key) in new}
    heard, more = [], []
    for one in said:
        if id(one) not in taken:
            # What came a moment before is no alarm yet: the same again is not another one.
            again = one.row.key is not None and first[one.row.device_id, one.row.key] is not one
            if not _anew(one, said_now=again):
                continue
            more.append(replace(one.row, key=None))
        heard.append(heard_of(one))
    rows.save_readings(more)
    return heard


def _anew(one: Said, *, said_now: bool) -> bool:
    """Whether what bears the name of an earlier message is another one: smoke in the same words after its alarm was over, of a device that has said nothing
    later since (some say the same time for ever), unless the earlier one is `said_now`, and kept together with it; where the name is made of its content, a
    door that is open again is not what the device said last (what is older by its own time is a repeat), and who presses a button again calls again."""
    points = one.device.points
    if one.uplink.retained:
        return False
    if (
        not said_now
        and one.trusted
        and all(when <= one.row.at for _value, when in points.values())
        and alarming.over(one.device, one.row.values, one.arrived.since)
    ):
        return True
    if not one.uplink.key.startswith(CONTENT):
        return False
    return any(
        (said and name in PRESSED)
        or name not in points
        or (points[name][0] != said and points[name][1] <= one.row.at)
        for name, said in one.row.values.items()
        if isinstance(said, bool)
    )


def heard_of(one: Said) -> Heard:
    points, at = one.device.points, one.row.at
    before: dict[str, Scalar] = {}
    before_at: dict[str, int] = {}
    for name, (said, when) in points.items():
        before[name], before_at[name] = said, int(when)
    now = dict(points)
    for name, said in one.row.values.items():
        if before_at.get(name, at) <= at:
            now[name] = [said, at]
    one.device.points = now
    return Heard(
        one.device,
        one.profile,
        one.uplink,
        before,
        before_at,
        one.row.values,
        one.at,
        one.arrived.at,
        one.apart,
        one.arrived.first is not None,
        one.arrived,
        one.fleeting,
    )


def _unread(known: Mapping[str, Any], values: Mapping[str, Scalar], read: mapping.Read) -> dict[str, Any]:
    """The names that mean nothing, each with its last value: what staff make a profile of."""
    left = {name: values.get(name) for name in read.left} | dict(read.wrong)
    # A picture that nobody has mapped yet is not kept with its device.
    left = {n: said[:120] if isinstance(said, str) else said for n, said in left.items()}
    mapped = set(values) - set(left)
    kept = {name: value for name, value in {**known, **left}.items() if name not in mapped}
    return dict(list(kept.items())[-MOST_UNREAD:])


def _moment(uplink: Uplink, arrived: Arrived, device: Device) -> datetime:
    """When it was said: the device's time, unless its clock is known to be wrong (`clocks`), or in the future: beside that whatever is said in time would be
    late. What the broker kept may be as old as it says, and neither that nor what is tried again tells anything of a clock."""
    at, received = uplink.at, arrived.since
    if at is None or at > received:
        return received
    if device.clock is None and received - at < _IN_TIME:
        return at
    known, said, ours = Clock.from_json(device.clock), clock.to_ms(at), clock.to_ms(received)
    if uplink.retained and ours - said > clocks.FAR:
        return at
    if not uplink.retained and arrived.first is None:
        known = clocks.after(known, said, ours)
        if (learnt := known.to_json() if known is not None else None) != device.clock:
            device.clock = learnt
    meant = clocks.moment(known, said, ours)
    return at if meant == said else received if meant == ours else clock.from_ms(meant)
