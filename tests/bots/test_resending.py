"""Sending a message again: once, by those who may, where the person can be reached."""

from __future__ import annotations

import pytest

from backend.core import audit, orgs
from backend.core.access import Actor, Post
from backend.core.errors import Conflict, Forbidden, NotFound
from backend.fields.words import Words
from backend.messaging import deliveries, people, say
from backend.messaging.models import Delivery, Identity
from backend.messaging.people import At
from backend.messaging.people import Resident as To
from backend.residents.models import Resident
from bots import resending
from tests.databases import TestDatabase
from tests.messaging_people import GRANDMA, GRANDMAS_PHONE, grandma_has


@pytest.fixture
def community(database: TestDatabase) -> orgs.Org:
    here = orgs.add("幸福里社区", "community")
    Resident.insert(
        id=GRANDMA,
        org_id=here.id,
        status="approved",
        name="陈秀英",
        locale="zh_CN",
        channel="sms",
        created_at=0,
    ).execute()
    return here


@pytest.fixture
def desk(community: orgs.Org) -> Actor:
    return Actor("staff", 1, "值班台", (Post("duty_desk", community.path),))


@pytest.fixture
def phone(community: orgs.Org) -> Identity:
    identity = grandma_has("sms", GRANDMAS_PHONE)
    people.join_resident(identity.id, GRANDMA, community.id)
    return people.get(identity.id)


def told(text: str = "师傅明天来", purpose: str = "request") -> int:
    message_id = say(To(GRANDMA), Words(text), purpose=purpose)
    assert message_id is not None
    return message_id


def sent(message_id: int) -> None:
    deliveries.sent([(d.id, None) for d in Delivery.select().where(Delivery.message_id == message_id)])


def test_a_failed_message_goes_again_to_the_same_address_and_is_on_record(
    phone: Identity, desk: Actor
) -> None:
    message_id = told()
    deliveries.fail(Delivery.get(Delivery.message_id == message_id).id, "no such number")
    again = Delivery.get_by_id(resending.resend(desk, message_id))
    assert (again.message_id, again.identity_id, again.status) == (message_id, phone.id, "pending")
    entry = audit.of(f"message:{message_id}")[0]
    assert (entry.action, entry.actor_name, entry.org_id) == ("message.resend", "值班台", phone.org_id)


def test_one_on_its_way_is_not_sent_twice(phone: Identity, desk: Actor) -> None:
    message_id = told()
    with pytest.raises(Conflict):
        resending.resend(desk, message_id)
    sent(message_id)
    resending.resend(desk, message_id)
    with pytest.raises(Conflict):
        resending.resend(desk, message_id)
    assert Delivery.select().where(Delivery.message_id == message_id).count() == 2


def test_where_the_old_address_is_dead_the_next_one_is_used(phone: Identity, desk: Actor) -> None:
    message_id = told()
    sent(message_id)
    people.set_state(phone.id, "blocked")
    chat = grandma_has("telegram", "4242")
    people.join_resident(chat.id, GRANDMA, phone.org_id)
    assert Delivery.get_by_id(resending.resend(desk, message_id)).channel == "telegram"


def test_with_no_address_at_all_staff_are_told_what_to_do(desk: Actor) -> None:
    message_id = told()
    with pytest.raises(Conflict, match="call"):
        resending.resend(desk, message_id)


def test_a_code_is_never_sent_again(phone: Identity, desk: Actor) -> None:
    message_id = say(At(phone.id), Words("123456"), purpose="code")
    assert message_id is not None
    sent(message_id)
    with pytest.raises(Conflict):
        resending.resend(desk, message_id)


def test_staff_of_another_community_cannot_send_it(phone: Identity, desk: Actor) -> None:
    other = orgs.add("和平里社区", "community")
    message_id = told()
    sent(message_id)
    for actor in (
        Actor("staff", 2, "邻居社区", (Post("duty_desk", other.path),)),
        Actor("staff", 3, "审计员", (Post("auditor", "/"),)),
    ):
        with pytest.raises(Forbidden):
            resending.resend(actor, message_id)
    assert Delivery.select().count() == 1


def test_a_message_that_does_not_exist_is_not_found(desk: Actor) -> None:
    with pytest.raises(NotFound):
        resending.resend(desk, 4711)
