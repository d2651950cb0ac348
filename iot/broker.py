"""The embedded MQTT broker for machines without mosquitto: `python -m iot.broker PORT`, on this machine only.

amqtt keeps sessions in memory and serves no shared subscriptions; it is enough for a demo community. A community with
many devices runs Mosquitto or EMQX (MQTT_URL).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys

from amqtt.broker import Broker

_PLUGINS = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}


async def serve(port: int) -> None:
    """Run the broker until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    listeners = {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}
    broker = Broker({"listeners": listeners, "plugins": _PLUGINS})
    await broker.start()
    await stop.wait()
    with contextlib.suppress(TimeoutError):
        # A client that does not say goodbye must not hold up the stop.
        await asyncio.wait_for(broker.shutdown(), 2)


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(serve(int(sys.argv[1])))


if __name__ == "__main__":
    main()
