"""Alarms that are over as a table of the dynamic database: how fast people answered and what they found, to be asked, counted, printed and
sent as a report. It names nobody and no home."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from backend.alarms import kinds
from backend.alarms.causes import CAUSES
from backend.alarms.models import Alarm, AlarmReview, AlarmStep
from backend.core import clock
from backend.core.access import Actor
from backend.core.i18n import Msg, _
from backend.fields.choices import Choice
from backend.fields.dates import Date
from backend.fields.finder import Choices
from backend.fields.numbers import Integer
from backend.fields.text import Text
from backend.records import sources, store
from backend.records.sources import BuiltIn, Face, Source

AT_ONCE = 500
ENDED: dict[str, Msg] = {
    "safe": _("All well"),
    "false_alarm": _("False alarm"),
    "cleared": _("Closed by staff"),
}


def _choice(name: str, label: Msg, options: dict[str, Msg]) -> Choice:
    return Choice(name, label=label, options=[Choices(*pair) for pair in options.items()])


_COLUMNS = (
    Text("alarm", label=_("Number")),
    _choice("kind", _("Kind"), {name: kind.title for name, kind in kinds.KINDS.items()}),
    _choice("severity", _("Severity"), kinds.SEVERITIES),
    Date("raised", label=_("Raised on")),
    Integer("answered", label=_("Minutes until the first answer")),
    Integer("lasted", label=_("Minutes until it was over")),
    _choice("ended", _("How it ended"), ENDED),
    _choice("cause", _("What it was"), CAUSES),
    Date("follow_up", label=_("To be done until")),
    Date("followed", label=_("Done on")),
)


def show(alarms: Sequence[Alarm], by: Actor) -> None:
    """Give the faces of these alarms, which are over, inside the transaction that ended them."""
    store.put_many("alarm", _faces(alarms), by=by)


def _faces(alarms: Sequence[Alarm]) -> list[Face]:
    ids = [alarm.id for alarm in alarms]
    reviews = {r.alarm_id: r for r in AlarmReview.select().where(AlarmReview.alarm_id.in_(ids))}
    first: dict[int, datetime] = {}
    told = AlarmStep.select().where(AlarmStep.alarm.in_(ids) & AlarmStep.answered_at.is_null(False))
    for step in told.order_by(AlarmStep.answered_at.desc()):
        first[step.alarm_id] = step.answered_at
    return [_face(alarm, reviews.get(alarm.id), first.get(alarm.id)) for alarm in alarms]


def _face(alarm: Alarm, review: AlarmReview | None, answered_at: datetime | None) -> Face:
    values = {
        "alarm": str(alarm.id),
        "kind": alarm.kind,
        "severity": alarm.severity,
        "raised": _day(alarm.raised_at),
        "answered": _minutes(alarm, answered_at or alarm.cleared_at),
        "lasted": _minutes(alarm, alarm.cleared_at),
        "ended": alarm.answer if alarm.answer in ENDED else None,
        "cause": review.cause if review else None,
        "follow_up": review.follow_up_on if review else None,
        "followed": _day(review.followed_at) if review else None,
    }
    return alarm.id, alarm.org_id, values, None


def _day(at: datetime | None) -> date | None:
    return clock.local(at).date() if at else None


def _minutes(alarm: Alarm, at: datetime | None) -> int | None:
    return None if at is None else max(0, int((at - alarm.raised_at).total_seconds() // 60))


def _all() -> Iterable[Face]:
    last = 0
    while rows := list(
        Alarm.select()
        .where((Alarm.id > last) & (Alarm.status == "cleared"))
        .order_by(Alarm.id)
        .limit(AT_ONCE)
    ):
        last = rows[-1].id
        yield from _faces(rows)


sources.register(
    Source(
        "alarm",
        _("Alarms that are over"),
        tuple(
            BuiltIn(f, keyword=f.name == "alarm", indexed=f.name == "raised", writable=False)
            for f in _COLUMNS
        ),
        {"read": "alarm.read", "change": "alarm.answer", "create": "alarm.answer", "delete": "alarm.answer"},
        "alarms.show",
        "alarm_id",
        40,
        _all,
    )
)
