"""Devices on a plan: put there by hand, by numbers, and shown with their state."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from backend import domains
from iot.models import Device
from iot.seeing import tiles
from iot.seeing.models import Pin, Plan
from tests.care.town import Town, found
from tests.databases import TestDatabase
from tests.iot.seeing.house import bound
from tests.web.browser import Browser, employ


def drawing() -> tuple[io.BytesIO, str]:
    picture = io.BytesIO()
    Image.new("RGB", (800, 400), "white").save(picture, "PNG")
    picture.seek(0)
    return picture, "plan.png"


@pytest.fixture
def town(sqlite_database: TestDatabase) -> Town:
    domains.load()
    return found()


@pytest.fixture
def lin(app: Flask, town: Town) -> Browser:
    employ("lin", "林主任", ("community_admin", town.happy))
    browser = Browser(app.test_client())
    browser.sign_in("lin")
    return browser


def test_a_plan_is_put_up_and_a_device_gets_its_place_by_numbers_as_by_hand(
    town: Town, lin: Browser, app: Flask
) -> None:
    smoke = bound(town, "smoke", "smoke=s")
    assert "还没有平面图" in lin.get("/admin/devices/map").text
    lin.post("/admin/devices/map/plans", {"name": "3号楼一层", "picture": drawing()})
    plan = Plan.get()
    assert (plan.width, plan.height) == (800, 400)
    page = f"/admin/devices/map?plan={plan.id}"
    assert "smoke" in lin.get(page).text
    place: dict[str, Any] = {"device": smoke.id, "plan": plan.id, "x": "25", "y": "50"}
    assert "smoke" in lin.post("/admin/devices/map/place", place).text
    assert (Pin.get().x, Pin.get().y) == (0.25, 0.5)
    by_hand = lin.post("/admin/devices/map/place", {**place, "x": "75.5"}, headers={"X-Live": "1"})
    assert by_hand.status_code == 204 and Pin.get().x == 0.755
    lin.post("/admin/devices/map/place", {**place, "x": "175"})
    assert Pin.select().count() == 1 and Pin.get().x == 0.755
    assert lin.get(f"/admin/devices/map/plans/{plan.id}/picture").mimetype == "image/jpeg"
    shown = lin.get(page).text
    assert "正常" in shown and "data-points" in shown and "<script>" not in shown
    Device.update(online=False).where(Device.id == smoke.id).execute()
    assert "失联" in lin.get(page).text
    lin.post("/admin/devices/map/take-off", {"off": smoke.id, "plan": plan.id})
    assert not Pin.select().exists()
    lin.post(f"/admin/devices/map/plans/{plan.id}/remove")
    assert not Plan.select().exists()
    stranger = app.test_client().get(f"/admin/devices/map/plans/{plan.id}/picture")
    assert stranger.status_code == 302


def test_leaflet_comes_from_its_package_and_nothing_else_of_it(app: Flask) -> None:
    browser = app.test_client()
    assert b"Leaflet" in browser.get("/map/leaflet/leaflet.js").data[:400]
    assert browser.get("/map/leaflet/..%2F..%2F__init__.py").status_code == 404
    assert browser.get("/map/tiles/3/1/1").status_code == 404


def test_tiles_come_from_a_folder_or_a_file_on_this_machine(tmp_path: Path, configure: Any) -> None:
    folder = tmp_path / "tiles"
    (folder / "3" / "1").mkdir(parents=True)
    (folder / "3" / "1" / "2.png").write_bytes(b"\x89PNG of 3/1/2")
    configure(MAP_TILES=str(folder))
    assert tiles.tile(3, 1, 2) == (b"\x89PNG of 3/1/2", "image/png")
    assert tiles.tile(3, 1, 3) is None and tiles.tile(3, 9, 2) is None
    path = tmp_path / "town.mbtiles"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        db.execute("INSERT INTO tiles VALUES (3, 1, 5, ?)", (b"\xff\xd8 jpeg",))
        db.execute("CREATE TABLE metadata (name, value)")
        db.execute("INSERT INTO metadata VALUES ('center', '116.4,39.9,14')")
    db.close()
    configure(MAP_TILES=str(path))
    assert tiles.tile(3, 1, 2) == (b"\xff\xd8 jpeg", "image/jpeg")
    assert tiles.middle() == (39.9, 116.4, 14) and tiles.there()
