"""The question by telephone: a slow, short call; a key answers it, and what a machine took was not heard by anybody."""

from __future__ import annotations

from datetime import time

from backend.care import asking, following
from backend.care.models import CheckIn, CheckInQuestion
from backend.core import clock
from backend.messaging.models import Delivery
from bots import voice
from tests.bots.conftest import Phones
from tests.care import town as towns
from tests.harness.twilio_server import OUR_NUMBER

HERS = "+8613800000501"
assert voice


def _asked() -> int:
    town = towns.found()
    her = towns.elder(town, "陈秀英", 501, "voice", "telegram")
    towns.plan(town, her, called="陈奶奶", channels="voice,telegram")
    return her


def test_she_picks_up_and_presses_one(quick_phones: Phones) -> None:
    with clock.stopped(towns.local(3, time(7, 55))) as hands:
        _asked()
        hands.forward(minutes=5)
        asking.due()
        ringing = Delivery.get(Delivery.channel == "voice")
        call = quick_phones.call(
            OUR_NUMBER, ["1"], path=f"/hooks/voice/out?d={ringing.id}", sid="CA7", Direction="outbound-api", To=HERS
        )  # fmt: skip
        assert "陈奶奶早上好，我来问问您，今天都好吗？" in call.text
        assert "我很好，请按 1" in call.text and "需要帮忙，请按 2" in call.text
        assert "那就好，祝您今天顺心。" in call.text
        assert CheckIn.get().status == "well"


def test_what_a_machine_took_is_asked_elsewhere_at_once(quick_phones: Phones) -> None:
    with clock.stopped(towns.local(3, time(7, 55))) as hands:
        _asked()
        hands.forward(minutes=5)
        asking.due()
        ringing = Delivery.get(Delivery.channel == "voice")
        quick_phones.post(
            f"/hooks/voice/status?d={ringing.id}&a=1",
            {"CallSid": "CA8", "CallStatus": "completed", "AnsweredBy": "machine_end_beep", "To": HERS},
        )
        following.remind()
        assert [q.channel for q in CheckInQuestion.select().order_by(CheckInQuestion.id)] == [
            "voice",
            "telegram",
        ]
