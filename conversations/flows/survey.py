"""Surveys that staff made: answering one, changing an answer, what is open, and no, thank you."""

from __future__ import annotations

import re
from typing import Any

from backend.core import clock
from backend.core.errors import LinliError
from backend.core.i18n import _, render
from backend.fields.form import Form
from backend.fields.words import Option, Words
from backend.messaging import forgetting, people
from backend.surveys import actions, queries
from backend.surveys.form import EDITING
from backend.surveys.queries import Open
from conversations.flow import Answer, Command, Flow, Opening, Person, Retry, Series, Submitted

REGISTER = Option("flow:registration", _("Register"))
MENU = Option("!menu", _("Menu"))
_SURVEYS = re.compile(
    r"(?:填|做|答|参加|我的|看看?|有(?:什么|没有|哪些)?)?(?:调查)?问卷(?:调查)?(?:吗|么)?|(?:填|做|参加|有).{0,4}(?:调查表?)(?!一下)|(?:民意|满意度|意见|居民)调查|调查表|(?:填|做|参加|答|那个|这个|哪里|在哪).{0,4}调查|(?:那个|这个)?调查.{0,6}(?:没填|在哪|怎么填|还没)|(?:有|参加|哪里|在哪).{0,3}投票|投票(?:在哪|吗|怎么)|需要我填|我来?参加?.{0,3}问卷.{0,4}|\bwen ?juan\b"
    r"|\b(?:open |my )?(?:surveys?|questionnaires?|polls?)\b",
    re.IGNORECASE,
)


def made(survey_id: int) -> Flow | None:
    """The Flow of one survey; once it is closed it has no questions, and its submit says so."""
    survey = queries.to_ask(survey_id)
    if survey is None:
        return None
    return Flow(
        survey.form.name,
        survey.form,
        survey.title,
        lambda person, _text: _start(person, survey),
        lambda person, done: _submit(person, survey, done),
    )


def _start(person: Person, survey: Open) -> Opening | Answer:
    if person.resident_id is None:
        return Answer.of(
            Words(
                _(
                    "“{title}” is for registered neighbours. Register once, in three minutes, and then say “survey”.",
                    title=survey.title,
                ),
                options=(REGISTER,),
            )
        )
    before = actions.check(survey.id, person.resident_id)
    began = {"began": clock.now_ms()}
    if before is None:
        return Opening(facts=began)
    known = render(_("This is what you answered. You can change it."), person.locale)
    return Opening(prefill=_loaded(survey.form, before), facts={**began, EDITING: True, "known": known})


def _loaded(form: Form, stored: dict[str, Any]) -> dict[str, Any]:
    return {
        name: form.by_name[name].load(data)
        for name, data in stored.items()
        if name in form.by_name and data is not None
    }


def _submit(person: Person, survey: Open, done: Submitted) -> Answer | Retry:
    if person.resident_id is None:
        return Answer.of(Words(_("Please register first; then your answer counts."), options=(REGISTER,)))
    try:
        again = actions.answer(survey.id, person.resident_id, done.answers, person.channel)
    except LinliError as error:
        # Nothing is left to answer: it closed meanwhile, or she answered it elsewhere.
        _leave_no_trace(person.resident_id, survey, done)
        return Answer.of(Words(error.text, options=(MENU,)))
    _leave_no_trace(person.resident_id, survey, done)
    return Answer.of(_thanks(survey, again=again))


def _leave_no_trace(resident_id: int, survey: Open, done: Submitted) -> None:
    """Which questions of an anonymous survey she was asked tells what she answered: they go from the thread that staff can read."""
    if not survey.anonymous:
        return
    since_ms = int(done.facts.get("began", clock.now_ms()))
    here = [identity.id for identity in people.identities(people.Resident(resident_id), reachable=False)]
    forgetting.blank(here, since_ms, survey.questions, _("(a question of an anonymous survey)"))


def _thanks(survey: Open, *, again: bool) -> Words:
    if again:
        return Words(_("Your changes are kept, thank you."))
    if survey.anonymous:
        return Words(_("Thank you. Your answers are in, and nobody can tell that they are yours."))
    if survey.editable:
        return Words(
            _("Thank you, your answers are in. You can change them while the survey is open."),
            short=_("Thank you, your answers are in."),
            options=(Option(f"flow:{survey.form.name}", _("Change my answers"), _("change")),),
        )
    return Words(_("Thank you, your answers are in."))


def _mine(person: Person, _argument: str) -> Answer:
    if person.resident_id is None:
        return Answer.of(
            Words(
                _("Surveys are for registered neighbours. Register once, in three minutes."),
                options=(REGISTER,),
            )
        )
    found = queries.open_for(person.resident_id)
    if not found:
        return Answer.of(
            Words(_("No survey is open for you at the moment. We will tell you of the next one."))
        )
    return Answer.of(
        Words(
            _("These surveys are open for you:"),
            options=tuple(Option(f"flow:survey:{one}", title) for one, title in found),
        )
    )


def _decline(person: Person, argument: str) -> Answer:
    if person.resident_id is None or not argument.isdecimal():
        return _mine(person, "")
    actions.decline(int(argument[:9]), person.resident_id)
    return Answer.of(
        Words(
            _("All right, we will not remind you. Should you change your mind: say “survey”."),
            short=_("All right. Changed your mind? Say “survey”."),
        )
    )


SERIES = [Series("survey", made)]
COMMANDS = [
    Command(
        "survey.mine",
        _mine,
        _("Surveys"),
        patterns=(_SURVEYS,),
        audience="resident",
        menu=45,
        examples=(
            *("那个调查我还没填", "满意度调查在哪", "投票在哪里", "有没有需要我填的", "问卷怎么打开", "继续填问卷", "问卷链接发我", "参加调查", "调查还能填吗"),
            *("open the survey", "take the survey", "I have not finished the questionnaire", "any poll for me"),
            "有问卷要填吗",
            "填问卷",
            "调查表在哪里",
            "is there a survey for me",
            "where is the questionnaire",
        ),
    ),
    # Somebody who is not registered has no use for the menu entry, but may ask all the same.
    Command("survey.ask", _mine, patterns=(_SURVEYS,), audience="newcomer"),
    Command("survey.decline", _decline),
]  # fmt: skip
