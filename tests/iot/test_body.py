"""What a watch or a blood pressure meter says of somebody's body lies sealed, and is read by all who may read it."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import import_module

from playhouse.migrate import SchemaMigrator

from backend import domains
from backend.core import clock, db
from backend.core.db import execute
from iot import asking, storing
from iot.models import Device, Reading
from iot.registry import devices
from iot.routes import entries
from iot.routes.filters import Filter
from iot.routes.models import Route, RoutedReading
from iot.routes.shape import Shape
from iot.rules import actions as rules
from iot.rules import past
from iot.rules.definition import Definition
from iot.seeing import series
from iot.uplink import Arrived
from tests.care.town import found
from tests.databases import TestDatabase
from tests.iot.seeing.house import bound

SAID = {"battery": 97, "heart_rate": 141.5}


def lying_open() -> str:
    """All that stands there unsealed."""
    tables = {"reading": '"values"', "device": "points, unread", "routed_reading": "said"}
    return " ".join(str(execute(f"SELECT {what} FROM {table}").fetchall()) for table, what in tables.items())


def test_a_pulse_lies_sealed_and_charts_rules_exports_and_routes_read_it(database: TestDatabase) -> None:
    domains.load()
    town = found()
    admin = town.actor(town.admin)
    watch = bound(town, "watch", "heart_rate=hr", "battery=battery")
    now = clock.now()
    route = Route.create(
        org_id=town.happy.id, uid="r", name="onward", kind="webhook", target="{}", filter=Filter().to_json(), by_id=1,
        shape=Shape().to_json(), state="live", rate=0, most=100, kept_days=1, by_name="", created_at=now, changed_at=now,
    )  # fmt: skip
    storing.store(
        [
            Arrived("linli/watch/up", json.dumps({"id": n, "hr": 141.5 + n, "battery": 97}).encode(), now)
            for n in range(2)
        ]
    )
    assert "141.5" not in lying_open() and "heart" not in lying_open() and "battery" in lying_open()

    known = Device.get_by_id(watch.id)
    assert {name: said for name, (said, _at) in known.points.items()} == {
        "battery": 97.0,
        "heart_rate": 142.5,
    }
    assert "142.5 /min" in [text for _what, text, _at in devices.shown(known, ())]
    later = now + timedelta(minutes=1)
    (drawn,) = series.bins(watch.id, "heart_rate", now - timedelta(hours=1), later, most=1)
    assert (drawn.low, drawn.high, drawn.n) == (141.5, 142.5, 2)
    asked, _place = asking.readings(known, None, None, "heart_rate", None, 10)
    assert [reading.said["heart_rate"] for reading in asked] == [141.5, 142.5]
    onward = entries.items(route, list(RoutedReading.select().order_by(RoutedReading.id)))
    assert [item.values["heart_rate"] for item in onward] == [141.5, 142.5]
    said = Definition(
        "fast pulse", "heart_rate > 140", "device_notice", "warning", {"zh_CN": "脉搏快", "en": "Fast"}
    )
    fast = rules.write(admin, said, org_id=town.happy.id)
    assert past.begin(admin, fast.id, 1, town.happy.id).found


def test_what_lay_open_before_is_sealed_by_the_migration_and_opened_by_its_way_back(
    sqlite_database: TestDatabase,
) -> None:
    migration, migrator = (
        import_module("backend.migrations.0053_body"),
        SchemaMigrator.from_database(db.db.obj),
    )
    migration.down(migrator, db.db.obj)
    said = json.dumps(SAID)
    execute(
        "INSERT INTO reading (device_id, kind, at, received_at, \"values\") VALUES (1, 'data', 1, 1, ?)",
        (said,),
    )
    migration.up(migrator, db.db.obj)
    assert "heart_rate" not in lying_open()
    assert Reading.get().said == SAID
    migration.down(migrator, db.db.obj)
    (values,) = execute('SELECT "values" FROM reading').fetchone()
    assert json.loads(values) == SAID
