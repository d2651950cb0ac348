"""What staff are told of a storm: all its alarms in one message, and again when it has grown."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.alarms import kinds, rungs, speaking, storms, surely, wording
from backend.alarms.models import Alarm, AlarmStep, AlarmStorm
from backend.core import clock, orgs, sweep
from backend.core.db import transaction
from backend.core.i18n import LOCALES, Text, _, ngettext
from backend.fields.words import Option, Words
from backend.messaging.people import To
from backend.settings import settings

EVERY = timedelta(minutes=1)
"""So often at most staff hear that a storm has grown."""
FOR_ALL = "alarm.all_{answer}:{storm_id}"
"""The value of a button that answers for all of its alarms."""


def of(alarm: Alarm, who: str) -> AlarmStorm | None:
    """The storm with which this rung is told of the alarm; None: of the alarm by itself."""
    return storms.of(alarm) if who in storms.STAFF else None


def tell(storm: AlarmStorm, alarm: Alarm, to: To, key: str, minutes: int, *, following: str = "") -> bool:
    """Tell of all of them, once for each `key` while its rung has time to answer; whether it was said now. The clock says which time that
    is, not the round: each of them has rounds of its own, and the last that is open is told of in every one."""
    words = raised(storm, storms.size(storm.id), alarm.severity, following=following, minutes=minutes)
    slot = clock.now_ms() // (minutes * 60_000)
    return speaking.speak(alarm, to, words, f"{slot}:{key}", storm_id=storm.id)


def ask(storm: AlarmStorm, alarm: Alarm, told: AlarmStep) -> None:
    """How it is, asked once of who answered for all of them at one moment."""
    moment = round(clock.now().timestamp() / 600)
    words = Words(
        _(
            "How is it at {place}? {n} alarms there are still open. What is over can be closed on the page. If I hear nothing, I ask the next person for help.",
            place=where(storm),
            n=len(storms.members(storm.id, is_open=True)),
        ),
        _("How is it at {place}?", place=where(storm)),
        options=(*_options(storm, ("called_120", "called_119", "cannot")), *_page(storm)),
    )
    speaking.speak(alarm, speaking.to_of(told), words, f"ask:{moment}:{told.person}", storm_id=storm.id)


def tend() -> int:
    """Tell staff of storms that have grown, and end those that are over; returns how many were said or ended."""
    now = clock.now()
    due = storms.to_look_at(now - EVERY, now - storms.QUIET)
    return sweep.each("alarms.storms", due, lambda storm_id: _tend(storm_id, now))


def _tend(storm_id: int, now: datetime) -> int:
    with transaction():
        storm = storms.locked(storm_id)
        if storm is None:
            return 0
        storms.gather(storm)
        done = 0
        if storms.size(storm.id) > storm.told_count:
            done += _grown(storm, now)
        if storms.is_quiet(storm, now):
            storms.end(storm)
            done += 1
        return done


def _grown(storm: AlarmStorm, now: datetime) -> int:
    """Whoever of staff was told of one of them hears of all."""
    n = storms.size(storm.id)
    mine = storms.members(storm.id)
    steps = AlarmStep.select().where(AlarmStep.alarm.in_(mine) & AlarmStep.staff_id.is_null(False))
    told = {step.person: step for step in rungs.still_told(steps)}
    for person, step in sorted(told.items()):
        alarm = step.alarm
        words = raised(storm, n, alarm.severity)
        surely.attempt(
            alarm.id,
            f"grown:{person}",
            lambda a=alarm, s=step, words=words: speaking.speak(  # type: ignore[misc]
                a, speaking.to_of(s), words, f"grown:{n}:{s.person}", storm_id=storm.id
            ),
        )
    AlarmStorm.update(told_count=n, told_at=now).where(AlarmStorm.id == storm.id).execute()
    return 1


# --- in words -------------------------------------------------------------------------------------------------


def where(storm: AlarmStorm) -> Text:
    """The building, or the part of the community."""
    if storm.area:
        home = storms.home_of(storm.area)
        return {locale: home.show(locale) for locale in LOCALES}
    return str(orgs.get(storm.org_id).name)


def raised(storm: AlarmStorm, n: int, severity: str, *, following: str = "", minutes: int = 0) -> Words:
    """The first line alone tells how many, what, where and since when."""
    kind = kinds.KINDS[storm.kind]
    facts = {
        "count": ngettext("{n} alarm", "{n} alarms", n),
        "title": kind.title,
        "place": where(storm),
        "time": wording.at_time(storm.began_at),
    }
    sign = wording.SIGNS[severity]
    lines: list[Text] = [
        _("{sign} **{count}: {title}** · {place} · since {time}", sign=sign, **facts),
        _("Each family is told by itself. One answer here counts for all of them."),
    ]
    if following:
        lines.append(
            _(
                "Without an answer within {minutes} minutes I tell {next}.",
                minutes=minutes,
                next=kinds.RUNGS[following],
            )
        )
    does = tuple(a for a in kind.answers if a not in kinds.ENDS)
    return Words(
        wording.in_lines(lines),
        _("{count}: {title}, {place}, since {time}. One answer counts for all.", **facts),
        _("This is urgent. {count}: {title}, {place}. One answer counts for all of them.", **facts),
        options=(*_options(storm, does), *_page(storm)),
        subject=_("{count}: {title}, {place}", **facts),
    )


def _options(storm: AlarmStorm, answers: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(FOR_ALL.format(answer=a, storm_id=storm.id), *wording.OFFERED[a]) for a in answers)


def _page(storm: AlarmStorm) -> tuple[Option, ...]:
    """Where the world reaches us; a chat refuses a message with a button that leads to this machine alone."""
    base = settings().public_url
    return (Option(f"url:{base}/admin/alarms/storms/{storm.id}", _("All of them")),) if base else ()
