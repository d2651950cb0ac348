"""Heat, cold, storms: staff say from when to when a warning holds, and rules made for it run only then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from backend.care.services.models import WeatherWarning
from backend.core import access, audit, clock, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Msg, _

KINDS: dict[str, Msg] = {
    "heat": _("Heat warning"),
    "cold": _("Cold warning"),
    "storm": _("Storm warning"),
}
LONGEST = timedelta(days=31)


def warn(actor: Actor, org_id: int, kind: str, first: date, last: date) -> WeatherWarning:
    """It holds at the Org and below. Raises Forbidden, Invalid."""
    access.check(actor, "care.change", org_id)
    today = clock.local(clock.now()).date()
    if kind not in KINDS:
        raise Invalid(_("Please choose one."), "kind")
    if last < first or last < today or last - first > LONGEST:
        raise Invalid(_("From a day to a later one, at most a month."), "last")
    with transaction():
        made: WeatherWarning = WeatherWarning.create(
            org_id=org_id, kind=kind, first=first, last=last, by_id=actor.id, created_at=clock.now()
        )
        after = {"kind": kind, "first": first, "last": last}
        audit.record(actor, "weather.warn", f"org:{org_id}", org_id=org_id, after=after)
        return made


def lift(actor: Actor, warning_id: int) -> None:
    """Raises NotFound, Forbidden."""
    with transaction():
        found = WeatherWarning.get_or_none(WeatherWarning.id == warning_id)
        if found is None:
            raise NotFound()
        access.check(actor, "care.change", found.org_id)
        found.delete_instance()
        audit.record(actor, "weather.lift", f"org:{found.org_id}", org_id=found.org_id)


def current(actor: Actor) -> list[WeatherWarning]:
    """Those that hold or are to come where the actor may read care, the next first."""
    today = clock.local(clock.now()).date()
    mine = WeatherWarning.org_id.in_(access.org_ids(actor, "care.read")) & (WeatherWarning.last >= today)
    return list(WeatherWarning.select().where(mine).order_by(WeatherWarning.first))


def warned(kind: str, org_ids: Collection[int]) -> set[int]:
    """Of these Orgs those where such a warning holds today."""
    today = clock.local(clock.now()).date()
    holds = (WeatherWarning.kind == kind) & (WeatherWarning.first <= today) & (WeatherWarning.last >= today)
    tops = [orgs.get(w.org_id).path for w in WeatherWarning.select().where(holds)]
    return {i for i, path in orgs.paths(org_ids).items() if path.startswith(tuple(tops))} if tops else set()
