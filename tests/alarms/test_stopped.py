"""Whoever said STOP by SMS is rung up when somebody relies on her, on record, and the desk is asked to agree on another way with her."""

from __future__ import annotations

import json
from typing import Any

from backend.alarms.climbing import climb
from backend.alarms.models import Alarm, AlarmStep
from backend.care import hooks
from backend.core.audit import AuditEntry
from backend.core.clock import Hands
from backend.messaging import deliveries, people, topics
from backend.messaging.models import Delivery, Identity, Message
from tests.alarms.street import DAUGHTER, Street, acts, heard, help_needed, relate

assert hooks  # as in every process that serves people


def voice_of(address: str) -> Identity:
    found = people.find("voice", address)
    assert found is not None
    return found


def asked() -> list[Alarm]:
    return list(Alarm.select().where(Alarm.kind == "unreached").order_by(Alarm.id))


def logged() -> list[tuple[str, Any]]:
    found = AuditEntry.select().where(AuditEntry.action == "identity.despite_stop").order_by(AuditEntry.id)
    return [(entry.subject, json.loads(entry.payload)) for entry in found]


def test_an_alarm_rings_up_the_daughter_who_stopped_our_texts_and_that_stands_in_the_log(
    street: Street, clock: Hands
) -> None:
    topics.silence(street.daughter)
    before = len(logged())
    alarm_id = help_needed(street)
    telephone = voice_of(DAUGHTER)
    assert not heard(identity_id=street.daughter), "her carrier would refuse it"
    assert len(heard(identity_id=telephone.id)) == 1
    assert AlarmStep.get(AlarmStep.alarm == alarm_id).identity_id == street.daughter, "her answer is hers"
    [(subject, payload)] = logged()[before:]
    assert (subject, payload["after"], payload["why"]) == (
        f"identity:{telephone.id}",
        f"alarm:{alarm_id}",
        "alarm",
    )
    assert Delivery.get(Delivery.identity_id == telephone.id).despite
    clock.forward(minutes=2)
    climb()
    assert "called" in acts(alarm_id)
    assert len(heard(identity_id=telephone.id)) == 2 and len(logged()) == before + 2


def test_who_did_not_stop_is_written_to_and_nothing_stands_in_the_log(street: Street, clock: Hands) -> None:
    help_needed(street)
    assert len(heard(identity_id=street.daughter)) == 1 and people.find("voice", DAUGHTER) is None
    assert logged() == []


def test_that_the_carrier_refuses_our_texts_counts_as_if_she_had_told_us(
    street: Street, clock: Hands
) -> None:
    help_needed(street)
    delivery = Delivery.get(Delivery.identity_id == street.daughter)
    deliveries.fail(delivery.id, "Twilio 21610", opted_out=True)
    assert people.get(street.daughter).state == "stopped" and len(asked()) == 1
    climb_at = clock.forward(minutes=2)
    climb()
    assert heard(identity_id=voice_of(DAUGHTER).id), climb_at


def test_the_desk_is_asked_once_for_another_way_and_no_more_once_she_sends_start(
    street: Street, clock: Hands
) -> None:
    topics.silence(street.daughter)
    [notice] = asked()
    assert (notice.resident_id, notice.org_id, notice.severity) == (street.chen, street.grid.id, "warning")
    assert "陈小红" in notice.words and "START" in notice.words
    assert len(heard(staff_id=street.desk)) == 1 and not heard(staff_id=street.stranger)
    assert not heard(resident_id=street.zhou), "a neighbour can do nothing about it"
    topics.hear_again(street.daughter)
    assert Alarm.get_by_id(notice.id).status == "cleared"
    topics.silence(street.daughter)
    assert len(asked()) == 2, "again, since it is so again"


def test_who_has_another_way_is_left_alone_and_so_is_whom_nobody_relies_on(
    street: Street, clock: Hands
) -> None:
    mobile = people.ensure("sms", "+8613900139000").id
    people.join_resident(mobile, street.zhou)
    topics.silence(mobile)
    topics.silence(people.ensure("sms", "+8613512345678").id)
    assert asked() == []


def test_a_relative_of_two_families_is_told_to_the_desks_of_both(street: Street, clock: Hands) -> None:
    from tests.requests.neighbourhood import HOME, _resident

    far = _resident("赵大爷", "110105194912310038", "+8613700137000", HOME, street.other, "zh_CN")
    relate(far, "family", "陈小红", "侄女", identity_id=street.daughter)
    Message.delete().execute()
    topics.silence(street.daughter)
    assert {a.org_id for a in asked()} == {street.grid.id, street.other.id}
    assert heard(staff_id=street.desk) and heard(staff_id=street.stranger)
