"""Open pages, a process of its own: connections that listen to server-sent events and note when each one came.

    python -m bench.listeners PORT COUNT linli|raw

Says `{"open": COUNT}` when all of them listen. Then every line `N` on its input asks for what was marked `<<N:who>>` in
the pushed texts: answered, when all COUNT have come, with `{who: monotonic seconds}`.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections import defaultdict

OPENING_AT_ONCE = 32
PATIENCE_SECONDS = 30
_MARK = re.compile(rb"<<(\d+):(\d+)>>")
_TAIL = 32
"""Longer than a mark, which may come in two pieces."""


def mark(number: int, who: int) -> str:
    """What a pushed text carries."""
    return f"<<{number}:{who}>>"


class Page(asyncio.Protocol):
    """One connection that stays open."""

    def __init__(self, request: bytes, came: dict[int, dict[int, float]]) -> None:
        self._request, self._came = request, came
        self._tail = b""
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        data = self._tail + data
        for number, who in _MARK.findall(data):
            self._came[int(number)].setdefault(int(who), now)
        if not self.open.done() and b"retry:" in data:
            self.open.set_result(None)
        self._tail = data[-_TAIL:]

    def connection_lost(self, error: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(RuntimeError(f"refused: {self._tail!r}"))


async def _opened(port: int, person: int, kind: str, came: dict[int, dict[int, float]]) -> Page:
    """A page on the raw server, or one of Linli's whose visitor has said hello before."""
    if kind == "raw":
        request = f"GET /{person} HTTP/1.1\r\nHost: bench\r\n\r\n"
    else:
        cookie = await _visit(port, person)
        request = f"GET /chat/events HTTP/1.1\r\nHost: bench\r\n{_from(person)}Cookie: {cookie}\r\n\r\n"
    loop = asyncio.get_running_loop()
    _transport, page = await loop.create_connection(lambda: Page(request.encode(), came), "127.0.0.1", port)
    await page.open
    return page


async def _visit(port: int, person: int) -> str:
    """The page's first words; returns the cookie that this browser keeps."""
    body = json.dumps({"event": f"hello-{person:08d}", "start": True})
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST /chat/say HTTP/1.1\r\nHost: bench\r\n{_from(person)}X-Linli: 1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    cookie = re.search(r"(?im)^set-cookie: ([^;]+)", head)
    if cookie is None:
        raise RuntimeError(f"no cookie: {head}")
    return cookie[1]


def _from(person: int) -> str:
    return f"X-Forwarded-Proto: https\r\nX-Forwarded-For: 10.{person >> 16 & 255}.{person >> 8 & 255}.{person & 255}\r\n"


async def _run(port: int, count: int, kind: str) -> None:
    came: dict[int, dict[int, float]] = defaultdict(dict)
    room = asyncio.Semaphore(OPENING_AT_ONCE)

    async def one(person: int) -> Page:
        async with room:
            return await _opened(port, person, kind, came)

    pages = await asyncio.gather(*map(one, range(1, count + 1)))
    print(json.dumps({"open": len(pages)}), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        number, until = int(line), time.monotonic() + PATIENCE_SECONDS
        while len(came[number]) < count and time.monotonic() < until:
            await asyncio.sleep(0.05)
        print(json.dumps(came.pop(number)), flush=True)


class Listeners:
    """The process, seen from the benchmark."""

    def __init__(self, port: int, count: int, kind: str) -> None:
        self._count = count
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.listeners", str(port), str(count), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == {"open": count}

    def came(self, number: int) -> dict[int, float]:
        """When what was marked `number` came to whom; raises when it did not come to all."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()
        found = {int(who): at for who, at in self._line().items()}
        assert len(found) == self._count, f"{len(found)} of {self._count} were reached"
        return found

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _line(self) -> dict[str, float]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline() or "{}"))


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
