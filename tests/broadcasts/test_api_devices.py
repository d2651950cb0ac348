"""Another system reads what devices say, page by page, where staff said that it may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from backend.core import clock as clocks
from broadcasts.api import keys
from iot.models import Device, Reading
from tests.broadcasts.test_api import Clinic
from tests.broadcasts.village import Village, build
from tests.databases import TestDatabase


@pytest.fixture
def village(database: TestDatabase) -> Village:
    return build()


@pytest.fixture
def clinic(village: Village, client: FlaskClient) -> Clinic:
    made = keys.create(village.admin, village.happy.id, "气象站", sandbox=False, reads_devices=True)
    return Clinic(client, made[1])


def device(name: str, org_id: int | None) -> Device:
    now = clocks.now()
    made: Device = Device.create(
        address=f"plain:{name}", name=name, org_id=org_id, status="active", created_at=now, changed_at=now,
        points={"temperature": [21.5, 1]}, seen_at=now,
    )  # fmt: skip
    return made


def pages(clinic: Clinic, path: str) -> list[Any]:
    items, after = [], ""
    while True:
        answer = clinic.get(path + after)
        assert answer.status_code == 200, answer.json
        items += answer.json["items"]
        if answer.json["next"] is None:
            return items
        after = f"&after={answer.json['next']}"


def test_every_reading_is_on_one_page_and_on_no_other(village: Village, clinic: Clinic) -> None:
    kitchen = device("kitchen", village.town.grid.id)
    device("elsewhere", village.happy.parent_id)
    device("stranger", None)
    at = clocks.now() - timedelta(hours=1)
    for n in range(7):
        # Some of them at the same moment.
        Reading.create(
            device_id=kitchen.id, kind="data", at=at + timedelta(minutes=n // 3), received_at=at,
            values={"temperature": n, **({"battery": 90} if n % 2 else {})},
        )  # fmt: skip
    assert [d["address"] for d in pages(clinic, "/devices?limit=1")] == ["plain:kitchen"]
    path = f"/devices/{kitchen.id}/readings"
    assert [r["values"]["temperature"] for r in pages(clinic, f"{path}?limit=2")] == list(range(7))
    since = quote((at + timedelta(minutes=1)).isoformat())
    assert [r["values"]["temperature"] for r in pages(clinic, f"{path}?from={since}&limit=3")] == [3, 4, 5, 6]
    assert [r["values"]["temperature"] for r in pages(clinic, f"{path}?to={since}")] == [0, 1, 2]
    assert [r["values"] for r in pages(clinic, f"{path}?point=battery&limit=1")] == [{"battery": 90}] * 3


def test_what_was_measured_of_a_body_is_left_out(village: Village, clinic: Clinic) -> None:
    watch = device("watch", village.town.grid.id)
    at = clocks.now() - timedelta(hours=1)
    Device.update(body={"heart_rate": [141.5, 1]}).where(Device.id == watch.id).execute()
    for body, values in (({"heart_rate": 141.5}, {"battery": 97}), ({"heart_rate": 141.5}, {})):
        Reading.create(device_id=watch.id, kind="data", at=at, received_at=at, values=values, body=body)
    assert [d["points"] for d in pages(clinic, "/devices?limit=1")] == [{"temperature": [21.5, 1]}]
    path = f"/devices/{watch.id}/readings"
    assert [r["values"] for r in pages(clinic, f"{path}?limit=1")] == [{"battery": 97}, {}]
    assert pages(clinic, f"{path}?point=heart_rate") == []


def test_what_is_not_its_own_is_not_there(village: Village, client: FlaskClient, clinic: Clinic) -> None:
    other = device("elsewhere", village.happy.parent_id)
    assert clinic.get(f"/devices/{other.id}/readings").status_code == 404
    assert clinic.get("/devices/999999999999/readings").status_code == 404
    mine = device("kitchen", village.happy.id)
    for wrong in ("from=yesterday", "limit=0", "after=x", "after=99999999999999999999-1", "what=1"):
        assert clinic.get(f"/devices/{mine.id}/readings?{wrong}").status_code == 422
    assert clinic.get(f"/devices/{mine.id}/readings?after=999999999999999-1").json["items"] == []
    plain = Clinic(client, keys.create(village.admin, village.happy.id, "医院", sandbox=False)[1])
    assert plain.get("/devices").status_code == plain.get(f"/devices/{mine.id}/readings").status_code == 403
