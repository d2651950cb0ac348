"""paho's client, reading many messages at a time and acknowledging them together.

paho takes a message's length byte by byte and answers each by itself: half of what it costs to take a message in, store it and acknowledge it. Here
what the socket holds is taken at once, messages are cut out of it, and everything else (connecting, subscribing, the keepalive) stays paho's.
It is MQTT 3.1.1, and QoS 1 at most: what we subscribe to.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from contextlib import suppress

from paho.mqtt.client import PUBACK, PUBLISH, Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from backend.core import clock
from backend.core.values import value
from iot.uplink import Arrived

READ = 1 << 17
"""Bytes taken from the socket at once."""


@value
class Held:
    """A message that the broker has to be told about: `mid` is its number there, 0 for one that it does not ask about (QoS 0); `again`: the broker says that
    it sent it before."""

    arrived: Arrived
    mid: int
    again: bool


class Malformed(Exception):
    """The bytes are no MQTT."""


class Subscriber(Client):
    """To be driven by one thread: `loop` waits and reads, `held` is what came and was not taken out yet."""

    def __init__(self, session: str, *, clean: bool = False) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=session,
            clean_session=clean,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        self.held: list[Held] = []
        self._rest = b""

    def forget(self) -> None:
        """Before another connection: what came over the last one comes again, and its numbers may mean other messages then."""
        self.held.clear()
        self._rest = b""

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Tell the broker that these are safe."""
        packets = b"".join([struct.pack("!BBH", PUBACK, 2, mid) for mid in mids if mid])
        if packets:
            self._packet_queue(PUBACK, packets, 0, 1)

    def _sock_close(self) -> None:
        """What lies in the socket still is taken first: a broker that was killed does not say it again."""
        with suppress(OSError, ValueError, Malformed, IndexError):
            while self._sock is not None and (data := self._sock_recv(READ)):
                self._cut(self._rest + data)
        super()._sock_close()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        try:
            data = self._sock_recv(READ)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            data = b""
        if not data:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        try:
            rc = self._cut(self._rest + data)
        except (Malformed, IndexError):
            rc = MQTTErrorCode.MQTT_ERR_PROTOCOL
        return self._loop_rc_handle(rc) if rc else MQTTErrorCode.MQTT_ERR_SUCCESS

    def _cut(self, data: bytes) -> MQTTErrorCode:
        """Every packet that is whole; the rest waits for more."""
        place, size, now = 0, len(data), clock.now()
        while size - place >= 2:
            first, length, body = data[place], data[place + 1], place + 2
            if length & 0x80:
                length, body = _long(data, place + 1)
                if not body:
                    break
            end = body + length
            if end > size:
                break
            place = end
            if first & 0xF0 == PUBLISH:
                top = body + 2 + (data[body] << 8 | data[body + 1])
                topic = data[body + 2 : top].decode("utf-8", "replace")
                mid = 0
                if first & 0x06:
                    mid = data[top] << 8 | data[top + 1]
                    top += 2
                if top > end:
                    raise Malformed
                arrived = Arrived(topic, data[top:end], now, first & 1 == 1)
                self.held.append(Held(arrived, mid, first & 8 == 8))
                continue
            rc = self._other(first, data[body:end])
            if rc:
                return rc
        self._rest = data[place:]
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _other(self, first: int, body: bytes) -> MQTTErrorCode:
        """What is no message: paho's own business."""
        self._in_packet = {
            "command": first,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(body),
            "packet": bytearray(body),
            "to_process": 0,
            "pos": 0,
        }
        return self._packet_handle()


def _long(data: bytes, place: int) -> tuple[int, int]:
    """A length of several bytes, and where it ends; (0, 0) while it is not whole. Raises Malformed."""
    length = 0
    for shift in range(4):
        if place + shift >= len(data):
            return 0, 0
        byte = data[place + shift]
        length |= (byte & 0x7F) << (7 * shift)
        if not byte & 0x80:
            return length, place + shift + 1
    raise Malformed
