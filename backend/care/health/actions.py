"""Everything that can be done about health, for conversations, pages, the scheduler and devices."""

from backend.care.absences import actor_of
from backend.care.health.answering import later, latest, refused, taken
from backend.care.health.appointments import add as add_appointment
from backend.care.health.appointments import cancel as cancel_appointment
from backend.care.health.appointments import ride
from backend.care.health.consenting import give as agree_to_health
from backend.care.health.consenting import stands as agreed
from backend.care.health.consenting import withdraw
from backend.care.health.measuring import Kept, measured
from backend.care.health.medicines import Wanted, agree, decline, end_all, own, propose
from backend.care.health.reading import SAYS, read

__all__ = [
    "SAYS",
    "Kept",
    "Wanted",
    "actor_of",
    "add_appointment",
    "agree",
    "agree_to_health",
    "agreed",
    "cancel_appointment",
    "decline",
    "end_all",
    "later",
    "latest",
    "measured",
    "own",
    "propose",
    "read",
    "refused",
    "ride",
    "taken",
    "withdraw",
]
