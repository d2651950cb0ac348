"""A person takes the conversation over: one of them, alone, with nothing lost on the way in or out."""

from __future__ import annotations

import threading

import pytest

from backend.core import db
from backend.core.access import Actor
from backend.core.clock import Hands
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.fields.words import Option, Words
from backend.inbox import answering, jobs, reading, taking, waiting
from backend.inbox.models import Handover, HandoverEvent
from backend.messaging import deliveries, people, say
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.messaging.people import At
from tests.inbox.conftest import Neighbour, hired
from tests.staff.conftest import Street


def test_of_two_at_the_same_moment_one_has_it_and_the_other_hears_who(
    chen: Neighbour, li: Actor, zhou: Actor
) -> None:
    chen.says("找人工")
    number = chen.thread.id
    barrier = threading.Barrier(2)
    ended: dict[str, str] = {}

    def take(actor: Actor) -> None:
        barrier.wait()
        try:
            taking.take(actor, number)
            ended[actor.name] = "has it"
        except Conflict as refused:
            ended[actor.name] = str(refused.text)
        finally:
            db.db.close()

    both = [threading.Thread(target=take, args=(actor,)) for actor in (li, zhou)]
    for one in both:
        one.start()
    for one in both:
        one.join(120)
    winner = next(name for name, how in ended.items() if how == "has it")
    [other] = [name for name in ended if name != winner]
    assert winner in ended[other], ended
    assert chen.thread.taken_by == (li.id if winner == li.name else zhou.id)
    assert HandoverEvent.select().where(HandoverEvent.kind == "take").count() == 1


def test_while_a_person_is_there_the_bot_keeps_quiet_and_says_once_who_it_is(
    chen: Neighbour, li: Actor
) -> None:
    chen.says("找人工")
    taking.take(li, chen.thread.id)
    assert any("小李" in text for text in chen.told())
    for text in ("我想问一下水管的事", "菜单", "我家厨房水管漏水了", "1", "谢谢"):
        assert chen.says(text) == "", text
        assert chen.outcome == "with_person"
    said = [line.text for line in reading.thread(chen.thread).lines if line.side == "hers"]
    assert said == ["找人工", "我想问一下水管的事", "菜单", "我家厨房水管漏水了", "1", "谢谢"]


def test_by_text_message_it_is_said_with_the_first_thing_that_she_writes(street: Street, li: Actor) -> None:
    lin = Neighbour("sms", "+8613800138001")
    lin.says("找人工")
    taking.take(li, lin.thread.id)
    assert lin.told() == [], "no text message of its own"
    assert "小李" in lin.says("在吗")
    assert lin.says("有件事问你") == ""


@pytest.mark.parametrize("text", ["我正在开会，稍后回您", "out of the office until Monday, call me then"])
def test_what_sounds_like_a_machine_reaches_the_person_all_the_same(
    street: Street, li: Actor, text: str
) -> None:
    lin = Neighbour("sms", "+8613800138001")
    lin.says("找人工")
    answering.answer(li, lin.thread.id, "您在家吗")
    lin.says(text)
    assert lin.outcome == "with_person" and lin.thread.unanswered_at is not None


def test_an_emergency_passes_and_the_desk_is_told(chen: Neighbour, li: Actor) -> None:
    chen.says("找人工")
    taking.take(li, chen.thread.id)
    assert "120" in chen.says("救命，我摔倒了起不来")
    assert chen.thread.reason == "emergency"
    alarm = Message.select().where((Message.purpose == "handover") & (Message.queue == "alerts"))
    assert alarm.count() == 1
    assert "119" in chen.says("着火了"), "also words that are heard when nothing is open"


def test_stop_and_a_code_pass(street: Street, li: Actor) -> None:
    lin = Neighbour("sms", "+8613800138001")
    lin.says("找人工")
    taking.take(li, lin.thread.id)
    assert lin.says("退订")
    assert lin.identity.state == "stopped"
    answering.answer(li, lin.thread.id, "好的，我们只在这里答复您。")
    assert lin.told()[-1].startswith("好的"), "she asked: an answer reaches her all the same"


def test_what_a_notice_asks_can_be_answered_while_a_person_is_there(chen: Neighbour, li: Actor) -> None:
    chen.says("找人工")
    taking.take(li, chen.thread.id)
    options = (Option("lang:en", "English"), Option("lang:zh_CN", "中文"))
    say(At(chen.identity.id), Words("?", options=options), purpose="request", about="request:1001")
    assert chen.says("1"), "the number picks from the notice"
    assert chen.outcome != "with_person"


def test_a_number_after_the_answer_of_a_person_is_for_the_person(chen: Neighbour, li: Actor) -> None:
    """“1” to “how many keys?” must not take back a sign-up that a reminder spoke of before."""
    chen.says("找人工")
    taking.take(li, chen.thread.id)
    options = (Option("lang:en", "English"), Option("lang:zh_CN", "中文"))
    say(At(chen.identity.id), Words("?", options=options), purpose="event", about="event:1")
    answering.answer(li, chen.thread.id, "您要几把钥匙？")
    assert chen.says("1") == "" and chen.outcome == "with_person"
    say(At(chen.identity.id), Words("?", options=options), purpose="checkin", about="checkin:1")
    answering.answer(li, chen.thread.id, "好的")
    assert chen.says("1"), "whether she is well is asked by nobody else"


def test_answers_go_to_her_channel_in_order_and_notes_never(chen: Neighbour, li: Actor) -> None:
    chen.says("找人工")
    number = chen.thread.id
    answering.note(li, number, "她上周也问过")
    for text in ("您好", "师傅明天到", "九点"):
        answering.answer(li, number, text)
    chen.says("好的")
    assert chen.told() == ["您好", "师傅明天到", "九点"]
    lines = reading.thread(chen.thread).lines
    assert [line.text for line in lines if line.side == "ours"] == ["您好", "师傅明天到", "九点"]
    assert [(line.who, line.text) for line in lines if line.side == "note"] == [("小李", "她上周也问过")]
    everything = [Content.unseal(m.content).text for m in Message.select()]
    assert not any("上周" in text for text in everything)
    assert lines[-1].text == "好的"


def test_on_all_her_channels_the_bot_keeps_quiet_and_the_answer_goes_where_she_wrote_last(
    chen: Neighbour, li: Actor, street: Street
) -> None:
    chen.says("你好")
    phone = Neighbour("sms", "+8613800138001")
    phone.says("你好")
    for one in (chen, phone):
        people.join_resident(one.identity.id, 7, street.happy.id)
    chen.says("找人工")
    taking.take(li, chen.thread.id)
    assert phone.says("我换手机跟您说") == "" and phone.outcome == "with_person"
    answering.answer(li, Handover.get().id, "收到")
    assert phone.told()[-1] == "收到"


def test_a_colleague_takes_it_with_a_notice(chen: Neighbour, li: Actor, zhou: Actor) -> None:
    phone = people.ensure("sms", "+8613800138222")
    people.join_staff(phone.id, li.id)
    chen.says("找人工")
    number = chen.thread.id
    taking.take(li, number)
    with pytest.raises(Conflict):
        taking.take(zhou, number)
    taking.take(zhou, number, from_colleague=True)
    notice = (
        Message.select()
        .where((Message.staff_id == li.id) & (Message.purpose == "handover"))
        .order_by(Message.id.desc())
        .first()
    )
    assert "小周" in Content.unseal(notice.content).text
    with pytest.raises(Conflict, match="has this one"):
        answering.answer(li, number, "还是我来")


def test_handed_back_she_is_told_and_the_bot_answers(chen: Neighbour, li: Actor) -> None:
    chen.says("找人工")
    number = chen.thread.id
    answering.answer(li, number, "办好了")
    taking.hand_back(li, number)
    assert "助手" in chen.told()[-1]
    assert not chen.is_with_a_person
    assert chen.says("菜单")
    assert Handover.get().outcome == "handed_back"


def test_what_came_in_just_before_the_hand_back_is_not_lost(chen: Neighbour, li: Actor) -> None:
    chen.says("找人工")
    number = chen.thread.id
    answering.answer(li, number, "办好了")
    chen.says("等等，还有一件事")
    with pytest.raises(Conflict):
        taking.hand_back(li, number)
    assert chen.is_with_a_person
    taking.hand_back(li, number, anyway=True)
    assert "等等，还有一件事" in [line.text for line in reading.thread(Handover.get()).lines]


def test_a_form_that_was_open_goes_on_after_the_hand_back(chen: Neighbour, li: Actor) -> None:
    chen.says("我要提意见")
    chen.says("找人工")
    number = chen.thread.id
    answering.answer(li, number, "您说")
    assert chen.says("建议") == "", "it is for the person, not for the form"
    answering.answer(li, number, "记下了")
    taking.hand_back(li, number)
    assert "建议" in chen.says("1"), "“go on” repeats the open question"


def test_whoever_takes_it_and_forgets_it_loses_it_and_she_is_told_kindly(
    clock: Hands, chen: Neighbour, li: Actor
) -> None:
    chen.says("找人工")
    number = chen.thread.id
    taking.take(li, number)
    answering.answer(li, number, "稍等")
    clock.forward(minutes=5)
    chen.says("还在吗")
    clock.forward(minutes=29)
    assert jobs.take_back() == 0
    clock.forward(minutes=1)
    assert jobs.take_back() == 1 and jobs.take_back() == 0
    assert "抱歉" in chen.told()[-1] and not chen.is_with_a_person
    assert chen.thread.state == "waiting"
    assert [h.id for h in waiting.waiting(li, 5)] == [number]


def test_what_is_answered_and_quiet_ends_by_itself(clock: Hands, chen: Neighbour, li: Actor) -> None:
    chen.says("找人工")
    answering.answer(li, chen.thread.id, "办好了")
    clock.forward(minutes=119)
    assert jobs.end_quiet() == 0
    clock.forward(minutes=1)
    assert jobs.end_quiet() == 1
    assert not chen.is_with_a_person and Handover.get().outcome == "quiet"
    assert chen.says("菜单")


def test_a_thread_is_closed_for_a_reason_and_not_twice(chen: Neighbour, li: Actor) -> None:
    chen.says("找人工")
    number = chen.thread.id
    with pytest.raises(Invalid):
        taking.close(li, number, "because")
    taking.close(li, number, "called")
    with pytest.raises(Conflict):
        taking.close(li, number, "called")
    assert chen.told() == []


def test_another_communitys_desk_does_nothing_here(chen: Neighbour, li: Actor, street: Street) -> None:
    sunny = hired("阳光", "duty_desk", street.sunny)
    chen.says("你好")
    people.join_resident(chen.identity.id, 7, street.happy.id)
    chen.says("找人工")
    number = chen.thread.id
    for act in (
        lambda: taking.take(sunny, number),
        lambda: answering.answer(sunny, number, "我"),
        lambda: answering.note(sunny, number, "我"),
        lambda: taking.close(sunny, number, "called"),
    ):
        with pytest.raises(Forbidden):
            act()
    assert waiting.waiting(sunny, 5) == []


def test_under_each_answer_stands_how_far_it_got(street: Street, li: Actor) -> None:
    lin = Neighbour("sms", "+8613800138001")
    lin.says("找人工")
    answering.answer(li, lin.thread.id, "明天上午来")
    [due] = deliveries.claim("default", "a worker")
    deliveries.sent([(due.id, "SM1")])

    def state() -> str:
        line = next(line for line in reading.thread(lin.thread).lines if line.side == "ours")
        assert line.state is not None
        return str(line.state[0])

    assert state() == "已发送"
    deliveries.receipt("sms", "SM1", "delivered")
    assert state() == "已送达"
