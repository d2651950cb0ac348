"""The life of one reminder, from due to its end: what happens next, as a pure function over plain data.

    due → asked → asked elsewhere → silent
    later (“not yet”): asked again after 20 minutes, a few times
    taken, refused: her own word; excused (away), late (nobody could ask in time): nobody asked

What was taken and what was not is hers to decide: nobody comes because of it, and only whom she wishes is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from backend.core.i18n import Msg, _

Status = Literal["due", "asked", "later", "taken", "refused", "silent", "excused", "late"]
WAITING = ("due", "asked", "later")
"""Her answer still counts as it comes."""
OPEN = (*WAITING, "silent", "late")
"""She may still say how it was."""
AGAIN = timedelta(minutes=20)
"""After “not yet”."""
MOST_LATER = 3
MOST_QUESTIONS = 2
"""Since her last word: here, and once elsewhere."""
LATE = timedelta(minutes=90)
"""Later than this a medicine is not asked for any more: two doses at once would be worse than one that was left out."""
QUIET_FROM, QUIET_UNTIL = time(21, 30), time(6, 30)
"""A question is not repeated in the night, and no family is told then; what she wished to be reminded of at night, she is."""

LABELS: dict[str, Msg] = {
    "due": _("About to be asked"),
    "asked": _("Asked, no answer yet"),
    "later": _("Not yet"),
    "taken": _("Has taken it"),
    "refused": _("Has not taken it"),
    "silent": _("No answer"),
    "excused": _("Away"),
    "late": _("Could not be asked in time"),
}
TONES = {
    "due": "calm", "asked": "calm", "later": "attention", "taken": "good", "refused": "attention", "silent": "attention",
    "excused": "calm", "late": "attention",
}  # fmt: skip
TELLS: dict[str, Msg] = {
    "": _("Nobody is told"),
    "each": _("Family is told gently when there is no answer"),
    "week": _("Family gets a summary each Monday"),
}


@dataclass(frozen=True, slots=True)
class Plain:
    """A reminder as the decision sees it. `channels`: where she can be reached now, in the plan's order; `channel`: where she was asked
    last, `failed`: that visibly did not get there; `quiet`: it is night where she lives. For the rest see `MedicineDose`."""

    status: Status
    due_at: datetime
    wait: timedelta
    channels: tuple[str, ...]
    questions: int = 0
    laters: int = 0
    channel: str = ""
    asked_at: datetime | None = None
    failed: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Remind on this channel now."""

    channel: str


@dataclass(frozen=True, slots=True)
class End:
    """It is over without her word."""

    status: Status


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`."""

    until: datetime


Step = Ask | End | Wait | None


def step(one: Plain, now: datetime) -> Step:
    """What happens now; None when it is over."""
    if one.status not in WAITING:
        return None
    if one.status == "due" or one.asked_at is None:
        if now > one.due_at + LATE or not one.channels:
            return End("late")
        return Ask(one.channels[0])
    if one.status == "later":
        until = one.asked_at + AGAIN
        if now < until:
            return Wait(until)
        if one.laters > MOST_LATER or one.quiet or not one.channels:
            return End("silent")
        return Ask(one.channel if one.channel in one.channels else one.channels[0])
    until = one.asked_at if one.failed else one.asked_at + one.wait
    if now < until:
        return Wait(until)
    elsewhere = [c for c in one.channels if c != one.channel]
    if one.questions >= MOST_QUESTIONS or one.quiet or not one.channels or (one.failed and not elsewhere):
        return End("silent")
    return Ask(elsewhere[0] if elsewhere else one.channel)


def quiet(now: datetime, zone: str) -> bool:
    """Whether it is night there."""
    here = now.astimezone(ZoneInfo(zone)).time()
    return here >= QUIET_FROM or here < QUIET_UNTIL
