"""The bridge from the event loop to Flask's threads, spoken to as an ASGI server would."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from backend.web.bridge import AHEAD, GONE, WHOLE, Bridge, BrokenOff

Answered = list[dict[str, Any]]
MOST = 1000


def scope(
    method: str = "GET", path: str = "/", headers: Iterable[tuple[bytes, bytes]] = ()
) -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": "a=一".encode(),
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("10.0.0.7", 5555),
        "headers": list(headers),
    }


async def ask(
    app: Any,
    asked: dict[str, Any],
    body: list[bytes] | None = None,
    *,
    leaves_after: int | None = None,
    answered: Answered | None = None,
) -> Answered:
    """What the server is told to send; the client leaves after so many pieces of the answer."""
    bridge = Bridge(app, most_bytes=MOST, threads=2)
    bridge.start()
    answered = [] if answered is None else answered
    gone = asyncio.Event()
    waiting = list(body or [b""])

    async def receive() -> dict[str, Any]:
        if waiting:
            piece = waiting.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(waiting)}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        answered.append(message)
        if leaves_after is not None and len(answered) > leaves_after:
            gone.set()
            await asyncio.sleep(0)

    try:
        await asyncio.wait_for(bridge(asked, receive, send), 60)
    finally:
        bridge.stop()
    return answered


def whole(answered: Answered) -> bytes:
    return b"".join(message.get("body", b"") for message in answered[1:])


def saying(*pieces: bytes, status: str = "200 OK") -> Callable[..., Iterable[bytes]]:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(status, [("Content-Type", "text/plain"), ("X-Mark", "é")])
        return list(pieces)

    return app


def test_an_answer_goes_out_with_its_status_and_headers() -> None:
    answered = asyncio.run(ask(saying(b"a", b"b", status="418 Teapot"), scope()))
    assert answered[0]["status"] == 418
    assert (b"x-mark", "é".encode("latin-1")) in answered[0]["headers"]
    assert whole(answered) == b"ab" and len(answered) == 2


def test_the_application_sees_the_request_as_wsgi_says() -> None:
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.update(environ, read=environ["wsgi.input"].read())
        start_response("204 No Content", [])
        return []

    headers = [
        (b"host", b"linli"),
        (b"content-type", b"text/plain"),
        (b"x_forwarded_for", b"6.6.6.6"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
    ]
    asyncio.run(ask(app, scope("POST", "/报修", headers), [b"ab", b"cd"]))
    assert seen["read"] == b"abcd" and seen["CONTENT_LENGTH"] == "4" and seen["CONTENT_TYPE"] == "text/plain"
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/报修"
    assert seen["HTTP_HOST"] == "linli" and seen["REMOTE_ADDR"] == "10.0.0.7"
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert "HTTP_X_FORWARDED_FOR" not in seen, "a header with underscores must not pass for another"


def test_a_body_beyond_the_limit_reaches_the_application_cut_with_its_true_length() -> None:
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.update(length=environ["CONTENT_LENGTH"], kept=len(environ["wsgi.input"].read()))
        start_response("413 Too Large", [])
        return [b"too large"]

    answered = asyncio.run(ask(app, scope("POST"), [b"x" * 400] * 4))
    assert answered[0]["status"] == 413
    assert seen == {"length": "1600", "kept": 800}


def test_a_long_answer_goes_out_piece_by_piece_and_whole() -> None:
    pieces = [bytes([n % 256]) * 100_000 for n in range(30)]
    answered = asyncio.run(ask(saying(*pieces), scope()))
    assert whole(answered) == b"".join(pieces)
    assert len(answered) > 10
    assert answered[-1]["more_body"] is False


def test_somebody_who_leaves_in_the_middle_gives_the_thread_back() -> None:
    made, closed = [], threading.Event()

    class Endless:
        def __iter__(self) -> Iterator[bytes]:
            while True:
                made.append(1)
                yield b"x" * WHOLE

        def close(self) -> None:
            closed.set()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return Endless()

    asyncio.run(ask(app, scope(), leaves_after=3))
    assert closed.wait(60)
    assert len(made) < 10 * AHEAD


def test_an_application_that_breaks_answers_500_and_the_thread_lives_on() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise RuntimeError("broken")

    async def three_times() -> list[int]:
        return [(await ask(app, scope()))[0]["status"] for _n in range(3)]

    assert asyncio.run(three_times()) == [500, 500, 500]


def test_a_long_answer_that_breaks_does_not_end_as_if_it_were_whole() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        yield b"x" * (WHOLE + 1)
        raise RuntimeError("broken")

    answered: Answered = []
    with pytest.raises(BrokenOff):
        asyncio.run(ask(app, scope(), answered=answered))
    assert answered[0]["status"] == 200
    assert all(message["more_body"] for message in answered[1:])


def test_the_application_can_ask_whether_its_client_has_gone() -> None:
    began, go_on, closed = threading.Event(), threading.Event(), threading.Event()
    gone: list[bool] = []

    class Closing(list[bytes]):
        def __init__(self, environ: dict[str, Any]) -> None:
            super().__init__([b"late"])
            self.gone = environ[GONE]

        def close(self) -> None:
            gone.append(self.gone())
            closed.set()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        if environ["PATH_INFO"] == "/slow":
            began.set()
            assert go_on.wait(60)
        return Closing(environ)

    async def leaves() -> None:
        asking = asyncio.create_task(ask(app, scope(path="/slow")))
        assert await asyncio.to_thread(began.wait, 5)
        asking.cancel()
        await asyncio.wait([asking])
        go_on.set()

    asyncio.run(ask(app, scope()))
    assert closed.wait(60)
    closed.clear()
    asyncio.run(leaves())
    assert closed.wait(60)
    assert gone == [False, True]


def test_many_at_once_each_get_their_own_answer() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [environ["PATH_INFO"].encode()]

    async def all_at_once() -> list[bytes]:
        bridge = Bridge(app, most_bytes=MOST, threads=8)
        bridge.start()

        async def one(number: int) -> bytes:
            answered: Answered = []

            async def receive() -> dict[str, Any]:
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(message: dict[str, Any]) -> None:
                answered.append(message)

            await bridge(scope(path=f"/{number}"), receive, send)
            return whole(answered)

        try:
            return await asyncio.gather(*(one(n) for n in range(300)))
        finally:
            bridge.stop()

    assert asyncio.run(all_at_once()) == [f"/{n}".encode() for n in range(300)]


def test_half_a_form_is_not_taken_for_a_whole_one() -> None:
    asked: list[str] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return [b"done"]

    async def broken_off() -> Answered:
        bridge = Bridge(app, most_bytes=MOST, threads=1)
        bridge.start()
        said = [
            {"type": "http.request", "body": b"text=Please come to", "more_body": True},
            {"type": "http.disconnect"},
        ]
        answered: Answered = []

        async def receive() -> dict[str, Any]:
            return said.pop(0)

        async def send(message: dict[str, Any]) -> None:
            answered.append(message)

        try:
            await bridge(scope("POST"), receive, send)
        finally:
            bridge.stop()
        return answered

    assert asyncio.run(broken_off())[0]["status"] == 400
    assert asked == []


def test_jobs_that_wait_do_not_hold_up_the_others() -> None:
    arrived = threading.Barrier(3)

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        arrived.wait(60)  # each of the three goes on when all of them have a thread
        start_response("200 OK", [])
        return [environ["PATH_INFO"].encode()]

    async def three() -> list[bytes]:
        bridge = Bridge(app, most_bytes=MOST, few=1, threads=3)
        bridge.start()

        async def one(number: int) -> bytes:
            answered: Answered = []

            async def receive() -> dict[str, Any]:
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(message: dict[str, Any]) -> None:
                answered.append(message)

            await bridge(scope(path=f"/{number}"), receive, send)
            return whole(answered)

        try:
            # Twice: who was replaced has made room again.
            first = await asyncio.gather(*(one(n) for n in range(3)))
            return [*first, *await asyncio.gather(*(one(n) for n in range(3)))]
        finally:
            bridge.stop()

    assert asyncio.run(three()) == [b"/0", b"/1", b"/2"] * 2


def test_an_answer_does_not_wait_for_a_request_that_came_after_it() -> None:
    answered_first = threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        if environ["PATH_INFO"] == "/1":  # in the only thread, until somebody has read the first answer
            return [b"yes" if answered_first.wait(60) else b"no"]
        return [b"first"]

    async def one(bridge: Bridge, number: int) -> bytes:
        answered: Answered = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            answered.append(message)

        await bridge(scope(path=f"/{number}"), receive, send)
        if number == 0:
            answered_first.set()
        return whole(answered)

    async def two(*, stopped: bool) -> list[bytes]:
        answered_first.clear()
        bridge = Bridge(app, most_bytes=MOST, threads=1)
        bridge.start()
        both = asyncio.gather(one(bridge, 0), one(bridge, 1))
        await asyncio.sleep(0)
        if stopped:  # what came before is still done
            bridge.stop()
        try:
            return await asyncio.wait_for(both, 60)
        finally:
            bridge.stop()

    assert asyncio.run(two(stopped=False)) == [b"first", b"yes"]
    assert asyncio.run(two(stopped=True)) == [b"first", b"yes"]
