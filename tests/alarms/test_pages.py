"""Alarms and families in the admin, as staff use them in a browser."""

from __future__ import annotations

import pytest
from flask import Flask

from backend.alarms.actions import Caller, answer, clear
from backend.alarms.models import AlarmNote
from backend.core import clock, privacy
from backend.core.access import SYSTEM
from backend.core.errors import Conflict
from backend.family import queries as family
from backend.family.models import Relation
from backend.inbox import opening
from backend.inbox.models import Handover
from backend.messaging import people
from backend.messaging.models import Identity, Message
from tests.alarms.street import DAUGHTER, Street, acts, alarm, heard, help_needed, settle
from tests.databases import TestDatabase
from tests.web.browser import Browser, employ


@pytest.fixture
def street(sqlite_database: TestDatabase) -> Street:
    return settle()


@pytest.fixture
def liu(app: Flask, street: Street) -> Browser:
    """A colleague of the duty desk."""
    employ("liu", "值班小刘", ("duty_desk", street.grid))
    browser = Browser(app.test_client(), "10.4.0.1")
    browser.sign_in("liu")
    return browser


def test_the_overview_begins_with_who_needs_somebody_now(liu: Browser, street: Street) -> None:
    help_needed(street)
    page = liu.get("/admin").text
    first = page.split('class="card-box')[1]
    assert "card-urgent" in page.split("<section")[1] and 'data-live="alarm"' in first
    assert "紧急呼救，3号楼2单元501" in first and "还没有人回应" in first


def test_an_alarm_is_found_read_answered_and_closed_with_a_reason(liu: Browser, street: Street) -> None:
    alarm_id = help_needed(street)
    listed = liu.get("/admin/alarms?status=unsettled").text
    assert "陈秀英" in listed and 'data-live="alarm"' in listed
    page = liu.get(f"/admin/alarms/{alarm_id}").text
    assert "已通知家人：女儿" in page and "+8613800132210" in page
    liu.post(f"/admin/alarms/{alarm_id}/answer", {"answer": "called_120", "text": "救护车 10 分钟到"})
    assert "救护车 10 分钟到" in heard(identity_id=street.daughter)[-1].text
    assert (
        "请说明" in (refused := liu.post(f"/admin/alarms/{alarm_id}/clear", {"why": ""}).text)
        or "请用几个字" in refused
    )
    page = liu.post(f"/admin/alarms/{alarm_id}/clear", {"why": "老人已送医"}).text
    assert "值班小刘已处理完毕：老人已送医" in page
    assert alarm(alarm_id).status == "cleared"
    assert "没有警报" in liu.get("/admin/alarms?status=unsettled").text


def test_an_alarm_of_another_community_is_not_shown(app: Flask, street: Street) -> None:
    alarm_id = help_needed(street)
    employ("zhao", "和平里小赵", ("duty_desk", street.other))
    zhao = Browser(app.test_client(), "10.4.0.2")
    zhao.sign_in("zhao")
    assert "陈秀英" not in zhao.get("/admin/alarms").text
    assert zhao.get(f"/admin/alarms/{alarm_id}").status_code == 404
    zhao.post(f"/admin/alarms/{alarm_id}/clear", {"why": "与我无关"})
    assert alarm(alarm_id).status == "open"


def test_the_timeline_of_an_alarm_that_went_on_for_days_shows_its_beginning_and_its_end(
    liu: Browser, street: Street
) -> None:
    alarm_id = help_needed(street)
    many = [{"alarm": alarm_id, "at": clock.now(), "act": "nobody", "data": None} for _n in range(150)]
    AlarmNote.insert_many(many).execute()
    liu.post(f"/admin/alarms/{alarm_id}/answer", {"answer": "called_120", "text": "救护车 10 分钟到"})
    page = liu.get(f"/admin/alarms/{alarm_id}").text
    assert "已通知家人：女儿" in page and "救护车 10 分钟到" in page
    assert page.count("<li><time") == 100 and "中间省略 53 条" in page


def test_a_cry_for_help_leads_from_the_inbox_to_its_alarm_and_back(
    app: Flask, liu: Browser, street: Street
) -> None:
    hers = people.ensure("webchat", "her-browser").id
    people.join_resident(hers, street.chen, street.grid.id)
    neighbour = people.ensure("webchat", "next-door").id
    for who in (hers, neighbour):
        opening.open_for(Identity.get_by_id(who), "emergency", "救命")
    alarm_id = help_needed(street, identity_id=hers)
    thread, other = (h.id for h in Handover.select().order_by(Handover.id))
    link = f'href="/admin/alarms/{alarm_id}"'
    assert link in liu.get(f"/admin/inbox/{thread}").text
    assert link not in liu.get(f"/admin/inbox/{other}").text
    page = liu.get(f"/admin/alarms/{alarm_id}").text
    assert f'href="/admin/inbox/{thread}"' in page and f'href="/admin/inbox/{other}"' not in page
    employ("qin", "秦审计", ("auditor", street.grid))
    qin = Browser(app.test_client(), "10.4.0.3")
    qin.sign_in("qin")
    page = qin.get(f"/admin/alarms/{alarm_id}")
    assert page.status_code == 200 and "/admin/inbox/" not in page.text, "an auditor does not answer people"


def test_staff_enter_what_she_agreed_to_change_it_and_end_it(liu: Browser, street: Street) -> None:
    page = liu.get(f"/admin/residents/{street.chen}").text
    assert "女儿 陈小红" in page and "家人和邻居" in page
    assert "登记家人" in liu.get(f"/admin/family/of/{street.chen}").text
    given = {
        "kind": "volunteer",
        "name": "孙志愿",
        "called": "小孙",
        "mobile": "138 0013 9999",
        "topics": ["alarm"],
        "consent_by": "visit",
    }
    without = {k: v for k, v in given.items() if k != "consent_by"}
    assert "怎样同意" in liu.post(f"/admin/family/of/{street.chen}", without).text
    assert "孙志愿" in liu.post(f"/admin/family/of/{street.chen}", given).text
    relation = Relation.select().order_by(Relation.id.desc()).first()
    assert (relation.consent_by, relation.status, relation.topics) == ("visit", "entered", "alarm")
    assert "陈＊＊" in heard_family(relation.identity_id)
    assert "等对方确认" in liu.get(f"/admin/residents/{street.chen}").text
    liu.post(f"/admin/family/{relation.id}/topics", {"topics": ["alarm", "visit"]})
    assert [c.called for c in family.contacts(street.chen, "visit", unconfirmed=True)][-1] == "小孙"
    liu.post(f"/admin/family/{relation.id}/end", {"why": "搬走了"})
    assert Relation.get_by_id(relation.id).status == "withdrawn"


def heard_family(identity_id: int) -> str:
    from backend.messaging.content import Content

    said = Message.select().where((Message.identity_id == identity_id) & (Message.purpose == "family"))
    return "\n".join(Content.unseal(m.content).text for m in said)


def test_her_file_takes_its_alarms_and_relations_with_it(app: Flask, street: Street) -> None:
    alarm_id = help_needed(street)
    exported = privacy.export(street.chen)
    assert exported["alarms"][0]["said"] == "“救命”"
    assert exported["family"]["told_about_me"][0]["called"] == "女儿"
    with pytest.raises(Conflict):
        privacy.forget(street.chen)
    answer(Caller(street.daughter), alarm_id, "safe")
    privacy.forget(street.chen)
    assert family.contacts(street.chen, "alarm") == []
    assert Relation.select().where(Relation.name.is_null(False)).count() == 0
    kept = alarm(alarm_id)
    assert (kept.place, kept.answered_by, kept.kind) == (None, None, "sos")
    assert acts(alarm_id) == ["raised", "told", "answered"]
    assert "救命" not in str(privacy.export(street.chen)["alarms"])


def test_who_was_told_stands_there_by_name_with_a_number_to_ring_up(liu: Browser, street: Street) -> None:
    alarm_id = help_needed(street)
    shown = liu.get(f"/admin/alarms/{alarm_id}").text.split('id="told"')[1].split("</section>")[0]
    assert "女儿 陈小红" in shown and f'href="tel:{DAUGHTER}"' in shown and "还没回应" in shown
    answer(Caller(street.daughter, None, None), alarm_id, "going")
    assert (
        "已在路上" in liu.get(f"/admin/alarms/{alarm_id}").text.split('id="told"')[1].split("</section>")[0]
    )
    liu.post(f"/admin/alarms/{alarm_id}/clear", {"why": "老人已送医"})
    assert 'id="told"' not in liu.get(f"/admin/alarms/{alarm_id}").text


def test_how_it_ended_is_told_in_a_text_message_too_and_the_system_has_its_name(street: Street) -> None:
    Identity.update(locale="zh_CN").where(Identity.id == street.daughter).execute()
    clear(street.actor(street.desk), help_needed(street), "老人已送医")
    clear(SYSTEM, help_needed(street), "设备又有消息了")
    told = [said.short for said in heard(identity_id=street.daughter) if "已处理完毕" in said.text]
    assert [("老人已送医" in said, "设备又有消息了" in said) for said in told] == [
        (True, False),
        (False, True),
    ]
    assert "邻里" in told[1] and "Linli" not in told[1]
