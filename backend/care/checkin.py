"""The life of one check-in, from due to its end: what happens next, as a pure function over plain data.

    due → asked → asked again (another channel) → missed (the ladder of people begins)
    well, help, excused, closed: how it ends; each is reached from any of the above, missed too (a late answer).

Sources: the practice of daily safe-and-well calls: a second attempt after 30 to 60 minutes, then family, then somebody at the door.
"""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from backend.core.i18n import Msg, _

Status = Literal["due", "asked", "asked_again", "missed", "well", "help", "excused", "closed"]
Why = Literal["", "silent", "unclear", "could_not_ask", "slight"]

WAITING = ("due", "asked", "asked_again")
"""We still wait for her own answer."""
ENDED = ("well", "help", "excused", "closed")
DECIDES = timedelta(minutes=15)
"""How long she has to say whether somebody should come for something slight, or what she means."""
MOST_QUESTIONS = 2
"""Questions that got through before people are asked instead."""

LABELS: dict[str, Msg] = {
    "due": _("About to be asked"),
    "asked": _("Asked, no answer yet"),
    "asked_again": _("Asked again"),
    "missed": _("No answer: people are looking"),
    "well": _("Is well"),
    "help": _("Asked for help"),
    "excused": _("Away"),
    "closed": _("Looked after"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question on one channel. `failed`: it visibly did not get there."""

    channel: str
    at: datetime
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Plain:
    """A check-in as the decision sees it. `channels`: where she can be reached now, in the plan's order; `heard_at`: when she
    last wrote or said anything since she was asked; `nudged_at`: when she was asked once more, gently, or, `slight`, whether somebody should come."""

    status: Status
    due_at: datetime
    wait: timedelta
    window: timedelta
    channels: tuple[str, ...]
    questions: tuple[Question, ...] = ()
    heard_at: datetime | None = None
    nudged_at: datetime | None = None
    slight: bool = False
    unclear: bool = False
    """She answered, and nobody knows what she means."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask on this channel now."""

    channel: str


@dataclass(frozen=True, slots=True)
class Nudge:
    """She was heard, but has not said how she is: once more, gently, where she wrote."""


@dataclass(frozen=True, slots=True)
class Miss:
    """People have to look."""

    why: Why


@dataclass(frozen=True, slots=True)
class Help:
    """She spoke of something slight and did not say that nobody need come: that is a call for help."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """It is out of our hands."""


Step = Ask | Nudge | Miss | Help | Wait | Settled


def step(one: Plain, now: datetime) -> Step:
    """What happens now. Applying it and asking again ends in Wait or Settled."""
    if one.status not in WAITING:
        return Settled()
    if one.nudged_at is not None and one.slight:
        until = one.nudged_at + DECIDES
        return Wait(until) if now < until else Help()
    if one.nudged_at is not None:
        until = one.nudged_at + (DECIDES if one.unclear else one.wait)
        return Wait(until) if now < until else Miss("unclear")
    delivered = [q for q in one.questions if not q.failed]
    asked = {q.channel for q in one.questions}
    untried = next((c for c in one.channels if c not in asked), None)
    if not delivered:
        # Nothing has got through so far: the first question, or the next channel at once after one that failed.
        if untried is None:
            return Miss("could_not_ask")
        if not one.questions and now > one.due_at + one.window:
            return Miss("could_not_ask")
        return Ask(untried)
    last = max(q.at for q in delivered)
    if one.questions[-1].failed and untried is not None and len(delivered) < MOST_QUESTIONS:
        return Ask(untried)
    if now < last + one.wait:
        return Wait(last + one.wait)
    if one.heard_at is not None:
        return Nudge()
    if untried is not None and len(delivered) < MOST_QUESTIONS:
        return Ask(untried)
    return Miss("silent")


def after_question(questions: Sized) -> Status:
    """The status once these questions were asked."""
    return "asked" if len(questions) < MOST_QUESTIONS else "asked_again"


def may_end(status: str, end: str) -> bool:
    """Whether a check-in with this status may still end so: her own word counts at any time, help more than well; what others
    say counts only while nobody knew."""
    if end == "help":
        return status != "help"
    if end == "well":
        return status in (*WAITING, "missed")
    return status in (*WAITING, "missed") if end == "closed" else status in WAITING
