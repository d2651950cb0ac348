"""How an alarm climbs: whom it is told to next, and when. Pure.

Each rung is told once, and has its time to answer. Silence climbs; so does "I cannot", at once. Rungs where nobody can be
reached are passed over. The highest rung is told again and again until somebody answers. Who says "I am going" holds the
ladder, and is asked how it went; silence then climbs on. An alarm ends only by a person's word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.core.clock import CLOCKS_DIFFER

GOING = timedelta(minutes=30)
"""How long somebody who goes there is left in peace."""
ASKED = timedelta(minutes=10)
"""How long she may take to say how it went."""


@dataclass(frozen=True, slots=True)
class Rung:
    """`who`: family, volunteer, grid_worker, duty_desk or community_admin; `minutes` they have to answer."""

    who: str
    minutes: int

    @property
    def wait(self) -> timedelta:
        return timedelta(minutes=self.minutes)


Policy = tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class State:
    """Where an alarm stands. `rung` was told last (-1: nobody yet); `round` is 1 on the way up and grows each time that the top
    is told again. `deadline` is when silence counts. `called`: the rung was also rung up. `going`: somebody does something;
    `asked`: she was asked how it went."""

    rung: int = -1
    round: int = 0
    told_at: datetime | None = None
    deadline: datetime | None = None
    called: bool = False
    going: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done. `act`: tell (the rung), call (it, by telephone), skip (nobody there to be reached), ask (who goes: how
    is it?), nobody (on the whole ladder)."""

    act: str
    rung: int = -1


Climbed = tuple[State, tuple[Step, ...]]


def climb(
    policy: Policy, state: State, now: datetime, *, reachable: frozenset[int], critical: bool
) -> Climbed:
    """What is due at `now`, and where the alarm stands after it. `reachable`: the rungs where somebody can be told now."""
    silent = state.deadline is None or now >= state.deadline
    if written_ahead(state, now):
        silent, state = True, replace(state, told_at=now)
    if state.going and silent and not state.asked:
        return replace(state, asked=True, deadline=now + ASKED), (Step("ask", state.rung),)
    if silent:
        return _up(policy, state, now, reachable)
    if critical and not state.called and not state.going and now >= half_time(policy, state):
        return replace(state, called=True), (Step("call", state.rung),)
    return state, ()


def written_ahead(state: State, now: datetime) -> bool:
    """Whether a clock that has been set back since said when it was told, or when silence counts: nobody knows how long it has been
    silent."""
    latest = now + CLOCKS_DIFFER
    if state.going and state.deadline is not None and state.deadline > latest + GOING:
        return True
    return state.told_at is not None and state.told_at > latest


def refuse(policy: Policy, state: State, now: datetime, *, reachable: frozenset[int]) -> Climbed:
    """Who was going, or somebody on the rung told last, cannot come: the next rung is told at once. Above the highest there is
    nobody: its time runs on, from now when it was left in peace."""
    if any(r > state.rung for r in reachable):
        return _up(policy, state, now, reachable)
    if not state.going:
        return state, ()
    wait = policy[max(state.rung, 0)].wait
    return replace(state, going=False, asked=False, called=False, told_at=now, deadline=now + wait), ()


def going(state: State, now: datetime) -> State:
    """Somebody goes there, or has called 119 or 120."""
    return replace(state, going=True, asked=False, deadline=now + GOING)


def _up(policy: Policy, state: State, now: datetime, reachable: frozenset[int]) -> Climbed:
    """The next rung with somebody on it; above the highest, that one again."""
    target = min((r for r in reachable if r > state.rung), default=None)
    top = len(policy) if target is None else target
    # What was passed over once is not told of again in every later round.
    skipped = tuple(Step("skip", r) for r in range(state.rung + 1, top)) if state.round <= 1 else ()
    round_ = max(state.round, 1) + (target is None)
    if target is None and not reachable:
        return State(state.rung, round_, now, now + policy[-1].wait), (*skipped, Step("nobody"))
    if target is None:
        target = max(reachable)
    return State(target, round_, now, now + policy[target].wait), (*skipped, Step("tell", target))


def half_time(policy: Policy, state: State) -> datetime:
    """When a critical alarm that its rung has not answered rings as well. Asked only of a state with a deadline."""
    assert state.told_at is not None and state.deadline is not None  # noqa: S101
    return state.told_at + (state.deadline - state.told_at) / 2


def wake_at(state: State, policy: Policy, *, critical: bool) -> datetime | None:
    """When it must be looked at again; None: at once."""
    if state.deadline is None or state.going or state.called or not critical:
        return state.deadline
    return min(state.deadline, half_time(policy, state))
