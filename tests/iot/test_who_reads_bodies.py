"""Who reads on the pages of devices what they measured of somebody's body: staff who look after her health, unless she keeps it to herself."""

from __future__ import annotations

import pytest
from flask import Flask

from backend.care.health import consenting
from backend.core import orgs
from backend.core.access import Actor
from backend.core.clock import Hands
from backend.core.orgs import Org
from backend.residents import privacy
from iot.models import Device
from tests.databases import TestDatabase
from tests.iot.rules.home import Home
from tests.web.browser import Browser, employ

NOT_FOR_YOU = "身体测量数值"


@pytest.fixture
def home(sqlite_database: TestDatabase, app: Flask, clock: Hands) -> Home:
    return Home()


@pytest.fixture
def watch(home: Home) -> Device:
    made = home.device("watch")
    consenting.give(Actor("resident", home.chen, ""), home.chen, "webchat")
    for pulse in (141.5, 143.5):
        home.says("watch", hr=pulse, bat=97)
    return made


def signed_in(app: Flask, login: str, *posts: tuple[str, Org]) -> Browser:
    employ(login, login, *posts)
    browser = Browser(app.test_client())
    browser.sign_in(login)
    return browser


def pages(browser: Browser, home: Home, watch: Device) -> list[str]:
    """The device, its chart, and all about the care for her."""
    paths = (
        f"/admin/devices/{watch.id}",
        f"/admin/devices/{watch.id}/chart?point=heart_rate",
        f"/admin/care/file/{home.chen}",
    )
    found = [browser.get(path) for path in paths]
    assert {page.status_code for page in found} == {200}
    return [page.text for page in found]


def reads(page: str) -> bool:
    """Whether the page tells her pulse; one that does not says why."""
    told = "143.5" in page
    assert told == (NOT_FOR_YOU not in page)
    return told


def test_staff_who_look_after_her_health_read_her_pulse_and_an_auditor_reads_that_there_is_one(
    app: Flask, home: Home, watch: Device
) -> None:
    for login, role, sees in (("nurse", "duty_desk", True), ("auditor", "auditor", False)):
        browser = signed_in(app, login, (role, home.town.happy))
        for page in pages(browser, home, watch):
            assert reads(page) == sees, role
            assert ("141.5" in page) <= sees
        assert "97" in browser.get(f"/admin/devices/{watch.id}").text
        assert "<svg" in browser.get(f"/admin/devices/{watch.id}/chart?point=battery").text


def test_the_right_counts_where_she_lives_and_a_grid_worker_has_it(
    app: Flask, home: Home, watch: Device
) -> None:
    here = signed_in(app, "here", ("auditor", home.town.happy), ("grid_worker", home.town.grid))
    assert all(map(reads, pages(here, home, watch)))
    Device.update(org_id=home.town.happy.id).where(Device.id == watch.id).execute()
    assert all(map(reads, pages(here, home, watch)))
    elsewhere = orgs.add("第二网格", "grid", home.town.happy)
    next_door = signed_in(app, "next", ("auditor", home.town.happy), ("grid_worker", elsewhere))
    Device.update(org_id=elsewhere.id).where(Device.id == watch.id).execute()
    assert not any(map(reads, pages(next_door, home, watch)))


def test_what_she_keeps_to_herself_nobody_reads(app: Flask, home: Home, watch: Device) -> None:
    desk = signed_in(app, "nurse", ("duty_desk", home.town.happy))
    privacy.choose(home.chen, privacy.HEALTH, privacy.ME, channel="webchat")
    assert not any(map(reads, pages(desk, home, watch)))
    privacy.choose(home.chen, privacy.HEALTH, privacy.ADMINS, channel="webchat")
    assert all(map(reads, pages(desk, home, watch)))
