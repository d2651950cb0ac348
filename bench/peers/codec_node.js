// The peer of P8: Node runs the codec, spoken to as our own worker is (iot/vendor/worker.py says how). A codec is loaded once, in a context of
// its own that is kept, and called for each payload: no limits, no watch, nothing new for each message.
"use strict";
const fs = require("fs");
const vm = require("vm");

const channel = Number(process.argv[2]);
const codecs = new Map();

function exactly(size) {
  const found = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const read = fs.readSync(channel, found, at, size - at, null);
    if (read === 0) process.exit(0);
    at += read;
  }
  return found;
}

function receive() {
  return exactly(exactly(4).readUInt32BE(0));
}

function send(...parts) {
  const head = Buffer.alloc(4);
  const body = Buffer.concat(parts);
  head.writeUInt32BE(body.length);
  const whole = Buffer.concat([head, body]);
  for (let at = 0; at < whole.length; ) at += fs.writeSync(channel, whole, at);
}

function codec(name) {
  if (!codecs.has(name)) {
    send(Buffer.from("N" + name));
    const context = vm.createContext({});
    vm.runInContext(receive().subarray(1).toString(), context);
    codecs.set(name, context.decodeUplink);
  }
  return codecs.get(name);
}

send(Buffer.from("R"));
for (;;) {
  const answers = [Buffer.from("A")];
  for (const [name, items] of JSON.parse(receive())) {
    const decodeUplink = codec(name);
    for (const [place, payload, fPort, ms] of items) {
      const input = { bytes: Array.from(Buffer.from(payload, "hex")), fPort, recvTime: new Date(ms) };
      const answer = Buffer.from(JSON.stringify(decodeUplink(input)));
      const head = Buffer.alloc(9);
      head.writeUInt32BE(place, 0);
      head[4] = 61;
      head.writeUInt32BE(answer.length, 5);
      answers.push(head, answer);
    }
  }
  send(...answers);
  send(Buffer.from("D"));
}
