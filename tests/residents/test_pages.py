"""Residents in the admin, as staff use it in a browser; and the two public pages behind links."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from backend.core.access import SYSTEM
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.residents import queries
from backend.residents.actions import approve, export_link, request_change, request_erasure
from backend.residents.models import FileChange, Resident
from tests.residents.conftest import CHEN_ID, CHEN_MOBILE, WANG, WANG_ID, Registers, Street, told
from tests.web.browser import Browser, employ

Signed = Callable[[str], Browser]


@pytest.fixture
def signed(app: Flask, street: Street) -> Signed:
    """`signed("li")`: a browser in which this colleague is signed in."""
    colleagues = {
        "li": ("李主任", ("community_admin", street.happy)),
        "zhao": ("网格员小赵", ("grid_worker", street.other)),
        "sun": ("网格员小孙", ("grid_worker", street.happy)),
        "zhou": ("周主任", ("street_admin", street.happy.parent)),
    }

    def go(username: str) -> Browser:
        employ(username, *colleagues[username])
        browser = Browser(app.test_client(), f"10.3.0.{len(username)}{ord(username[0]) % 10}")
        browser.sign_in(username)
        return browser

    return go


@pytest.fixture
def li(signed: Signed) -> Browser:
    return signed("li")


SECRETS = (CHEN_ID, CHEN_MOBILE, CHEN_MOBILE.removeprefix("+86"), "138 0013 2210", "chen@example.com")


def test_the_list_finds_and_shows_residents_masked(li: Browser, registers: Registers, chen: int) -> None:
    registers(WANG, "webchat")
    page = li.get("/admin/residents").text
    assert "陈秀英" in page and "王建国" in page and "138****2210" in page and "3号楼2单元501" in page
    assert not any(secret in page for secret in SECRETS)
    found = li.get(f"/admin/residents?q={CHEN_ID}").text
    assert "陈秀英" in found and "王建国" not in found
    assert "没有符合的人" in li.get("/admin/residents?q=nobody").text
    assert "陈秀英" not in li.get("/admin/residents?status=approved").text


@pytest.mark.parametrize("page", ["", "/queue", "/{id}", "/{id}/correct"])
def test_no_page_holds_a_full_number(li: Browser, chen: int, page: str) -> None:
    approve(SYSTEM, chen)
    request_change(
        chen, {"mobile": "+8613500135000", "id_type": "resident_id", "id_number": WANG_ID}, channel="sms"
    )
    shown = li.get("/admin/residents" + page.format(id=chen)).text
    assert "陈秀英" in shown
    for secret in (*SECRETS, WANG_ID, "13500135000", "135 0013 5000"):
        assert secret not in shown


def test_approving_from_the_queue_leads_to_the_next_file(
    li: Browser, registers: Registers, chen: int
) -> None:
    wang = registers(WANG, "webchat").resident_id
    assert "陈秀英" in li.get("/admin/residents/queue").text
    first = li.get(f"/admin/residents/{chen}?queue=1").text
    assert "第 1 份，共 2 份" in first and f"/admin/residents/{wang}?queue=1" in first
    after = li.post(f"/admin/residents/{chen}/approve", {"queue": "1"})
    assert after.request.path == f"/admin/residents/{wang}" and "已通过" in after.text
    assert queries.status_of(chen) == "approved"
    again = li.post(f"/admin/residents/{chen}/approve")
    assert "同事" in again.text


def test_a_rejection_needs_a_reason(li: Browser, chen: int) -> None:
    li.get(f"/admin/residents/{chen}")
    assert "请说明原因" in li.post(f"/admin/residents/{chen}/reject", {"why": ""}).text
    assert queries.status_of(chen) == "pending"
    li.post(f"/admin/residents/{chen}/reject", {"why": "证件过期"})
    assert queries.status_of(chen) == "rejected"


def test_the_resident_is_asked_to_correct_one_thing(li: Browser, chen: int) -> None:
    li.get(f"/admin/residents/{chen}")
    li.post(f"/admin/residents/{chen}/ask", {"field": "home", "text": "几单元?"})
    assert "几单元" in told(chen)[-1].text


def test_a_masked_value_is_revealed_for_a_reason_once(li: Browser, chen: int) -> None:
    li.get(f"/admin/residents/{chen}")
    refused = li.post(f"/admin/residents/{chen}/reveal", {"field": "id_number", "why": ""})
    assert refused.status_code == 422 and CHEN_ID not in refused.text
    shown = li.post(f"/admin/residents/{chen}/reveal", {"field": "id_number", "why": "核对证件"})
    assert CHEN_ID in shown.text and shown.headers["Cache-Control"] == "no-store"
    again = li.get(f"/admin/residents/{chen}").text
    assert CHEN_ID not in again and "核对证件" in again


def test_the_other_communitys_grid_worker_cannot_open_a_file_by_its_address(
    signed: Signed, chen: int
) -> None:
    zhao = signed("zhao")
    assert "陈秀英" not in zhao.get("/admin/residents").text
    for path in ("", "/correct"):
        assert zhao.get(f"/admin/residents/{chen}{path}").status_code == 403
    zhao.get("/admin/residents")
    for act in ("approve", "reject", "ask", "note", "place", "reveal", "erase"):
        given = {"why": "x", "field": "name", "org": "1", "text": "x"}
        assert zhao.post(f"/admin/residents/{chen}/{act}", given).status_code == 403, act
    assert queries.status_of(chen) == "pending"
    assert zhao.get("/admin/residents/999999").status_code == 404


def test_a_change_is_decided_with_before_and_after_in_sight(li: Browser, chen: int) -> None:
    approve(SYSTEM, chen)
    change = request_change(chen, {"mobile": "+8613500135000"}, channel="telegram", why="换号")
    page = li.get("/admin/residents/queue").text
    assert "138****2210" in page and "135****5000" in page and "换号" in page
    li.post(f"/admin/residents/changes/{change}", {"decision": "yes"})
    assert queries.mobile_of(chen) == "+8613500135000"
    wish = request_erasure(chen, channel="telegram")
    li.post(f"/admin/residents/changes/{wish}", {"decision": "no", "why": "还有报修单"})
    assert FileChange.get_by_id(wish).status == "rejected"


def test_a_grid_worker_may_not_confirm_a_deletion(signed: Signed, chen: int) -> None:
    wish = request_erasure(chen, channel="telegram")
    sun = signed("sun")
    sun.get(f"/admin/residents/{chen}")
    assert sun.post(f"/admin/residents/changes/{wish}", {"decision": "yes"}).status_code == 403


# --- the Form on one page -------------------------------------------------------------------------------------------

TYPED = {
    "consent": "yes",
    "name": "王建国",
    "consent_sensitive": "yes",
    "id_type": "resident_id",
    "id_number": WANG_ID,
    "mobile": "139 0013 9000",
    "home": "3号楼2单元502",
}


def test_staff_register_a_caller_on_one_page(li: Browser) -> None:
    page = li.get("/admin/residents/new").text
    assert "身份证" in page and "我同意" in page
    made = li.post("/admin/residents/new", TYPED)
    assert made.status_code == 200
    resident = Resident.get()
    assert (resident.name, resident.gender, resident.status) == ("王建国", "male", "pending")
    assert made.request.path == f"/admin/residents/{resident.id}"


def test_every_wrong_answer_is_marked_beside_its_field_and_the_rest_stays(li: Browser) -> None:
    li.get("/admin/residents/new")
    page = li.post(
        "/admin/residents/new",
        {**TYPED, "id_number": "110105196003070110", "mobile": "1390013", "consent": "no"},
    )
    assert page.status_code == 422 and Resident.select().count() == 0
    for name in ("id_number", "mobile", "consent"):
        assert f'id="{name}-error"' in page.text, name
    assert 'value="王建国"' in page.text and 'id="home-error"' not in page.text


def test_a_duplicate_document_is_said_beside_its_field(li: Browser, registers: Registers) -> None:
    registers(WANG, "webchat")
    li.get("/admin/residents/new")
    page = li.post("/admin/residents/new", TYPED)
    assert page.status_code == 422 and 'id="id_number-error"' in page.text


def test_staff_of_several_communities_say_which(signed: Signed, street: Street) -> None:
    zhou = signed("zhou")
    assert 'name="community"' in zhou.get("/admin/residents/new").text
    zhou.post("/admin/residents/new", {**TYPED, "community": str(street.other.id)})
    assert Resident.get().org_id == street.other.id


def test_a_correction_touches_only_what_differs_and_keeps_what_is_left_empty(li: Browser, chen: int) -> None:
    page = li.get(f"/admin/residents/{chen}/correct").text
    assert 'value="陈秀英"' in page and "138****2210" in page
    form = {
        "name": "陈秀瑛",
        "gender": "female",
        "birthday": "1949-12-31",
        "id_type": "resident_id",
        "id_number": "",
        "mobile": "",
        "email": "",
        "home": "3-2-501",
    }
    assert li.post(f"/admin/residents/{chen}/correct", {**form, "why": ""}).status_code == 422
    li.post(f"/admin/residents/{chen}/correct", {**form, "why": "听错了"})
    resident = Resident.get_by_id(chen)
    assert (resident.name, resident.mobile, resident.id_number) == ("陈秀瑛", CHEN_MOBILE, CHEN_ID)
    wrong = li.post(f"/admin/residents/{chen}/correct", {**form, "mobile": "12", "why": "x"})
    assert wrong.status_code == 422 and 'id="mobile-error"' in wrong.text


def test_the_dashboard_says_how_many_wait(li: Browser, chen: int) -> None:
    page = li.get("/admin").text
    assert "等待处理的登记和变更" in page and "陈秀英" in page


def test_the_pages_speak_english_too(li: Browser, chen: int) -> None:
    li.get("/admin/residents")
    li.post("/locale", {"locale": "en", "next": f"/admin/residents/{chen}"})
    page = li.get(f"/admin/residents/{chen}").text
    assert "Waiting for approval" in page and "Building 3, Unit 2, Room 501" in page
    assert not re.search(
        "[\u4e00-\u9fff]",
        re.sub("陈秀英|幸福里社区|李主任|邻|中文|第一网格", "", re.sub("<[^>]+>", "", page)),
    )


# --- behind links -----------------------------------------------------------------------------------------------------


def _activation() -> str:
    mail = Content.unseal(Message.select().where(Message.purpose == "activation").get().content)
    found = re.search(r"/activate/\S+", mail.text)
    assert found
    return found.group()


def test_opening_the_email_link_confirms_nothing_its_button_does(app: Flask, chen: int) -> None:
    browser = Browser(app.test_client())
    link = _activation()
    for _n in range(2):
        assert browser.get(link).status_code == 200
    assert Resident.get_by_id(chen).email_confirmed_at is None
    assert browser.post(link).status_code == 200
    assert Resident.get_by_id(chen).email_confirmed_at is not None
    assert browser.get(link).status_code == 409
    assert browser.get("/activate/nonsense").status_code == 404


def test_the_export_is_downloaded_once(app: Flask, chen: int) -> None:
    browser = Browser(app.test_client())
    path = "/my/export/" + export_link(chen).rsplit("/", 1)[1]
    assert CHEN_ID not in browser.get(path).text
    file = browser.post(path)
    assert file.json["file"]["id_number"] == CHEN_ID and "attachment" in file.headers["Content-Disposition"]
    browser.get(path)
    assert browser.post(path).status_code == 409


def test_a_link_without_its_token_of_the_form_is_refused(app: Flask, chen: int) -> None:
    browser = Browser(app.test_client())
    assert browser.post(_activation()).status_code == 400
    assert Resident.get_by_id(chen).email_confirmed_at is None


def test_staff_enter_a_fax_number_and_take_it_away_again(
    li: Browser, registers: Registers, chen: int
) -> None:
    def hers() -> list[str]:
        found = people.identities(people.Resident(chen))
        return [str(i.address) for i in found if i.channel == "fax"]

    where = f"/admin/residents/{chen}"
    li.post(f"{where}/fax", {"fax": "010-6500 1234"})
    assert hers() == ["+861065001234"]
    assert "传真" in li.get(where).text
    wang = registers(WANG, "webchat").resident_id
    assert "别人的档案" in li.post(f"/admin/residents/{wang}/fax", {"fax": "010 65001234"}).text
    assert "要带区号" in li.post(f"{where}/fax", {"fax": "65"}).text
    assert hers() == ["+861065001234"]
    li.post(f"{where}/fax", {"fax": ""})
    assert hers() == []
