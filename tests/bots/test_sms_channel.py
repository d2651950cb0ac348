"""SMS and calls that we begin: the official client against a strict Twilio, and what each failure means."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from backend.messaging.content import Choice, Content
from backend.messaging.deliveries import Due
from bots.channel import AnswerLost, Channel, Refused, Sent, TryLater
from bots.sms import SmsChannel
from bots.voice import VoiceChannel
from tests.bots.conftest import PUBLIC
from tests.harness.twilio_server import OUR_NUMBER, TwilioServer
from tests.servers import free_port

CHEN = "+8613800000001"


def due(text: str = "明天停水。", to: str = CHEN, **more: Any) -> Due:
    options = (Choice("!ok", "知道了", "知道了"),)
    content = Content(text, text, text, "zh_CN", options)
    given: dict[str, Any] = {"channel": "sms", "queue": "default", "purpose": "notice", "attempts": 1, **more}
    return Due(id=7, message_id=3, identity_id=1, address=to, content=content, correlation="c0", **given)


def send(channel: Channel, *dues: Due) -> list[Sent]:
    async def all_of_them() -> list[Sent]:
        try:
            return [await channel.send(one) for one in dues]
        finally:
            await channel.close()

    return asyncio.run(all_of_them())


def test_a_photo_of_ours_goes_out_as_a_link(twilio: TwilioServer) -> None:
    words = due("看这张照片。")
    send(SmsChannel(), replace(words, content=replace(words.content, media=("a" * 32,))))
    [message] = twilio.messages
    assert re.search(r"/p/3-0-[0-9a-f]{16}\b", message.body)


def test_a_notice_goes_out_with_our_number_and_a_callback(twilio: TwilioServer) -> None:
    [sent] = send(SmsChannel(), due())
    [message] = twilio.messages
    assert sent == Sent(message.sid, "sent")
    assert message.asked == {
        "To": CHEN,
        "From": OUR_NUMBER,
        "Body": "【幸福里】明天停水。知道了回1",
        "StatusCallback": f"{PUBLIC}/hooks/sms/status?d=7",
    }


def test_many_go_over_one_pool_of_connections(twilio: TwilioServer) -> None:
    async def at_once() -> int:
        channel = SmsChannel()
        await asyncio.gather(*(channel.send(due(to=f"+8613800000{n:03d}")) for n in range(50)))
        await channel.close()
        return len(twilio.messages)

    assert asyncio.run(at_once()) == 50


def test_what_is_too_long_for_one_message_goes_as_several(twilio: TwilioServer) -> None:
    send(SmsChannel(), due("今天下午停水，请提前存水。" * 90))
    assert len(twilio.messages) == 2


def test_too_many_requests_wait_as_long_as_twilio_wishes(twilio: TwilioServer) -> None:
    twilio.fail(429, retry_after=7)
    with pytest.raises(TryLater) as caught:
        send(SmsChannel(), due())
    assert caught.value.after_s == 7


@pytest.mark.parametrize("status", [500, 502, 503])
def test_trouble_at_twilio_is_tried_again(twilio: TwilioServer, status: int) -> None:
    twilio.fail(status)
    with pytest.raises(TryLater):
        send(SmsChannel(), due())


def test_a_wrong_account_is_nobodys_number(twilio: TwilioServer, configure: Callable[..., None]) -> None:
    configure(TWILIO_AUTH_TOKEN="wrong")
    with pytest.raises(TryLater):
        send(SmsChannel(), due())


def test_who_unsubscribed_at_twilio_is_not_written_to_again(twilio: TwilioServer) -> None:
    twilio.unsubscribed.add(CHEN)
    with pytest.raises(Refused) as caught:
        send(SmsChannel(), due())
    assert caught.value.opted_out and not caught.value.ends_identity, "she can be rung up"
    assert "21610" in str(caught.value)


@pytest.mark.parametrize(("code", "ends"), [(21211, True), (21614, True), (21408, False), (30007, False)])
def test_a_bad_number_ends_the_identity_and_a_bad_message_does_not(
    twilio: TwilioServer, code: int, ends: bool
) -> None:
    twilio.fail(400, code=code)
    with pytest.raises(Refused) as caught:
        send(SmsChannel(), due())
    assert caught.value.ends_identity is ends


def test_a_full_queue_at_twilio_is_tried_again(twilio: TwilioServer) -> None:
    twilio.fail(400, code=21611)
    with pytest.raises(TryLater):
        send(SmsChannel(), due())


def test_an_answer_that_never_came_is_told_apart_from_a_failure(twilio: TwilioServer) -> None:
    twilio.lose_answer()
    with pytest.raises(AnswerLost):
        send(SmsChannel(), due())
    assert len(twilio.messages) == 1


def test_twilio_out_of_reach_is_tried_again(twilio: TwilioServer, configure: Callable[..., None]) -> None:
    configure(TWILIO_API_BASE=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TryLater):
        send(SmsChannel(), due())


def test_a_second_part_that_fails_does_not_send_the_first_again(twilio: TwilioServer) -> None:
    async def interrupted() -> None:
        channel = SmsChannel()
        long = due("今天下午停水，请提前存水。" * 90)

        async def fail_later() -> None:
            while not twilio.messages:
                await asyncio.sleep(0)
            twilio.fail(503)

        _, outcome = await asyncio.gather(fail_later(), channel.send(long), return_exceptions=True)
        await channel.close()
        assert isinstance(outcome, AnswerLost | Sent)

    asyncio.run(interrupted())


def test_each_event_loop_has_its_own_connections(twilio: TwilioServer) -> None:
    send(SmsChannel(), due())
    send(SmsChannel(), due())
    assert len(twilio.messages) == 2


def test_a_call_tells_twilio_where_to_ask_what_to_say(twilio: TwilioServer) -> None:
    [sent] = send(VoiceChannel(), due(channel="voice"))
    [call] = twilio.calls
    assert sent.provider_id == call.sid
    assert call.asked["Url"] == f"{PUBLIC}/hooks/voice/out?d=7"
    assert call.asked["StatusCallback"] == f"{PUBLIC}/hooks/voice/status?d=7"
    assert call.asked["MachineDetection"] == "DetectMessageEnd"


def test_an_alarms_call_says_so_to_the_report(twilio: TwilioServer) -> None:
    send(VoiceChannel(), due(channel="voice", queue="alerts"))
    assert twilio.calls[0].asked["StatusCallback"].endswith("?d=7&a=1")
