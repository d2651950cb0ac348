"""Health, services and an elder's one page in the admin, as staff use them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest
from flask import Flask

from backend.alarms.models import Alarm
from backend.care.health.models import Appointment, HealthLimit, Measurement, Medicine, MedicinePlan
from backend.care.models import Visit, VisitSent
from backend.care.services.models import ServiceRule, ServiceSuggestion, WeatherWarning
from backend.core import clock as clocks
from backend.core.access import SYSTEM
from backend.core.clock import Hands
from backend.requests.models import Request
from backend.residents import face
from backend.staff.models import Staff
from tests.care import town as towns
from tests.care.test_web import _hash
from tests.care.town import Town
from tests.web.browser import Browser


@pytest.fixture
def morning(app: Flask) -> Iterator[Hands]:
    with clocks.stopped(towns.local(3, time(10))) as hands:
        yield hands


@pytest.fixture
def town(morning: Hands) -> Town:
    return towns.found()


@pytest.fixture
def desk(app: Flask, town: Town) -> Browser:
    values = {"password_hash": _hash(), "must_change_password": False, "locale": "en"}
    Staff.update(**values).where(Staff.username == "desk").execute()
    browser = Browser(app.test_client(), "10.4.1.1")
    assert browser.sign_in("desk").status_code == 200
    return browser


def test_health_is_kept_after_her_consent_shown_on_her_one_page_and_taken_along(
    desk: Browser, town: Town
) -> None:
    her = towns.elder(town, "陈秀英", 501, "sms")
    page = f"/admin/care/health/{her}"
    assert "Note that she agreed" in desk.get(page).text
    assert "Noted that she agreed." in desk.post(f"{page}/consent", {"how": "visit"}).text
    wrong = desk.post(f"{page}/medicines", {"name": "阿司匹林", "times": "8:99"})
    assert wrong.status_code == 422 and "One to six times a day" in wrong.text
    assert (
        "Kept."
        in desk.post(f"{page}/medicines", {"name": "阿司匹林", "dose": "1片", "times": "08:00 19:00"}).text
    )
    desk.post(
        f"{page}/manner",
        {"first": "sms", "second": "voice", "wait": "20", "tell": "week", "zone": "Asia/Shanghai"},
    )
    assert (MedicinePlan.get().channels, MedicinePlan.get().tell) == ("sms,voice", "week")
    desk.post(
        f"{page}/limits/sugar", {"least_blood_glucose": "4", "most_blood_glucose": "10", "act": "alarm"}
    )
    assert HealthLimit.get().act == "alarm"
    assert desk.post(f"{page}/values", {"blood_glucose": "999"}).status_code == 422
    desk.post(f"{page}/values", {"blood_glucose": "6.1", "at": "2026-11-02T08:00"})
    told = desk.post(f"{page}/values", {"blood_glucose": "11.2"}).text
    assert "people are told" in told and "<polyline" in told and Alarm.get().kind == "health_limit"
    given = {"what": "心内科", "appointment_at": "2026-11-05T09:30", "place": "市一医院", "ride": "1"}
    kept = desk.post(f"{page}/appointments", given).text
    assert Appointment.get().request == Request.get().number and f"Ride: R-{Request.get().number}" in kept
    whole = desk.get(f"/admin/care/file/{her}").text
    for words in ("11.2 mmol/L", "阿司匹林", "心内科", "Health value out of bounds"):
        assert words in whole
    assert desk.get(f"{page}/export").data[:2] == b"PK"
    desk.post(f"/admin/care/health/medicines/{Medicine.get().id}/end", {})
    assert "阿司匹林" not in desk.get(f"/admin/residents/{her}").text
    desk.post(
        f"/admin/care/health/values/{Measurement.select().order_by(Measurement.id.desc()).get().id}/remove",
        {},
    )
    assert Measurement.select().count() == 1


def test_a_rule_is_made_from_a_starter_and_its_suggestion_becomes_a_visit(desk: Browser, town: Town) -> None:
    her = towns.elder(town, "陈秀英", 501, "sms")
    face.show([her], SYSTEM)
    base = "/admin/care/services"
    assert "No rule yet." in desk.get(base).text
    assert "It is very hot" in desk.get(f"{base}/rules/new?from=heat").text
    given = {
        "name": "独居", "org_id": str(town.happy.id), "act": "visit", "words": "看看近况", "facts": ["alone", "no_visit"], "n_no_visit": "30",
        "period": "30", "active": "1",
    }  # fmt: skip
    wrong = desk.post(f"{base}/rules/new", {**given, "n_no_visit": "x"})
    assert wrong.status_code == 422 and "A whole number" in wrong.text
    desk.post(f"{base}/rules/new", given)
    assert "1 new suggestion." in desk.post(f"{base}/rules/{ServiceRule.get().id}/run", {}).text
    number = ServiceSuggestion.get().id
    assert "看看近况" in desk.get(f"/admin/care/file/{her}").text
    desk.post(f"{base}/{number}/accept", {})
    assert Visit.get().resident_id == her and "Visit" in desk.get(f"{base}?status=done").text
    desk.post(
        f"{base}/warnings",
        {"kind": "heat", "org": str(town.happy.id), "first": "2026-11-03", "last": "2026-11-04"},
    )
    assert "Heat warning" in desk.get(base).text
    desk.post(f"{base}/warnings/{WeatherWarning.get().id}/lift", {})
    assert not WeatherWarning.select().exists()


def test_a_phone_gets_its_list_and_hears_what_became_of_each_report(desk: Browser, town: Town) -> None:
    her = towns.elder(town, "陈秀英", 501, "sms")
    desk.get(f"/admin/care/plans/{her}")
    desk.post(f"/admin/visits/new/{her}", {"reason": "看看暖气", "due": "2026-11-03"})
    visit = Visit.get()
    listed = desk.get("/admin/visits/phone/tasks").get_json()
    assert [v["name"] for v in listed["visits"]] == ["陈秀英"] and listed["visits"][0]["about"] == "看看暖气"
    json = {"headers": {"Accept": "application/json"}}
    given = {
        "key": "a" * 32,
        "visit": str(visit.id),
        "condition": "well",
        "report": "好",
        "at": "1793674800000",
    }
    assert desk.post("/admin/visits/phone/report", {**given, "condition": ""}, **json).status_code == 422
    assert desk.post("/admin/visits/phone/report", {**given, "key": "x"}, **json).status_code == 422
    for repeated in (False, True):
        said = desk.post("/admin/visits/phone/report", given, **json).get_json()
        assert (said["outcome"], said["repeated"]) == ("kept", repeated)
    VisitSent.update(staff_id=99).execute()
    assert desk.post("/admin/visits/phone/report", given, **json).status_code == 409
    assert desk.get("/admin/visits/phone/worker.js").mimetype == "text/javascript"
