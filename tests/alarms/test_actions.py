"""An alarm on its way through people, on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from backend.alarms import listeners
from backend.alarms.actions import Caller, answer, clear, climb, raise_alarm
from backend.alarms.summary import Summary
from backend.core import audit, clock, db
from backend.core.access import SYSTEM
from backend.core.clock import Hands
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.family.models import Relation
from backend.fields.words import Words
from backend.messaging import people
from backend.messaging.models import Delivery, Message
from backend.residents.actions import place
from backend.staff import actions as staff
from tests.alarms.street import DAUGHTER, Street, acts, alarm, heard, help_needed, hire


def test_the_first_line_tells_what_where_and_when_in_the_readers_language_and_time(
    street: Street, clock: Hands
) -> None:
    help_needed(street)
    (told,) = heard(identity_id=street.daughter)
    first, second, *_rest = told.text.splitlines()
    assert first == "🔴 **Cry for help** · Building 3, Unit 2, Room 501 · 10:00 (18:00 where you are)"
    assert second == "陈秀英: “救命”"
    assert [o.value.partition(":")[0] for o in told.options][:2] == ["alarm.going", "alarm.cannot"]
    assert "🔴" not in told.short and "🔴" not in told.spoken


def test_each_rung_is_told_in_turn_and_the_top_again_until_somebody_answers(
    street: Street, clock: Hands
) -> None:
    alarm_id = help_needed(street)
    for _minute in range(20):
        clock.forward(minutes=1)
        climb()
    # In turn: daughter, neighbour, grid worker, desk, admin, admin.
    assert len(heard(resident_id=street.zhou)) == 1
    assert len(heard(staff_id=street.grid_worker)) == len(heard(staff_id=street.desk)) == 1
    assert len(heard(staff_id=street.admin)) == 2
    assert heard(staff_id=street.stranger) == []
    assert alarm(alarm_id).status == "open"


def test_staff_read_where_she_can_be_called_and_the_neighbours_do_not(street: Street, clock: Hands) -> None:
    help_needed(street)
    clock.forward(minutes=3)
    climb()
    clock.forward(minutes=3)
    climb()
    assert "13800132210" in heard(staff_id=street.grid_worker)[0].text
    assert "13800132210" not in heard(resident_id=street.zhou)[0].text


def test_who_is_going_is_told_to_all_who_were_told_and_to_her(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    clock.forward(minutes=3)
    climb()
    done = answer(Caller(street.daughter), alarm_id, "going")
    assert (done.summary.status, done.summary.answered_by) == ("going", "女儿")
    assert "**女儿 10:03 确认：已在路上" in heard(resident_id=street.zhou)[-1].text
    assert "女儿" in heard(resident_id=street.chen)[-1].text
    assert len(heard(identity_id=street.daughter)) == 1
    clock.forward(minutes=29)
    assert climb() == 0


def test_who_went_is_asked_how_it_was_and_silence_climbs_on(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    answer(Caller(street.daughter), alarm_id, "going")
    clock.forward(minutes=30)
    climb()
    assert "How is it" in heard(identity_id=street.daughter)[-1].text
    clock.forward(minutes=10)
    climb()
    assert len(heard(resident_id=street.zhou)) == 1
    assert alarm(alarm_id).status == "open"


def test_i_cannot_sends_it_on_at_once(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    answer(Caller(street.daughter), alarm_id, "cannot")
    assert len(heard(resident_id=street.zhou)) == 1
    assert acts(alarm_id) == ["raised", "told", "answered", "told"]


def test_with_nobody_reachable_the_next_is_told_at_once_and_it_says_so(street: Street, clock: Hands) -> None:
    people.set_state(street.daughter, "blocked")
    alarm_id = help_needed(street)
    assert len(heard(resident_id=street.zhou)) == 1
    assert acts(alarm_id) == ["raised", "skipped", "told"]


def test_all_is_well_ends_it_for_everybody(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street, dedupe="sos:1")
    done = answer(Caller(street.daughter), alarm_id, "safe")
    assert done.summary.status == "cleared"
    clock.forward(days=1)
    assert climb() == 0
    with pytest.raises(Conflict):
        answer(street.actor(street.desk), alarm_id, "going")
    assert help_needed(street, dedupe="sos:1") != alarm_id


def test_who_goes_to_her_goes_for_every_alarm_about_her_that_he_was_told_of(
    street: Street, clock: Hands
) -> None:
    first = help_needed(street, source="words:2")
    second = help_needed(street)
    said = Message.select().count()
    answer(Caller(street.daughter), second, "going")
    assert (alarm(first).status, alarm(second).status) == ("going", "going")
    assert acts(first)[-1] == acts(second)[-1] == "answered"
    assert Message.select().count() == said + 1, "she hears once that her daughter comes"
    clock.forward(minutes=20)
    assert climb() == 0 and heard(resident_id=street.zhou) == []
    answer(Caller(street.daughter), second, "safe")
    assert (alarm(first).status, alarm(second).status) == ("cleared", "cleared")


def test_that_she_is_well_ends_no_later_cry_that_may_not_have_been_seen(street: Street, clock: Hands) -> None:
    missed = raise_alarm(
        "missed_checkin", org_id=street.grid.id, severity="warning", words=Words("…"), source="checkin:1",
        resident_id=street.chen,
    )  # fmt: skip
    clock.forward(minutes=5)
    cry = help_needed(street)
    answer(Caller(street.daughter), missed, "safe")
    assert (alarm(missed).status, alarm(cry).status) == ("cleared", "open")


def test_who_cannot_go_after_all_can_for_none_of_them(street: Street, clock: Hands) -> None:
    first, second = help_needed(street), help_needed(street)
    answer(Caller(street.daughter), second, "going")
    answer(Caller(street.daughter), first, "cannot")
    assert (alarm(first).status, alarm(second).status) == ("open", "open")
    assert sum(bool(told.options) for told in heard(resident_id=street.zhou)) == 2


def test_an_answer_holds_nothing_that_was_a_false_alarm_or_was_not_told_or_is_about_another(
    street: Street, clock: Hands
) -> None:
    first, second = help_needed(street), help_needed(street)
    answer(Caller(street.daughter), second, "false_alarm")
    assert alarm(first).status == "open"
    clock.forward(minutes=3)
    climb()
    third, hers = help_needed(street), help_needed(street, resident_id=street.zhou)
    answer(Caller(people.identities(people.Resident(street.zhou))[0].id, street.zhou), first, "going")
    assert (alarm(first).status, alarm(third).status, alarm(hers).status) == ("going", "open", "open")


def test_the_same_answer_twice_changes_nothing(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    answer(Caller(street.daughter), alarm_id, "going")
    before = Message.select().count()
    assert answer(Caller(street.daughter), alarm_id, "going").repeated
    assert Message.select().count() == before


def test_only_who_was_told_or_may_answer_can_answer(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    with pytest.raises(NotFound):
        answer(Caller(people.ensure("telegram", "somebody").id), alarm_id, "false_alarm")
    with pytest.raises(NotFound):
        answer(Caller(0 or street.daughter), alarm_id + 1, "going")
    with pytest.raises(Forbidden):
        answer(street.actor(street.stranger), alarm_id, "false_alarm")
    assert (
        answer(street.actor(street.desk), alarm_id, "called_120", "救护车 10 分钟到").summary.status
        == "going"
    )
    assert "救护车 10 分钟到" in heard(identity_id=street.daughter)[-1].text


def test_staff_close_it_with_a_reason(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    desk = street.actor(street.desk)
    with pytest.raises(Invalid):
        clear(desk, alarm_id, "")
    with pytest.raises(Forbidden):
        clear(street.actor(street.stranger), alarm_id, "不是我的")
    assert clear(desk, alarm_id, "已电话确认，老人按错了").status == "cleared"
    assert "按错了" in heard(identity_id=street.daughter)[-1].text
    assert [e.action for e in audit.of(f"alarm:{alarm_id}")] == ["alarm.clear", "alarm.raise"]


def test_what_is_open_about_her_goes_with_her_and_climbs_where_she_lives_now(
    street: Street, clock: Hands
) -> None:
    over = help_needed(street, dedupe="words:1")
    clear(SYSTEM, over, "是误会")
    at_the_old_door = help_needed(street, device_id=7)
    alarm_id = help_needed(street)
    both = street.actor(hire("both", "街道管理员", "street_admin", street.other.parent))
    Message.delete().execute()

    place(both, street.chen, street.other.id)

    assert alarm(alarm_id).org_id == street.other.id and "moved" in acts(alarm_id)
    assert {alarm(a).org_id for a in (over, at_the_old_door)} == {street.grid.id}
    clear(SYSTEM, at_the_old_door, "面包烤焦了")
    clock.forward(minutes=3)
    climb()
    clock.forward(minutes=3)
    climb()
    assert len(heard(staff_id=street.stranger)) == 1, "the desk of her new community"
    assert heard(staff_id=street.grid_worker) == heard(staff_id=street.desk) == []
    assert answer(Caller(street.daughter), alarm_id, "safe").summary.status == "cleared", "told where she was"


def test_a_second_raise_of_the_same_adds_to_the_timeline(street: Street, clock: Hands) -> None:
    first = help_needed(street, dedupe="smoke:7")
    assert help_needed(street, dedupe="smoke:7") == first
    assert acts(first) == ["raised", "told", "again"]
    assert help_needed(street) != help_needed(street)


def test_a_critical_alarm_rings_the_number_that_she_writes_from_and_a_call_is_answered_by_a_key(
    street: Street, clock: Hands
) -> None:
    alarm_id = help_needed(street)
    clock.forward(seconds=90)
    climb()
    telephone = people.find("voice", DAUGHTER)
    assert telephone is not None
    (call,) = Delivery.select().where(Delivery.channel == "voice")
    assert (call.identity_id, call.queue) == (telephone.id, "alerts")
    assert answer(Caller(telephone.id), alarm_id, "going").summary.answered_by == "女儿"


def test_the_domain_that_raised_it_hears_how_it_ends(street: Street, clock: Hands) -> None:
    seen: list[Summary] = []
    listeners.register("test-source:", seen.append)
    alarm_id = help_needed(street, source="test-source:77")
    answer(Caller(street.daughter), alarm_id, "going")
    clear(SYSTEM, alarm_id, "她自己回答了")
    assert [(s.source, s.status, s.answer) for s in seen] == [
        ("test-source:77", "going", "going"),
        ("test-source:77", "cleared", "cleared"),
    ]


def test_two_schedulers_at_once_take_each_step_once(street: Street) -> None:
    start = clock.now()
    with clock.stopped(start) as hands:
        alarm_id = help_needed(street)
        hands.forward(minutes=3)
        hands.at += timedelta(seconds=1)
        gate = threading.Barrier(2)

        def scheduler() -> None:
            gate.wait()
            climb()
            db.db.close()

        threads = [threading.Thread(target=scheduler) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert acts(alarm_id) == ["raised", "told", "told"]
    assert len(heard(resident_id=street.zhou)) == 1


def test_staff_who_take_it_on_from_the_page_are_asked_how_it_was(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    answer(street.actor(street.admin), alarm_id, "going")
    clock.forward(minutes=30)
    climb()
    assert "怎么样" in heard(staff_id=street.admin)[-1].text
    answer(street.actor(street.admin), alarm_id, "safe")
    assert alarm(alarm_id).status == "cleared"


def test_who_went_silent_does_not_hold_it_when_the_next_one_cannot(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    answer(Caller(street.daughter), alarm_id, "going")
    clock.forward(minutes=30)
    climb()
    clock.forward(minutes=10)
    climb()
    zhou = people.identities(people.Resident(street.zhou))[0].id
    answer(Caller(zhou, street.zhou), alarm_id, "going")
    clock.forward(minutes=5)
    answer(Caller(zhou, street.zhou), alarm_id, "cannot")
    assert heard(staff_id=street.grid_worker)[0].options


def test_who_was_withdrawn_hears_no_more_of_an_open_alarm(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    clock.forward(minutes=3)
    climb()
    Relation.update(status="withdrawn").where(Relation.identity_id == street.daughter).execute()
    before = len(heard(identity_id=street.daughter))
    zhou = people.identities(people.Resident(street.zhou))[0].id
    answer(Caller(zhou, street.zhou), alarm_id, "going")
    assert len(heard(identity_id=street.daughter)) == before
    with pytest.raises(NotFound):
        answer(Caller(street.daughter), alarm_id, "false_alarm")


def test_staff_whose_account_was_closed_hear_and_answer_no_more(street: Street, clock: Hands) -> None:
    alarm_id = raise_alarm(
        "water_leak", org_id=street.grid.id, severity="warning", words=Words("…"), source="device:9"
    )
    chat = people.identities(people.StaffMember(street.grid_worker))[0].id
    staff.deactivate(street.actor(street.admin), street.grid_worker)
    for said in ("going", "safe"):
        with pytest.raises(NotFound):
            answer(Caller(chat, staff_id=street.grid_worker), alarm_id, said)
    told = len(heard(staff_id=street.grid_worker))
    clear(street.actor(street.admin), alarm_id, "a pipe")
    assert len(heard(staff_id=street.grid_worker)) == told


def test_a_cry_at_the_moment_when_the_earlier_one_ends_is_not_lost(street: Street) -> None:
    first = help_needed(street, dedupe="help:1")
    ending, raised = threading.Event(), threading.Event()
    found: list[int] = []

    def again() -> None:
        ending.wait()
        found.append(help_needed(street, dedupe="help:1"))
        raised.set()
        db.db.close()

    cries = threading.Thread(target=again)
    cries.start()
    with db.transaction():
        answer(Caller(street.daughter), first, "safe")
        ending.set()
        raised.wait(0.5)
    cries.join()
    assert found != [first]
    assert alarm(found[0]).status == "open"
