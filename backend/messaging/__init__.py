"""How any part says something to somebody: `say(Resident(7), Words(_("…")), purpose="request")`."""

from backend.messaging.outbox import say
from backend.messaging.people import At, Resident, StaffMember

__all__ = ["At", "Resident", "StaffMember", "say"]
