"""The load generator, a process of its own: keep-alive connections that send prepared requests one after the other.

    python -m bench.load PORT CONNECTIONS FIRST PEOPLE ROUNDS

Every answer must be TwiML that says something. Prints `{"requests": …, "seconds": …, "p50_ms": …, "p99_ms": …}`.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator

from bench.texting import Crowd

MOST_AHEAD = 50_000
"""Requests that are signed before the first one goes out; of a larger crowd, each is when its turn comes."""
_SAYS_SOMETHING = re.compile(rb"<Response><Message[^>]*>[^<]+</Message>")


class Client(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last one is whole."""

    def __init__(self, requests: Iterable[bytes]) -> None:
        self._requests = iter(requests)
        self._answer = bytearray()
        self._sent = 0.0
        self.seconds: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, blank, body = bytes(self._answer).partition(b"\r\n\r\n")
        if not blank or len(body) < _length(head):
            return
        self.seconds.append(time.perf_counter() - self._sent)
        if not head.startswith(b"HTTP/1.1 200") or not _SAYS_SOMETHING.search(body):
            self._end(RuntimeError(f"not an answer: {bytes(self._answer).decode(errors='replace')[:600]}"))
        else:
            self._answer.clear()
            self._next()

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error or ConnectionResetError("the server closed the connection"))

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._end(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def _end(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
        self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError(f"an answer without its length: {head!r}")


async def _run(port: int, works: list[Iterable[bytes]]) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    opened = [
        await loop.create_connection(lambda work=work: Client(work), "127.0.0.1", port)  # type: ignore[misc]
        for work in works
    ]
    await asyncio.gather(*(client.done for _transport, client in opened))
    seconds = time.perf_counter() - began
    taken = sorted(s for _transport, client in opened for s in client.seconds)
    return {
        "requests": len(taken),
        "seconds": seconds,
        "p50_ms": taken[len(taken) // 2] * 1000,
        "p99_ms": taken[len(taken) * 99 // 100] * 1000,
    }


def _shares(crowd: Crowd, connections: int, host: str) -> list[Iterator[bytes]]:
    """Each connection speaks for people of its own: one person's messages keep their order."""
    each = crowd.people // connections
    return [Crowd(crowd.first + n * each, each, crowd.rounds).requests(host) for n in range(connections)]


def arguments(port: int, connections: int, crowd: Crowd) -> list[str]:
    """The command that makes `crowd` write to `port`. Its people are shared out evenly over the connections."""
    assert crowd.people % connections == 0
    numbers = (port, connections, crowd.first, crowd.people, crowd.rounds)
    return [sys.executable, "-m", "bench.load", *map(str, numbers)]


def load(port: int, connections: int, crowd: Crowd) -> dict[str, float]:
    """Run it to its end; raises when an answer was not as it should be."""
    done = subprocess.run(arguments(port, connections, crowd), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found = dict(json.loads(done.stdout))
    assert found["requests"] == crowd.messages
    return found


def main(port: int, connections: int, first: int, people: int, rounds: int) -> None:
    crowd = Crowd(first, people, rounds)
    works: list[Iterable[bytes]] = list(_shares(crowd, connections, f"127.0.0.1:{port}"))
    if crowd.messages <= MOST_AHEAD:
        works = [list(work) for work in works]
    print(json.dumps(asyncio.run(_run(port, works))))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
