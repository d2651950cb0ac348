"""The fax number of an organisation's or a household's file: staff enter it, and vouch for it."""

from __future__ import annotations

from backend.core import audit
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import _
from backend.fields.base import Misunderstood
from backend.fields.phone import read_phone
from backend.messaging import people
from backend.messaging.models import Identity
from backend.residents import decisions, file


def of(resident_id: int) -> str:
    """Her number, E.164; "" when she has none."""
    found = _identities(resident_id)
    return str(found[0].address) if found else ""


def _identities(resident_id: int) -> list[Identity]:
    hers = people.identities(people.Resident(resident_id), reachable=False)
    return [identity for identity in hers if identity.channel == "fax"]


def set_(actor: Actor, resident_id: int, text: str) -> None:
    """`text` is the number as people write it; "" takes it away. Raises Invalid, or Conflict when it is somebody else's."""
    number = _read(text)
    with transaction():
        resident = decisions.get(actor, resident_id, "resident.change")
        before = of(resident_id)
        if number == before:
            return
        for old in _identities(resident_id):
            people.leave(old.id)
        if number:
            identity = people.ensure("fax", number, resident.locale)
            if identity.resident_id not in (None, resident_id):
                raise Conflict(_("This fax number stands in another file."))
            people.set_state(identity.id, "active")
            people.join_resident(identity.id, resident_id, resident.org_id)
        # The number itself is no secret of hers, but it is hers: what stands in the log is that it changed.
        audit.record(
            actor, "resident.fax", file.subject(resident_id), org_id=resident.org_id, after=bool(number)
        )


def _read(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return read_phone(text)
    except Misunderstood:
        raise Invalid(_("A fax number has its area code, like 010-6500 1234."), "fax") from None
