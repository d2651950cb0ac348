"""How long things are kept: what is over and old goes at night, what is open stays, and the audit chain is whole (row A8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from backend import domains
from backend.alarms import personal as alarms_personal
from backend.alarms.models import Alarm
from backend.alarms.record import packed
from backend.core import audit, clock, retention
from backend.core.access import Actor, Post
from backend.core.errors import Forbidden, Invalid
from backend.feedback.models import Feedback
from backend.fields.words import Words
from backend.messaging import At, people, say
from backend.messaging.models import Delivery, Message
from backend.requests.models import Request
from tests.databases import TestDatabase
from tests.residents.conftest import Street
from tests.web.browser import Browser, employ

NIGHT = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)
"""Half past three in the community's morning."""
LONG_AGO = timedelta(days=5 * 366)


BOTH = pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> TestDatabase:
    """Both only where the questions are asked that differ."""
    found: TestDatabase = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_database")
    return found


@pytest.fixture
def hands() -> Iterator[clock.Hands]:
    domains.load()
    with clock.stopped(NIGHT - LONG_AGO) as stopped:
        yield stopped


@pytest.fixture
def root(hands: clock.Hands, street: Street) -> Actor:
    return Actor("staff", 9, "区管理员", (Post("street_admin", "/"),))


def _request(status: str) -> Request:
    now = clock.now()
    return Request.create(
        org_id=4, resident_id=1, contact_phone="+8613800132210", category="water", description="水管漏水", place="3号楼2单元501",
        building="3", unit="2", room="501", urgency="normal", source="sms", status=status, created_at=now, updated_at=now,
        due_ack_at=now, due_at=now,
    )  # fmt: skip


def _alarm(status: str) -> Alarm:
    now = clock.now()
    return Alarm.create(
        org_id=4, kind="sos", severity="critical", status=status, source="", resident_id=1, words=packed(Words("救命")),
        place="{}", raised_at=now, cleared_at=now if status == "cleared" else None,
    )  # fmt: skip


def _message(about: str | None = None) -> int:
    identity = people.ensure("sms", "+8613800132210", "zh_CN")
    found = say(At(identity.id), Words("您好"), purpose="notice", about=about)
    assert found is not None
    Delivery.update(status="delivered").where(Delivery.message_id == found).execute()
    return found


@BOTH
def test_the_night_clears_what_is_over_and_old_and_nothing_else(root: Actor, hands: clock.Hands) -> None:
    over, still = _request("confirmed"), _request("assigned")
    ended, burning = _alarm("cleared"), _alarm("open")
    old, about_open, about_over = _message(), _message(still.subject), _message(over.subject)
    hands.at = NIGHT
    fresh, lately = _message(), _request("confirmed")
    for name in ("messages", "requests", "alarms"):
        retention.decide(root, name, 60, True)
    assert {n: retention.would_clear(n, 60)[0] for n in ("messages", "requests", "alarms")} == {
        "messages": 2,
        "requests": 1,
        "alarms": 1,
    }
    assert retention.nightly() == 4
    assert {m.id for m in Message.select()} == {about_open, fresh}
    assert not Delivery.select().where(Delivery.message_id.in_([old, about_over])).exists()
    emptied = Request.get_by_id(over.id)
    assert (emptied.resident_id, emptied.contact_phone, emptied.room, emptied.building) == (
        None,
        None,
        "",
        "3",
    )
    for kept in (still, lately):
        assert Request.get_by_id(kept.id).description == "水管漏水"
    assert Alarm.get_by_id(ended.id).resident_id is None and Alarm.get_by_id(ended.id).kind == "sos"
    assert Alarm.get_by_id(burning.id).place == "{}"
    assert audit.verify().broken_at is None
    runs = [e for name in ("messages", "requests", "alarms") for e in audit.of(f"retention:{name}")]
    assert sum(e.action == "retention.run" for e in runs) == 3
    assert retention.nightly() == 0, "once a night"


def test_nothing_is_cleared_that_nobody_decided_nor_by_day(root: Actor, hands: clock.Hands) -> None:
    _message()
    hands.at = NIGHT
    assert retention.nightly() == 0
    retention.decide(root, "messages", 24, True)
    hands.forward(hours=8)
    assert retention.nightly() == 0
    hands.at = NIGHT
    retention.decide(root, "messages", 24, False)
    assert retention.nightly() == 0 and Message.select().count() == 1


def test_no_rule_goes_below_what_law_asks_and_only_the_top_decides(root: Actor, street: Street) -> None:
    with pytest.raises(Invalid):
        retention.decide(root, "alarms", 35, True)
    with pytest.raises(Invalid):
        retention.decide(root, "audit_details", 5, True)
    with pytest.raises(Forbidden):
        retention.decide(street.admin, "messages", 24, True)


def test_the_chain_verifies_without_the_old_details(root: Actor, hands: clock.Hands) -> None:
    audit.record(root, "request.comment", "request:1047", why="陈秀英的水管")
    still = _request("assigned").subject
    audit.record(root, "request.comment", still, why="还在等零件")
    hands.at = NIGHT
    retention.decide(root, "audit_details", 6, True)
    retention.nightly()
    (entry,) = audit.of("request:1047")
    assert entry.payload is None and entry.actor_name == "区管理员"
    assert "还在等零件" in audit.of(still)[0].payload, "the matter is open"
    assert audit.verify().broken_at is None


@BOTH
def test_every_part_counts_and_clears_the_same_and_ends(root: Actor, hands: clock.Hands) -> None:
    """Also on an empty database no part stumbles over its own question."""
    Feedback.create(org_id=4, resident_id=1, kind="praise", topic="staff", text="谢谢", source="sms", status="closed",
                    created_at=clock.now(), updated_at=clock.now())  # fmt: skip
    hands.at = NIGHT
    for rule in retention.rules():
        before = retention.cutoff(rule.kind.least)
        expected = rule.kind.count(before)
        assert (rule.kind.clear(before, 100), rule.kind.clear(before, 100)) == (expected, 0), rule.kind.name
    assert Feedback.get().text == alarms_personal.FORGOTTEN


def test_an_admin_of_the_top_sees_what_a_rule_would_clear_before_it_holds(
    app: Flask, sqlite_database: TestDatabase
) -> None:
    from backend.core import orgs

    top = orgs.add("朝阳区", "district")
    community = orgs.add("幸福里社区", "community", top)
    employ("qu", "区主任", ("street_admin", top))
    employ("li", "李主任", ("community_admin", community))
    li = Browser(app.test_client(), "10.9.0.2")
    li.sign_in("li")
    assert 'value="try"' not in li.get("/admin/retention").text
    assert li.post("/admin/retention/messages", {"months": "24", "act": "save"}).status_code == 403
    qu = Browser(app.test_client(), "10.9.0.1")
    qu.sign_in("qu")
    with clock.stopped(clock.now() - LONG_AGO):
        _message()
    qu.get("/admin/retention")
    tried = qu.post("/admin/retention/messages", {"months": "24", "act": "try"}).text
    assert "会清理 1 条" in tried and retention.rules()[0].decided is False
    assert qu.post("/admin/retention/messages", {"months": "1", "act": "save"}).status_code == 422
    qu.post("/admin/retention/messages", {"months": "24", "act": "save", "running": "1"})
    assert next(r for r in retention.rules() if r.kind.name == "messages").running
