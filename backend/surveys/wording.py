"""What a survey says to people outside a conversation, and the kind words when it cannot be answered."""

from __future__ import annotations

from datetime import datetime

from backend.core import clock
from backend.core.i18n import Text, _
from backend.fields.base import join
from backend.fields.words import Option, Words
from backend.settings import settings
from backend.surveys import form
from backend.surveys.models import Survey


def answer_option(survey: Survey, label: Text | None = None) -> Option:
    return Option(f"flow:{form.name_of(survey.id)}", label or _("Answer"))


def invitation(survey: Survey) -> Words:
    """The first time that she hears of it."""
    named = form.title(survey)
    last = until(survey)
    text = join(
        _(
            "{community} would like your opinion: **{title}**",
            community=settings().community_name,
            title=named,
        ),
        form.intro(survey),
        _promise(survey),
        last,
    )
    short = join(_("A survey: {title}.", title=named), last, by=" ")
    return Words(
        text or named,
        short=short,
        spoken=join(_("The community office asks for your opinion: {title}.", title=named), _promise(survey)),
        options=_options(survey),
        subject=named,
    )


def reminder(survey: Survey) -> Words:
    """Once, to somebody who has not answered."""
    named, last = form.title(survey), until(survey)
    return Words(
        join(_("Your answer would still help us: **{title}**", title=named), _promise(survey), last) or named,
        short=join(_("Still open: the survey {title}.", title=named), last, by=" "),
        spoken=_("Your answer would still help us: {title}.", title=named),
        options=_options(survey),
        subject=named,
    )


def _options(survey: Survey) -> tuple[Option, ...]:
    return (
        answer_option(survey),
        Option(f"survey.decline:{survey.id}", _("No, thank you"), _("no thanks")),
    )


def _promise(survey: Survey) -> Text | None:
    return _("It is anonymous.") if survey.anonymous else None


def until(survey: Survey) -> Text | None:
    """Until when it can be answered; None without an end."""
    return None if survey.closes_at is None else _("Open until {when}.", when=moment(survey.closes_at))


def moment(at: datetime) -> Text:
    """The day and time on the community's clocks, in words."""
    there = clock.local(at)
    time = f"{there:%H:%M}"
    return {
        "zh_CN": f"{there.month}月{there.day}日 {time}",
        "en": f"{there.day} {there:%B}, {time}",
    }


def closed(survey: Survey) -> Text:
    if survey.status == "closed" and survey.closed_at is not None:
        return _(
            "The survey “{title}” has closed, on {when}. Thank you for wanting to answer; the next one will come.",
            title=form.title(survey),
            when=moment(survey.closed_at),
        )
    return _("The survey “{title}” has closed. Thank you for wanting to answer.", title=form.title(survey))


def not_yet(survey: Survey) -> Text:
    if survey.status == "open" and survey.opens_at is not None:
        return _(
            "The survey “{title}” opens on {when}.", title=form.title(survey), when=moment(survey.opens_at)
        )
    return _("This survey is still being prepared.")


def not_for_you(survey: Survey) -> Text:
    return _(
        "The survey “{title}” is for other neighbours this time. Thank you for asking; the next one may be yours.",
        title=form.title(survey),
    )


def answered_already(survey: Survey) -> Text:
    if survey.anonymous:
        return _(
            "You have answered “{title}” already, thank you. It is anonymous, so we cannot find your answers to change them.",
            title=form.title(survey),
        )
    return _("You have answered “{title}” already, thank you.", title=form.title(survey))
