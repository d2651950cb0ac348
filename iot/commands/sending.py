"""The thread of the ingest process that publishes commands once they are committed: of many processes the one that holds the lease.

A command is marked before it is published, and again when the broker has acknowledged it: after a crash in between, one that may happen twice is sent again, and a
door stays shut.
"""

from __future__ import annotations

import threading
import time

import peewee
import structlog
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from backend.core import db, health, lease
from iot import connection
from iot.commands import actions as commands
from iot.commands.actions import DeviceCommand
from iot.connection import Broker

LEASE = "commands"
LEASE_S, RENEW_S = 10.0, 3.0
LOOK_S = 0.3
"""A siren is not kept waiting longer than this."""
ACKNOWLEDGED_S = 5.0
CLIENT = "linli-commands"
logger = structlog.get_logger()


class Sender:
    """`start` and `stop` from the main thread."""

    def __init__(self, broker: Broker, me: str = health.INSTANCE) -> None:
        self._broker, self._me = broker, me
        self._done = threading.Event()
        self._client: Client | None = None
        self._renewed = 0.0
        self._thread = threading.Thread(target=self._work, name="commands", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join(10)

    def _work(self) -> None:
        try:
            while not self._done.is_set():
                try:
                    self._turn()
                except (peewee.OperationalError, peewee.InterfaceError) as error:
                    # What was under way is taken up anew, as after another process's end.
                    self._renewed = 0.0
                    self._lost(error)
                except Exception:
                    self._renewed = 0.0
                    logger.exception("commands.failed")
                    self._done.wait(1)
                self._done.wait(LOOK_S)
        finally:
            self._disconnect()
            self._let_go()
            db.db.close()

    def _turn(self) -> None:
        if not self._leading():
            self._disconnect()
            return
        for command in commands.claim():
            if self._publish(command):
                commands.sent(command)
            else:
                commands.not_sent(command)

    def _leading(self) -> bool:
        if self._renewed and time.monotonic() - self._renewed < RENEW_S:
            return True
        began, before = time.monotonic(), self._renewed
        ours = lease.acquire(LEASE, self._me, LEASE_S)
        self._renewed = began if ours else 0.0
        if ours and not before:
            commands.take_up()
        return ours

    def _let_go(self) -> None:
        if self._renewed:
            try:
                lease.release(LEASE, self._me)
            except Exception as error:
                # It runs out by itself.
                logger.warning("commands.database_unreachable", error=type(error).__name__)

    def _publish(self, command: DeviceCommand) -> bool:
        """Whether the broker has acknowledged it."""
        try:
            client = self._connected()
            told = client.publish(command.topic, command.payload, qos=1)
            told.wait_for_publish(ACKNOWLEDGED_S)
        except (OSError, RuntimeError, ValueError) as error:
            logger.warning("commands.not_sent", command=command.id, error=type(error).__name__)
            self._disconnect()
            return False
        if not told.is_published():
            # What it still holds must not be sent later by itself.
            self._disconnect()
            return False
        return True

    def _connected(self) -> Client:
        """Raises OSError when the broker is not there."""
        if self._client is not None and self._client.is_connected():
            return self._client
        self._disconnect()
        client = Client(CallbackAPIVersion.VERSION2, client_id=CLIENT, clean_session=True)
        connection.prepare(client, self._broker)
        client.connect(self._broker.host, self._broker.port)
        client.loop_start()
        self._client = client
        until = time.monotonic() + ACKNOWLEDGED_S
        while not client.is_connected():
            if time.monotonic() > until:
                raise ConnectionError("the broker does not let us in")
            time.sleep(0.01)
        return client

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client = None

    def _lost(self, error: Exception) -> None:
        logger.warning("commands.database_unreachable", error=type(error).__name__)
        self._done.wait(1)
        try:
            db.reconnect_if_lost()
        except Exception as again:
            logger.warning("commands.database_unreachable", error=type(again).__name__)
