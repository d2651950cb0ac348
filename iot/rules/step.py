"""One step of a rule for one device or home: from what it knew and what is the case now, to what it knows and what is to be done. Pure.

An episode begins when the condition begins to hold, is raised once when it has held for long enough and often enough, and ends when the clear condition
holds, or, without one, when the condition does not hold any more. An unknown condition changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from iot.rules.schedule import ALWAYS, Schedule

UTC = ZoneInfo("UTC")


class Effect(Enum):
    NONE = "none"
    RAISE = "raise"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Timing:
    """It must hold for `lasts` without a break, and in `times` messages, not more than `within` apart from first to last (nought: however far)."""

    lasts: timedelta = timedelta()
    times: int = 1
    within: timedelta = timedelta()
    schedule: Schedule = ALWAYS
    zone: ZoneInfo = UTC


@dataclass(frozen=True, slots=True)
class State:
    """`holds_since`: the condition has held without a break; `hits`: when messages made it hold, the last ones; `raised_at`: this episode
    was raised; `heard_at`: when the last message that counted was said; `at`: until when everything is taken into account; `wake_at`: when to look
    again without a message."""

    holds_since: datetime | None = None
    hits: tuple[datetime, ...] = ()
    raised_at: datetime | None = None
    heard_at: datetime | None = None
    at: datetime | None = None
    wake_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """`holds` and `clears` are None where unknown; `clears` also where there is no clear condition. `heard`: a message is the reason to look.
    `turns_at`: when time alone may change them."""

    holds: bool | None
    clears: bool | None = None
    heard: bool = True
    turns_at: datetime | None = None


def step(
    timing: Timing, state: State, facts: Facts, at: datetime, *, clearable: bool = False
) -> tuple[State, Effect]:
    """The new state and what to do. `clearable`: the rule has a clear condition. A message that was said before the last one is told late, and changes
    nothing; who asks about an earlier moment than was looked at gets the answer for that one."""
    if facts.heard and state.heard_at is not None and at < state.heard_at:
        return state, Effect.NONE
    heard_at = at if facts.heard else state.heard_at
    now = max(at, state.at) if state.at is not None else at
    since, hits = state.holds_since, state.hits
    if facts.holds is True:
        since = since or now
        if facts.heard and (not hits or now > hits[-1]):
            hits = (*hits, now)[-timing.times :]
    elif facts.holds is False:
        since = None
    if timing.within:
        hits = tuple(hit for hit in hits if now - hit <= timing.within)
    elif since is None:
        hits = ()
    known = replace(state, holds_since=since, hits=hits, heard_at=heard_at, at=now)
    known, effect, due = (
        _raised(timing, known, facts, clearable) if state.raised_at else _waiting(timing, known)
    )
    moments = [moment for moment in (due, facts.turns_at) if moment is not None and moment > now]
    return replace(known, wake_at=min(moments, default=None)), effect


def _raised(
    timing: Timing, state: State, facts: Facts, clearable: bool
) -> tuple[State, Effect, datetime | None]:
    """Is it over?"""
    over = facts.clears is True and facts.holds is not True if clearable else facts.holds is False
    if not over:
        return state, Effect.NONE, None
    return replace(state, raised_at=None, holds_since=None, hits=()), Effect.CLEAR, None


def _waiting(timing: Timing, state: State) -> tuple[State, Effect, datetime | None]:
    """Is it time? Otherwise, when may it be."""
    now = state.at
    if now is None or state.holds_since is None:
        return state, Effect.NONE, None
    schedule = timing.schedule
    opened = state.holds_since if schedule.always else schedule.opened(now, timing.zone)
    if opened is None:
        return state, Effect.NONE, schedule.opens(now, timing.zone)
    begun = max(state.holds_since, opened)
    due = begun + timing.lasts
    if now < due:
        return state, Effect.NONE, due
    # Once is also what time alone brings about, without any message.
    if timing.times > 1 and len(state.hits) < timing.times:
        return state, Effect.NONE, None
    return replace(state, raised_at=now), Effect.RAISE, None
