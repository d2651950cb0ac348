"""What is answered to whoever asks or acts: booked, how it stands, what is open, what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.i18n import Msg, Text, _
from backend.fields.base import join
from backend.fields.words import Option, Words
from backend.requests import crew, history, lifecycle, wording
from backend.requests.crew import Worker
from backend.requests.models import Request, RequestEvent
from backend.requests.queries import Who
from backend.requests.wording import at_time, category, moment, place

_HISTORY = 6

ACTS: dict[str, Msg] = {
    "book": _("reported"),
    "assign": _("given to {who}"),
    "accept": _("accepted by {who}"),
    "decline": _("declined by {who}"),
    "go": _("{who} on the way"),
    "start": _("work begun"),
    "progress": _("{who} reported"),
    "finish": _("finished"),
    "comment": _("{who} wrote"),
    "cancel": _("cancelled"),
    "rate": _("rated"),
    "close": _("closed"),
    "reopen": _("reopened"),
    "escalate": _("reminder sent on"),
}


def booked(request: Request, worker: Worker | None, first: Text | None) -> Words:
    """What she is told at once: what to do, the number to quote, who comes and when."""
    number = request.number
    if worker is not None:
        name = crew.called(worker.name)
        text = _(
            "Repair **R-{number}** has gone to {worker} {phone}, on site {moment}. I will tell you when they set out.",
            number=number,
            worker=name,
            phone=wording.mask(worker.phone),
            moment=moment(request),
        )
        short = _(
            "Repair R{number}: {worker} comes {moment}.", number=number, worker=name, moment=moment(request)
        )
        spoken = _(
            "It is booked. {worker} comes {moment}. Your number is {number}.",
            number=" ".join(str(number)),
            worker=name,
            moment=moment(request),
        )
    elif request.urgency == "emergency":
        text = _(
            "Repair **R-{number}** is with the duty desk, who are sending somebody now, on site {moment}.",
            number=number,
            moment=moment(request),
        )
        short = _(
            "Repair R{number}: the duty desk sends somebody {moment}.", number=number, moment=moment(request)
        )
        spoken = _(
            "The duty desk is sending somebody now. Your number is {number}.", number=" ".join(str(number))
        )
    else:
        text = _(
            "Repair **R-{number}** is booked: {category}, {place}, {moment}. I will tell you who comes.",
            number=number,
            category=category(request),
            place=place(request),
            moment=moment(request),
        )
        # She may have been asked nothing at all: this is where she hears what was understood.
        short = _(
            "Repair R{number} is booked: {category}, {place}, {moment}.",
            number=number,
            category=category(request),
            place=wording.place_short(request),
            moment=moment(request),
        )
        spoken = _(
            "It is booked: {category}, {moment}. Your number is {number}.",
            number=" ".join(str(number)),
            category=category(request),
            moment=moment(request),
        )
    return Words(
        join(first, text) or text,
        short=join(
            wording.SHORT_ADVICE.get(str(first.id), first) if isinstance(first, Msg) else None, short, by=" "
        ),
        spoken=join(first, spoken),
        options=wording.resident_options(request),
    )


def known_already(request: Request) -> Text:
    return _(
        "You have R-{number} open there: {category}, {status}, reported {time}.",
        number=request.number,
        category=category(request),
        status=lifecycle.LABELS[request.status],
        time=at_time(request.created_at),
    )


def added(request: Request) -> Words:
    return Words(
        _(
            "I have added it to R-{number}, and whoever is on it has been told. It stands at: {status}.",
            number=request.number,
            status=lifecycle.LABELS[request.status],
        ),
        short=_(
            "Added to R{number} ({status}).", number=request.number, status=lifecycle.LABELS[request.status]
        ),
        options=wording.resident_options(request),
    )


def reopened(request: Request) -> Words:
    return Words(
        _(
            "I am sorry about that. R-{number} is open again, and the duty desk has been told; somebody comes {moment}.",
            number=request.number,
            moment=moment(request),
        ),
        short=_(
            "R{number} is open again, somebody comes {moment}.", number=request.number, moment=moment(request)
        ),
        options=wording.resident_options(request),
    )


# --- how it stands --------------------------------------------------------------------------------------------


def status(request: Request, worker: Worker | None, events: Sequence[RequestEvent]) -> Words:
    """To the resident: what, where it stands, who, by when, and the last lines of its history."""
    label = lifecycle.LABELS[request.status]
    head = _(
        "**R-{number}** {category}, {place}: **{status}**",
        number=request.number,
        category=category(request),
        place=place(request),
        status=label,
    )
    who: Text | None = None
    if worker is not None and request.status in lifecycle.OPEN:
        known = request.accepted_at is not None
        phone = wording.plain_phone(worker.phone) if known else wording.mask(worker.phone)
        who = _(
            "{worker} {phone}, {moment}", worker=crew.called(worker.name), phone=phone, moment=moment(request)
        )
    elif request.status in lifecycle.OPEN:
        who = _("Somebody comes {moment}.", moment=moment(request))
    lines = [_line(e, request.assignee_id) for e in events[-_HISTORY:]]
    return Words(
        join(head, who, *lines) or head,
        short=join(_("R{number}: {status}.", number=request.number, status=label), who, by=" "),
        spoken=join(_("It stands at: {status}.", status=label), who, by=" "),
        options=wording.resident_options(request),
    )


def said_of(event: RequestEvent, assignee_id: int | None) -> Text:
    """What happened, as a page tells it. The worker is 王师傅; a colleague who acted for him stands by name."""
    if event.act == "assign":
        return Msg(ACTS["assign"].id, {"who": crew.called(event.text or "")})
    worker = event.actor_kind == "staff" and event.actor_id == assignee_id
    if event.act == "go" and not worker:
        return _("set out")
    return Msg(
        ACTS[event.act].id, {"who": crew.called(event.actor_name) if worker else event.actor_name or "–"}
    )


def _line(event: RequestEvent, assignee_id: int | None) -> Text:
    done = said_of(event, assignee_id)
    said = event.text if event.act in ("progress", "comment", "finish", "cancel", "rate", "reopen") else None
    if said:
        return _("{time} {what}: {text}", time=at_time(event.at), what=done, text=said)
    return _("{time} {what}", time=at_time(event.at), what=done)


def listed(requests: Sequence[Request]) -> Words:
    """Her requests, one button each."""
    return Words(
        _("Which repair do you mean?"),
        options=tuple(Option(f"request.show:{r.number}", brief(r), brief_short(r)) for r in requests),
    )


def brief(request: Request) -> Text:
    """R-1047 水管漏水,已派单."""
    return _(
        "R-{number} {category}, {status}",
        number=request.number,
        category=category(request),
        status=lifecycle.LABELS[request.status],
    )


def brief_short(request: Request) -> Text:
    """R1047 水管漏水, where every character counts."""
    return _("R{number} {category}", number=request.number, category=category(request))


# --- to the worker --------------------------------------------------------------------------------------------


def job(request: Request, who: Who) -> Words:
    """One task with everything needed to go: the contact only once it is accepted."""
    words = wording.offered(request, history.why_again(request))
    contact = _contact(request, who)
    stands = _("It stands at: {status}.", status=lifecycle.LABELS[request.status])
    return Words(
        join(words.text, contact, stands) or words.text,
        short=join(words.short, contact, by=" "),
        options=wording.worker_options(request),
    )


def jobs(requests: Sequence[Request]) -> Words:
    """The open tasks of a worker, one button each."""
    return Words(
        _("These are open with you, the most pressing first."),
        short=_("Open with you:"),
        options=tuple(
            Option(
                f"request.show:{r.number}",
                _(
                    "R-{number} {category}, {place}, {moment}",
                    number=r.number,
                    category=category(r),
                    place=place(r),
                    moment=moment(r),
                ),
                brief_short(r),
            )
            for r in requests[:9]
        ),
    )


def next_step(request: Request, text: Text, who: Who) -> Words:
    """After an act: what was noted, whom to ring, what comes next."""
    head = _("**R-{number}**: {text}", number=request.number, text=text)
    contact = _contact(request, who)
    return Words(
        join(head, contact) or head,
        short=join(_("R{number}: {text}", number=request.number, text=text), contact, by=" "),
        options=wording.worker_options(request),
    )


def _contact(request: Request, who: Who) -> Text | None:
    """Name and number of the one who waits; nobody's number goes to a worker who has not accepted."""
    if request.status not in ("accepted", "on_the_way", "in_progress") or not who.phone:
        return None
    return _(
        "Contact: {name} {phone}", name=who.name or _("not registered"), phone=wording.plain_phone(who.phone)
    )


def worker_called(worker: Worker | None) -> Text:
    return crew.called(worker.name) if worker is not None else _("the worker")
