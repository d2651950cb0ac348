"""Codecs written for the tests: one in each way of being called, and those that mean harm."""

from __future__ import annotations

STANDARD = """
function decodeUplink(input) {
  return { data: { first: input.bytes[0], port: input.fPort, year: input.recvTime.getUTCFullYear(), deep: { list: [1, { x: true }] } } };
}
"""
IN_EVERY_WAY = {
    "standard": "function decodeUplink(input) { return { data: { seen: input.bytes.length, port: input.fPort } }; }",
    "arrow": "const decodeUplink = ({ bytes, fPort }) => ({ data: { seen: bytes.length, port: fPort } });",
    "legacy": "function Decoder(bytes, port) { return { seen: bytes.length, port: port }; }",
    "old ChirpStack": "function Decode(fPort, bytes, variables) { variables.x = 1; return { seen: bytes.length, port: fPort }; }",
    "exported": "exports.decodeUplink = function (input) { return { data: { seen: input.bytes.length, port: input.fPort } }; };",
    "module": "module.exports = { Decoder(bytes, port) { return { seen: bytes.length, port }; } };",
    "driver": "var driver = (() => ({ k: 1, decodeUplink(i) { return { data: { seen: i.bytes.length * this.k, port: i.fPort } }; } }))();",
    "exported driver": "exports.driver = { decodeUplink(i) { return { data: { seen: i.bytes.length, port: i.fPort } }; } };",
    "strict": '"use strict"; let seen = (i) => i.bytes.length; class D { static of(i) { return { seen: seen(i), port: i.fPort }; } }'
    " function decodeUplink(i) { return { data: D.of(i) }; }",
}


def _uplink(body: str) -> str:
    return f"function decodeUplink(input) {{ {body} }}"


HOSTILE = {
    "endless loop": _uplink("while (true);"),
    "endless loop that catches": _uplink(
        "for (;;) { try { for (;;); } catch (e) { continue; } finally { continue; } }"
    ),
    "endless loop at load": "while (true);",
    "recursive finally": _uplink("function f() { try { f(); } finally { f(); } } f();"),
    "catastrophic regex": _uplink("return { data: /^(a+)+$/.test('a'.repeat(40) + '!') };"),
    "huge BigInt": _uplink("let n = 2n; for (;;) n = n ** 65536n;"),
    "a thousand sorts": _uplink(
        "const a = []; for (let i = 0; i < 400000; i++) a.push(i ^ 21845); for (let i = 0; i < 1000; i++) a.sort(); return { data: {} };"
    ),
    "string bomb": _uplink("let s = 'x'; for (;;) s += s;"),
    "array bomb": _uplink("const a = []; for (;;) a.push([1, 2, 3]);"),
    "typed array bomb": _uplink("const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(7));"),
    "output of 100 MB": _uplink("return { data: { text: 'x'.repeat(100 * 1024 * 1024) } };"),
    "output over the cap": _uplink("return { data: { text: 'x'.repeat(70000) } };"),
    "recursion": _uplink("function f(n) { return f(n + 1) + 1; } return { data: { n: f(0) } };"),
    "deep JSON": _uplink(
        "let s = []; const top = s; for (let i = 0; i < 1e6; i++) { const t = []; s.push(t); s = t; } return { data: top };"
    ),
    "endless promises": "var jobs = 0; function again() { jobs++; return Promise.resolve().then(again); }"
    + _uplink("again(); for (let i = 0; i < 1e7; i++) Promise.resolve().then(again); return { data: {} };"),
}
"""Each runs into a limit."""
