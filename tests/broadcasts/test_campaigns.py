"""A campaign from its draft to everybody's last word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.alarms import actions as alarms
from backend.core import clock as clocks
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.core.i18n import _, render
from backend.fields.words import Words
from backend.messaging import deliveries, topics
from backend.messaging.content import Content
from backend.messaging.models import Delivery, Identity, Message
from backend.records.models import Record
from backend.residents.models import Resident
from broadcasts.campaigns import accounting, pump
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns.actions import Plan
from broadcasts.models import Campaign, Recipient
from broadcasts.notices.wording import Button, Variant, Wording
from tests.broadcasts.village import Village

WATER = Wording(
    {
        "zh_CN": Variant(
            "{{姓名}}您好，明天停水。", short="明天停水。", buttons=(Button("报修", "flow:repair"),)
        ),
        "en": Variant("Dear {{Name}}, no water tomorrow."),
    }
)
ALL = {"kind": "table:resident", "how": "all"}


def plan(**values: Any) -> Plan:
    given = {"name": "停水", "topic": "service", "kind": "table:resident", "audience": ALL, "wording": WATER}
    return Plan(**(given | values))


def sent_off(village: Village, **values: Any) -> Campaign:
    made = campaigns.draft(village.admin, village.happy.id, plan(**values), "zh_CN")
    return campaigns.submit(village.admin, made.id)


def worked(campaign: Campaign) -> Campaign:
    pump.step(campaign.id)
    return Campaign.get_by_id(campaign.id)  # type: ignore[no-any-return]


def said(campaign: Campaign) -> list[Content]:
    query = Message.select().where(Message.about == campaign.subject).order_by(Message.id)
    return [Content.unseal(m.content) for m in query]


def became(campaign: Campaign) -> dict[str, int]:
    counts = accounting.counts(campaign)
    return {**counts.states, **{f"left out: {reason}": n for reason, n in counts.left_out.items()}}


def test_each_is_told_in_her_language_with_her_own_name(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    village.person("Anna Smith", 502, "telegram", locale="en")
    campaign = worked(sent_off(village))
    assert [c.text for c in said(campaign)] == [
        "陈秀英您好，明天停水。",
        "Dear Anna Smith, no water tomorrow.",
    ]
    assert said(campaign)[0].short == "明天停水。"
    assert said(campaign)[0].options[0].value == "flow:repair"
    assert campaign.state == "running"


def test_everybody_is_in_exactly_one_state_with_its_reason(village: Village) -> None:
    chen = village.person("陈秀英", 501, "sms")
    village.person("没有手机的赵奶奶", 502)
    village.person("还没审核的钱先生", 503, "sms", status="pending")
    li = village.person("不想听的李女士", 504, "sms")
    wang = village.person("退订短信的王先生", 505, "sms")
    topics.leave(Identity.get(Identity.resident_id == li).id, "service")
    Identity.update(state="stopped").where(Identity.resident_id == wang).execute()
    campaign = worked(sent_off(village))
    assert became(campaign) == {
        "pending": 1,
        "left_out": 4,
        "left out: no_address": 2,
        "left out: not_wanted": 1,
        "left out: opted_out": 1,
    }
    assert [r.resident_id for r in Recipient.select().where(Recipient.state == "said")] == [chen]


def test_an_emergency_is_told_to_those_who_opted_out_too(village: Village) -> None:
    li = village.person("不想听的李女士", 504, "sms")
    Identity.update(state="stopped").where(Identity.resident_id == li).execute()
    campaign = worked(sent_off(village, topic="emergency"))
    assert became(campaign) == {"pending": 1}
    assert Message.get(Message.about == campaign.subject).purpose == "emergency"


def test_a_second_turn_of_work_tells_nobody_twice_and_it_ends_when_the_last_is_settled(
    village: Village,
) -> None:
    village.person("陈秀英", 501, "sms")
    campaign = worked(worked(sent_off(village)))
    assert len(said(campaign)) == 1
    delivery = Delivery.get()
    deliveries.claim("bulk", "worker")
    deliveries.sent([(delivery.id, "SM1")], "delivered")
    assert worked(campaign).state == "done"
    assert became(campaign) == {"delivered": 1}


def test_one_message_to_a_home_when_it_is_meant_for_homes(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    husband = village.person("陈老先生", 777, "sms")
    home = Resident.get(Resident.name == "陈秀英").household
    Resident.update(household=home).where(Resident.id == husband).execute()
    campaign = worked(sent_off(village, merge="household"))
    assert became(campaign) == {"pending": 1, "left_out": 1, "left out: twice": 1}


def test_who_is_on_an_exclusion_is_left_out(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    village.person("王建国", 502, "sms")
    rows = [row.id for row in Record.select()]
    minus = [{"kind": "table:resident", "how": "ids", "ids": rows[:1]}]
    campaign = worked(sent_off(village, audience={**ALL, "minus": minus}))
    assert became(campaign) == {"pending": 1, "left_out": 1, "left out: excluded": 1}


def test_paused_it_takes_back_what_has_not_left_and_goes_on_later(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    campaign = worked(sent_off(village))
    campaigns.pause(village.second, campaign.id)
    assert became(campaign) == {"waiting": 1}
    assert deliveries.claim("bulk", "worker") == []
    assert worked(campaign).state == "paused"
    campaigns.resume(village.admin, campaign.id)
    assert became(worked(campaign)) == {"pending": 1}


def test_cancelled_what_has_left_stays_told_and_the_rest_does_not_leave(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    village.person("王建国", 502, "sms")
    campaign = worked(sent_off(village))
    [leaving] = deliveries.claim("bulk", "worker", 1)
    deliveries.sent([(leaving.id, "SM1")], "sent")
    campaigns.cancel(village.admin, campaign.id)
    assert became(campaign) == {"sent": 1, "left_out": 1, "left out: cancelled": 1}
    assert deliveries.claim("bulk", "worker") == []
    with pytest.raises(Conflict):
        campaigns.resume(village.admin, campaign.id)


def test_many_people_need_a_second_pair_of_eyes(village: Village, configure: Any) -> None:
    configure(BROADCAST_APPROVAL_ABOVE="1")
    village.person("陈秀英", 501, "sms")
    village.person("王建国", 502, "sms")
    campaign = sent_off(village)
    assert campaign.state == "waiting"
    with pytest.raises(Conflict):
        campaigns.approve(village.admin, campaign.id)
    assert campaigns.refuse(village.second, campaign.id, "日期写错了").state == "refused"
    assert campaigns.submit(village.admin, campaign.id).state == "waiting"
    assert worked(campaigns.approve(village.second, campaign.id)).state == "running"


def test_only_who_may_send_to_many_does(village: Village) -> None:
    with pytest.raises(Forbidden):
        campaigns.draft(village.worker, village.happy.id, plan(), "zh_CN")


def test_a_name_that_means_nothing_is_told_before_it_is_sent(village: Village) -> None:
    wrong = Wording({"zh_CN": Variant("{{姓明}}您好")})
    with pytest.raises(Invalid) as wrong_name:
        campaigns.draft(village.admin, village.happy.id, plan(wording=wrong), "zh_CN")
    assert "姓名" in render(wrong_name.value.text, "zh_CN")


def test_it_waits_for_its_time_and_expires_when_that_was_missed(
    village: Village, clock: clocks.Hands
) -> None:
    village.person("陈秀英", 501, "sms")
    begins = clocks.now() + timedelta(hours=2)
    campaign = sent_off(village, send_at=begins, expires_at=begins + timedelta(hours=1))
    assert worked(campaign).state == "scheduled"
    assert pump.go_on() == 0
    clock.forward(hours=4)
    assert worked(campaign).state == "expired"
    assert said(campaign) == []


def test_while_somebody_may_be_in_danger_a_campaign_takes_small_portions_only(village: Village) -> None:
    for room in range(pump.MEANWHILE + 5):
        village.person(f"居民{room}", room + 101, "sms")
    campaign = sent_off(village)

    def portion() -> int:
        """Who was told in the next transaction that told somebody."""
        before = Recipient.select().where(Recipient.message_id.is_null(False)).count()
        for _turn in range(10):  # first it is written down who they are
            pump.step(campaign.id, seconds=0)
            if after := Recipient.select().where(Recipient.message_id.is_null(False)).count() - before:
                return after
        return 0

    raised = alarms.raise_alarm(
        "sos", org_id=village.happy.id, severity="critical", words=Words(_("“{said}”", said="救命")), source="test:1",
    )  # fmt: skip
    assert portion() == pump.MEANWHILE
    alarms.clear(village.admin, raised, "误报")
    assert portion() == 5


def test_those_it_could_not_reach_are_tried_once_more(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    campaign = worked(sent_off(village))
    [due] = deliveries.claim("bulk", "worker")
    deliveries.fail(due.id, "Twilio 30003: unreachable")
    campaign = worked(campaign)
    assert (campaign.state, became(campaign)) == ("done", {"failed": 1})
    assert accounting.counts(campaign).errors == {"Twilio 30003: unreachable": 1}
    assert campaigns.retry_failed(village.admin, campaign.id) == 1
    assert became(worked(campaign)) == {"pending": 1}


def test_at_night_nothing_leaves_but_an_emergency_and_in_the_morning_everything(
    village: Village, clock: clocks.Hands
) -> None:
    village.person("陈秀英", 501, "sms")
    clock.forward(hours=12)
    late = worked(sent_off(village))
    assert (late.state, late.total, said(late)) == ("scheduled", 0, [])
    assert len(said(worked(sent_off(village, topic="emergency")))) == 1
    clock.forward(hours=10)
    assert len(said(worked(late))) == 1


def test_what_has_not_left_when_the_evening_comes_leaves_in_the_morning_once(
    village: Village, clock: clocks.Hands
) -> None:
    village.person("陈秀英", 501, "sms")
    campaign = worked(sent_off(village))
    assert became(campaign)["pending"] == 1
    clock.forward(hours=12)
    assert became(worked(campaign)) == {"waiting": 1}
    clock.forward(hours=10)
    assert became(worked(campaign))["pending"] == 1
    assert Delivery.select().where(Delivery.status == "pending").count() == 1
