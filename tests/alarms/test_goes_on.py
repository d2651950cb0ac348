"""Whatever fails on the way, an alarm reaches somebody; and when it stands still, /healthz says so."""

from __future__ import annotations

import pytest

from backend.alarms import listeners, overdue
from backend.alarms.actions import Caller, answer, climb
from backend.alarms.models import Alarm, AlarmStep
from backend.alarms.summary import Summary
from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.core.db import execute
from backend.core.i18n import render
from backend.family.models import Relation
from backend.messaging import deliveries, outbox, people, topics
from backend.messaging.models import Delivery, Identity
from backend.staff.models import StaffPost
from tests.alarms.street import Street, acts, alarm, heard, help_needed, relate, settle
from tests.databases import TestDatabase


@pytest.fixture
def street(sqlite_database: TestDatabase) -> Street:
    return settle()


def test_one_who_cannot_be_told_does_not_keep_the_others_from_being_told(
    street: Street, clock: Hands
) -> None:
    other = people.ensure("sms", "+8613700137000").id
    relate(street.chen, "neighbour", "陈强", "陈强", identity_id=other)
    zhou = Relation.get(Relation.relative_id == street.zhou).id
    alarm_id = help_needed(street)
    # Telling 周敏 fails: the database has this step of hers already.
    AlarmStep.create(
        alarm=alarm_id, round=1, rung=1, who="volunteer", person=f"relation:{zhou}", name="周敏",
        told_at=clocks.now(), deadline_at=clocks.now(),
    )  # fmt: skip
    clock.forward(minutes=3)
    climb()
    assert len(heard(identity_id=other)) == 1
    assert acts(alarm_id) == ["raised", "told", "told"]


def test_where_nobody_of_a_rung_can_be_told_the_next_is_told_at_once(street: Street, clock: Hands) -> None:
    zhou = Relation.get(Relation.relative_id == street.zhou).id
    alarm_id = help_needed(street)
    AlarmStep.create(
        alarm=alarm_id, round=1, rung=1, who="volunteer", person=f"relation:{zhou}", name="周敏",
        told_at=clocks.now(), deadline_at=clocks.now(),
    )  # fmt: skip
    clock.forward(minutes=3)
    climb()
    climb()
    assert len(heard(staff_id=street.grid_worker)) == 1


def test_a_zone_that_is_no_zone_costs_her_the_details_and_not_the_alarm(street: Street) -> None:
    Relation.update(zone="Mars/Olympus").where(Relation.identity_id == street.daughter).execute()
    help_needed(street)
    (told,) = heard(identity_id=street.daughter)
    assert "Cry for help" in told.text and told.options


def test_relations_that_cannot_be_read_are_passed_over(street: Street, clock: Hands) -> None:
    execute(
        "UPDATE relation SET called = ? WHERE identity_id = ?", (b"sealed under a lost key", street.daughter)
    )
    alarm_id = help_needed(street)
    assert len(heard(staff_id=street.grid_worker)) == 1
    assert acts(alarm_id)[:3] == ["raised", "skipped", "skipped"]


def test_a_domain_that_fails_over_an_answer_does_not_undo_it(street: Street) -> None:
    def broken(_alarm: Summary) -> None:
        raise RuntimeError("the check-in fell over")

    listeners.register("test-broken:", broken)
    alarm_id = help_needed(street, source="test-broken:1")
    answer(Caller(street.daughter), alarm_id, "safe")
    assert alarm(alarm_id).status == "cleared"


def test_without_anybody_at_the_post_of_the_last_rung_whoever_may_answer_is_told(street: Street) -> None:
    Relation.delete().execute()
    StaffPost.delete().where(StaffPost.role.in_(("grid_worker", "community_admin"))).execute()
    help_needed(street)
    assert len(heard(staff_id=street.desk)) == 1
    Identity.update(state="blocked").where(Identity.staff_id == street.desk).execute()
    StaffPost.update(role="street_admin", org=street.grid.parent).where(
        StaffPost.staff == street.stranger
    ).execute()
    Alarm.delete().execute()
    second = help_needed(street)
    assert acts(second)[-1] == "told"
    assert len(heard(staff_id=street.stranger)) == 1


def test_an_alarm_that_stands_still_for_two_minutes_makes_the_health_red(
    street: Street, clock: Hands
) -> None:
    help_needed(street)
    clock.forward(minutes=1)
    assert overdue.check()[0]
    clock.forward(minutes=3)
    assert not overdue.check()[0]
    climb()
    _all_leaves()
    assert overdue.check()[0]


def test_what_is_said_of_an_alarm_and_does_not_leave_makes_the_health_red(
    street: Street, clock: Hands
) -> None:
    alarm_id = help_needed(street)
    for _ in range(2):
        clock.forward(minutes=1)
        climb()
        assert overdue.check()[0]
    clock.forward(minutes=1)
    climb()
    ok, detail = overdue.check()
    assert not ok and str(alarm_id) in render(detail, "en")
    _all_leaves()
    assert overdue.check()[0]


def test_what_has_left_by_another_way_is_not_waited_for(street: Street, clock: Hands) -> None:
    help_needed(street)
    (stuck,) = deliveries.claim("alerts", "w")
    outbox.deliver_again(stuck.message_id, people.get(street.daughter), "alerts")
    _all_leaves()
    assert Delivery.get_by_id(stuck.id).status == "sending"
    clock.forward(seconds=150)
    assert Alarm.update(wake_at=clocks.now()).execute() and overdue.check()[0]


def test_an_alarm_that_nobody_could_be_told_of_makes_the_health_red(street: Street, clock: Hands) -> None:
    Identity.update(state="blocked").execute()
    help_needed(street)
    clock.forward(minutes=2, seconds=1)
    climb()
    assert not overdue.check()[0]
    Identity.update(state="active").where(Identity.staff_id == street.admin).execute()
    clock.forward(minutes=5)
    climb()
    _all_leaves()
    assert overdue.check()[0]
    assert heard(staff_id=street.admin)


def test_an_alarm_raised_while_the_clock_was_ahead_climbs_and_leaves(street: Street, clock: Hands) -> None:
    clock.forward(hours=8)
    help_needed(street)
    clock.forward(hours=-8, minutes=1)
    assert deliveries.claim("alerts", "w"), "what is said of it leaves at once"
    climb()
    assert len(heard(resident_id=street.zhou)) == 1, "nobody knows how long it has been silent"
    climb()
    assert heard(staff_id=street.grid_worker) == [], "from here on the ladder keeps its time"
    clock.forward(minutes=3)
    climb()
    assert len(heard(staff_id=street.grid_worker)) == 1


def test_who_said_that_she_goes_while_the_clock_was_ahead_is_asked_how_it_is(
    street: Street, clock: Hands
) -> None:
    alarm_id = help_needed(street)
    clock.forward(hours=8)
    answer(Caller(street.daughter), alarm_id, "going")
    clock.forward(hours=-8, minutes=1)
    climb()
    climb()
    assert "How is it" in heard(identity_id=street.daughter)[-1].text
    assert heard(resident_id=street.zhou) == []


def test_what_a_worker_claimed_while_the_clock_was_ahead_is_freed(street: Street, clock: Hands) -> None:
    clock.forward(hours=8)
    help_needed(street)
    assert deliveries.claim("alerts", "w")
    clock.forward(hours=-8)
    assert deliveries.reap() == 1 and deliveries.claim("alerts", "w")


def test_who_wants_no_notices_in_a_chat_still_hears_of_an_alarm_there_and_by_text_message_not(
    street: Street, clock: Hands
) -> None:
    son = people.ensure("telegram", "tg-son", "zh_CN").id
    relate(street.chen, "family", "陈大", "儿子", identity_id=son)
    worker = people.identities(people.StaffMember(street.grid_worker))[0].id
    for identity_id in (son, worker, street.daughter):
        topics.silence(identity_id)
    help_needed(street)
    for _ in range(2):
        clock.forward(minutes=3)
        climb()
    assert len(heard(identity_id=son)) == 1 and heard(staff_id=street.grid_worker)
    assert {d.identity_id for d in Delivery.select()} >= {son, worker}
    assert heard(identity_id=street.daughter) == []


def _all_leaves() -> None:
    deliveries.sent([(due.id, None) for due in deliveries.claim("alerts", "w")])
