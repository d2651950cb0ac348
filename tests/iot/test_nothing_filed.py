"""What a detector in use says is heard, or somebody is told that it could not be read: it is never only filed."""

from __future__ import annotations

import json

import pytest

from backend import domains
from iot.models import QuarantinedMessage, Reading
from tests.care.town import found
from tests.databases import TestDatabase
from tests.iot.test_storing import House, alarms_open


@pytest.fixture
def house(database: TestDatabase) -> House:
    domains.load()
    return House(found())


@pytest.mark.parametrize(
    "payload",
    [
        b'{"smoke": true, "temperature": NaN}',
        b'{"smoke": true, "temperature": 1e999}',
        b'{"smoke": true, "count": 1' + b"0" * 400 + b', "t": NaN}',
        b'{"smoke": true}\x00',
        b'\xef\xbb\xbf{"smoke": true}',
        b'{"smoke": true, "place": "\xb3\xf8\xb7\xbf"}',
        b'{"smoke": true, "place": "\\ud83d"}',
        b'{"smoke": true, "place": "a\\u0000"}',
        b'{"smoke": true, "\\u0000": 1}',
    ],
    ids=["nan", "infinite", "endless", "end of text", "bom", "gbk", "half an emoji", "nul", "nul as a name"],
)
def test_smoke_in_json_with_a_wrong_sign_in_it_is_smoke(house: House, payload: bytes) -> None:
    house.bound("kitchen", "smoke=smoke", "temperature=temperature")
    assert house.said("kitchen", payload).quarantined == 0
    assert alarms_open() == ["smoke"]
    assert Reading.select().order_by(Reading.id.desc()).first().values == {"smoke": True}


def test_of_a_list_what_can_be_read_is_heard_and_the_rest_is_put_aside(house: House) -> None:
    house.bound("kitchen", "smoke=smoke")
    done = house.said("kitchen", json.dumps([None, {"smoke": True}, "x"]).encode())
    assert (done.readings, done.quarantined) == (1, 1)
    assert "smoke" in alarms_open()
    assert "one of its messages" in QuarantinedMessage.get().why
