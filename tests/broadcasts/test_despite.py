"""An emergency reaches those who want to be told nothing, on every channel; that it did stands in the log, in each one's story and in the figures."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from flask import Flask

from backend.core import clock as clocks
from backend.core.audit import AuditEntry
from backend.core.i18n import render
from backend.messaging import deliveries, topics, unseen
from backend.messaging.models import Delivery, Identity
from backend.staff.models import Staff
from broadcasts.campaigns import accounting, figures, keeping, stories
from broadcasts.campaigns.actions import CHANNELS
from broadcasts.campaigns.stories import Filters
from broadcasts.models import Campaign, Recipient
from tests.broadcasts.test_campaigns import became, sent_off, worked
from tests.broadcasts.village import Village
from tests.web.browser import PASSWORD, Browser, _hash


def stops(resident_id: int, channel: str) -> Identity:
    """She wants to be told nothing there."""
    identity = Identity.get((Identity.resident_id == resident_id) & (Identity.channel == channel))
    topics.silence(identity.id)
    return identity  # type: ignore[no-any-return]


def logged() -> list[tuple[str, Any]]:
    """(address, about) of what was said past a wish."""
    found = AuditEntry.select().where(AuditEntry.action == "identity.despite_stop").order_by(AuditEntry.id)
    return [(entry.subject, json.loads(entry.payload)["after"]) for entry in found]


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_emergency_goes_past_a_no_on_every_channel_and_stands_in_the_log(
    village: Village, channel: str
) -> None:
    identity = stops(village.person("不想听的李女士", 504, channel), channel)
    told = village.person("陈秀英", 501, channel)
    usual = worked(sent_off(village))
    assert became(usual)["left_out"] == 1 and logged() == []
    campaign = worked(sent_off(village, topic="emergency", channels=(channel,)))
    assert became(campaign) == {"pending": 2}
    due = deliveries.claim("default", "worker")
    assert {d.channel for d in due} == {channel} and identity.id in {d.identity_id for d in due}
    assert logged() == [(f"identity:{identity.id}", campaign.subject)]
    lines, _further = stories.listed(village.admin, campaign, Filters())
    assert {line.resident_id: line.why == stories.DESPITE for line in lines} == {
        identity.resident_id: True,
        told: False,
    }
    assert accounting.counts(campaign).despite == 1 and accounting.counts(usual).despite == 0


def test_when_her_chat_fails_an_emergency_goes_to_the_address_that_she_stopped(village: Village) -> None:
    li = village.person("不想听的李女士", 504, "telegram", "sms")
    phone = stops(li, "sms")
    campaign = worked(sent_off(village, topic="emergency"))
    [due] = deliveries.claim("default", "worker")
    assert (due.channel, logged()) == ("telegram", [])
    deliveries.fail(due.id, "blocked")
    [due] = deliveries.claim("default", "worker")
    assert (due.identity_id, logged()) == (phone.id, [(f"identity:{phone.id}", campaign.subject)])
    story = stories.story(village.admin, campaign, Recipient.get().id)
    assert [bool(d.despite) for d in story.deliveries] == [False, True]


def test_so_does_one_that_nobody_looked_at_in_her_web_chat(village: Village, clock: clocks.Hands) -> None:
    li = village.person("不想听的李女士", 504, "webchat", "sms")
    phone = stops(li, "sms")
    for topic, goes in (("service", 0), ("emergency", 1)):
        worked(sent_off(village, topic=topic))
        [due] = deliveries.claim("bulk" if topic == "service" else "default", "worker")
        deliveries.sent([(due.id, None)])
        clock.forward(minutes=20)
        assert unseen.pass_on() == goes
    assert [d.identity_id for d in Delivery.select().where(Delivery.despite)] == [phone.id]


def test_the_figures_tell_it_when_messages_and_people_are_gone(village: Village, clock: clocks.Hands) -> None:
    stops(village.person("不想听的李女士", 504, "sms"), "sms")
    village.person("陈秀英", 501, "sms")
    campaign = worked(sent_off(village, topic="emergency"))
    deliveries.sent([(due.id, f"SM{due.id}") for due in deliveries.claim("default", "w")], "delivered")
    worked(campaign)
    counts, months = _figures(village, campaign)
    assert (counts.despite, [m.despite for m in months]) == (1, [1])
    clock.forward(days=31)
    assert keeping.sum_up() == 1
    Delivery.delete().execute()
    assert _figures(village, campaign) == (counts, months)


def _figures(village: Village, campaign: Campaign) -> tuple[accounting.Counts, list[figures.Month]]:
    counts = accounting.counts(Campaign.get_by_id(campaign.id))
    return counts, figures.months(village.admin, date(2026, 1, 1))


def test_staff_read_it_on_the_page_of_the_campaign_and_of_the_person(village: Village, app: Flask) -> None:
    Staff.update(password_hash=_hash(), must_change_password=False, locale="zh_CN").execute()
    stops(village.person("不想听的李女士", 504, "sms"), "sms")
    campaign = worked(sent_off(village, topic="emergency"))
    admin = Browser(app.test_client(), "10.5.0.9")
    admin.sign_in("admin", PASSWORD)
    words = render(stories.DESPITE, "zh_CN")
    show = f"/admin/campaigns/{campaign.id}"
    assert "其中1人已退订，因为是紧急通知，仍然发送。" in admin.get(show).text
    assert words in admin.get(f"{show}/people").text
    assert words in admin.get(f"{show}/people/{Recipient.get().id}").text
    assert "已退订仍发送（紧急）" in admin.get("/admin/campaigns/statistics").text
