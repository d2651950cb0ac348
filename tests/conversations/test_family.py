"""Families in conversation: invitation, consent, what each is told, withdrawal; by chat, text message and telephone."""

from __future__ import annotations

import itertools
import re

import pytest

from backend.core import clock as clocks
from backend.core import crypto
from backend.core.clock import Hands
from backend.family import actions, wording
from backend.family import queries as family
from backend.family.actions import Entered
from backend.family.models import Relation
from backend.fields.words import Said
from backend.messaging import At, Resident, people, say
from backend.messaging.models import SAID_PLACE, Identity, Inbound
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, Talker, heard, settle, talker

CHENS_PHONE = "+8613800132210"
_EVENTS = itertools.count(1)


@pytest.fixture
def hood(sqlite_database: TestDatabase) -> Neighbourhood:
    return settle()


def chen(channel: str = "telegram") -> Talker:
    """By telephone: whom we rang up."""
    address = "tg-+8613800132210" if channel == "telegram" else CHENS_PHONE
    found = talker(channel, address)
    found.counter = _EVENTS  # the same telephone all along
    found.ours = channel == "voice"
    return found


def _invited(by: Talker) -> str:
    found = re.search(r"\d{6}", by.say("我想邀请女儿"))
    assert found is not None
    return found[0]


def _joins(relative: Talker, code: str) -> str:
    relative.say(f"家人 {code}")
    relative.say("陈小红")
    relative.say("女儿")
    return relative.say("美国西部")


def test_a_daughter_abroad_joins_in_webchat_with_the_code_and_her_mother_is_told(hood: Neighbourhood) -> None:
    daughter = talker("webchat", "browser-1")
    answer = _joins(daughter, _invited(chen()))
    assert "陈秀英" in answer
    (contact,) = family.contacts(hood.chen, "alarm")
    assert (contact.called, contact.name, contact.zone) == ("女儿", "陈小红", "America/Los_Angeles")
    told = heard(resident_id=hood.chen)[-1]
    assert "女儿 陈小红" in told.text and "报平安" in told.text


def test_before_she_has_joined_only_a_hint_of_the_name_is_shown(hood: Neighbourhood) -> None:
    answer = talker("webchat", "browser-1").say(f"家人 {_invited(chen())}")
    assert "陈＊＊" in answer and "陈秀英" not in answer


def test_the_link_of_telegram_and_of_the_webchat_carry_the_code(hood: Neighbourhood) -> None:
    code = _invited(chen())
    relative = talker("telegram", "tg-daughter")
    assert "陈＊＊" in relative.say(f"family-{code}", start=True)


def test_a_code_works_once(hood: Neighbourhood) -> None:
    code = _invited(chen())
    _joins(talker("webchat", "browser-1"), code)
    assert "7 天" in talker("webchat", "browser-2").say(f"家人 {code}")
    assert len(family.contacts(hood.chen, "alarm")) == 1


def test_a_code_is_good_for_seven_days(hood: Neighbourhood, clock: Hands) -> None:
    code = _invited(chen())
    clock.forward(days=7, seconds=1)
    assert "7 天" in talker("webchat", "browser-1").say(f"家人 {code}")


def test_who_tries_codes_is_soon_refused_even_the_right_one(hood: Neighbourhood, clock: Hands) -> None:
    code = _invited(chen())
    stranger = talker("webchat", "browser-1")
    for guess in range(5):
        stranger.say(f"家人 {(int(code) + 1 + guess) % 1_000_000:06d}")
    assert "陈" not in stranger.say(f"家人 {code}")
    clock.forward(hours=1, seconds=1)
    assert "陈＊＊" in stranger.say(f"家人 {code}")


def _written_down() -> str:
    return " ".join(str(crypto.unseal(row.said, SAID_PLACE)) for row in Inbound.select())


@pytest.mark.parametrize(
    "said", ["家人 {code}", "我有邀请码，是{code}", "family {code}", "family-{code}", "{code}"]
)
def test_nobody_reads_the_code_in_the_log_before_it_is_used(hood: Neighbourhood, said: str) -> None:
    code = _invited(chen())
    talker("webchat", "browser-1").say(said.format(code=code))
    assert code not in _written_down() and "••••••" in _written_down()


def test_a_code_that_is_asked_for_is_not_written_down_either(hood: Neighbourhood) -> None:
    code = _invited(chen())
    relative = talker("sms", "+8613700137000")
    relative.say("我有邀请码")
    relative.say(code)
    assert code not in _written_down()
    relative.say("陈小红")
    relative.say("女儿")
    relative.say("中国")
    assert [c.called for c in family.contacts(hood.chen, "alarm")] == ["女儿"]


def test_by_telephone_the_code_goes_to_her_own_messages_and_is_not_spoken(hood: Neighbourhood) -> None:
    grandmother = chen("voice")
    assert not re.search(r"\d{6}", grandmother.say("邀请女儿"))
    assert re.search(r"\d{6}", heard(resident_id=hood.chen)[-1].text)


def test_by_text_message_a_code_is_asked_for_and_used(hood: Neighbourhood) -> None:
    code = _invited(chen("sms"))
    _joins(talker("sms", "+8613700137000"), code)
    (contact,) = family.contacts(hood.chen, "alarm")
    assert people.identities(contact.to)[0].address == "+8613700137000"


def test_by_telephone_a_relative_keys_the_code(hood: Neighbourhood) -> None:
    code = _invited(chen())
    relative = talker("voice", "+8613700137000")
    relative.say("我有邀请码")
    relative.say(said=Said(text=code, keyed=True))
    relative.say("陈小红")
    relative.say(said=Said(text="1", keyed=True))
    relative.say(said=Said(text="1", keyed=True))
    assert [c.called for c in family.contacts(hood.chen, "alarm")] == ["女儿"]


# --- asking ---------------------------------------------------------------------------------------------------


def _asks(relative: Talker, number: str) -> str:
    relative.say(f"我想绑定我妈妈 {number}")
    relative.say("陈小红")
    relative.say("女儿")
    return relative.say("中国")


def test_who_asks_is_shown_nothing_before_the_yes_and_told_after_it(hood: Neighbourhood) -> None:
    daughter = talker("sms", "+8613700137000")
    _asks(daughter, "13800132210")
    assert family.contacts(hood.chen, "alarm") == []
    asked = heard(resident_id=hood.chen)[-1]
    assert "女儿 陈小红" in asked.text and "13700137000" in asked.text
    chen().press(asked.options[0].value)
    assert len(family.contacts(hood.chen, "alarm")) == 1
    assert "陈秀英" in heard()[-1].text


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_she_answers_the_question_with_a_digit(hood: Neighbourhood, channel: str) -> None:
    Identity.update(state="blocked").where(
        Identity.resident_id == hood.chen, Identity.channel != channel
    ).execute()
    _asks(talker("webchat", "browser-1"), "13800132210")
    said = Said(text="1", keyed=channel == "voice")
    chen(channel).say(said=said)
    assert len(family.contacts(hood.chen, "alarm")) == 1


def test_a_no_ends_it_and_the_relative_hears_nothing(hood: Neighbourhood) -> None:
    _asks(talker("sms", "+8613700137000"), "13800132210")
    before = len(heard())
    chen().press(heard(resident_id=hood.chen)[-1].options[1].value)
    assert len(heard()) == before
    assert Relation.get().status == "withdrawn"


def test_the_answer_does_not_tell_whether_a_number_is_known(hood: Neighbourhood) -> None:
    known = _asks(talker("webchat", "browser-1"), "13800132210")
    unknown = _asks(talker("webchat", "browser-2"), "13600136000")
    assert known == unknown
    assert Relation.select().count() == 1


def test_nobody_is_asked_again_and_again(hood: Neighbourhood) -> None:
    for n in range(5):
        _asks(talker("webchat", f"browser-{n}"), "13800132210")
    assert Relation.select().count() == 3


def test_a_yes_in_a_call_to_us_is_asked_again_where_only_she_answers(hood: Neighbourhood) -> None:
    Identity.update(state="blocked").where(
        Identity.resident_id == hood.chen, Identity.channel != "voice"
    ).execute()
    _asks(talker("webchat", "browser-1"), "13800132210")
    people.set_state(people.find("telegram", "tg-+8613800132210").id, "active")  # type: ignore[union-attr]
    forger = chen("voice")
    forger.ours = False
    before = len(heard(resident_id=hood.chen))
    assert "再问您一次" in forger.say(said=Said(text="1", keyed=True))
    forger.say(said=Said(text="1", keyed=True))
    assert family.contacts(hood.chen, "alarm") == []
    (again,) = heard(resident_id=hood.chen)[before:]
    chen().press(again.options[0].value)
    assert len(family.contacts(hood.chen, "alarm")) == 1


# --- what each is told, and no more ---------------------------------------------------------------------------


@pytest.fixture
def daughter(hood: Neighbourhood) -> Talker:
    found = talker("webchat", "browser-1")
    _joins(found, _invited(chen()))
    return found


def test_she_sees_who_is_told_and_changes_what(hood: Neighbourhood, daughter: Talker) -> None:
    grandmother = chen()
    grandmother.say("家人")
    assert "报平安" in grandmother.tap("女儿 陈小红")
    grandmother.tap("改一改告诉的内容")
    answer = grandmother.say("1,3")
    assert "报平安、走访" in answer and "不会" in answer
    assert family.contacts(hood.chen, "alarm") == []
    assert len(family.contacts(hood.chen, "visit")) == 1


@pytest.mark.parametrize("channel", ["telegram", "sms", "voice"])
def test_no_more_for_the_daughter_takes_one_choice_and_she_is_told(
    hood: Neighbourhood, daughter: Talker, channel: str
) -> None:
    grandmother = chen(channel)
    grandmother.say("不要再让女儿看了")
    assert list(grandmother.options) == ["女儿 陈小红"]
    grandmother.say(said=Said(text="1", keyed=channel == "voice"))
    assert family.contacts(hood.chen, "checkin") == []
    identity = people.find("webchat", "browser-1")
    assert identity is not None
    assert any("陈秀英" in c.text for c in heard()[-2:])


def test_what_was_changed_on_the_telephone_is_also_written_to_her(
    hood: Neighbourhood, daughter: Talker
) -> None:
    grandmother = chen("voice")
    grandmother.say("不要再让女儿看了")
    grandmother.say(said=Said(text="1", keyed=True))
    assert "如果不是您本人" in heard(resident_id=hood.chen)[-1].text


def test_a_relative_leaves_and_she_is_told(hood: Neighbourhood, daughter: Talker) -> None:
    daughter.say("退出家人")
    daughter.tap("不再接收陈秀英的消息")
    assert family.contacts(hood.chen, "checkin") == []
    assert "女儿 陈小红" in heard(resident_id=hood.chen)[-1].text


def test_a_forged_number_neither_removes_her_daughter_nor_changes_what_she_is_told(
    hood: Neighbourhood, daughter: Talker
) -> None:
    forger = chen("voice")
    forger.ours = False
    forger.say("不要再让女儿看了")
    assert "再问您一次" in forger.say(said=Said(text="1", keyed=True))
    forger.say(said=Said(choice=f"family.topics:{Relation.get().id}"))
    forger.say(said=Said(text="1", keyed=True))
    assert len(family.contacts(hood.chen, "alarm")) == 1
    chen().press(f"family.drop:{Relation.get().id}")
    assert family.contacts(hood.chen, "alarm") == []


# --- whom staff have entered ----------------------------------------------------------------------------------

SON = "+8613700137000"


@pytest.fixture
def entered(hood: Neighbourhood) -> int:
    """Her son, written down by the desk; returns the relation."""
    given = Entered("family", "陈强", "儿子", SON, ("checkin", "alarm"), "paper")
    return int(actions.add_by_staff(hood.actor(hood.desk), hood.chen, given).id)


def test_whom_staff_enter_is_asked_first_and_reads_neither_her_name_nor_her_home(
    hood: Neighbourhood, entered: int
) -> None:
    asked = heard()[-1]
    assert "陈＊＊" in asked.short and "陈秀英" not in asked.text and "501" not in asked.text
    assert family.contacts(hood.chen, "alarm") == []
    assert [c.confirmed for c in family.contacts(hood.chen, "alarm", unconfirmed=True)] == [False]


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_with_the_digit_1_he_is_told_what_she_agreed_to_and_she_hears_it(
    hood: Neighbourhood, entered: int, channel: str
) -> None:
    if channel == "voice":
        say(At(people.ensure("voice", SON).id), wording.is_it_you(Relation.get(), "陈秀英"), purpose="family")
    his = talker(channel, SON)
    his.ours = True
    assert "陈秀英" in his.say("1")
    assert [c.name for c in family.contacts(hood.chen, "checkin")] == ["陈强"]
    assert "儿子 陈强" in heard(resident_id=hood.chen)[-1].text


def test_who_calls_with_his_number_confirms_nothing(hood: Neighbourhood, entered: int) -> None:
    say(At(people.ensure("voice", SON).id), wording.is_it_you(Relation.get(), "陈秀英"), purpose="family")
    assert "陈秀英" not in talker("voice", SON).say("1")
    assert family.contacts(hood.chen, "checkin") == []


def test_who_says_not_me_hears_nothing_more_and_the_office_looks_for_the_number(
    hood: Neighbourhood, entered: int
) -> None:
    talker("sms", SON).say("2")
    assert family.contacts(hood.chen, "alarm", unconfirmed=True) == []
    assert "陈强" in heard(staff_id=hood.desk)[-1].text
    assert (
        "结束" in talker("sms", SON).press(f"family.confirm:{entered}")
        or Relation.get().status == "withdrawn"
    )


def test_who_was_entered_and_then_comes_with_her_code_is_told_once(hood: Neighbourhood, entered: int) -> None:
    _joins(talker("sms", SON), _invited(chen()))
    assert [c.confirmed for c in family.contacts(hood.chen, "alarm", unconfirmed=True)] == [True]


def test_a_relative_who_has_registered_is_told_wherever_he_can_be_reached(hood: Neighbourhood) -> None:
    relation = Relation.create(
        resident_id=hood.chen, kind="neighbour", name="周敏", called="周敏", topics="alarm", status="active",
        identity_id=people.find("telegram", "tg-+8613900139000").id,  # type: ignore[union-attr]
        created_at=clocks.now(),
    )  # fmt: skip
    (contact,) = family.contacts(hood.chen, "alarm")
    assert (contact.relation_id, contact.to) == (relation.id, Resident(hood.zhou))
    assert {i.channel for i in people.identities(contact.to)} == {"telegram", "sms", "voice"}


def test_nobody_ends_the_relation_of_another(hood: Neighbourhood, daughter: Talker) -> None:
    relation = Relation.get()
    neighbour = talker("telegram", "tg-+8613900139000", "zh_CN")
    neighbour.say("你好")
    neighbour.say(said=Said(choice=f"family.drop:{relation.id}"))
    neighbour.say(said=Said(choice=f"family.leave:{relation.id}"))
    assert len(family.contacts(hood.chen, "checkin")) == 1
