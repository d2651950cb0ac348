"""Registers become values as the model's map says; anything else is put aside with its reason. Known answers: the CRC of Modbus over serial line 1.02's example,
IEEE 754's bytes of 123.456."""

from __future__ import annotations

import json
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.errors import Invalid
from iot import formats
from iot.codecs import modbus
from iot.codecs.modbus import ORDERS, Register
from iot.uplink import Arrived, Unreadable, Uplink

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def read(topic: str, body: object) -> list[Uplink]:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return modbus.read(Arrived(topic, payload, NOW))


def test_a_block_of_registers_says_what_the_map_makes_of_it() -> None:
    (up,) = read("modbus/gw1/7", {"address": 100, "registers": [2301, 65535, 0x42F6, 0xE979, 0b1000]})
    lines = (
        "volt = 100 u16 *0.1",
        "temp = 101 i16",
        "flow = 102 f32",
        "alarm = 104 bit3",
        "elsewhere = 900 u16",
    )
    values = modbus.decode([modbus.written(line) for line in lines], up.port or 0, up.raw or b"")
    assert up.device == "modbus:gw1/7"
    assert values == {"volt": 230.1, "temp": -1, "flow": pytest.approx(123.456, rel=1e-6), "alarm": True}


def test_an_answers_frame_counts_with_its_checksum_and_not_without() -> None:
    frame = bytes.fromhex("010304006400C8")
    crc = modbus.checksum(frame).to_bytes(2, "little")
    (up,) = read("modbus/gw1/1/40", (frame + crc).hex().encode())
    assert (up.port, up.raw) == (40, bytes.fromhex("006400C8"))
    assert modbus.checksum(bytes.fromhex("02070000")[:2]) == 0x1241  # sent as 41 12
    for wrong in (frame + b"\x00\x00", b"\x01\x83\x02" + b"\x00" * 4, b"abc", b""):
        with pytest.raises(Unreadable):
            read("modbus/gw1/1/40", wrong)


@pytest.mark.parametrize("order", ORDERS)
def test_each_word_order_reads_its_own_bytes(order: str) -> None:
    places = {"a": 0, "b": 1, "c": 2, "d": 3}
    plain = struct.pack(">f", 123.456)
    sent = bytes(plain[places[letter]] for letter in order)
    found = modbus.decode([Register("x", 5, "f32", order)], 5, sent)
    assert found["x"] == pytest.approx(123.456, rel=1e-6)


@pytest.mark.parametrize(
    "line", ["volt = 100 u16 *0.1", "e = 256 f32 cdab", "alarm = 7 bit3", "t = 40 i64 dcba"]
)
def test_a_line_of_the_map_is_read_back_as_it_was_written(line: str) -> None:
    assert modbus.as_written(modbus.written(line)) == line


@pytest.mark.parametrize(
    "line", ["volt", "x = 70000 u16", "x = 1 u24", "x = 1 bit16", "x = 1 f32 acbd", "x = 1 f16"]
)
def test_a_line_that_makes_no_sense_says_how_one_looks(line: str) -> None:
    with pytest.raises(Invalid):
        modbus.written(line)


@settings(max_examples=25)
@given(st.binary(max_size=60) | st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["address", "registers", "hex", "at"]), x)).map(lambda x: json.dumps(x).encode()))  # fmt: skip
def test_whatever_a_gateway_sends_is_read_or_put_aside(payload: bytes) -> None:
    for topic in ("modbus/g/1", "modbus/g/1/0", "modbus/g/1/x"):
        try:
            for up in modbus.read(Arrived(topic, payload, NOW)):
                modbus.decode([Register("x", up.port or 0, "u16")], up.port or 0, up.raw or b"")
        except Unreadable as error:
            assert str(error)


def test_its_topics_are_known() -> None:
    codec = formats.of("modbus/gw1/7")
    assert codec is not None and codec.name == "modbus"
