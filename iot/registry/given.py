"""What staff type about a device on any of its pages."""

from __future__ import annotations

from backend.core import clock
from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Text, _
from backend.fields import Address, Misunderstood
from backend.fields.address import Home
from backend.fields.base import Context, zone_for
from backend.fields.words import Said
from backend.residents import queries as residents
from backend.web.text import locale
from iot.registry.devices import INSTALL


def resident(actor: Actor, text: str) -> int | None:
    """By name or number, among those whom the actor sees. Raises Invalid."""
    text = text.strip()
    if not text:
        return None
    found = list(residents.listed(actor, residents.Filters(text=text)).limit(2))
    if len(found) == 1:
        return int(found[0].id)
    reason: Text = (
        _("Nobody of this name is registered.")
        if not found
        else _("Several people fit. Please give the mobile number.")
    )
    raise Invalid(reason, "resident")


def place(text: str) -> Home | None:
    """Raises Invalid."""
    if not text.strip():
        return None
    now = clock.local(clock.now())
    try:
        home = Address("place").parse(Said(text=text), Context(now, locale(), zone_for(now, {})))
    except Misunderstood as error:
        raise Invalid(error.text, "place") from error
    return home if isinstance(home, Home) else None


def orgs(actor: Actor) -> list[tuple[int, str]]:
    """Where the actor may bind devices, for a choice."""
    return residents.orgs_of(actor, INSTALL)


def org(actor: Actor, chosen: int | None, resident_id: int | None) -> int:
    """The Org of a device: as chosen, else its resident's, else the actor's first."""
    return chosen or (residents.org_of(resident_id) if resident_id else orgs(actor)[0][0])
