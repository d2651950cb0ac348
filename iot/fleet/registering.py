"""The fleet's devices in the registry: heard for the first time, given models that somebody looked over, bound to homes, by what staff do as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.core import clock
from backend.core.access import SYSTEM, Actor
from backend.core.db import transaction
from backend.fields.address import Home as Place
from backend.residents import alone
from backend.residents import queries as residents
from backend.residents.queries import Filters
from iot import rows
from iot.fleet.things import MODELS, Home, Kind
from iot.mapping import written
from iot.models import Device, DeviceProfile
from iot.registry import devices, teaching
from iot.registry.teaching import Written
from iot.seeing import fences, positions

AGE = 60
"""Who lives alone and is as old has an elder's devices."""
SAFE_M = 600.0
"""The safe area of somebody with a wearable."""
SPREAD = 0.004
"""Degrees between two homes that stand side by side."""


@dataclass(frozen=True, slots=True)
class Dweller:
    """A home of the fleet in the registry: whose it is, or, where it is nobody's, at what place. `called` begins its devices' names."""

    home: Home
    org_id: int
    resident_id: int | None = None
    place: Place | None = None
    called: str = ""


def register(actor: Actor, dwellers: Sequence[Dweller]) -> None:
    """Bring them into use; those that are bound already stay as they are."""
    with transaction():
        models = {part: _model(actor, part).id for part in MODELS}
        wanted = {thing.address: thing.name for d in dwellers for thing in d.home.things}
        known = {d.address: d for d in Device.select().where(Device.address.in_(list(wanted)))}
        if fresh := {address: name for address, name in wanted.items() if address not in known}:
            rows.add_devices(fresh)
            known |= {d.address: d for d in Device.select().where(Device.address.in_(list(fresh)))}
        for dweller in dwellers:
            for thing in dweller.home.things:
                device = known[thing.address]
                if device.status == "new":
                    name = f"{dweller.called} {thing.model.room}{thing.model.name}".strip()
                    devices.bind(
                        actor, device.id, name=name, org_id=dweller.org_id, profile_id=models[thing.model.part],
                        resident_id=dweller.resident_id, place=dweller.place,
                    )  # fmt: skip
            if dweller.home.watch and dweller.resident_id is not None:
                _let_out(actor, dweller.home, dweller.resident_id)


def _model(actor: Actor, part: str) -> DeviceProfile:
    model = MODELS[part]
    known = DeviceProfile.get_or_none(DeviceProfile.key == model.key)
    if known is not None:
        return known  # type: ignore[no-any-return]
    made = devices.save_profile(actor, model.key, model.name, [written(rule) for rule in model.rules])
    teaching.teach(actor, made.id, Written(minutes=str(model.minutes)))
    devices.approve(actor, made.id)
    return made


def _let_out(actor: Actor, home: Home, resident_id: int) -> None:
    """She agreed that her place is known, and has a safe area around her home."""
    positions.allow(actor, resident_id, "herself")
    if not positions.fences_of(resident_id):
        around = fences.Circle(fences.Place(home.latitude, home.longitude), SAFE_M)
        positions.add_fence(actor, resident_id, "家附近", around, days="1234567")


def town(count: int) -> list[Dweller]:
    """So many homes: first those of residents, each home once, elders who live alone before others; then homes of nobody in a building of their own."""
    people = [(r.id, r.org_id) for r in residents.listed(SYSTEM, Filters(status="approved"))][::-1]
    households = residents.households_of([number for number, _org in people])
    first: dict[int, tuple[int, int]] = {}
    for number, org_id in people:
        if number in households:
            first.setdefault(households[number], (number, org_id))
    living = alone.living(number for number, _org in first.values())
    kinds: list[tuple[Kind, int, int]] = [
        ("elder" if _is_elder(living[number]) else "family", number, org_id)
        for number, org_id in first.values()
    ]
    found = []
    for place, (kind, number, org_id) in enumerate(sorted(kinds)[:count]):
        home = home_of(place, kind)
        found.append(Dweller(home, org_id, number, called=f"{residents.name_of(number)}家"))
    org_id = max((org_id for _kind, _number, org_id in kinds), default=0)
    for place in range(len(found), count if org_id else len(found)):
        room = Place("9", str(place // 50 + 1), str(101 + place % 50))
        found.append(Dweller(home_of(place, "family"), org_id, place=room, called=room.short("zh_CN")))
    return found


def home_of(place: int, kind: Kind, prefix: str = "fleet") -> Home:
    """The home of this number; every second elder wears a watch."""
    watch = kind == "elder" and place % 2 == 0
    return Home(
        f"{prefix}-{place + 1}", kind, watch, 39.9 + place // 20 * SPREAD, 116.4 + place % 20 * SPREAD
    )


def _is_elder(living: alone.Living) -> bool:
    if living.alone is not True or living.birthday is None:
        return False
    return (clock.local(clock.now()).date() - living.birthday).days >= AGE * 365.25
