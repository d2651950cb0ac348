"""The form of an Occasion: what is typed into it, made into a rule of time and an audience, and back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from backend.core import clock
from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Text, _
from backend.events import queries as events
from broadcasts.audiences import finding, page_form
from broadcasts.audiences.finding import Audience
from broadcasts.audiences.of_events_to_come import HOW as BEGINS
from broadcasts.audiences.page_form import Choices
from broadcasts.models import Notice, Occasion
from broadcasts.occasions.actions import SIGNUPS, Wanted
from broadcasts.occasions.schedule import Rule

_BEFORE, _ON, _AFTER = "before", "on", "after"
SIDES: dict[str, Text] = {
    _BEFORE: _("days before it"),
    _ON: _("on the day itself"),
    _AFTER: _("days after it"),
}
LEAP_DAYS: dict[str, Text] = {"02-28": _("28 February"), "03-01": _("1 March")}
CALENDARS: dict[str, Text] = {"solar": _("solar calendar"), "lunar": _("lunar calendar")}
_MOST_EVENTS = 40


def choices(actor: Actor, notice: Notice, audience: Audience | None) -> Choices:
    """Who can be chosen for a notice: rows of its kind; of sign-ups, who is coming to all events or to one."""
    found = page_form.choices(actor, audience)
    if notice.kind == SIGNUPS:
        return replace(found, who=[(_("Who is coming"), _coming(actor))])
    fitting = [(title, [o for o in some if _kind(o[0]) == notice.kind]) for title, some in found.who]
    return replace(found, who=[group for group in fitting if group[1]])


def _coming(actor: Actor) -> page_form.Options:
    listed = events.listed(actor, "published").limit(_MOST_EVENTS)
    some = [{"event": e.id} for e in listed if e.starts_at > clock.now()]
    audiences: list[dict[str, Any]] = [{"kind": SIGNUPS, "how": BEGINS} | one for one in ({}, *some)]
    return [(page_form.token(a), finding.told(actor, a)) for a in audiences]


def _kind(token: str) -> str:
    return str(json.loads(token)["kind"])


def shown(occasion: Occasion | None, notice: Notice) -> MultiDict[str, Any]:
    """What the form says first."""
    if occasion is None:
        every = "event" if notice.kind == SIGNUPS else "week"
        usual = {"name": notice.name[:60], "merge": "person", "missed": "once"}
        rule = _of_rule(Rule.from_json({"every": "day", "at": "09:00"}))
        return MultiDict(usual | rule | {"every": every, "event_days": 1})
    same = {n: getattr(occasion, n) for n in ("name", "merge", "missed", "channels")}
    return MultiDict(same | _of_rule(Rule.from_json(occasion.rule)))


def _of_rule(rule: Rule) -> dict[str, Any]:
    side = _BEFORE if rule.offset < 0 else _AFTER if rule.offset else _ON
    return {
        "every": rule.every,
        "at": f"{rule.at:%H:%M}",
        "day": rule.day or "",
        "weekdays": [str(d) for d in rule.weekdays] or ["1"],
        "monthday": rule.number or 1,
        "nth": rule.nth or 1,
        "nth_weekday": rule.weekdays[0] if rule.weekdays else 1,
        "month": rule.month or 1,
        "yearday": rule.number or 1,
        "calendar": rule.calendar,
        "leap_day": rule.leap_day,
        "column": rule.column,
        "kept": "year" if rule.yearly else "once",
        "side": side,
        "days": abs(rule.offset) or 1,
        "event_days": -rule.offset,
        "first": rule.first or "",
        "last": rule.last or "",
    }


def read(given: MultiDict[str, str], notice: Notice) -> Wanted:
    """Raises Invalid, with the field of the form."""
    return Wanted(
        given.get("name", ""),
        notice.id,
        page_form.read(given),
        _rule(given),
        tuple(given.getlist("channels")),
        given.get("merge", ""),
        given.get("missed", ""),
    )


def _rule(given: MultiDict[str, str]) -> Rule:
    every = given.get("every", "")
    value: dict[str, Any] = {"every": every, "at": given.get("at", "")}
    value |= {name: given[name] for name in ("first", "last") if given.get(name)}
    match every:
        case "once":
            value |= {"day": given.get("day") or None}
        case "week":
            value |= {"weekdays": given.getlist("weekdays")}
        case "month":
            value |= {"number": _whole(given, "monthday")}
        case "nth":
            value |= {"nth": _whole(given, "nth"), "weekdays": [_whole(given, "nth_weekday")]}
        case "year":
            value |= {"month": _whole(given, "month"), "number": _whole(given, "yearday")}
            value |= {name: given.get(name, "") for name in ("calendar", "leap_day")}
        case "person":
            days = 0 if given.get("side") == _ON else _whole(given, "days")
            value |= {"column": given.get("column", ""), "yearly": given.get("kept") != "once"}
            value |= {"offset": -days if given.get("side") == _BEFORE else days}
            value |= {name: given.get(name, "") for name in ("calendar", "leap_day")}
        case "event":
            value |= {"offset": -_whole(given, "event_days")}
    return Rule.from_json(value)


def _whole(given: MultiDict[str, str], name: str) -> int:
    try:
        return int(given.get(name, ""))
    except ValueError:
        raise Invalid(_("Please give a number."), name) from None
