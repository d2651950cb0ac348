"""What we say about medicines, measured values and appointments: to her, gently to her family, to the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from backend.care.health import kinds
from backend.care.health.kinds import Beyond
from backend.care.health.models import Appointment, MedicineDose, MedicinePlan
from backend.care.record import plan_of
from backend.care.wording import clock_text, greeting, listed
from backend.care.wording import name as called_in_plan
from backend.core import clock
from backend.core.i18n import Msg, Text, _, ngettext
from backend.fields.calendar import weekday_text
from backend.fields.words import Option, Words
from backend.residents import queries as residents

TAKEN = (_("I have taken it"), _("taken"))
LATER = (_("Not yet"), _("not yet"))
REFUSED = (_("I do not take it"), _("not taking it"))


def called(resident_id: int) -> str:
    """How we address her: as her care plan says, else by her name."""
    care = plan_of(resident_id)
    if care is not None:
        return called_in_plan(care)
    known = residents.find(resident_id)
    return known.name if known else ""


def dose_options(dose_id: int) -> tuple[Option, ...]:
    return (
        Option(f"medicine.taken:{dose_id}", *TAKEN),
        Option(f"medicine.later:{dose_id}", *LATER),
        Option(f"medicine.refused:{dose_id}", *REFUSED),
    )


def reminder(plan: MedicinePlan, dose: MedicineDose, *, again: bool) -> Words:
    facts = {
        "greeting": greeting(clock.now(), plan.zone),
        "name": called(plan.resident_id),
        "medicines": str(dose.medicines),
    }
    text = (
        _("{name}, may I remind you once more: {medicines}. Have you taken it?", **facts)
        if again
        else _("{greeting}, {name}. It is time for your medicine: {medicines}.", **facts)
    )
    return Words(text, options=dose_options(dose.id), subject=_("Your medicine"))


def well_done() -> Words:
    return Words(_("Good, it is noted. All the best."))


def again_soon() -> Words:
    return Words(_("No hurry. I ask once more in 20 minutes."))


def enough_asked() -> Words:
    return Words(_("All right, I do not ask again for this one. If something troubles you, tell me."))


def not_taken() -> Words:
    return Words(
        _(
            "All right, it is noted. Please do not stop a medicine for long without your doctor. If something troubles you, tell me."
        ),
        _("Noted. Please ask your doctor before you stop a medicine for long."),
    )


def noted_before() -> Words:
    return Words(_("Thank you, I have noted it. All the best."))


def no_answer(dose: MedicineDose, who: str) -> Words:
    """To her family, gently."""
    facts = {"name": who, "time": clock_text(dose.due_at)}
    if dose.status == "refused":
        return Words(
            _("{name} says that she does not take her medicine of {time}. Perhaps you ask her how she is, when it suits you.", **facts)
        )  # fmt: skip
    return Words(
        _("I have not heard from {name} about her medicine of {time}. Nothing need be wrong; perhaps you ring her when it suits you.", **facts),
        _("No word from {name} about her medicine of {time}. Perhaps you ring her.", **facts),
    )  # fmt: skip


def week(who: str, monday: date, taken: int, asked: int, missed_days: Sequence[date]) -> Words:
    told = ngettext("{taken} of {n} reminder answered with “taken”", "{taken} of {n} reminders answered with “taken”", asked, taken=taken)  # fmt: skip
    facts = {"name": who, "monday": weekday_text(monday), "told": told}
    if not missed_days:
        return Words(_("**Medicines of {name}**, the week from {monday}: {told}.", **facts))
    days = listed([weekday_text(day) for day in missed_days])
    return Words(
        _("**Medicines of {name}**, the week from {monday}: {told}. Nothing was taken, or said, on {days}.", days=days, **facts),
        _("Medicines of {name}, week from {monday}: {told}.", **facts),
    )  # fmt: skip


def days_without(who: str, days: int) -> Words:
    return Words(
        _("{name} has not said for {days} days that she took her medicines. Perhaps somebody looks in. Her health page tells more.", name=who, days=days)
    )  # fmt: skip


# --- agreeing -------------------------------------------------------------------------------------------------


def may_we_keep(argument: str) -> Words:
    return Words(
        _(
            "May we keep what you measure, your medicines and your appointments, to look after you? Only staff who look after you see it, and you can take this back at any time with “no health data”."
        ),
        _("May we keep your health values to look after you? You can take it back any time."),
        options=(
            Option(f"health.agree:{argument}", _("Yes, please keep it"), _("yes")),
            Option("health.decline:", _("No"), _("no")),
        ),
    )


def may_i_remind(medicine_id: int, medicine: str, times: str, who: Text) -> Words:
    """To her: somebody of hers has entered a medicine."""
    return Words(
        _("{who} would like me to remind you: {medicine}, each day at {times}. We keep that to look after you. May I?", who=who, medicine=medicine, times=times),
        options=(
            Option(f"medicine.agree:{medicine_id}", _("Yes, please remind me"), _("yes")),
            Option(f"medicine.decline:{medicine_id}", _("No"), _("no")),
        ),
    )  # fmt: skip


def reminded_from_now(times: str) -> Words:
    return Words(_("Good, I remind you each day at {times}. “I take no more of it” ends it.", times=times))


def she_is_asked(who: str) -> Words:
    return Words(_("Thank you. I ask {name} whether that is all right; then I remind her.", name=who))


def not_reminded() -> Words:
    return Words(_("All right, I do not remind you."))


def taken_back() -> Words:
    return Words(
        _(
            "All right: from now on we keep nothing of your health, and what we had is deleted. Reminders end too."
        )
    )


def keep_nothing() -> Words:
    return Words(_("All right, nothing was kept. All the best."))


# --- values ---------------------------------------------------------------------------------------------------


def kept(told: Sequence[tuple[str, Mapping[str, float]]], beyond: Sequence[Beyond], *, hers: bool) -> Words:
    what = listed([kinds.told(kind, values) for kind, values in told])
    if not beyond:
        return Words(_("Thank you, it is noted: {what}.", what=what))
    if not hers:
        return Words(
            _(
                "Thank you, it is noted: {what}. That is outside what was agreed; people are told. If she feels ill, call 120 at once.",
                what=what,
            )
        )
    return Words(
        _(
            "Thank you, it is noted: {what}. That is outside what was agreed, so I tell those who look after you. Please sit down and rest, and measure again in ten minutes. If you feel ill, call 120 at once.",
            what=what,
        ),
        _("Noted: {what}. I tell those who look after you. Rest, measure again. Ill: call 120.", what=what),
    )


def odd() -> Words:
    return Words(
        _("I did not quite get the numbers. Could you tell me once more, like “blood pressure 135/85”?")
    )


def whose(options: Sequence[tuple[int, str]], text: str) -> Words:
    return Words(
        _("Whose value is it?"), options=tuple(Option(f"health.of:{i}:{text[:60]}", n) for i, n in options)
    )


def outside(kind: str, values: Mapping[str, float], beyond: Sequence[Beyond]) -> Words:
    """To whoever looks after her."""
    bounds = listed([_bound(b) for b in beyond])
    return Words(
        _(
            "{value} was measured; {bounds}. Please ask her how she feels, and have it measured again.",
            value=kinds.told(kind, values),
            bounds=bounds,
        )
    )


def outside_unnamed() -> Words:
    """To whoever else is told."""
    return Words(
        _("A value that was measured of her is outside what was agreed. Please ask her how she feels, and have it measured again.")
    )  # fmt: skip


def _bound(one: Beyond) -> Msg:
    value = kinds.VALUES[one.name]
    number = f"{one.bound:g}"
    if one.high:
        return _("{what} should be below {bound}", what=value.title, bound=number)
    return _("{what} should be above {bound}", what=value.title, bound=number)


# --- appointments ---------------------------------------------------------------------------------------------


def _when(at: datetime) -> dict[str, Text]:
    here = at.astimezone(ZoneInfo(clock.zone().key))
    return {"day": weekday_text(here.date()), "time": f"{here:%H:%M}"}


def appointment_noted(one: Appointment) -> Words:
    return Words(
        _(
            "Noted: {what} on {day} at {time}. I remind you on the day before, and two hours before.",
            what=str(one.what),
            **_when(one.at),
        )
    )


def tomorrow(one: Appointment) -> Words:
    facts = {
        "name": called(one.resident_id),
        "what": str(one.what),
        "place": one.place or "",
        **_when(one.at),
    }
    words = (
        _("{name}, a reminder: {what}, {day} at {time}, {place}.", **facts)
        if one.place
        else _("{name}, a reminder: {what}, {day} at {time}.", **facts)
    )
    good = Option(f"appointment.fine:{one.id}", _("I know, thank you"), _("fine"))
    ride = Option(f"appointment.ride:{one.id}", _("I need a ride"), _("need a ride"))
    no = Option(f"appointment.cancel:{one.id}", _("I cannot go"), _("cannot go"))
    asks = one.ride != "wanted" and one.request is None
    return Words(words, options=(good, ride, no) if asks else (good, no), subject=_("Your appointment"))


def soon(one: Appointment) -> Words:
    facts = {"name": called(one.resident_id), "what": str(one.what), **_when(one.at)}
    return Words(
        _("{name}, it is soon: {what} at {time}. Please take your card and your medicines with you.", **facts)
    )


def ride_asked(one: Appointment) -> Words:
    return Words(
        _("Good, I have asked the office for a ride to {what}. They call you about it.", what=str(one.what))
    )


def ride_request(one: Appointment) -> str:
    """What the office reads in the request."""
    here = one.at.astimezone(ZoneInfo(clock.zone().key))
    return f"送诊 / Ride: {one.what} {one.place or ''} {here:%m-%d %H:%M}".replace("  ", " ")


def fine_then() -> Words:
    return Words(_("Good. I remind you once more two hours before."))


def cancelled() -> Words:
    return Words(_("All right, I do not remind you of it. Please tell the doctor's office, too."))
