"""Visiting times: opened ahead, offered while there is room, and never given twice."""

from __future__ import annotations

import threading

import pytest

from backend.core import clock as clocks
from backend.core import db
from backend.core.clock import Hands
from backend.requests import actions, slots
from backend.requests.actions import SlotTaken
from backend.requests.models import Booking, Request, Slot
from tests.requests.neighbourhood import Neighbourhood, booked

pytestmark = pytest.mark.usefixtures("clock")


def test_a_week_is_open_ahead_once_and_sunday_is_free(hood: Neighbourhood) -> None:
    opened = slots.open_slots(hood.happy.id)
    # Monday to Monday: six weekdays of five windows, one Saturday of two.
    assert opened == 6 * 5 + 2
    assert slots.open_slots(hood.happy.id) == 0
    assert {clocks.local(s.starts_at).weekday() for s in Slot.select()} == {0, 1, 2, 3, 4, 5}


def test_a_grid_books_in_its_communitys_windows(hood: Neighbourhood) -> None:
    assert slots.community_of(hood.grid.id) == hood.happy.id
    assert slots.free(hood.grid.id) == slots.free(hood.happy.id)


def test_what_begins_within_the_hour_or_is_full_is_not_offered(hood: Neighbourhood, clock: Hands) -> None:
    first = slots.free(hood.happy.id)[0]
    assert clocks.local(first.starts_at).hour == 11
    for _seat in range(first.capacity):
        booked(hood, slot_id=first.id)
    assert slots.free(hood.happy.id)[0] != first
    clock.forward(hours=3, minutes=1)
    assert clocks.local(slots.free(hood.happy.id)[0].starts_at).hour == 16


def test_the_promise_of_a_booked_visit_is_the_end_of_its_window(hood: Neighbourhood) -> None:
    slot = slots.free(hood.happy.id)[3]
    assert booked(hood, slot_id=slot.id).request.due_at == slot.ends_at


def test_a_seat_that_is_gone_takes_the_half_written_request_with_it(hood: Neighbourhood) -> None:
    slot = slots.free(hood.happy.id)[0]
    for _seat in range(slot.capacity):
        booked(hood, slot_id=slot.id)
    before = Request.select().count()
    with pytest.raises(SlotTaken):
        booked(hood, slot_id=slot.id)
    assert Request.select().count() == before


def test_of_many_who_want_the_last_seat_at_one_moment_exactly_one_gets_it(hood: Neighbourhood) -> None:
    slot = slots.free(hood.happy.id)[0]
    for _seat in range(slot.capacity - 1):
        booked(hood, slot_id=slot.id)
    gate, results = threading.Barrier(6), []

    def race() -> None:
        gate.wait(60)
        try:
            results.append(booked(hood, slot_id=slot.id).request.id)
        except SlotTaken:
            results.append(None)
        finally:
            db.db.close()

    racers = [threading.Thread(target=race) for _n in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(120)
    assert len(results) == 6
    assert len([r for r in results if r]) == 1
    assert Booking.select().where(Booking.slot == slot).count() == slot.capacity
    assert Request.select().count() == slot.capacity


def test_two_workers_who_act_at_one_moment_have_one_effect(hood: Neighbourhood) -> None:
    request = booked(hood, degree="running").request
    worker = hood.actor(request.assignee_id)
    gate, repeated = threading.Barrier(4), []

    def tap() -> None:
        gate.wait(60)
        try:
            repeated.append(actions.accept(worker, request.number).repeated)
        finally:
            db.db.close()

    taps = [threading.Thread(target=tap) for _n in range(4)]
    for one in taps:
        one.start()
    for one in taps:
        one.join(120)
    assert sorted(repeated) == [False, True, True, True]
