"""A campaign that is stopped, or whose worker is killed, while it goes out: everybody is in one state, and nobody is told twice."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.core import clock, db
from backend.core.access import Actor
from backend.messaging import deliveries
from backend.messaging.deliveries import Due
from backend.messaging.models import Delivery
from bench import crowd
from bots import registry
from bots.channel import Channel, Sent
from broadcasts.campaigns import accounting, pump
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns.actions import Plan
from broadcasts.delivery import Courier
from broadcasts.models import Campaign
from broadcasts.notices.wording import Variant, Wording
from tests.databases import TestDatabase
from tests.harness.twilio_server import TwilioServer
from tests.servers import Valkey, until

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 80


class Wire(Channel):
    """A provider that takes thirty a second."""

    name = "sms"
    per_second = 30.0

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def send(self, due: Due) -> Sent:
        self.taken.append(due.address)
        return Sent()


@pytest.fixture
def by_day(configure: Callable[..., None]) -> None:
    configure(TIMEZONE=crowd.zone_of_noon(), BROADCAST_APPROVAL_ABOVE="100000")


def sent_off(people: int) -> tuple[Actor, Campaign]:
    actor, street = crowd.settle(people)
    everybody = {"kind": "table:resident", "how": "all"}
    words = Wording({"zh_CN": Variant("{{姓名}}您好，明天停水。")})
    plan = Plan("停水", "service", "table:resident", everybody, words)
    made = campaigns.draft(actor, street, plan, "zh_CN")
    return actor, campaigns.submit(actor, int(made.id))


@contextmanager
def going_out(wire: Wire, campaign: Campaign) -> Iterator[None]:
    """The campaign's messages leave meanwhile; afterwards those that had begun to are settled."""
    pump.step(campaign.id)
    courier = Courier({"sms": wire})

    def work() -> None:
        while Delivery.select().where(Delivery.status.in_(("pending", "sending"))).exists():
            courier.drain("bulk")
        db.db.close()

    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: len(wire.taken) >= 5, what="the first ones")
    yield
    thread.join()
    courier.close()


def became(campaign: Campaign) -> dict[str, int]:
    return dict(accounting.counts(Campaign.get_by_id(campaign.id)).states)


def test_what_has_not_left_at_a_pause_leaves_when_it_goes_on(
    sqlite_database: TestDatabase, valkey: Valkey, by_day: None
) -> None:
    actor, campaign = sent_off(PEOPLE)
    wire = Wire()
    with going_out(wire, campaign):
        campaigns.pause(actor, campaign.id)
    left = len(wire.taken)
    assert left < PEOPLE
    assert became(campaign) == {"sent": left, "waiting": PEOPLE - left}
    campaigns.resume(actor, campaign.id)
    with going_out(wire, campaign):
        pass
    assert became(campaign) == {"sent": PEOPLE}
    assert len(wire.taken) == len(set(wire.taken)) == PEOPLE


def test_what_has_not_left_when_it_is_cancelled_does_not_leave(
    sqlite_database: TestDatabase, valkey: Valkey, by_day: None
) -> None:
    actor, campaign = sent_off(PEOPLE)
    wire = Wire()
    with going_out(wire, campaign):
        campaigns.cancel(actor, campaign.id)
    left = len(wire.taken)
    assert left < PEOPLE
    assert became(campaign) == {"sent": left, "left_out": PEOPLE - left}


def test_a_worker_killed_in_the_middle_leaves_everybody_in_one_state_and_nobody_is_told_twice(
    sqlite_database: TestDatabase,
    valkey: Valkey,
    by_day: None,
    configure: Callable[..., None],
    tmp_path: Path,
) -> None:
    people = 300
    with TwilioServer() as twilio:
        configure(**twilio.settings(), TWILIO_PER_SECOND="100")
        _actor, campaign = sent_off(people)
        with worker(tmp_path):
            until(lambda: len(twilio.messages) >= 80, what="the first messages")
        with db.transaction():
            lease_ends = clock.now_ms() - 1
            db.execute("UPDATE delivery SET lease_until = ? WHERE status = 'sending'", (lease_ends,))
        deliveries.reap()
        pump.step(campaign.id)
        courier = Courier(registry.channels())
        until(lambda: not courier.drain("bulk") and ended(campaign), what="its end")
        courier.close()
        told = Counter(message.to for message in twilio.messages)
    states = became(campaign)
    assert set(told.values()) == {1}
    assert states.keys() == {"sent", "unknown"} and sum(states.values()) == people
    assert states["sent"] <= len(told) <= people


def ended(campaign: Campaign) -> bool:
    pump.step(campaign.id)
    return bool(Campaign.get_by_id(campaign.id).state == campaigns.DONE)


@contextmanager
def worker(folder: Path) -> Iterator[None]:
    """One that is killed in the end."""
    command = [sys.executable, "-m", "broadcasts.worker", "bulk"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()
