"""Finding one device among thousands: by its name, its address, whose it is, or the door where it hangs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import LOCALES, Text
from backend.fields.address import Home
from backend.residents import queries as residents
from iot.models import Device
from iot.registry import devices, given
from iot.registry.devices import INSTALL, READ

MOST = 500
"""So many residents may fit what was asked for: more are no answer to it."""


def found(actor: Actor, status: str = "", text: str = "") -> Any:
    """Those that the actor may see, new ones first, then by name: a peewee query. `text`: part of a name or an address, or
    what finds a resident (`residents.Filters`), or a door."""
    fits = Device.org_id.in_(access.org_ids(actor, READ))
    if access.may(actor, INSTALL):
        fits = fits | Device.org_id.is_null()
    if status:
        fits = fits & (Device.status == status)
    if text.strip():
        fits = fits & _says(actor, text.strip(), fits)
    return Device.select().where(fits).order_by(Device.status != "new", Device.name, Device.id)


def _says(actor: Actor, text: str, among: Any) -> Any:
    people = residents.listed(actor, residents.Filters(text=text)).limit(MOST)
    fits = Device.name.contains(text) | Device.address.contains(text)
    fits |= Device.resident_id.in_([her.id for her in people])
    try:
        door = given.place(text)
    except Invalid:
        return fits
    # A place is sealed: no query compares it.
    own = Device.select(Device.id, Device.place).where(among & Device.place.is_null(False))
    return fits | Device.id.in_([d.id for d in own if Home.from_json(devices.place_of(d)) == door])


def doors(some: Sequence[Device]) -> dict[int, tuple[Text, str]]:
    """(where, whose) of each: its own place, else the resident's home."""
    people = residents.by_ids({d.resident_id for d in some if d.resident_id is not None})
    made: dict[int, tuple[Text, str]] = {}
    for device in some:
        who = people.get(device.resident_id or 0)
        place = devices.place_of(device) or (who.home if who else None)
        home = Home.from_json(place) if place else None
        where: Text = {loc: home.show(loc) for loc in LOCALES} if home else ""
        made[device.id] = (where, who.name if who else "")
    return made
