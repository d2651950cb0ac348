"""Meters' frames: the published examples, and what is broken about one of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iot.codecs import cayenne, cjt188, dlt645
from iot.uplink import Unreadable


def frame(text: str) -> bytes:
    return bytes.fromhex(text)


@pytest.mark.parametrize(
    ("text", "number", "values"),
    [
        ("68 01 00 00 00 00 68", "", {}),
        (
            "68 61 01 00 00 00 00 68 91 08 33 33 34 33 59 33 33 33 8A 16",
            "000000000161",
            {"energy_import": 0.26},
        ),
        ("FE FE 68 61 01 00 00 00 00 68 91 06 33 34 34 35 34 43 10 16", "000000000161", {"voltage_a": 100.1}),
    ],
)
def test_an_electricity_meter_says_what_stands_on_it(
    text: str, number: str, values: dict[str, float]
) -> None:
    if not number:
        with pytest.raises(Unreadable):
            dlt645.decode(frame(text))
    else:
        assert dlt645.decode(frame(text)) == (number, values)
        assert dlt645.decode(text.encode()) == (number, values), "a gateway may send the digits as text"


WATER = "FE FE FE FE 68 10 44 33 22 11 00 33 78 81 16 1F 90 00 00 77 66 55 2C 00 77 66 55 2C 31 01 22 11 05 15 20 21 84 {} 16"


def test_a_water_meter_says_its_total() -> None:
    number, values = cjt188.decode(frame(WATER.format("13")))
    assert number == "78330011223344"
    assert (values["total"], values["unit"], values["kind"]) == (556677.0, "m3", "water")


def test_the_published_answer_of_a_water_meter_has_a_wrong_checksum_and_is_put_aside() -> None:
    with pytest.raises(Unreadable, match="checksum 08, the sum is 13"):
        cjt188.decode(frame(WATER.format("08")))


def test_two_thermometers_in_one_low_power_payload() -> None:
    assert cayenne.decode(frame("03 67 01 10 05 67 00 FF")) == {"temperature_3": 27.2, "temperature_5": 25.5}
    assert cayenne.decode(frame("01 67 FF D7 06 71 04 D2 FB 2E 00 00")) == {
        "temperature_1": -4.1, "accelerometer_6.x": 1.234, "accelerometer_6.y": -1.234, "accelerometer_6.z": 0.0,
    }  # fmt: skip
    with pytest.raises(Unreadable, match="cut off"):
        cayenne.decode(frame("03 67 01"))


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda b: b"\x68" + b + b"\x16"))
def test_no_frame_does_more_than_being_unreadable(payload: bytes) -> None:
    for decode in (dlt645.decode, cjt188.decode, cayenne.decode):
        try:
            decode(payload)
        except Unreadable as error:
            assert str(error)
