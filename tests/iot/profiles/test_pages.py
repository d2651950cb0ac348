"""Staff find a model in a repository, say what its names mean, approve it, and are told loudly what cannot alarm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from backend import domains
from backend.alarms.models import Alarm
from backend.core.access import SYSTEM
from iot.models import Device, DeviceProfile
from iot.profiles import installing, sources
from iot.profiles.models import ProfileVersion
from tests.care.town import Town, elder, found
from tests.databases import TestDatabase
from tests.iot.profiles import repositories
from tests.iot.profiles.test_installing import says
from tests.web.browser import Browser, employ

MODELS = "/admin/devices/models"


@pytest.fixture
def town(sqlite_database: TestDatabase, tmp_path: Path, configure: Callable[..., None]) -> Town:
    configure(VAR_DIR=str(tmp_path / "var"))
    domains.load()
    sources.add(SYSTEM, "chirpstack", repositories.chirpstack(tmp_path / "chirpstack"))
    return found()


@pytest.fixture
def top(app: Flask, town: Town) -> Browser:
    employ("top", "街道李主任", ("street_admin", town.happy.parent.parent))
    browser = Browser(app.test_client())
    browser.sign_in("top")
    return browser


def test_from_a_repository_to_the_familys_alarm(town: Town, top: Browser) -> None:
    chen = elder(town, "陈秀英", 501, "sms")
    assert "acme/smoke-1" in top.get(f"{MODELS}/repositories?q=smoke").text
    offer = f"{MODELS}/repositories/chirpstack/acme/smoke-1"
    assert "MIT" in top.get(offer).text
    top.post(offer, {})
    model = DeviceProfile.get()
    page = f"{MODELS}/{model.id}"
    fresh = top.get(page).text
    assert "已解码，无法报警" in fresh and "smoke=SMOKE_ALARM" in fresh
    assert not model.rules, "a suggestion is not applied"
    tried = top.post(f"{page}/mapping", {"rules": "smoke=SMOKE_ALARM\n?=seen", "try": "1"}).text
    assert "烟雾" in tried and not DeviceProfile.get().rules
    says(b"\0\xc8", 1)
    says(b"\1\xc8", 2)
    device = f"/admin/devices/{Device.get().id}"
    top.post(device, {"name": "厨房烟感", "profile": str(model.id), "resident": "陈秀英"})
    says(b"\1\xc8", 3)
    for where in (device, "/admin/devices", page, MODELS):
        assert "无法报警" in top.get(where).text, where
    assert not Alarm.select().exists()
    top.post(f"{page}/mapping", {"rules": "smoke=SMOKE_ALARM\nbattery=battery"})
    top.post(f"{page}/versions/1/approve", {})
    says(b"\0\xc8", 4)
    says(b"\1\xc8", 5)
    assert (Alarm.get().kind, Alarm.get().resident_id) == ("smoke", chen)
    for where in (device, "/admin/devices", page, MODELS):
        assert "无法报警" not in top.get(where).text, where


def test_a_model_is_proposed_where_the_device_says_it(town: Town, top: Browser) -> None:
    installing.install(SYSTEM, "acme/smoke-1")
    says(b"\0\xc8", 1)
    page = f"/admin/devices/{Device.get().id}"
    assert "Acme Smoke One" not in top.get(page).text.partition("<select")[0]
    Device.update(said_model="ttn:acme/smoke-1").execute()
    assert "Acme Smoke One" in top.get(page).text.partition("<select")[0]
    assert Device.get().profile_id is None


def test_what_somebody_bound_before_is_proposed_for_the_next(town: Town, top: Browser) -> None:
    model = ProfileVersion.get_by_id(installing.install(SYSTEM, "acme/bare-1").version.id).profile_id
    says(b"\0\xc8", 1)
    Device.update(said_model="chirpstack:37cf", profile_id=model, status="active").execute()
    other = Device.create(
        address="eui:2", name="x", status="new", said_model="chirpstack:37cf", created_at=0, changed_at=0
    )
    assert "Acme Bare" in top.get(f"/admin/devices/{other.id}").text.partition("<select")[0]


def test_versions_are_switched_off_tested_and_rolled_back_from_the_page(
    town: Town, top: Browser, tmp_path: Path
) -> None:
    model = installing.install(SYSTEM, "acme/smoke-1").version.profile_id
    page = f"{MODELS}/{model}"
    wrong = top.post(f"{page}/mapping", {"rules": "rauch=SMOKE_ALARM"})
    assert wrong.status_code == 422 and "rauch" in wrong.text
    for rules in ("smoke=SMOKE_ALARM", "smoke=SMOKE_ALARM==1"):
        top.post(f"{page}/mapping", {"rules": rules})
        top.post(f"{page}/versions/{ProfileVersion.select().count()}/approve", {})
    top.post(f"{page}/roll-back", {})
    assert DeviceProfile.get().rules == [{"point": "smoke", "name": "SMOKE_ALARM"}]
    top.post(f"{page}/test", {})
    top.post(f"{page}/disable", {})
    assert DeviceProfile.get().state == "disabled"
    top.post(f"{page}/versions/2/approve", {})
    assert DeviceProfile.get().state == "approved"
    top.post(f"{page}/remove", {})
    assert not DeviceProfile.select().exists()


def test_a_communitys_admin_changes_nothing_that_is_everybodys(town: Town, app: Flask) -> None:
    model = installing.install(SYSTEM, "acme/smoke-1").version.profile_id
    employ("lin", "林主任", ("community_admin", town.happy))
    lin = Browser(app.test_client())
    lin.sign_in("lin")
    assert "smoke=SMOKE_ALARM" not in lin.get(f"{MODELS}/{model}").text
    assert lin.post(f"{MODELS}/{model}/mapping", {"rules": "smoke=SMOKE_ALARM"}).status_code == 403
    for act in ("disable", "roll-back", "test", "remove"):
        lin.post(f"{MODELS}/{model}/{act}", {})
    lin.post(f"{MODELS}/repositories/chirpstack/acme/bare-1", {})
    assert [(p.key, p.state) for p in DeviceProfile.select()] == [("acme/smoke-1", "vectors-pass")]
