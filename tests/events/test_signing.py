"""Places as neighbours live them: the last one, the waiting list, the offer, the night."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from backend.core import db
from backend.core.clock import Hands, local
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.events import actions, sweeping
from backend.events.models import EventSignup
from tests.databases import TestDatabase
from tests.events.test_planning import draft_of
from tests.events.village import Village, found_village


def test_two_neighbours_never_get_the_last_place(database: TestDatabase, clock: Hands) -> None:
    village = found_village([f"邻居{n}" for n in range(8)])
    event = village.event(capacity=3, companions=1)
    ready, outcomes = threading.Barrier(8), []

    def join(number: int) -> None:
        ready.wait()
        try:
            outcomes.append(village.join(event, number, companions=number % 2))
        finally:
            db.db.close()

    threads = [threading.Thread(target=join, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    taken = sum(s.people for s in EventSignup.select().where(EventSignup.status == "signed"))
    assert taken in (2, 3)
    assert EventSignup.select().where(EventSignup.status == "waiting").count() >= 5


def test_two_taps_at_the_same_moment_are_one_sign_up(database: TestDatabase, clock: Hands) -> None:
    village = found_village(["陈秀英"])
    event, ready, repeated = village.event(), threading.Barrier(4), []

    def join() -> None:
        ready.wait()
        done = actions.sign_up(village.person(0), event.id, village.neighbours[0])
        repeated.append(done.repeated)
        db.db.close()

    threads = [threading.Thread(target=join) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(repeated) == [False, True, True, True]
    assert EventSignup.select().count() == 1


def test_a_freed_place_is_offered_to_the_next_who_takes_it(village: Village, clock: Hands) -> None:
    event = village.event(capacity=1)
    assert [village.join(event, n) for n in (0, 1, 2)] == ["signed", "waiting", "waiting"]
    actions.cancel(village.person(0), event.id, village.neighbours[0])
    assert village.status(event, 1) == "offered"
    assert "空出" in village.heard(1)[-1] and "12:00" in village.heard(1)[-1]
    assert village.heard(2) == []
    assert actions.take(village.person(1), event.id, village.neighbours[1]).signup.status == "signed"
    assert actions.take(village.person(1), event.id, village.neighbours[1]).repeated


def test_an_offer_that_nobody_answers_goes_on_to_the_next(village: Village, clock: Hands) -> None:
    event = village.event(capacity=1)
    for n in (0, 1, 2):
        village.join(event, n)
    actions.cancel(village.person(0), event.id, village.neighbours[0])
    clock.forward(minutes=119)
    sweeping.sweep_all()
    assert village.status(event, 1) == "offered"
    clock.forward(minutes=1)
    sweeping.sweep_all()
    sweeping.sweep_all()
    assert (village.status(event, 1), village.status(event, 2)) == ("declined", "offered")
    assert len(village.heard(1)) == 2 and len(village.heard(2)) == 1
    with pytest.raises(Conflict):
        actions.take(village.person(1), event.id, village.neighbours[1])
    assert village.join(event, 1) == "waiting"


def test_somebody_who_says_no_gives_the_place_on_at_once(village: Village) -> None:
    event = village.event(capacity=1)
    for n in (0, 1, 2):
        village.join(event, n)
    actions.cancel(village.person(0), event.id, village.neighbours[0])
    actions.decline(village.person(1), event.id, village.neighbours[1])
    assert (village.status(event, 1), village.status(event, 2)) == ("declined", "offered")


def test_at_night_nobody_is_asked_and_nobody_else_gets_the_place(village: Village, clock: Hands) -> None:
    event = village.event(capacity=1)
    village.join(event, 0)
    village.join(event, 1)
    clock.forward(hours=13)  # 23:00
    actions.cancel(village.person(0), event.id, village.neighbours[0])
    sweeping.sweep_all()
    assert village.status(event, 1) == "waiting" and village.heard(1) == []
    assert village.join(event, 2) == "waiting"
    clock.forward(hours=9)  # 8:00
    sweeping.sweep_all()
    assert village.status(event, 1) == "offered"
    assert local(EventSignup.get(EventSignup.status == "offered").offered_until).hour == 10


def test_more_places_are_offered_at_once_and_fewer_than_given_away_are_refused(village: Village) -> None:
    event = village.event(capacity=2, companions=1)
    village.join(event, 0, companions=1)
    village.join(event, 1)
    with pytest.raises(Invalid, match="given away"):
        actions.change(village.actor(), event.id, draft_of(event, capacity=1))
    actions.change(village.actor(), event.id, draft_of(event, capacity=3))
    assert village.status(event, 1) == "offered"


def test_sign_up_has_its_time_and_its_party_its_size(village: Village, clock: Hands) -> None:
    event = village.event(
        companions=2,
        opens_at=clock() + timedelta(hours=1),
        closes_at=clock() + timedelta(hours=2),
    )
    with pytest.raises(Conflict, match="opens"):
        village.join(event, 0)
    clock.forward(minutes=61)
    with pytest.raises(Invalid):
        village.join(event, 0, companions=3)
    assert village.join(event, 0, companions=2) == "signed"
    clock.forward(hours=1)
    with pytest.raises(Conflict, match="closed"):
        village.join(event, 1)
    # Staff may still add somebody who rings up.
    assert actions.sign_up(village.actor(), event.id, village.neighbours[1]).signup.status == "signed"
    with pytest.raises(Forbidden):
        actions.sign_up(village.actor(village.desk), event.id, village.neighbours[2])


def test_whoever_comes_back_stands_at_the_end_of_the_list(village: Village) -> None:
    event = village.event(capacity=1)
    for n in (0, 1, 2):
        village.join(event, n)
    actions.cancel(village.person(1), event.id, village.neighbours[1])
    assert village.join(event, 1) == "waiting"
    actions.cancel(village.person(0), event.id, village.neighbours[0])
    assert (village.status(event, 1), village.status(event, 2)) == ("waiting", "offered")


def test_somebody_whom_staff_take_off_hears_of_it_and_the_list_moves_up(village: Village) -> None:
    event = village.event(capacity=1)
    village.join(event, 0)
    village.join(event, 1)
    mine = EventSignup.get(EventSignup.resident_id == village.neighbours[0])
    actions.remove(village.actor(), event.id, mine.id, "名字写错了")
    assert "名字写错了" in village.heard(0)[-1]
    assert village.status(event, 1) == "offered"
