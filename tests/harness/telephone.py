"""A phone at your terminal: Twilio stands in here, and you text and call a Linli that runs on this machine.

    .venv/bin/python -m tests.harness.telephone
    .venv/bin/python -m tests.harness.telephone --linli http://127.0.0.1:8080 --number +8617000009999

What you write is a text message. `/call` calls; `/call 1 2 speech:漏水了` also presses keys and speaks. Ctrl-D ends.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests

from backend.start import port_is_free
from tests.harness.phones import Carrier
from tests.harness.twilio_server import Resource, TwilioServer


class Telephone(TwilioServer):
    """Shows what is sent to anybody the moment it comes, and sends the receipt."""

    def __init__(self, port: int, carrier: Carrier) -> None:
        super().__init__(port)
        self.carrier = carrier

    def accept(self, resource: Resource) -> None:
        super().accept(resource)
        if resource.kind == "Messages":
            say(f"✉ {resource.to}: {resource.body}")
            receipt = (resource.sid, "delivered", resource.to)
            threading.Timer(1, self.carrier.sms_status, receipt).start()
        else:
            say(f"☎ {resource.to} rings")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.harness.telephone")
    parser.add_argument("--linli", default="http://127.0.0.1:8000", help="where Linli runs (%(default)s)")
    parser.add_argument("--number", default="+8617000009999", help="your number (%(default)s)")
    parser.add_argument("--port", type=int, default=8900, help="where Twilio stands in (%(default)s)")
    wanted = parser.parse_args()
    if not port_is_free("127.0.0.1", wanted.port):
        sys.exit(f"Port {wanted.port} is taken. Choose another one: --port {wanted.port + 1}")
    carrier = Carrier(wanted.linli)
    with Telephone(wanted.port, carrier) as twilio:
        given = " \\\n  ".join(f"{name}={value}" for name, value in twilio.settings().items())
        port = urlsplit(wanted.linli).port or 80
        say(f"Start Linli in another terminal:\n\n{given} \\\n  make run PORT={port}\n")
        say(f"You are {wanted.number}. Write a message, or /call. Ctrl-D ends.")
        for line in sys.stdin:
            for heard in answers(carrier, wanted.number, line.strip()):
                say(heard)


def answers(carrier: Carrier, number: str, line: str) -> Iterator[str]:
    """What Linli answers at once to one line."""
    try:
        if line.startswith("/call"):
            yield from (f"☎ {heard}" for heard in carrier.call(number, line.split()[1:]).log)
        elif line:
            yield from (f"✉ {text}" for text in carrier.sms(number, line))
    except requests.ConnectionError:
        yield f"Nothing answers at {carrier.app_base}: is Linli running there?"
    except AssertionError as refused:
        yield f"Linli refuses, {refused}: was it started with the settings above, and without PUBLIC_URL?"


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
