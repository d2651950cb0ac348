"""Everything that can be done to alarms, for other domains, conversations, pages and the scheduler."""

from backend.alarms.answering import Answered, Caller, answer, clear, over
from backend.alarms.climbing import climb
from backend.alarms.raising import raise_alarm

__all__ = ["Answered", "Caller", "answer", "clear", "climb", "over", "raise_alarm"]
