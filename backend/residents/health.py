"""Who of the staff reads what is known of a resident's health: whoever looks after it where she lives, unless she keeps it to herself."""

from __future__ import annotations

from backend.core import access
from backend.core.access import Actor
from backend.residents import privacy

READ = "care.health"


def read_by(actor: Actor, org_id: int | None, resident_id: int | None) -> bool:
    """Whether the actor reads it at this Org. `resident_id` None: it is nobody's by name, or what she keeps to herself does not count now."""
    if not access.may(actor, READ, org_id):
        return False
    return resident_id is None or privacy.HEALTH not in privacy.hidden(resident_id)
