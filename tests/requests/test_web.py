"""The repairs' pages: who sees what, and what a desk can do from them."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache

import pytest
from flask import Flask
from PIL import Image

from backend.core import media
from backend.core.access import SYSTEM
from backend.core.clock import Hands
from backend.messaging import people
from backend.requests import actions
from backend.requests.models import Booking, Request
from backend.staff import actions as staffing
from backend.staff import passwords
from backend.staff.models import Staff
from tests.requests.neighbourhood import Neighbourhood, booked, heard, settle
from tests.web.browser import PASSWORD, Browser


@lru_cache(maxsize=1)
def _hash() -> str:
    return passwords.hashed(PASSWORD)


SignsIn = Callable[[str], Browser]


@pytest.fixture
def hood(app: Flask, clock: Hands) -> Neighbourhood:
    return settle()


@pytest.fixture
def signs_in(app: Flask, hood: Neighbourhood) -> SignsIn:
    """`signs_in("desk")`: this member of staff, in a browser of their own, reading English."""
    counter = iter(range(1, 100))

    def go(username: str) -> Browser:
        Staff.update(password_hash=_hash(), must_change_password=False, locale="en").where(
            Staff.username == username
        ).execute()
        browser = Browser(app.test_client(), f"10.3.0.{next(counter)}")
        assert browser.sign_in(username).status_code == 200
        return browser

    return go


def test_the_desk_sees_the_list_and_the_board_and_finds_by_number_and_place(
    hood: Neighbourhood, signs_in: SignsIn
) -> None:
    request = booked(hood).request
    desk = signs_in("desk")
    for path in (
        "",
        "?view=board",
        f"?q=R-{request.number}",
        "?q=3-2-501",
        "?status=open",
        "?urgency=normal",
    ):
        page = desk.get(f"/admin/requests{path}")
        assert page.status_code == 200
        assert f"R-{request.number}" in page.text, path
    for path in ("?q=R-9999", "?urgency=emergency", "?late=1", "?status=done", "?category=gas"):
        assert f"/admin/requests/{request.number}" not in desk.get(f"/admin/requests{path}").text, path


def test_the_board_assigns_with_one_button_and_both_sides_are_told(
    hood: Neighbourhood, signs_in: SignsIn
) -> None:
    request = booked(hood).request
    desk = signs_in("desk")
    desk.get("/admin/requests?view=board")
    page = desk.post(f"/admin/requests/{request.number}/assign", {"worker": hood.wang, "to_board": "1"})
    assert page.status_code == 200
    assert Request.get_by_id(request.id).assignee_id == hood.wang
    assert heard(staff_id=hood.wang)
    assert "王师傅" in heard(resident_id=hood.chen)[-1].text
    hers = signs_in("wang").get("/admin").text
    assert f"R-{request.number}" in hers and "Building 3, Unit 2, Room 501" in hers
    assert "No job is with you" in signs_in("li").get("/admin").text


def test_the_board_goes_on_from_where_a_column_ended_with_its_filters_and_counts_all(
    hood: Neighbourhood, signs_in: SignsIn
) -> None:
    first = booked(hood).request
    rows = [
        {**first.__data__, "id": first.id + n, "due_at": first.due_at + timedelta(minutes=n)}
        for n in range(1, 46)
    ]
    rows[0] |= {"status": "cancelled"}
    rows[1] |= {"urgency": "urgent"}
    for row in rows:
        Request.insert(row).execute()
    desk = signs_in("desk")
    seen: list[str] = []
    path = "/admin/requests?view=board&urgency=normal"
    while path:
        page = desk.get(path).text
        assert "44 entries" in page, "all that the columns have, and what is cancelled is in none"
        seen += re.findall(r'class="task-number" href="/admin/requests/(\d+)"', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        path = html.unescape(more[1]) if more else ""
    wanted = [first.number, *(first.number + n for n in range(3, 46))]
    assert seen == [str(number) for number in wanted], "in order, none twice, none left out"
    other = re.search(r'href="([^"]*urgency=urgent[^"]*)"', page)
    assert other and "after_" not in other[1], "another filter begins with the first"


def test_the_page_of_a_request_tells_its_history_and_takes_the_desks_acts(
    hood: Neighbourhood, signs_in: SignsIn
) -> None:
    number = booked(hood).request.number
    desk = signs_in("desk")
    desk.get(f"/admin/requests/{number}")
    desk.post(f"/admin/requests/{number}/assign", {"worker": hood.li})
    for act in ("accept", "start", "finish"):
        assert desk.post(f"/admin/requests/{number}/act", {"act": act}).status_code == 200
    desk.post(f"/admin/requests/{number}/comment", {"text": "Please ring twice.", "to": "resident"})
    desk.post(f"/admin/requests/{number}/comment", {"text": "She hears badly.", "to": "staff"})
    page = desk.get(f"/admin/requests/{number}").text
    assert "Please ring twice." in page
    assert "She hears badly." in page
    told = [c.text for c in heard(resident_id=hood.chen)]
    assert any("Please ring twice." in t for t in told)
    assert not any("hears badly" in t for t in told)
    assert "Closed." in desk.post(f"/admin/requests/{number}/close").text


def test_cancelling_needs_a_reason_that_the_resident_is_told(hood: Neighbourhood, signs_in: SignsIn) -> None:
    request = booked(hood).request
    desk = signs_in("desk")
    desk.get(f"/admin/requests/{request.number}")
    desk.post(f"/admin/requests/{request.number}/cancel", {"why": " "})
    assert Request.get_by_id(request.id).status == "new"
    desk.post(f"/admin/requests/{request.number}/cancel", {"why": "同一件事已在处理"})
    assert Request.get_by_id(request.id).status == "cancelled"
    assert "同一件事已在处理" in heard(resident_id=hood.chen)[-1].text


def test_a_photo_is_shown_to_those_who_may_read_the_request_and_to_nobodys_cache(
    app: Flask, hood: Neighbourhood, signs_in: SignsIn
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(picture, "PNG")
    key = media.save(picture.getvalue(), "image/png", f"resident:{hood.chen}")
    number = booked(hood, photos=(key,)).request.number
    path = f"/admin/requests/{number}/photos/1"
    shown = signs_in("desk").get(path)
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert signs_in("wang").get(path).status_code == 403
    assert Browser(app.test_client()).get(path, follow=False).status_code == 302


def test_another_communitys_desk_finds_nothing_here(hood: Neighbourhood, signs_in: SignsIn) -> None:
    number = booked(hood).request.number
    staffing.create(SYSTEM, username="other", name="别处值班", posts=[("duty_desk", hood.other.id)])
    other = signs_in("other")
    assert other.get(f"/admin/requests/{number}").status_code == 404
    assert f"R-{number}" not in other.get("/admin/requests").text
    assert other.post(f"/admin/requests/{number}/assign", {"worker": hood.wang}).status_code == 403


def test_a_call_of_a_registered_resident_is_taken_in_two_pages(
    hood: Neighbourhood, signs_in: SignsIn
) -> None:
    desk = signs_in("desk")
    assert desk.get("/admin/requests/new").status_code == 200
    page = desk.get("/admin/requests/new?caller=13800132210&said=厨房水龙头滴水,不急")
    assert "陈秀英" in page.text
    assert 'value="dripping" checked' in page.text
    done = desk.post(
        "/admin/requests/new",
        {
            "resident": hood.chen,
            "category": "water",
            "degree_water": "dripping",
            "place": "3-2-501 厨房",
            "description": "厨房水龙头滴水",
            "slot": "1",
        },
    )
    assert done.status_code == 200
    request = Request.get()
    assert (request.resident_id, request.source, request.detail) == (hood.chen, "desk", "厨房")
    assert Booking.get().request_id == request.id


def test_a_call_of_a_stranger_needs_a_phone_and_says_so_beside_the_field(
    hood: Neighbourhood, signs_in: SignsIn
) -> None:
    desk = signs_in("desk")
    given = {"category": "power", "degree_power": "all", "place": "4-1-301", "description": "全家没电"}
    desk.get("/admin/requests/new?caller=13700000000&said=全家没电")
    wrong = desk.post("/admin/requests/new", given)
    assert wrong.status_code == 422
    assert "phone-error" in wrong.text
    done = desk.post("/admin/requests/new", {**given, "phone": "137 0000 0000"})
    assert done.status_code == 200
    request = Request.get()
    assert request.resident_id is None
    assert request.contact_phone == "+8613700000000"
    assert request.urgency == "emergency"
    assert request.assignee_id is not None
    identity = people.find("sms", "+8613700000000")
    assert identity is not None
    assert request.contact_identity_id == identity.id


def test_the_dashboard_and_the_residents_file_show_what_is_open(
    hood: Neighbourhood, signs_in: SignsIn, clock: Hands
) -> None:
    number = booked(hood).request.number
    clock.forward(hours=1)
    admin = signs_in("admin")
    assert f"/admin/requests/{number}" in admin.get("/admin").text
    page = admin.get("/admin").text
    assert (
        "1 overdue" in page
        and 'id="menu-requests-index" data-along> <span class="badge text-bg-primary">1<' in page
    ), "overdue and without a worker: one repair waits, not two"
    assert f"R-{number}" in admin.get(f"/admin/residents/{hood.chen}").text


def test_the_pages_are_there_in_chinese(hood: Neighbourhood, signs_in: SignsIn) -> None:
    number = booked(hood).request.number
    actions.assign(hood.actor(hood.desk), number, hood.wang)
    desk = signs_in("desk")
    desk.client.set_cookie("locale", "zh_CN")
    assert "水管漏水" in desk.get("/admin/requests").text
    assert "派给王师傅" in desk.get(f"/admin/requests/{number}").text
