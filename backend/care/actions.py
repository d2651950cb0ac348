"""Everything that can be done about care, for conversations, pages and the scheduler."""

from backend.care import hooks
from backend.care.absences import actor_of, back, cancel, tell, tell_for
from backend.care.answering import (
    Heard,
    Voice,
    close,
    decides,
    friendly,
    help_,
    is_usual,
    slight,
    troubled,
    well,
)
from backend.care.answers import meaning
from backend.care.long_away import still
from backend.care.plans import Wanted, confirm, decline, pause, save, wish
from backend.care.wording import how_can_we_help, plan_noted, plan_stopped

__all__ = [
    "Heard",
    "Voice",
    "Wanted",
    "actor_of",
    "back",
    "cancel",
    "close",
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
    "save",
    "slight",
    "still",
    "tell",
    "tell_for",
    "troubled",
    "well",
    "wish",
]
