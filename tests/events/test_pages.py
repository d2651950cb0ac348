"""The pages of events as staff and residents use them: writing, publishing, the door, the public page, the pass."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from openpyxl import load_workbook

from backend.core import clock as clocks
from backend.core import media
from backend.core.clock import Hands
from backend.core.errors import NotFound
from backend.events import actions, passes, queries
from backend.events.models import Event, EventPhoto, EventSignup
from tests.bots.chatting import photo
from tests.databases import TestDatabase
from tests.events.village import Village, found_village, told
from tests.web.browser import Browser, employ

PAGE = {
    "org_id": "",
    "title_zh_CN": "包粽子",
    "title_en": "Dumplings",
    "place_zh_CN": "社区活动室",
    "body_zh_CN": "材料我们准备",
    "starts_at": "2026-11-07T14:00",
    "ends_at": "2026-11-07T16:00",
    "capacity": "2",
    "companions": "1",
    "confirm_minutes": "120",
}


@pytest.fixture
def village(sqlite_database: TestDatabase, clock: Hands) -> Village:
    return found_village()


@pytest.fixture
def liu(app: Flask, village: Village) -> Browser:
    """The community's admin, at her desk."""
    employ("liu", "刘主任", ("community_admin", village.happy))
    browser = Browser(app.test_client(), "10.3.0.1")
    browser.sign_in("liu")
    return browser


@pytest.fixture
def neighbour(app: Flask) -> Browser:
    """Somebody's browser, not signed in."""
    return Browser(app.test_client(), "10.3.0.2")


def test_an_event_is_written_published_and_found_on_the_front_page(
    liu: Browser, neighbour: Browser, village: Village
) -> None:
    liu.get("/admin/activities/new")
    page = liu.post(
        "/admin/activities/new", {**PAGE, "org_id": str(village.happy.id), "title_zh_CN": " ", "title_en": ""}
    )
    assert page.status_code == 422 and "社区活动室" in page.text and 'aria-invalid="true"' in page.text
    page = liu.post("/admin/activities/new", {**PAGE, "org_id": str(village.happy.id)})
    assert "已保存" in page.text
    event = Event.get()
    assert neighbour.get(f"/events/{event.id}").status_code == 404
    assert "包粽子" not in neighbour.get("/").text
    assert "已发布" in liu.post(f"/admin/activities/{event.id}/publish").text
    assert "包粽子" in neighbour.get("/").text
    public = neighbour.get(f"/events/{event.id}").text
    assert "材料我们准备" in public and "还有2个名额" in public and "/chat?say=" in public
    assert "包粽子" in liu.get("/admin/activities?q=粽子").text
    assert "包粽子" in liu.get("/admin").text


def test_the_calendar_file_says_when_and_where(neighbour: Browser, village: Village) -> None:
    event = village.event()
    answer = neighbour.get(f"/events/{event.id}.ics")
    assert answer.mimetype == "text/calendar"
    entry: Any = Calendar.from_ical(answer.data).walk("VEVENT")[0]
    assert (str(entry["summary"]), str(entry["location"])) == ("包粽子", "社区活动室")
    assert entry["dtstart"].dt == event.starts_at and entry["dtend"].dt == event.ends_at


def test_the_pass_is_hers_alone_and_shows_the_code_and_later_the_photos(
    liu: Browser, neighbour: Browser, village: Village
) -> None:
    event = village.event()
    village.join(event, 0)
    mine = EventSignup.get()
    path = f"/events/pass/{passes.token(mine.id)}"
    page = neighbour.get(path)
    assert "data:image/svg+xml" in page.text and mine.code in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert mine.pass_digest not in page.text and passes.token(mine.id) != mine.pass_digest
    assert neighbour.get(f"{path}.ics").mimetype == "text/calendar"
    assert neighbour.get(f"/events/pass/{'0' * 32}").status_code == 404
    liu.get(f"/admin/activities/{event.id}")
    liu.post(f"/admin/activities/{event.id}/photos", {"photos": (io.BytesIO(photo()), "a.jpg")})
    kept = EventPhoto.get()
    assert neighbour.get(f"{path}/photos/{kept.id}").mimetype == "image/jpeg"
    liu.post(f"/admin/activities/{event.id}/photos/tell")
    assert path in village.heard(0)[-1]
    liu.post(f"/admin/activities/{event.id}/photos/{kept.id}/drop")
    assert neighbour.get(f"{path}/photos/{kept.id}").status_code == 404


def test_at_the_door_a_code_a_name_and_the_end_of_a_number_are_found(
    liu: Browser, village: Village, clock: Hands
) -> None:
    event = village.event(capacity=4, days=0)
    clock.at = event.starts_at - timedelta(hours=2)
    for n in (0, 1):
        village.join(event, n)
    door = f"/admin/activities/{event.id}/check-in"
    liu.get(door)
    chen = EventSignup.get(EventSignup.resident_id == village.neighbours[0])
    scanned = {"scanned": passes.link(chen.id)}
    answer = liu.post(f"{door}/scan", scanned).json
    assert (answer["tone"], answer["words"], answer["here"]) == ("success", "陈秀英到了。", 1)
    again = liu.post(f"{door}/scan", scanned).json
    assert again["tone"] == "warning" and "已经签过到了" in again["words"]
    assert "不是我们的" in liu.post(f"{door}/scan", {"scanned": "https://example.com"}).json["words"]
    zhou = EventSignup.get(EventSignup.resident_id == village.neighbours[1])
    for said in ("周", "2211", zhou.code):
        assert (
            f'value="{zhou.id}"' in liu.get(f"{door}?q={said}").text.split("<main")[1].split("<details")[0]
        ), said
    assert "周敏到了" in liu.post(door, {"signup": zhou.id}).text
    assert "已撤回" in liu.post(f"{door}/undo", {"signup": zhou.id}).text
    assert village.status(event, 1) == "signed"
    assert "王大妈到了，带1人" in liu.post(f"{door}/walk-in", {"name": "王大妈", "companions": "1"}).text
    refused = liu.post(f"{door}/walk-in", {"name": "李大爷"}, headers={"Referer": f"http://localhost{door}"})
    assert "名额不够" in refused.text
    assert queries.places_of(event).coming == 4


def test_companions_are_changed_on_her_own_page_and_by_staff_within_the_places(
    liu: Browser, village: Village, app: Flask
) -> None:
    event = village.event(capacity=3, companions=2)
    village.join(event, 0)
    village.join(event, 1)
    mine = EventSignup.get(EventSignup.resident_id == village.neighbours[0])
    neighbour, page = Browser(app.test_client(), "10.3.2.1"), f"/events/pass/{passes.token(mine.id)}"
    neighbour.get(page)
    assert "您带1人" in neighbour.post(f"{page}/companions", {"with_companions": 1}).text
    assert "最多可以带1人" in neighbour.post(f"{page}/companions", {"with_companions": 2}).text
    assert village.join(event, 2) == "waiting"
    theirs = {"resident": village.neighbours[0], "companions": 0}
    liu.get(f"/admin/activities/{event.id}")
    liu.post(f"/admin/activities/{event.id}/companions", theirs)
    assert village.status(event, 2) == "offered" and "一个人来" in village.heard(0)[-1]
    neighbour.post(f"{page}/companions", {"with_companions": 1})
    assert queries.places_of(event).coming == 3, "the offered place is kept for who was offered it"


def test_a_new_picture_of_the_page_takes_the_place_of_the_old_one_on_the_disk_too(
    liu: Browser, village: Village
) -> None:
    event = village.event()
    page, keys = f"/admin/activities/{event.id}", []
    liu.get(page)
    for name in ("a.jpg", "b.jpg"):
        liu.post(f"{page}/cover", {"photo": (io.BytesIO(photo()), name)})
        keys.append(Event.get().cover)
    assert liu.get(f"/events/{event.id}/cover").mimetype == "image/jpeg"
    with pytest.raises(NotFound):
        media.load(keys[0])
    assert media.path_of(keys[1]).exists() and not media.path_of(keys[0]).exists()


def test_days_before_nobody_is_checked_in_unless_it_is_meant(liu: Browser, village: Village) -> None:
    event = village.event(days=5)
    village.join(event, 0)
    door, mine = f"/admin/activities/{event.id}/check-in", EventSignup.get()
    assert "开始前两小时" in liu.get(door).text
    refused = liu.post(f"{door}/scan", {"scanned": passes.link(mine.id)}).json
    assert refused["tone"] == "danger" and "两小时" in refused["words"]
    liu.post(door, {"signup": mine.id}, headers={"Referer": f"http://localhost{door}"})
    assert village.status(event, 0) == "signed"
    assert 'name="early"' in liu.get(f"{door}?early=1").text
    assert "陈秀英到了" in liu.post(door, {"signup": mine.id, "early": "1"}).text


def test_a_long_list_comes_in_pages_and_in_the_order_of_the_places(liu: Browser, village: Village) -> None:
    event = village.event(capacity=None)
    now = clocks.now()
    row = {"event": event, "status": "signed", "created_at": now, "updated_at": now}
    many = [{**row, "name": f"客人{n:03}", "code": f"{n:06}"} for n in range(130)]
    waits = {**row, "status": "waiting", "name": "候补甲", "code": "900001", "position": 1}
    EventSignup.insert_many([{**one, "position": 0} for one in many] + [waits]).execute()
    page = f"/admin/activities/{event.id}"
    first, second = liu.get(page).text, liu.get(f"{page}?page=2").text
    assert "客人099" in first and "客人100" not in first and "客人100" in second and "候补甲" in second
    door = liu.get(f"{page}/check-in").text
    assert "客人049" in door and "客人050" not in door and ">130<" in door
    assert "客人129" in liu.get(f"{page}/check-in?q=客人129").text


def test_a_code_of_another_event_says_so(liu: Browser, village: Village) -> None:
    event, other = village.event(), village.event(title={"zh_CN": "书法课"})
    village.join(other, 0)
    liu.get(f"/admin/activities/{event.id}/check-in")
    answer = liu.post(
        f"/admin/activities/{event.id}/check-in/scan", {"scanned": passes.link(EventSignup.get().id)}
    )
    assert "书法课" in answer.json["words"] and answer.json["tone"] == "danger"


def test_questions_are_put_together_in_the_builder_and_their_answers_are_in_the_workbook(
    liu: Browser, village: Village
) -> None:
    event = village.event(companions=1)
    questions = [
        {"kind": "choice", "name": "q1", "ask": {"zh_CN": "甜的还是咸的？", "en": "Sweet?"}, "options": [
            {"value": "a", "label": {"zh_CN": "甜的", "en": "Sweet"}}, {"value": "b", "label": {"zh_CN": "咸的", "en": "Salty"}}]}
    ]  # fmt: skip
    liu.get(f"/admin/activities/{event.id}/questions")
    page = liu.post(f"/admin/activities/{event.id}/questions", {"form": json.dumps(questions)})
    assert "已保存" in page.text, page.text[-3000:]
    wish = actions.Wish(1, "=小孙女", {"q1": "b"})
    actions.sign_up(village.person(0), event.id, village.neighbours[0], wish)
    assert "咸的" in liu.get(f"/admin/activities/{event.id}").text
    answer = liu.get(f"/admin/activities/{event.id}/participants.xlsx")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.values)
    assert rows[0][0] == "姓名" and "甜的还是咸的" in rows[0][5]
    assert rows[1][0] == "陈秀英" and rows[1][5] == "咸的" and rows[1][4] == "'=小孙女"
    assert "小孙女" in liu.get(f"/admin/activities/{event.id}/badges").text


def test_a_colleague_without_the_right_sees_and_changes_nothing(app: Flask, village: Village) -> None:
    event = village.event()
    employ("wang", "王师傅", ("repairer", village.happy))
    employ("far", "赵主任", ("community_admin", village.other))
    employ("desk2", "值班台", ("duty_desk", village.happy))
    wang, far, desk = (Browser(app.test_client(), f"10.3.1.{n}") for n in range(3))
    wang.sign_in("wang")
    far.sign_in("far")
    desk.sign_in("desk2")
    assert wang.get("/admin/activities").status_code == 403
    assert far.get(f"/admin/activities/{event.id}").status_code == 404
    assert desk.get(f"/admin/activities/{event.id}").status_code == 200
    for act in (
        "call-off",
        "notify",
        "refuse",
        "publish",
        "check-in",
        "check-in/walk-in",
        "remove",
        "photos/tell",
    ):
        for who in (wang, desk, far):
            assert who.post(f"/admin/activities/{event.id}/{act}", {"text": "x"}).status_code in (403, 404), (
                act
            )
    assert Event.get().status == "published"


def test_staff_write_to_the_participants_and_send_a_gathering_back(liu: Browser, village: Village) -> None:
    event = village.event(capacity=1)
    for n in (0, 1):
        village.join(event, n)
    liu.get(f"/admin/activities/{event.id}")
    page = liu.post(f"/admin/activities/{event.id}/notify", {"text": "请带围裙", "to": "signed"})
    assert "已通知1人" in page.text
    assert "请带围裙" in village.heard(0)[-1] and village.heard(1) == []
    Event.update(status="awaiting", organiser_kind="resident", organiser_id=village.neighbours[2]).execute()
    assert "1个待审核" in liu.get("/admin").text
    liu.post(f"/admin/activities/{event.id}/refuse", {"why": "活动室有会"})
    assert "活动室有会" in told(resident_id=village.neighbours[2])[-1]


def test_a_resident_who_rings_up_is_signed_up_from_her_page(liu: Browser, village: Village) -> None:
    event = village.event(companions=1)
    resident = village.neighbours[0]
    assert "包粽子" in liu.get(f"/admin/residents/{resident}").text
    given = {"resident": str(resident), "event": str(event.id), "companions": "1"}
    assert "已报名" in liu.post("/admin/activities/sign-up", given).text
    assert EventSignup.get().people == 2
    assert f'href="/admin/activities/{event.id}"' in liu.get(f"/admin/residents/{resident}").text


def test_nobody_signs_up_a_resident_whose_file_is_not_theirs(app: Flask, village: Village) -> None:
    """Her name and number would stand on the list of participants."""
    employ("far", "赵主任", ("community_admin", village.other))
    far = Browser(app.test_client(), "10.3.1.9")
    far.sign_in("far")
    event = village.event(publish=False, org_id=village.happy.id)
    Event.update(org_id=village.other.id, status="published").where(Event.id == event.id).execute()
    given = {"resident": str(village.neighbours[0]), "event": str(event.id), "companions": "0"}
    assert far.post("/admin/activities/sign-up", given).status_code == 403
    assert EventSignup.select().count() == 0
