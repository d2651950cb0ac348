"""What happens to a campaign's messages when something changes after they were said."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from backend.core import clock as clocks
from backend.messaging import deliveries, topics, unseen
from backend.messaging.models import Delivery, Identity
from backend.residents.models import Resident
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import pump
from broadcasts.models import Campaign
from tests.broadcasts.test_campaigns import became, said, sent_off, worked
from tests.broadcasts.village import Village


def leave_all() -> None:
    deliveries.sent([(d.id, f"SM{d.id}") for d in deliveries.claim("bulk", "worker")], "sent")


def home_of_two(village: Village) -> tuple[int, int]:
    chen, li = village.person("陈秀英", 501, "sms"), village.person("李明", 502, "sms")
    Resident.update(household=Resident.get_by_id(chen).household_id).where(Resident.id == li).execute()
    return chen, li


def test_what_has_not_left_when_she_says_no_to_its_topic_does_not_leave_for_her(village: Village) -> None:
    chen = village.person("陈秀英", 501, "sms", "email")
    village.person("李明", 502, "sms")
    campaign = worked(sent_off(village))
    topics.leave(Identity.get(Identity.resident_id == chen, Identity.channel == "email").id, "service")
    leave_all()
    campaign = worked(worked(campaign))
    assert became(campaign) == {"sent": 1, "left_out": 1, "left out: opted_out": 1}


def test_a_no_to_another_topic_recalls_nothing_and_one_that_a_worker_held_stays_here(
    village: Village,
) -> None:
    chen = village.person("陈秀英", 501, "sms")
    worked(sent_off(village))
    phone = Identity.get(Identity.resident_id == chen).id
    topics.leave(phone, "greeting")
    (due,) = deliveries.claim("bulk", "worker")
    topics.leave(phone, "service")
    deliveries.postpone([(due.id, 0.0)])
    assert deliveries.claim("bulk", "worker") == []


def test_who_said_no_meanwhile_is_not_told_at_her_other_address_when_the_first_fails(
    village: Village,
) -> None:
    chen = village.person("陈秀英", 501, "telegram", "sms")
    worked(sent_off(village))
    (due,) = deliveries.claim("bulk", "worker")
    deliveries.sent([(due.id, "1")], "sent")
    topics.leave(Identity.get(Identity.resident_id == chen, Identity.channel == "sms").id, "service")
    deliveries.fail(due.id, "blocked")
    assert [d.status for d in Delivery.select()] == ["failed"]


def test_a_failure_that_is_reported_at_night_is_passed_on_in_the_morning(
    village: Village, clock: clocks.Hands
) -> None:
    village.person("陈秀英", 501, "telegram", "sms")
    campaign = worked(sent_off(village))
    leave_all()
    assert worked(campaign).state == "done"
    clock.forward(hours=12)
    deliveries.receipt("telegram", Delivery.get().provider_id, "failed")
    assert [d.channel for d in Delivery.select().where(Delivery.status == "pending")] == ["sms"]
    assert deliveries.claim("bulk", "worker") == []
    clock.forward(hours=10)
    assert [d.channel for d in deliveries.claim("bulk", "worker")] == ["sms"]


def test_what_nobody_looked_at_in_her_chat_wakes_nobody_at_night(
    village: Village, clock: clocks.Hands
) -> None:
    village.person("陈秀英", 501, "webchat", "sms")
    worked(sent_off(village))
    leave_all()
    clock.forward(hours=12)
    assert unseen.pass_on() == 1
    assert deliveries.claim("bulk", "worker") == []
    clock.forward(hours=10)
    assert len(deliveries.claim("bulk", "worker")) == 1


def test_too_late_it_is_passed_on_to_nobody(village: Village, clock: clocks.Hands) -> None:
    village.person("陈秀英", 501, "telegram", "sms")
    worked(sent_off(village, expires_at=clocks.now() + timedelta(hours=1)))
    leave_all()
    clock.forward(hours=2)
    deliveries.receipt("telegram", Delivery.get().provider_id, "failed")
    assert [d.status for d in Delivery.select()] == ["failed"]


def test_what_a_provider_reports_during_a_pause_is_tried_again_when_it_goes_on(village: Village) -> None:
    village.person("陈秀英", 501, "telegram", "sms")
    campaign = worked(sent_off(village))
    leave_all()
    campaigns.pause(village.admin, campaign.id)
    deliveries.receipt("telegram", Delivery.get().provider_id, "failed", ends_identity=True)
    assert deliveries.claim("bulk", "worker") == []
    campaigns.resume(village.admin, campaign.id)
    worked(campaign)
    assert [d.channel for d in deliveries.claim("bulk", "worker")] == ["sms"]


def test_the_next_of_a_home_stands_in_when_the_first_cannot_be_reached(village: Village) -> None:
    home_of_two(village)
    campaign = worked(sent_off(village, merge="household"))
    (due,) = deliveries.claim("bulk", "worker")
    deliveries.fail(due.id, "Twilio 30003: unreachable")
    campaign = worked(campaign)
    assert became(campaign) == {"failed": 1, "pending": 1}
    assert [c.text for c in said(campaign)] == ["陈秀英您好，明天停水。", "李明您好，明天停水。"]
    leave_all()
    campaign = worked(campaign)
    assert (campaign.state, became(campaign)) == ("done", {"failed": 1, "sent": 1})
    assert campaigns.retry_failed(village.admin, campaign.id) == 0


def test_a_slow_channel_holds_back_nobody_who_is_told_on_another(village: Village) -> None:
    for room in (501, 502):
        village.person(f"传真{room}", room, "fax")
    worked(sent_off(village))
    village.person("陈秀英", 601, "telegram")
    campaign = sent_off(village)
    pump.step(campaign.id, seconds=0.5, ahead=2)
    assert [d.channel for d in Delivery.select().order_by(Delivery.id)] == ["fax", "fax", "telegram"]
    assert became(campaign) == {"pending": 1, "waiting": 2}
    leave_all()
    pump.step(campaign.id, ahead=2)
    leave_all()
    assert became(worked(campaign)) == {"sent": 3}


def test_nor_does_a_home_go_without_when_that_is_reported_after_the_end(village: Village) -> None:
    home_of_two(village)
    campaign = worked(sent_off(village, merge="household"))
    leave_all()
    assert worked(campaign).state == "done"
    deliveries.receipt("sms", Delivery.get().provider_id, "failed", "Twilio 30003: unreachable")
    assert Campaign.get().state == "running"
    assert pump.go_on() == 1
    assert became(worked(campaign)) == {"failed": 1, "pending": 1}
    leave_all()
    deliveries.receipt("sms", Delivery.get(Delivery.status == "sent").provider_id, "failed")
    assert worked(campaign).state == "done", "and nobody of the home is told twice"


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What the database is told."""
    spoken, watch, found = logging.getLogger("peewee"), logging.Handler(), list[str]()
    watch.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    spoken.addHandler(watch)
    spoken.setLevel(logging.DEBUG)
    yield found
    spoken.removeHandler(watch)
    spoken.setLevel(logging.NOTSET)


def test_a_report_that_says_nothing_new_waits_for_nobody_who_writes(
    village: Village, statements: list[str]
) -> None:
    village.person("陈秀英", 501, "sms")
    worked(sent_off(village))
    leave_all()
    delivery = Delivery.get()
    deliveries.receipt("sms", delivery.provider_id, "delivered", delivery_id=delivery.id)
    statements.clear()
    assert deliveries.receipt("sms", delivery.provider_id, "sent", delivery_id=delivery.id)
    assert deliveries.receipt("sms", delivery.provider_id, "delivered")
    assert len(statements) == 2 and all("SELECT status" in sql for sql in statements)
    assert not deliveries.receipt("sms", "of-somebody-else", "delivered")
