"""What is said about a request to the resident, the worker and the desk, with what each can answer."""

from __future__ import annotations

from datetime import datetime

from backend.core import clock
from backend.core.i18n import LOCALES, Msg, Text, _
from backend.fields.base import join
from backend.fields.plain import shortened
from backend.fields.words import Option, Words
from backend.requests import crew, slots, triage
from backend.requests.crew import Worker
from backend.requests.models import Request

SHOWN = _("Check progress")
CANCEL = _("Cancel the repair")


def mask(phone: str | None) -> str:
    """138****2210."""
    digits = (phone or "").removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 7 else ""


def plain_phone(phone: str | None) -> str:
    return (phone or "").removeprefix("+86")


def category(request: Request) -> Msg:
    return triage.BY_CODE[request.category].label


def place(request: Request) -> Text:
    return {locale: request.home.show(locale) for locale in LOCALES}


def place_short(request: Request) -> Text:
    """3-2-501, where every character counts."""
    return {locale: request.home.short(locale) for locale in LOCALES}


def moment(request: Request) -> Text:
    """By when somebody is there, as people say it."""
    if request.urgency == "emergency":
        return _("within 30 minutes")
    if request.slot is not None:
        return slots.label(request.slot)
    if request.urgency == "urgent":
        return _("within 24 hours")
    return _("within two days")


def at_time(at: datetime) -> Text:
    """11月3日 09:05 / 3 Nov 09:05, on the community's clocks."""
    here = clock.local(at)
    return {"zh_CN": f"{here.month}月{here.day}日 {here:%H:%M}", "en": f"{here.day} {here:%b %H:%M}"}


SHORT_NOTE = 60
"""Characters of somebody's own words in an SMS; all of them stand in the history."""

SHORT_ADVICE: dict[str, Msg] = {triage.WATER_FIRST.id: triage.WATER_FIRST_SHORT}
"""What fits an SMS of what to do first."""


# --- options --------------------------------------------------------------------------------------------------


def resident_options(request: Request) -> tuple[Option, ...]:
    """What the resident can do about it now."""
    number = request.number
    show = Option(f"request.show:{number}", SHOWN, _("progress"))
    match request.status:
        case "done":
            return (*_ratings(number), _reopen(number))
        case "closed":
            return (show, _reopen(number))
        case "cancelled":
            return (show,)
        case "in_progress":
            return (show,)
    return (show, Option(f"request.cancel:{number}", CANCEL, _("cancel")))


def _ratings(number: int) -> tuple[Option, ...]:
    # In this order the number to answer with is the rating itself.
    words = (_("Very poor"), _("Poor"), _("Fair"), _("Good"), _("Very good"))
    return tuple(Option(f"request.rate:{number}:{n}", label) for n, label in enumerate(words, 1))


def _reopen(number: int) -> Option:
    return Option(f"request.reopen:{number}", _("It is not mended"), _("not mended"))


def worker_options(request: Request) -> tuple[Option, ...]:
    """What the assigned worker can do next."""
    number = request.number
    decline = Option(f"request.decline:{number}", _("Decline"))
    progress = Option(f"request.progress:{number}", _("Report progress"), _("progress"))
    finish = Option(f"request.finish:{number}", _("Job done"))
    match request.status:
        case "assigned":
            return (Option(f"request.accept:{number}", _("Accept")), decline)
        case "accepted":
            return (Option(f"request.go:{number}", _("I am on my way")), progress, decline)
        case "on_the_way":
            return (Option(f"request.start:{number}", _("I am here, starting"), _("I am here")), progress)
        case "in_progress":
            return (finish, progress)
    return ()


# --- to the worker --------------------------------------------------------------------------------------------


def offered(request: Request, again: str = "") -> Words:
    """To the worker: what, where, when, and what is still wrong (`again`) where it was not mended the first time; the first
    line alone says enough for a locked phone."""
    text = _(
        "{urgency} · {category} · {place}\n**R-{number}**, {moment}.\n{description}",
        urgency=triage.URGENCY_LABELS[request.urgency],
        category=category(request),
        place=place(request),
        number=request.number,
        moment=moment(request),
        description=request.description[:300],
    )
    brief = {
        "number": request.number,
        "category": category(request),
        "place": place(request),
        "moment": moment(request),
    }
    if not again:
        return Words(
            text,
            short=_("R{number} {category}, {place}, {moment}", **brief),
            options=worker_options(request),
        )
    return Words(
        join(text, _("**Not mended the last time:** {why}", why=again[:300])) or text,
        short=_(
            "R{number} {category}, {place}, {moment}. Not mended: {why}",
            why=shortened(again, SHORT_NOTE),
            **brief,
        ),
        options=worker_options(request),
    )


def withdrawn(request: Request) -> Words:
    """To the worker: the resident cancelled, or somebody else goes."""
    return Words(
        _(
            "R-{number} ({category}, {place}) is no longer yours. Nothing to do for you there.",
            number=request.number,
            category=category(request),
            place=place(request),
        ),
        short=_("R{number} is no longer yours.", number=request.number),
    )


def told(request: Request, who: str, text: str) -> Words:
    """A comment of the other side."""
    return Words(
        _("About R-{number}, {who} writes: {text}", number=request.number, who=who, text=text),
    )


def photo_came(request: Request) -> Words:
    return Words(_("A photo has come for R-{number}; it is in the admin.", number=request.number))


# --- to the resident ------------------------------------------------------------------------------------------


def assigned(request: Request, worker: Worker) -> Words:
    return Words(
        _(
            "**R-{number}** ({category}) has been given to {worker} {phone}. I will tell you when they set out.",
            number=request.number,
            category=category(request),
            worker=crew.called(worker.name),
            phone=mask(worker.phone),
        ),
        short=_(
            "R{number}: {worker} will come, {moment}.",
            number=request.number,
            worker=crew.called(worker.name),
            moment=moment(request),
        ),
        options=resident_options(request),
    )


def accepted(request: Request, worker: Worker) -> Words:
    return Words(
        _(
            "{worker} has taken **R-{number}** and will come {moment}. Phone: {phone}.",
            worker=crew.called(worker.name),
            number=request.number,
            moment=moment(request),
            phone=plain_phone(worker.phone),
        ),
        short=_(
            "R{number}: {worker} comes {moment}, phone {phone}",
            number=request.number,
            worker=crew.called(worker.name),
            moment=moment(request),
            phone=plain_phone(worker.phone),
        ),
        options=resident_options(request),
    )


def on_the_way(request: Request, worker: Worker) -> Words:
    return Words(
        _(
            "{worker} is on the way to you for R-{number}. Phone: {phone}.",
            worker=crew.called(worker.name),
            number=request.number,
            phone=plain_phone(worker.phone),
        ),
        options=resident_options(request),
    )


def begun(request: Request, worker: Worker) -> Words:
    return Words(
        _(
            "{worker} has arrived and begun with R-{number}.",
            worker=crew.called(worker.name),
            number=request.number,
        ),
        options=resident_options(request),
    )


def looking_again(request: Request) -> Words:
    return Words(
        _(
            "R-{number}: the worker cannot come after all. The duty desk is finding somebody else; you need not do anything.",
            number=request.number,
        ),
        short=_("R{number}: we are sending somebody else, please wait a moment.", number=request.number),
        options=resident_options(request),
    )


def progress(request: Request, worker: Worker, text: str) -> Words:
    name = crew.called(worker.name)
    if request.expected_at is None:
        words = _("R-{number}, {worker}: {text}", number=request.number, worker=name, text=text)
    else:
        words = _(
            "R-{number}, {worker}: {text} (to be done by {time})",
            number=request.number,
            worker=name,
            text=text,
            time=at_time(request.expected_at),
        )
    return Words(words, options=resident_options(request))


def finished(request: Request, note: str) -> Words:
    return Words(
        _(
            "**R-{number}** is finished: {note}\nHow was it?",
            number=request.number,
            note=note or _("all done."),
        ),
        short=_(
            "R{number} is finished: {note}. How was it?",
            number=request.number,
            note=shortened(note.rstrip("。.!！ "), SHORT_NOTE),
        )
        if note
        else _("R{number} is finished. How was it?", number=request.number),
        options=resident_options(request),
    )


def cancelled_by_us(request: Request, why: str) -> Words:
    return Words(
        _("R-{number} was cancelled by the office: {why}", number=request.number, why=why),
        options=resident_options(request),
    )


# --- to the desk ----------------------------------------------------------------------------------------------


def reported(request: Request) -> Words:
    """To the desk: somebody has to be found for it."""
    return Words(
        _(
            "New repair **R-{number}** · {urgency} · {category} · {place}. Please assign it.",
            number=request.number,
            urgency=triage.URGENCY_LABELS[request.urgency],
            category=category(request),
            place=place(request),
        ),
        short=_(
            "New: R{number} {urgency}, {category}, {place}",
            number=request.number,
            urgency=triage.URGENCY_LABELS[request.urgency],
            category=category(request),
            place=place(request),
        ),
    )


def declined(request: Request, worker: str, why: str) -> Words:
    return Words(
        _(
            "{worker} declined R-{number} ({category}, {place}): {why}\nPlease send somebody else.",
            worker=worker,
            number=request.number,
            category=category(request),
            place=place(request),
            why=why,
        ),
        short=_("{worker} declined R{number}: {why}", worker=worker, number=request.number, why=why),
    )


def reopened(request: Request, why: str) -> Words:
    return Words(
        _(
            "R-{number} ({category}, {place}) is not mended: {why}\nPlease look at it again.",
            number=request.number,
            category=category(request),
            place=place(request),
            why=why,
        ),
        short=_("R{number} is not mended: {why}", number=request.number, why=why),
    )


def late(request: Request, clock_name: str, minutes: int) -> Words:
    """To those whom an overdue request has climbed to."""
    what = _("nobody has taken it yet") if clock_name == "ack" else _("nobody is there yet")
    return Words(
        _(
            "Overdue: R-{number} · {urgency} · {category} · {place}: {what}, {minutes} min past the promise.",
            number=request.number,
            urgency=triage.URGENCY_LABELS[request.urgency],
            category=category(request),
            place=place(request),
            what=what,
            minutes=minutes,
        ),
        short=_(
            "Overdue R{number} {category}, {place}: {what}",
            number=request.number,
            category=category(request),
            place=place(request),
            what=what,
        ),
    )


def for_family(name: str, words: Words) -> Words:
    """What she is told about her repair, to a relative."""
    return Words(
        _("About the repair of {name}: {words}", name=name, words=words.text),
        _("About the repair of {name}: {words}", name=name, words=words.short or words.text),
        _("About the repair of {name}: {words}", name=name, words=words.spoken or words.text),
    )
