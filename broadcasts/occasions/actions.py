"""Occasions: rules of time by which a Notice is sent again and again, written, changed, paused, ended by staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Msg, Text, _
from backend.events import printing
from backend.records import tables
from broadcasts.audiences import finding, of_events_to_come
from broadcasts.audiences.of_tables import table_of
from broadcasts.campaigns import actions as campaigns
from broadcasts.models import Notice, Occasion
from broadcasts.notices import actions as notices
from broadcasts.occasions.schedule import Rule
from broadcasts.occasions.schedule_words import title
from broadcasts.quiet import actions as quiet

SIGNUPS = printing.KIND
SEE, WRITE = "campaign.read", "campaign.write"
ACTIVE, PAUSED, STOPPED, ENDED = "active", "paused", "stopped", "ended"
STATES: dict[str, tuple[Msg, str]] = {
    ACTIVE: (_("Running"), "good"),
    PAUSED: (_("Paused"), "attention"),
    STOPPED: (_("Stopped by itself"), "urgent"),
    ENDED: (_("Over"), "calm"),
}
MISSED: dict[str, Msg] = {
    "once": _("It is sent once, as soon as possible"),
    "skip": _("It is not sent; the next time counts"),
}
"""What becomes of times at which the system was down."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An Occasion as its page says it; see `models.Occasion`."""

    name: str
    notice_id: int
    audience: Mapping[str, Any]
    rule: Rule
    channels: tuple[str, ...] = ()
    merge: str = "person"
    missed: str = "once"


def save(actor: Actor, wanted: Wanted, occasion_id: int | None = None) -> Occasion:
    """A new one, or that one changed; it runs from now on. Raises Forbidden, NotFound, Invalid."""
    with transaction():
        before = None if occasion_id is None else locked(actor, occasion_id)
        notice = notices.seen(actor, wanted.notice_id)
        org_id = notice.org_id if before is None else before.org_id
        access.check(actor, WRITE, org_id)
        values = _checked(actor, wanted, notice) | {"state": ACTIVE, "changed_at": clock.now()}
        values["next_at"] = wanted.rule.next(clock.now(), quiet.zone(org_id))
        if values["next_at"] is None:
            raise Invalid(_("That time is over already: it would never be sent."), "day")
        # Its campaigns go out in her name, with her rights.
        values |= {"by_id": actor.id, "by_name": actor.name[:80]}
        if before is None:
            saved: Occasion = Occasion.create(org_id=org_id, created_at=clock.now(), **values)
        else:
            saved = before
            for name, value in values.items():
                setattr(saved, name, value)
            saved.save()
        told = {name: values[name] for name in ("name", "notice_id", "audience", "rule", "missed")}
        audit.record(actor, "occasion.save", subject(saved), org_id=org_id, after=told)
    return saved


def pause(actor: Actor, occasion_id: int) -> None:
    """Raises NotFound, Forbidden, Conflict."""
    _moved(actor, occasion_id, (ACTIVE,), PAUSED, None)


def go_on(actor: Actor, occasion_id: int) -> None:
    """From now on: what came due meanwhile is not sent. Raises NotFound, Forbidden, Conflict."""
    occasion = seen(actor, occasion_id)
    following = Rule.from_json(occasion.rule).next(clock.now(), quiet.zone(occasion.org_id))
    _moved(actor, occasion_id, (PAUSED, STOPPED), ENDED if following is None else ACTIVE, following)


def end(actor: Actor, occasion_id: int) -> None:
    """For good; the campaigns that it made stay. Raises NotFound, Forbidden, Conflict."""
    _moved(actor, occasion_id, (ACTIVE, PAUSED, STOPPED), ENDED, None)


def _moved(
    actor: Actor, occasion_id: int, states: Sequence[str], to: str, following: datetime | None
) -> None:
    with transaction():
        occasion = locked(actor, occasion_id)
        if occasion.state not in states:
            raise Conflict(_("This has moved on in the meantime. Please look at it again."))
        occasion.state, occasion.next_at, occasion.changed_at = to, following, clock.now()
        occasion.save()
        audit.record(actor, f"occasion.{to}", subject(occasion), org_id=occasion.org_id)


# --- asked by pages and by the clock ---------------------------------------------------------------------------


def listed(actor: Actor) -> list[Occasion]:
    """Those that the actor sees: what comes next first, what is over last."""
    mine = Occasion.org_id.in_(access.org_ids(actor, SEE))
    order = (ACTIVE, STOPPED, PAUSED, ENDED)
    last = clock.now() + timedelta(days=36_500)
    return sorted(
        Occasion.select().where(mine), key=lambda o: (order.index(o.state), o.next_at or last, -o.id)
    )


def stopped(actor: Actor) -> int:
    """How many stopped by themselves, for the menu."""
    mine = Occasion.org_id.in_(access.org_ids(actor, WRITE)) & (Occasion.state == STOPPED)
    return int(Occasion.select().where(mine).count())


def seen(actor: Actor, occasion_id: int) -> Occasion:
    """Raises NotFound, also for one that the actor may not see."""
    found = Occasion.get_or_none(Occasion.id == occasion_id)
    if found is None or not access.may(actor, SEE, found.org_id):
        raise NotFound()
    return found  # type: ignore[no-any-return]


def locked(actor: Actor, occasion_id: int) -> Occasion:
    """For who may change it; nobody else does until the transaction ends. Raises NotFound, Forbidden."""
    access.check(actor, WRITE, seen(actor, occasion_id).org_id)
    query = Occasion.select().where(Occasion.id == occasion_id)
    return (query.for_update() if is_postgres() else query).get()  # type: ignore[no-any-return]


def subject(occasion: Occasion) -> str:
    """What the audit log calls it."""
    return f"occasion:{occasion.id}"


def how_often(occasion: Occasion) -> Text:
    """Its rule in words."""
    rule = Rule.from_json(occasion.rule)
    return title(rule, column_label(occasion.audience, rule.column))


def column_label(audience: Mapping[str, Any], key: str) -> Text | None:
    """What the column is called; None of one that is gone."""
    if not key or not str(audience.get("kind", "")).startswith("table:"):
        return None
    column = table_of(audience).by_key.get(key)
    return None if column is None else column.label


def date_columns(actor: Actor, kind: str) -> list[tuple[str, Text]]:
    """The dates of each row of a kind, as (key, label)."""
    if not kind.startswith("table:"):
        return []
    columns = tables.columns_for(actor, table_of({"kind": kind}))
    return [(c.key, c.label) for c in columns if c.field.kind == "date" and not c.sealed]


def on_day(occasion: Occasion, days: Sequence[date]) -> dict[str, Any]:
    """Its audience at the times due on these days: all of it, or those whose day one of them is."""
    rule = Rule.from_json(occasion.rule)
    narrowed: dict[str, Any] = dict(occasion.audience)
    if rule.every == "person":
        dates = sorted({born for day in days for born in rule.dates(day)})
        narrowed["days"] = {"column": rule.column, "dates": [d.isoformat() for d in dates]}
    elif rule.every == "event":
        narrowed["days"] = {"dates": [rule.begins(day).isoformat() for day in days]}
    return narrowed


def coming(actor: Actor, occasion: Occasion, most: int = 5) -> list[datetime]:
    """The next times at which it comes due; of a reminder of events those at which somebody is reminded."""
    rule, tz, now = Rule.from_json(occasion.rule), quiet.zone(occasion.org_id), clock.now()
    if occasion.state not in (ACTIVE, PAUSED):
        return []
    if rule.every != "event":
        return rule.coming(now, tz, most)
    begins = of_events_to_come.begins(actor, occasion.audience).values()
    days = sorted({at.astimezone(clock.zone()).date() for at in begins})
    times = [rule.due_on(day + timedelta(days=rule.offset), tz) for day in days]
    return [at for at in times if at is not None and at > now][:most]


def whose(actor: Actor, occasion: Occasion, days: int = 7) -> list[tuple[date, int]]:
    """How many people have their day on each of the coming days, today first; empty of a rule that is the same for all."""
    if Rule.from_json(occasion.rule).every not in ("person", "event"):
        return []
    today = clock.now().astimezone(quiet.zone(occasion.org_id)).date()
    some = [today + timedelta(days=n) for n in range(days)]
    return [(day, finding.count(actor, on_day(occasion, [day]))) for day in some]


def _checked(actor: Actor, wanted: Wanted, notice: Notice) -> dict[str, Any]:
    name, rule = wanted.name.strip(), wanted.rule
    if not name:
        raise Invalid(_("Please give it a name by which your colleagues find it."), "name")
    if len(name) > 60:
        raise Invalid(_("This is longer than {n} characters.", n=60), "name")
    if notice.state != notices.ACTIVE:
        raise Invalid(_("This notice is out of use. Please choose another one."), "notice")
    kind = str(wanted.audience.get("kind", ""))
    if kind != notice.kind:
        raise Invalid(_("The notice is written for other people. Please choose them anew."), "audience")
    finding.told(actor, wanted.audience)  # raises Invalid or NotFound for what cannot be looked up
    if rule.every == "person" and rule.column not in dict(date_columns(actor, kind)):
        raise Invalid(_("Which date of each person? Please choose it."), "column")
    if rule.every == "event" and (kind, wanted.audience.get("how")) != (SIGNUPS, of_events_to_come.HOW):
        raise Invalid(_("Only a notice for those who come to an event can go before it."), "every")
    if set(wanted.channels) - set(campaigns.CHANNELS):
        raise Invalid(_("Please choose one."), "channels")
    if wanted.merge not in campaigns.MERGES:
        raise Invalid(_("Please choose one."), "merge")
    if wanted.missed not in MISSED:
        raise Invalid(_("Please choose one."), "missed")
    return {
        "name": name,
        "notice_id": notice.id,
        "audience": dict(wanted.audience),
        "channels": list(wanted.channels),
        "merge": wanted.merge,
        "rule": rule.to_json(),
        "missed": wanted.missed,
    }
