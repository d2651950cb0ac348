"""The hub of open connections, without a server: a slow reader is let go, everybody else keeps theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pytest

from backend.core import clock as clocks
from backend.web.push import MOST_KEPT, MOST_OF_ONE, MOST_PENDING, REFRESH, Event, Hub, Listener
from tests.servers import LONG, Valkey

NOBODY = "redis://127.0.0.1:1/0"
RIGHT = "ever yes"


def hub_of(feeds: Mapping[str, Any], plain: Iterable[str] = (), **rights: Any) -> Hub:
    """Without Redis; `rights` besides the one that always stands."""
    return Hub(NOBODY, feeds, plain, {"ever": lambda asked: asked, **rights})


class Letters:
    """A Feed whose truth is a list: (id, text)."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, str]] = []
        self.asked = 0

    def read(self, channel: str, payload: bytes) -> Event:
        return Event(channel, None, payload.decode())

    def since(self, last: Mapping[str, int]) -> Iterable[Event]:
        self.asked += 1
        return [Event(c, n, text) for c, after in last.items() for n, text in self.kept if n > after]


async def opened(
    hub: Hub, channel: str, after: int = 0, whose: str = RIGHT
) -> tuple[asyncio.Task[None], list[bytes], asyncio.Event]:
    """An open connection: its task, what it was sent, and how the client leaves."""
    sent: list[bytes] = []
    gone, began = asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message.get("body", b""))
        if len(sent) > 1:
            began.set()

    task = asyncio.create_task(hub.serve(channel, whose, after, [], receive, send))
    await asyncio.wait_for(began.wait(), 60)
    return task, sent, gone


async def wait_for(holds: Any) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


def test_one_who_does_not_read_is_closed_and_keeps_nothing() -> None:
    async def story() -> None:
        slow = Listener("webchat:1", RIGHT, 0, 0)
        for n in range(MOST_PENDING + 1):
            slow.put(b"x", n)
        assert slow.closed
        assert await slow.next() == b""

    asyncio.run(story())


def test_what_waits_is_written_in_one_piece_and_in_order() -> None:
    async def story() -> None:
        listener = Listener("webchat:1", RIGHT, 0, 0)
        for n in range(3):
            listener.put(Event("webchat:1", n + 1, f"m{n}").encoded(), n + 1)
        assert await listener.next() == b"id: 1\ndata: m0\n\nid: 2\ndata: m1\n\nid: 3\ndata: m2\n\n"
        assert listener.last == 3

    asyncio.run(story())


def test_a_connection_begins_with_what_it_missed() -> None:
    async def story() -> None:
        letters = Letters()
        letters.kept = [(1, "old"), (2, "new")]
        hub = hub_of({"webchat": letters})
        task, sent, gone = await opened(hub, "webchat:7", after=1)
        await wait_for(lambda: b"new" in b"".join(sent))
        assert b"old" not in b"".join(sent)
        gone.set()
        await asyncio.wait_for(task, 60)
        assert len(hub) == 0

    asyncio.run(story())


def test_without_redis_the_database_is_asked_for_all_connections_together() -> None:
    async def story() -> None:
        letters = Letters()
        hub = hub_of({"webchat": letters})
        open_ones = [await opened(hub, f"webchat:{n}") for n in range(5)]
        await wait_for(lambda: letters.asked == len(open_ones))
        letters.kept = [(9, "news")]
        hub.start()
        await wait_for(lambda: all(b"news" in b"".join(sent) for _task, sent, _gone in open_ones))
        assert letters.asked <= len(open_ones) + 2
        await hub.stop()
        await asyncio.gather(*(task for task, _sent, _gone in open_ones))

    asyncio.run(story())


def test_a_hub_that_closes_ends_old_and_new_connections() -> None:
    async def story() -> None:
        hub = hub_of({}, plain=("admin:live",))
        first, *_ = await opened(hub, "admin:live")
        hub.close()
        await asyncio.wait_for(first, 60)
        second, *_ = await opened(hub, "admin:live")
        await asyncio.wait_for(second, 60)

    asyncio.run(story())


def test_what_came_while_a_page_was_on_its_way_is_the_first_that_its_stream_says(clock: clocks.Hands) -> None:
    async def story() -> None:
        hub = hub_of({}, plain=("admin:live",))
        hub.take("admin:live", b"before it was asked for")
        clock.forward(seconds=1)
        asked = clocks.now_ms()
        clock.forward(seconds=1)
        hub.take("admin:live", b"an alarm")
        clock.forward(seconds=30)
        opening, sent, _gone = await opened(hub, "admin:live", after=asked)
        await wait_for(lambda: b"an alarm" in b"".join(sent))
        assert b"before" not in b"".join(sent)
        hub.close()
        await asyncio.wait_for(opening, 60)

    asyncio.run(story())


def test_who_missed_more_than_is_kept_is_told_to_look_at_everything(clock: clocks.Hands) -> None:
    async def story() -> None:
        hub = hub_of({}, plain=("admin:live",))
        asked = clocks.now_ms()
        for n in range(MOST_KEPT + 1):
            hub.take("admin:live", b"nudge %d" % n)
        opening, sent, _gone = await opened(hub, "admin:live", after=asked)
        await wait_for(lambda: REFRESH.encode() in b"".join(sent))
        assert b"nudge" not in b"".join(sent)
        hub.close()
        await asyncio.wait_for(opening, 60)

    asyncio.run(story())


def test_one_person_keeps_as_many_pages_open_as_anybody_needs_and_the_oldest_ends() -> None:
    async def story() -> None:
        hub = hub_of({"webchat": Letters()}, plain=("admin",))
        opened_ = [await opened(hub, "webchat:7") for _page in range(MOST_OF_ONE + 3)]
        async with asyncio.timeout(60):
            await asyncio.gather(*(task for task, _sent, _gone in opened_[:3]))
        assert len(hub) == MOST_OF_ONE and not any(task.done() for task, _sent, _gone in opened_[3:])
        for _task, _sent, gone in opened_:
            gone.set()
        await asyncio.wait_for(asyncio.gather(*(task for task, _sent, _gone in opened_)), 60)
        assert len(hub) == 0

    asyncio.run(story())


def test_who_has_lost_the_right_to_listen_is_let_go_and_the_others_stay() -> None:
    async def story() -> None:
        stands, broken, refused = {"li", "zhou"}, True, 0

        def asked_about(asked: Collection[str]) -> set[str]:
            nonlocal refused
            refused += broken
            if broken:
                raise ConnectionError("the database is away")
            return stands & set(asked)

        hub = hub_of({}, ("admin:live",), staff=asked_about)
        hub.start()
        li, zhou = [await opened(hub, "admin:live", whose=f"staff {who}") for who in ("li", "zhou")]
        ever, _sent, _gone = await opened(hub, "admin:live")
        stands.discard("li")
        await wait_for(lambda: refused)
        assert not li[0].done(), "while nobody can be asked nothing new can be read either"
        broken = False
        await asyncio.wait_for(li[0], 60)
        assert not zhou[0].done() and not ever.done()
        hub.take("admin:live", b"a nudge")
        await wait_for(lambda: b"a nudge" in b"".join(zhou[1]))
        assert b"a nudge" not in b"".join(li[1])
        await hub.stop()
        await asyncio.wait_for(asyncio.gather(zhou[0], ever), 60)

    asyncio.run(story())


def test_nobody_listens_by_a_right_that_nobody_can_ask_about() -> None:
    async def story() -> None:
        hub = hub_of({}, ("admin:live",))
        for whose in ("", "staff", "staff 1"):
            with pytest.raises(LookupError):
                await hub.serve("admin:live", whose, 0, [], anything, anything)
        assert len(hub) == 0

    async def anything(*_given: Any) -> dict[str, Any]:
        return {}

    asyncio.run(story())


def test_it_ends_at_whatever_moment_it_is_told_to(valkey: Valkey) -> None:
    """As when the port is taken: the server ends while Redis is only being reached."""

    async def stopped_after(steps: int) -> None:
        hub = Hub(valkey.url, {"webchat": Letters()}, ("admin",), {})
        hub.start()
        for _step in range(steps):
            await asyncio.sleep(0)
        await asyncio.wait_for(hub.stop(), LONG)

    async def every() -> None:
        for steps in range(60):
            await stopped_after(steps)

    asyncio.run(every())
