"""What payloads mean, by codecs that are called in every way that there is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from iot.uplink import Unreadable
from iot.vendor import answer
from iot.vendor.calling import decode_one
from tests.iot.vendor.codecs import IN_EVERY_WAY, STANDARD

AT = datetime(2026, 3, 4, tzinfo=UTC)


def data(source: str, payload: bytes = b"\1\2\3", port: int = 7) -> Any:
    return decode_one(source, payload, port, AT)["data"]


@pytest.mark.parametrize("way", IN_EVERY_WAY)
def test_a_codec_is_called_in_its_own_way(way: str) -> None:
    assert data(IN_EVERY_WAY[way]) == {"seen": 3, "port": 7}


def test_the_whole_answer_comes_back_with_the_moment_that_it_was_heard_at() -> None:
    assert decode_one(STANDARD, b"\xff", 2, AT) == {
        "data": {"first": 255, "port": 2, "year": 2026, "deep": {"list": [1, {"x": True}]}},
        "errors": [],
        "warnings": [],
    }


def test_nothing_of_one_message_is_left_for_the_next() -> None:
    source = """
    var gathered = {}; let count = 0;
    function decodeUplink(input) {
      undeclared = typeof undeclared === "undefined" ? 1 : undeclared + 1;
      count++; gathered["b" + input.bytes[0]] = count;
      return { data: { gathered, undeclared } };
    }"""
    assert data(source, b"\1") == {"gathered": {"b1": 1}, "undeclared": 1}
    assert data(source, b"\2") == {"gathered": {"b2": 1}, "undeclared": 1}


def test_a_codec_that_spoils_its_world_spoils_no_answer_of_the_host() -> None:
    source = """
    JSON.stringify = () => "owned"; JSON = { parse: null }; globalThis.JSON = 1; Date = 2; Reflect.apply = 3;
    Array.prototype[Symbol.iterator] = null; Set.prototype.has = () => { throw 1; };
    function decodeUplink(input) { return { data: { fine: input.bytes[0] } }; }"""
    assert [data(source, bytes([n])) for n in (1, 2)] == [{"fine": 1}, {"fine": 2}]


def test_a_codec_sees_nothing_of_the_machine() -> None:
    names = [
        "require",
        "process",
        "std",
        "os",
        "fetch",
        "Worker",
        "WebAssembly",
        "setTimeout",
        "SharedArrayBuffer",
        "Atomics",
        "performance",
        "bjson",
        "print",
    ]
    source = f"function decodeUplink() {{ return {{ data: {json.dumps(names)}.filter((n) => n in globalThis) }}; }}"
    assert data(source) == []


def test_a_long_answer_comes_back_whole() -> None:
    source = (
        "function Decoder(bytes) { let t = ''; for (let n = 0; n < 30000; n++) t += n % 10; return { t }; }"
    )
    assert data(source) == {"t": "0123456789" * 3000}


def test_numbers_that_json_has_not_are_nothing() -> None:
    assert data("function Decoder() { return { a: NaN, b: 1 / 0, c: undefined, d: -0 }; }") == {
        "a": None,
        "b": None,
        "d": 0,
    }


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("function decodeUplink() { throw new Error('port 9 is unknown'); }", "port 9 is unknown"),
        ("function decodeUplink() { throw { toString() { throw 1; } }; }", "cannot be told"),
        ("function decodeUplink( {", "cannot be loaded: SyntaxError"),
        ("var x = 1;", "no function decodeUplink"),
        ("import x from 'y';", "cannot be loaded"),
    ],
)
def test_what_a_codec_refuses_is_said_with_its_words(source: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        decode_one(source, b"", 1)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Buffer.from(input.bytes).readInt16BE(0)", -2),
        ("Buffer.from(input.bytes).readUInt32LE(0)", 0x0201FEFF),
        ("Buffer.from(input.bytes).readUint16LE(2)", 0x0201),
        ("Buffer.from(input.bytes).readUIntBE(1, 3)", 0xFE0102),
        ("Buffer.from(input.bytes).slice(2).toString('hex')", "0102"),
        ("Buffer.from('3f800000', 'hex').readFloatBE()", 1),
        ("Buffer.from('邻里', 'utf8').toString()", "邻里"),
        ("Buffer.from('邻里').toString('base64')", "6YK76YeM"),
        ("Buffer.from('6YK76YeM', 'base64').toString('utf-8')", "邻里"),
        ("Buffer.concat([Buffer.from([1]), Buffer.alloc(2)]).toJSON().data", [1, 0, 0]),
        (
            "(() => { const b = Buffer.alloc(8); b.writeDoubleLE(0.5, 0); return b.readDoubleLE(0); })()",
            0.5,
        ),
        ("[Buffer.isBuffer(new Buffer(2)), new Buffer(2).length, Buffer('ff', 'hex')[0]]", [True, 2, 255]),
        (
            "(() => { try { return Buffer.alloc(1).readUInt16BE(0); } catch (e) { return e.name; } })()",
            "RangeError",
        ),
    ],
)
def test_bytes_are_read_as_in_node(expression: str, expected: Any) -> None:
    source = f"function decodeUplink(input) {{ return {{ data: {{ found: {expression} }} }}; }}"
    assert data(source, b"\xff\xfe\1\2") == {"found": expected}


def told(**parts: Any) -> Any:
    try:
        return answer.values(answer.read(json.dumps(parts)))
    except Unreadable as error:
        return str(error)


def test_an_answer_becomes_values_by_dotted_names_and_its_warnings_one_of_them() -> None:
    assert told(data={"a": {"b": [1, "x\0"]}}) == {"a.b.0": 1, "a.b.1": "x"}
    assert told(data={"a": 1}, warnings=["low", "old"]) == {"a": 1, "warnings": "low; old"}
    assert told(data={"warnings": "its own"}, warnings=["low"]) == {"warnings": "its own"}
    assert told(data={"n" * 121: 1, "long": "x" * 900}) == {"long": "x" * 500}
    assert told(data={}, errors=[]) == {}


def test_an_answer_with_errors_or_without_data_is_unreadable() -> None:
    assert told(data={"a": 1}, errors=["bad checksum"]) == "the model’s codec refused it: bad checksum"
    assert told(errors="no") == "the model’s codec refused it: no"
    assert told(warnings=["x"]) == told(data=3) == "the model’s codec gave no data"


@pytest.mark.parametrize("text", ["", "[]", '{"data": NaN}', '{"data": ' + "[" * 3000, b'{"data": "\xff"}'])
def test_what_is_no_json_object_is_unreadable(text: str | bytes) -> None:
    with pytest.raises(Unreadable):
        answer.read(text)
