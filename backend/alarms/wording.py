"""What people read and hear about an alarm. Its first line alone tells what, where and when: a locked phone shows no more."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from backend.alarms import kinds, record
from backend.alarms.models import Alarm
from backend.core import clock
from backend.core.i18n import DEFAULT_LOCALE, LOCALES, Msg, Text, _, language, render
from backend.family import wording as family
from backend.fields.address import Home
from backend.fields.words import Option, Words
from backend.messaging import people
from backend.residents import queries as residents
from backend.settings import settings

_IN_A_TEXT = 40
"""Characters of somebody's own words in a text message."""
SIGNS = {"critical": "🔴", "warning": "🟠", "info": "🔵"}
OFFERED: dict[str, tuple[Msg, Msg]] = {
    "going": (_("I am going there"), _("I go")),
    "cannot": (_("I cannot, ask somebody else"), _("I cannot")),
    "called_120": (_("I have called 120"), _("Called 120")),
    "called_119": (_("I have called 119"), _("Called 119")),
    "safe": (_("I reached her, all is well"), _("All well")),
    "false_alarm": (_("False alarm"), _("False alarm")),
}
"""What an answer is called on a button, and in a text message."""
MEANS: dict[str, Msg] = {
    "going": _("is on the way"),
    "cannot": _("cannot come"),
    "called_120": _("has called the ambulance, 120"),
    "called_119": _("has called the fire brigade, 119"),
    "safe": _("says that all is well"),
    "false_alarm": _("says that it was a false alarm"),
    "cleared": _("has closed it"),
}
"""What everybody else is told about an answer, after a name."""


def options(alarm_id: int, answers: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(f"alarm.{a}:{alarm_id}", *OFFERED[a]) for a in answers)


def title(alarm: Alarm) -> Msg:
    return kinds.KINDS[alarm.kind].title


def where(alarm: Alarm) -> Text:
    """The place; without one the person; without either what is known of the address."""
    if alarm.place:
        home = Home.from_json(json.loads(alarm.place))
        return {locale: home.show(locale) for locale in LOCALES}
    return who(alarm) or _("place not known")


def _brief_place(alarm: Alarm) -> Text:
    """The same for a text message: other alphabets spend more letters on it."""
    if not alarm.place:
        return where(alarm)
    home = Home.from_json(json.loads(alarm.place))
    return {
        locale: home.show(locale) if language(locale) == DEFAULT_LOCALE else home.short(locale)
        for locale in LOCALES
    }


def who(alarm: Alarm) -> str:
    """Her name, or the number that she called from; "" when neither is known."""
    if alarm.resident_id is not None:
        known = residents.find(alarm.resident_id)
        return known.name if known else ""
    return telephone(alarm)


def telephone(alarm: Alarm) -> str:
    """Where she can be called back; "" when that is not known."""
    if alarm.resident_id is not None:
        # Who keeps her number to herself is told that helpers get it all the same.
        known = residents.in_need(alarm.resident_id)
        if known and known.mobile:
            return known.mobile
    if alarm.identity_id is not None:
        identity = people.get(alarm.identity_id)
        if identity.channel in ("sms", "voice"):
            return identity.address
    return ""


def at_time(at: datetime, zone: str = "") -> Text:
    """The time of day here, and at the reader's when that is another."""
    here = f"{clock.local(at):%H:%M}"
    if not zone or at.astimezone(ZoneInfo(zone)).utcoffset() == clock.local(at).utcoffset():
        return here
    return _("{here} ({there} where you are)", here=here, there=f"{at.astimezone(ZoneInfo(zone)):%H:%M}")


def raised(
    alarm: Alarm,
    *,
    zone: str = "",
    staff: bool = False,
    following: str = "",
    minutes: int = 0,
    body: bool = False,
) -> Words:
    """The alarm itself. `staff` also read where she can be called; `following` is the rung that comes next, in `minutes`; `body`: to somebody who may
    read what was measured of her (`bodies`)."""
    said = record.unpacked(alarm, body=body)
    name = who(alarm) if alarm.place else ""
    facts = {"title": title(alarm), "place": where(alarm), "time": at_time(alarm.raised_at, zone)}
    first = _("{sign} **{title}** · {place} · {time}", sign=SIGNS[alarm.severity], **facts)
    lines: list[Text] = [first]
    detail: Text = _("{name}: {words}", name=name, words=said.text) if name else said.text
    lines.append(detail)
    number = telephone(alarm) if staff else ""
    if number:
        lines.append(_("Call back: {phone}", phone=number))
    if following:
        lines.append(
            _(
                "Without an answer within {minutes} minutes I tell {next}.",
                minutes=minutes,
                next=kinds.RUNGS[following],
            )
        )
    brief = said.short or said.text
    called = _("{name}: {words}", name=name, words=brief) if name else brief
    short = _(
        "{title}, {place}, {time}. {words}",
        title=facts["title"],
        place=_brief_place(alarm),
        time=facts["time"],
        words=called,
    )
    if number:
        short = _("{words} Phone {phone}", words=short, phone=number.removeprefix("+86"))
    heard = said.spoken or said.text
    spoken = _(
        "This is urgent. {title}, {place}. {words}",
        title=facts["title"],
        place=facts["place"],
        words=_("{name}: {words}", name=name, words=heard) if name else heard,
    )
    return Words(
        in_lines(lines),
        short,
        spoken,
        options=options(alarm.id, kinds.KINDS[alarm.kind].answers),
        subject=_("{title}, {place}", title=facts["title"], place=facts["place"]),
        media=tuple(alarm.media.split()),
    )


def at_home(alarm: Alarm) -> Words:
    """To whoever lives where it smokes or smells of gas. She is asked nothing."""
    said = record.unpacked(alarm)
    first = _(
        "{sign} **{title}** · {place} · {time}",
        sign=SIGNS[alarm.severity],
        title=title(alarm),
        place=where(alarm),
        time=at_time(alarm.raised_at),
    )
    leave = _(
        "If you see smoke or fire, or smell gas: go outside now, leave the lift alone, and call 119 from there. Your people are being told."
    )
    brief = _(
        "{words} Smoke, fire or a smell of gas: go outside now and call 119. Your people are being told.",
        words=said.short or said.text,
    )
    heard = _(
        "This is urgent. {words} If you see smoke or fire, or smell gas, go outside now, and call 119 from there. Your people are being told.",
        words=said.spoken or said.text,
    )
    return Words(in_lines([first, said.text, leave]), brief, heard)


def careful(alarm: Alarm, relation_id: int, called: str) -> Words:
    """To somebody whom staff have entered and who has not said yet that it is him: his number may be mistyped. A hint of her
    name, no place, nothing of what happened; his yes brings it."""
    facts = {
        "community": settings().community_name,
        "name": _hint(alarm),
        "called": called,
        "hotline": settings().hotline,
    }
    return Words(
        _(
            "**{name} ({called}) may need help.** People are being told. If you belong to {name}, say so: then I tell you at once what and where. Or call {community}: {hotline}.",
            **facts,
        ),
        _(
            "{community}: {name} ({called}) may need help. Is it you? Then I tell you more. Phone {hotline}",
            **facts,
        ),
        _(
            "This is urgent. {name} may need help, and people are being told. If you belong to {name}, I tell you at once what and where.",
            **facts,
        ),
        options=family.yes_or_no(relation_id),
    )


def careful_end(alarm: Alarm) -> Words:
    """To the same, when it is over."""
    return Words(
        _("What I wrote to you about {name} is over; somebody has looked after it.", name=_hint(alarm))
    )


def _hint(alarm: Alarm) -> str:
    known = residents.find(alarm.resident_id) if alarm.resident_id is not None else None
    return family.hint(known.name) if known else ""


def plain(alarm: Alarm) -> Words:
    """When nothing better can be said."""
    facts = {"title": title(alarm), "hotline": settings().hotline, "number": alarm.id}
    return Words(
        _("**{title}**, alarm {number}. Please answer, and call {hotline} for what and where.", **facts),
        options=options(alarm.id, kinds.KINDS[alarm.kind].answers),
    )


def ring_back(alarm: Alarm, answer: str) -> Words:
    """To who gave this answer in a call to us, in a call of ours: was it her?"""
    return Words(
        _(
            "You said on the phone about {place}: {means}. Is that right?",
            place=where(alarm),
            means=OFFERED[answer][0],
        ),
        options=options(alarm.id, (answer, "cannot")),
    )


def really_well(alarm: Alarm) -> Words:
    """To who said in a call to us that it was nothing, in a call of ours."""
    return Words(
        _("You said on the phone that you are well. Is that right?"),
        options=(was_nothing(alarm.id),),
    )


def was_nothing(alarm_id: int) -> Option:
    """The button of who called for help."""
    return Option(f"alarm.over:{alarm_id}", _("It was nothing, I am well"), _("I am well"))


def still_called(alarm_id: int) -> Words:
    """To who called for help, and now sounds well."""
    return Words(
        _(
            "Thank you. People are still being called for you. If it was nothing, say so, and they know it at once."
        ),
        _("People are still being called for you. If it was nothing, say so."),
        options=(was_nothing(alarm_id),),
    )


def in_lines(lines: list[Text]) -> Text:
    """Several texts below each other."""
    return {locale: "\n".join(render(line, locale) for line in lines) for locale in LOCALES}


def answered(alarm: Alarm, name: Text, answer: str, text: Text = "") -> Words:
    """What everybody who was told hears about an answer."""
    facts = {"name": name, "time": at_time(clock.now()), "means": MEANS[answer]}
    about = {"title": title(alarm), "place": where(alarm)}
    said = (
        _("{name} {time}: {means}.", **facts)
        if not text
        else _("{name} {time}: {means}. “{text}”", **facts, text=text)
    )
    short = _("{name} {time}: {means}. ({title}, {place})", **facts, **about | {"place": _brief_place(alarm)})
    if text:
        short = _("{words} “{text}”", words=short, text=_clipped(text))
    return Words(
        _("**{said}**\n{title} · {place}", said=said, **about),
        short,
        _("{title}, {place}. {name} {means}.", **about, name=name, means=MEANS[answer]),
    )  # fmt: skip


def _clipped(text: Text) -> Text:
    """As much of it as a text message has room for."""
    said = {locale: render(text, locale) for locale in LOCALES}
    return {k: v if len(v) <= _IN_A_TEXT else f"{v[: _IN_A_TEXT - 1]}…" for k, v in said.items()}


def photo(alarm: Alarm, key: str) -> Words:
    """A picture that a camera sent of it, for whoever was told."""
    facts = {"title": title(alarm), "place": where(alarm), "time": at_time(clock.now())}
    return Words(_("A picture from there, {time}: {title} · {place}", **facts), media=(key,))


def how_is_it(alarm: Alarm) -> Words:
    """To who went there, after a while."""
    called = "called_119" if alarm.kind in kinds.FIRES else "called_120"
    return Words(
        _("How is it at {place}? If I hear nothing, I ask the next person for help.", place=where(alarm)),
        _("How is it at {place}?", place=where(alarm)),
        options=options(alarm.id, ("safe", called, "cannot")),
    )


def for_her(name: Text, answer: str) -> Words:
    """To the one who called for help."""
    if answer in kinds.ENDS:
        return Words(
            _("{name} says that all is well. If you still need help, write “help me” at once.", name=name)
        )
    return Words(_("{name} {means}. If it gets worse, call 120 at once.", name=name, means=MEANS[answer]))
