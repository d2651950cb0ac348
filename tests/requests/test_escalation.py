"""An overdue repair climbs, each step told once, and outside working hours only emergencies wake anybody."""

from __future__ import annotations

import pytest

from backend.core.clock import Hands
from backend.requests import actions
from backend.requests.models import Request
from tests.requests.neighbourhood import Neighbourhood, booked, chens, heard

pytestmark = pytest.mark.usefixtures("clock")


def _told(staff_id: int) -> int:
    return len([c for c in heard(staff_id=staff_id) if c.text.startswith("超时")])


def test_an_emergency_that_nobody_accepts_climbs_from_the_desk_to_the_street(
    hood: Neighbourhood, clock: Hands
) -> None:
    booked(hood, degree="running")
    clock.forward(minutes=9)
    assert actions.escalate() == 0
    clock.forward(minutes=1)
    assert actions.escalate() == 1
    assert actions.escalate() == 0
    assert (_told(hood.desk), _told(hood.admin), _told(hood.street_admin)) == (1, 0, 0)
    clock.forward(minutes=5)
    actions.escalate()
    assert (_told(hood.desk), _told(hood.admin), _told(hood.street_admin)) == (1, 1, 0)
    clock.forward(minutes=10)
    actions.escalate()
    assert (_told(hood.desk), _told(hood.admin), _told(hood.street_admin)) == (1, 1, 1)
    assert Request.get().ack_step == 3


def test_a_scheduler_that_was_away_catches_up_on_all_steps_at_once(hood: Neighbourhood, clock: Hands) -> None:
    booked(hood, degree="running")
    clock.forward(hours=1)
    assert actions.escalate() == 6
    assert (_told(hood.desk), _told(hood.admin), _told(hood.street_admin)) == (2, 2, 2)
    assert actions.escalate() == 0


def test_what_somebody_accepted_in_time_only_climbs_when_nobody_arrives(
    hood: Neighbourhood, clock: Hands
) -> None:
    request = booked(hood, degree="running").request
    actions.accept(hood.actor(request.assignee_id), request.number)
    clock.forward(minutes=29)
    assert actions.escalate() == 0
    clock.forward(minutes=1)
    assert actions.escalate() == 1
    actions.start(hood.actor(request.assignee_id), request.number)
    clock.forward(hours=2)
    assert actions.escalate() == 0


def test_a_normal_matter_waits_for_the_morning(hood: Neighbourhood, clock: Hands) -> None:
    booked(hood)
    clock.forward(hours=12)
    assert actions.escalate() == 0
    assert Request.get().due_ack_at < clock.at
    clock.forward(hours=11)
    assert actions.escalate() > 0


def test_a_reopened_repair_climbs_anew(hood: Neighbourhood, clock: Hands) -> None:
    request = booked(hood, degree="running").request
    clock.forward(minutes=10)
    actions.escalate()
    worker = hood.actor(request.assignee_id)
    actions.accept(worker, request.number)
    actions.finish(worker, request.number)
    actor, chen = chens(hood)
    actions.reopen(actor, request.number, chen, "还在漏")
    clock.forward(minutes=10)
    assert actions.escalate() == 1
    assert _told(hood.desk) == 2
