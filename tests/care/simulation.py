"""A month of check-ins, jumped through from one event to the next, with people who answer, forget and fall, lines that fail, and
schedulers that die, run twice and run at once."""

from __future__ import annotations

import heapq
import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from backend.alarms import actions as alarms
from backend.alarms.models import Alarm, AlarmStep
from backend.care import absences, answering, asking, following, reports, summaries
from backend.care.answering import Voice
from backend.care.models import CheckIn, CheckInQuestion, Visit
from backend.care.visiting import Report
from backend.core import clock, db
from backend.core.crypto import seal
from backend.messaging import deliveries, people
from backend.messaging.models import SAID_PLACE, Delivery, Inbound
from backend.staff import queries as staff
from tests.care import gatherings
from tests.care.gatherings import Gatherings

_HABITS = {
    "soon": 80,
    "after second": 5,
    "never": 4,
    "late": 3,
    "help": 2,
    "writes": 3,
    "away": 3,
}
SWEEP = timedelta(seconds=10)
_DUE = (
    "SELECT MIN(next_due_at) FROM care_plan WHERE next_due_at IS NOT NULL",
    "SELECT MIN(next_at) FROM check_in WHERE next_at IS NOT NULL",
)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class Simulation:
    """`run(until)` lets the town live until then. `outages` are (begin, end) of a scheduler that is dead."""

    clock: clock.Hands
    seed: int
    outages: list[tuple[datetime, datetime]]
    grid_worker: int
    rng: random.Random = field(init=False)
    events: list[tuple[datetime, int, Callable[[], Any]]] = field(default_factory=list)
    order: Any = field(default_factory=itertools.count)
    seen: int = 0
    alarms_seen: int = 0
    swept: datetime = field(default=_NEVER)
    besides: Gatherings | None = None

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def later(self, minutes: float, act: Callable[[], Any]) -> None:
        at = self.clock.at + timedelta(minutes=minutes)
        heapq.heappush(self.events, (at, next(self.order), act))

    def run(self, until: datetime) -> None:
        while (at := self._next()) is not None and at <= until:
            self.clock.at = max(self.clock.at, at)
            while self.events and self.events[0][0] <= self.clock.at:
                heapq.heappop(self.events)[2]()
            if self.swept <= self.clock.at and not self._dead(self.clock.at):
                self._sweep(_jobs)
                self._live()
            if self.besides is not None and self._besides() <= self.clock.at:
                self._sweep(gatherings.jobs)
                self.besides.live()
        self.clock.at = max(self.clock.at, until)

    def _next(self) -> datetime | None:
        """The next moment at which anything can happen: the schedulers come by every ten seconds."""
        # In SQL: this is asked before every event, and building a query costs more than all else in it.
        asked = [db.execute(one).fetchone()[0] for one in _DUE]
        due = [clock.from_ms(at) for at in asked if at is not None]
        swept = min(due) if due else None
        if swept is not None:
            if swept <= self.clock.at:
                swept = self.clock.at + SWEEP
            swept = self._alive(swept)
        self.swept = swept or _NEVER
        heard = self.events[0][0] if self.events else None
        besides = self._besides() if self.besides is not None else _NEVER
        found = min(at for at in (swept or _NEVER, heard or _NEVER, besides))
        return None if found == _NEVER else found

    def _besides(self) -> datetime:
        at = self.besides.next() if self.besides is not None else None
        return _NEVER if at is None else self._alive(at)

    def _alive(self, at: datetime) -> datetime:
        """The first moment from then on at which a scheduler lives."""
        for begin, end in self.outages:
            if begin <= at < end:
                at = end
        return at

    def _dead(self, at: datetime) -> bool:
        return any(begin <= at < end for begin, end in self.outages)

    def _sweep(self, jobs: Callable[[], None]) -> None:
        fault = self.rng.random()
        if fault < 0.03:
            both = [threading.Thread(target=_one_scheduler, args=(jobs,)) for _ in range(2)]
            for each in both:
                each.start()
            for each in both:
                each.join()
        else:
            for _again in range(2 if fault < 0.1 else 1):
                jobs()

    def _live(self) -> None:
        """What people do about what they were just told."""
        fresh = list(
            CheckInQuestion.select(CheckInQuestion, CheckIn)
            .join(CheckIn)
            .where(CheckInQuestion.id > self.seen)
            .order_by(CheckInQuestion.id)
        )
        for question in fresh:
            self.seen = question.id
            if self.rng.random() < 0.04:
                sent = Delivery.get(Delivery.message_id == question.message_id)
                self.later(1, partial(deliveries.fail, sent.id, "no such number"))
            else:
                self._answer(question)
        raised = Alarm.select(Alarm.id).where(Alarm.id > self.alarms_seen).order_by(Alarm.id)
        for alarm in list(raised):
            self.alarms_seen = alarm.id
            self._help(alarm.id)

    def _answer(self, question: CheckInQuestion) -> None:
        check_in = question.check_in
        here = question.identity_id or 0
        who = Voice(here, check_in.resident_id)
        habit = self.rng.choices(list(_HABITS), list(_HABITS.values()))[0]
        soon = self.rng.uniform(1, 25)
        if habit == "soon":
            self.later(soon, lambda: answering.well(who, check_in.id, "好"))
        elif habit == "after second":
            self.later(soon + 31, lambda: answering.well(who, check_in.id))
        elif habit == "late":
            self.later(soon + 70, lambda: answering.well(who, check_in.id))
        elif habit == "help":
            self.later(soon, lambda: answering.help_(who, check_in.id, "头晕"))
        elif habit == "writes":
            self.later(soon, lambda: writes(here))
        elif habit == "away":
            days = timedelta(days=self.rng.randint(1, 5))
            self.later(soon, lambda: self._leaves(check_in.resident_id, days))

    def _leaves(self, resident_id: int, days: timedelta) -> None:
        today = clock.local(clock.now()).date()
        absences.tell(f"resident:{resident_id}", resident_id, today, today + days, "去女儿家")

    def _help(self, alarm_id: int) -> None:
        """Her family, or else the grid worker, answers after a while."""
        answer = self.rng.choice(("safe", "safe", "going", "cannot", ""))
        self.later(self.rng.uniform(1, 9), lambda: self._family(alarm_id, answer))
        self.later(self.rng.uniform(40, 90), lambda: self._worker(alarm_id))

    def _family(self, alarm_id: int, answer: str) -> None:
        told = AlarmStep.get_or_none((AlarmStep.alarm == alarm_id) & AlarmStep.identity_id.is_null(False))
        if answer and told is not None and Alarm.get_by_id(alarm_id).status != "cleared":
            alarms.answer(alarms.Caller(told.identity_id or 0), alarm_id, answer)

    def _worker(self, alarm_id: int) -> None:
        if Alarm.get_by_id(alarm_id).status == "cleared":
            return
        actor = staff.actor_by_id(self.grid_worker)
        visit = Visit.get_or_none(Visit.alarm_id == alarm_id)
        if visit is not None and visit.status in ("open", "going"):
            reports.finish(actor, visit.id, Report("well", "在家，挺好的"))
        else:
            alarms.clear(actor, alarm_id, "去看过，都好")


def _jobs() -> None:
    asking.due()
    following.remind()
    summaries.tell()


def _one_scheduler(jobs: Callable[[], None]) -> None:
    try:
        jobs()
    finally:
        db.db.close()


def writes(identity_id: int) -> None:
    """She writes something that is no answer."""
    Inbound.create(
        channel=people.get(identity_id).channel,
        event_id=f"sim-{identity_id}-{clock.now_ms()}",
        identity_id=identity_id,
        said=seal({"text": "几点了"}, SAID_PLACE),
        outcome="misheard",
        at=clock.now(),
    )
