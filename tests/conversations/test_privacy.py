"""Who may see what of my file, set in a chat; how I live here; the terms asked anew: through the engine, as channels do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.core import orgs
from backend.core.access import SYSTEM, Actor, Post
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.residents import actions, asking_anew, consent, consents, privacy, queries
from backend.residents.models import Consent, Resident
from conversations.engine import Engine
from conversations.flows import registry
from tests.conversations.test_registration import IN_BROWSER, MOBILE, Phone
from tests.databases import TestDatabase


@pytest.fixture
def engine(sqlite_database: TestDatabase, configure: Callable[..., None]) -> Engine:
    configure(TWILIO_ACCOUNT_SID="AC1", TWILIO_FROM="+8610650000000")
    street = orgs.add("幸福街道", "street")
    orgs.add("幸福里社区", "community", street)
    return Engine(registry())


@pytest.fixture
def browser(engine: Engine) -> Phone:
    return Phone(engine, "webchat", "her-browser")


@pytest.fixture
def chen(browser: Phone) -> int:
    browser.says(*IN_BROWSER)
    found = browser.resident_id
    assert found is not None
    actions.approve(SYSTEM, found)
    return found


@pytest.fixture
def admin(chen: int) -> Actor:
    return Actor("staff", 1, "管理员", (Post("street_admin", "/"),))


def test_two_taps_hide_an_item_and_the_words_say_that_helpers_get_it(browser: Phone, chen: int) -> None:
    assert "隐私" not in browser.says("我的资料") and browser.taps("谁能看到什么")
    assert "手机号: 仅工作人员可见" in browser.says("隐私设置")
    assert "现在是：仅工作人员可见" in browser.taps("手机号")
    done = browser.taps("仅自己可见")
    assert "求助" in done and privacy.hidden(chen) == {"mobile"}
    assert queries.mobile_of(chen) is None


def test_by_sms_numbers_do(engine: Engine, chen: int) -> None:
    phone = Phone(engine, "sms", MOBILE)
    heard = phone.says("我的生日要保密")
    assert "生日" in heard
    assert "仅自己" in phone.says("3") and "birthday" in privacy.hidden(chen)


def test_in_words_one_item_is_led_to_at_once_and_what_cannot_be_hidden_is_not_offered(
    browser: Phone, chen: int
) -> None:
    assert "给谁看" in browser.says("不公开我的姓名")
    assert browser.last is not None
    offered = {o.value for o in browser.last.replies[-1].content.options}
    assert offered == {"privacy.set:name.public", "privacy.set:name.admins"}


def test_a_number_that_calls_is_asked_again_where_only_she_answers(engine: Engine, chen: int) -> None:
    caller = Phone(engine, "voice", MOBILE)
    caller.says("我的电话要公开")
    heard = caller.says("1")
    assert privacy.settings_of(chen)["mobile"] == privacy.ADMINS and "再问" in heard
    question = Message.select().where(Message.purpose == "registration").order_by(Message.id.desc()).first()
    assert "手机" in Content.unseal(question.content).text


def test_neighbours_see_a_number_only_with_a_name_and_are_offered_to_show_it(
    browser: Phone, chen: int
) -> None:
    browser.says("公开我的电话")
    assert "姓名" in browser.taps("社区居民可见")
    assert queries.acquainted([chen], "zh_CN") == {}
    browser.taps("公开我的姓名")
    assert "陈秀英" in queries.acquainted([chen], "zh_CN")[chen]


def test_she_says_herself_how_she_lives_here_and_the_office_approves(
    browser: Phone, chen: int, admin: Actor
) -> None:
    browser.says("我的租约到期了，改一下", "2026-03-01", "2027-02-28", "李建国", "跳过", "跳过", "确认")
    waiting = queries.waiting_changes(admin).get()
    actions.approve_change(admin, waiting.id)
    her = Resident.get_by_id(chen)
    assert (her.landlord, str(her.tenancy_until)) == ("李建国", "2027-02-28")
    browser.says("改一下户籍", "流动人口", "跳过", "确认")
    actions.approve_change(admin, queries.waiting_changes(admin).get().id)
    assert Resident.get_by_id(chen).residence == "floating"


def test_whoever_agreed_to_older_terms_is_asked_once_and_agrees_with_one_tap(
    browser: Phone, chen: int, admin: Actor
) -> None:
    Consent.update(version="2020-01").where(Consent.resident == chen).execute()
    assert consents.counts(admin) == [("2020-01", 1), ("", 0)]
    assert asking_anew.ask(admin) == 1 and asking_anew.ask(admin) == 0
    assert asking_anew.send() == 1 and asking_anew.send() == 0
    assert "谢谢" in browser.taps("我同意")
    assert consents.counts(admin) == [(consent.VERSION, 1), ("", 0)]
    rows = list(consents.listed(admin, consents.Filters(state="replaced")))
    assert [row.version for row in rows] == ["2020-01"]
    assert not list(consents.listed(admin, consents.Filters(text="王")))


def test_the_register_says_when_and_where_a_consent_was_taken_back(chen: int, admin: Actor) -> None:
    actions.withdraw_consent(chen, channel="sms")
    (row,) = consents.listed(admin, consents.Filters(state="withdrawn"))
    assert (row.channel, row.withdrawn_channel) == ("webchat", "sms") and row.withdrawn_at
    (line,) = consents.sheet(admin, consents.Filters(), "zh_CN").rows
    assert line[0] == "陈秀英" and "短信" in str(line) and asking_anew.outdated(admin).count() == 0
