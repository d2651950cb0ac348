"""Whose office answers: the area of a thread, its desk, and its hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.core import access, audit, clock, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.core.orgs import Org
from backend.inbox import hours as hours_
from backend.inbox.hours import Hours
from backend.inbox.models import OfficeHours

RIGHT = "message.say"
"""Whoever may answer people may also say when and with which words."""


def community_of(org_id: int | None) -> Org | None:
    """The community that answers: the one above a grid, the first one for somebody who belongs nowhere yet."""
    if org_id is None:
        return orgs.default_community()
    org = orgs.get(org_id)
    if org.level in ("community", "street", "district"):
        return org
    return orgs.get(above(org)[-2]) if len(above(org)) > 1 else org


def above(org: Org) -> list[int]:
    """Ids from the root down to `org` itself."""
    return [int(part) for part in org.path.strip("/").split("/")]


def area(org_id: int | None) -> Any:
    """A sub-query of the Orgs that share a queue with this one."""
    community = community_of(org_id)
    return orgs.within((community.path,) if community is not None else ())


def hours_of(org_id: int | None) -> Hours:
    """The hours of the nearest Org, from here upwards, that has written its own."""
    community = community_of(org_id)
    if community is None:
        return hours_.USUAL
    path = above(community)
    own = {row.org_id: row for row in OfficeHours.select().where(OfficeHours.org_id.in_(path))}
    nearest = next((own[org_id] for org_id in reversed(path) if org_id in own), None)
    return hours_.USUAL if nearest is None else _read(nearest)


def _read(row: OfficeHours) -> Hours:
    return Hours(hours_.read_week(row.week.split("\n")), hours_.read_closed(row.closed))


def is_open(org_id: int | None, at: datetime | None = None) -> bool:
    """Whether that office is there now (or at this instant)."""
    return hours_of(org_id).is_open(clock.local(at or clock.now()))


def write_hours(actor: Actor, org_id: int, week: list[str], closed: str) -> None:
    """Seven lines, Monday first, and the days off. Raises Invalid, naming the line."""
    access.check(actor, RIGHT, org_id)
    hours = Hours(hours_.read_week([*week, *[""] * 7][:7]), hours_.read_closed(closed))
    if not any(hours.week):
        raise Invalid(_("On at least one day of the week somebody has to be there."), "day0")
    with transaction():
        before = OfficeHours.get_or_none(OfficeHours.org_id == org_id)
        values = {
            "week": "\n".join(hours_.written_week(hours)),
            "closed": hours_.written_closed(hours),
            "updated_at": clock.now(),
        }
        OfficeHours.insert(org_id=org_id, **values).on_conflict(
            conflict_target=[OfficeHours.org_id], update=values
        ).execute()
        audit.record(
            actor,
            "inbox.hours",
            f"org:{org_id}",
            org_id=org_id,
            before={"week": before.week, "closed": before.closed} if before else None,
            after={"week": values["week"], "closed": values["closed"]},
        )


@dataclass(frozen=True, slots=True)
class Office:
    """An Org whose inbox `actor` may arrange."""

    id: int
    name: str


def offices(actor: Actor) -> list[Office]:
    """The communities where `actor` answers, and streets and districts that he stands over."""
    mine = access.org_ids(actor, RIGHT)
    rows = Org.select().where(Org.id.in_(mine) & Org.level.not_in(("grid", *orgs.GUESTS))).order_by(Org.path)
    # The communities first: they are what most have.
    return [Office(o.id, o.name) for o in sorted(rows, key=lambda o: (o.level != "community", o.path))]
