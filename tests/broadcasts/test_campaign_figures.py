"""What campaigns came to: over time, by month, and for good when people and messages are no longer kept."""

from __future__ import annotations

from datetime import date, timedelta

from backend.core import privacy, retention
from backend.core.clock import Hands
from backend.fields.words import Said
from backend.messaging import deliveries
from backend.messaging.models import Delivery, Identity, Message
from broadcasts.campaigns import accounting
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import figures as campaign_figures
from broadcasts.campaigns import keeping as campaign_keeping
from broadcasts.campaigns import stories as campaign_stories
from broadcasts.campaigns.stories import Filters
from broadcasts.models import Campaign, Recipient
from conversations import engine
from conversations.inbound import Inbound
from tests.broadcasts.test_campaigns import became, sent_off, worked
from tests.broadcasts.village import Village

MINUTES = [(100, 0, 5), (100, 1, 1), (103, 0, 2)]


def test_bars_stand_for_as_many_minutes_as_fit_on_a_page() -> None:
    bars, step = campaign_figures.bars(MINUTES)
    assert (step, [(b.good, b.bad) for b in bars]) == (1, [(5, 1), (0, 0), (0, 0), (2, 0)])
    bars, step = campaign_figures.bars([*MINUTES, (100 + 3 * 60, 0, 7)])
    assert (step, len(bars), bars[-1].total, sum(b.total for b in bars)) == (5, 37, 7, 15)
    assert campaign_figures.bars([]) == ((), 1)


def done(village: Village) -> Campaign:
    """Chen got it, Wang could not be reached, Zhao has no telephone."""
    village.person("陈秀英", 501, "sms")
    village.person("王建国", 502, "sms")
    village.person("没有手机的赵奶奶", 503)
    campaign = worked(sent_off(village))
    chen, wang = deliveries.claim("bulk", "worker")
    deliveries.sent([(chen.id, "SM1")], "delivered")
    deliveries.fail(wang.id, "Twilio 30003: unreachable")
    return worked(campaign)


def test_while_it_runs_the_pace_tells_how_long_it_takes(village: Village, clock: Hands) -> None:
    for room in range(501, 505):
        village.person("陈秀英", room, "sms")
    campaign = worked(sent_off(village))
    clock.forward(minutes=1)
    first, *_others = deliveries.claim("bulk", "worker")
    deliveries.sent([(first.id, "SM1")], "delivered")
    counts, minutes = accounting.counted(campaign)
    course = campaign_figures.course(Campaign.get_by_id(campaign.id), minutes)
    assert [b.total for b in course.bars] == [1] and course.pace == 1.0
    assert campaign_figures.remaining(counts, course.pace) == timedelta(minutes=3)


def test_a_month_counts_its_campaigns_and_a_channel_its_people(village: Village, clock: Hands) -> None:
    done(village)
    [month] = campaign_figures.months(village.admin, date(2026, 1, 1))
    assert (month.campaigns, month.people, month.arrived, month.failed, month.left_out) == (1, 3, 1, 1, 1)
    assert (month.topics, month.channels, month.segments) == ({"service": 3}, {"sms": 2}, 2)
    [by_sms] = campaign_figures.months(village.admin, date(2026, 1, 1), channel="sms")
    assert (by_sms.people, by_sms.arrived, by_sms.left_out) == (2, 1, 0)
    assert campaign_figures.months(village.admin, date(2026, 1, 1), topic="offer") == []
    assert campaign_figures.months(village.worker, date(2026, 1, 1)) == []


def test_what_it_came_to_outlasts_its_messages_and_its_people(village: Village, clock: Hands) -> None:
    campaign = done(village)
    before, [month] = accounting.counts(campaign), campaign_figures.months(village.admin, date(2026, 1, 1))
    assert campaign_keeping.sum_up() == 0, "receipts may still come"
    assert retention.open_among({campaign.subject}) == {campaign.subject}
    clock.forward(days=31)
    assert campaign_keeping.sum_up() == 1
    assert retention.open_among({campaign.subject}) == set(), "its messages may go by their own rule"
    for model in (Delivery, Message):
        model.delete().execute()
    campaign = Campaign.get_by_id(campaign.id)
    lines, _further = campaign_stories.listed(village.admin, campaign, Filters())
    assert [line.state for line in lines] == ["delivered", "failed", "left_out"]
    clock.forward(days=366)
    kind = retention._kinds["campaigns"]
    assert kind.count(retention.cutoff(12)) == 3 and kind.clear(retention.cutoff(12), 200) == 3
    assert accounting.counts(campaign) == before
    assert campaign_figures.months(village.admin, date(2026, 1, 1)) == [month]
    assert campaigns.retry_failed(village.admin, campaign.id) == 0


def test_who_is_tried_again_later_is_counted_anew(village: Village, clock: Hands) -> None:
    campaign = done(village)
    clock.forward(days=31)
    campaign_keeping.sum_up()
    assert campaigns.retry_failed(village.admin, campaign.id) == 1
    assert became(Campaign.get_by_id(campaign.id))["waiting"] == 1


def test_she_is_told_of_the_campaigns_that_she_got_and_forgotten_when_she_asks(village: Village) -> None:
    campaign = done(village)
    chen = Recipient.get(Recipient.number == 1).resident_id
    [got] = privacy.export(chen)["campaigns"]
    assert (got["campaign"], got["became"], got["reason"]) == ("停水", "已送达", None)
    before = accounting.counts(campaign)
    Recipient.update(state="waiting").where(Recipient.number == 3).execute()
    zhao = Recipient.get(Recipient.number == 3).resident_id
    for who in (chen, zhao):
        privacy.forget(who)
        assert privacy.export(who)["campaigns"] == []
    assert accounting.counts(campaign).states == before.states, "nobody waits who is forgotten"


def test_what_somebody_answers_stands_at_the_campaign_and_in_her_story(village: Village) -> None:
    chen = village.person("陈秀英", 501, "telegram")
    campaign = worked(sent_off(village))
    [due] = deliveries.claim("bulk", "worker")
    deliveries.sent([(due.id, "7")], "delivered")
    address = Identity.get((Identity.resident_id == chen) & (Identity.channel == "telegram")).address
    engine.handle(Inbound("telegram", address, "event-1", Said(text="那我家锅炉咋整")))
    recipient = Recipient.get()
    story = campaign_stories.story(village.admin, Campaign.get_by_id(campaign.id), recipient.id)
    assert [reply.said for reply in story.replies] == ["那我家锅炉咋整"]
