"""What conditions ask of a device and of the home that it is in, for many devices at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from backend.care import queries as care
from backend.core import clock
from backend.residents import alone
from iot.models import Device, DeviceProfile
from iot.registry.devices import place_of
from iot.uplink import Scalar

About = dict[str, Scalar]
"""By the names of `names.ABOUT` that have a value."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the rules at hand need to know: where a device is, and who lives there."""

    place: bool = False
    home: bool = False


def of(devices: Iterable[Device], models: Mapping[int, DeviceProfile], asked: Asked) -> dict[int, About]:
    """By device id."""
    wanted = {device.id: device for device in devices}
    people = {d.resident_id for d in wanted.values() if d.resident_id is not None}
    living = alone.living(people) if people and (asked.home or asked.place) else {}
    now = clock.now()
    away = _away(people, now) if asked.home else frozenset()
    found: dict[int, About] = {}
    for number, device in wanted.items():
        about: About = {"device.name": device.name}
        model = models.get(device.profile_id or 0)
        if model is not None:
            about["device.model"] = model.name
        hers = living.get(device.resident_id or 0)
        if asked.place:
            about |= {f"device.{part}": text for part, text in _place(device, hers).items() if text}
        if asked.home and hers is not None:
            about |= _home(hers, device.resident_id in away, clock.local(now).date())
        found[number] = about
    return found


def of_home(resident_ids: Iterable[int]) -> dict[int, About]:
    """By resident id, for rules that watch a home."""
    wanted = set(resident_ids)
    now = clock.now()
    away = _away(wanted, now)
    today = clock.local(now).date()
    return {number: _home(hers, number in away, today) for number, hers in alone.living(wanted).items()}


def _away(resident_ids: Iterable[int], now: datetime) -> frozenset[int]:
    told = care.absences(sorted(resident_ids))
    return frozenset(a.resident_id for a in told if a.starts_at <= now)


def _home(hers: alone.Living, away: bool, today: date) -> About:
    found: About = {"home.away": away}
    if hers.alone is not None:
        found["home.alone"] = hers.alone
    if hers.birthday is not None:
        born = hers.birthday
        found["home.age"] = float(
            today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        )
    return found


def _place(device: Device, hers: alone.Living | None) -> dict[str, str]:
    if device.place:
        place = place_of(device)
        return {part: str(place.get(part, "")) for part in ("building", "unit", "room")}
    return {} if hers is None else {"building": hers.building, "unit": hers.unit, "room": hers.room}
