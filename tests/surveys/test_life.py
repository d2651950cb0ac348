"""Opening, inviting, reminding, closing: everybody who should be asked is asked once, and nobody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from backend.core import clock as clocks
from backend.core import privacy
from backend.core.clock import Hands
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.fields.form import Form
from backend.messaging import people
from backend.messaging.models import Delivery, Message
from backend.residents.models import Resident
from backend.surveys import actions, inviting, personal, queries
from backend.surveys.audience import Audience, age_group, age_on
from backend.surveys.models import Survey, SurveyAnswer, SurveyInvitation
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, heard
from tests.surveys.street import ANSWERS, GARDEN, admin, neighbours, opened, plan, settled


@pytest.fixture
def hood(database: TestDatabase, clock: Hands) -> Neighbourhood:
    return settled()


def told() -> list[int]:
    return [m.resident_id for m in Message.select().where(Message.purpose == "survey").order_by(Message.id)]


def test_everybody_in_the_audience_is_invited_once_however_often_the_clock_strikes(
    hood: Neighbourhood,
) -> None:
    survey = opened(hood)
    for _n in range(3):
        inviting.run()
    assert sorted(told()) == sorted([hood.chen, hood.zhou])
    assert queries.rate(survey).reached == 2
    (words,) = heard(resident_id=hood.zhou)
    assert words.locale == "en" and "The little garden" in words.text
    assert [o.label for o in words.options] == ["Answer", "No, thank you"]


def test_nobody_is_asked_at_night_nor_before_it_opens(hood: Neighbourhood, clock: Hands) -> None:
    opens = clock.at + timedelta(hours=12)
    survey = actions.create(admin(hood), plan(hood, opens_at=opens))
    actions.release(admin(hood), survey.id)
    inviting.run()
    assert SurveyInvitation.select().count() == 0 and queries.open_for(hood.chen) == []
    clock.forward(hours=12)  # 22:00
    inviting.run()
    assert SurveyInvitation.select().count() == 2 and told() == []
    assert [one for one, _title in queries.open_for(hood.chen)] == [survey.id]
    clock.forward(hours=10)  # 08:00
    inviting.run()
    assert len(told()) == 2


def test_only_who_has_not_answered_is_reminded_and_only_once(hood: Neighbourhood, clock: Hands) -> None:
    three = neighbours(hood, 2)
    survey = opened(hood, remind_days=3)
    actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    actions.decline(survey.id, three[0])
    Message.delete().execute()
    clock.forward(days=2, hours=23)
    inviting.run()
    assert told() == []
    clock.forward(hours=1)
    for _n in range(3):
        inviting.run()
    assert sorted(told()) == sorted([hood.zhou, three[1]])
    clock.forward(days=30)
    inviting.run()
    assert len(told()) == 2


def test_nobody_is_reminded_of_what_is_about_to_close(hood: Neighbourhood, clock: Hands) -> None:
    opened(hood, remind_days=1, closes_at=clock.at + timedelta(days=1, hours=1))
    Message.delete().execute()
    clock.forward(days=1)
    inviting.run()
    assert told() == []


def test_it_closes_by_itself(hood: Neighbourhood, clock: Hands) -> None:
    survey = opened(hood, closes_at=clock.at + timedelta(days=1))
    clock.forward(days=1)
    with pytest.raises(actions.NotOpen):
        actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    inviting.run()
    assert Survey.get_by_id(survey.id).status == "closed"


def test_who_joins_later_is_asked_only_where_newcomers_are(hood: Neighbourhood, clock: Hands) -> None:
    without, with_ = opened(hood), opened(hood, newcomers=True)
    (late,) = neighbours(hood, 1)
    clock.forward(hours=1)
    inviting.run()
    assert told().count(late) == 1
    with pytest.raises(Conflict):
        actions.answer(without.id, late, ANSWERS, "sms")
    actions.answer(with_.id, late, ANSWERS, "sms")


def test_who_cannot_be_reached_is_counted_instead_of_a_failed_message(hood: Neighbourhood) -> None:
    for identity in people.identities(people.Resident(hood.chen)):
        people.set_state(identity.id, "stopped")
    survey = opened(hood)
    assert told() == [hood.zhou]
    assert queries.rate(survey).unreachable == 1


def test_the_audience_narrows_by_building_age_and_language(hood: Neighbourhood) -> None:
    old, young = neighbours(hood, 2, building="8", born=1950), neighbours(hood, 2, building="9", born=2000)

    def asked(**narrowed: object) -> set[int]:
        survey = opened(hood, audience=Audience(hood.happy.id, **narrowed))  # type: ignore[arg-type]
        return {i.resident_id for i in SurveyInvitation.select().where(SurveyInvitation.survey == survey)}

    assert asked(buildings=("8",)) == set(old)
    assert asked(age_from=60, buildings=("8", "9")) == set(old)
    assert asked(age_to=30, buildings=("8", "9")) == set(young)
    assert asked(locale="en") == {hood.zhou}
    with pytest.raises(Invalid):
        asked(buildings=("99",))


@pytest.mark.parametrize(
    ("born", "age", "group"),
    [(date(1946, 11, 2), 80, "80+"), (date(1946, 11, 3), 79, "65-79"), (date(2026, 11, 2), 0, "0-17")],
)
def test_a_birthday_counts_on_the_day_itself(born: date, age: int, group: str) -> None:
    today = date(2026, 11, 2)
    assert age_on(today, born) == age and age_group(today, born) == group
    chosen = Audience(1, age_from=age, age_to=age).selection(today)
    assert chosen.born_from is not None and chosen.born_to is not None
    assert chosen.born_from <= born <= chosen.born_to


def test_once_open_only_its_words_can_change_and_a_copy_is_a_fresh_draft(hood: Neighbourhood) -> None:
    survey = opened(hood)
    reworded = Form("garden", "", [*GARDEN.fields[:-1], type(GARDEN.fields[-1])("help", ask={"zh_CN": "能帮忙吗?"}, label={"zh_CN": "帮忙"}, optional=True)])  # fmt: skip
    changed = actions.change(admin(hood), survey.id, plan(hood, form=reworded, anonymous=True))
    assert changed.words_version == 2 and not changed.anonymous
    with pytest.raises(Conflict):
        actions.change(admin(hood), survey.id, plan(hood, form=Form("garden", "", GARDEN.fields[:2])))
    made = actions.copy(admin(hood), survey.id)
    assert made.status == "draft" and made.id != survey.id and made.token != survey.token
    actions.change(admin(hood), made.id, plan(hood, form=Form("garden", "", GARDEN.fields[:2])))
    with pytest.raises(Conflict):
        actions.discard(admin(hood), survey.id)
    actions.discard(admin(hood), made.id)
    assert Survey.select().count() == 1


def test_a_close_can_be_taken_back(hood: Neighbourhood) -> None:
    survey = opened(hood)
    actions.close(admin(hood), survey.id)
    actions.reopen(admin(hood), survey.id)
    actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    assert SurveyAnswer.select().count() == 1


def test_what_waits_to_go_out_is_taken_back_with_an_early_close_and_said_anew_when_it_opens_again(
    hood: Neighbourhood,
) -> None:
    def waits() -> list[int]:
        said = Message.select(Message.resident_id).join(Delivery, on=Delivery.message_id == Message.id)
        return sorted(m.resident_id for m in said.where(Delivery.status == "pending"))

    survey = opened(hood)
    Delivery.update(status="sent").where(
        Delivery.message_id.in_(Message.select(Message.id).where(Message.resident_id == hood.zhou))
    ).execute()
    actions.close(admin(hood), survey.id)
    assert waits() == [] and queries.rate(survey).reached == 1
    inviting.run()
    assert waits() == []
    actions.reopen(admin(hood), survey.id)
    inviting.run()
    assert waits() == [hood.chen], "who has heard of it is not invited twice"


def test_invitations_that_cannot_be_dealt_with_do_not_hold_up_those_behind_them(hood: Neighbourhood) -> None:
    unreadable, sound = (actions.create(admin(hood), plan(hood)) for _n in range(2))
    actions.release(admin(hood), unreadable.id)
    Survey.update(intro={"msg": "?", "params": 7}).where(Survey.id == unreadable.id).execute()
    inviting.run(at_once=2)
    actions.release(admin(hood), sound.id)
    for _n in range(3):
        inviting.run(at_once=2)
    about = {m.about for m in Message.select().where(Message.purpose == "survey")}
    assert len(told()) == 2 and about == {sound.subject}


def test_an_anonymous_survey_of_too_few_people_is_not_opened(hood: Neighbourhood) -> None:
    survey = actions.create(admin(hood), plan(hood, anonymous=True))
    with pytest.raises(Invalid):
        actions.release(admin(hood), survey.id)


def test_a_repair_worker_and_another_community_cannot_make_one(hood: Neighbourhood) -> None:
    with pytest.raises(Forbidden):
        actions.create(hood.actor(hood.wang), plan(hood))
    with pytest.raises(Forbidden):
        actions.create(admin(hood), plan(hood, audience=Audience(hood.other.id)))


def test_an_anonymous_row_keeps_a_group_only_where_it_points_at_nobody(hood: Neighbourhood) -> None:
    many, few = neighbours(hood, 6, building="8"), neighbours(hood, 2, building="9")
    survey = opened(hood, anonymous=True)
    for one in (*many, *few):
        actions.answer(survey.id, one, ANSWERS, "sms")
    kept = sorted(row.building for row in SurveyAnswer.select())
    assert kept == ["", "", *["8"] * 6]


def test_she_can_take_her_answers_with_her_and_have_them_forgotten(hood: Neighbourhood) -> None:
    neighbours(hood, 5)
    named, anonymous = opened(hood), opened(hood, anonymous=True)
    for survey in (named, anonymous):
        actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    one, other = personal.export(hood.chen)
    assert one["answers"]["answers"]["为什么不去"] == "太远了"
    assert other == {"survey": "小花园怎么用", "anonymous": True, "answered": True}
    privacy.register("surveys", personal.export, personal.forget)
    personal.forget(hood.chen)
    assert personal.export(hood.chen) == []
    assert SurveyAnswer.select().where(SurveyAnswer.resident_id == hood.chen).count() == 0
    assert SurveyAnswer.select().count() == 1, "an anonymous answer is nobody's"
    assert Resident.get_by_id(hood.chen) and clocks.now()


@pytest.mark.parametrize("says", ["answer", "no"])
def test_a_reminder_that_has_not_gone_out_yet_is_taken_back(
    hood: Neighbourhood, clock: Hands, says: str
) -> None:
    """The queue of surveys is long: who answers while hers waits is not reminded any more."""
    survey = opened(hood, remind_days=2)
    clock.forward(hours=48)
    inviting.run()
    if says == "answer":
        actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    else:
        actions.decline(survey.id, hood.chen)
    reminders = Message.select().where(Message.dedupe.endswith(":remind"))
    stands = {m.resident_id: Delivery.get(Delivery.message_id == m.id).status for m in reminders}
    assert stands == {hood.chen: "cancelled", hood.zhou: "pending"}


def test_who_answered_before_the_invitation_went_out_is_not_invited(hood: Neighbourhood) -> None:
    survey = opened(hood)
    actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    (hers,) = Message.select().where(Message.resident_id == hood.chen, Message.purpose == "survey")
    assert Delivery.get(Delivery.message_id == hers.id).status == "cancelled"
