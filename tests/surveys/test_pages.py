"""The surveys' pages: made, opened, read, exported; nothing typed is lost, and nobody sees more than they may."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from backend.core import media
from backend.core.clock import Hands
from backend.fields.form import Form
from backend.fields.media import Photo
from backend.fields.words import Media
from backend.surveys import actions, inviting
from backend.surveys.models import Survey, SurveyAnswer
from tests.bots.chatting import photo
from tests.requests.neighbourhood import Neighbourhood
from tests.requests.test_web import signs_in  # noqa: F401  # a fixture
from tests.surveys.street import ANSWERS, GARDEN, admin, neighbours, opened, plan, settled
from tests.web.browser import Browser

SignsIn = Callable[[str], Browser]


@pytest.fixture
def hood(app: Flask, clock: Hands) -> Neighbourhood:
    return settled()


@pytest.fixture
def desk(signs_in: SignsIn) -> Browser:  # noqa: F811
    return signs_in("admin")


def typed(hood: Neighbourhood, **changes: Any) -> dict[str, Any]:
    return {
        "title_zh_CN": "小花园怎么用",
        "title_en": "The little garden",
        "form": json.dumps(GARDEN.to_json()["fields"]),
        "org": str(hood.happy.id),
        "mode": "named",
        "remind_days": "3",
        "closes_at": "2026-11-09T18:00",
        **changes,
    }


def test_a_survey_is_made_opened_answered_and_closed_from_its_pages(
    hood: Neighbourhood, desk: Browser
) -> None:
    assert "No survey yet" in desk.get("/admin/surveys").text
    assert desk.get("/admin/surveys/new").status_code == 200
    page = desk.post("/admin/surveys/new", typed(hood))
    survey = Survey.get()
    assert survey.status == "draft" and "2 residents at the moment" in page.text
    page = desk.post(f"/admin/surveys/{survey.id}/open")
    inviting.run()
    assert "0 of 2 answered" in desk.get(f"/admin/surveys/{survey.id}").text
    actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    page = desk.get(f"/admin/surveys/{survey.id}?row=often&column=help")
    assert "1 of 2 answered" in page.text and "太远了" in page.text and "陈秀英" in page.text
    assert "How often and Would help" in page.text and ">Building 3 <" in page.text
    assert "太远了" in desk.get(f"/admin/surveys/{survey.id}?q=远").text
    assert "太远了" not in desk.get(f"/admin/surveys/{survey.id}?q=近").text
    assert "The little garden" in desk.get("/admin/surveys?status=open").text
    assert "50 % answered" in desk.get("/admin").text
    assert "Ended" in desk.post(f"/admin/surveys/{survey.id}/close").text


def test_what_is_wrong_is_said_and_what_was_typed_stays(hood: Neighbourhood, desk: Browser) -> None:
    desk.get("/admin/surveys/new")
    fields = GARDEN.to_json()["fields"]
    fields[0]["options"] = fields[0]["options"][:1]
    fields[0]["ask"] = {"zh_CN": "一个只此一家的问题", "en": "A question like no other"}
    page = desk.post(
        "/admin/surveys/new",
        typed(
            hood,
            form=json.dumps(fields),
            title_zh_CN="",
            title_en="",
            age_from="old",
            closes_at="soon",
            buildings="3, 5",
        ),
    )
    assert page.status_code == 422 and Survey.select().count() == 0
    for part in (
        "Question 1 (“A question like no other”): Please give at least two options.",
        "Please give the survey a title.",
        "We expect a number from 0 to 120.",
        "We could not read this time.",
        "一个只此一家的问题",
        'value="3, 5"',
    ):
        assert part in page.text.replace("&#34;", '"'), part


def test_an_anonymous_survey_refuses_what_shows_who_answered(hood: Neighbourhood, desk: Browser) -> None:
    desk.get("/admin/surveys/new")
    photo = [{"kind": "photo", "name": "q1", "ask": {"en": "Your face?"}}]
    page = desk.post("/admin/surveys/new", typed(hood, mode="anonymous", form=json.dumps(photo)))
    assert page.status_code == 422 and "it shows who answered" in page.text


def test_an_open_survey_takes_new_words_and_keeps_the_rest(hood: Neighbourhood, desk: Browser) -> None:
    survey = opened(hood)
    page = desk.get(f"/admin/surveys/{survey.id}/edit")
    assert "data-frozen" in page.text
    fields = GARDEN.to_json()["fields"]
    fields[0]["ask"]["en"] = "How often are you in the garden?"
    sent = {"title_en": "Our garden", "form": json.dumps(fields), "closes_at": ""}
    desk.post(f"/admin/surveys/{survey.id}/edit", sent)
    kept = Survey.get_by_id(survey.id)
    assert kept.title["en"] == "Our garden" and kept.words_version == 2 and kept.org_id == hood.happy.id
    fields.pop()
    page = desk.post(f"/admin/surveys/{survey.id}/edit", {**sent, "form": json.dumps(fields)})
    assert page.status_code == 422 and "only the words can change" in page.text


def test_results_of_an_anonymous_survey_wait_for_enough_answers(hood: Neighbourhood, desk: Browser) -> None:
    people_asked = neighbours(hood, 10)
    survey = opened(hood, anonymous=True)
    for one in people_asked[:4]:
        actions.answer(survey.id, one, ANSWERS, "sms")
    page = desk.get(f"/admin/surveys/{survey.id}")
    assert "Results from 10 answers on" in page.text and "太远了" not in page.text
    refused = desk.get(f"/admin/surveys/{survey.id}/export")
    assert refused.status_code == 409
    for one in people_asked[4:10]:
        actions.answer(survey.id, one, ANSWERS, "sms")
    page = desk.get(f"/admin/surveys/{survey.id}")
    assert "太远了" in page.text and "邻居" not in page.text and "5 more answers are in" in page.text
    sheet = _sheet(desk, survey)
    assert sheet[0][0] == "How often" and len(sheet) == 6
    assert not any("邻居" in str(cell) for row in sheet for cell in row)


def _sheet(browser: Browser, survey: Survey) -> list[tuple[Any, ...]]:
    answer = browser.get(f"/admin/surveys/{survey.id}/export")
    assert answer.status_code == 200, answer.text
    return list(load_workbook(io.BytesIO(answer.data)).active.values)


def test_the_excel_file_has_a_row_for_each_answer_and_a_column_for_each_choice(
    hood: Neighbourhood, desk: Browser
) -> None:
    survey = opened(hood)
    actions.answer(survey.id, hood.chen, {**ANSWERS, "why": "=1+1"}, "sms")
    actions.answer(
        survey.id,
        hood.zhou,
        {"often": "daily", "wants": ("bench", "swing"), "mark": 5, "people": 1},
        "webchat",
    )
    head, chen, zhou = _sheet(desk, survey)
    chens, zhous = (dict(zip(head, row, strict=True)) for row in (chen, zhou))
    assert chens["Name"] == "陈秀英" and chens["How often"] == "Never" and chens["Mark"] == 2
    assert chens["Why not"] == "'=1+1" and chens["Wishes: Benches"] is None
    assert (zhous["Wishes: Benches"], zhous["Wishes: Lamps"], zhous["Wishes: A swing"]) == (1, 0, 1)
    assert zhous["Would help"] is None


def test_her_page_shows_what_she_answered_and_what_she_changed(hood: Neighbourhood, desk: Browser) -> None:
    survey = opened(hood, editable=True)
    actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    actions.answer(survey.id, hood.chen, {**ANSWERS, "why": "现在常去了"}, "sms")
    page = desk.get(f"/admin/residents/{hood.chen}").text
    assert "现在常去了" in page and "太远了" in page and "changed 1 time" in page


def test_who_has_no_business_there_is_kept_out(hood: Neighbourhood, signs_in: SignsIn) -> None:  # noqa: F811
    survey = opened(hood)
    reader = signs_in("desk")
    assert reader.get(f"/admin/surveys/{survey.id}").status_code == 200
    assert reader.get("/admin/surveys/new").status_code == 403
    assert reader.post(f"/admin/surveys/{survey.id}/close").status_code == 403
    worker = signs_in("wang")
    for path in ("", f"/{survey.id}", f"/{survey.id}/export", "/new"):
        assert worker.get(f"/admin/surveys{path}").status_code == 403, path
    assert signs_in("admin").get("/admin/surveys/99").status_code == 404


def test_the_builder_is_shown_how_a_form_looks_on_every_channel(hood: Neighbourhood, desk: Browser) -> None:
    desk.get("/admin/surveys/new")
    page = desk.post(
        "/admin/preview-form",
        {"form": json.dumps(GARDEN.to_json()["fields"]), "walk": "1", "in": "zh_CN", "title_zh_CN": "小花园"},
    )
    assert page.status_code == 200
    for part in ("Telegram", "每天", "UCS-2", "按", "您给它打几分"):
        assert part in page.text, part
    answered = desk.post(
        "/admin/preview-form", {"form": json.dumps(GARDEN.to_json()["fields"]), "in": "zh_CN", "a": ["不去"]}
    )
    assert "为什么不去" in answered.text and "data-answer" in answered.text
    assert "” is “Never”" in page.text, "the walk does not come by there"
    begun = desk.post("/admin/preview-form", {"form": json.dumps(GARDEN.to_json()["fields"]), "in": "zh_CN"})
    assert "data-pick>每天" in begun.text and "data-pick" not in page.text
    broken = desk.post("/admin/preview-form", {"form": '[{"kind":"choice","name":"q1"}]'})
    assert broken.status_code == 422 and "Please write the question" in broken.text


def test_the_public_link_leads_into_the_chat(hood: Neighbourhood, app: Flask, desk: Browser) -> None:
    survey = opened(hood)
    somebody = Browser(app.test_client(), "10.9.0.1")
    page = somebody.get(f"/survey/{survey.token}")
    assert "小花园怎么用" in page.text and "邻居" not in page.text
    somebody.post(f"/survey/{survey.token}", follow=False)
    lines = somebody.client.get("/chat/history").json["lines"]  # type: ignore[index]
    assert "登记" in lines[-1]["text"] or "Register" in lines[-1]["text"]
    actions.close(admin(hood), survey.id)
    assert re.search("已经结束|has closed", somebody.get(f"/survey/{survey.token}").text)
    draft = actions.create(admin(hood), plan(hood))
    for token in (draft.token, "nothing"):
        assert somebody.get(f"/survey/{token}").status_code == 404
    assert SurveyAnswer.select().count() == 0


def test_a_confidential_photo_is_seen_by_those_who_may_see_what_is_confidential(
    hood: Neighbourhood,
    desk: Browser,
    signs_in: SignsIn,  # noqa: F811
) -> None:
    key = media.save(photo(), "image/jpeg", "test")
    secret = Photo("wound", label="Wound", ask="A photo?", sensitive=True)
    survey = opened(hood, form=Form("garden", "", [secret], review=False))
    actions.answer(survey.id, hood.chen, {"wound": Media(key, "image/jpeg")}, "webchat")
    path = f"/admin/surveys/{survey.id}"
    assert key in desk.get(path).text and desk.get(f"{path}/photos/{key}").status_code == 200
    reader = signs_in("desk")
    page = reader.get(path)
    assert page.status_code == 200 and key not in page.text
    assert reader.get(f"{path}/photos/{key}").status_code == 404
