"""How long somebody will wait, honestly: from how long others waited lately, and from when the office is there. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from backend.core.i18n import Text, _, ngettext
from backend.inbox.hours import WEEKDAYS, Hours

FIRST_GUESS_MIN = 15.0
"""Minutes, before anybody was ever answered."""
_STEPS = (5, 10, 15, 20, 30, 45, 60)


def minutes(waits: Sequence[float], ahead: int, oldest: float = 0.0) -> float:
    """Minutes until an answer. `waits`: minutes that others waited lately; `ahead`: how many come before her; `oldest`:
    minutes that the first of those has waited already, for whoever comes after cannot expect less."""
    usual = median(waits) if waits else FIRST_GUESS_MIN
    # Those ahead are answered one after the other; half of a usual wait each was spent on waiting, not on answering.
    return max(usual * (1 + ahead / 2), oldest if ahead else 0.0, 1.0)


def answer(hours: Hours, now: datetime, wait: float) -> Text:
    """When she can count on an answer, as it is said: “in about 10 minutes”, “tomorrow from 8:30”. `now`: local."""
    closes = hours.closes(now)
    if closes is not None and now + timedelta(minutes=wait) <= closes:
        return _about(wait)
    opens = hours.opens(now)
    return since(opens, now) if opens is not None else _("on the next working day")


def _about(wait: float) -> Text:
    if wait > _STEPS[-1]:
        hours = math.ceil(wait / 60)
        return ngettext("in about {n} hour", "in about {n} hours", hours)
    shown = next(step for step in _STEPS if wait <= step)
    return _("in about {n} minutes", n=shown)


def since(opens: datetime, now: datetime) -> Text:
    """From when on somebody is there, as it is said today."""
    time = f"{opens.hour}:{opens.minute:02}"
    days = (opens.date() - now.date()).days
    if days == 0:
        return _("today from {time}", time=time)
    if days == 1:
        return _("tomorrow from {time}", time=time)
    if days < 7:
        return _("{weekday} from {time}", weekday=WEEKDAYS[opens.weekday()], time=time)
    day: Text = {"zh_CN": f"{opens.month}月{opens.day}日", "en": f"{opens.day} {opens:%b}"}
    return _("{weekday} from {time}", weekday=day, time=time)
