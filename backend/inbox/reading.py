"""The inbox as a page draws it: the lines of the queue, and one thread with both sides on all channels, notes between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from backend.core import clock
from backend.core.access import Actor
from backend.core.i18n import Msg, Text, _
from backend.inbox import marks, opening, taking
from backend.inbox.models import Handover, HandoverEvent
from backend.messaging import channels, emphasis, people, secrets, threads
from backend.messaging.models import Identity
from backend.residents import queries as residents
from backend.staff import queries as staff
from backend.web import subjects

MOST_LINES = 200
STATES: dict[str, tuple[Text, str]] = {
    "pending": (_("On its way"), "calm"),
    "sending": (_("On its way"), "calm"),
    "sent": (_("Sent"), "calm"),
    "delivered": (_("Delivered"), "good"),
    "read": (_("Read"), "good"),
    "failed": (_("Not delivered"), "urgent"),
    "unknown": (_("Not known whether it arrived"), "attention"),
    "cancelled": (_("Not needed any more"), "calm"),
}
"""How far an answer got, as far as the channel tells: an SMS is delivered, a web chat is read."""
_EVENTS: dict[str, Msg] = {
    "take": _("{name} took it over"),
    "queue": _("{name} put it back into the queue"),
    "back": _("{name} handed back to the assistant"),
    "close": _("{name} closed it"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue; `name` is empty for somebody not registered, `with_` the colleague who has it."""

    handover: Handover
    name: str
    channel: Text
    minutes: int
    with_: str
    mine: bool
    reason: Text
    about: Text
    """The campaign that she replied to; "" of anything else."""


def rows(actor: Actor, found: list[Handover]) -> list[Row]:
    """The lines of these threads, with a fixed number of questions to the database."""
    identities = people.by_ids(h.identity_id for h in found)
    registered = residents.by_ids({h.resident_id for h in found if h.resident_id})
    colleagues = staff.by_ids(sorted({h.taken_by for h in found if h.taken_by}))
    now = clock.now()
    return [
        Row(
            h,
            registered[h.resident_id].name if h.resident_id in registered else "",
            channels.NAMES[identities[h.identity_id].channel] if h.identity_id in identities else "",
            max(1, int((now - (h.unanswered_at or h.asked_at)).total_seconds() // 60)),
            colleagues[h.taken_by].name if h.taken_by in colleagues else "",
            h.taken_by == actor.id,
            opening.REASONS[h.reason],
            campaign(h),
        )
        for h in found
    ]


def campaign(handover: Handover) -> Text:
    """What the campaign that she replied to is called; "" where it is about none."""
    about = handover.about or ""
    return subjects.called(about) if about.startswith("campaign:") else ""


@dataclass(frozen=True, slots=True)
class Line:
    """`side`: hers, ours (a colleague), bot, note (never sent) or event."""

    side: str
    at: datetime
    who: Text
    channel: Text
    text: Text
    photos: tuple[str, ...] = ()
    state: tuple[Text, str] | None = None
    about: bool = False
    """The notice that she replied to."""


@dataclass(frozen=True, slots=True)
class Thread:
    """`ways`: her addresses that can be written to, the one that an answer takes first."""

    handover: Handover
    name: str
    locale: str
    resident_id: int | None
    lines: list[Line]
    ways: list[Identity]
    ended: Text


def thread(handover: Handover, way: Identity | None = None) -> Thread:
    """Both sides on all of her channels, in order."""
    addresses = marks.addresses(handover)
    ids = [i.id for i in addresses]
    said = threads.of_person(handover.resident_id or 0, ids, MOST_LINES)
    of_her = Handover.select(Handover.id).where(Handover.person == handover.person)
    events = list(
        HandoverEvent.select().where(HandoverEvent.handover_id.in_(of_her)).order_by(HandoverEvent.id)
    )
    by_message = {e.message_id: e.staff_name for e in events if e.kind == "answer"}
    about = _replied_to(handover, said)
    lines = [
        *_messages(said, by_message, about),
        *(_event(e) for e in events if e.kind != "answer"),
    ]
    found = residents.find(handover.resident_id) if handover.resident_id else None
    open_ways = [i for i in addresses if i.state != "blocked" and i.channel != "email"]
    if way is not None:
        open_ways.sort(key=lambda i: i.id != way.id)
    return Thread(
        handover,
        found.name if found else "",
        open_ways[0].locale if open_ways else "zh_CN",
        handover.resident_id,
        sorted(lines, key=lambda line: line.at),
        open_ways,
        taking.ENDS.get(handover.outcome, "") if handover.done_at else "",
    )


def _replied_to(handover: Handover, said: list[threads.Line]) -> set[int]:
    """The messages that she replied to: one, or those of a campaign (`campaign:12`) that she got."""
    kind, _colon, number = (handover.about or "").partition(":")
    if kind == "message":
        return {int(number)}
    told = [line.message_id for line in said if isinstance(line, threads.Told)] if kind else []
    return threads.about(told, handover.about or "")


def _messages(said: list[threads.Line], by_message: dict[int | None, str], about: set[int]) -> list[Line]:
    # A message that went on to her next address is one line; where it is now counts.
    last = {line.message_id: line for line in said if isinstance(line, threads.Told)}
    drawn: list[Line] = []
    done: set[int] = set()
    for place, line in enumerate(said):
        if isinstance(line, threads.Heard):
            drawn.append(_heard(line, said[:place]))
        elif line.message_id not in done:
            done.add(line.message_id)
            drawn.append(_told(line, last[line.message_id], by_message, about))
    return drawn


def _told(line: threads.Told, now: threads.Told, by_message: dict[int | None, str], about: set[int]) -> Line:
    author = by_message.get(line.message_id)
    hidden = line.purpose in secrets.SECRET
    return Line(
        "bot" if author is None else "ours",
        clock.from_ms(line.at),
        author or _("Linli"),
        channels.NAMES.get(now.channel, "–"),
        _("A one-time code or link; it is not shown.")
        if hidden
        else secrets.shown(line.content, line.purpose),
        line.content.media,
        STATES[now.status],
        line.message_id in about,
    )


def _heard(line: threads.Heard, before: list[threads.Line]) -> Line:
    text: Text = line.text
    if not text and line.choice is not None:
        text = threads.label_of(line.choice, before) or "✓"
    if not text and line.location is not None:
        text = _("A place on the map")
    return Line(
        "hers",
        clock.from_ms(line.at),
        "",
        channels.NAMES[line.channel],
        emphasis.plain(text) if isinstance(text, str) else text,
        (line.media,) if line.media else (),
    )


def _event(event: HandoverEvent) -> Line:
    if event.kind == "note":
        return Line("note", event.at, event.staff_name, "", event.text or "")
    return Line("event", event.at, "", "", replace(_EVENTS[event.kind], params={"name": event.staff_name}))


def may_see(handover: Handover, key: str) -> bool:
    """Whether this photo stands in the thread."""
    found = thread(handover)
    return any(key in line.photos for line in found.lines)
