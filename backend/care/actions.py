"""Everything that can be done about care, for conversations, pages and the scheduler."""

from backend.care import hooks
from backend.care.absences import actor_of, back, cancel, tell, tell_for
from backend.care.answering import (
    Heard,
    Voice,
    ails,
    close,
    decides,
    friendly,
    help_,
    is_usual,
    slight,
    troubled,
    unclear,
    well,
)
from backend.care.answers import COMPLAINT, complains, meaning
from backend.care.long_away import still
from backend.care.plans import Wanted, confirm, decline, pause, save, wish
from backend.care.wording import ails_you, how_can_we_help, plan_noted, plan_stopped, rest_well

__all__ = [
    "COMPLAINT",
    "Heard",
    "Voice",
    "Wanted",
    "actor_of",
    "ails",
    "ails_you",
    "back",
    "cancel",
    "close",
    "complains",
    "confirm",
    "decides",
    "decline",
    "friendly",
    "help_",
    "hooks",
    "how_can_we_help",
    "is_usual",
    "meaning",
    "pause",
    "plan_noted",
    "plan_stopped",
    "rest_well",
    "save",
    "slight",
    "still",
    "tell",
    "tell_for",
    "troubled",
    "unclear",
    "well",
    "wish",
]
