"""Saying something to many people at once: each of them once, in few statements."""

from __future__ import annotations

from backend.core import db
from backend.messaging import deliveries, outbox, people
from backend.messaging.content import Choice, Content
from backend.messaging.models import Conversation, Delivery, Identity, Message
from backend.messaging.outbox import Outgoing
from tests.databases import TestDatabase
from tests.messaging_people import GRANDMA, GRANDMAS_PHONE, grandma_has, has


def to(identity: Identity, text: str, dedupe: str, channels: str | None = None) -> Outgoing:
    options = (Choice("event.join:1", "参加", "参加"),)
    content = Content(text, text, text, "zh_CN", options=options)
    return Outgoing(
        identity.id,
        identity.channel,
        identity.resident_id,
        content,
        "campaign",
        "bulk",
        dedupe,
        "campaign:1",
        channels,
    )


def test_each_of_many_is_told_once_however_often_it_is_said(database: TestDatabase) -> None:
    crowd = [has(1000 + n, "sms", f"+86138001{n:05d}") for n in range(3)]
    first = outbox.say_many([to(i, f"你好{n}", f"c1:{n}") for n, i in enumerate(crowd[:2])])
    again = outbox.say_many([to(i, f"您好{n}", f"c1:{n}") for n, i in enumerate([*crowd, crowd[2]])])
    assert list(first) == ["c1:0", "c1:1"] and list(again) == ["c1:2", "c1:3"]
    assert outbox.say_many([]) == {}
    due = deliveries.claim("bulk", "w")
    texts = {d.message_id: d.content.text for d in due}
    assert {key: texts.get(said) for key, said in (first | again).items()} == {
        "c1:0": "你好0",
        "c1:1": "你好1",
        "c1:2": "您好2",
        "c1:3": None,
    }, "the later one of a person waits for the earlier one"
    assert Message.select().count() == Delivery.select().count() == 4
    offers = {c.identity_id: c.offer_id for c in Conversation.select()}
    assert offers == {
        crowd[0].id: first["c1:0"],
        crowd[1].id: first["c1:1"],
        crowd[2].id: again["c1:3"],
    }


def test_a_thousand_are_told_in_few_statements(database: TestDatabase) -> None:
    with db.transaction():
        crowd = [people.ensure("sms", f"+86138{n:08d}") for n in range(1200)]
    said = outbox.say_many([to(i, f"{n}", f"c1:{n}") for n, i in enumerate(crowd)])
    assert len(said) == 1200
    assert sorted(said.values()) == list(said.values()), "in the order in which they were given"


def test_it_is_passed_on_to_the_channels_it_was_meant_for_alone(database: TestDatabase) -> None:
    chat = grandma_has("telegram", "42")
    mail, phone = grandma_has("email", "chen@example.org"), grandma_has("sms", GRANDMAS_PHONE)
    people.ensure("voice", GRANDMAS_PHONE)
    (message_id,) = outbox.say_many([to(chat, "停水", "c1:1", "telegram,sms,email")]).values()
    tried = [chat.id]
    for _attempt in range(3):
        deliveries.fail(deliveries.claim("bulk", "w")[0].id, "gone")
        newest = Delivery.select().order_by(Delivery.id.desc()).get()
        if newest.identity_id not in tried:
            tried.append(newest.identity_id)
        if newest.status == "failed":
            break
    assert tried == [chat.id, phone.id, mail.id]
    assert {d.status for d in Delivery.select().where(Delivery.message_id == message_id)} == {"failed"}
    assert people.identities(people.Resident(GRANDMA)), "she has others, which it was not meant for"
