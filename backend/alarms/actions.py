"""Everything that can be done to alarms, for other domains, conversations, pages and the scheduler."""

from backend.alarms import moving, personal
from backend.alarms.answering import Answered, Caller, answer, clear, over
from backend.alarms.climbing import climb
from backend.alarms.confirming import in_full
from backend.alarms.raising import part, raise_alarm
from backend.residents import consent, moves

__all__ = ["Answered", "Caller", "answer", "clear", "climb", "in_full", "over", "part", "raise_alarm"]

moves.register("alarms", moving.follow)
consent.rests_on(consent.HEALTH, personal.forget_measured)
