"""The reminder of a medicine by telephone and by text message: a key or a digit answers it, and a call that nobody took is followed by a text."""

from __future__ import annotations

from datetime import date, time

from backend.care.health import medicines, reminding
from backend.care.health.medicines import Manner, Wanted
from backend.care.health.models import MedicineDose
from backend.core import clock
from backend.messaging.models import Delivery
from bots import voice
from tests.bots.conftest import Phones
from tests.care import town as towns
from tests.harness.twilio_server import OUR_NUMBER

HERS = "+8613800000501"
assert voice


def test_she_presses_two_in_the_call_and_answers_the_next_question_by_text(quick_phones: Phones) -> None:
    with clock.stopped(towns.local(3, time(7, 55))) as hands:
        town = towns.found()
        her, desk = towns.elder(town, "陈秀英", 501, "voice", "sms"), town.actor(town.desk)
        medicines.add(desk, her, Wanted("降压药", "1片", [time(8)], date(2026, 11, 3)), how="phone")
        medicines.arrange(desk, her, Manner(["voice", "sms"]))
        hands.forward(minutes=5)
        reminding.sweep_due()
        ringing = Delivery.get(Delivery.channel == "voice")
        call = quick_phones.call(
            OUR_NUMBER, ["2"], path=f"/hooks/voice/out?d={ringing.id}", sid="CA7", Direction="outbound-api", To=HERS
        )  # fmt: skip
        assert "陈秀英早上好，该吃药了：降压药 1片。" in call.text and "吃过了，请按 1" in call.text
        assert "20分钟后再问您" in call.text and MedicineDose.get().status == "later"
        hands.forward(minutes=20)
        reminding.sweep_due()
        again = Delivery.select().where(Delivery.channel == "voice").order_by(Delivery.id.desc()).get()
        form = {"CallSid": "CA8", "CallStatus": "no-answer", "To": HERS}
        quick_phones.post(f"/hooks/voice/status?d={again.id}&a=1", form)
        hands.forward(minutes=30)
        reminding.sweep_due()
        assert Delivery.select().where(Delivery.channel == "sms").count() == 1
        assert "记下了" in str(quick_phones.sms(HERS, "1"))
        assert MedicineDose.get().status == "taken"
