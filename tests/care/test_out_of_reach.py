"""An elder who says STOP at the only address at which she is asked how she is: the desk hears of it, once."""

from __future__ import annotations

from backend.alarms.models import Alarm
from backend.care.health.models import MedicinePlan
from backend.core import clock as clocks
from backend.messaging import topics
from tests.care import town as towns
from tests.care.town import Town


def asked() -> list[str]:
    """What the desk was asked, in words."""
    return [a.words for a in Alarm.select().where(Alarm.kind == "unreached").order_by(Alarm.id)]


def test_the_desk_hears_once_of_an_elder_who_cannot_be_asked_any_more(
    town: Town, clock: clocks.Hands
) -> None:
    chen = towns.elder(town, "陈秀英", 501, "sms")
    towns.plan(town, chen)
    topics.silence(towns.address(chen, "sms").id)
    topics.silence(towns.address(chen, "sms").id)
    [words] = asked()
    assert "how she is" in words and "medicines" not in words
    [alarm] = Alarm.select()
    assert (alarm.resident_id, alarm.org_id) == (chen, town.grid.id)
    assert towns.said_to(towns.staff_address(town.desk).id)


def test_and_of_one_who_cannot_be_reminded_of_her_medicines(town: Town, clock: clocks.Hands) -> None:
    chen = towns.elder(town, "陈秀英", 501, "sms")
    MedicinePlan.create(
        resident_id=chen,
        org_id=town.grid.id,
        zone="Asia/Shanghai",
        channels="sms",
        next_due_at=clocks.now(),
        created_at=clocks.now(),
    )
    topics.silence(towns.address(chen, "sms").id)
    [words] = asked()
    assert "medicines" in words and "how she is" not in words


def test_who_is_asked_elsewhere_too_or_not_at_all_needs_nobody(town: Town, clock: clocks.Hands) -> None:
    both, none, paused = (
        towns.elder(town, "陈秀英", 501, "sms", "telegram"),
        towns.elder(town, "周敏", 502, "sms"),
        towns.elder(town, "王英", 503, "sms"),
    )
    towns.plan(town, both, channels="sms,telegram")
    towns.plan(town, paused, status="paused")
    for elder in (both, none, paused):
        topics.silence(towns.address(elder, "sms").id)
    assert asked() == []
