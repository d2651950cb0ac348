"""Open connections of the real web server: what is pushed arrives, what was missed is caught up, stopping is quick."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from backend.core import db, live
from backend.fields.words import Words
from backend.messaging import deliveries, people, say
from backend.messaging.models import Delivery, Identity
from bots import settle
from bots.webchat import WebchatChannel
from tests.bots.site import Site
from tests.databases import fresh_sqlite
from tests.servers import LONG, Valkey, until
from tests.staff.conftest import found_street
from tests.web.browser import PASSWORD, employ

pytestmark = pytest.mark.xdist_group("webchat-live")


class Page:
    """An open chat page: its cookie, and its stream being read beside."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.session = requests.Session()
        self.session.headers["X-Linli"] = "1"
        self.events: list[dict[str, Any]] = []
        self.ids: list[int] = []
        self.ended = False
        self._stream: requests.Response | None = None

    def say(self, event: str, **what: Any) -> list[dict[str, Any]]:
        answer = self.session.post(f"{self.site.base}/chat/say", json={"event": event, **what}, timeout=60)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["lines"])

    def listen(self, path: str = "/chat/events", last: int | None = None) -> requests.Response:
        headers = {"Last-Event-ID": str(last)} if last is not None else {}
        stream = self.session.get(self.site.base + path, headers=headers, stream=True, timeout=120)
        if stream.status_code == 200:
            self._stream = stream
            threading.Thread(target=self._read, args=(stream,), daemon=True).start()
        return stream

    def close(self) -> None:
        if self._stream is not None:
            with suppress(AttributeError, OSError):  # the server closed it before
                # close() would wait for the reading thread
                self._stream.raw._fp.fp.raw._sock.shutdown(socket.SHUT_RDWR)
            self._stream = None

    def _read(self, stream: requests.Response) -> None:
        try:
            for line in stream.iter_lines():
                if line.startswith(b"id:"):
                    self.ids.append(int(line[3:]))
                elif line.startswith(b"data:"):
                    self.events.append(json.loads(line[5:]))
        except (requests.RequestException, OSError, AttributeError, ValueError):
            return
        finally:
            self.ended = True

    def texts(self) -> list[str]:
        return [event.get("text", "") for event in self.events]

    def waits_for(self, text: str, seconds: float = LONG) -> None:
        until(lambda: text in self.texts(), what=f"{text!r} among {self.texts()}", seconds=seconds)


@pytest.fixture(scope="module")
def site(
    _sqlite_template: Path, _valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """One server for all of these visitors: each has a cookie of her own."""
    path = tmp_path_factory.mktemp("site") / "linli.db"
    _valkey_server.start()
    with fresh_sqlite(_sqlite_template, path) as database:
        found = Site(DATABASE_URL=database.url, REDIS_URL=_valkey_server.url)
        yield found
        found.stop()


@pytest.fixture(autouse=True)
def same_settings(site: Site, _valkey_server: Valkey, configure: Callable[..., None]) -> None:
    _valkey_server.start()
    configure(REDIS_URL=_valkey_server.url)


@pytest.fixture
def chen(site: Site) -> Iterator[Page]:
    page = Page(site)
    page.say("chen-opens-1", start=True)
    yield page
    page.close()


def tell(text: str) -> int:
    """Something is said to the webchat that was opened last, as a domain says it; the Message's id."""
    identity = Identity.select().where(Identity.channel == "webchat").order_by(Identity.id.desc()).get()
    message_id = say(people.At(identity.id), Words(text), purpose="request")
    assert message_id is not None
    return message_id


async def deliver() -> None:
    """What a worker does with the queue."""
    channel = WebchatChannel()
    while found := deliveries.claim("default", "a worker"):
        for due in found:
            await settle.settle_one(channel, due)
    await channel.close()


@pytest.fixture
def worker() -> Callable[[], None]:
    return lambda: asyncio.run(deliver())


def test_what_a_worker_sends_appears_on_the_open_page(chen: Page, worker: Callable[[], None]) -> None:
    assert chen.listen().headers["Content-Type"].startswith("text/event-stream")
    until(lambda: chen.events, what="the history")
    tell("师傅已出发")
    worker()
    chen.waits_for("师傅已出发")
    assert Delivery.select().order_by(Delivery.id.desc()).get().status == "sent"


def test_what_was_said_while_away_comes_on_return_and_nothing_is_said_twice(
    chen: Page, worker: Callable[[], None]
) -> None:
    chen.listen()
    until(lambda: chen.ids, what="the history")
    chen.close()
    for n in range(3):
        tell(f"第{n}条")
    worker()
    back = Page(chen.site)
    back.session.cookies = chen.session.cookies
    back.listen(last=chen.ids[-1])
    back.waits_for("第2条")
    assert [text for text in back.texts() if text.startswith("第")] == ["第0条", "第1条", "第2条"]
    back.close()


def test_a_burst_comes_whole_and_in_order(chen: Page, worker: Callable[[], None]) -> None:
    chen.listen()
    until(lambda: chen.events, what="the history")
    for n in range(40):
        tell(f"消息{n}")
    worker()
    chen.waits_for("消息39")
    assert [t for t in chen.texts() if t.startswith("消息")] == [f"消息{n}" for n in range(40)]


def test_her_other_page_sees_both_sides(chen: Page) -> None:
    other = Page(chen.site)
    other.session.cookies = chen.session.cookies
    other.listen()
    until(lambda: other.events, what="the history")
    replies = chen.say("from-first-page", text="厨房水管漏水了,3号楼2单元501")
    other.waits_for(replies[-1]["text"])
    assert "厨房水管漏水了,3号楼2单元501" in other.texts()
    other.close()


def test_a_stranger_hears_nothing(site: Site) -> None:
    assert Page(site).listen().status_code == 204


def test_without_redis_messages_still_come_and_at_once_again_when_it_is_back(
    chen: Page, _valkey_server: Valkey, worker: Callable[[], None]
) -> None:
    chen.listen()
    until(lambda: chen.events, what="the history")
    _valkey_server.stop()
    try:
        tell("没有 Redis 也收得到")
        chen.waits_for("没有 Redis 也收得到")
    finally:
        _valkey_server.start()
    until(lambda: _valkey_server.client.pubsub_numpat() > 0, what="listening again")
    tell("又能马上收到了")
    worker()
    chen.waits_for("又能马上收到了")
    assert chen.texts().count("没有 Redis 也收得到") <= 2, "the page knows a repeat by its id"


def test_the_server_stops_at_once_with_pages_open(site: Site) -> None:
    chen = Page(Site(**site.settings))
    chen.say("chen-opens-2", start=True)
    pages = [chen]
    for _n in range(20):
        page = Page(chen.site)
        page.session.cookies = chen.session.cookies
        pages.append(page)
    for page in pages:
        page.listen()
    until(lambda: all(page.events for page in pages), what="the history on every page")
    process = chen.site.process
    process.send_signal(signal.SIGTERM)
    assert process.wait(LONG) == 0
    assert "graceful shutdown exceeded" not in chen.site.said(), (
        "it stopped by itself, not killed after the grace time"
    )


class Desk(Page):
    """A staff member's browser."""

    def post(self, path: str, **form: str) -> None:
        token = self.session.get(f"{self.site.base}/admin/sign-in", timeout=60).text.split(
            'name="csrf_token" value="'
        )[1]
        given = {**form, "csrf_token": token.split('"')[0]}
        answer = self.session.post(self.site.base + path, data=given, timeout=60)
        assert answer.status_code == 200, answer.text

    def sign_in(self, username: str) -> None:
        self.post("/admin/sign-in", username=username, password=PASSWORD)


def test_admin_pages_hear_that_something_changed_and_strangers_do_not(site: Site) -> None:
    street = found_street()
    employ("zhou", "周主任", ("street_admin", street.district))
    stranger = requests.get(f"{site.base}/admin/events", allow_redirects=False, timeout=60)
    assert stranger.status_code in (302, 401)
    zhou = Desk(site)
    zhou.sign_in("zhou")
    assert zhou.listen("/admin/events").status_code == 200

    def heard() -> bool:
        live.publish(live.ADMIN, {"kind": "request", "id": 1047})
        return {"kind": "request", "id": 1047} in zhou.events

    until(heard, what="the nudge")
    zhou.close()


def test_an_open_page_hears_nothing_more_once_its_session_was_signed_out(site: Site) -> None:
    employ("li.na", "李娜", ("street_admin", found_street().district))
    here, other = Desk(site), Desk(site)
    for desk in (here, other):
        desk.sign_in("li.na")
        stream = desk.listen("/admin/events")
        assert stream.status_code == 200
        assert not [name for name in stream.headers if name.startswith("x-linli")], (
            "how long is nobody else's business"
        )
    copied = here.session.cookies.copy()
    here.post("/admin/sign-out")
    until(lambda: here.ended, what="the end of the stream")
    assert not other.ended

    def heard() -> bool:
        live.publish(live.ADMIN, {"kind": "request", "id": 2048})
        return {"kind": "request", "id": 2048} in other.events

    until(heard, what="the nudge in the other browser")
    assert {"kind": "request", "id": 2048} not in here.events
    again = requests.get(f"{site.base}/admin/events", cookies=copied, allow_redirects=False, timeout=60)
    assert again.status_code in (302, 401)
    other.close()


def test_a_chat_page_hears_nothing_more_once_its_webchat_was_forgotten(site: Site) -> None:
    """The id of what was forgotten may become another one's."""
    chen = Page(site)
    chen.say("chen-is-forgotten", start=True)
    assert chen.listen().status_code == 200
    Identity.delete_by_id(Identity.select().order_by(Identity.id.desc()).get().id)
    until(lambda: chen.ended, what="the end of the stream")


def test_a_photo_that_is_too_large_is_refused_in_words_not_by_a_broken_line(chen: Page) -> None:
    answer = chen.session.post(
        f"{chen.site.base}/chat/photo",
        data={"event": "too-large-1"},
        files={"photo": ("a.jpg", b"\xff\xd8" + b"x" * (14 * 1024 * 1024), "image/jpeg")},
        headers={"Accept": "application/json"},
        timeout=30,
    )
    assert answer.status_code == 413
    assert answer.json()["error"]


def test_messages_of_one_person_sent_at_the_same_moment_are_each_answered_once(chen: Page) -> None:
    threads = [
        threading.Thread(target=chen.say, args=(f"burst-event-{n}",), kwargs={"text": "您好"})
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.reconnect_if_lost()
    heard = db.execute("SELECT COUNT(*) FROM inbound WHERE event_id LIKE 'burst-event-%'").fetchone()[0]
    assert heard == 8
