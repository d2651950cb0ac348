"""What an alarm costs as a text message, and how it sounds."""

from __future__ import annotations

import pytest

from backend.alarms import kinds, wording
from backend.core.clock import Hands
from backend.messaging.content import rendered
from bots import sms_shape, voice_shape
from tests.alarms.street import Street, alarm, help_needed, settle
from tests.databases import TestDatabase


@pytest.fixture
def street(sqlite_database: TestDatabase) -> Street:
    return settle()


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@pytest.mark.parametrize("staff", [False, True])
def test_an_alarm_fits_two_segments_and_names_what_where_and_when_first(
    street: Street, clock: Hands, locale: str, staff: bool
) -> None:
    raised = alarm(help_needed(street))
    content = rendered(wording.raised(raised, staff=staff, following="volunteer", minutes=3), locale)
    (body,) = sms_shape.shape([content], "幸福里社区")
    assert body.cost.segments <= 2
    title = "紧急呼救" if locale == "zh_CN" else "Cry for help"
    place = "3号楼2单元501" if locale == "zh_CN" else "3-2-501"
    assert (
        body.text.index(title) < body.text.index(place) < body.text.index("10:00") < body.text.index("救命")
    )


def test_a_call_says_that_it_is_urgent_and_offers_the_answers_as_keys(street: Street) -> None:
    raised = alarm(help_needed(street))
    lines = voice_shape.script([rendered(wording.raised(raised), "zh_CN")])
    assert lines[0].startswith("紧急情况。紧急呼救")
    assert "我过去，请按 1。" in lines


def test_the_answer_of_somebody_fits_one_text_message(street: Street) -> None:
    raised = alarm(help_needed(street))
    for answer in (*wording.OFFERED, "cleared"):
        content = rendered(wording.answered(raised, "女儿", answer), "zh_CN")
        assert sms_shape.cost([content], "幸福里社区") == (1, 1)


def test_every_text_of_an_answer_is_there_for_every_kind(street: Street) -> None:
    offered = {answer for kind in kinds.KINDS.values() for answer in kind.answers}
    assert offered <= set(kinds.ANSWERS) == set(wording.OFFERED) < set(wording.MEANS)
