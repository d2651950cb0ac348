"""A process that publishes as many devices would, QoS 1, with as little work as it can: its packets are made before it begins.

python -m bench.publisher PORT NAME

Each line that comes in asks for some: PREFIX DEVICES FIRST COUNT TAG. It prints "ready", begins with the next line, and prints one line of JSON when the broker has
acknowledged everything. With a sixth word, RATE, it goes on at so many a second, COUNT or not, until another line comes.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import time

WINDOW = 400
"""Messages that the broker has not acknowledged."""
CHUNK = 40
TICK_S = 0.01


def message(tag: str, number: int) -> bytes:
    """What a thermometer with a smoke detector says."""
    body = {"id": f"{tag}-{number}", "t": 18 + number % 90 / 10, "bat": 100 - number % 50, "smoke": False}
    return json.dumps(body).encode()


def packet(topic: bytes, mid: int, payload: bytes) -> bytes:
    body = struct.pack("!H", len(topic)) + topic + struct.pack("!H", mid) + payload
    length, head = len(body), bytearray([0x32])
    while True:
        length, low = length >> 7, length & 0x7F
        head.append(low | (0x80 if length else 0))
        if not length:
            return bytes(head) + body


def connected(port: int, name: str) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port))
    body = b"\0\4MQTT\4\2\0\0" + struct.pack("!H", len(name)) + name.encode()
    sock.sendall(bytes([0x10, len(body)]) + body)
    answer = sock.recv(4)
    assert answer == b"\x20\2\0\0", answer
    return sock


def publish(sock: socket.socket, packets: list[bytes]) -> None:
    """All of them, until the broker has acknowledged the last."""
    count, sent, taken = len(packets), 0, 0
    while taken < count * 4:
        if sent < count and sent - taken // 4 < WINDOW:
            some = packets[sent : sent + CHUNK]
            sock.sendall(b"".join(some))
            sent += len(some)
        waits = sent == count or sent - taken // 4 >= WINDOW
        if waits or select.select([sock], [], [], 0)[0]:
            taken += len(sock.recv(65_536))  # acknowledgements, four bytes each


def publish_on(sock: socket.socket, prefix: str, devices: int, tag: str, rate: float) -> int:
    """So many a second until a line comes in; returns how many the broker has acknowledged by then. Whoever falls behind does not catch up in one burst."""
    sent, acknowledged, due, at = 0, 0, 0.0, time.monotonic()
    while not select.select([sys.stdin], [], [], TICK_S)[0]:
        now = time.monotonic()
        due, at = min(due + (now - at) * rate, rate / 4), now
        some = min(int(due), WINDOW * 10 - (sent - acknowledged // 4))
        if some > 0:
            numbers = range(sent, sent + some)
            sock.sendall(
                b"".join(
                    packet(f"{prefix}/bench-{n % devices}/up".encode(), n % 65_535 + 1, message(tag, n))
                    for n in numbers
                )
            )
            sent, due = sent + some, due - some
        while select.select([sock], [], [], 0)[0]:
            acknowledged += len(sock.recv(65_536))
    sys.stdin.readline()
    return acknowledged // 4


def main(port: int, name: str) -> None:
    sock = connected(port, name)
    for line in sys.stdin:
        prefix, devices, first, count, tag, *pace = line.split()
        if pace:
            print("ready", flush=True)
            sys.stdin.readline()
            began = time.time()
            taken = publish_on(sock, prefix, int(devices), tag, float(pace[0]))
            print(json.dumps({"began": began, "ended": time.time(), "acknowledged": taken}), flush=True)
            continue
        numbers = range(int(first), int(first) + int(count))
        packets = [
            packet(f"{prefix}/bench-{n % int(devices)}/up".encode(), n % 65_535 + 1, message(tag, n))
            for n in numbers
        ]
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.time()
        publish(sock, packets)
        print(json.dumps({"began": began, "ended": time.time()}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
