"""What is said about an event to those who sign up, wait, come and came, with what each can answer."""

from __future__ import annotations

from datetime import datetime

from backend.core import clock
from backend.core.i18n import Msg, Text, _, ngettext
from backend.events import passes
from backend.events.models import Event, EventSignup
from backend.fields.base import join
from backend.fields.calendar import weekday_text
from backend.fields.words import Option, Words

QUIT = _("Cancel my sign-up")
LISTED = Option("event.list:", _("What else is on"), _("events"))


def day_of(event: Event) -> Msg:
    """11月7日周六."""
    return weekday_text(clock.local(event.starts_at).date())


def when(event: Event) -> Text:
    """11月7日周六 14:00–16:00; with the last day where it takes several."""
    begins, ends = clock.local(event.starts_at), clock.local(event.ends_at)
    if begins.date() == ends.date():
        return _("{day} {start}–{end}", day=day_of(event), start=f"{begins:%H:%M}", end=f"{ends:%H:%M}")
    return _(
        "{day} {start} to {last} {end}",
        day=day_of(event),
        start=f"{begins:%H:%M}",
        last=weekday_text(ends.date()),
        end=f"{ends:%H:%M}",
    )


def starts(event: Event) -> Msg:
    """11月7日周六14:00, where every character counts."""
    return at_time(event.starts_at)


def at_time(at: datetime) -> Msg:
    here = clock.local(at)
    return _("{day} {time}", day=weekday_text(here.date()), time=f"{here:%H:%M}")


def until(at: datetime) -> Text:
    """A deadline: only the time where it is today."""
    here = clock.local(at)
    return f"{here:%H:%M}" if here.date() == clock.local(clock.now()).date() else at_time(at)


def quits(event: Event) -> Option:
    return Option(f"event.cancel:{event.id}", QUIT, _("cancel"))


def _where(event: Event) -> dict[str, Text]:
    return {"title": event.title, "when": when(event), "place": event.place}


# --- signing up -----------------------------------------------------------------------------------------------


def signed(event: Event, signup: EventSignup) -> Words:
    """She has a place: when, where, and what to show at the door."""
    people = ngettext("for {n} person", "for {n} people", signup.people) if signup.people > 1 else None
    return Words(
        join(
            _("You have a place at **{title}**: {when}, {place}.", **_where(event)),
            _("It is kept {people}.", people=people) if people else None,
            _(
                "At the door say **{code}** or show this page, with a calendar file: {link}",
                code=signup.code,
                link=passes.link(signup.id),
            ),
        )
        or "",
        short=_(
            "You have a place: {title}, {start}, {place}. Your code: {code}",
            title=event.title,
            start=starts(event),
            place=event.place,
            code=signup.code,
        ),
        spoken=_(
            "You have a place at {title}, {when}, at {place}. At the door say your code, {code}.",
            code=" ".join(signup.code),
            **_where(event),
        ),
        options=(quits(event),),
    )


def party(event: Event, signup: EventSignup) -> Words:
    """How many come with her now."""
    many = ngettext(
        "Noted: for “{title}” you bring {n} companion.",
        "Noted: for “{title}” you bring {n} companions.",
        signup.companions,
        title=event.title,
    )
    alone = _("Noted: you come to “{title}” alone.", title=event.title)
    return Words(many if signup.companions else alone, options=(quits(event),))


def companions(event: Event) -> Option:
    return Option(f"event.companions:{event.id}", _("Change companions"), _("companions"))


def waits(event: Event, signup: EventSignup, ahead: int) -> Words:
    """She is on the list: how many are before her, and what happens when it is her turn."""
    return Words(
        _(
            "All places at **{title}** ({when}) are taken, so I have put you on the waiting list, number {n}. When it is your turn I ask "
            "you here, and keep the place for you for a while.",
            n=ahead + 1,
            **_where(event),
        ),
        short=_(
            "{title} is full. You are number {n} on the waiting list. We tell you when it is your turn.",
            title=event.title,
            n=ahead + 1,
        ),
        options=(quits(event),),
    )


def offered(event: Event, signup: EventSignup) -> Words:
    """Her turn has come; the first line says what, and until when."""
    by = until(signup.offered_until)
    return Words(
        _(
            "A place at **{title}** has become free for you, kept until {by}. ({when}, {place}) Will you come?",
            by=by,
            **_where(event),
        ),
        short=_(
            "A place is free for you: {title}, {start}. Kept until {by}. Will you come?",
            title=event.title,
            start=starts(event),
            by=by,
        ),
        options=offer_options(event),
    )


def offer_options(event: Event) -> tuple[Option, ...]:
    return (
        Option(f"event.take:{event.id}", _("Yes, I will come"), _("I come")),
        Option(f"event.decline:{event.id}", _("No, give it to somebody else"), _("pass it on")),
    )


def lapsed(event: Event) -> Words:
    return Words(
        _(
            "The place at “{title}” has gone to the next on the list, since I did not hear from you. You can sign up again any time.",
            title=event.title,
        ),
        short=_("The place at {title} has gone to the next on the list.", title=event.title),
        options=(Option(f"flow:event:{event.id}", _("Sign up again")),),
    )


def too_late(event: Event) -> Words:
    """The event begins, and the offer that she had was not answered."""
    return Words(
        _(
            "“{title}” has begun. I did not hear from you, so the place that I kept for you went back.",
            title=event.title,
        ),
        short=_("{title} has begun; the place kept for you went back.", title=event.title),
        options=(LISTED,),
    )


def no_place(event: Event) -> Words:
    """The event begins, and her turn did not come."""
    return Words(
        _(
            "I am sorry, no place at “{title}” became free this time. I hope it works out next time.",
            title=event.title,
        ),
        short=_("Sorry, no place at {title} became free this time.", title=event.title),
        options=(LISTED,),
    )


def removed(event: Event, why: str) -> Words:
    """The office took her off the list."""
    text = _("The office has taken you off the list of “{title}”.", title=event.title)
    return Words(join(text, why) or text, options=(LISTED,))


# --- before and after -----------------------------------------------------------------------------------------


def reminder(event: Event, signup: EventSignup) -> Words:
    return Words(
        join(
            _("A reminder: **{title}** is on {when}, {place}. See you there.", **_where(event)),
            _("Your code: **{code}** or {link}", code=signup.code, link=passes.link(signup.id)),
        )
        or "",
        short=_(
            "Reminder: {title}, {start}, {place}. Code {code}",
            title=event.title,
            start=starts(event),
            place=event.place,
            code=signup.code,
        ),
        spoken=_("A reminder: {title} is on {when}, at {place}. See you there.", **_where(event)),
        options=(Option(f"event.cancel:{event.id}", _("I cannot come after all"), _("cannot come")),),
    )


def moved(event: Event) -> Words:
    """Time or place are different from what she signed up for."""
    return Words(
        _("Please note: **{title}** is now on {when}, {place}. Does it still suit you?", **_where(event)),
        short=_("Changed: {title} is now {start}, {place}.", title=event.title, start=starts(event), place=event.place),
        options=(quits(event),),
    )  # fmt: skip


def called_off(event: Event, why: str) -> Words:
    text = _("I am sorry: “{title}” on {day} will not take place.", title=event.title, day=day_of(event))
    return Words(join(text, why) or text, options=(LISTED,))


def notice(event: Event, text: str) -> Words:
    """What staff write to the participants."""
    return Words(_("About “{title}”: {text}", title=event.title, text=text))


def photos(event: Event, signup: EventSignup) -> Words:
    return Words(
        _("The photos of “{title}” are here: {link}", title=event.title, link=passes.link(signup.id)),
        spoken=_("There are photos of {title} now, on your page.", title=event.title),
    )


def how_was_it(event: Event) -> Words:
    return Words(
        _("Thank you for coming to “{title}”. How was it?", title=event.title),
        short=_("How was {title}?", title=event.title),
        # In this order the number to answer with is the rating itself.
        options=tuple(
            Option(f"event.rate:{event.id}:{n}", label)
            for n, label in enumerate((_("Very poor"), _("Poor"), _("Fair"), _("Good"), _("Very good")), 1)
        ),
    )


# --- a resident's own gathering -------------------------------------------------------------------------------


def proposed(event: Event, who: str) -> Words:
    """To staff who may approve it."""
    return Words(
        _(
            "{who} would like to hold “{title}”: {when}, {place}. Shall it be published?",
            who=who,
            **_where(event),
        ),
        short=_("{who} proposes: {title}, {start}. Publish it?", who=who, title=event.title, start=starts(event)),
        options=(
            Option(f"event.approve:{event.id}", _("Publish it"), _("publish")),
            Option(f"event.refuse:{event.id}", _("Send it back"), _("send back")),
        ),
    )  # fmt: skip


def approved(event: Event) -> Words:
    """To its organiser."""
    return Words(
        _(
            "Good news: your gathering **{title}** ({when}) is published. Neighbours can sign up now; I tell you how many come.",
            **_where(event),
        ),
        short=_("Your gathering {title} is published. Neighbours can sign up now.", title=event.title),
        options=(Option(f"event.show:{event.id}", _("Look at it"), _("look")),),
    )


def refused(event: Event, why: str) -> Words:
    return Words(
        _("The office cannot publish “{title}” as it is: {why}\nYou are welcome to propose it again.", title=event.title, why=why),
        options=(Option("flow:event_propose", _("Propose it again")),),
    )  # fmt: skip
