"""Relations as actions, on both databases: who may what, codes that work once, consent before anything."""

from __future__ import annotations

import threading

import pytest

from backend.core import audit, db
from backend.core.access import Actor
from backend.core.clock import Hands
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.family import actions, queries
from backend.family.actions import Entered, Relative, WrongCode
from backend.family.models import Relation
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.messaging.people import At, Resident
from tests.alarms.street import Street


def a_son(address: str = "tg-son", **given: str) -> Relative:
    identity = people.ensure("telegram", address, "en")
    return Relative(identity.id, **{"name": "陈强", "called": "儿子", **given})


def test_of_two_who_use_a_code_at_once_one_is_connected(street: Street) -> None:
    code = actions.invite(street.chen).code
    gate, done = threading.Barrier(2), []

    def use(relative: Relative) -> None:
        gate.wait()
        try:
            actions.accept(code, relative)
            done.append("connected")
        except WrongCode:
            done.append("refused")
        finally:
            db.db.close()

    threads = [threading.Thread(target=use, args=(a_son(f"tg-{n}"),)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["connected", "refused"]
    assert [c.called for c in queries.contacts(street.chen, "alarm")].count("儿子") == 1


def test_only_a_digest_of_the_code_is_kept(street: Street) -> None:
    made = actions.invite(street.chen)
    kept = Relation.get_by_id(made.relation_id)
    assert made.code not in str(kept.__data__) and made.link.endswith(f"/chat?invite={made.code}")
    actions.accept(made.code, a_son())
    assert Relation.get_by_id(made.relation_id).code_index is None


def test_the_sixth_invitation_ends_the_first(street: Street) -> None:
    first, *_more = [actions.invite(street.chen).code for _n in range(6)]
    with pytest.raises(WrongCode):
        actions.accept(first, a_son())


def test_her_own_code_and_a_second_joining_are_refused_kindly(street: Street) -> None:
    code = actions.invite(street.chen).code
    herself = people.identities(Resident(street.chen))[0]
    with pytest.raises(Conflict):
        actions.accept(code, Relative(herself.id, "陈秀英", "我", street.chen))
    actions.accept(code, a_son())
    with pytest.raises(Conflict):
        actions.accept(actions.invite(street.chen).code, a_son())


def test_contacts_are_told_by_rank_and_only_what_she_allows(street: Street) -> None:
    actions.accept(actions.invite(street.chen).code, a_son())
    son = queries.contacts(street.chen, "checkin")[-1]
    Relation.update(rank=1).where(Relation.id == son.relation_id).execute()
    assert [c.called for c in queries.contacts(street.chen, "checkin")] == ["儿子", "女儿", "周敏"]
    her = Actor("resident", street.chen, "陈秀英")
    actions.change_topics(her, son.relation_id, ["alarm", "something else"])
    assert [c.called for c in queries.contacts(street.chen, "checkin")] == ["女儿", "周敏"]
    assert isinstance(son.to, At)


def test_who_cares_for_whom_is_known_from_either_address(street: Street) -> None:
    assert queries.cared_for(identity_id=street.daughter) == [street.chen]
    assert queries.cared_for(resident_id=street.zhou) == [street.chen]
    assert queries.cared_for(resident_id=street.chen) == []


def test_neither_side_touches_the_relations_of_others(street: Street) -> None:
    relation = queries.relations_of(street.chen)[0]
    with pytest.raises(NotFound):
        actions.withdraw(street.zhou, relation.id)
    with pytest.raises(NotFound):
        actions.change_topics(Actor("resident", street.zhou, "周敏"), relation.id, ["alarm"])
    with pytest.raises(NotFound):
        actions.leave(people.ensure("telegram", "somebody").id, None, relation.id)
    with pytest.raises(Forbidden):
        actions.withdraw_for(street.actor(street.stranger), relation.id, "不认识")
    with pytest.raises(NotFound):
        actions.answer(street.zhou, relation.id, yes=True)


def test_either_side_ends_it_and_the_other_is_told(street: Street) -> None:
    daughter, neighbour = queries.relations_of(street.chen)
    actions.withdraw(street.chen, daughter.id)
    actions.leave(people.ensure("sms", "+8613900139000").id, street.zhou, neighbour.id)
    assert queries.contacts(street.chen, "alarm") == []
    said = [Content.unseal(m.content).text for m in Message.select().order_by(Message.id)]
    assert "陈秀英" in said[0] and "周敏" in said[1]
    assert [e.action for e in audit.of(f"relation:{daughter.id}")] == ["family.withdraw"]


def test_a_question_lapses_after_a_week(street: Street, clock: Hands) -> None:
    actions.ask(a_son(), "+8613800132210")
    asked = Relation.get(Relation.status == "asked")
    clock.forward(days=7, seconds=1)
    with pytest.raises(Conflict):
        actions.answer(street.chen, asked.id, yes=True)
    assert actions.forget_unanswered() == 1
    assert Relation.get_by_id(asked.id).status == "withdrawn"


def test_a_number_that_nobody_has_proven_is_not_asked(street: Street) -> None:
    people.ensure("sms", "+8613600136000")
    actions.ask(a_son(), "+8613600136000")
    assert Relation.select().where(Relation.status == "asked").count() == 0


def test_staff_enter_only_what_was_agreed_and_where_they_serve(street: Street) -> None:
    desk = street.actor(street.desk)
    given = Entered("carer", "孙护工", "小孙", "+8613900139000", ("alarm",), "paper", zone="Europe/London")
    with pytest.raises(Forbidden):
        actions.add_by_staff(street.actor(street.stranger), street.chen, given)
    for wrong in (
        {"consent_by": "code"},
        {"kind": "friend"},
        {"zone": "Mars/Olympus"},
        {"mobile": "+8613800132210"},
    ):
        with pytest.raises(Invalid):
            actions.add_by_staff(
                desk, street.chen, Entered(**{**{f: getattr(given, f) for f in Entered.__slots__}, **wrong})
            )
    with pytest.raises(Conflict):
        # 周敏's own number: she is a contact already.
        actions.add_by_staff(desk, street.chen, given)
    added = actions.add_by_staff(
        desk, street.zhou, Entered("carer", "孙护工", "小孙", "+8613700137000", ("alarm",), "paper")
    )
    (told,) = queries.contacts(street.zhou, "alarm", unconfirmed=True)
    assert (told.relation_id, told.confirmed) == (added.id, False)
