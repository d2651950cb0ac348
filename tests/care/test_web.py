"""Care in the admin: who is well today, a plan and its absences, a visit reported from a phone."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import time
from functools import lru_cache

import pytest
from flask import Flask
from PIL import Image

from backend.care import answering, asking, plans
from backend.care.answering import Voice
from backend.care.models import Absence, CareHoliday, CarePlan, CheckIn, Visit
from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.staff import passwords
from backend.staff.models import Staff
from tests.care import town as towns
from tests.care.town import Town
from tests.web.browser import PASSWORD, Browser

SignsIn = Callable[[str], Browser]


@lru_cache(maxsize=1)
def _hash() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture
def morning(app: Flask) -> Iterator[Hands]:
    with clocks.stopped(towns.local(3, time(7, 55))) as hands:
        yield hands


@pytest.fixture
def town(morning: Hands) -> Town:
    return towns.found()


@pytest.fixture
def signs_in(app: Flask, town: Town) -> SignsIn:
    """`signs_in("sun")`: this member of staff, in a browser of their own, reading English."""
    counter = iter(range(1, 100))

    def go(username: str) -> Browser:
        Staff.update(password_hash=_hash(), must_change_password=False, locale="en").where(
            Staff.username == username
        ).execute()
        browser = Browser(app.test_client(), f"10.4.0.{next(counter)}")
        assert browser.sign_in(username).status_code == 200
        return browser

    return go


def test_an_empty_board_teaches_and_the_card_keeps_away(signs_in: SignsIn) -> None:
    sun = signs_in("sun")
    assert "Nobody is asked each day yet." in sun.get("/admin/care").text
    assert "No visit waits." in sun.get("/admin/visits").text
    assert "Care: 0 well" not in sun.get("/admin").text


def test_the_board_shows_who_is_well_who_is_silent_and_whose_ladder_runs(
    town: Town, morning: Hands, signs_in: SignsIn
) -> None:
    people = [towns.elder(town, name, 501 + n, "sms") for n, name in enumerate(("陈秀英", "周敏", "李大爷"))]
    for her in people:
        towns.plan(town, her, channels="sms")
    towns.elder(town, "远方", 600)
    towns.plan(town, towns.elder(town, "孙奶奶", 505), channels="sms")
    plans.wish(f"resident:{towns.elder(town, '赵爷爷', 506, 'sms')}", 6, [time(9)], ["sms"])
    morning.forward(minutes=5)
    asking.due()
    answering.well(Voice(towns.address(people[0], "sms").id, people[0]), 1)
    desk = signs_in("desk")
    page = desk.get("/admin/care").text
    for words in (
        "陈秀英",
        "Is well",
        "Asked, no answer yet",
        "No answer: people are looking",
        "could not be asked",
        "赵爷爷",
    ):
        assert words in page
    assert 'data-live="care"' in page
    assert "孙奶奶" in desk.get("/admin/care?status=missed").text
    assert "陈秀英" not in desk.get("/admin/care?status=missed").text
    dashboard = desk.get("/admin").text
    assert "Care: 1 well, 2 not answered yet, 0 away" in dashboard
    assert "赵爷爷" in dashboard and "wishes to be asked daily" in dashboard
    waiting = CheckIn.get(CheckIn.resident_id == people[1])
    assert (
        "Everybody who was told"
        in desk.post(f"/admin/care/check-ins/{waiting.id}/close", {"why": "打过电话"}).text
    )
    assert CheckIn.get_by_id(waiting.id).status == "closed"


def test_a_plan_is_made_changed_paused_and_begun_again(town: Town, signs_in: SignsIn) -> None:
    her = towns.elder(town, "陈秀英", 501, "sms")
    sun = signs_in("sun")
    page = f"/admin/care/plans/{her}"
    assert "Nobody asks each day how she is." in sun.get(f"/admin/residents/{her}").text
    sun.get(page)
    wanted = {
        "days": ["1", "3", "5"], "times": "8:60", "first": "sms", "second": "voice", "third": "", "wait": "30",
        "window": "180", "zone": "Asia/Shanghai", "called": "陈奶奶", "note": "钥匙在502",
    }  # fmt: skip
    wrong = sun.post(page, wanted)
    assert wrong.status_code == 422 and "One to six times a day" in wrong.text
    kept = sun.post(page, {**wanted, "times": "08:00 19:00"})
    assert "Kept." in kept.text and "钥匙在502" in kept.text
    care = CarePlan.get()
    assert (care.days, care.times, care.channels) == ("135", "08:00,19:00", "sms,voice")
    assert care.next_due_at == towns.local(4, time(8))
    sun.post(f"{page}/pause", {})
    assert CarePlan.get().next_due_at is None
    assert "Begin again" in sun.get(page).text
    sun.post(f"{page}/confirm", {})
    assert CarePlan.get().next_due_at == towns.local(4, time(8))


def test_an_absence_is_entered_and_taken_away(town: Town, signs_in: SignsIn) -> None:
    her = towns.elder(town, "陈秀英", 501, "sms")
    towns.plan(town, her)
    sun = signs_in("sun")
    page = f"/admin/care/plans/{her}"
    sun.get(page)
    sun.post(f"{page}/absences", {"first_day": "2026-11-03", "last_day": "2026-11-08", "said": "女儿家"})
    assert Absence.get().ends_at == towns.local(9, time(0))
    assert "陈秀英" in sun.get("/admin/care").text
    sun.post(f"/admin/care/absences/{Absence.get().id}/cancel", {})
    assert Absence.get().ends_at == clocks.now()


def test_days_off_are_kept_for_an_area(town: Town, signs_in: SignsIn) -> None:
    admin = signs_in("admin")
    admin.get("/admin/care/days-off")
    done = admin.post(
        "/admin/care/days-off", {"day": "2026-11-05", "name": "社区日", "org": str(town.happy.id)}
    )
    assert "社区日" in done.text
    admin.post(f"/admin/care/days-off/{CareHoliday.get().id}/remove", {})
    assert not CareHoliday.select().exists()


def _photo() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(data, "JPEG")
    data.seek(0)
    return data, "door.jpg"


def test_a_visit_is_asked_for_gone_to_and_reported_with_photo_and_place(
    town: Town, signs_in: SignsIn
) -> None:
    her = towns.elder(town, "陈秀英", 501, "sms")
    desk, sun = signs_in("desk"), signs_in("sun")
    desk.get(f"/admin/care/plans/{her}")
    asked = desk.post(f"/admin/visits/new/{her}", {"reason": "看看暖气", "due": "2026-11-03"})
    assert "The grid worker is told." in asked.text
    visit = Visit.get()
    page = f"/admin/visits/{visit.id}"
    assert "看看暖气" in sun.get("/admin/visits").text and "tel:+86138" in sun.get(page).text
    assert "on the way" in sun.post(f"{page}/go", {}).text
    assert sun.post(f"{page}/report", {"condition": ""}).status_code == 422
    report = {
        "condition": "well", "report": "暖气很热", "place": "31.23, 121.47", "next": "2026-12-01", "photo": _photo(),
    }  # fmt: skip
    done = sun.post(f"{page}/report", report, content_type="multipart/form-data")
    assert "the visit is reported" in done.text and "31.23000, 121.47000" in done.text
    assert sun.get(f"{page}/photo").content_type == "image/jpeg"
    assert Visit.get(Visit.status == "open").due_at == towns.local(1, time(17), 12)


def test_who_may_not_read_care_sees_nothing_of_it(town: Town, signs_in: SignsIn) -> None:
    her = towns.elder(town, "陈秀英", 501, "sms")
    towns.plan(town, her)
    towns.hire("wang", "王强", "repairer", town.happy)
    wang = signs_in("wang")
    assert wang.get("/admin/care").status_code == 403
    assert wang.get(f"/admin/care/plans/{her}").status_code == 403
    assert wang.post(f"/admin/care/plans/{her}/pause", {}).status_code in (403, 200)
    assert CarePlan.get().status == "active"
