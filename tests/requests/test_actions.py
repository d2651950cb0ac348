"""What happens to a repair between the resident, the worker and the desk."""

from __future__ import annotations

import pytest

from backend.core import audit
from backend.core.clock import Hands
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.family import actions as family
from backend.family.actions import Relative
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.requests import actions, queries, slots
from backend.requests.actions import Asker, Contact
from backend.requests.models import Booking, Request, RequestEvent
from tests.requests.neighbourhood import Neighbourhood, booked, chens, heard, report

pytestmark = pytest.mark.usefixtures("clock")


def _burst(hood: Neighbourhood) -> Request:
    return booked(hood, degree="running", description="水一直在流").request


def test_an_emergency_is_offered_at_once_to_the_worker_with_the_fewest_jobs(hood: Neighbourhood) -> None:
    first, second = _burst(hood), _burst(hood)
    assert {first.assignee_id, second.assignee_id} == {hood.wang, hood.li}
    assert first.status == "assigned"
    assert first.acknowledged_at is None
    offer = heard(staff_id=first.assignee_id)[0]
    assert [o.value for o in offer.options] == [
        f"request.accept:{first.number}",
        f"request.decline:{first.number}",
    ]


def test_what_is_not_an_emergency_waits_for_the_desk(hood: Neighbourhood) -> None:
    request = booked(hood).request
    assert (request.status, request.assignee_id) == ("new", None)
    assert heard(staff_id=hood.desk)
    assert not heard(staff_id=hood.wang)


def test_a_worker_takes_it_to_the_end_and_the_resident_hears_each_step(hood: Neighbourhood) -> None:
    number = booked(hood).request.number
    actions.assign(hood.actor(hood.desk), number, hood.wang)
    wang = hood.actor(hood.wang)
    actions.accept(wang, number)
    actions.go(wang, number)
    actions.start(wang, number)
    actions.progress(wang, number, "换阀门")
    done = actions.finish(wang, number, "换了新阀门").request
    assert done.status == "done"
    told = [c.text for c in heard(resident_id=hood.chen)]
    assert len(told) == 6
    assert "138****2210" in told[0]
    assert "13800012210" in told[1]
    assert "换了新阀门" in told[-1]
    assert [o.value for o in heard(resident_id=hood.chen)[-1].options][:5] == [
        f"request.rate:{number}:{n}" for n in (1, 2, 3, 4, 5)
    ]
    assert [e.act for e in queries.timeline(done, internal=False)] == [
        "book", "assign", "accept", "go", "start", "progress", "finish",
    ]  # fmt: skip
    assert {a.action for a in audit.of(f"request:{number}")} >= {
        "request.book",
        "request.accept",
        "request.finish",
    }
    assert audit.verify().broken_at is None


@pytest.mark.parametrize("act", ["accept", "go", "start", "finish"])
def test_the_same_act_twice_has_one_effect_and_no_second_message(hood: Neighbourhood, act: str) -> None:
    number = _burst(hood).number
    wang = hood.actor(Request.get().assignee_id)
    for step in ("accept", "go", "start", "finish"):
        getattr(actions, step)(wang, number)
        if step == act:
            break
    before = (len(heard()), RequestEvent.select().count())
    assert getattr(actions, act)(wang, number).repeated
    assert (len(heard()), RequestEvent.select().count()) == before


def test_a_worker_who_comes_second_is_told_kindly_who_has_it(hood: Neighbourhood) -> None:
    request = _burst(hood)
    first, second = request.assignee_id, hood.li if request.assignee_id == hood.wang else hood.wang
    actions.assign(hood.actor(hood.desk), request.number, second)
    with pytest.raises(Conflict, match="is with"):
        actions.accept(hood.actor(first), request.number)
    assert "不用您去了" in str(heard(staff_id=first)[-1].text)
    assert actions.accept(hood.actor(second), request.number).request.assignee_id == second


def test_a_declined_emergency_goes_to_the_next_worker_and_never_back(hood: Neighbourhood) -> None:
    request = _burst(hood)
    first = request.assignee_id
    after = actions.decline(hood.actor(first), request.number, "在修别的").request
    assert after.status == "assigned"
    assert after.assignee_id not in (None, first)
    last = actions.decline(hood.actor(after.assignee_id), request.number, "太远").request
    assert (last.status, last.assignee_id) == ("new", None)
    assert "太远" in heard(staff_id=hood.desk)[-1].text
    assert "太远" not in "".join(c.text for c in heard(resident_id=hood.chen))


def test_only_the_assigned_worker_and_the_desk_may_act(hood: Neighbourhood) -> None:
    number = booked(hood).request.number
    actions.assign(hood.actor(hood.desk), number, hood.wang)
    with pytest.raises(Conflict):
        actions.accept(hood.actor(hood.li), number)
    with pytest.raises(NotFound):
        actions.accept(hood.actor(hood.stranger), number)
    with pytest.raises(Forbidden):
        actions.assign(hood.actor(hood.wang), number, hood.wang)
    with pytest.raises(Invalid):
        actions.assign(hood.actor(hood.desk), number, hood.stranger)
    assert actions.accept(hood.actor(hood.desk), number).request.status == "accepted"


def test_nobody_touches_somebody_elses_request(hood: Neighbourhood) -> None:
    number = booked(hood).request.number
    zhou, hers = Asker(hood.zhou), chens(hood)[0]
    for act in (
        lambda: actions.cancel(hers, number, zhou),
        lambda: actions.rate(hers, number, zhou, 5),
        lambda: actions.reopen(hers, number, zhou, "没好"),
        lambda: actions.comment(hers, number, zhou, "喂"),
        lambda: queries.of_asker(zhou, number),
        lambda: queries.of_asker(Asker(None, 999), number),
    ):
        with pytest.raises(NotFound):
            act()


def test_cancelling_frees_the_seat_and_tells_the_worker(hood: Neighbourhood) -> None:
    slot = slots.free(hood.happy.id)[0]
    number = booked(hood, slot_id=slot.id).request.number
    actions.assign(hood.actor(hood.desk), number, hood.wang)
    assert Booking.select().count() == 1
    actor, chen = chens(hood)
    actions.cancel(actor, number, chen)
    assert actions.cancel(actor, number, chen).repeated
    assert Booking.select().count() == 0
    assert len([c for c in heard(staff_id=hood.wang) if "不用您去了" in c.text]) == 1


def test_it_cannot_be_cancelled_by_the_resident_once_the_work_has_begun(hood: Neighbourhood) -> None:
    request = _burst(hood)
    actions.start(hood.actor(request.assignee_id), request.number)
    actor, chen = chens(hood)
    with pytest.raises(Conflict, match="has begun"):
        actions.cancel(actor, request.number, chen)


def test_a_rating_closes_it_and_within_a_week_it_can_be_reopened_with_new_deadlines(
    hood: Neighbourhood, clock: Hands
) -> None:
    request = _burst(hood)
    worker = hood.actor(request.assignee_id)
    actions.accept(worker, request.number)
    actions.finish(worker, request.number, "好了")
    actor, chen = chens(hood)
    assert actions.rate(actor, request.number, chen, 2).request.status == "closed"
    clock.forward(days=6)
    again = actions.reopen(actor, request.number, chen, "还在漏").request
    assert (again.round, again.rating, again.done_at) == (2, None, None)
    assert again.due_at > request.due_at
    assert "还在漏" in heard(staff_id=hood.desk)[-1].text
    with pytest.raises(Conflict, match="open already"):
        actions.reopen(actor, request.number, chen, "还在漏")


def test_after_a_week_it_is_closed_and_a_new_report_is_asked_for(hood: Neighbourhood, clock: Hands) -> None:
    request = _burst(hood)
    worker = hood.actor(request.assignee_id)
    actions.accept(worker, request.number)
    actions.finish(worker, request.number)
    clock.forward(days=7, seconds=1)
    assert actions.close_settled() == 1
    actor, chen = chens(hood)
    with pytest.raises(Conflict, match="more than a week"):
        actions.reopen(actor, request.number, chen, "还在漏")


def test_somebody_who_is_not_registered_is_helped_and_told_where_she_wrote(hood: Neighbourhood) -> None:
    identity = people.ensure("sms", "+8613700000000")
    contact = Contact(identity_id=identity.id, phone="+8613700000000", org_id=hood.happy.id)
    request = actions.book(chens(hood)[0], report(degree="running"), contact).request
    actions.accept(hood.actor(request.assignee_id), request.number)
    assert queries.who(request).phone == "+8613700000000"
    assert any("13800012" in c.text for c in heard())
    assert queries.mine(Asker(None, identity.id))
    assert not queries.mine(Asker(None, identity.id + 999))


def test_a_second_report_of_the_same_thing_is_noticed_but_never_hides_something_worse(
    hood: Neighbourhood,
) -> None:
    first = booked(hood).request
    assert actions.same_open(report(), hood.chen, None) == first
    assert actions.same_open(report(degree="running"), hood.chen, None) is None
    assert actions.same_open(report(category="gas", degree="smell"), hood.chen, None) is None
    assert actions.same_open(report(), hood.zhou, None) is None


def test_a_relative_whom_she_lets_follow_her_repairs_hears_how_they_go(hood: Neighbourhood) -> None:
    follows = family.accept(
        family.invite(hood.chen).code, Relative(people.ensure("telegram", "tg-son").id, "陈强", "儿子")
    )
    number = booked(hood).request.number
    actions.assign(hood.actor(hood.desk), number, hood.wang)
    son = Message.select().where(Message.identity_id == follows.identity_id, Message.purpose == "request")
    assert son.count() == 0
    family.change_topics(chens(hood)[0], follows.id, ["request"])
    actions.accept(hood.actor(hood.wang), number)
    (told,) = [Content.unseal(m.content) for m in son]
    assert told.text.startswith("关于陈秀英的报修：") and told.options == ()
