// Node's Buffer as far as codecs use it: an array of bytes that reads and writes numbers and text. Out of bounds is a RangeError, as there.
(function (global) {
  "use strict";
  const HEX = "0123456789abcdef";
  const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  const fromHex = (text) => {
    const bytes = [];
    for (let n = 0; n + 1 < text.length; n += 2) {
      const high = HEX.indexOf(text[n].toLowerCase());
      const low = HEX.indexOf(text[n + 1].toLowerCase());
      if (high < 0 || low < 0) break; // Node keeps what came before, too
      bytes.push(high * 16 + low);
    }
    return bytes;
  };

  const fromBase64 = (text) => {
    const bytes = [];
    let bits = 0;
    let held = 0;
    for (const sign of text.replace(/-/g, "+").replace(/_/g, "/")) {
      if (sign === "=") break;
      const value = BASE64.indexOf(sign);
      if (value < 0) continue;
      held = ((held << 6) | value) & 0xffff;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        bytes.push((held >> bits) & 255);
      }
    }
    return bytes;
  };

  const fromUtf8 = (text) => {
    const bytes = [];
    for (const sign of text) {
      let code = sign.codePointAt(0);
      if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
      if (code < 0x80) bytes.push(code);
      else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
      else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    }
    return bytes;
  };

  const toUtf8 = (bytes) => {
    let text = "";
    for (let n = 0; n < bytes.length; ) {
      const first = bytes[n++];
      const more = first < 0x80 ? 0 : first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : -1;
      let code = more === 0 ? first : first & (0x3f >> more);
      let read = 0;
      while (read < more && (bytes[n + read] & 0xc0) === 0x80) code = (code << 6) | (bytes[n + read++] & 63);
      const least = [0, 0x80, 0x800, 0x10000][more];
      if (more < 0 || read < more || code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) text += "\ufffd";
      else text += String.fromCodePoint(code);
      n += more > 0 ? read : 0;
    }
    return text;
  };

  const sized = (text, wide) => {
    const bytes = [];
    for (let n = 0; n < text.length; n++) {
      const code = text.charCodeAt(n);
      bytes.push(code & 255);
      if (wide) bytes.push(code >> 8);
    }
    return bytes;
  };

  const encoded = (text, encoding) => {
    switch (String(encoding || "utf8").toLowerCase()) {
      case "hex": return fromHex(text);
      case "base64": case "base64url": return fromBase64(text);
      case "ascii": case "latin1": case "binary": return sized(text, false);
      case "utf16le": case "ucs2": case "utf-16le": case "ucs-2": return sized(text, true);
      case "utf8": case "utf-8": return fromUtf8(text);
      default: throw new TypeError("Unknown encoding: " + encoding);
    }
  };

  const decoded = (bytes, encoding) => {
    let text = "";
    switch (String(encoding || "utf8").toLowerCase()) {
      case "hex":
        for (let n = 0; n < bytes.length; n++) text += HEX[bytes[n] >> 4] + HEX[bytes[n] & 15];
        return text;
      case "base64":
        for (let n = 0; n < bytes.length; n += 3) {
          const three = (bytes[n] << 16) | ((bytes[n + 1] || 0) << 8) | (bytes[n + 2] || 0);
          text += BASE64[three >> 18] + BASE64[(three >> 12) & 63];
          text += n + 1 < bytes.length ? BASE64[(three >> 6) & 63] : "=";
          text += n + 2 < bytes.length ? BASE64[three & 63] : "=";
        }
        return text;
      case "ascii":
        for (let n = 0; n < bytes.length; n++) text += String.fromCharCode(bytes[n] & 127);
        return text;
      case "latin1": case "binary":
        for (let n = 0; n < bytes.length; n++) text += String.fromCharCode(bytes[n]);
        return text;
      case "utf16le": case "ucs2": case "utf-16le": case "ucs-2":
        for (let n = 0; n + 1 < bytes.length; n += 2) text += String.fromCharCode(bytes[n] | (bytes[n + 1] << 8));
        return text;
      case "utf8": case "utf-8": return toUtf8(bytes);
      default: throw new TypeError("Unknown encoding: " + encoding);
    }
  };

  class Buffer extends Uint8Array {
    static from(value, encoding, length) {
      if (typeof value === "string") return Buffer.from(encoded(value, encoding));
      if (value instanceof ArrayBuffer) return new Buffer(value, encoding, length);
      if (value && value.type === "Buffer" && Array.isArray(value.data)) return Buffer.from(value.data);
      if (value === null || typeof value !== "object") throw new TypeError("Buffer.from takes text, bytes or a Buffer");
      const made = new Buffer(value.length || 0);
      for (let n = 0; n < made.length; n++) made[n] = value[n];
      return made;
    }

    static alloc(size, fill, encoding) {
      const made = new Buffer(size);
      return fill === undefined ? made : made.fill(fill, 0, size, encoding);
    }

    static allocUnsafe(size) { return new Buffer(size); }

    static isBuffer(value) { return value instanceof Buffer; }

    static byteLength(value, encoding) { return typeof value === "string" ? encoded(value, encoding).length : value.byteLength; }

    static concat(list, total) {
      const bytes = [];
      for (const one of list) for (const byte of one) bytes.push(byte);
      return Buffer.from(total === undefined ? bytes : bytes.slice(0, total));
    }

    static compare(one, other) { return Buffer.from(one).compare(other); }

    toString(encoding, start, end) {
      return decoded(start === undefined && end === undefined ? this : this.subarray(start, end), encoding);
    }

    toLocaleString(encoding, start, end) { return this.toString(encoding, start, end); }

    toJSON() { return { type: "Buffer", data: Array.from(this) }; }

    slice(start, end) { return this.subarray(start, end); }

    equals(other) { return this.compare(other) === 0; }

    compare(other) {
      for (let n = 0; n < this.length && n < other.length; n++) if (this[n] !== other[n]) return this[n] < other[n] ? -1 : 1;
      return Math.sign(this.length - other.length);
    }

    copy(target, at = 0, start = 0, end = this.length) {
      const part = this.subarray(start, Math.min(end, start + target.length - at));
      target.set(part, at);
      return part.length;
    }

    fill(value, start, end, encoding) {
      if (typeof value !== "string") return super.fill(value, start, end);
      const bytes = encoded(value, typeof start === "string" ? start : encoding);
      const last = typeof end === "number" ? end : this.length;
      for (let n = typeof start === "number" ? start : 0, m = 0; n < last; n++, m++) this[n] = bytes.length ? bytes[m % bytes.length] : 0;
      return this;
    }

    write(text, at = 0, length = undefined, encoding = undefined) {
      if (typeof at === "string") return this.write(text, 0, undefined, at);
      if (typeof length === "string") return this.write(text, at, undefined, length);
      const bytes = encoded(text, encoding).slice(0, Math.min(length === undefined ? Infinity : length, this.length - at));
      this.set(bytes, at);
      return bytes.length;
    }

    swap16() { return swapped(this, 2); }

    swap32() { return swapped(this, 4); }

    readUIntBE(at, size) { return read(this, at, size, false); }

    readUIntLE(at, size) { return read(this, at, size, true); }

    readIntBE(at, size) { return signed(read(this, at, size, false), size); }

    readIntLE(at, size) { return signed(read(this, at, size, true), size); }

    writeUIntBE(value, at, size) { return written(this, value, at, size, false); }

    writeUIntLE(value, at, size) { return written(this, value, at, size, true); }

    writeIntBE(value, at, size) { return written(this, value, at, size, false); }

    writeIntLE(value, at, size) { return written(this, value, at, size, true); }
  }

  const within = (buffer, at, size) => {
    if (typeof at !== "number") throw new TypeError('The "offset" argument must be of type number');
    if (!Number.isInteger(at) || at < 0 || at + size > buffer.length) {
      throw new RangeError('The value of "offset" is out of range. Received ' + at);
    }
  };

  const read = (buffer, at, size, little) => {
    within(buffer, at, size);
    let value = 0;
    for (let n = 0; n < size; n++) value = value * 256 + buffer[little ? at + size - 1 - n : at + n];
    return value;
  };

  const signed = (value, size) => (value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value);

  const written = (buffer, value, at, size, little) => {
    within(buffer, at, size);
    let left = value < 0 ? value + 2 ** (8 * size) : value;
    for (let n = 0; n < size; n++) {
      buffer[little ? at + n : at + size - 1 - n] = left % 256;
      left = Math.floor(left / 256);
    }
    return at + size;
  };

  const swapped = (buffer, size) => {
    if (buffer.length % size) throw new RangeError("Buffer size must be a multiple of " + size * 8 + "-bits");
    for (let n = 0; n < buffer.length; n += size) buffer.set(Array.from(buffer.subarray(n, n + size)).reverse(), n);
    return buffer;
  };

  const method = (name, body) => {
    const known = { value: body, writable: true, configurable: true };
    Object.defineProperty(Buffer.prototype, name, known);
    // Node has each of them under a second spelling: readUint8.
    if (name.includes("UInt")) Object.defineProperty(Buffer.prototype, name.replace("UInt", "Uint"), known);
  };
  // Name here, name in DataView, bytes.
  const KINDS = [["UInt8", "Uint8", 1], ["Int8", "Int8", 1], ["UInt16", "Uint16", 2], ["Int16", "Int16", 2], ["UInt32", "Uint32", 4],
    ["Int32", "Int32", 4], ["Float", "Float32", 4], ["Double", "Float64", 8], ["BigUInt64", "BigUint64", 8], ["BigInt64", "BigInt64", 8]];
  for (const [name, kind, size] of KINDS) {
    for (const order of size === 1 ? [""] : ["LE", "BE"]) {
      const get = DataView.prototype["get" + kind];
      const set = DataView.prototype["set" + kind];
      const view = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      method("read" + name + order, function (at = 0) {
        within(this, at, size);
        return Reflect.apply(get, view(this), [at, order === "LE"]);
      });
      method("write" + name + order, function (value, at = 0) {
        within(this, at, size);
        Reflect.apply(set, view(this), [at, value, order === "LE"]);
        return at + size;
      });
    }
  }
  for (const name of ["readUIntBE", "readUIntLE", "writeUIntBE", "writeUIntLE"]) method(name, Buffer.prototype[name]);

  // Older codecs write `new Buffer(bytes)` and `Buffer("0a0b", "hex")`, which Node still understands.
  global.Buffer = new Proxy(Buffer, {
    construct: (_, given) => (typeof given[0] === "number" ? Buffer.alloc(given[0]) : Buffer.from(...given)),
    apply: (_, __, given) => (typeof given[0] === "number" ? Buffer.alloc(given[0]) : Buffer.from(...given)),
  });
})(globalThis);
