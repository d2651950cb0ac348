"""What the tests of routes share: a community with a device whose readings go onward, and a receiver that fails in every way."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from backend import domains
from backend.core import clock as clocks
from iot import storing
from iot.models import Device, DeviceProfile
from iot.routes import routes
from iot.routes.filters import Filter
from iot.routes.forwarding import Runner
from iot.routes.models import Route, RoutedReading
from iot.routes.routes import Wish
from iot.routes.shape import Shape
from iot.uplink import Arrived
from tests.care.town import Town, found


class Community:
    """Devices of its grid say temperatures."""

    def __init__(self) -> None:
        domains.load()
        self.town: Town = found()
        self.admin = self.town.actor(self.town.admin)
        self.count = 0
        now = clocks.now()
        self.model = DeviceProfile.create(
            key="air", name="Air", decoder="", state="approved", by_name="", created_at=now, changed_at=now,
            rules=[{"point": "temperature", "name": "t"}, {"point": "battery", "name": "b"}, {"point": "sos", "name": "sos"}],
        )  # fmt: skip

    def device(self, name: str) -> Device:
        now = clocks.now()
        made: Device = Device.create(
            address=f"plain:{name}", name=name, org_id=self.town.grid.id, profile_id=self.model.id, status="active",
            seen_at=now, created_at=now, changed_at=now,
        )  # fmt: skip
        return made

    def say(self, device: str, *values: float, **more: Any) -> None:
        """One message for each temperature, all in one batch."""
        batch = []
        for value in values:
            self.count += 1
            body = {"id": f"{device}-{self.count}", "t": value, **more}
            batch.append(Arrived(f"linli/{device}/up", json.dumps(body).encode(), clocks.now()))
        storing.store(batch)

    def route(self, kind: str, given: dict[str, str], *, live: bool = True, **more: Any) -> Route:
        wish = Wish(
            name="onward",
            filter=more.pop("filter", Filter()),
            shape=more.pop("shape", Shape()),
            given=given,
            **more,
        )
        made = routes.create(self.admin, self.town.happy.id, kind, wish)
        return routes.turn(self.admin, made.id, "live") if live else made


def waiting(route: Route) -> list[float]:
    """The temperatures that wait, in order."""
    query = RoutedReading.select().where(
        (RoutedReading.route_id == route.id) & (RoutedReading.status == "waiting")
    )
    return [json.loads(e.said)["temperature"] for e in query.order_by(RoutedReading.id)]


def drained(route: Route, steps: int = 50) -> Route:
    """The forwarder at work in this thread until nothing more can be done now."""
    runner = Runner(route.id)
    try:
        for _ in range(steps):
            pause = runner.step()
            if pause is None or pause > 0:
                break
    finally:
        runner.close()
    found_: Route = Route.get_by_id(route.id)
    return found_


class Receiver:
    """A web server. `answers` are what it does with the next posts, then it takes all: a status, (status, Retry-After), "reset", "silence", "garbage",
    "drip" or "deaf"; a function of the body, too."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.got: list[tuple[dict[str, str], Any]] = []
        self.raw: list[bytes] = []
        self.closing = Event()

    @property
    def temperatures(self) -> list[float]:
        """Of what was taken, in the order in which it came."""
        return [
            one["values"]["temperature"]
            for _headers, body in self.got
            for one in (body["data"] if isinstance(body["data"], list) else [body["data"]])
        ]


@contextmanager
def listening(*answers: Any) -> Iterator[tuple[str, Receiver]]:
    """(host:port, the receiver)."""
    receiver = Receiver(*answers)

    class Ears(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            body = json.loads(raw)
            answer = receiver.answers.pop(0) if receiver.answers else 204
            answer = answer(body) if callable(answer) else answer
            if answer == "deaf":
                # It has it, and its answer is lost.
                receiver.got.append(({}, body))
                answer = "reset"
            if isinstance(answer, str):
                getattr(self, answer)()
                return
            status, wait = answer if isinstance(answer, tuple) else (answer, None)
            if status < 300:
                receiver.raw.append(raw)
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(status)
            if wait is not None:
                self.send_header("Retry-After", str(wait))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def reset(self) -> None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()

        def silence(self) -> None:
            receiver.closing.wait(120)
            self.close_connection = True

        def garbage(self) -> None:
            self.wfile.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
            self.close_connection = True

        def drip(self) -> None:
            self.close_connection = True
            try:
                while not receiver.closing.wait(0.02):
                    self.wfile.write(b"H")
            except OSError:
                return

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ears)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
