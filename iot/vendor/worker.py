"""The process that runs vendors' codecs: `process.Worker` starts it as a script, with an empty environment and two open files.

It imports nothing of ours, so that there is nothing in it to be found. Before the first codec comes it opens what tells its own size and gives up
opening files, sockets and processes. A codec that finds a way out of the engine is in here, with what its own devices say.

    worker.py CHANNEL PROGRESS

CHANNEL is a connected socket. In both directions a frame is four bytes of length (big-endian) and so many bytes. A request is JSON:
[[sha256, [[place, payload as hexadecimal digits, port, milliseconds since 1970], …]], …]. Answers are frames that begin with a letter:

    R   ready
    N   the source of this sha256 is wanted; the next frame from the other side is "S" and the text, or "-" where there is none
    A   answers: for each, place (4 bytes), kind (1), length (4), UTF-8
    D   done with the request

PROGRESS is a file of four bytes: the place that is being worked on, plus one; what it was when the process died is whose fault it is.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import platform
import resource
import signal
import socket
import struct
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import quickjs

CPU_S = 0.1
MEMORY = 32 * 2**20
STACK = 512 * 2**10
OUTPUT = 64 * 2**10
CONTEXTS = 256
USES = 10_000
"""Decodes after which a context is made anew: what a codec may have left in it goes."""
FAULTS = 3
"""After so many in one request, the codec's other payloads are not tried."""
ADDRESS_SPACE = 2**30
GROWN = 400 * 2**20
"""Bytes of memory after which a process is at its end."""
WHOLE_REQUEST_S = 120
"""Longer than any request may take: for a process whose parent died while a codec holds it up."""
FLUSH_S, FLUSH = 0.005, 32 * 2**10
HOST = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("buffer.js", "host.js")]
_LIMITS = {
    "interrupted": f"it took more than {CPU_S * 1000:.0f} ms of the processor",
    "out of memory": f"it took more than {MEMORY // 2**20} MiB of memory",
    "null": f"it took more than {MEMORY // 2**20} MiB of memory",
    "Maximum call stack size exceeded": f"it took more than {STACK // 2**10} kB of stack",
}
# What the process needs to think and to talk, by the numbers of <asm/unistd.h>: read write pread64 close poll, mmap mprotect munmap brk mremap madvise,
# rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall, sched_yield futex alarm setitimer clock_gettime getrusage, getpid gettid
# getrandom, sendto recvfrom, exit exit_group. First the architecture as the kernel's audit calls it.
_CALLS = {
    "x86_64": (0xC000003E, (0, 1, 17, 3, 7, 9, 10, 11, 12, 25, 28, 13, 14, 15, 131, 219, 24, 202, 37, 38, 228, 98, 39, 186, 318,
                            44, 45, 60, 231)),
    "aarch64": (0xC00000B7, (63, 64, 67, 57, 73, 222, 226, 215, 214, 216, 233, 134, 135, 139, 132, 128, 124, 98, 103, 113, 165,
                             172, 178, 278, 206, 207, 93, 94)),
}  # fmt: skip
NO_MEMORY = 3
"""How this process ends when the machine, or the limit that somebody set it, has no memory for what every codec may take."""
_HEAD = struct.Struct(">IBI")


class Codec:
    """One codec in a context of its own, which no other thread touches: the engine does not survive that."""

    def __init__(self, source: str) -> None:
        """Raises ValueError, saying why it cannot be loaded."""
        self.uses = 0
        self._context = quickjs.Context()
        self._context.set_memory_limit(MEMORY)
        self._context.set_max_stack_size(STACK)
        self._context.eval(HOST[0])
        self._host = self._context.eval(HOST[1])
        self._context.set_time_limit(CPU_S)
        kind, text = self._asked(source)
        if kind != b"=":
            raise ValueError(text)

    def decode(self, payload: bytes, port: int, ms: int) -> tuple[bytes, str]:
        """("=", the answer as JSON), ("!", what it threw) or ("#", the limit that it ran into, after which it is of no use any more)."""
        self.uses += 1
        # As a float: of an integer the engine's binding takes 32 bits.
        return self._asked(str(list(payload)), port, float(ms))

    def _asked(self, *given: str | float) -> tuple[bytes, str]:
        try:
            answer = self._host(*given)
        except MemoryError:
            return b"#", _limit("out of memory")
        except Exception as error:  # the engine's own, or a value that it cannot hand over
            return b"#", _limit(str(error))
        if not isinstance(answer, str):
            return b"#", "the engine gave no answer"
        if answer.startswith("{"):
            return b"=", answer
        kind, text = json.loads(answer)
        return kind.encode(), _limit(text) if kind == "#" else text


def _limit(text: str) -> str:
    why = next((why for words, why in _LIMITS.items() if words in text), text[:200])
    if why == _LIMITS["out of memory"]:
        # Its own limit, or is there none to be had? Raises MemoryError.
        try:
            mmap.mmap(-1, MEMORY).close()
        except OSError:
            raise MemoryError from None
    return why


class Server:
    """Answers one request after the other, until the other side hangs up."""

    def __init__(self, channel: socket.socket, progress: mmap.mmap, size: Callable[[], int]) -> None:
        self._channel, self._progress, self._size = channel, progress, size
        self._codecs: OrderedDict[str, Codec] = OrderedDict()
        self._answers = bytearray(b"A")
        self._flushed = time.monotonic()

    def serve(self) -> None:
        self._send(b"R")
        while True:
            request = json.loads(self._receive())
            signal.alarm(WHOLE_REQUEST_S)
            self._flushed = time.monotonic()
            for sha256, items in request:
                self._group(sha256, items)
            self._progress[:4] = bytes(4)
            self._flush()
            self._send(b"D")
            signal.alarm(0)
            if self._size() > GROWN:
                os._exit(0)  # the next one starts small

    def _group(self, sha256: str, items: list[tuple[int, str, int, int]]) -> None:
        faults = 0
        source: str | None = None
        for number, (place, payload, port, ms) in enumerate(items):
            if faults >= FAULTS:
                self._answer(place, b"*", "")
                continue
            self._progress[:4] = struct.pack(">I", place + 1)
            codec = self._codecs.get(sha256)
            if codec is None:
                source = self._source(sha256) if source is None else source
                if not source:
                    return
                try:
                    codec = self._loaded(sha256, source)
                except ValueError as error:
                    for each in items[number:]:
                        self._answer(each[0], b"?", str(error))
                    return
            self._codecs.move_to_end(sha256)
            kind, text = codec.decode(bytes.fromhex(payload), port, ms)
            if kind == b"#" or codec.uses >= USES:
                del self._codecs[sha256]
            faults += kind == b"#"
            self._answer(place, kind, text)

    def _source(self, sha256: str) -> str:
        self._flush()
        self._send(b"N" + sha256.encode())
        answer = self._receive()
        return answer[1:].decode() if answer[:1] == b"S" else ""

    def _loaded(self, sha256: str, source: str) -> Codec:
        codec = self._codecs[sha256] = Codec(source)
        if len(self._codecs) > CONTEXTS:
            self._codecs.popitem(last=False)
        return codec

    def _answer(self, place: int, kind: bytes, text: str) -> None:
        body = text.encode("utf-8", "replace")
        if len(body) > OUTPUT:
            kind, body = b"#", f"its answer is longer than {OUTPUT // 2**10} kB".encode()
        self._answers += _HEAD.pack(place, kind[0], len(body)) + body
        now = time.monotonic()
        if now - self._flushed > FLUSH_S or len(self._answers) > FLUSH:
            self._flush()

    def _flush(self) -> None:
        if len(self._answers) > 1:
            self._send(self._answers)
            self._answers = bytearray(b"A")
        self._flushed = time.monotonic()

    def _send(self, body: bytes | bytearray) -> None:
        self._channel.sendall(struct.pack(">I", len(body)) + body)

    def _receive(self) -> bytes:
        (size,) = struct.unpack(">I", self._exactly(4))
        return self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        found = bytearray()
        while len(found) < size:
            part = self._channel.recv(size - len(found))
            if not part:
                os._exit(0)  # the other side has gone
            found += part
        return bytes(found)


def sizer() -> Callable[[], int]:
    """Tells the bytes of memory that this process has. The file that says so is opened now: later nothing can be. (The kernel's `ru_maxrss` would do
    without, but a process begins with that of whoever started it, however large.)"""
    if sys.platform != "linux":
        unit = 1 if sys.platform == "darwin" else 2**10
        return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    file, page = os.open("/proc/self/statm", os.O_RDONLY), resource.getpagesize()
    return lambda: int(os.pread(file, 100, 0).split()[1]) * page


def confine() -> None:
    """Nothing is opened, started or written any more; what is open stays so."""
    for what, most in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            hard = resource.getrlimit(what)[1]
            if hard == resource.RLIM_INFINITY or hard > most:  # root could take back a stricter one
                resource.setrlimit(what, (most, most))
        except (OSError, ValueError):  # a system that has no such limit
            continue
    if sys.platform == "linux" and platform.machine() in _CALLS:
        _only(*_CALLS[platform.machine()])


def _only(architecture: int, allowed: tuple[int, ...]) -> None:
    """From now on the kernel refuses every other system call, also to code that runs here by a fault of the engine (seccomp, in its own small
    language: load a word, compare and jump, return a verdict)."""
    load, equal, verdict = 0x20, 0x15, 0x06
    refuse, allow = 0x00050000 | errno.EPERM, 0x7FFF0000
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (verdict, 0, 0, refuse), (load, 0, 0, 0)]
    steps += [(equal, len(allowed) - n, 0, number) for n, number in enumerate(allowed)]
    steps += [(verdict, 0, 0, refuse), (verdict, 0, 0, allow)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(code)))
    no_new_privileges, set_filter, by_program = 38, 22, 2
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    # A kernel without it answers an error: then the limits above are what there is.
    prctl(no_new_privileges, 1, 0, 0, 0)
    prctl(set_filter, by_program, ctypes.byref(program), 0, 0)


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    with os.fdopen(int(sys.argv[2]), "r+b") as file:
        progress = mmap.mmap(file.fileno(), 4)
    # A first context, so that whatever the engine opens is open.
    Codec("function decodeUplink() { return { data: {} }; }")
    size = sizer()
    confine()
    try:
        Server(channel, progress, size).serve()
    except MemoryError:
        os._exit(NO_MEMORY)


if __name__ == "__main__":
    main()
