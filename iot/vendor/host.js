// Our side of a codec's context: what a codec finds around itself, and how it is asked. Evaluates to the one function that the worker calls;
// nothing of it is reachable from the codec.
//
// Networks run a codec anew for every message, and codecs rely on it: many gather values in variables of their own. So the codec is compiled
// once, as the body of a function, and that function runs for each message: its variables are new each time.
(function (global) {
  "use strict";
  const { parse, stringify } = JSON;
  const { apply, ownKeys, deleteProperty } = Reflect;
  const { defineProperty, freeze } = Object;
  const slice = String.prototype.slice;
  const compile = Function;
  const Instant = Date;
  const text = String;
  const Limit = typeof InternalError === "function" ? InternalError : undefined;
  const OUTPUT = 65536;
  const KINDS = ["decodeUplink", "Decoder", "Decode"];
  const TAIL = "\n;return {" + [...KINDS, "driver"].map((name) => `${name}: typeof ${name} === "undefined" ? undefined : ${name}`).join() + "};";

  // Shared memory and its waiting are of no use to a codec, and could hold the process up without using the processor.
  for (const name of ["SharedArrayBuffer", "Atomics", "performance", "navigator", "gc", "print", "std", "os", "bjson"]) delete global[name];
  const nothing = () => undefined;
  global.console = freeze({ log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing, trace: nothing, table: nothing });
  // Prototypes stay open: codecs add methods of their own to them (String.prototype.padStart and the like).
  for (const intrinsic of [JSON, Math, Reflect]) freeze(intrinsic);
  for (const name of ownKeys(global)) {
    if (name !== "globalThis") defineProperty(global, name, { writable: false, configurable: false });
  }
  defineProperty(global, "module", { value: undefined, writable: true, configurable: true });
  defineProperty(global, "exports", { value: undefined, writable: true, configurable: true });
  const own = ownKeys(global).length;
  const known = new Set(ownKeys(global));
  const has = Set.prototype.has;
  let program;

  // What a codec left behind in the world around it, such as a variable that it never declared.
  const tidy = () => {
    const names = ownKeys(global);
    if (names.length === own) return;
    for (let n = 0; n < names.length; n++) if (!apply(has, known, [names[n]])) deleteProperty(global, names[n]);
  };

  const told = (error) => {
    try {
      const words = error !== null && typeof error === "object" && typeof error.message === "string" ? error.name + ": " + error.message : text(error);
      return apply(slice, text(words), [0, 200]);
    } catch (_) {
      return "an error that cannot be told";
    }
  };

  // The codec could catch these itself; what reaches us ends its context.
  const limited = (error) => {
    try {
      // Where there is no memory left for an error, null is thrown.
      return error === null || (Limit !== undefined && error instanceof Limit) || (error instanceof RangeError && error.message === "Maximum call stack size exceeded");
    } catch (_) {
      return false;
    }
  };

  const method = (name, holders) => {
    for (let n = 0; n < holders.length; n++) {
      const holder = holders[n];
      if (holder !== null && typeof holder === "object" && typeof holder[name] === "function") return [holder[name], holder];
    }
    return undefined;
  };

  // The ways in which codecs are called, the standard's first: [kind, function, its `this`].
  const entry = () => {
    const module = { exports: {} };
    global.module = module;
    global.exports = module.exports;
    const top = apply(program, global, []);
    const exported = module.exports;
    const holders = [top, exported, global.exports, top && top.driver, exported && exported.driver, exported && exported.default];
    for (let n = 0; n < KINDS.length; n++) {
      const found = method(KINDS[n], holders);
      if (found) return [KINDS[n], found[0], found[1] === top ? global : found[1]];
    }
    return undefined;
  };

  const asked = (bytes, port, ms) => {
    const found = entry();
    if (!found) throw new TypeError("there is no decodeUplink, Decoder or Decode any more");
    if (found[0] === "Decoder") return { data: apply(found[1], found[2], [bytes, port]) };
    if (found[0] === "Decode") return { data: apply(found[1], found[2], [port, bytes, {}]) };
    const answer = apply(found[1], found[2], [{ bytes, fPort: port, recvTime: new Instant(ms), variables: {} }]);
    if (answer === null || typeof answer !== "object") return {};
    return { data: answer.data, errors: answer.errors, warnings: answer.warnings };
  };

  const guarded = (act) => {
    try {
      return act();
    } catch (error) {
      return stringify([limited(error) ? "#" : "!", told(error)]);
    } finally {
      tidy();
    }
  };

  const load = (source) => guarded(() => {
    program = new compile(source + TAIL);
    return entry() ? "{}" : stringify(["!", "there is no function decodeUplink, Decoder or Decode in it"]);
  });

  const decode = (bytes, port, ms) => guarded(() => {
    const answer = stringify(asked(parse(bytes), port, ms));
    if (typeof answer === "string" && answer.length <= OUTPUT) return answer;
    return stringify(["#", "its answer is longer than " + OUTPUT / 1024 + " kB"]);
  });

  // The answer, an object as JSON; or ["!", what the codec threw], or ["#", the limit that it ran into]. Never a text put together by hand: the
  // engine makes ropes of long ones, which its binding cannot hand over.
  return (bytes, port, ms) => (ms === undefined ? load(bytes) : decode(bytes, port, ms));
})(globalThis);
