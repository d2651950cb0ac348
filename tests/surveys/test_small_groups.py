"""An anonymous survey stays one however often staff look: two looks never differ by the answer of one person."""

from __future__ import annotations

import pytest

from backend.core.clock import Hands
from backend.messaging import people, threads
from backend.surveys import actions, evaluation, export
from backend.surveys.evaluation import Wanted
from backend.surveys.models import Survey, SurveyAnswer
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, talker
from tests.surveys.street import ANSWERS, admin, neighbours, opened, settled


@pytest.fixture
def hood(database: TestDatabase, clock: Hands) -> Neighbourhood:
    return settled()


def looked(survey: Survey, wanted: Wanted | None = None) -> set[int]:
    """The answers that staff see now."""
    found = evaluation.view(Survey.get_by_id(survey.id), wanted or Wanted(), "zh_CN")
    return set() if found.hidden else {row.id for row in found.rows}


def test_between_two_looks_lie_no_answers_or_five(hood: Neighbourhood) -> None:
    asked = neighbours(hood, 17)
    survey = opened(hood, anonymous=True)
    before: set[int] = set()
    for one in asked:
        actions.answer(survey.id, one, ANSWERS, "sms")
        now = looked(survey)
        assert before <= now and len(now - before) in (0, 5)
        before = now
    assert before, "it can be followed while it is open"
    actions.close(admin(hood), survey.id)
    now = looked(survey)
    assert len(now) == 17 and len(now - before) >= 5, (
        "nobody's answer is lost, and the last ones are five at least"
    )


def test_after_an_early_close_a_few_more_answers_are_not_shown_by_themselves(hood: Neighbourhood) -> None:
    asked = neighbours(hood, 12)
    survey = opened(hood, anonymous=True)
    for one in asked[:6]:
        actions.answer(survey.id, one, ANSWERS, "sms")
    actions.close(admin(hood), survey.id)
    before = looked(survey)
    actions.reopen(admin(hood), survey.id)
    actions.answer(survey.id, asked[6], ANSWERS, "sms")
    actions.close(admin(hood), survey.id)
    assert len(before) == 6 and looked(survey) == before
    actions.reopen(admin(hood), survey.id)
    for one in asked[7:11]:
        actions.answer(survey.id, one, ANSWERS, "sms")
    actions.close(admin(hood), survey.id)
    assert len(looked(survey)) == 11


def test_groups_are_told_apart_only_once_it_is_over(hood: Neighbourhood) -> None:
    here, there = neighbours(hood, 8, building="5"), neighbours(hood, 8, building="6", born=1950)
    survey = opened(hood, anonymous=True)
    for one in (*here, *there):
        actions.answer(survey.id, one, ANSWERS, "sms")
    five = Wanted(by="building", group="5")
    assert len(looked(survey, five)) == len(looked(survey)) == 10, "the group is not looked at alone"
    actions.close(admin(hood), survey.id)
    assert len(looked(survey, five)) == 8


def test_opened_again_after_a_look_no_group_can_be_compared_with_what_it_was(hood: Neighbourhood) -> None:
    here, there = neighbours(hood, 9, building="5"), neighbours(hood, 9, building="6", born=1950)
    survey = opened(hood, anonymous=True)
    for one in (*here[:8], *there[:5]):
        actions.answer(survey.id, one, ANSWERS, "sms")
    actions.close(admin(hood), survey.id)
    five = Wanted(by="building", group="5")
    assert len(looked(survey, five)) == 8
    actions.reopen(admin(hood), survey.id)
    for one in (here[8], *there[5:]):
        actions.answer(survey.id, one, ANSWERS, "sms")
    actions.close(admin(hood), survey.id)
    found = evaluation.view(Survey.get_by_id(survey.id), five, "zh_CN")
    assert len(found.rows) == 18 and not any(found.groups.values()), "nine less eight would be one neighbour"


def test_a_close_before_there_was_anything_to_see_costs_no_groups(hood: Neighbourhood) -> None:
    asked = neighbours(hood, 8, building="5")
    survey = opened(hood, anonymous=True)
    for one in asked[:3]:
        actions.answer(survey.id, one, ANSWERS, "sms")
    actions.close(admin(hood), survey.id)
    actions.reopen(admin(hood), survey.id)
    for one in asked[3:]:
        actions.answer(survey.id, one, ANSWERS, "sms")
    actions.close(admin(hood), survey.id)
    assert len(looked(survey, Wanted(by="building", group="5"))) == 8


def test_neither_the_row_nor_the_file_tells_the_day(hood: Neighbourhood, clock: Hands) -> None:
    asked = neighbours(hood, 8)
    survey = opened(hood, anonymous=True)
    for one in asked:
        clock.forward(hours=24)
        actions.answer(survey.id, one, ANSWERS, "sms")
    actions.close(admin(hood), survey.id)
    survey = Survey.get_by_id(survey.id)
    assert len({row.at for row in SurveyAnswer.select()}) == 1
    sheet = export.sheet(survey, "en", confidential=True)
    assert "Day" not in sheet.headers and len(list(sheet.rows)) == 8


def test_closed_in_the_midst_the_questions_go_from_the_thread_too(hood: Neighbourhood) -> None:
    neighbours(hood, 5)
    survey = opened(hood, anonymous=True)
    chen = talker("telegram", "tg-+8613800132210")
    chen.press(f"flow:survey:{survey.id}")
    chen.tap("不去")
    actions.close(admin(hood), survey.id)
    chen.say("隔壁老王的狗太凶")
    here = people.find("telegram", chen.address)
    assert here is not None
    lines = threads.of_person(hood.chen, [here.id])
    told = " ".join(line.content.text for line in lines if isinstance(line, threads.Told))
    assert "为什么不去" not in told
