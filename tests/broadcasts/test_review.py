"""What would hurt people or staff: told twice, told nothing, told about others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.core import clock as clocks
from backend.core import orgs
from backend.core.access import SYSTEM, Actor
from backend.core.errors import Invalid, NotFound
from backend.messaging import deliveries, topics
from backend.messaging.models import Delivery, Identity
from backend.records import tables, views
from backend.records.models import Record
from backend.residents import face, file
from backend.residents.models import Resident
from backend.staff.models import Staff
from broadcasts.api import keys, messages, posting, schema
from broadcasts.api.models import WebhookPost
from broadcasts.audiences import finding
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import stories as campaign_stories
from broadcasts.campaigns.stories import Filters
from broadcasts.models import Campaign, Recipient
from broadcasts.notices import estimate
from broadcasts.notices.wording import Button, Variant, Wording
from tests.broadcasts.test_campaigns import became, plan, said, sent_off, worked
from tests.broadcasts.village import Village
from tests.care.town import hire


def elsewhere(village: Village, number: int) -> None:
    """She lives in another community."""
    lake = orgs.add("湖畔社区", "community", village.happy.parent)
    Resident.update(org_id=lake.id).where(Resident.id == number).execute()
    face.show([number], SYSTEM)


def row_of(number: int) -> int:
    return int(Record.get(Record.subject_id == number).id)


def test_rows_of_another_community_are_nobody_whoever_names_them(village: Village) -> None:
    mine, hers = village.person("陈秀英", 501, "sms"), village.person("李明", 502, "sms")
    elsewhere(village, hers)
    audience = {"kind": "table:resident", "how": "ids", "ids": [row_of(mine), row_of(hers)]}
    assert [f.resident_id for f in finding.portion(village.admin, audience, 0, 100)] == [mine]
    assert finding.count(village.admin, audience) == 1
    campaign = worked(sent_off(village, audience=audience))
    assert [line.who for line in campaign_stories.every(village.admin, campaign, Filters())] == ["陈秀英"]


@pytest.mark.parametrize("act", [campaigns.cancel, campaigns.pause])
def test_what_a_worker_holds_when_it_is_stopped_does_not_leave_later(
    village: Village, act: Callable[[Actor, int], Campaign]
) -> None:
    village.person("陈秀英", 501, "sms")
    campaign = worked(sent_off(village))
    (due,) = deliveries.claim("bulk", "worker")
    act(village.admin, campaign.id)
    deliveries.postpone([(due.id, 0.0)])
    assert deliveries.claim("bulk", "worker") == []


def test_what_was_held_at_a_pause_is_told_when_it_goes_on(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    campaign = worked(sent_off(village))
    (due,) = deliveries.claim("bulk", "worker")
    campaigns.pause(village.admin, campaign.id)
    deliveries.postpone([(due.id, 0.0)])
    campaigns.resume(village.admin, campaign.id)
    worked(campaign)
    assert len(deliveries.claim("bulk", "worker")) == 1


def test_a_cancelled_campaign_is_not_passed_on_to_her_other_addresses(village: Village) -> None:
    village.person("陈秀英", 501, "telegram", "sms")
    campaign = worked(sent_off(village))
    (due,) = deliveries.claim("bulk", "worker")
    campaigns.cancel(village.admin, campaign.id)
    deliveries.fail(due.id, "blocked")
    assert deliveries.claim("bulk", "worker") == []


def test_a_home_hears_it_through_its_next_member_when_the_first_cannot_be_told(village: Village) -> None:
    chen, li = village.person("陈秀英", 501, "sms"), village.person("李明", 502, "sms")
    Resident.update(household=Resident.get_by_id(chen).household_id).where(Resident.id == li).execute()
    campaign = sent_off(village, merge="household")
    Resident.update(name="").where(Resident.id == chen).execute()
    face.show([chen], SYSTEM)
    campaign = worked(campaign)
    assert became(campaign) == {"pending": 1, "left_out": 1, "left out: lacking": 1}
    assert [content.text for content in said(campaign)] == ["李明您好，明天停水。"]


def test_what_fails_during_a_pause_is_tried_elsewhere_when_it_goes_on(village: Village) -> None:
    village.person("陈秀英", 501, "telegram", "sms")
    campaign = worked(sent_off(village))
    (due,) = deliveries.claim("bulk", "worker")
    campaigns.pause(village.admin, campaign.id)
    deliveries.fail(due.id, "blocked", ends_identity=True)
    assert deliveries.claim("bulk", "worker") == []
    campaigns.resume(village.admin, campaign.id)
    worked(campaign)
    assert [d.channel for d in deliveries.claim("bulk", "worker")] == ["sms"]


def test_who_wants_no_more_short_messages_is_not_rung_up_instead(village: Village) -> None:
    chen = village.person("陈秀英", 501, "sms", "voice")
    topics.silence(Identity.get(Identity.resident_id == chen, Identity.channel == "sms").id)
    assert became(worked(sent_off(village))) == {"left_out": 1, "left out: no_address": 1}
    assert became(worked(sent_off(village, topic="emergency"))) == {"pending": 1}


def test_nor_is_she_rung_up_when_her_chat_fails(village: Village) -> None:
    chen = village.person("陈秀英", 501, "telegram", "sms", "voice")
    topics.silence(Identity.get(Identity.resident_id == chen, Identity.channel == "sms").id)
    worked(sent_off(village))
    (due,) = deliveries.claim("bulk", "worker")
    deliveries.fail(due.id, "blocked")
    assert [d.channel for d in Delivery.select()] == ["telegram"]


def test_what_has_not_left_when_she_says_stop_does_not_leave_for_her(village: Village) -> None:
    chen, li = village.person("陈秀英", 501, "sms"), village.person("李明", 502, "sms")
    campaign = worked(sent_off(village))
    topics.silence(Identity.get(Identity.resident_id == chen).id)
    (due,) = deliveries.claim("bulk", "worker")
    assert due.identity_id == Identity.get(Identity.resident_id == li).id
    assert became(campaign) == {"cancelled": 1, "sending": 1}


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "例子.example:1"])
def test_an_address_that_no_machine_can_have_keeps_no_other_posts_waiting(
    village: Village, host: str
) -> None:
    key, _secret = keys.create(
        village.admin, village.happy.id, "医院", sandbox=False, webhook_url=f"https://{host}/in"
    )
    now = clocks.now()
    WebhookPost.create(key_id=key.id, uid="m1", body={}, status="waiting", next_at=now, created_at=now)
    assert posting.post_due() == 0
    assert WebhookPost.get().error


def test_a_campaign_of_somebody_who_left_says_so_instead_of_telling_nobody(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    campaign = sent_off(village)
    Staff.update(active=False).where(Staff.id == village.admin.id).execute()
    campaign = worked(campaign)
    assert (campaign.state, bool(campaign.refused)) == (campaigns.FAILED, True)


def test_a_key_does_not_find_the_private_views_of_whoever_has_its_number(village: Village) -> None:
    key, _secret = keys.create(village.admin, village.happy.id, "医院", sandbox=False)
    table = tables.of("resident")
    mine = views.save(
        Actor("staff", key.id, "x", village.admin.posts), table, "我的", {}, [], village.happy.id
    )
    with pytest.raises(NotFound):
        views.get(keys.actor_of(key), table, mine)


def test_what_was_said_to_somebody_of_another_community_is_not_read_here(village: Village) -> None:
    hers = village.person("李明", 502, "sms")
    campaign = worked(sent_off(village))
    assert campaign_stories.story(village.admin, campaign, Recipient.get().id).text == "李明您好，明天停水。"
    elsewhere(village, hers)
    story = campaign_stories.story(village.admin, campaign, Recipient.get().id)
    assert (story.text, "李明" in story.line.who) == ("", False)


def test_a_value_in_the_address_of_a_button_is_written_as_addresses_are() -> None:
    button = Button("看", "url:https://x.example/?who={{姓名}}&day=1")
    said = Wording({"zh_CN": Variant("您好", buttons=(button,))}).script().said("zh_CN", lambda _n: "陈 秀")
    assert said.links == [("看", "https://x.example/?who=%E9%99%88%20%E7%A7%80&day=1")]


def test_who_looks_it_over_reads_no_examples_of_people_elsewhere(
    village: Village, configure: Callable[..., None]
) -> None:
    configure(BROADCAST_APPROVAL_ABOVE="1")
    street = village.town.actor(hire("street", "街道主任", "street_admin", village.happy.parent))
    village.person("陈秀英", 501, "sms")
    elsewhere(village, village.person("李明", 502, "sms"))
    made = campaigns.draft(street, village.happy.id, plan(), "zh_CN")
    campaign = campaigns.submit(street, made.id)
    assert {e.row.name for e in estimate.outlook(street, campaign).examples} == {"陈秀英", "李明"}
    assert {e.row.name for e in estimate.outlook(village.admin, campaign).examples} == {"陈秀英"}


def test_another_system_reaches_nobody_past_her_no_by_the_number_in_her_file(village: Village) -> None:
    chen = village.person("陈秀英", 501, "webchat")
    key, _secret = keys.create(village.admin, village.happy.id, "医院", sandbox=False)
    mobile = Resident.get_by_id(chen).mobile
    Resident.update(mobile_index=file.mobile_index(mobile)).where(Resident.id == chen).execute()
    to = schema.To(phone=mobile)
    topics.leave(Identity.get(Identity.resident_id == chen).id, "offer")
    words = {"zh_CN": schema.Text(text="体检优惠")}
    with pytest.raises(Invalid):
        messages.send(key, schema.Message(to=to, wording=words, topic="offer"), "zh_CN")
    messages.send(key, schema.Message(to=to, wording=words, topic="service"), "zh_CN")
    assert Delivery.get().channel == "webchat"


def test_who_approved_few_is_asked_again_when_many_more_are_written_down(
    village: Village, configure: Callable[..., None]
) -> None:
    configure(BROADCAST_APPROVAL_ABOVE="1")
    village.person("陈秀英", 501, "sms")
    village.person("李明", 502, "sms")
    campaign = campaigns.approve(village.second, sent_off(village).id)
    village.person("王建国", 503, "sms")
    campaign = worked(campaign)
    assert (campaign.state, campaign.total, said(campaign)) == ("waiting", 3, [])
    campaign = worked(campaigns.approve(village.second, campaign.id))
    assert (campaign.state, len(said(campaign))) == ("running", 3)


def test_what_was_few_when_it_was_sent_off_and_many_when_it_begins_is_approved_first(
    village: Village, configure: Callable[..., None]
) -> None:
    configure(BROADCAST_APPROVAL_ABOVE="1")
    village.person("陈秀英", 501, "sms")
    campaign = sent_off(village)
    village.person("李明", 502, "sms")
    campaign = worked(campaign)
    assert (campaign.state, said(campaign)) == ("waiting", [])
    campaign = campaigns.refuse(village.second, campaign.id, "只通知一户")
    assert (campaign.state, campaign.total, Recipient.select().count()) == ("refused", 0, 0)


def test_who_moves_away_before_it_is_her_turn_is_counted_as_such(village: Village) -> None:
    hers = village.person("李明", 502, "sms")
    campaign = worked(sent_off(village))
    campaigns.pause(village.admin, campaign.id)
    elsewhere(village, hers)
    campaigns.resume(village.admin, campaign.id)
    assert became(worked(campaign)) == {"left_out": 1, "left out: elsewhere": 1}
