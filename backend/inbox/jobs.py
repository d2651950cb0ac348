"""What the scheduler does for the inbox: tell how long it takes, take a thread back from whoever forgot it, end what is
over. Each looks again under the lock, so that a run that comes twice or late does no harm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from backend.core import clock, sweep
from backend.core.access import SYSTEM
from backend.core.db import transaction
from backend.core.i18n import _, ngettext
from backend.fields.words import Words
from backend.inbox import office, opening, taking, thread, waiting
from backend.inbox.models import Handover
from backend.messaging import people
from backend.messaging.outbox import say
from backend.messaging.people import At, StaffMember

TELL_AFTER = timedelta(minutes=5)
"""How long somebody waits before she is told her place and the time."""
FORGOTTEN_AFTER = timedelta(minutes=30)
"""How long a thread may be with a staff member without an answer."""
QUIET_AFTER = timedelta(hours=2)
"""After the last answer, when nothing more is said by either side."""
AT_ONCE = 200


def tell_places() -> int:
    """Everybody who has waited for a while hears once how many come before her, and when she can count on an answer."""
    due = Handover.select(Handover.id).where(
        Handover.done_at.is_null()
        & Handover.taken_by.is_null()
        & Handover.told_at.is_null()
        & (Handover.asked_at <= clock.now() - TELL_AFTER)
    )
    return _each("inbox.tell_places", due, _tell)


def _each(job: str, due: Any, act: Callable[[int], int]) -> int:
    return sweep.each(job, sweep.in_turn(job, due, Handover.id, AT_ONCE), act)


def _tell(handover_id: int) -> int:
    with transaction():
        handover = thread.locked(handover_id)
        if handover.state != "waiting" or handover.told_at is not None:
            return 0
        Handover.update(told_at=clock.now()).where(Handover.id == handover_id).execute()
        channel = people.get(handover.identity_id).channel
        if handover.reason == "emergency" or channel == "voice":
            # She has been told whom to call; and nobody is rung up to hear that she waits.
            return 0
        words = place(handover) if office.is_open(handover.org_id) else opening.closed_now(handover)
        say(At(handover.identity_id, elsewhere=True), words, purpose="answer", about=handover.subject)
        return 1


def place(handover: Handover) -> Words:
    """Her place and the time, in the office's hours."""
    before = waiting.ahead(handover)
    when = waiting.expected(handover, before)
    if not before:
        return Words(
            _("You are next. You will be answered {when}.", when=when),
        )
    return Words(
        ngettext(
            "There is {n} person before you. You will be answered {when}.",
            "There are {n} people before you. You will be answered {when}.",
            len(before),
            when=when,
        )
    )


def take_back() -> int:
    """What a staff member took and left without an answer goes back to the queue; she is told, and so is the colleague."""
    due = Handover.select(Handover.id).where(
        Handover.taken_by.is_null(False)
        & Handover.done_at.is_null()
        & (Handover.unanswered_at <= clock.now() - FORGOTTEN_AFTER)
    )
    return _each("inbox.take_back", due, _take_back)


def _take_back(handover_id: int) -> int:
    with transaction():
        handover, _addresses = thread.held(SYSTEM, handover_id)
        since = handover.unanswered_at
        colleague = handover.taken_by
        if handover.done_at is not None or colleague is None:
            return 0
        if since is None or since > clock.now() - FORGOTTEN_AFTER:
            return 0
        taking.requeue(SYSTEM, handover)
        taking.tell_requeued(handover)
        say(
            StaffMember(colleague),
            Words(
                _(
                    "#{number} had no answer for half an hour, so it is back in the queue. Take it again whenever you can.",
                    number=handover.id,
                )
            ),
            purpose="handover",
            about=handover.subject,
        )
        return 1


def end_quiet() -> int:
    """Where all was answered and nobody says anything more, the bot answers again. Nobody is told: it is over."""
    before = clock.now() - QUIET_AFTER
    due = Handover.select(Handover.id).where(
        Handover.taken_by.is_null(False)
        & Handover.done_at.is_null()
        & Handover.unanswered_at.is_null()
        & (Handover.last_answer_at <= before)
    )
    return _each("inbox.end_quiet", due, _end_quiet)


def _end_quiet(handover_id: int) -> int:
    with transaction():
        handover, _addresses = thread.held(SYSTEM, handover_id)
        last = handover.last_answer_at
        over = handover.state == "taken" and handover.unanswered_at is None
        if not over or last is None or last > clock.now() - QUIET_AFTER:
            return 0
        taking.end(SYSTEM, handover, "quiet")
        return 1


JOBS: list[tuple[str, int, Callable[[], int]]] = [
    ("inbox.tell_places", 20, tell_places),
    ("inbox.take_back", 30, take_back),
    ("inbox.end_quiet", 300, end_quiet),
]
