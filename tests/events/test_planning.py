"""Publishing, changing, calling off; a resident's own gathering; reminders and what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.core import privacy
from backend.core.clock import Hands
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.events import actions, personal, queries, sweeping
from backend.events.actions import Draft
from backend.events.models import Event, EventSignup
from backend.messaging.models import Delivery, Message
from tests.events.village import Village, local, told


def draft_of(event: Event, **changes: Any) -> Draft:
    names = ("org_id", "title", "place", "body", "starts_at", "ends_at", "capacity", "companions", "opens_at",
             "closes_at", "confirm_minutes", "questions")  # fmt: skip
    return Draft(**{**{n: getattr(event, n) for n in names}, **changes})


def test_a_draft_is_for_staff_and_what_is_published_for_everybody(village: Village) -> None:
    event = village.event(publish=False)
    assert queries.coming() == []
    with pytest.raises(Conflict, match="not open"):
        village.join(event, 0)
    actions.publish(village.actor(), event.id)
    assert [e.id for e in queries.coming(village.happy.id)] == [event.id]
    assert queries.coming(village.other.id) == []
    with pytest.raises(Forbidden):
        actions.create(village.actor(village.desk), draft_of(event))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": {"zh_CN": "  "}}, "title"),
        ({"capacity": 0}, "capacity"),
        ({"ends_at": local("2026-11-07 13:00")}, "ends_at"),
        ({"closes_at": local("2026-11-08 13:00")}, "closes_at"),
        ({"confirm_minutes": 1}, "confirm_minutes"),
    ],
)
def test_what_cannot_be_is_said_kindly_at_its_field(village: Village, changes: Any, field: str) -> None:
    event = village.event(publish=False)
    with pytest.raises(Invalid) as refused:
        actions.change(village.actor(), event.id, draft_of(event, **changes))
    assert refused.value.field == field


def test_a_residents_gathering_reaches_the_front_page_only_when_it_is_approved(village: Village) -> None:
    draft = draft_of(village.event(publish=False), title={"zh_CN": "读书会"})
    event = actions.propose(village.person(0), draft)
    assert event.status == "awaiting" and queries.coming() == []
    assert "读书会" in told(staff_id=village.admin)[-1]
    assert queries.awaiting(village.actor()) == [event]
    with pytest.raises(Forbidden):
        actions.publish(village.actor(village.desk), event.id)
    actions.publish(village.actor(), event.id)
    assert [e.id for e in queries.coming()] == [event.id]
    assert "读书会" in village.heard(0)[-1]
    # Its organiser may call it off again, nobody else's neighbour may.
    village.join(event, 1)
    with pytest.raises(Forbidden):
        actions.call_off(village.person(2), event.id)
    actions.call_off(village.person(0), event.id, "我感冒了")
    assert "我感冒了" in village.heard(1)[-1]


def test_a_gathering_that_is_sent_back_says_why(village: Village) -> None:
    event = actions.propose(village.person(0), draft_of(village.event(publish=False)))
    with pytest.raises(Invalid):
        actions.refuse(village.actor(), event.id, " ")
    actions.refuse(village.actor(), event.id, "活动室那天有会")
    assert "活动室那天有会" in village.heard(0)[-1]
    with pytest.raises(Conflict, match="decided"):
        actions.refuse(village.actor(), event.id, "再来")


def test_everybody_on_the_lists_hears_that_it_is_called_off(village: Village) -> None:
    event = village.event(capacity=1)
    for n in (0, 1):
        village.join(event, n)
    actions.call_off(village.actor(), event.id, "下大雨")
    assert "下大雨" in village.heard(0)[-1] and "下大雨" in village.heard(1)[-1]
    actions.call_off(village.actor(), event.id)
    assert len(village.heard(0)) == 1
    with pytest.raises(Conflict, match="called off"):
        village.join(event, 2)


def test_a_new_time_is_told_to_those_who_come_and_reminded_of_anew(village: Village, clock: Hands) -> None:
    event = village.event()
    village.join(event, 0)
    actions.change(village.actor(), event.id, draft_of(event, body={"zh_CN": "带围裙"}))
    assert village.heard(0) == []
    later = {"starts_at": event.starts_at + timedelta(days=1), "ends_at": event.ends_at + timedelta(days=1)}
    clock.at = event.starts_at - timedelta(hours=23)
    sweeping.sweep_all()
    assert len(village.heard(0)) == 1
    actions.change(village.actor(), event.id, draft_of(event, **later))
    clock.forward(days=1)
    sweeping.sweep_all()
    assert len(village.heard(0)) == 3


def test_a_notice_reaches_those_who_come_and_nobody_else(village: Village) -> None:
    event = village.event()
    village.join(event, 0)
    assert actions.notify(village.actor(), event.id, "请带围裙") == 1
    assert "请带围裙" in village.heard(0)[-1] and village.heard(1) == []


def test_reminders_come_the_day_before_and_an_hour_before_and_never_twice(
    village: Village, clock: Hands
) -> None:
    event = village.event()
    village.join(event, 0)
    clock.at = event.starts_at - timedelta(hours=30)
    for _half_hour in range(70):
        sweeping.sweep_all()
        sweeping.sweep_all()
        clock.forward(minutes=30)
    # The end comes with a question how it was, which is no reminder.
    reminders = [t for t in village.heard(0) if t.startswith("提醒")]
    assert len(reminders) == 2
    assert event.id in [e.id for e in Event.select().where(Event.status == "over")]


def test_at_night_nobody_is_reminded(village: Village, clock: Hands) -> None:
    early = local("2026-11-07 07:30")
    event = village.event(starts_at=early, ends_at=early + timedelta(hours=1))
    village.join(event, 0)
    clock.at = early - timedelta(hours=24)
    sweeping.sweep_all()
    assert village.heard(0) == []
    clock.forward(minutes=30)
    sweeping.sweep_all()
    assert len(village.heard(0)) == 1
    clock.at = early - timedelta(minutes=20)
    sweeping.sweep_all()
    assert len(village.heard(0)) == 1


def test_the_end_asks_those_who_were_there_how_it_was_once(village: Village, clock: Hands) -> None:
    event = village.event(capacity=2)
    for n in (0, 1, 2):
        village.join(event, n)
    clock.at = event.starts_at
    sweeping.sweep_all()
    assert "没有空出" in village.heard(2)[-1]
    here = EventSignup.get(EventSignup.resident_id == village.neighbours[0])
    actions.check_in(village.actor(), event.id, here.id)
    clock.at = event.ends_at + timedelta(hours=1)
    before = len(village.heard(0)), len(village.heard(1))
    sweeping.sweep_all()
    sweeping.sweep_all()
    assert (village.status(event, 0), village.status(event, 1)) == ("attended", "absent")
    assert (len(village.heard(0)) - before[0], len(village.heard(1)) - before[1]) == (1, 0)
    actions.rate(village.person(0), event.id, village.neighbours[0], 5, "很开心")
    assert queries.opinions(event) == queries.Opinion(1, 5.0, ["很开心"])
    with pytest.raises(Conflict):
        actions.rate(village.person(1), event.id, village.neighbours[1], 1)


def test_an_undone_check_in_gives_back_what_only_it_had_taken(village: Village, clock: Hands) -> None:
    event = village.event(capacity=2)
    for n in (0, 1, 2):
        village.join(event, n)
    clock.at = event.starts_at - timedelta(hours=1)
    actions.cancel(village.person(1), event.id, village.neighbours[1])
    ids = {s.resident_id: s.id for s in EventSignup.select()}
    assert village.status(event, 2) == "offered"
    actions.decline(village.person(2), event.id, village.neighbours[2])
    desk = village.actor()
    one, two = (ids[village.neighbours[n]] for n in (0, 1))
    for signup_id in (one, two):
        actions.check_in(desk, event.id, signup_id)
        actions.undo(desk, event.id, signup_id)
    assert (village.status(event, 0), village.status(event, 1)) == ("signed", "cancelled")
    guest = actions.walk_in(desk, event.id, "王大妈").signup
    assert queries.places_of(event).left == 0
    assert actions.undo(desk, event.id, guest.id).status == "cancelled" and queries.places_of(event).left == 1


def test_her_sign_ups_are_hers_to_take_along_and_to_have_forgotten(village: Village) -> None:
    event = village.event(capacity=2, companions=1)
    actions.sign_up(
        village.person(0), event.id, village.neighbours[0], actions.Wish(1, "小孙女", {"diet": "素"})
    )
    village.join(event, 1)
    privacy.register("events", personal.export, personal.forget)
    exported = privacy.export(village.neighbours[0])["events"]
    assert exported[0]["companion_names"] == "小孙女" and exported[0]["answers"] == {"diet": "素"}
    privacy.forget(village.neighbours[0])
    assert privacy.export(village.neighbours[0])["events"] == []
    left = EventSignup.get(EventSignup.resident_id.is_null())
    assert (left.companion_names, left.answers, left.pass_digest) == (None, None, None)
    assert village.status(event, 1) == "offered"


def test_who_began_to_come_cannot_take_the_sign_up_back_afterwards(village: Village, clock: Hands) -> None:
    event = village.event()
    village.join(event, 0)
    clock.at = event.ends_at + timedelta(minutes=5)
    sweeping.sweep_all()
    with pytest.raises(Conflict):
        actions.cancel(village.person(0), event.id, village.neighbours[0])
    assert village.status(event, 0) == "signed"


def test_an_offer_that_ends_with_the_beginning_says_what_happened(village: Village, clock: Hands) -> None:
    event = village.event(capacity=1)
    village.join(event, 0)
    village.join(event, 1)
    clock.at = event.starts_at - timedelta(minutes=30)
    actions.cancel(village.person(0), event.id, village.neighbours[0])
    assert village.status(event, 1) == "offered"
    clock.at = event.starts_at
    sweeping.sweep_all()
    assert village.status(event, 1) == "declined"
    assert "已经开始" in village.heard(1)[-1] and "没有空出" not in village.heard(1)[-1]


def test_an_offer_of_an_event_that_moves_nearer_ends_with_its_new_beginning(
    village: Village, clock: Hands
) -> None:
    event = village.event(capacity=1, confirm_minutes=24 * 60)
    village.join(event, 0)
    village.join(event, 1)
    actions.cancel(village.person(0), event.id, village.neighbours[0])
    sooner = clock.at + timedelta(hours=3)
    draft = actions.Draft(
        event.org_id, event.title, event.place, event.body, sooner, sooner + timedelta(hours=1), 1, confirm_minutes=24 * 60
    )  # fmt: skip
    actions.change(village.actor(), event.id, draft)
    clock.at = sooner
    sweeping.sweep_all()
    assert village.status(event, 1) == "declined"


def test_a_reminder_that_has_not_gone_out_is_not_sent_to_somebody_who_took_it_back(
    village: Village, clock: Hands
) -> None:
    event = village.event()
    village.join(event, 0)
    village.join(event, 1)
    clock.at = event.starts_at - timedelta(hours=20)
    sweeping.sweep_all()
    actions.cancel(village.person(0), event.id, village.neighbours[0])
    stands = {
        d.status: Message.get_by_id(d.message_id).resident_id
        for d in Delivery.select().join(Message, on=(Delivery.message_id == Message.id)).where(Message.dedupe.contains(":day:"))
    }  # fmt: skip
    assert stands == {"cancelled": village.neighbours[0], "pending": village.neighbours[1]}
