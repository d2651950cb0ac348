"""An alarm by telephone: it rings, says what and where, and a key answers it."""

from __future__ import annotations

from datetime import timedelta

from backend.alarms.climbing import climb
from backend.core import clock
from backend.messaging.models import Delivery
from tests.alarms.street import DAUGHTER, alarm, help_needed, settle
from tests.bots.conftest import Phones
from tests.harness.twilio_server import OUR_NUMBER


def test_who_is_rung_up_hears_the_alarm_and_says_with_a_key_that_she_goes(quick_phones: Phones) -> None:
    street = settle()
    with clock.stopped() as hands:
        alarm_id = help_needed(street)
        hands.at += timedelta(seconds=90)
        climb()
    ringing = Delivery.get(Delivery.channel == "voice")
    call = quick_phones.call(
        OUR_NUMBER, ["1"], path=f"/hooks/voice/out?d={ringing.id}", sid="CA9", Direction="outbound-api", To=DAUGHTER
    )  # fmt: skip
    assert "This is urgent. Cry for help, Building 3, Unit 2, Room 501" in call.text
    assert "I am going there, press 1." in call.text
    assert (alarm(alarm_id).status, alarm(alarm_id).answered_by) == ("going", "女儿")


def test_whoever_calls_us_with_her_number_ends_no_alarm_and_her_telephone_rings(quick_phones: Phones) -> None:
    street = settle()
    with clock.stopped() as hands:
        alarm_id = help_needed(street)
        hands.at += timedelta(seconds=90)
        climb()
    ringing = Delivery.get(Delivery.channel == "voice")
    call = {"CallSid": "CA10", "From": DAUGHTER, "To": OUR_NUMBER, "Direction": "inbound", "Digits": "4"}
    said = quick_phones.post(f"/hooks/voice?n=1&o={ringing.message_id}", call)
    assert "ring you up at once" in said.text
    assert alarm(alarm_id).status == "open"
    assert Delivery.select().where(Delivery.channel == "voice", Delivery.queue == "alerts").count() == 2
