"""Registering, joining a further channel and looking after one's own file, through the engine as a channel does."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest

from backend.core import crypto, orgs
from backend.core.access import SYSTEM
from backend.fields.words import Said
from backend.inbox.models import Handover
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Inbound as Heard
from backend.messaging.models import Message
from backend.residents import actions, queries
from backend.residents.models import FileChange, Resident
from conversations.engine import Engine
from conversations.flows import registry
from conversations.inbound import Inbound, Turn
from tests.databases import TestDatabase

ID = "11010519491231002X"
MOBILE = "+8613800132210"
_events = itertools.count(1)


@pytest.fixture
def engine(database: TestDatabase, configure: Callable[..., None]) -> Engine:
    configure(TWILIO_ACCOUNT_SID="AC1", TWILIO_FROM="+8610650000000")
    street = orgs.add("幸福街道", "street")
    orgs.add("幸福里社区", "community", street)
    return Engine(registry())


class Phone:
    """One address on one channel. `says` returns what came back, as that channel shows it."""

    def __init__(self, engine: Engine, channel: str, address: str, locale: str = "zh_CN") -> None:
        self.engine, self.channel, self.address, self.locale = engine, channel, address, locale
        self.last: Turn | None = None

    def says(self, *texts: str) -> str:
        heard = ""
        for text in texts:
            if text == "CODE":
                text = newest_code()
            self.last = self.engine.handle(
                Inbound(self.channel, self.address, f"e{next(_events)}", Said(text=text), locale=self.locale)
            )
            heard = "\n".join(self._shown(o.content) for o in self.last.replies)
        return heard

    def taps(self, label: str) -> str:
        """Press the button with this label, on the newest message that has one."""
        for message in Message.select().order_by(Message.id.desc()):
            options = Content.unseal(message.content).options
            for index, option in enumerate(options):
                if option.label == label:
                    self.last = self.engine.handle(
                        Inbound(
                            self.channel,
                            self.address,
                            f"e{next(_events)}",
                            message_id=message.id,
                            option=index,
                            locale=self.locale,
                        )
                    )
                    return "\n".join(self._shown(o.content) for o in self.last.replies)
        raise AssertionError(f"no button {label}")

    def _shown(self, content: Content) -> str:
        return content.short if self.channel == "sms" else content.text

    @property
    def resident_id(self) -> int | None:
        identity = people.find(self.channel, self.address)
        return identity.resident_id if identity else None


def newest_code() -> str:
    found = newest_code_or_none()
    assert found
    return found


def newest_code_or_none() -> str | None:
    message = Message.select().where(Message.purpose == "code").order_by(Message.id.desc()).first()
    found = re.search(r"\d{6}", Content.unseal(message.content).text) if message else None
    return found.group() if found else None


@pytest.fixture
def browser(engine: Engine) -> Phone:
    return Phone(engine, "webchat", "her-browser")


@pytest.fixture
def keypad_phone(engine: Engine) -> Phone:
    return Phone(engine, "sms", MOBILE)


IN_BROWSER = [
    "我要登记",
    "同意",
    "陈秀英",
    "同意",
    "身份证",
    ID,
    "13800132210",
    "CODE",
    "chen@example.com",
    "3-2-501",
    "对",
]


@pytest.fixture
def chen(browser: Phone) -> int:
    """Grandmother Chen, registered in the webchat and approved."""
    browser.says(*IN_BROWSER)
    actions.approve(SYSTEM, browser.resident_id or 0)
    return browser.resident_id or 0


def test_a_newcomer_registers_in_the_webchat(browser: Phone) -> None:
    last = browser.says(*IN_BROWSER)
    assert "谢谢，**陈秀英**" in last and "邮件" in last
    resident = Resident.get_by_id(browser.resident_id)
    assert (resident.status, resident.channel, resident.mobile) == ("pending", "webchat", MOBILE)
    assert queries.home_of(resident.id) == {"building": "3", "unit": "2", "room": "501"}


def test_in_english_too(engine: Engine) -> None:
    browser = Phone(engine, "webchat", "anna", "en")
    assert "Do you agree?" in browser.says("I want to sign up")
    last = browser.says(
        "yes",
        "Anna Smith",
        "yes",
        "passport",
        "E12345678",
        "1948-03-05",
        "female",
        "13800132210",
        "CODE",
        "none",
        "3-2-501",
        "yes",
    )
    assert "Thank you, **Anna Smith**" in last
    assert Resident.get_by_id(browser.resident_id).locale == "en"


def test_an_elder_registers_by_sms_with_numbers_and_her_own_number_is_proven_by_the_channel(
    keypad_phone: Phone,
) -> None:
    first = keypad_phone.says("登记")
    assert "138****2210" in first
    last = keypad_phone.says("1", "陈秀英", "1", "1", ID, "没有", "3-2-501", "1")
    assert "登记已提交" in last
    resident = Resident.get_by_id(keypad_phone.resident_id)
    assert resident.mobile_proven_at is not None and resident.flags == "no_email"
    assert Message.select().where(Message.purpose == "code").count() == 0


def test_a_caller_registers_and_her_name_is_flagged_for_a_look(engine: Engine) -> None:
    caller = Phone(engine, "voice", MOBILE)
    asked = caller.says("我要登记", "1", "陈秀英", "1", "1", ID)
    assert "138****2210" in asked and newest_code_or_none() is None, "nothing is sent before she agrees"
    assert "验证码" in caller.says("1")
    caller.says("CODE", "没有", "三号楼二单元五零一", "1")
    resident = Resident.get_by_id(caller.resident_id)
    assert resident.flags == "no_email heard_name"
    assert resident.mobile_proven_at is not None


@pytest.mark.parametrize("answers", [("不是", "13900139000"), ("13900139000",), ("2", "13900139000")])
def test_a_caller_may_have_another_mobile_and_then_the_line_she_calls_from_is_not_hers(
    engine: Engine, answers: tuple[str, ...]
) -> None:
    caller = Phone(engine, "voice", MOBILE)
    caller.says("我要登记", "1", "陈秀英", "1", "1", ID, *answers, "CODE", "没有", "三号楼二单元五零一", "1")
    resident = Resident.get()
    assert resident.mobile == "+8613900139000" and resident.mobile_proven_at is not None
    assert caller.resident_id is None, "whoever forged that number would be her"
    assert people.find("sms", MOBILE) is None
    known = people.find("voice", "+8613900139000")
    assert known is not None and known.resident_id == resident.id


def test_a_number_that_calls_joins_no_registration_without_the_code(engine: Engine, chen: int) -> None:
    caller = Phone(engine, "voice", "+8613700137000")
    caller.says("我已经登记过了", "13800132210")
    assert "陈秀英" not in caller.says("000000" if newest_code() != "000000" else "111111")
    assert "陈秀英" in caller.says("CODE") and caller.resident_id is None


def test_where_no_text_message_goes_out_the_caller_is_told_and_offered_a_person(
    engine: Engine, configure: Callable[..., None]
) -> None:
    configure(TWILIO_ACCOUNT_SID="", TWILIO_FROM="")
    caller = Phone(engine, "voice", MOBILE)
    told = caller.says("我要登记", "1", "陈秀英", "1", "1", ID, "1")
    assert "短信" in told and "同事" in told and "正在发送" not in told
    assert newest_code_or_none() is None
    caller.says("3")
    assert Handover.get().identity_id == people.find("voice", MOBILE).id


def test_what_was_begun_by_sms_is_not_read_to_whoever_calls_from_that_number(
    engine: Engine, keypad_phone: Phone
) -> None:
    keypad_phone.says("登记", "1", "陈秀英")
    heard = Phone(engine, "voice", MOBILE).says("你好")
    assert "有什么可以帮您" in heard and "继续" not in heard


def test_a_call_goes_on_by_sms_and_needs_no_code_there(engine: Engine, keypad_phone: Phone) -> None:
    Phone(engine, "voice", MOBILE).says("我要登记", "1", "陈秀英", "1", "1")
    keypad_phone.says("你好", "1")
    assert "登记已提交" in keypad_phone.says(ID, "没有", "3-2-501", "1")
    assert Resident.get_by_id(keypad_phone.resident_id).mobile_proven_at is not None
    assert newest_code_or_none() is None


def test_who_does_not_agree_leaves_nothing_behind(browser: Phone) -> None:
    assert "没关系" in browser.says("登记", "不同意")
    assert Resident.select().count() == 0 and browser.resident_id is None


def test_sensitive_answers_are_not_kept_in_what_was_heard(browser: Phone) -> None:
    browser.says(*IN_BROWSER)
    from backend.messaging import forgetting

    heard = [m for m in forgetting.export(browser.resident_id or 0) if m["from"] == "resident"]
    assert len(heard) == Heard.select().count()
    for said in heard:
        assert ID not in str(said) and "13800132210" not in str(said) and "chen@example.com" not in str(said)


def test_a_registration_in_another_chat_with_the_same_phone_is_the_same_resident(
    engine: Engine, chen: int
) -> None:
    telegram = Phone(engine, "telegram", "4711")
    assert "已经登记过" in telegram.says(*IN_BROWSER)
    assert telegram.resident_id == chen and Resident.select().count() == 1


def test_already_registered_needs_only_the_phone_and_its_code(engine: Engine, chen: int) -> None:
    telegram = Phone(engine, "telegram", "4711")
    assert "欢迎回来，**陈秀英**" in telegram.says("我已经登记过了", "13800132210", "CODE")
    assert telegram.resident_id == chen


@pytest.mark.parametrize("said", ["我已经登记过", "I registered already"])
def test_who_is_registered_already_says_so_at_any_question_and_is_not_registered_again(
    engine: Engine, chen: int, said: str
) -> None:
    telegram = Phone(engine, "telegram", "4711")
    telegram.says("登记", "同意")
    assert "哪个手机号" in telegram.says(said), "it is no name"
    answer = telegram.says("13800132210", "CODE")
    assert "欢迎回来" in answer and "接着办" not in answer and "姓名" not in answer
    assert telegram.resident_id == chen


@pytest.mark.parametrize("said", ["不用，我登记过了", "no, I registered already"])
def test_registered_already_is_no_refusal_of_consent(engine: Engine, said: str) -> None:
    telegram = Phone(engine, "telegram", "4711")
    telegram.says("登记")
    assert "哪个手机号" in telegram.says(said)


def test_by_sms_from_another_number_she_is_asked_which_one_she_registered_with(
    engine: Engine, chen: int
) -> None:
    other = Phone(engine, "sms", "+8613700137000")
    answer = other.says("我已经登记过")
    assert "没对上" in answer and "哪个手机号" in answer
    assert "欢迎回来" in other.says("13800132210", "CODE")
    assert other.resident_id == chen


def test_an_unknown_phone_learns_nothing_and_is_offered_to_register(engine: Engine, chen: int) -> None:
    telegram = Phone(engine, "telegram", "4711")
    answer = telegram.says("我已经登记过了", "13900139000", "CODE")
    assert "没能对上" in answer and "陈" not in answer
    assert "您同意吗" in telegram.taps("登记")


def test_her_sms_number_knows_her_after_the_webchat(keypad_phone: Phone, chen: int) -> None:
    assert "陈秀英" in keypad_phone.says("我的资料")


def test_a_document_of_somebody_else_gets_a_kind_answer_and_staff_look(engine: Engine, chen: int) -> None:
    stranger = Phone(engine, "telegram", "666")
    answer = stranger.says(*IN_BROWSER[:6], "13600136000", *IN_BROWSER[7:])
    assert "核对" in answer and stranger.resident_id is None
    assert queries.mobile_of(chen) == MOBILE


def test_who_is_registered_and_asks_again_is_told_where_it_stands(browser: Phone) -> None:
    browser.says(*IN_BROWSER)
    assert "正在审核" in browser.says("登记")


# --- my file ----------------------------------------------------------------------------------------------------------


def test_my_file_is_shown_masked_with_what_can_be_done(browser: Phone, chen: int) -> None:
    shown = browser.says("我的资料")
    assert "138****2210" in shown and "3号楼2单元501" in shown and "已通过" in shown
    assert ID not in shown and "13800132210" not in shown


def test_a_new_number_is_proven_then_waits_for_the_office(browser: Phone, chen: int) -> None:
    last = browser.says("我换手机了", "13500135000", "CODE", "跳过", "对")
    assert "手机号" in last
    (change,) = FileChange.select()
    assert change.status == "pending" and queries.mobile_of(chen) == MOBILE
    actions.approve_change(SYSTEM, change.id)
    assert queries.mobile_of(chen) == "+8613500135000"


def test_one_tap_on_the_offices_question_opens_it(browser: Phone) -> None:
    browser.says(*IN_BROWSER)
    actions.ask_correction(SYSTEM, browser.resident_id or 0, "home", "是3单元吗?")
    assert "住在哪里" in browser.taps("更正")
    assert "已经改好了" in browser.says("3-3-501", "跳过", "对")
    assert queries.home_of(browser.resident_id or 0) == {"building": "3", "unit": "3", "room": "501"}


def test_a_new_document_brings_its_birthday_and_gender(browser: Phone, chen: int) -> None:
    browser.says("修改资料", "证件号码", "身份证", "11010519600307011X", "跳过", "对")
    actions.approve_change(SYSTEM, FileChange.get().id)
    resident = Resident.get_by_id(chen)
    assert (resident.gender, str(resident.birthday)) == ("male", "1960-03-07")


def test_the_data_is_offered_by_a_link(browser: Phone, chen: int) -> None:
    assert re.search(r"/my/export/\S{20,}", browser.says("导出我的资料"))


def test_deleting_asks_first_and_then_the_office(browser: Phone, chen: int) -> None:
    assert "一切照旧" in browser.says("注销", "不")
    assert FileChange.select().count() == 0
    assert "15 天" in browser.says("注销", "是的", "跳过")
    assert FileChange.get().kind == "erase"


def test_consent_is_taken_back_as_easily(browser: Phone, chen: int) -> None:
    assert "已撤回" in browser.says("撤回同意", "是")
    assert FileChange.get().kind == "erase"


@pytest.mark.parametrize("wish", ["注销", "撤回同意", "我换手机了", "修改资料"])
def test_a_number_that_calls_is_no_proof_so_a_file_is_not_changed_by_phone(
    engine: Engine, chen: int, wish: str
) -> None:
    caller = Phone(engine, "voice", MOBILE)
    assert caller.resident_id == chen
    assert "电话里暂不办理" in caller.says(wish)
    caller.says("1")
    assert FileChange.select().count() == 0


def test_a_caller_is_not_read_what_is_in_the_file(engine: Engine, chen: int) -> None:
    Phone(engine, "voice", MOBILE).says("我的资料")
    spoken = Content.unseal(Message.select().order_by(Message.id.desc()).get().content).spoken
    assert spoken and not any(secret in spoken for secret in ("138", "2210", "501", "陈秀英"))


def test_after_the_deletion_she_is_a_newcomer(browser: Phone, chen: int) -> None:
    browser.says("注销", "是的", "跳过")
    actions.erase(SYSTEM, FileChange.get().id)
    assert browser.resident_id is None
    assert "您同意吗" in browser.says("登记")


def test_an_id_number_given_to_another_question_is_not_kept_in_the_log_of_what_was_said(
    engine: Engine,
) -> None:
    grandma = Phone(engine, "webchat", "grandma")
    grandma.says("登记", f"我的身份证是{ID}")
    last = Heard.select().order_by(Heard.id.desc()).first()
    assert ID not in str(crypto.decrypt(last.said, "inbound.said"))
