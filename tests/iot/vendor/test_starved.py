"""What a codec could not read for want of memory is read as soon as there is some, and nobody is blamed meanwhile."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend import domains
from backend.core import clock as clocks
from iot import storing
from iot.mapping import written
from iot.models import Device, DeviceProfile, QuarantinedMessage, Reading
from iot.quarantine import later
from iot.uplink import Arrived
from iot.vendor import breaker, pool, sources
from iot.vendor.models import CodecFault
from tests.care.town import found
from tests.databases import TestDatabase
from tests.iot.test_storing import House, alarms_open
from tests.servers import until

CODEC = "function decodeUplink(i) { return { data: { smoke: i.bytes[0] } }; }"
TOPIC = "application/1/device/a8404187d187106e/event/up"


@contextmanager
def nothing_can_be_started() -> Iterator[None]:
    """The system gives no worker the file that it needs."""
    pool.ours().close()
    before, tempfile.tempdir = tempfile.tempdir, "/nowhere"
    try:
        yield
    finally:
        tempfile.tempdir = before


@pytest.fixture
def house(sqlite_database: TestDatabase, clock: clocks.Hands, tmp_path: Path, configure: Any) -> House:
    domains.load()
    configure(VAR_DIR=str(tmp_path))
    path = sources.path(sources.name(CODEC))
    path.parent.mkdir(parents=True)
    path.write_text(CODEC)
    made, now = House(found()), clocks.now()
    model = DeviceProfile.create(
        key="s", name="烟感", decoder=f"vendor:{sources.name(CODEC)}", rules=[written("smoke=smoke").to_json()],
        state="approved", by_name="", created_at=now, changed_at=now,
    )  # fmt: skip
    Device.create(
        address="eui:a8404187d187106e", name="烟感", org_id=made.town.grid.id, profile_id=model.id,
        status="active", created_at=now, changed_at=now,
    )  # fmt: skip
    return made


def smokes(house: House) -> storing.Stored:
    house.count += 1
    said = {
        "deduplicationId": str(house.count), "deviceInfo": {"devEui": "a8404187d187106e"}, "fPort": 2, "data": "AQ==",
        "time": clocks.now().isoformat(),
    }  # fmt: skip
    return storing.store([Arrived(TOPIC, json.dumps(said).encode(), clocks.now())])


def test_smoke_that_was_not_read_for_want_of_memory_is_told_when_there_is_some_again(
    house: House, clock: clocks.Hands
) -> None:
    with nothing_can_be_started():
        assert smokes(house) == storing.Stored(quarantined=1)
        assert house.arrives("thermometer", t=21).readings == 1, "nobody else waits"
        clock.forward(seconds=5)
        assert later.again() == 0
    assert QuarantinedMessage.select().count() == 1 and alarms_open() == []
    assert not CodecFault.select().exists() and breaker.stops() == []

    def read() -> bool:
        clock.forward(seconds=5)
        return later.again() == 1

    until(read, what="memory", every=0.5)
    assert "smoke" in alarms_open() and not QuarantinedMessage.select().exists()
    assert Reading.select().order_by(Reading.id.desc()).get().said == {"smoke": True}


def test_staff_hear_of_a_detector_that_could_not_be_read_for_a_minute_and_it_is_theirs_after_a_day(
    house: House, clock: clocks.Hands
) -> None:
    with nothing_can_be_started():
        smokes(house)
        for _try in range(2):
            clock.forward(minutes=2)
            assert later.again() == 0
            assert alarms_open() == ["unheard"]
        (row,) = QuarantinedMessage.select()
        assert row.again_at is not None and row.again_at - clocks.now() == timedelta(minutes=1)
        clock.forward(days=1)
        assert later.again() == 0
    (row,) = QuarantinedMessage.select()
    assert row.again_at is None and "memory" in row.why
