"""What else a community does in the month of `simulation`: events with few places and a survey. People sign up, tap twice, change
their minds, take a place in time or let it lapse, answer at once, late or never; the same schedulers serve them."""

from __future__ import annotations

import heapq
import random
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from backend.care import faults
from backend.core import clock, db
from backend.core.access import Actor
from backend.core.errors import Conflict
from backend.events import actions as events
from backend.events import places, sweeping
from backend.events.models import Event, EventSignup
from backend.fields.form import Form
from backend.fields.numbers import Rating
from backend.messaging.models import Delivery, Message
from backend.surveys import actions as surveys
from backend.surveys import answering, inviting
from backend.surveys.audience import Audience
from backend.surveys.models import Survey, SurveyAnswer, SurveyInvitation
from tests.care.town import Town, local

QUESTIONS = Form(
    "garden",
    "",
    [Rating("mark", label={"zh_CN": "打分"}, ask={"zh_CN": "您给小花园打几分？"})],
    review=False,
)
REMIND_DAYS = 3
# The day of October, how many places, how many people wish to come; some while the scheduler is dead.
_EVENTS = ((4, 8, 26), (9, 6, 20), (14, 5, 20), (21, 7, 24), (27, 4, 20))
_WITH_COMPANIONS = 27
# In SQL: asked after every act.
_HELD = (
    "SELECT SUM(s.companions + 1), e.capacity FROM event e JOIN event_signup s ON s.event_id = e.id"
    f" WHERE e.id = ? AND s.status IN ({', '.join('?' * len(places.HOLDING))}) GROUP BY e.id, e.capacity"
)


@dataclass
class Gatherings:
    """`later(minutes, act)` lets somebody act then; `residents` may come. `came`: who joined the waiting list of an event, as
    (position, sign-up), in the order of coming; `left`: who left it before her turn."""

    town: Town
    residents: list[int]
    rng: random.Random
    later: Callable[[float, Callable[[], Any]], None]
    wakes: list[datetime] = field(default_factory=list)
    came: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    left: set[tuple[int, int]] = field(default_factory=set)
    offered: set[tuple[int, int]] = field(default_factory=set)
    invited: int = 0
    done: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        admin = self.town.actor(self.town.admin)
        for day, capacity, wishes in _EVENTS[: max(2, len(self.residents) // 100)]:
            starts = local(day, time(14 if day % 2 else 9, 30), 10)
            made = events.create(admin, events.Draft(
                self.town.happy.id, {"zh_CN": f"包粽子{day}"}, {"zh_CN": "活动室"}, {}, starts, starts + timedelta(hours=2),
                capacity, companions=2 if day == _WITH_COMPANIONS else 0,
            ))  # fmt: skip
            events.publish(admin, made.id)
            minutes = (starts - clock.now()) / timedelta(minutes=1)
            for resident_id in self.rng.sample(self.residents, wishes):
                self.later(
                    self.rng.uniform(max(0, minutes - 4 * 1440), minutes - 30),
                    partial(self._joins, made, resident_id),
                )
            for before in (1440, 180, 60, 0, -120, -180):
                self._wake(starts - timedelta(minutes=before))
        opens = local(12, time(10), 10)
        plan = surveys.Plan({"zh_CN": "小花园怎么用"}, {}, QUESTIONS, Audience(self.town.happy.id), opens_at=opens,
                            closes_at=opens + timedelta(days=12), remind_days=REMIND_DAYS)  # fmt: skip
        surveys.release(admin, surveys.create(admin, plan).id)
        for minutes in (0, 1, 5, 60, 24 * 60):
            self._wake(opens + timedelta(minutes=minutes))
            self._wake(opens + timedelta(days=REMIND_DAYS, minutes=minutes))
        self._wake(opens + timedelta(days=12))
        for day in range(2, 31):
            self._wake(local(day, time(8), 10))

    def _wake(self, at: datetime) -> None:
        heapq.heappush(self.wakes, at)

    def next(self) -> datetime | None:
        return self.wakes[0] if self.wakes else None

    def live(self) -> None:
        """What people do about what they were just told."""
        while self.wakes and self.wakes[0] <= clock.now():
            heapq.heappop(self.wakes)
        Delivery.update(status="sent").where(
            (Delivery.queue == "bulk") & (Delivery.status == "pending")
        ).execute()
        self._offers()
        self._invitations()

    def _offers(self) -> None:
        for signup in EventSignup.select().where(EventSignup.status == "offered"):
            if (signup.id, signup.position) in self.offered:
                continue
            self.offered.add((signup.id, signup.position))
            self._wake(signup.offered_until)
            answer = self.rng.choice(("take", "take", "decline", "", ""))
            if answer:
                act = events.take if answer == "take" else events.decline
                self.later(
                    self.rng.uniform(2, 130), partial(self._acts, act, signup.event_id, signup.resident_id)
                )

    def _invitations(self) -> None:
        fresh = (SurveyInvitation.id > self.invited) & SurveyInvitation.sent_at.is_null(False)
        for invited in list(SurveyInvitation.select().where(fresh).order_by(SurveyInvitation.id)):
            self.invited = invited.id
            when = self.rng.choice(
                (None, None, None, self.rng.uniform(1, 2 * 1440), self.rng.uniform(1, 6 * 1440))
            )
            if when is not None:
                act = self._declines if self.rng.random() < 0.1 else self._answers
                self.later(when, partial(act, invited.survey_id, invited.resident_id))

    def _answers(self, survey_id: int, resident_id: int) -> None:
        with suppress(Conflict):
            answering.answer(survey_id, resident_id, {"mark": self.rng.randint(1, 5)}, "telegram")

    def _declines(self, survey_id: int, resident_id: int) -> None:
        surveys.decline(survey_id, resident_id)

    def _joins(self, event: Event, resident_id: int) -> None:
        """Now and then she taps twice at once, or changes her mind afterwards."""
        wish = events.Wish(self.rng.randint(0, 2) if event.companions else 0)
        join = partial(events.sign_up, _who(resident_id), event.id, resident_id, wish)
        if self.rng.random() < 0.05:
            both = [threading.Thread(target=_then_closed, args=(join,)) for _ in range(2)]
            for each in both:
                each.start()
            for each in both:
                each.join()
            self.done["tapped twice"] += 1
        placed = join()
        if (
            placed.signup.status == "waiting"
            and (spot := (placed.signup.position, placed.signup.id)) not in self.came[event.id]
        ):
            self.came[event.id].append(spot)
        self._no_more_than_the_places(event.id)
        soon = (event.starts_at - clock.now()) / timedelta(minutes=1)
        if self.rng.random() < 0.4:
            self.later(self.rng.uniform(1, soon), partial(self._acts, events.cancel, event.id, resident_id))

    def _acts(self, act: Callable[[Actor, int, int], Any], event_id: int, resident_id: int) -> None:
        mine = EventSignup.get((EventSignup.event == event_id) & (EventSignup.resident_id == resident_id))
        with suppress(Conflict):
            act(_who(resident_id), event_id, resident_id)
            self.done[act.__name__] += 1
            if act is events.cancel and mine.status == "waiting":
                self.left.add((mine.position, mine.id))
        self._no_more_than_the_places(event_id)
        self._offers()

    def _no_more_than_the_places(self, event_id: int) -> None:
        row = db.execute(_HELD, (event_id, *places.HOLDING)).fetchone()
        assert row is None or row[0] <= row[1]


def jobs() -> None:
    sweeping.sweep_all()
    inviting.run()
    faults.watch()


def _who(resident_id: int) -> Actor:
    return Actor("resident", resident_id, "")


def _then_closed(act: Callable[[], Any]) -> None:
    try:
        act()
    finally:
        db.db.close()


# --- what was promised ----------------------------------------------------------------------------------------


def everything_happened(lived: Gatherings) -> None:
    """What the promises below are tested against did happen."""
    assert min(lived.done[act] for act in ("tapped twice", "take", "decline", "cancel")) > 0
    assert lived.left
    assert Message.select().where(Message.dedupe.contains(":lapse:")).exists()
    assert {e.status for e in Event.select()} == {"over"}
    assert Survey.get().status == "closed"
    late = SurveyInvitation.answered_at > SurveyInvitation.reminded_at
    assert SurveyInvitation.select().where(late).exists()


def nobody_stands_twice() -> None:
    rows = Counter((s.event_id, s.resident_id) for s in EventSignup.select())
    assert set(rows.values()) == {1}
    answers = Counter(a.resident_id for a in SurveyAnswer.select())
    assert set(answers.values()) == {1}


def the_list_was_served_in_the_order_of_coming(lived: Gatherings) -> None:
    """Whoever came first was asked first, save those who had left by then (a large party may let a small one pass)."""
    most = 0
    for event in Event.select().where(Event.companions == 0):
        key = f"event:{event.id}:offer:"
        told = Message.select(Message.dedupe).where(Message.dedupe.startswith(key)).order_by(Message.id)
        asked = [(int(p), int(s)) for p, s in (m.dedupe.removeprefix(key).split(":") for m in told)]
        line = [spot for spot in lived.came[event.id] if spot in asked or spot not in lived.left]
        assert asked == line[: len(asked)]
        most = max(most, len(asked))
    assert most > 1


def nobody_was_reminded_twice_or_after_answering() -> None:
    reminders: Counter[tuple[str, str, int]] = Counter()
    for message in Message.select(Message.about, Message.dedupe, Message.resident_id).where(
        Message.purpose.in_(("event", "survey"))
    ):
        which = (message.dedupe or "").split(":")
        kind = which[3] if which[0] == "survey" else which[2] if len(which) > 2 else ""
        if kind in ("day", "hour", "invite", "remind"):
            reminders[message.about, kind, message.resident_id] += 1
    assert {kind for _about, kind, _who in reminders} == {"day", "hour", "invite", "remind"}
    assert set(reminders.values()) == {1}
    reminded = list(SurveyInvitation.select().where(SurveyInvitation.reminded_at.is_null(False)))
    assert not any(i.answered_at is not None and i.answered_at < i.reminded_at for i in reminded)
    survey = Survey.get().subject
    reached = {i.resident_id for i in reminded if not i.unreachable}
    assert {who for about, kind, who in reminders if (about, kind) == (survey, "remind")} == reached
