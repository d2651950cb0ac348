"""Neighbours sign up, cancel, take and miss their turn in any order, over days and nights: the promises hold after each act."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest

from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.core.errors import Conflict
from backend.events import actions, hours, places, record, sweeping
from backend.events.models import Event, EventSignup
from backend.messaging.models import Message
from tests.databases import TestDatabase
from tests.events.village import Village, found_village

CAPACITY = 6
STEPS = 160


class Days:
    """A week before one event, as chance will have it."""

    def __init__(self, village: Village, clock: Hands, seed: int) -> None:
        self.village, self.clock, self.chance = village, clock, Random(seed)
        self.event = village.event(days=6, capacity=CAPACITY, companions=3)

    def rows(self) -> list[EventSignup]:
        return record.signups(self.event)

    def step(self) -> None:
        who = self.chance.randrange(len(self.village.neighbours))
        resident, actor = self.village.neighbours[who], self.village.person(who)
        before = record.parties(self.rows())
        with suppress(Conflict):
            match self.chance.choices(("join", "cancel", "take", "decline", "time"), (5, 3, 2, 1, 3))[0]:
                case "join":
                    people = self.chance.choice((1, 1, 1, 2, 4))
                    done = actions.sign_up(actor, self.event.id, resident, actions.Wish(people - 1))
                    if not done.repeated:
                        fits = people <= places.left_for_newcomers(CAPACITY, before)
                        assert done.signup.status == ("signed" if fits else "waiting")
                case "time":
                    self.clock.forward(minutes=self.chance.choice((5, 40, 130, 600)))
                    sweeping.sweep_all()
                    if self.chance.random() < 0.3:
                        sweeping.sweep_all()
                case act:
                    if any(s.resident_id == resident for s in self.rows()):
                        getattr(actions, act)(actor, self.event.id, resident)
        self.check()

    def check(self) -> None:
        rows = self.rows()
        parties = record.parties(rows)
        assert sum(p.people for p in parties if p.status in places.HOLDING) <= CAPACITY
        assert max(Counter(s.resident_id for s in rows).values(), default=0) <= 1
        event = Event.get_by_id(self.event.id)
        if event.status == "published" and self.clock() < event.starts_at:
            if hours.awake(self.clock(), clocks.zone()):
                sweeping.sweep_all()
                assert not places.offers(CAPACITY, record.parties(self.rows())), (
                    "somebody waits beside a place"
                )
            for party in places.lapsed(record.parties(self.rows()), self.clock() - timedelta(minutes=1)):
                assert not hours.awake(self.clock(), clocks.zone()), f"{party} keeps a place beyond its time"


@pytest.mark.parametrize("seed", [7, 2026])
def test_never_too_many_always_in_turn_and_nobody_told_twice(
    database: TestDatabase, clock: Hands, seed: int
) -> None:
    days = Days(found_village([f"邻居{n}" for n in range(9)]), clock, seed)
    for _n in range(STEPS):
        days.step()
    clock.at = max(clock.at, days.event.ends_at + timedelta(hours=20))
    sweeping.sweep_all()
    sweeping.sweep_all()
    assert Event.get_by_id(days.event.id).status == "over"
    said = Counter(
        (m.resident_id, m.dedupe.split(":")[2])
        for m in Message.select().where(Message.about == days.event.subject, Message.dedupe.is_null(False))
    )
    once = [count for (_who, kind), count in said.items() if kind in ("day", "hour", "rating", "none")]
    assert all(count == 1 for count in once)
    offered = [m.dedupe for m in Message.select().where(Message.dedupe.contains(":offer:"))]
    assert offered and len(offered) == len(set(offered))
    assert not EventSignup.select().where(EventSignup.status.in_(("waiting", "offered"))).exists()
