"""What must not wait at the broker behind everything else: the messages of detectors, which come by a session of their own besides the usual one.

A session's messages come in their order, so that smoke would wait for every reading before it. Hence the topics under which devices were heard whose model
can tell of smoke, gas, water, a help button or a fall are subscribed once more, each by its full name, in a partition of their own. The broker gives their messages to both
sessions. Whichever stores one first leaves a Twin in the same transaction, and the other one, which finds it, leaves the message out and the Twin goes. No session has to know what
the other one is subscribed to at a moment: a message that only one of them gets is stored by that one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import blake2b

import orjson

from backend.core import clock
from backend.core.db import after_commit, db, execute, execute_many, is_postgres, transaction
from iot.ingest.models import DeviceTopic, Twin
from iot.models import Device, DeviceProfile
from iot.points import SAFETY
from iot.uplink import Arrived

MOST_TOPICS = 8
"""Of one device; a gateway that makes up new ones is not followed any further."""
LOUD_FOR = timedelta(days=1)
"""Who says so much that others would have to wait for it goes the usual way alone so long."""
USUAL_AHEAD = timedelta(minutes=1)
"""So long before the express session the usual one may take a message. It is short, since until it is over the next press of the same button, in the same words, would
pass for the one before."""
EXPRESS_AHEAD = timedelta(days=2)
"""So long the usual session may be behind."""


class _Noted:
    """The pairs of an address and a topic that stand in the table, of the database that is open."""

    def __init__(self) -> None:
        self._database: object = None
        self._pairs: set[int] = set()

    def pairs(self) -> set[int]:
        if self._database is not db.obj:
            self._database, self._pairs = db.obj, set()
        return self._pairs


_noted = _Noted()


def note(heard: Iterable[tuple[str, str]]) -> None:
    """Write down which device (by address) was heard under which topic, where it is not known. Belongs in the transaction that stores the messages."""
    known = _noted.pairs()
    new = {pair for pair in heard if hash(pair) not in known}
    if not new:
        return
    theirs: dict[str, set[str]] = defaultdict(set)
    query = DeviceTopic.select(DeviceTopic.address, DeviceTopic.topic)
    for address, topic in query.where(DeviceTopic.address.in_(sorted({a for a, _topic in new}))).tuples():
        theirs[address].add(topic)
    missing = []
    for address, topic in sorted(new):
        if topic not in theirs[address] and len(theirs[address]) < MOST_TOPICS:
            theirs[address].add(topic)
            missing.append((address, topic))
    if missing:
        execute_many(
            "INSERT INTO device_topic (address, topic) VALUES (?, ?) ON CONFLICT DO NOTHING", missing
        )
    after_commit(lambda: known.update(map(hash, new)))


def topics() -> tuple[str, ...]:
    """The topics of detectors in use, but for loud ones."""
    profiles = [
        row.id
        for row in DeviceProfile.select(DeviceProfile.id, DeviceProfile.rules).where(
            DeviceProfile.state == "approved"
        )
        if any(rule["point"] in SAFETY for rule in row.rules)
    ]
    if not profiles:
        return ()
    quiet = DeviceTopic.loud_at.is_null() | (DeviceTopic.loud_at < clock.now() - LOUD_FOR)
    query = (
        DeviceTopic.select(DeviceTopic.topic)
        .join(Device, on=(Device.address == DeviceTopic.address))
        .where((Device.status == "active") & Device.profile_id.in_(profiles) & quiet)
    )
    # A topic that holds a sign of filters would be one.
    return tuple(sorted({topic for (topic,) in query.tuples() if not set("+#") & set(topic)}))


def loud(topics: Iterable[str]) -> None:
    """Under these more is said than a detector says: from now on they go the usual way alone."""
    with transaction():
        DeviceTopic.update(loud_at=clock.now()).where(DeviceTopic.topic.in_(list(topics))).execute()


def taken(batch: Sequence[Arrived]) -> set[int]:
    """The `id()`s of those that the other session has stored; of the rest that come twice it is noted that they are stored now. At the beginning of the transaction that does."""
    ours = [(_digest(arrived), arrived) for arrived in batch if arrived.twice]
    if not ours:
        return set()
    now, express = clock.now(), ours[0][1].twice == "express"
    asked = sorted({digest for digest, _arrived in ours})
    if is_postgres():  # the other one may be at the same message at this moment
        execute(
            "SELECT pg_advisory_xact_lock(d) FROM (SELECT d FROM unnest(?::bigint[]) AS d ORDER BY d) AS each",
            [asked],
        )
    since = clock.to_ms(now - (USUAL_AHEAD if express else EXPRESS_AHEAD))
    twins: dict[int, list[int]] = defaultdict(list)
    for number, digest in execute(
        _TWINS[is_postgres()], [asked if is_postgres() else orjson.dumps(asked).decode(), not express, since]
    ).fetchall():
        twins[digest].append(number)
    found, over, new = set(), [], []
    for digest, arrived in ours:
        if twins[digest]:
            over.append((twins[digest].pop(0),))
            found.add(id(arrived))
        elif arrived.twice != "formerly":
            new.append((digest, express, clock.to_ms(now)))
    if over:
        execute_many("DELETE FROM twin WHERE id = ?", over)
    if new:
        execute_many("INSERT INTO twin (digest, express, at) VALUES (?, ?, ?)", new)
    return found


_TWINS = {
    False: "SELECT id, digest FROM twin WHERE digest IN (SELECT value FROM json_each(?)) AND express = ? AND at >= ? ORDER BY id",
    True: "SELECT id, digest FROM twin WHERE digest = ANY(?) AND express = ? AND at >= ? ORDER BY id",
}


def clear() -> None:
    """Twins whose other half did not come."""
    now = clock.now()
    with transaction():
        Twin.delete().where(
            (Twin.at < now - EXPRESS_AHEAD) | ((Twin.at < now - USUAL_AHEAD) & ~Twin.express)
        ).execute()


def _digest(arrived: Arrived) -> int:
    said = blake2b(arrived.topic.encode("utf-8", "backslashreplace") + b"\0" + arrived.payload, digest_size=8)
    return int.from_bytes(said.digest(), "big", signed=True)
