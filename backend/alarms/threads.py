"""An alarm and the inbox: who cried for help, or is looked for, may be writing there at the same moment, and each page leads to
the other."""

from __future__ import annotations

from typing import Any

from flask import render_template
from markupsafe import Markup

from backend.alarms.models import Alarm
from backend.core import access, clock
from backend.core.access import Actor
from backend.core.i18n import Msg, _
from backend.inbox import queries as inbox
from backend.inbox.office import RIGHT
from backend.web.sections import Maker, Section

STATES: dict[str, tuple[Msg, str]] = {
    "waiting": (_("waits for an answer"), "attention"),
    "taken": (_("somebody has it"), "calm"),
    "done": (_("over"), "good"),
}
MOST = 5


def of_alarm(actor: Actor, alarm: Alarm) -> list[tuple[int, Msg, str]]:
    """(number, how it stands, tone) of her threads while the alarm lasts, as far as `actor` may read them."""
    if not access.may(actor, RIGHT):
        return []
    found = inbox.while_open(
        actor,
        identity_id=alarm.identity_id,
        resident_id=alarm.resident_id,
        since=alarm.raised_at,
        until=alarm.cleared_at or clock.now(),
    )
    return [(number, *STATES[state]) for number, state in found]


def of_thread(actor: Actor, handover_id: int) -> list[Alarm]:
    """Her alarms while the thread lasts, as far as `actor` may read them, the newest first."""
    thread = inbox.by_id(handover_id)
    hers = Alarm.identity_id.in_(thread.identity_ids)
    if thread.resident_id is not None:
        hers |= Alarm.resident_id == thread.resident_id
    there = (Alarm.raised_at <= (thread.ended_at or clock.now())) & (
        Alarm.cleared_at.is_null() | (Alarm.cleared_at >= thread.begun_at)
    )
    readable = Alarm.org_id.in_(access.org_ids(actor, "alarm.read"))
    return list(Alarm.select().where(hers & there & readable).order_by(Alarm.id.desc()).limit(MOST))


def section(words: Any) -> Maker:
    """The part of a thread's page; `words()` is what the templates of alarms use."""

    def made(actor: Actor, handover_id: int) -> Section | None:
        if not access.may(actor, "alarm.read") or not (found := of_thread(actor, handover_id)):
            return None
        html = render_template("alarms/thread.html", found=found, **words())
        return Section(_("Alarms"), Markup(html))  # noqa: S704  # rendered by our own template

    return made
