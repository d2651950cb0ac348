"""Readings as a chart, registers as months and a list for bills, all devices on a board."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from flask import Flask

from backend import domains
from backend.alarms.actions import raise_alarm
from backend.core.clock import Hands
from backend.fields.words import Words
from iot.models import Device
from iot.seeing import bills, series
from tests.care.town import Town, elder, found
from tests.databases import TestDatabase
from tests.iot.seeing.house import bound, kept, says
from tests.web.browser import Browser, employ

NOON = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def town(sqlite_database: TestDatabase) -> Town:
    domains.load()
    return found()


@pytest.fixture
def lin(app: Flask, town: Town, clock: Hands) -> Browser:
    employ("lin", "林主任", ("community_admin", town.happy))
    browser = Browser(app.test_client())
    browser.sign_in("lin")
    return browser


def test_many_readings_are_drawn_together_in_the_database(database: TestDatabase, clock: Hands) -> None:
    domains.load()
    town = found()
    air = bound(town, "air", "temperature=t", "door_open=o")
    ago = [NOON - timedelta(minutes=60 - minute) for minute in range(60)]
    kept(air, ((at, {"temperature": 20 + n / 10, "door_open": n % 4 == 0}) for n, at in enumerate(ago)))
    parts = series.bins(air.id, "temperature", NOON - timedelta(hours=1), NOON, most=6)
    assert [p.n for p in parts] == [10] * 6
    assert (parts[0].low, parts[-1].high) == (20.0, 25.9)
    opened = series.bins(air.id, "door_open", NOON - timedelta(hours=1), NOON, most=1)
    assert (opened[0].low, opened[0].high, opened[0].mean, opened[0].n) == (0.0, 1.0, 0.25, 60)
    meter = bound(town, "water", "water_total=total")
    days = [NOON - timedelta(days=59 - day) for day in range(60)]
    kept(meter, ((at, {"water_total": 100.0 + n}) for n, at in enumerate(days)))
    kept(meter, ((at - timedelta(hours=3), {"water_total": 99.5 + n}) for n, at in enumerate(days)))
    latest, october, *_rest = bills.of_device(Device.get_by_id(meter.id), "water_total")
    assert (latest.use, october.use) == (2.0, 31.0)


def test_a_chart_has_its_numbers_beside_it_and_goes_back_in_time(town: Town, lin: Browser) -> None:
    air = bound(town, "air", "temperature=t")
    for hour in range(5):
        says("air", NOON - timedelta(hours=hour), t=20 + hour)
    page = lin.get(f"/admin/devices/{air.id}/chart").text
    assert "<svg" in page and "polyline" in page and "style=" not in page.split("<main")[1]
    assert "最低" in page and "24" in page
    assert "没有上报" in lin.get(f"/admin/devices/{air.id}/chart?day=2025-01-01&span=month").text
    silent = bound(town, "x", "battery=b")
    assert lin.get(f"/admin/devices/{silent.id}/chart").request.path == f"/admin/devices/{silent.id}"


def test_the_month_is_a_list_with_prices_as_a_page_and_as_a_file(town: Town, lin: Browser) -> None:
    chen = elder(town, "陈秀英", 501, "sms")
    water = bound(town, "water", "water_total=total", resident_id=chen)
    kept(bound(town, "quiet", "water_total=total"), [(NOON - timedelta(days=90), {"water_total": 5.0})])
    days = [NOON - timedelta(days=39 - day) for day in range(40)]
    kept(water, ((at, {"water_total": 100 + n / 2}) for n, at in enumerate(days)))
    given = {"point": "water_total", "price": "2.80", "month": "2026-01"}
    assert "2026-01" in lin.post("/admin/devices/meters/price", given).text
    page = lin.get("/admin/devices/meters?month=2026-10").text
    assert "3号楼2单元501" in page and "15.50" in page and "43.40" in page and "未知" in page
    rows = list(
        openpyxl.load_workbook(
            BytesIO(lin.get("/admin/devices/meters/file?month=2026-10").data)
        ).active.values
    )
    assert [rows[1][n] for n in (8, 10, 11)] == [15.5, 2.8, 43.4] or rows[2][8] == 15.5
    assert lin.get("/admin/devices/meters/file?month=2026-10&as=csv").text.startswith("\ufeff")
    assert "更换" not in lin.get(f"/admin/devices/meters/{Device.get(Device.name == 'water').id}").text


def test_the_board_shows_alarms_places_and_who_is_silent(town: Town, lin: Browser) -> None:
    chen = elder(town, "陈秀英", 501, "sms")
    smoke = bound(town, "smoke", "smoke=s", resident_id=chen)
    says("smoke", s=False)
    Device.update(online=False).where(Device.id == smoke.id).execute()
    raise_alarm(
        "smoke",
        org_id=town.grid.id,
        severity="critical",
        words=Words("烟"),
        source="device:1",
        resident_id=chen,
        device_id=smoke.id,
    )
    page = lin.get("/admin/devices/board").text
    assert "3号楼2单元501" in page and "第一网格" in page and "1 台失联" in page and "1 起警报" in page
    assert "有警报" in lin.get(f"/admin/devices/board/{town.grid.id}").text


def test_ten_thousand_devices_are_counted_in_the_database(town: Town, lin: Browser) -> None:
    now = Device.select().count()
    many = [
        {"address": f"plain:{n}", "name": f"d{n}", "org_id": town.grid.id, "status": "active", "created_at": NOON, "changed_at": NOON}
        for n in range(2_000)
    ]  # fmt: skip
    for start in range(0, len(many), 500):
        Device.insert_many(many[start : start + 500]).execute()
    assert now == 0
    page = lin.get("/admin/devices/board").text
    assert "2000" in page.replace(",", "") and len(page) < 60_000
