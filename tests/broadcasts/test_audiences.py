"""Who is told: every way to find people, narrowed to heads of homes or turned to families, and what staff read of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from backend.core import clock as clocks
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import render
from backend.events.models import Event, EventSignup
from backend.family.models import Relation
from backend.records import marking, tables
from backend.records.models import Record
from backend.residents.models import Resident
from broadcasts.audiences import finding, page_form, shape
from tests.broadcasts.test_campaigns import ALL, became, said, sent_off, worked
from tests.broadcasts.village import Village
from tests.care.town import daughter, hire


def whom(village: Village, audience: dict[str, Any]) -> list[int | None]:
    """The residents of an audience, in its order; None for somebody who is none."""
    return [f.resident_id for f in finding.portion(village.admin, audience, 0, 100)]


def move_in(resident_id: int, with_whom: int, **values: Any) -> None:
    home = Resident.get_by_id(with_whom).household_id
    Resident.update(household=home, **values).where(Resident.id == resident_id).execute()


def event(village: Village, **signups: tuple[int, str]) -> int:
    now = clocks.now()
    made = Event.create(
        org_id=village.happy.id, title={"zh_CN": "太极", "en": "Tai chi"}, body={}, place={"zh_CN": "广场"},
        starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=1, hours=2), status="published",
        organiser_kind="staff", organiser_id=1, created_at=now, updated_at=now, published_at=now,
    )  # fmt: skip
    for code, (resident, status) in signups.items():
        EventSignup.create(
            event=made, resident_id=resident, status=status, code=code, created_at=now, updated_at=now
        )
    return int(made.id)


def test_the_participants_of_an_event_are_told_each_with_her_own_sign_up(village: Village) -> None:
    chen, li = village.person("陈秀英", 501, "sms"), village.person("李明", 502, "sms")
    wang = village.person("王建国", 503, "sms")
    number = event(village, a1=(chen, "signed"), b2=(li, "waiting"), c3=(wang, "attended"))
    mine = {"kind": "event_signup", "how": "event", "event": number}
    assert whom(village, {**mine, "which": "signed"}) == [chen, wang]
    assert whom(village, {**mine, "which": "waiting"}) == [li]
    assert finding.count(village.admin, {**mine, "which": "attended"}) == 1
    told = finding.told(village.admin, {**mine, "which": "absent"})
    assert render(told, "en") == "Tai chi: who did not come"
    stranger = village.town.actor(hire("zhao", "赵", "repairer", village.happy))
    with pytest.raises(NotFound):
        finding.told(stranger, mine)


def test_a_group_is_those_with_a_tag_or_those_who_care_for_others(village: Village) -> None:
    chen, li = village.person("陈秀英", 501, "sms"), village.person("李明", 502, "sms")
    row = Record.get(Record.subject_id == chen)
    marking.mark(village.admin, tables.of("resident"), [row.id], add=["独居"])
    assert whom(village, {"kind": "table:resident", "how": "group", "tag": "独居"}) == [chen]
    Relation.create(
        resident_id=chen, kind="volunteer", relative_id=li, topics="alarm", status="active", created_at=clocks.now()
    )  # fmt: skip
    volunteers = {"kind": "table:resident", "how": "group", "relation": "volunteer"}
    assert whom(village, volunteers) == [li]
    assert finding.count(village.admin, volunteers) == 1
    with pytest.raises(Invalid):
        finding.told(village.admin, {"kind": "table:resident", "how": "group", "tag": " "})


def test_heads_only_is_who_the_file_calls_head_else_the_eldest_adult(village: Village) -> None:
    chen = village.person("陈秀英", 501, "sms", birthday="1950-05-01")
    son = village.person("陈小明", 777, "sms", birthday="1980-05-01")
    move_in(son, chen)
    li = village.person("李明", 502, "sms", birthday="1940-01-01")
    wife = village.person("王芳", 778, "sms", birthday="1945-01-01", relation="head")
    move_in(wife, li)
    assert whom(village, {**ALL, "only": "heads"}) == [chen, wife]
    assert finding.count(village.admin, {**ALL, "only": "heads"}) == 2


def test_a_family_is_told_with_the_residents_own_values_at_whatever_address_it_has(village: Village) -> None:
    chen, li = village.person("陈秀英", 501, "sms"), village.person("李明", 502, "sms")
    abroad = daughter(chen)
    Relation.create(
        resident_id=chen, kind="volunteer", called="小李", relative_id=li, topics="alarm", status="active",
        created_at=clocks.now(),
    )  # fmt: skip
    Relation.create(
        resident_id=li, kind="family", called="儿子", identity_id=abroad, topics="alarm", status="entered",
        created_at=clocks.now(),
    )  # fmt: skip
    audience = {**ALL, "families": ["daughter"]}
    assert finding.portion(village.admin, audience, 0, 100) == [
        finding.Found(Record.get(Record.subject_id == chen).id, None, abroad)
    ]
    assert whom(village, {**ALL, "families": ["volunteer"]}) == [li]
    assert len(whom(village, {**ALL, "families": ["any"]})) == 2
    assert whom(village, {**ALL, "families": ["son"]}) == []
    campaign = worked(sent_off(village, audience=audience))
    assert [c.text for c in said(campaign)] == ["陈秀英您好，明天停水。"]
    assert became(campaign) == {"pending": 1}


def test_the_family_of_who_took_her_consent_back_is_told_nothing(village: Village) -> None:
    chen = village.person("陈秀英", 501, "sms", status="pending")
    daughter(chen)
    assert whom(village, {**ALL, "families": ["any"]}) == []


def test_an_audience_is_told_in_words_in_both_languages(village: Village) -> None:
    village.person("陈秀英", 501, "sms")
    audience = {**ALL, "only": "heads", "families": ["daughter", "son"], "minus": [ALL]}
    told = finding.told(village.admin, audience)
    assert render(told, "en") == (
        "Families (Daughter, Son) of: Residents: all: heads of the home only; without: Residents: all"
    )
    assert render(told, "zh_CN").startswith("家属（女儿、儿子），对应：居民：全部（只发户主）")
    with pytest.raises(Invalid):
        finding.told(village.admin, {**ALL, "minus": [audience]})
    with pytest.raises(Invalid):
        finding.told(village.admin, {**ALL, "families": ["cousin"]})


def test_what_was_chosen_on_a_page_comes_back_as_it_was(village: Village) -> None:
    number = event(village)
    audiences: list[dict[str, Any]] = [
        ALL,
        {"kind": "table:resident", "how": "ids", "ids": [1, 2]},
        {"kind": "event_signup", "how": "event", "event": number, "which": "waiting", "only": "heads"},
        {"kind": "table:resident", "how": "group", "tag": "独居", "families": ["son"], "minus": [ALL]},
        {"kind": "table:resident", "how": "group", "relation": "carer"},
    ]
    for audience in audiences:
        chosen, choices = page_form.fields(audience), page_form.choices(village.admin, audience)
        assert chosen["who"] in {value for _t, options in choices.who for value, _l in options}
        assert set(chosen["minus"]) <= {value for value, _label in choices.minus}
        posted = MultiDict([(k, v) for k, v in chosen.items() if v and k not in ("families", "minus")])
        posted.setlist("families", chosen["families"])
        posted.setlist("minus", chosen["minus"])
        assert page_form.read(posted) == audience
    with pytest.raises(Invalid):
        page_form.read(MultiDict({"who": "[]"}))


@pytest.mark.parametrize(
    "more",
    [
        {"how": "ids", "ids": ["x"]}, {"how": "ids"}, {"how": "asked"}, {"how": "view", "view": "z"}, {"how": "all", "days": {}},
        {"how": "all", "days": {"column": "birthday", "dates": ["x"]}}, {"how": "all", "minus": "x"}, {"how": "all", "minus": [{}]},
        {"how": "all", "org": True}, {"how": "asked", "asked": {"col": 7}}, {"how": "list", "kind": "list:" + "9" * 21}, {"how": 7},
    ],
)  # fmt: skip
def test_what_is_no_audience_is_told_kindly(more: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        shape.checked({"kind": "table:resident", **more})
