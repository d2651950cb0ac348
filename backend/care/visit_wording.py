"""What we say about visits: to who goes there, to the office, to the family."""

from __future__ import annotations

from backend.care.models import Visit
from backend.care.wording import clock_text
from backend.core.i18n import Text, _
from backend.fields.words import Option, Words


def asked(visit: Visit, who: str, place: Text, about: Text) -> Words:
    facts = {"name": who, "place": place, "time": clock_text(visit.due_at), "reason": about}
    return Words(
        _("**Visit** {name}, {place}, by {time}. {reason}", **facts),
        _("Visit {name}, {place}, by {time}. {reason}", **facts),
        options=options(visit),
    )


def options(visit: Visit) -> tuple[Option, ...]:
    go = Option(f"visit.go:{visit.id}", _("I am on my way"), _("on my way"))
    done = Option(f"visit.done:{visit.id}", _("Report the visit"), _("report"))
    return (done,) if visit.status == "going" else (go, done)


def overdue(visit: Visit) -> Words:
    return Words(
        _("Nobody has reported from the visit that was due at {time}.", time=clock_text(visit.due_at))
    )


def nobody_opened() -> Words:
    return Words(
        _("Somebody of the community went to her door, and nobody opened. Please find out how she is."),
        _("We were at her door, nobody opened. Please find out how she is."),
    )


def trouble_after_all(condition: Text, report: str) -> Words:
    return Words(
        _("It was thought to be over, but somebody of the community was at her door: {condition}. {report}",
          condition=condition, report=report[:200]),
        _("It is not over: {condition}. {report}", condition=condition, report=report[:40]),
    )  # fmt: skip


def visited(who: str, condition: Text) -> Words:
    return Words(_("{name} was visited: {condition}.", name=who, condition=condition))
