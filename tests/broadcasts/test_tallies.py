"""What a large campaign came to is kept in tallies: whatever happens to its messages, they say what a plain count says."""

from __future__ import annotations

import random
from collections.abc import Callable

import psycopg

from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.core.db import transaction
from backend.messaging import deliveries
from backend.messaging.models import Delivery, Message
from broadcasts.campaigns import accounting, keeping, recipients, tallies
from broadcasts.models import Campaign, CampaignTally, DeliveryMoved, Recipient
from tests.databases import TestDatabase

PEOPLE = 2_600
BLOCK = tallies.BLOCK


def large(topic: str = "service") -> Campaign:
    """Everybody was told by SMS and got it, but a few who were left out; some wait still."""
    now = clocks.now()
    campaign = Campaign.create(
        org_id=1, name="停水", wording={}, topic=topic, kind="table:resident", audience={}, state="done", by_kind="staff", by_id=1,
        by_name="李主任", total=tallies.LARGE, created_at=now, changed_at=now, started_at=now, ended_at=now,
    )  # fmt: skip
    about, common = campaign.subject, {"purpose": "campaign", "queue": recipients.queue(campaign)}
    with transaction():
        said = [{"content": b"", "about": about, "created_at": now, **common} for _ in range(PEOPLE)]
        for start in range(0, PEOPLE, 500):
            Message.insert_many(said[start : start + 500]).execute()
        ids = [m.id for m in Message.select(Message.id).where(Message.about == about).order_by(Message.id)]
        sent = {
            "channel": "sms",
            "queue": common["queue"],
            "status": "delivered",
            "next_at": now,
            "created_at": now,
            "updated_at": now,
        }
        told = {"campaign_id": campaign.id, "state": "said", "segments": 1}
        for start in range(0, PEOPLE, 500):
            some = list(enumerate(ids[start : start + 500], start))
            Delivery.insert_many(
                [{**sent, "message_id": i, "provider_id": f"SM{i}"} for _n, i in some]
            ).execute()
            Recipient.insert_many(
                [{**told, "number": n, "whom": f"r{n}", "message_id": i} for n, i in some]
            ).execute()
        for n, (state, reason) in enumerate(
            (("waiting", None), ("left_out", "twice"), ("left_out", "opted_out")), PEOPLE
        ):
            Recipient.create(campaign_id=campaign.id, number=n, state=state, reason=reason)
    return campaign


def agree(campaign: Campaign) -> bool:
    plain = accounting.added_up(tallies.all_anew(campaign))
    return accounting.counted(campaign) == plain and plain[0].total == PEOPLE + 3


def blocks(campaign: Campaign) -> list[int]:
    query = CampaignTally.select().where(CampaignTally.campaign_id == campaign.id)
    return sorted(tally.block for tally in query)


def numbers(campaign: Campaign) -> list[int]:
    query = Recipient.select().where(
        (Recipient.campaign_id == campaign.id) & Recipient.message_id.is_null(False)
    )
    return [r.message_id for r in query.order_by(Recipient.message_id)]


def test_what_lies_between_tallies_is_counted_and_nothing_else() -> None:
    assert tallies.gaps(set(), 5, 3000) == [(5, 3000)]
    assert tallies.gaps({0, 2}, 5, 3 * BLOCK) == [(BLOCK, 2 * BLOCK - 1), (3 * BLOCK, 3 * BLOCK)]
    assert tallies.gaps({0, 1}, 5, 2 * BLOCK - 1) == []


def test_whatever_happens_the_tallies_say_what_a_plain_count_says(
    database: TestDatabase, clock: Hands
) -> None:
    campaign, other = large(), large()
    chance = random.Random(5)
    assert tallies.take() == 5 and tallies.take() == 0
    told = numbers(campaign)

    def reported(status: str) -> Callable[[], object]:
        return lambda: [deliveries.receipt("sms", f"SM{n}", status) for n in chance.sample(told, 3)]

    def passed_on() -> None:
        further = {
            "channel": "telegram",
            "queue": "bulk",
            "status": "pending",
            "message_id": chance.choice(told),
        }
        now = clocks.now()
        Delivery.create(**further, next_at=now, created_at=now, updated_at=now)

    def tried_again() -> None:
        with transaction():
            recipients.again(campaign)

    def on_its_way(most: int = 2) -> None:
        due = Delivery.select().where(Delivery.status == "pending").limit(most)
        deliveries.sent([(d.id, None) for d in due])

    happenings = [reported("read"), reported("failed"), passed_on, tried_again, on_its_way]
    for n in range(12):
        clock.forward(seconds=20)
        chance.choice(happenings)()
        assert agree(campaign), n
        if n % 3 == 0:
            tallies.take()
            assert agree(campaign), n
    on_its_way(PEOPLE)
    Delivery.delete().where(Delivery.message_id == told[1500]).execute()
    assert agree(campaign)
    tallies.take()
    assert agree(campaign) and agree(other)
    assert blocks(campaign) == [0] and blocks(other) == [2, 3, 4], "a message of block 1 is gone"


def test_a_report_that_is_on_record_only_after_the_tally_was_taken_is_not_lost(
    postgres_database: TestDatabase,
) -> None:
    campaign = large()
    late = numbers(campaign)[7]
    with psycopg.connect(postgres_database.url) as web:
        web.execute("UPDATE delivery SET status = 'read' WHERE message_id = %s", (late,))
        assert tallies.take() == 2 and agree(campaign)
    assert agree(campaign) and accounting.counts(campaign).states["read"] == 1
    assert tallies.take() == 1 and agree(campaign) and not DeliveryMoved.select().exists()


def test_an_emergency_and_a_small_campaign_are_counted_as_they_stand(sqlite_database: TestDatabase) -> None:
    loud, small = large("emergency"), large()
    Campaign.update(total=PEOPLE).where(Campaign.id == small.id).execute()
    assert tallies.take() == 0 and agree(loud) and agree(small)


def test_what_a_campaign_came_to_for_good_is_counted_plainly_and_its_tallies_go(
    sqlite_database: TestDatabase, clock: Hands
) -> None:
    campaign = large()
    tallies.take()
    clock.forward(days=31)
    assert keeping.sum_up() == 1 and not blocks(campaign)
    assert accounting.counts(Campaign.get_by_id(campaign.id)).total == PEOPLE + 3
