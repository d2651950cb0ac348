"""What is put aside says why in the reader's language, and no device fills the disk with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from backend import domains
from backend.core import clock as clocks
from backend.core.i18n import render
from iot import retention, storing
from iot.models import Device, QuarantinedMessage, QuarantinePile, Reading
from iot.quarantine import kept, piles, replaying
from iot.uplink import Arrived
from tests.care.town import Town, found
from tests.databases import TestDatabase
from tests.web.browser import Browser, employ

MOST = piles.FIRST + piles.LAST


@pytest.fixture
def town(database: TestDatabase, clock: clocks.Hands) -> Town:
    domains.load()
    return found()


def babbles(device: str, *numbers: int) -> None:
    """One batch of messages that nobody can read."""
    batch = [Arrived(f"linli/{device}/up", f"{n} babble".encode(), clocks.now()) for n in numbers]
    assert storing.store(batch).quarantined == len(batch)


def lying(device: str) -> list[int]:
    rows = QuarantinedMessage.select().where(QuarantinedMessage.device == f"plain:{device}")
    return [int(kept.payload(row).split()[0]) for row in rows.order_by(QuarantinedMessage.id)]


@pytest.mark.parametrize("at_once", [1, 7, 300])
def test_of_a_babbling_device_the_first_and_the_last_of_a_day_are_kept_and_the_rest_is_counted(
    town: Town, at_once: int
) -> None:
    for start in range(0, 300, at_once):
        babbles("watch", *range(start, min(start + at_once, 300)))
    babbles("door", 1, 2)
    assert lying("watch") == [*range(piles.FIRST), *range(300 - piles.LAST, 300)] and lying("door") == [1, 2]
    (pile,) = kept.babbling(town.actor(town.admin)) or list(
        QuarantinePile.select().where(QuarantinePile.left_out > 0)
    )
    assert (pile.whose, pile.came, pile.left_out) == ("plain:watch", 300, 300 - MOST)


def test_the_next_day_has_room_again_and_old_piles_go_with_what_lay_on_them(
    town: Town, clock: clocks.Hands
) -> None:
    babbles("watch", *range(50))
    clock.forward(days=2)
    babbles("watch", *range(100, 103))
    assert lying("watch")[-3:] == [100, 101, 102] and len(lying("watch")) == MOST + 3
    retention._clear_aside(clocks.now() - timedelta(days=1), 1_000)
    assert lying("watch") == [100, 101, 102] and QuarantinePile.select().count() == 1


def test_topics_that_somebody_makes_up_share_one_pile(town: Town) -> None:
    storing.store([Arrived(f"nobody/knows/{n}", b"x", clocks.now()) for n in range(MOST + 10)])
    assert QuarantinedMessage.select().count() == MOST and QuarantinePile.get().left_out == 10


def test_what_is_tried_again_and_still_unreadable_pushes_nothing_out(town: Town, app: Flask) -> None:
    babbles("watch", *range(MOST))
    employ("root", "总管", ("street_admin", town.happy))
    Device.update(org_id=town.happy.id).execute()
    QuarantinedMessage.update(org_id=town.happy.id).execute()
    assert replaying.all_again(town.actor(town.admin)) == (MOST, 0)
    assert sorted(lying("watch")) == list(range(MOST)) and Reading.select().count() == 0
    assert QuarantinePile.get().left_out == 0


def test_a_reason_is_read_in_the_language_of_whoever_looks(town: Town, app: Flask) -> None:
    now = clocks.now()
    storing.store([Arrived("linli/watch/up", b"[[1]]", now), Arrived("meter/roof/dlt645", b"68 00", now)])
    babbles("bell", *range(MOST + 5))
    QuarantinedMessage.update(org_id=town.happy.id).execute()
    QuarantinePile.update(org_id=town.happy.id).execute()
    assert (
        render(kept.why_of(QuarantinedMessage.get(QuarantinedMessage.device == "plain:watch")), "zh_CN")
        == "不是 JSON 对象"
    )
    employ("lin", "林主任", ("community_admin", town.happy))
    browser = Browser(app.test_client(), "10.4.2.1")
    browser.sign_in("lin")
    page = browser.get("/admin/devices/put-aside").text
    assert "不是 JSON 对象" in page and "no JSON" not in page
    assert "plain:bell" in page and f"来了 {MOST + 5} 条" in page and "5 条没有保留" in page
    page = browser.post("/locale", {"locale": "en", "next": "/admin/devices/put-aside"}).text
    assert "no JSON object" in page and f"{MOST + 5} messages came · 5 were left out" in page
