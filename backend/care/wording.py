"""What we say to her, to her family and to the office about check-ins. Short, slow, and kind."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from backend.alarms.wording import was_nothing
from backend.care.models import CarePlan, CheckIn
from backend.core import clock
from backend.core.i18n import Msg, Text, _, ngettext
from backend.fields.calendar import MONTHS, weekday_text
from backend.fields.words import Option, Words
from backend.messaging.channels import NAMES
from backend.residents import queries as residents

WELL = (_("I am fine"), _("all well"))
HELP = (_("I need help"), _("Need help"))


def name(plan: CarePlan) -> str:
    """How we address her."""
    if plan.called:
        return str(plan.called)
    known = residents.find(plan.resident_id)
    return known.name if known else ""


def greeting(at: datetime, zone: str) -> Msg:
    hour = at.astimezone(ZoneInfo(zone)).hour
    if hour < 11:
        return _("Good morning")
    return _("Hello") if hour < 18 else _("Good evening")


def options(check_in_id: int) -> tuple[Option, ...]:
    return Option(f"checkin.well:{check_in_id}", *WELL), Option(f"checkin.help:{check_in_id}", *HELP)


def question(plan: CarePlan, check_in: CheckIn) -> Words:
    hello = {"greeting": greeting(clock.now(), plan.zone), "name": name(plan)}
    return Words(
        _("{greeting}, {name}. Are you well today?", **hello),
        spoken=_("{greeting}, {name}. I am calling to ask how you are.", **hello),
        options=options(check_in.id),
        subject=_("Are you well today?"),
    )


def gently(plan: CarePlan, check_in: CheckIn) -> Words:
    return Words(
        _("Thank you for writing, {name}. Just to be sure: are you well today?", name=name(plan)),
        spoken=_("Thank you, {name}. Just to be sure: are you well?", name=name(plan)),
        options=options(check_in.id),
    )


def not_understood(plan: CarePlan, check_in: CheckIn) -> Words:
    """To an answer that might mean anything."""
    return Words(
        _(
            "I am not sure that I understand you, {name}. Are you all right, or shall somebody come?",
            name=name(plan),
        ),
        short=_("I do not understand. Are you all right, or shall somebody come?"),
        spoken=_("I do not understand, {name}. Are you well?", name=name(plan)),
        options=options(check_in.id),
    )


# --- what her answer is answered with -------------------------------------------------------------------------


def good(plan: CarePlan) -> Words:
    evening = clock.now().astimezone(ZoneInfo(plan.zone)).hour >= 18
    return Words(
        _("Good to hear. Have a restful evening.") if evening else _("Good to hear. Have a good day.")
    )


def good_after_all() -> Words:
    return Words(
        _(
            "Good to hear. We had begun to worry, and others were asked to look in; I tell them now that you are well."
        ),
        _("Good to hear. I tell those who were worried that you are well."),
    )


def noted_already() -> Words:
    return Words(_("Thank you, I have noted it. All the best."))


def help_comes(alarm_id: int) -> Words:
    return Words(
        _(
            "I am calling people for you now, your family and the office. If it is urgent, call 120 at once. Please stay where you are."
        ),
        _("People are being called for you now. Urgent: call 120. Please stay where you are."),
        _("I am calling people for you now. If it is urgent, call one two zero. Please stay where you are."),
        options=(was_nothing(alarm_id),),
    )


def shall_somebody_come(check_in_id: int) -> Words:
    return Words(
        _(
            "Thank you for telling me. Shall somebody come and see you? Without an answer I ask somebody in 15 minutes."
        ),
        _("Shall somebody come and see you? Without an answer I ask somebody in 15 minutes."),
        options=(
            Option(f"checkin.help:{check_in_id}", _("Yes, please come"), _("Please come")),
            Option(f"checkin.well:{check_in_id}", _("No, nobody need come"), _("Not needed")),
        ),
    )


def how_can_we_help() -> Words:
    return Words(
        _(
            "I am sorry to hear that. I have told the office; somebody will answer you. If it is urgent, call 120 at once."
        ),
        _("I have told the office; somebody will answer you. Urgent: call 120."),
    )


def ails_you(said: str, *, told: bool) -> Words:
    """Of somebody without a plan. `told`: the office knows already and answers her."""
    come = Option(f"emergency:{said[:80]}", _("Yes, please come"), _("Please come"))
    call = Option("checkin.call:", _("Please call me"), _("Call me"))
    no = Option("checkin.rest:", _("No, nobody need come"), _("Not needed"))
    if told:
        words = how_can_we_help()
        text, short = (
            _("{words} Shall somebody come and see you?", words=form) for form in (words.text, words.short)
        )
        return Words(text, short, options=(come, no))
    return Words(
        _("I am sorry to hear that. Shall somebody come and see you, or call you?"),
        options=(come, call, no),
    )


def rest_well() -> Words:
    return Words(_("All right. If it gets worse, call 120 or write “SOS” to us at once. Get well soon."))


# --- what people are told -------------------------------------------------------------------------------------


def silent(since: datetime, channels: list[str]) -> Words:
    asked = {"time": clock_text(since), "channels": listed([NAMES[c] for c in channels])}
    return Words(
        _("No answer since {time}. We asked by {channels}. Please see that she is well.", **asked),
        _("No answer since {time}. Please see that she is well.", **asked),
    )


def unclear(at: datetime) -> Words:
    return Words(
        _(
            "She wrote to us at {time}, but did not say that she is well. Please look after her.",
            time=clock_text(at),
        )
    )


def could_not_ask(at: datetime) -> Words:
    return Words(
        _(
            "We could not ask her how she is at {time}: nothing reached her. Please look after her.",
            time=clock_text(at),
        )
    )


def stuck(plan_id: int, resident_id: int, since: datetime) -> Words:
    return Words(
        _(
            "Since {time} the computer cannot ask her how she is, or hear her answer (resident {resident}, care plan {plan})."
            " Please see that she is well, today and until it is mended, and tell whoever looks after the computer.",
            time=clock_text(since),
            resident=resident_id,
            plan=plan_id,
        ),
        _(
            "The computer cannot ask her how she is (resident {resident}, plan {plan}). Please see that she is well.",
            resident=resident_id,
            plan=plan_id,
        ),
    )


def out_of_reach(channel: str, what: Text) -> Words:
    """For the desk: what does not arrive any more, and what to do. At most two sentences in the short form, which staff get by SMS."""
    return Words(
        _(
            "STOP, or “退订”, was said by {channel}, at the only address that we have: {what}. Please ring up, and agree on another way,"
            " such as the web chat or Telegram; or whoever said it may send START (恢复) to our number.",
            channel=NAMES[channel],
            what=what,
        ),
        _(
            "STOP by {channel}, our only way: {what}. Please ring up and agree on another.",
            channel=NAMES[channel],
            what=what,
        ),
    )


def no_alarms(name: str) -> Text:
    return _("alarms reach {name} by a telephone call at the most, and no message does", name=name)


def asks_for_help(said: str) -> Words:
    if not said:
        return Words(_("She was asked how she is, and answered that she needs help."))
    return Words(_("She was asked how she is, and answered: “{said}”.", said=said[:120]))


def ails_her(said: str) -> Words:
    return Words(
        _(
            "She was asked how she is, and answered: “{said}”. Please see whether she needs something.",
            said=said[:120],
        )
    )


ANSWERED_HERSELF = _("She has answered herself: she is well")


# --- absences -------------------------------------------------------------------------------------------------


def away_noted(last: date | None, again: date | None) -> Words:
    if last is None:
        return Words(_("All right, I do not ask until you are back. Then just write “I am back”."))
    if again is None:
        return Words(_("All right, I do not ask until {last}.", last=weekday_text(last)))
    return Words(
        _(
            "All right, I do not ask until {last}. I ask again on {again}. Home earlier? Just write “I am back”.",
            last=weekday_text(last),
            again=weekday_text(again),
        ),
        _("All right, not until {last}. I ask again on {again}.", last=weekday_text(last), again=weekday_text(again)),
    )  # fmt: skip


def away_told(who: str, last: date | None) -> Words:
    if last is None:
        return Words(_("{name} is away for now; until she is back, nobody asks how she is.", name=who))
    return Words(
        _("{name} is away until {last}; until then nobody asks how she is.", name=who, last=weekday_text(last))
    )  # fmt: skip


def away_said_of_her(called: str, last: date | None) -> Words:
    """To her: somebody else has said that she is away; nobody stops asking her behind her back."""
    facts = {"who": called or _("Your family"), "last": weekday_text(last) if last else ""}
    return Words(
        _("{who} says that you are away until {last}, so I do not ask until then. If that is not so, write “I am back”.", **facts)
        if last
        else _("{who} says that you are away, so I do not ask for now. If that is not so, write “I am back”.", **facts)
    )  # fmt: skip


def back(plan: CarePlan | None, again: date | None) -> Words:
    if plan is None or again is None:
        return Words(_("Welcome home."))
    return Words(_("Welcome home. I ask again on {again}.", again=weekday_text(again)))


def back_told(who: str) -> Words:
    return Words(_("{name} is home again, and is asked every day as before.", name=who))


STILL_AWAY = _("She is still away, and well")
HOME_AGAIN = _("She is home again")


def still_away(care: CarePlan, since: date) -> Words:
    return Words(
        _("Hello, {name}. You have been away since {day}; I hope that all is well. Are you still away?",
          name=name(care), day=weekday_text(since)),
        _("Hello, {name}. Are you still away?", name=name(care)),
        options=_still_options(care.resident_id),
    )  # fmt: skip


def is_she_still_away(resident_id: int, who: str, since: date) -> Words:
    return Words(
        _("You told me that {name} is away since {day}. Is she still away, and well?", name=who, day=weekday_text(since)),
        _("Is {name} still away, and well?", name=who),
        options=_still_options(resident_id),
    )  # fmt: skip


def _still_options(resident_id: int) -> tuple[Option, ...]:
    return (
        Option(f"absence.still:{resident_id}", _("Still away"), _("still away")),
        Option(f"absence.back:{resident_id}", _("Home again"), _("home again")),
    )


def still_away_noted() -> Words:
    return Words(_("Good to hear. Have a good time; I ask again in a week."))


def long_away(since: date, asked: date) -> Words:
    return Words(
        _("She has been away since {day}, without a day of return. On {asked} we asked whether she still is, and nobody answered."
          " Please find out how she is.", day=weekday_text(since), asked=weekday_text(asked)),
        _("Away since {day}, and no answer from her. Please find out how she is.", day=weekday_text(since)),
    )  # fmt: skip


# --- plans ----------------------------------------------------------------------------------------------------


def plan_wished(who: str, times: str) -> Words:
    return Words(
        _(
            "{name} would like to be asked each day how she is ({times}). Please confirm it in the admin, under Care.",
            name=who,
            times=times,
        )
    )


def plan_noted(times: str) -> Words:
    return Words(
        _(
            "Noted: each day at {times}. Somebody at the office looks at it and confirms it to you here.",
            times=times,
        )
    )


def plan_confirmed(plan: CarePlan, first: date | None) -> Words:
    """What to answer with depends on how she is asked: a call takes keys. To somebody who hears this, the question itself says which."""
    at = {"times": spoken_times(plan.times), "first": weekday_text(first) if first else ""}
    if plan.channels.partition(",")[0] == "voice":
        return Words(
            _(
                "It is arranged: I call you each day at {times}, first on {first}, and ask how you are. Press 1 if you are well, 2 if you need help. Going away? Just tell me.",
                **at,
            ),
            _("Arranged: I call you at {times}, first on {first}. Press 1 for well, 2 for help.", **at),
            _(
                "It is arranged: I call you each day at {times}, first on {first}, and ask how you are. When you are going away, just tell me.",
                **at,
            ),
        )
    return Words(
        _(
            "It is arranged: I ask you how you are each day at {times}, first on {first}. One word is enough: “1” means well, “2” means you need help. Going away? Just tell me.",
            **at,
        ),
        _("Arranged: I ask how you are at {times}, first on {first}. 1 means well, 2 help.", **at),
        _(
            "It is arranged: I ask you how you are each day at {times}, first on {first}. When you are going away, just tell me.",
            **at,
        ),
    )


def plan_paused(who: str) -> Words:
    return Words(_("{name} does not wish to be asked any more how she is. The plan is paused.", name=who))


def plan_stopped() -> Words:
    return Words(
        _("All right, I do not ask any more. Should you change your mind, write “ask me every day”.")
    )


def spoken_times(times: str) -> str:
    return times.replace(",", ", ")


# --- the month ------------------------------------------------------------------------------------------------


def summary(who: str, month: date, counts: dict[str, int]) -> Words:
    """`counts`: days, well, late, missed, helped, away, visits."""
    asked = ngettext("asked on {n} day", "asked on {n} days", counts["days"])
    well = ngettext("well on {n} day", "well on {n} days", counts["well"])
    late = ngettext("answered late {n} time", "answered late {n} times", counts["late"])
    missed = ngettext("no answer {n} time", "no answer {n} times", counts["missed"])
    helped = ngettext("asked for help {n} time", "asked for help {n} times", counts["helped"])
    away_days = ngettext("away {n} time", "away {n} times", counts["away"])
    visits = ngettext("{n} visit", "{n} visits", counts["visits"])
    facts = {
        "month": MONTHS[month.month - 1], "name": who, "asked": asked, "well": well, "late": late, "missed": missed,
        "helped": helped, "away": away_days, "visits": visits,
    }  # fmt: skip
    return Words(
        _("**{name} in {month}**\n{asked}; {well}; {late}; {missed}; {helped}; {away}; {visits}.", **facts),
        _("{name} in {month}: {asked}, {well}, {late}, {missed}, {visits}.", **facts),
        subject=_("{name} in {month}", name=who, month=MONTHS[month.month - 1]),
    )


def clock_text(at: datetime) -> Text:
    """19:00 today; 11月3日 19:00 on another day."""
    here, today = clock.local(at), clock.local(clock.now()).date()
    if here.date() == today:
        return f"{here:%H:%M}"
    return {"zh_CN": f"{here.month}月{here.day}日 {here:%H:%M}", "en": f"{here.day} {here:%b %H:%M}"}


def listed(texts: list[Text]) -> Text:
    """a, b and c."""
    if len(texts) < 2:
        return texts[0] if texts else ""
    return _("{first} and {last}", first=listed(texts[:-1]) if len(texts) > 2 else texts[0], last=texts[-1])
