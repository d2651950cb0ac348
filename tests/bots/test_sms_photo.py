"""The photo of an MMS: fetched from Twilio only, and never in the way of the words."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

from backend.core import media
from backend.core.media import Attachment
from backend.messaging import people
from bots import sms_media
from tests.bots.conftest import Phones
from tests.harness.twilio_server import TwilioServer
from tests.servers import free_port

CHEN = "+8613800000001"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return out.getvalue()


def test_a_photo_is_kept_for_its_sender(phones: Phones, twilio: TwilioServer) -> None:
    url = twilio.keep_media("image/jpeg", picture())
    assert phones.sms(CHEN, "漏水了", media=[("image/jpeg", url)])
    [kept] = Attachment.select()
    assert kept.owner == f"identity:{people.find('sms', CHEN).id}"
    assert media.load(kept.key)[1] == "image/jpeg"


def test_a_webhook_that_comes_again_does_not_fetch_it_again(
    quick_phones: Phones, twilio: TwilioServer
) -> None:
    url = twilio.keep_media("image/jpeg", picture())
    for _ in range(2):
        quick_phones.sms(CHEN, "漏水了", sid="SM1", media=[("image/jpeg", url)])
    assert Attachment.select().count() == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:6379/",
        "file:///etc/passwd",
        "https://api.twilio.com.evil.test/x",
        "https://media.twiliocdn.com/x",
        "not a url",
        "http://[::1",
        "",
    ],
)
def test_nothing_is_fetched_from_anywhere_but_twilio(quick_phones: Phones, url: str) -> None:
    assert quick_phones.sms(CHEN, "漏水了", media=[("image/jpeg", url)])
    assert Attachment.select().count() == 0


def test_words_count_when_the_photo_cannot_be_had(quick_phones: Phones, twilio: TwilioServer) -> None:
    url = twilio.keep_media("image/jpeg", b"this is no picture")
    assert quick_phones.sms(CHEN, "漏水了", media=[("image/jpeg", url)])
    twilio.fail(500)
    assert quick_phones.sms(CHEN, "漏水了", media=[("image/jpeg", url)])


def test_words_count_when_twilio_is_out_of_reach(
    quick_phones: Phones, configure: Callable[..., None]
) -> None:
    base = f"http://127.0.0.1:{free_port()}"
    configure(TWILIO_API_BASE=base)
    assert quick_phones.sms(CHEN, "漏水了", media=[("image/jpeg", f"{base}/x")])


def test_the_first_picture_that_can_be_opened_counts(quick_phones: Phones, twilio: TwilioServer) -> None:
    bad, good = twilio.keep_media("image/jpeg", b"?"), twilio.keep_media("image/jpeg", picture())
    quick_phones.sms(CHEN, "漏水了", media=[("image/jpeg", bad), ("image/jpeg", good)])
    assert Attachment.select().count() == 1


@pytest.mark.parametrize("count", ["x", "-1", "99999", "²", ""])
def test_an_odd_number_of_pictures_is_none_or_few(count: str) -> None:
    assert sms_media.photo({"NumMedia": count}, "identity:1") is None
