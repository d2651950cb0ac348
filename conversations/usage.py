"""How often each conversation is used: counted after its turn, and those that nobody came back to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from backend.core import clock
from backend.core.db import execute
from backend.core.i18n import Msg, Text, _
from backend.reports import usage, usage_names
from backend.reports.usage import Use
from conversations.elsewhere import KEEP_MS
from conversations.inbound import Turn

TITLES: dict[str, Msg] = {
    "menu": _("Menu"),
    "help": _("Help"),
    "language": _("Choosing the language"),
    "person": _("Asking for a person"),
    "event": _("Signing up for an event"),
    "event_companions": _("Coming with companions"),
    "survey": _("Answering a survey"),
    "absence.sure": _("Away: confirmed for long"),
    "absence.still": _("Away: still away"),
    "absence.back": _("Away: back again"),
    "alarm.going": _("Alarm: I am going"),
    "alarm.safe": _("Alarm: all is well"),
    "alarm.false_alarm": _("Alarm: it was none"),
    "alarm.called_120": _("Alarm: 120 was called"),
    "alarm.called_119": _("Alarm: 119 was called"),
    "alarm.cannot": _("Alarm: I cannot go"),
    "alarm.over": _("Alarm: it is over"),
    "alarm.nothing": _("Alarm: it was nothing"),
    "alarm.list": _("Alarm: which are open"),
    "checkin.well": _("Check-in: well"),
    "checkin.help": _("Check-in: help needed"),
    "checkin.trouble": _("Check-in: something is wrong"),
    "checkin.stop_asked": _("Check-in: asked how to stop"),
    "checkin.stop": _("Check-in: stopped"),
    "checkin.keep": _("Check-in: kept"),
    "event.show": _("Event: looked at"),
    "event.take": _("Event: took a place that became free"),
    "event.decline": _("Event: declined a place"),
    "event.cancel": _("Event: signed off"),
    "event.rate": _("Event: rated"),
    "event.own": _("Event: looked at one’s own"),
    "event.call_off": _("Event: called off"),
    "event.approve": _("Event: approved"),
    "event.refuse": _("Event: sent back"),
    "family.told": _("Family: who is told what"),
    "family.show": _("Family: looked at"),
    "family.drop": _("Family: taken away"),
    "family.leave_which": _("Family: asked whom to leave"),
    "family.leave": _("Family: left"),
    "family.topics": _("Family: what is told"),
    "family.yes": _("Family: agreed"),
    "family.no": _("Family: refused"),
    "family.confirm": _("Family: confirmed by the relative"),
    "family.not_me": _("Family: it is not me"),
    "feedback.settled": _("Feedback: settled or not"),
    "inbox.take": _("Inbox: took over"),
    "inbox.answer": _("Inbox: answered"),
    "inbox.back": _("Inbox: handed back"),
    "inbox.queue": _("Inbox: who waits"),
    "privacy.item": _("Privacy: one item"),
    "privacy.set": _("Privacy: changed"),
    "file.export": _("My file: export"),
    "file.email": _("My file: e-mail link again"),
    "file.correct": _("My file: corrected"),
    "request.drop": _("Repair: not needed any more"),
    "request.move": _("Repair: another time"),
    "request.still": _("Repair: still broken"),
    "request.hurry": _("Repair: asked to hurry"),
    "request.rated": _("Repair: rated in words"),
    "request.photo": _("Repair: a photo"),
    "request.show": _("Repair: how it stands"),
    "request.cancel": _("Repair: cancelled"),
    "request.rate": _("Repair: rated"),
    "request.reopen": _("Repair: opened again"),
    "request.accept": _("Job: accepted"),
    "request.go": _("Job: on the way"),
    "request.start": _("Job: begun"),
    "request.decline": _("Job: declined"),
    "request.progress": _("Job: progress"),
    "request.finish": _("Job: finished"),
    "work.accept": _("Job: accepted"),
    "work.go": _("Job: on the way"),
    "work.start": _("Job: begun"),
    "work.finish": _("Job: finished"),
    "work.decline": _("Job: declined"),
    "work.progress": _("Job: progress"),
    "staff.link": _("Tying a chat to a staff account"),
    "survey.ask": _("Survey: begun from the invitation"),
    "survey.decline": _("Survey: declined"),
    "topics.heard": _("Notices: said in words"),
    "topics.leave": _("Notices: a topic left"),
    "topics.join": _("Notices: a topic again"),
    "visit.show": _("Visit: looked at"),
    "visit.go": _("Visit: on the way"),
    "visit.done": _("Visit: reported"),
}
"""Of what has no title in the menu."""
_LEFT = (
    "SELECT c.flow, i.channel, i.org_id, i.resident_id, i.staff_id, c.updated_at FROM conversation c"
    " JOIN identity i ON i.id = c.identity_id"
    " WHERE c.flow IS NOT NULL AND c.updated_at >= ? AND c.updated_at < ?"
)


def count(turn: Turn, channel: str) -> None:
    """What the turn used. After its commit: what was rolled back was not used."""
    for function, what in turn.used:
        usage.count(Use(function, channel, turn.by, turn.org_id or 0, what))


def by(resident_id: int | None, staff_id: int | None) -> str:
    return "staff" if staff_id else "resident" if resident_id else "unknown"


def left() -> int:
    """The conversations that became too old to go on, yesterday and today: what is counted of a day takes the place of what was."""
    today = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    since = clock.to_ms(today - timedelta(days=1)) - KEEP_MS
    counted: Counter[tuple[str, Use]] = Counter()
    for flow, channel, org_id, resident_id, staff_id, at in execute(
        _LEFT, (since, clock.now_ms() - KEEP_MS)
    ).fetchall():
        day = f"{clock.local(clock.from_ms(at + KEEP_MS)):%Y-%m-%d}"
        function = flow.partition(":")[0]
        counted[day, Use(function, channel, by(resident_id, staff_id), org_id or 0, "left")] += 1
    usage.write(counted, instead=True)
    return len(counted)


def title(function: str) -> Text | None:
    """What a function is called, as the menu has it where it stands there."""
    from conversations.engine import engine

    known = engine().registry
    entry = known.flows.get(function) or known.commands.get(function)
    return (entry.title if entry else None) or TITLES.get(function)


usage_names.provide(title)

JOBS: list[tuple[str, int, Callable[[], int]]] = [("usage.left", 3600, left)]
