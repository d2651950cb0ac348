"""What is said to people of one community, its staff and its residents' families is not read, and not sent again, in another."""

from __future__ import annotations

from importlib import import_module

import pytest
from flask import Flask
from playhouse.migrate import SchemaMigrator

from backend.alarms import rungs
from backend.core import clock, db
from backend.family import changing
from backend.family.changing import Entered
from backend.family.models import Relation
from backend.fields.words import Words
from backend.inbox import opening
from backend.inbox.models import Handover
from backend.messaging import At, StaffMember, people, say
from backend.messaging import Resident as To
from backend.messaging.models import Delivery, Identity, Message
from backend.reports.models import Report, ReportLetter, ReportRun
from backend.requests.models import Request
from backend.residents import links
from backend.residents.models import Resident
from tests.alarms.street import Street, help_needed, relate, settle
from tests.databases import TestDatabase
from tests.web.browser import Browser, employ

MEDICINE = "该吃降压药了：硝苯地平 1 片"


@pytest.fixture
def street(database: TestDatabase) -> Street:
    return settle()


@pytest.fixture
def near(app: Flask, street: Street) -> Browser:
    """Her own community's desk."""
    return _desk(app, "near", street, street.grid.parent_id)


@pytest.fixture
def far(app: Flask, street: Street) -> Browser:
    """The desk of another one."""
    return _desk(app, "far", street, street.other.id)


def _desk(app: Flask, username: str, street: Street, org_id: int) -> Browser:
    employ(username, f"值班台 {username}", ("duty_desk", type(street.other).get_by_id(org_id)))
    browser = Browser(app.test_client(), f"10.4.2.{len(username)}")
    browser.sign_in(username)
    return browser


def log(browser: Browser) -> str:
    return browser.get("/admin/messages").text


def test_an_alarm_is_read_by_her_own_desk_alone(street: Street, near: Browser, far: Browser) -> None:
    help_needed(street)
    assert "陈秀英" in log(near)
    assert "陈秀英" not in log(far) and "2单元501" not in log(far) and "Room 501" not in log(far)


def test_a_colleagues_message_is_read_where_they_work(street: Street, near: Browser, far: Browser) -> None:
    say(StaffMember(street.desk), Words(MEDICINE), purpose="care")
    assert "硝苯地平" in log(near) and "硝苯地平" not in log(far)


def test_who_lives_here_and_works_elsewhere_is_read_of_by_neither_desk(
    street: Street, near: Browser, far: Browser
) -> None:
    people.join_staff(people.identities(To(street.chen))[0].id, street.stranger)
    say(To(street.chen), Words(MEDICINE), purpose="care")
    assert "硝苯地平" not in log(near) and "硝苯地平" not in log(far)


def test_a_resident_without_an_address_is_still_of_her_community(
    street: Street, near: Browser, far: Browser
) -> None:
    Identity.update(resident_id=None).where(Identity.resident_id == street.chen).execute()
    say(To(street.chen), Words(MEDICINE), purpose="care")
    assert "硝苯地平" in log(near) and "硝苯地平" not in log(far)


def test_the_letter_to_an_address_that_nobody_has_confirmed(
    street: Street, near: Browser, far: Browser
) -> None:
    chen = Resident.get_by_id(street.chen)
    chen.email, chen.email_index = "chen@example.org", people.address_index("chen@example.org")
    chen.save()
    assert links.send_activation(chen)
    assert "陈秀英" in log(near) and "陈秀英" not in log(far)


def test_who_staff_entered_as_family_belongs_here_and_so_does_the_telephone_that_is_rung_up(
    street: Street,
) -> None:
    entered = Entered("family", "陈大明", "儿子", "+8613712345678", ("alarm",), "paper")
    relation = changing.add_by_staff(street.actor(street.admin), street.chen, entered)
    assert people.get(relation.identity_id or 0).org_id == street.grid.id
    people.join_staff(people.ensure("sms", "+8613712340000").id, street.desk)
    for to in (At(relation.identity_id or 0), StaffMember(street.desk)):
        telephone = rungs.by_voice(to, street.grid.id)
        if telephone is not None:
            assert people.get(telephone.identity_id).org_id == street.grid.id


def test_a_relative_who_is_no_resident_stands_in_the_log_by_his_name_or_by_whose_he_is(
    street: Street, near: Browser
) -> None:
    for number, name, called in (
        ("+8613712345678", "陈大明", "儿子"),
        ("+8613712345679", "", "侄女"),
    ):
        entered = Entered("family", name, called, number, ("alarm",), "paper")
        relation = changing.add_by_staff(street.actor(street.admin), street.chen, entered)
        say(At(relation.identity_id or 0), Words("您好"), purpose="reply")
    assert "陈大明" in log(near) and "陈秀英的侄女" in log(near)


def test_strangers_are_everybodys(street: Street, near: Browser, far: Browser) -> None:
    say(At(people.ensure("sms", "+8613512345678").id), Words("请问您住哪里"), purpose="reply")
    assert "请问您住哪里" in log(near) and "请问您住哪里" in log(far)


def test_what_is_not_read_there_is_not_sent_again_there(street: Street, near: Browser, far: Browser) -> None:
    help_needed(street)
    Delivery.update(status="failed").execute()
    before = Delivery.select().count()
    for message in list(Message.select()):
        assert far.post(f"/admin/messages/{message.id}/resend", {}, follow=False).status_code == 403
    assert Delivery.select().count() == before
    hers = Message.get(Message.identity_id == street.daughter)
    assert near.post(f"/admin/messages/{hers.id}/resend", {}, follow=False).status_code == 303
    assert Delivery.select().count() == before + 1


def test_a_relatives_thread_is_her_familys_desks_alone(street: Street, near: Browser, far: Browser) -> None:
    opening.open_for(Identity.get_by_id(street.daughter), "asked", "我妈妈怎么样了？")
    thread = f"/admin/inbox/{Handover.get().id}"
    assert near.get(thread).status_code == 200 and "怎么样了" in near.get("/admin/inbox").text
    assert far.get(thread).status_code == 403 and "怎么样了" not in far.get("/admin/inbox").text
    told = {m.staff_id for m in Message.select().where(Message.purpose == "handover")}
    assert street.desk in told and street.stranger not in told


def test_the_migration_gives_addresses_that_were_known_before_to_the_community_that_knows_them(
    street: Street,
) -> None:
    happy, grid, other = street.grid.parent_id, street.grid.id, street.other.id
    expected = {
        "her daughter abroad": (street.daughter, grid),
        "a relative who has not said yes": (_address("sms", "+8613712345678"), grid),
        "a relative who was removed": (_address("sms", "+8613712345679"), None),
        "her letter": (_address("email", "chen@example.org"), grid),
        "a chat whose name is her letter's address": (_address("webchat", "chen@example.org"), None),
        "who gets a report": (_address("email", "office@example.org"), happy),
        "who waits for a repair": (_address("webchat", "a-browser"), other),
        "the relative's telephone": (_address("voice", "+8613712345678"), grid),
        "a colleague's telephone": (_address("voice", "+8613712340000"), happy),
        "a stranger": (_address("sms", "+8613512345678"), None),
        "who has an address here and asks elsewhere": (people.ensure("sms", "+8613512345679", None, grid).id, grid),
    }  # fmt: skip
    identity = {name: found for name, (found, _org) in expected.items()}
    Identity.update(org_id=None).where(Identity.id == street.daughter).execute()
    entered = relate(
        street.chen, "family", "陈大明", "儿子", identity_id=identity["a relative who has not said yes"]
    )
    removed = relate(
        street.chen, "family", "陈二明", "儿子", identity_id=identity["a relative who was removed"]
    )
    Relation.update(status="entered").where(Relation.id == entered).execute()
    Relation.update(status="removed").where(Relation.id == removed).execute()
    chen = Resident.get_by_id(street.chen)
    chen.email, chen.email_index = "chen@example.org", people.address_index("chen@example.org")
    chen.save()
    _report(happy, identity["who gets a report"])
    for name in ("who waits for a repair", "who has an address here and asks elsewhere"):
        now = clock.now()
        Request.create(
            org_id=other, contact_identity_id=identity[name], category="lamp", description="灯坏了", place="楼道",
            urgency="normal", source="webchat", status="new", created_at=now, updated_at=now, due_ack_at=now, due_at=now,
        )  # fmt: skip
    people.join_staff(people.ensure("sms", "+8613712340000").id, street.desk)

    import_module("backend.migrations.0060_where_addresses_belong").up(
        SchemaMigrator.from_database(db.db.obj), db.db.obj
    )
    assert {name: people.get(found).org_id for name, found in identity.items()} == {
        name: org for name, (_found, org) in expected.items()
    }


def _address(channel: str, address: str) -> int:
    return int(people.ensure(channel, address).id)


def _report(org_id: int | None, identity_id: int) -> None:
    """One that was sent there."""
    report = Report.create(
        name="报修", table_id=1, org_id=org_id, by_id=1, by_name="小刘", asked={}, asked_in="zh_CN", compare="", files="pdf",
        every="day", day=0, at="08:00", working_days=False, created_at=clock.now(),
    )  # fmt: skip
    run = ReportRun.create(report=report, due_at=clock.now(), asked_by="")
    message = Message.create(
        identity_id=identity_id, content=b"", purpose="report", queue="default", created_at=clock.now()
    )
    ReportLetter.create(run=run, staff_id=1, status="sent", message_id=message.id, at=clock.now())
