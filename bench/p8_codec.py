"""P8: a vendor's codec in JavaScript, from the payload to its values, on one core.

Ours: `calling.decode`, as ingest calls it, in batches: the breaker is asked, the worker process runs the codec anew for each payload under its limits,
the answer is checked and made flat. Peer: Node in such a process instead, the codec loaded once, no limits. Limit: quickjs-ng in our own
process, one context that is kept, the function called and nothing else. All are held to the same core, parent and child together.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.record import Run, measure, options

PAYLOADS = 20_000
BATCH = 500
"""What ingest takes at once."""
MODELS = 8
NODE = Path(__file__).with_name("peers") / "codec_node.js"
AT = datetime(2026, 3, 4, tzinfo=UTC)
CODEC = """
// Of the common sort: channel, type, value, over and over.
var TYPES = {
  0x00: { name: "digital", size: 1, scale: 1, signed: false }, 0x67: { name: "temperature", size: 2, scale: 0.1, signed: true },
  0x68: { name: "humidity", size: 1, scale: 0.5, signed: false }, 0x73: { name: "pressure", size: 2, scale: 0.1, signed: false },
  0x75: { name: "battery", size: 1, scale: 1, signed: false }, 0x65: { name: "light", size: 2, scale: 1, signed: false },
};
var MODES = ["normal", "alarm", "tamper", "fault"];

function readNumber(bytes, at, size, signed) {
  var value = 0;
  for (var i = size - 1; i >= 0; i--) value = (value << 8) | bytes[at + i];
  if (signed && value & (1 << (8 * size - 1))) value -= 1 << (8 * size);
  return value;
}

function pad(number) {
  return ("0" + number.toString(16)).slice(-2);
}

function parse(bytes) {
  var decoded = { channels: {}, raw: bytes.map(pad).join("") };
  var at = 0;
  while (at < bytes.length) {
    var channel = bytes[at++];
    var id = bytes[at++];
    if (channel === 0xff) {
      decoded.mode = MODES[id & 3];
      decoded.tamper = (id & 4) !== 0;
      continue;
    }
    var type = TYPES[id];
    if (!type) throw new Error("unknown type " + id + " at " + at);
    var value = readNumber(bytes, at, type.size, type.signed) * type.scale;
    decoded.channels[type.name + "_" + channel] = Math.round(value * 100) / 100;
    at += type.size;
  }
  return decoded;
}

function decodeUplink(input) {
  if (input.fPort !== 85) return { errors: ["unknown port " + input.fPort] };
  var data = parse(input.bytes);
  data.time = input.recvTime.toISOString();
  return { data: data, warnings: [], errors: [] };
}
"""


def payloads(count: int) -> list[bytes]:
    """Twenty bytes each, each another one."""
    r = random.Random(8)
    return [
        bytes([1, 0x75, r.randrange(101), 3, 0x67, *r.randbytes(2), 4, 0x68, r.randrange(200), 5, 0x73, *r.randbytes(2),
               6, 0x65, *r.randbytes(2), 7, 0, r.randrange(2), 0xFF, r.randrange(8)])
        for _n in range(count)
    ]  # fmt: skip


def in_batches(said: list[bytes], decode: Callable[[list[bytes]], int]) -> float:
    """Payloads a second; each of them meant something."""
    decode(said[:BATCH])
    began = time.perf_counter()
    read = sum(decode(said[at : at + BATCH]) for at in range(0, len(said), BATCH))
    seconds = time.perf_counter() - began
    assert read == len(said), f"{len(said) - read} were not read"
    return len(said) / seconds


def main() -> None:
    given = options(size=PAYLOADS, meaning="payloads")
    node = shutil.which("node")
    if node is None:
        sys.exit("P8 compares with Node: please install nodejs.")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        os.environ.update(VAR_DIR=folder, DATABASE_URL=f"sqlite:///{folder}/bench.db")
        import quickjs

        from backend.core import db, log
        from backend.settings import settings
        from iot.vendor import calling, pool, sources
        from iot.vendor.models import CodecFault, CodecStop
        from iot.vendor.process import Job, Watch

        log.configure("bench", stream=(Path(folder) / "log").open("w"))
        db.connect(settings().database_url)
        db.db.create_tables([CodecFault, CodecStop])
        texts = [f"{CODEC}\n// model {n}" for n in range(MODELS)]
        names = [sources.name(text) for text in texts]
        for name, text in zip(names, texts, strict=True):
            sources.path(name).parent.mkdir(parents=True)
            sources.path(name).write_text(text)
        peers = pool.Pool(1, Watch((node, str(NODE))))
        context = quickjs.Context()
        context.eval(CODEC)
        call = context.eval("(text) => JSON.stringify(decodeUplink(JSON.parse(text)))")
        context.eval("const given = JSON.parse; JSON.parse = (text) => { const input = given(text); input.recvTime = new Date(input.recvTime); return input; }")  # fmt: skip

        def jobs(part: list[bytes]) -> list[Job]:
            return [Job(names[n % MODELS], payload, 85, AT) for n, payload in enumerate(part)]

        def ours(part: list[bytes]) -> int:
            return sum(isinstance(values, dict) for values in calling.decode(jobs(part)))

        def peer(part: list[bytes]) -> int:
            return sum("data" in json.loads(o.text) for o in peers.run(jobs(part), sources.read))

        def limit(part: list[bytes]) -> int:
            inputs = ({"bytes": list(payload), "fPort": 85, "recvTime": AT.isoformat()} for payload in part)
            return sum("data" in json.loads(call(json.dumps(given))) for given in inputs)

        said = payloads(given.size)

        def once() -> Run:
            return Run(in_batches(said, ours), in_batches(said, peer), in_batches(said, limit))

        measure("P8", "decodes/s/core", once, runs=given.runs)
        peers.close()
        pool.ours().close()
        db.db.close()


if __name__ == "__main__":
    main()
