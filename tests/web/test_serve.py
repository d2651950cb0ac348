"""The web server's connections, over real sockets: what nobody may do to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
import uvloop
from uvicorn.server import ServerState

from backend.serve import Connection
from backend.web.bridge import GONE

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Streams]]
POST = b"POST /hooks/sms HTTP/1.1\r\nHost: linli\r\nContent-Length: 6\r\n\r\n"


class Impatient(Connection):
    head_seconds = 1.0
    """Long enough for a busy machine to read a head that is there."""


class Patient(Connection):
    head_seconds = 90.0
    head_bytes = 2000


class Watchful(Connection):
    idle_seconds = 1.5


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served(application: Any = echo, connection: type[Connection] = Patient) -> AsyncIterator[Connect]:
    config = uvicorn.Config(application, http=connection, log_config=None, log_level="critical")
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: connection(config, state, {}), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield lambda: asyncio.open_connection("127.0.0.1", port)


@asynccontextmanager
async def told(answers: asyncio.Event, seen: list[str]) -> AsyncIterator[Connect]:
    """A server whose application answers each request when it may, and notes the paths that it was asked for."""

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope["path"])
        await answers.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
        seen.append("answered")

    async with served(application) as connect:
        yield connect


async def whole(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(90):
        return await reader.read()


def test_a_connection_that_never_says_what_it_wants_is_closed() -> None:
    async def story() -> list[bytes]:
        async with served(connection=Impatient) as connect:
            silent, _writer = await connect()
            slow, writer = await connect()
            writer.write(POST[:30])
            again, second = await connect()
            second.write(POST + b"first!" + POST[:10])
            return [await whole(silent), await whole(slow), await whole(again)]

    silent, slow, again = asyncio.run(story())
    assert silent == slow == b""
    assert again.endswith(b"first!") and again.count(b"HTTP/1.1 200") == 1


def test_who_takes_long_over_the_body_is_heard_out() -> None:
    async def story() -> bytes:
        async with served(connection=Impatient) as connect:
            reader, writer = await connect()
            for piece in (POST, b"abc"):
                writer.write(piece)
                await asyncio.sleep(2 * Impatient.head_seconds)
            writer.write(b"def")
            async with asyncio.timeout(90):
                return await reader.readuntil(b"abcdef")

    assert asyncio.run(story()).startswith(b"HTTP/1.1 200")


def test_a_head_that_grows_and_grows_is_refused() -> None:
    async def story() -> bytes:
        async with served() as connect:
            reader, writer = await connect()
            writer.write(POST[:-2])
            for _number in range(300):
                writer.write(b"X-More: and more\r\n")
            return await whole(reader)

    assert asyncio.run(story()).startswith(b"HTTP/1.1 400")


def test_the_application_can_see_that_its_client_has_left() -> None:
    seen: list[bool] = []

    async def story() -> None:
        asked, ended = asyncio.Event(), asyncio.Event()

        async def application(scope: dict[str, Any], receive: Any, _send: Any) -> None:
            await receive()
            seen.append(scope[GONE]())
            asked.set()
            assert (await receive())["type"] == "http.disconnect"
            seen.append(scope[GONE]())
            ended.set()

        async with served(application) as connect, asyncio.timeout(90):
            _reader, writer = await connect()
            writer.write(POST + b"hello!")
            await asked.wait()
            writer.close()
            await ended.wait()

    asyncio.run(story())
    assert seen == [False, True]


def test_a_body_that_stops_coming_is_not_waited_for() -> None:
    async def story() -> list[bytes]:
        async with served(connection=Watchful) as connect:
            before, writer = await connect()
            writer.write(POST + b"abc")
            answered, second = await connect()
            second.write(POST.replace(b"POST", b"GET") + b"abc")
            return [await whole(before), await whole(answered)]

    assert asyncio.run(story()) == [b"", b""]


def test_who_does_not_read_what_was_asked_for_is_let_go() -> None:
    async def story() -> None:
        ended = asyncio.Event()

        async def application(_scope: dict[str, Any], receive: Any, send: Any) -> None:
            headers = [(b"content-length", b"80000000")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            for n in range(80):
                await send({"type": "http.response.body", "body": b"x" * 1_000_000, "more_body": n < 79})
            assert (await receive())["type"] == "http.disconnect"
            ended.set()

        async with served(application, Watchful) as connect, asyncio.timeout(60):
            reader, writer = await connect()
            writer.write(b"GET / HTTP/1.1\r\nHost: linli\r\n\r\n")
            await ended.wait()
            writer.close()
            assert reader is not None

    asyncio.run(story())


def test_a_stream_that_is_read_goes_on_although_it_says_nothing_for_long() -> None:
    async def story() -> bytes:
        async def application(_scope: dict[str, Any], _receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"first", "more_body": True})
            await asyncio.sleep(2 * Watchful.idle_seconds)
            await send({"type": "http.response.body", "body": b"second", "more_body": False})

        async with served(application, Watchful) as connect:
            reader, writer = await connect()
            writer.write(b"GET / HTTP/1.1\r\nHost: linli\r\n\r\n")
            async with asyncio.timeout(60):
                return await reader.readuntil(b"second")

    assert b"first" in asyncio.run(story())


def test_who_asks_on_and_on_without_waiting_is_refused() -> None:
    seen: list[str] = []

    async def story() -> bytes:
        async with told(asyncio.Event(), seen) as connect:
            reader, writer = await connect()
            writer.write(b"GET /a HTTP/1.1\r\nHost: linli\r\n\r\n" * 500)
            return await whole(reader)

    assert asyncio.run(story()).startswith(b"HTTP/1.1 400")
    assert seen == ["/a"]


def test_a_few_requests_sent_ahead_are_answered_in_turn() -> None:
    async def story() -> bytes:
        async with served() as connect:
            reader, writer = await connect()
            writer.write((POST + b"before") * 20 + POST + b"ending")
            async with asyncio.timeout(60):
                return await reader.readuntil(b"ending")

    assert asyncio.run(story()).count(b"HTTP/1.1 200") == 21


def test_what_cannot_be_read_while_an_answer_is_made_ends_it_without_a_fault_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[str] = []

    async def story() -> bytes:
        may = asyncio.Event()
        async with told(may, seen) as connect:
            reader, writer = await connect()
            writer.write(b"GET /a HTTP/1.1\r\nHost: linli\r\n\r\n\0garbage\r\n\r\n")
            said = await whole(reader)
            may.set()
            async with asyncio.timeout(60):
                while "answered" not in seen:
                    await asyncio.sleep(0.01)
            return said

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as run:
        assert run.run(story()).startswith(b"HTTP/1.1 400")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
