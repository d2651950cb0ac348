"""Letters are written before the transaction that says them: what happens in between is heeded, and nothing leaves that must not."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from backend.core import clock as clocks
from backend.core import db, lease, privacy
from backend.core.access import Actor
from backend.messaging import people, topics
from backend.messaging.models import Delivery, Identity, Message
from backend.residents.models import Resident
from broadcasts.audiences.exclusion import Exclusion
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import freezing, pump, recipients, telling
from broadcasts.campaigns.telling import Letters
from broadcasts.models import Campaign, Recipient
from broadcasts.notices.wording import Wording
from tests.broadcasts.test_campaigns import became, said, sent_off, worked
from tests.broadcasts.village import Village, build
from tests.databases import TestDatabase
from tests.servers import until


def begun(village: Village) -> Campaign:
    """A campaign of which nobody is written down yet."""
    campaign = sent_off(village)
    with db.transaction():
        campaigns.move(campaign, campaigns.FREEZING)
    return campaign


def frozen(village: Village) -> Campaign:
    """A campaign whose people are written down, and of whom nobody is told yet."""
    campaign = begun(village)
    portion = found_by(village.admin, campaign)
    with db.transaction():
        assert freezing.write(campaign, portion)
        campaigns.move(campaign, campaigns.RUNNING)
    return campaign


def found_by(actor: Actor, campaign: Campaign) -> freezing.Portion:
    return freezing.portion(Campaign.get_by_id(campaign.id), actor, Exclusion(actor, ()))


def write(campaign: Campaign, portion: freezing.Portion) -> bool:
    with db.transaction():
        found = campaigns.locked(campaign.id)
        assert found is not None
        return freezing.write(found, portion)


def written(village: Village, campaign: Campaign) -> Letters:
    script = Wording.from_json(campaign.wording).script()
    return telling.letters(campaign, village.admin, script, recipients.waiting(campaign, 100))


def say(campaign: Campaign, letters: Letters) -> bool:
    with db.transaction():
        found = campaigns.locked(campaign.id)
        assert found is not None
        return telling.say(found, letters)


def stop(number: int) -> None:
    topics.silence(Identity.get(Identity.resident_id == number).id)


def leave(number: int) -> None:
    topics.leave(Identity.get(Identity.resident_id == number).id, "service")


def block(number: int) -> None:
    people.set_state(Identity.get(Identity.resident_id == number).id, "blocked")


def take_consent_back(number: int) -> None:
    Resident.update(status="pending").where(Resident.id == number).execute()


@pytest.mark.parametrize(
    ("happens", "reason"),
    [(stop, "no_address"), (leave, "opted_out"), (block, "no_address"), (take_consent_back, "not_wanted"),
     (privacy.forget, "not_wanted")],
)  # fmt: skip
def test_who_is_not_to_be_told_any_more_is_not_told_the_letter_that_was_written(
    village: Village, happens: Callable[[int], None], reason: str
) -> None:
    village.person("陈秀英", 501, "sms")
    li = village.person("李明", 502, "sms")
    campaign = frozen(village)
    letters = written(village, campaign)
    happens(li)
    assert say(campaign, letters)
    assert [content.text for content in said(campaign)] == ["陈秀英您好，明天停水。"]
    assert became(worked(campaign)) == {"pending": 1, "left_out": 1, f"left out: {reason}": 1}


def test_who_has_a_better_address_by_now_is_told_there(village: Village) -> None:
    chen = village.person("陈秀英", 501, "sms", "telegram")
    chat = (Identity.resident_id == chen) & (Identity.channel == "telegram")
    Identity.update(state="stopped").where(chat).execute()
    campaign = frozen(village)
    letters = written(village, campaign)
    Identity.update(state="active").where(chat).execute()
    assert not say(campaign, letters)
    worked(campaign)
    assert [d.channel for d in Delivery.select().where(Delivery.status == "pending")] == ["telegram"]


def test_letters_that_two_workers_wrote_are_said_once(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    campaign = frozen(village)
    mine, theirs = written(village, campaign), written(village, campaign)
    assert say(campaign, mine) and not say(campaign, theirs)
    assert len(said(campaign)) == 1 and became(campaign) == {"pending": 1}


def test_a_campaign_that_another_worker_is_at_is_left_to_it(village: Village, clock: clocks.Hands) -> None:
    village.person("陈秀英", 501, "sms")
    campaign = frozen(village)
    assert lease.acquire(f"pump:{campaign.id}", "another", pump.LEASE_S)
    assert became(worked(campaign)) == {"waiting": 1}
    clock.forward(seconds=pump.LEASE_S + 1)
    assert became(worked(campaign)) == {"pending": 1}, "the other one died"
    assert lease.acquire(f"pump:{campaign.id}", "a third", pump.LEASE_S), "and nobody need wait"


def test_people_whom_two_workers_found_are_written_down_once(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    campaign = begun(village)
    mine, theirs = found_by(village.admin, campaign), found_by(village.admin, campaign)
    assert write(campaign, mine) and not write(campaign, theirs)
    assert Recipient.select().count() == Campaign.get_by_id(campaign.id).total == 1


def test_people_who_were_found_before_it_was_stopped_are_looked_up_anew(
    village: Village, clock: clocks.Hands
) -> None:
    village.person("陈秀英", 501, "sms")
    campaign = begun(village)
    portion = found_by(village.admin, campaign)
    clock.forward(seconds=1)
    campaigns.pause(village.admin, campaign.id)
    campaigns.resume(village.admin, campaign.id)
    assert not write(campaign, portion)
    assert became(worked(campaign)) == {"pending": 1}


@pytest.mark.parametrize("act", [campaigns.pause, campaigns.cancel])
def test_a_worker_that_waits_to_say_its_letters_says_none_when_it_was_stopped_meanwhile(
    postgres_database: TestDatabase, clock: clocks.Hands, act: Callable[[Actor, int], Campaign]
) -> None:
    village = build()
    village.person("陈秀英", 501, "sms")
    campaign = frozen(village)

    def work() -> None:
        pump.step(campaign.id)
        db.db.close()

    working = threading.Thread(target=work)
    with db.transaction():
        campaigns.locked(campaign.id)
        working.start()
        until(lambda: db.execute(_WAITS).fetchone()[0], what="the worker at the door")
        act(village.admin, campaign.id)
    working.join()
    assert Message.select().count() == 0
    assert became(Campaign.get_by_id(campaign.id)).keys() <= {"waiting", "left_out", "left out: cancelled"}


_WAITS = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted"
