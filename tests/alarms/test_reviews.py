"""What staff write when it is over: for learning, on the page, and in the figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from backend.alarms import personal, reviews
from backend.alarms.actions import Caller, answer
from backend.alarms.models import AlarmReview
from backend.alarms.reviews import Written
from backend.core.clock import Hands
from backend.core.errors import Conflict, NotFound
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.records import tables
from backend.records.models import Record
from tests.alarms.street import Street, help_needed, settle
from tests.databases import TestDatabase
from tests.requests.neighbourhood import talker
from tests.web.browser import Browser, employ


@pytest.fixture
def street(sqlite_database: TestDatabase) -> Street:
    return settle()


def test_it_is_written_when_it_is_over_by_who_may_answer_there(street: Street) -> None:
    alarm_id = help_needed(street)
    desk = street.actor(street.desk)
    with pytest.raises(Conflict):
        reviews.write(desk, alarm_id, Written("real"))
    answer(Caller(street.daughter), alarm_id, "safe")
    with pytest.raises(NotFound):
        reviews.write(street.actor(street.stranger), alarm_id, Written("real"))
    reviews.write(desk, alarm_id, Written("pressed", "按错了", "打电话确认", "换个按钮"))
    assert [r.follow_up for r in reviews.to_follow(desk)] == ["换个按钮"]
    reviews.followed(desk, alarm_id)
    assert reviews.to_follow(desk) == []
    face = Record.get((Record.table_id == tables.of("alarm").id) & (Record.subject_id == alarm_id))
    assert (face.data["kind"], face.data["cause"], face.data["ended"]) == ("sos", "pressed", "safe")
    assert "按错了" not in str(face.data)
    personal.forget(street.chen)
    assert AlarmReview.get().found is None


def test_the_page_asks_for_it_and_the_list_shows_what_is_left_to_do(app: Flask, street: Street) -> None:
    alarm_id = help_needed(street)
    answer(Caller(street.daughter), alarm_id, "safe")
    employ("liu", "值班小刘", ("duty_desk", street.grid))
    liu = Browser(app.test_client(), "10.4.0.9")
    liu.sign_in("liu")
    assert "事后记录" in liu.get(f"/admin/alarms/{alarm_id}").text
    assert (
        "陈秀英" in liu.get("/admin/alarms/reviews").text or "3号楼" in liu.get("/admin/alarms/reviews").text
    )
    given = {"cause": "cooking", "found": "锅烧干了", "follow_up": "装定时关火器", "on": "2026-11-01"}
    page = liu.post(f"/admin/alarms/reviews/{alarm_id}", given).text
    assert "锅烧干了" in page and "装定时关火器" in page
    assert "装定时关火器" in liu.get("/admin/alarms/reviews").text
    liu.post(f"/admin/alarms/reviews/{alarm_id}/followed")
    assert AlarmReview.get().followed_at is not None
    assert liu.get("/admin/data/alarm").status_code == 200


def test_staff_who_end_it_in_a_chat_are_led_to_what_is_written_afterwards(
    street: Street, clock: Hands, configure: Callable[..., None]
) -> None:
    configure(PUBLIC_URL="https://linli.example")
    people.set_state(street.daughter, "blocked")
    alarm_id = help_needed(street, resident_id=None)
    said = talker("telegram", "tg-li")
    said.say("4")
    last = Content.unseal(Message.select().order_by(Message.id.desc()).first().content)
    assert ("写下事后记录", f"https://linli.example/admin/alarms/{alarm_id}") in last.links
