"""The worker's side, from the worker's own chat."""

from __future__ import annotations

import pytest

from backend.core.access import SYSTEM, Actor
from backend.core.clock import Hands
from backend.fields.words import Media, Said
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.requests import actions
from backend.requests.models import Request, RequestPhoto
from backend.staff import actions as staff_actions
from backend.staff.links import make_link_code
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, Talker, booked, heard, settle, talker


@pytest.fixture
def hood(sqlite_database: TestDatabase, clock: Hands) -> Neighbourhood:
    return settle()


@pytest.fixture
def wang(hood: Neighbourhood) -> Talker:
    return talker("telegram", "tg-wang")


@pytest.fixture
def number(hood: Neighbourhood) -> int:
    """A dripping tap at Chen's, given to Wang by the desk."""
    number = booked(hood).request.number
    actions.assign(hood.actor(hood.desk), number, hood.wang)
    return int(number)


def test_a_worker_goes_from_accepting_to_finishing_by_buttons(
    hood: Neighbourhood, wang: Talker, number: int
) -> None:
    accepted = wang.press(f"request.accept:{number}")
    assert "陈秀英 13800132210" in accepted
    wang.tap("出发了")
    wang.tap("到了，开工")
    wang.tap("报进度")
    wang.say("在换阀门")
    wang.tap("两小时内")
    wang.tap("跳过")
    assert "12:00" in heard(resident_id=hood.chen)[-1].text
    wang.tap("完工")
    wang.say("换了新阀门")
    wang.say(said=Said(media=Media("f" * 32, "image/jpeg")))
    request = Request.get()
    assert request.status == "done"
    assert (RequestPhoto.get().stage, RequestPhoto.get().media_key) == ("finish", "f" * 32)
    assert "换了新阀门" in heard(resident_id=hood.chen)[-1].text


def test_the_residents_number_is_shown_only_once_the_job_is_accepted(wang: Talker, number: int) -> None:
    assert "13800132210" not in wang.say("我的工单")
    assert "13800132210" in wang.press(f"request.accept:{number}")
    assert "13800132210" in wang.say("我的工单")


def test_declining_asks_why_and_the_desk_hears_it(hood: Neighbourhood, wang: Talker, number: int) -> None:
    wang.press(f"request.decline:{number}")
    wang.tap("其他")
    assert "另派他人" in wang.say("家里有事")
    assert Request.get().status == "new"
    assert "家里有事" in heard(staff_id=hood.desk)[-1].text


def test_a_second_tap_is_answered_kindly_and_does_nothing(wang: Talker, number: int) -> None:
    wang.press(f"request.accept:{number}")
    assert "已经接过" in wang.press(f"request.accept:{number}")
    wang.tap("出发了")
    assert "已经接过" in wang.press(f"request.accept:{number}")
    assert Request.get().status == "on_the_way"


def test_a_job_that_went_to_somebody_else_is_said_kindly(
    hood: Neighbourhood, wang: Talker, number: int
) -> None:
    actions.assign(hood.actor(hood.desk), number, hood.li)
    assert "李师傅接手" in wang.press(f"request.accept:{number}")
    assert Request.get().assignee_id == hood.li


def test_a_form_that_was_open_when_the_job_was_cancelled_ends_with_a_word(
    hood: Neighbourhood, wang: Talker, number: int
) -> None:
    wang.press(f"request.accept:{number}")
    wang.tap("出发了")
    wang.tap("到了，开工")
    wang.tap("完工")
    actions.cancel_for_desk(hood.actor(hood.desk), number, "报错了")
    wang.say("修好了")
    assert "已取消" in wang.tap("跳过")
    assert Request.get().status == "cancelled"
    assert "没有工单" in wang.say("我的工单")


def test_by_sms_the_numbers_do_the_same(hood: Neighbourhood) -> None:
    identity = people.ensure("sms", "+8613800012210")
    people.join_staff(identity.id, hood.wang)
    people.prefer(identity.id, 1)
    number = booked(hood).request.number
    actions.assign(hood.actor(hood.desk), number, hood.wang)
    wang = talker("sms", "+8613800012210")
    assert "已接单" in wang.say("1")
    assert Request.get().status == "accepted"
    wang.say("1")
    assert Request.get().status == "on_the_way"


def test_who_is_no_worker_cannot_act_on_a_guessed_option(hood: Neighbourhood, number: int) -> None:
    stranger = talker("webchat", "stranger")
    stranger.say(said=Said(choice=f"request.accept:{number}"))
    assert Request.get().status == "assigned"
    other = talker("telegram", "tg-stranger")
    other.say(said=Said(choice=f"request.accept:{number}"))
    assert Request.get().status == "assigned"


def test_jobs_are_listed_with_the_most_pressing_first(hood: Neighbourhood, wang: Talker, number: int) -> None:
    urgent = booked(hood, category="lift", degree="stopped").request.number
    actions.assign(hood.actor(hood.desk), urgent, hood.wang)
    wang.say("my jobs")
    assert list(wang.options.values()) == [f"request.show:{urgent}", f"request.show:{number}"]
    assert f"R-{number}" in wang.press(f"request.show:{number}")


def test_a_chat_is_linked_with_the_code_from_the_admin_and_a_wrong_one_is_explained(
    hood: Neighbourhood,
) -> None:
    code = make_link_code(SYSTEM, hood.li)
    wechat = talker("webchat", "li-browser")
    assert "不对" in wechat.say("绑定 000000" if code != "000000" else "绑定 000001")
    assert "李刚" in wechat.say(f"绑定 {code}")
    assert "没有工单" in wechat.tap("我的工单")
    assert "不对" in wechat.say(f"绑定{code}")


def test_a_chat_that_is_linked_is_told_at_once_what_waits(hood: Neighbourhood, number: int) -> None:
    browser = talker("webchat", "wang-browser")
    told = browser.say(f"绑定 {make_link_code(SYSTEM, hood.wang)}")
    assert "王强" in told and f"R-{number}" in told
    assert "已接单" in browser.press(f"request.accept:{number}")


def mend(hood: Neighbourhood, number: int, note: str = "") -> None:
    wang = hood.actor(hood.wang)
    actions.accept(wang, number)
    actions.start(wang, number)
    actions.finish(wang, number, note)


def test_what_the_worker_says_was_done_reaches_the_resident_also_by_sms(hood: Neighbourhood) -> None:
    resident = talker("sms", "+8613900139001")
    for words in ("厨房水龙头滴水", "2", "2号楼1单元503", "1"):
        resident.say(words)
    number = Request.get().number
    actions.assign(hood.actor(hood.desk), number, hood.wang)
    mend(hood, number, "换了阀芯，不漏了。")
    phone = people.find("sms", "+8613900139001")
    assert sent_to(phone.id)[-1] == f"R{number}修好了：换了阀芯，不漏了。您满意吗？"


def test_who_is_sent_again_is_told_what_is_still_wrong(
    hood: Neighbourhood, wang: Talker, number: int
) -> None:
    mend(hood, number)
    actions.reopen_for_desk(hood.actor(hood.desk), number, "关紧了还在滴")
    actions.assign(hood.actor(hood.desk), number, hood.li)
    told = Message.select().where(Message.staff_id == hood.li).order_by(Message.id.desc()).first()
    content = Content.unseal(told.content)
    assert "关紧了还在滴" in content.text and "没修好：关紧了还在滴" in content.short


# --- known by the recorded number -----------------------------------------------------------------------------

WANG_MOBILE = "+8613800012210"


def record_number(actor: Actor, staff_id: int, phone: str = WANG_MOBILE) -> None:
    staff_actions.change(actor, staff_id, name="王建国", phone=phone, locale="zh_CN")


def sent_to(identity_id: int) -> list[str]:
    said = Message.select().where(Message.identity_id == identity_id).order_by(Message.id)
    return [Content.unseal(m.content).short for m in said]


def test_a_worker_without_any_chat_gets_the_jobs_by_sms_once_an_admin_has_recorded_the_number(
    hood: Neighbourhood, number: int
) -> None:
    people.leave_staff(people.find("telegram", "tg-wang").id)
    record_number(hood.actor(hood.admin), hood.wang)
    phone = people.find("sms", WANG_MOBILE)
    assert phone is not None and phone.staff_id == hood.wang
    assert [f"R{number}" in text for text in sent_to(phone.id)] == [True], "what was with him already"
    assert "已接单" in talker("sms", WANG_MOBILE).say("1")


def test_a_worker_with_a_chat_goes_on_hearing_there(hood: Neighbourhood, number: int) -> None:
    record_number(hood.actor(hood.admin), hood.wang)
    phone = people.find("sms", WANG_MOBILE)
    assert phone is not None and sent_to(phone.id) == []
    assert people.identities(people.StaffMember(hood.wang))[0].channel == "telegram"


@pytest.mark.parametrize(("first", "status"), [("接了", "accepted"), ("你好", "assigned")])
def test_ones_own_number_counts_from_the_first_text_message_that_comes_from_it(
    hood: Neighbourhood, number: int, first: str, status: str
) -> None:
    record_number(hood.actor(hood.wang), hood.wang)
    assert people.find("sms", WANG_MOBILE) is None, "nobody has vouched for it yet"
    answer = talker("sms", WANG_MOBILE).say(first)
    assert "王建国" in answer and f"R{number}" in answer
    assert Request.get().status == status


def test_a_call_from_a_recorded_number_is_not_the_worker(hood: Neighbourhood, number: int) -> None:
    record_number(hood.actor(hood.admin), hood.wang)
    assert str(number) not in talker("voice", WANG_MOBILE).say("接了")
    assert Request.get().status == "assigned"


def test_a_number_that_is_given_up_or_shared_is_nobodys(hood: Neighbourhood, number: int) -> None:
    record_number(hood.actor(hood.admin), hood.wang)
    record_number(hood.actor(hood.admin), hood.wang, "")
    assert people.find("sms", WANG_MOBILE).staff_id is None
    record_number(hood.actor(hood.wang), hood.wang)
    record_number(hood.actor(hood.li), hood.li)
    assert "王建国" not in talker("sms", WANG_MOBILE).say("接了")
    assert people.find("sms", WANG_MOBILE).staff_id is None
