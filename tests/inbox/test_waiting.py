"""The queue: emergencies first, and whoever waits knows how long."""

from __future__ import annotations

import pytest

from backend.core import media
from backend.core.access import Actor
from backend.core.clock import Hands
from backend.core.i18n import render
from backend.fields.words import Media, Said, Words
from backend.inbox import answering, jobs, office, personal, queries, reading, relaying, taking, waiting
from backend.inbox.models import Handover
from backend.messaging import people, say
from backend.messaging.people import At
from conversations import engine
from conversations.inbound import Inbound
from tests.bots.chatting import photo
from tests.inbox.conftest import Neighbour
from tests.staff.conftest import Street


def test_emergencies_come_first_and_then_the_longest_wait(
    clock: Hands, chen: Neighbour, li: Actor, zhou: Actor
) -> None:
    chen.says("找人工")
    clock.forward(minutes=1)
    wang, zhao = Neighbour(address="wang-browser"), Neighbour(address="zhao-browser")
    wang.says("找人工")
    clock.forward(minutes=1)
    zhao.says("救命，我摔倒了起不来")
    assert [h.id for h in waiting.waiting(li, 9)] == [zhao.thread.id, chen.thread.id, wang.thread.id]
    assert [h.id for h in waiting.ahead(wang.thread)] == [chen.thread.id, zhao.thread.id]
    taking.take(li, chen.thread.id)
    assert [h.id for h in waiting.listed(zhou)][-1] == chen.thread.id
    assert [h.id for h in waiting.mine(li)] == [chen.thread.id]
    assert chen.thread.id not in [h.id for h in waiting.listed(li)]


def test_after_a_while_she_is_told_her_place_and_the_time_once(
    clock: Hands, chen: Neighbour, street: Street
) -> None:
    first = Neighbour(address="first-browser")
    first.says("找人工")
    chen.says("找人工")
    assert jobs.tell_places() == 0
    clock.forward(minutes=5)
    assert jobs.tell_places() == 2 and jobs.tell_places() == 0
    assert "前面还有 1 位" in chen.told()[0] and "分钟" in chen.told()[0]
    assert "下一位就是您" in first.told()[0]


def test_the_time_is_what_others_waited_lately(clock: Hands, street: Street, li: Actor) -> None:
    for number, wait in enumerate((18, 20, 22)):
        before = Neighbour(address=f"neighbour-{number}")
        before.says("找人工")
        clock.forward(minutes=wait)
        answering.answer(li, before.thread.id, "您好")
        taking.close(li, before.thread.id, "answered")
    last = Neighbour(address="last-browser")
    last.says("找人工")
    clock.forward(minutes=5)
    jobs.tell_places()
    assert "约 20 分钟内" in last.told()[0]
    today = waiting.today(li)
    assert (today.answered, today.wait) == (3, 20)


def test_outside_the_hours_she_is_told_at_once_when_somebody_is_there(
    clock: Hands, chen: Neighbour, li: Actor, street: Street
) -> None:
    clock.forward(hours=9)  # Monday 19:00
    assert "明天 8:30" in chen.says("找人工")
    clock.forward(minutes=6)
    assert jobs.tell_places() == 0, "once is enough"
    office.write_hours(li, street.happy.id, ["8:00-21:00"] * 7, "")
    late = Neighbour(address="late-browser")
    assert "明天" not in late.says("找人工"), "the office's own hours count"


def test_a_cry_for_help_at_night_is_not_told_to_wait(clock: Hands, chen: Neighbour) -> None:
    clock.forward(hours=12)
    assert "8:30" not in chen.says("救命，着火了")
    clock.forward(minutes=6)
    assert jobs.tell_places() == 0


def test_a_reply_to_a_notice_that_means_nothing_else_lands_in_the_inbox(chen: Neighbour, li: Actor) -> None:
    chen.says("你好")
    notice = say(At(chen.identity.id), Words("明天上午停水。"), purpose="notice", about="notice:3")
    assert "转给社区" in chen.says("那我家锅炉咋整")
    thread = chen.thread
    assert (thread.reason, thread.about) == ("reply", f"message:{notice}")
    assert thread.said == "那我家锅炉咋整"
    assert "同事" in chen.says("嗯嗯那个啥"), "and what follows is read too"
    assert Handover.select().count() == 1


def test_a_reply_to_a_campaign_is_linked_to_it_also_after_the_assistant_said_something(
    clock: Hands, chen: Neighbour, li: Actor
) -> None:
    chen.says("你好")
    notice = say(
        At(chen.identity.id), Words("明天上午停水。"), purpose="campaign", queue="bulk", about="campaign:3"
    )
    clock.forward(hours=2)
    chen.says("你好")
    assert "转给社区" in chen.says("那我家锅炉咋整")
    assert (chen.thread.reason, chen.thread.about) == ("reply", "campaign:3")
    drawn = reading.thread(chen.thread)
    assert [line.text for line in drawn.lines if line.about] == ["明天上午停水。"], notice
    [row] = reading.rows(li, [chen.thread])
    assert "3" in render(row.about, "zh_CN")
    assert [(r.id, r.said, r.state) for r in queries.replies(li, "campaign:3")] == [
        (chen.thread.id, "那我家锅炉咋整", "waiting")
    ]


def test_a_day_after_a_campaign_what_she_talks_about_with_the_assistant_is_no_reply(
    clock: Hands, chen: Neighbour, street: Street
) -> None:
    chen.says("你好")
    say(At(chen.identity.id), Words("明天上午停水。"), purpose="campaign", queue="bulk", about="campaign:3")
    chen.says("你好")
    clock.forward(hours=25)
    chen.says("哔哩吧啦咕噜")
    assert Handover.select().count() == 0


def test_an_answer_to_a_notice_is_no_reply_for_the_inbox(chen: Neighbour, street: Street) -> None:
    chen.says("你好")
    say(At(chen.identity.id), Words("明天上午停水。"), purpose="notice", about="campaign:3")
    chen.says("好的")
    chen.says("厨房水管漏水了")
    assert Handover.select().count() == 0


def test_days_later_it_is_no_reply_any_more(clock: Hands, chen: Neighbour, street: Street) -> None:
    chen.says("你好")
    say(At(chen.identity.id), Words("明天上午停水。"), purpose="notice", about="campaign:3")
    clock.forward(days=4)
    chen.says("哔哩吧啦咕噜")
    assert Handover.select().count() == 0


def _worker(name: str) -> tuple[str, str]:
    return "sms", f"+86138001382{name}"


def test_staff_take_and_answer_from_their_own_phone(chen: Neighbour, li: Actor, zhou: Actor) -> None:
    phones = {}
    for actor, end in ((li, "01"), (zhou, "02")):
        phones[actor.id] = Neighbour(*_worker(end))
        people.ensure(*_worker(end))
        people.join_staff(phones[actor.id].identity.id, actor.id)
    chen.says("找人工")
    number = chen.thread.id
    assert f"#{number}" in phones[li.id].told("handover")[0]
    assert f"#{number}" in phones[li.id].says("1"), "the option of the notice takes it"
    assert "小李" in phones[zhou.id].says("1")
    chen.says("我家门口的灯坏了")
    assert "我家门口的灯坏了" in phones[li.id].told("handover")[-1]
    chen.says("这是照片，左边那盏", media=Media("none", "image/jpeg"))
    assert "照片" in phones[li.id].told("handover")[-1] and "左边那盏" in phones[li.id].told("handover")[-1]
    assert "已发" in phones[li.id].says(f"#{number} 马上派人来")
    assert chen.told()[-1] == "马上派人来"
    assert "小李" in phones[zhou.id].says(f"#{number} 我来"), "not over a colleague's head"
    assert chen.told()[-1] == "马上派人来"


def test_the_number_of_her_card_does_not_reach_a_colleagues_own_phone(chen: Neighbour, li: Actor) -> None:
    phone = Neighbour(*_worker("01"))
    people.ensure(*_worker("01"))
    people.join_staff(phone.identity.id, li.id)
    chen.says("救命，我摔倒了，身份证110101199003072316，电话13800138001")
    assert "110***********2316" in phone.told("handover")[0] and "13800138001" in phone.told("handover")[0]
    phone.says(choice=f"inbox.take:{chen.thread.id}")
    chen.says("身份证 11010119900307231X 对吗")
    everything = "".join([*phone.told("handover"), *phone.heard])
    assert "9900307" not in everything and "110***********231X" in everything
    assert any("11010119900307231X" in str(line.text) for line in reading.thread(chen.thread).lines), (
        "the admin"
    )


@pytest.mark.parametrize(
    ("said", "passed_on"),
    [
        ("110101 19900307 2316", "110*************2316"),
        ("护照E12345678", "护照E12**5678"),
        ("13800138001 13900139002", "13800138001 13900139002"),
        ("3号楼2单元501", "3号楼2单元501"),
    ],
)
def test_numbers_of_documents_are_hidden_and_others_are_not(said: str, passed_on: str) -> None:
    assert relaying.in_chat(said) == passed_on


def test_handed_back_from_a_chat_only_by_who_has_it_and_what_is_unanswered_is_said_first(
    chen: Neighbour, li: Actor, zhou: Actor
) -> None:
    phones = {}
    for actor, end in ((li, "01"), (zhou, "02")):
        phones[actor.id] = Neighbour(*_worker(end))
        people.ensure(*_worker(end))
        people.join_staff(phones[actor.id].identity.id, actor.id)
    chen.says("找人工")
    number = chen.thread.id
    phones[li.id].says("1")
    theirs = phones[zhou.id].says(choice=f"inbox.back:{number}:anyway")
    assert "小李" in theirs and chen.is_with_a_person, "not a colleague's"
    assert "没有回复" in phones[li.id].says(choice=f"inbox.back:{number}") and chen.is_with_a_person
    phones[li.id].says("1")
    assert not chen.is_with_a_person


def test_a_neighbour_cannot_answer_for_the_office(chen: Neighbour, street: Street) -> None:
    chen.says("找人工")
    other = Neighbour(address="other-browser")
    other.says(f"#{chen.thread.id} 骗你的")
    turn = engine.handle(
        Inbound("webchat", "other-browser", "press", Said(choice=f"inbox.take:{chen.thread.id}"))
    )
    assert chen.thread.taken_by is None and turn.outcome != "done"
    assert chen.told() == []


def test_she_takes_it_along_and_it_is_forgotten_with_her(chen: Neighbour, li: Actor, street: Street) -> None:
    chen.says("你好")
    people.join_resident(chen.identity.id, 7, street.happy.id)
    chen.says("找人工")
    answering.note(li, chen.thread.id, "常来问药费")
    key = media.save(photo(), "image/jpeg", chen.thread.subject)
    answering.answer(li, chen.thread.id, "是这盏吗？", photo=key)
    [exported] = personal.export(7)
    assert exported["said"] == "找人工" and exported["notes"][0]["text"] == "常来问药费"
    personal.forget(7)
    assert not chen.is_with_a_person and not media.path_of(key).exists()
    [exported] = personal.export(7)
    assert exported["said"] == "—" and exported["notes"][0]["text"] is None
