"""What is answered to whoever asks about events: the list, one event, her own."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core import clock
from backend.core.i18n import Text, _, ngettext
from backend.events import passes, wording
from backend.events.models import Event, EventSignup
from backend.events.queries import Places
from backend.events.signing import closed_because
from backend.fields.base import join
from backend.fields.plain import shortened
from backend.fields.words import Option, Words
from backend.settings import settings

PROPOSE = Option("flow:event_propose", _("Organise something myself"), _("organise"))
ALL = Option("event.list:", _("All events"), _("events"))


def link(event: Event) -> str:
    """The event's public page."""
    return f"{settings().base_url}/events/{event.id}"


def line(event: Event) -> Text:
    """包粽子 · 11月7日周六 14:00."""
    return _("{title} · {start}", title=event.title, start=wording.starts(event))


def short_title(event: Event) -> Text:
    """The title in a text message, where a list of them must stay short."""
    return {
        locale: shortened(text, 14 if locale.startswith("zh") else 24) for locale, text in event.title.items()
    }


def listed(events: Sequence[Event], more: int = 0) -> Words:
    """What is on; `more` is how many are not shown here."""
    rest = ngettext(
        "One more is on our page: {link}", "{n} more are on our page: {link}", more, link=settings().base_url
    )
    ask = _("These are coming up. Which one shall I tell you about?")
    return Words(
        join(ask, rest) or ask if more else ask,
        short=_("Coming up. Which one?"),
        spoken=_("These events are coming up. Which one shall I tell you about?"),
        options=tuple(Option(f"event.show:{e.id}", line(e), short_title(e)) for e in events),
    )  # fmt: skip


def none() -> Words:
    return Words(
        _("Nothing is planned at the moment. Would you like to bring neighbours together yourself?"),
        short=_("Nothing is planned at the moment."),
        options=(PROPOSE,),
    )


def which(events: Sequence[Event]) -> Words:
    """Her words fit several events, or none."""
    return Words(
        _("Which event do you mean?"),
        options=tuple(Option(f"event.show:{e.id}", line(e), short_title(e)) for e in events),
    )


def room(event: Event, places: Places) -> Text:
    """How many places are left, or that sign-up is not open."""
    why = closed_because(event, clock.now())
    if why is not None:
        return why
    if places.left is None:
        return _("There is room for everybody.")
    if places.left > 0:
        return ngettext("One place is left.", "{n} places are left.", places.left)
    return _("All places are taken; {n} are waiting.", n=places.waiting)


def details(
    event: Event,
    places: Places,
    signup: EventSignup | None,
    ahead: int = 0,
    company: Sequence[str] = (),
) -> Words:
    """One event: what, when, where, whether there is room or how she stands, and what she can do. `company`: who else comes."""
    stands = _stands(event, signup, ahead) if signup is not None else None
    now = stands or room(event, places)
    head = _("**{title}**\n{when}, {place}", title=event.title, when=wording.when(event), place=event.place)
    others = _("Also there: {people}", people="\n".join(company)) if company else None
    code = signup.code if signup is not None and signup.status in ("signed", "attended") else None
    return Words(
        join(head, event.body or None, now, others, _pass(signup) if code else link(event)) or head,
        short=_(
            "{title}, {start}, {place}. {now}",
            title=event.title,
            start=wording.starts(event),
            place=event.place,
            now=now,
        ),
        spoken=join(
            _("{title}: {when}, at {place}.", title=event.title, when=wording.when(event), place=event.place),
            event.body or None,
            now,
        ),
        options=_can(event, signup, places),
    )


def _pass(signup: EventSignup | None) -> Text | None:
    if signup is None:
        return None
    return _("Your page with the QR code and a calendar file: {link}", link=passes.link(signup.id))


def _stands(event: Event, signup: EventSignup, ahead: int) -> Text | None:
    match signup.status:
        case "signed":
            if signup.companions:
                return ngettext(
                    "You are signed up with {n} companion. Your code: {code}",
                    "You are signed up with {n} companions. Your code: {code}",
                    signup.companions,
                    code=signup.code,
                )
            return _("You are signed up. Your code: {code}", code=signup.code)
        case "attended":
            return _("You are checked in.")
        case "offered" if signup.offered_until is not None:
            return _("A place is kept for you until {by}.", by=wording.until(signup.offered_until))
        case "waiting":
            return _("You are number {n} on the waiting list.", n=ahead + 1)
    return None


def _can(event: Event, signup: EventSignup | None, places: Places) -> tuple[Option, ...]:
    status = signup.status if signup is not None else ""
    if event.status == "published" and status == "offered":
        return wording.offer_options(event)
    if event.status == "published" and status in ("signed", "waiting"):
        change = (wording.companions(event),) if event.companions else ()
        return (wording.quits(event), *change, ALL)
    if closed_because(event, clock.now()) is None and status != "attended":
        label = _("Sign up") if places.left is None or places.left > 0 else _("Join the waiting list")
        return (Option(f"flow:event:{event.id}", label), ALL)
    return (ALL,)


def mine(found: Sequence[tuple[Event, EventSignup]], own: Sequence[tuple[Event, Places]]) -> Words:
    """What she is signed up for, and her own gatherings."""
    return Words(
        _("These are yours. Which one shall I show?"),
        _("Yours. Which one?"),
        options=(
            *(Option(f"event.show:{e.id}", line(e), short_title(e)) for e, _s in found),
            *(
                Option(
                    f"event.own:{e.id}",
                    _("My gathering: {title} ({n} come)", title=e.title, n=p.coming),
                    short_title(e),
                )
                for e, p in own
            ),
        ),
    )


def own(event: Event, places: Places) -> Words:
    """To its organiser: how it stands."""
    if event.status == "awaiting":
        text = _("“{title}” ({when}) is with the office, who look at it soon.", title=event.title, when=wording.when(event))  # fmt: skip
    else:
        text = _(
            "“{title}” ({when}): {n} come, {waiting} on the waiting list.",
            title=event.title,
            when=wording.when(event),
            n=places.coming,
            waiting=places.waiting,
        )
    return Words(text, options=(Option(f"event.call_off:{event.id}", _("Call it off"), _("call off")),))


def quit_which(found: Sequence[Event]) -> Words:
    """She wants to cancel: asked once, for her place may be gone a minute later."""
    if len(found) == 1:
        event = found[0]
        return Words(
            _("Shall I cancel your sign-up for **{title}** ({start})?", title=event.title, start=wording.starts(event)),
            options=(
                Option(f"event.cancel:{event.id}", _("Yes, cancel it"), _("cancel")),
                Option(f"event.show:{event.id}", _("No, I will come"), _("I come")),
            ),
        )  # fmt: skip
    return Words(
        _("Which one shall I cancel?"),
        options=tuple(Option(f"event.cancel:{e.id}", line(e), short_title(e)) for e in found),
    )


def no_signups() -> Words:
    return Words(_("You are not signed up for anything at the moment."), options=(ALL,))


def cancelled(event: Event) -> Words:
    return Words(
        _("Your sign-up for “{title}” is cancelled; thank you for telling us. Somebody else is glad of the place.", title=event.title),
        short=_("Your sign-up for {title} is cancelled. Thank you for telling us.", title=event.title),
        options=(Option(f"flow:event:{event.id}", _("Sign up again")), ALL),
    )  # fmt: skip
