"""What staff do with routes: make them, try them, pause them, send again what nobody took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import peewee

from backend.core import access, audit, clock, health, ids
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Msg, Text, _, ngettext
from iot.models import Device
from iot.points import POINTS
from iot.registry import devices
from iot.routes import entries, filters, kinds, private, shape
from iot.routes.filters import KINDS as SAID
from iot.routes.filters import Filter
from iot.routes.models import Route, RoutedReading
from iot.routes.private import without_body
from iot.routes.sending import Sender
from iot.routes.shape import Item, Shape

RIGHT = "device.route"
MOST_ROUTES = 50
"""That may be live: each is a thread and a connection."""
MOST_WAITING = 100_000
MOST_KEPT_DAYS = 30
MOST_RATE = 10_000
STATE: dict[str, tuple[Msg, str]] = {"live": (_("Live"), "good"), "paused": (_("Paused"), "calm")}
_PATIENCE_S = 300
_LOOKED_AT = 20
"""Devices, for a sample."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form says of a route. `given`: the fields of its kind."""

    name: str
    filter: Filter
    shape: Shape
    given: Mapping[str, str]
    rate: int = 0
    kept_days: int = 3


def create(actor: Actor, org_id: int, kind: str, wish: Wish) -> Route:
    """A new route, paused. Raises Forbidden, Invalid, NotFound."""
    access.check(actor, RIGHT, org_id)
    if kind not in kinds.KINDS:
        raise NotFound()
    values = _checked(wish, kind, {}, org_id)
    now = clock.now()
    with transaction():
        made: Route = Route.create(
            **values, org_id=org_id, kind=kind, uid=ids.token(9), state="paused", most=MOST_WAITING, by_id=actor.id,
            by_name=actor.name[:80], created_at=now, changed_at=now,
        )  # fmt: skip
        audit.record(actor, "route.create", made.subject, org_id=org_id, after=_said(made))
    return made


def change(actor: Actor, route_id: int, wish: Wish) -> Route:
    """Raises NotFound, Invalid."""
    with transaction():
        route = seen(actor, route_id)
        before = _said(route)
        for column, value in _checked(wish, route.kind, kinds.target_of(route), route.org_id).items():
            setattr(route, column, value)
        # It may be mended now: it is tried at once.
        route.next_at, route.tries, route.changed_at = None, 0, clock.now()
        route.save()
        audit.record(
            actor, "route.change", route.subject, org_id=route.org_id, before=before, after=_said(route)
        )
    return route


def turn(actor: Actor, route_id: int, state: str) -> Route:
    """live: from now on readings go; paused: none do, and none are put aside for later. Raises NotFound, Invalid."""
    with transaction():
        route = seen(actor, route_id)
        if state not in STATE:
            raise NotFound()
        if state == "live" and Route.select().where(Route.state == "live").count() >= MOST_ROUTES:
            raise Invalid(_("{most} routes are live already. Please pause one first.", most=MOST_ROUTES))
        route.state, route.changed_at = state, clock.now()
        route.next_at, route.tries, route.failing_since, route.error = None, 0, None, None
        route.lost, route.lost_since = 0, None
        route.save()
        audit.record(actor, f"route.{state}", route.subject, org_id=route.org_id)
    return route


def remove(actor: Actor, route_id: int) -> None:
    """With all that waits on it, which the clock clears. Raises NotFound."""
    with transaction():
        route = seen(actor, route_id)
        route.delete_instance()
        audit.record(actor, "route.remove", route.subject, org_id=route.org_id, before=_said(route))


def try_out(actor: Actor, route_id: int) -> tuple[bool, str]:
    """Send a sample, the newest reading that the route would take or one made up: whether it was taken, and what the other side said. Raises NotFound."""
    route = seen(actor, route_id)
    sender: Sender = kinds.sender_of(route)
    try:
        taken, said = sender.try_out(sample(route))
    finally:
        sender.close()
    audit.record(actor, "route.try", route.subject, org_id=route.org_id, after={"taken": taken, "said": said})
    return taken, said


def send_again(actor: Actor, route_id: int, entry_id: int | None = None) -> int:
    """What is dead waits once more: one, or all of the route; how many. Raises NotFound."""
    with transaction():
        route = seen(actor, route_id)
        these = (RoutedReading.route_id == route.id) & (RoutedReading.status == "dead")
        if entry_id is not None:
            these &= RoutedReading.id == entry_id
        anew = {
            "status": "waiting",
            "tries": 0,
            "next_at": None,
            "done_at": None,
            "created_at": clock.now(),
        }
        count = int(RoutedReading.update(anew).where(these).execute())
        audit.record(actor, "route.send_again", route.subject, org_id=route.org_id, after={"readings": count})
    return count


def seen(actor: Actor, route_id: int) -> Route:
    """Raises NotFound, also for one that the actor may not see."""
    route = Route.get_or_none(Route.id == route_id)
    if route is None or not access.may(actor, RIGHT, route.org_id):
        raise NotFound()
    return route  # type: ignore[no-any-return]


def listed(actor: Actor) -> list[Route]:
    query = Route.select().where(Route.org_id.in_(access.org_ids(actor, RIGHT)))
    return list(query.order_by(Route.state, Route.name, Route.id))


def counts(route_id: int) -> dict[str, int]:
    """How many wait and how many are dead."""
    entry = RoutedReading
    found = {}
    for status in ("waiting", "dead"):
        found[status] = entry.select().where((entry.route_id == route_id) & (entry.status == status)).count()
    return found


def waiting() -> list[tuple[tuple[str], float]]:
    """How many wait, by route."""
    entry = RoutedReading
    query = entry.select(entry.route_id, peewee.fn.COUNT(entry.id)).where(entry.status == "waiting")
    return [((str(number),), float(count)) for number, count in query.group_by(entry.route_id).tuples()]


def lately(route_id: int, status: str, limit: int = 30) -> list[RoutedReading]:
    """The newest ones of this status."""
    query: Any = RoutedReading.select().where(
        (RoutedReading.route_id == route_id) & (RoutedReading.status == status)
    )
    return list(query.order_by(RoutedReading.id.desc()).limit(limit))


def sample(route: Route) -> Item:
    """The newest reading of a device that the route may take, else one that is made up."""
    now = clock.now()
    wanted = Filter.from_json(route.filter)
    below = Device.org_id.in_(access.orgs.within((access.orgs.get(route.org_id).path,)))
    in_use = below & (Device.status == "active") & Device.seen_at.is_null(False)
    for device in Device.select().where(in_use).order_by(Device.seen_at.desc()).limit(_LOOKED_AT):
        found = devices.readings(device, 3)
        hers = private.of_these((device, reading.said) for reading in found)
        for reading in found:
            said = without_body(reading.said) if hers else reading.said
            if wanted.wants(reading.kind, device.id, device.profile_id, said) and wanted.holds(
                reading.kind, said, {}, device.name
            ):
                row = RoutedReading(
                    route_id=route.id, device_id=device.id, kind=reading.kind, at=reading.at, received_at=now,
                    said=json.dumps(dict(said), ensure_ascii=False).encode("utf-8", "replace").decode(),
                )  # fmt: skip
                return entries.items(route, [row])[0]
    point = next((p for p in POINTS if p in wanted.points), "temperature")
    org = access.orgs.get(route.org_id)
    return Item(
        0, f"{route.uid}-0-{clock.to_ms(now)}", 0, "plain:sample", "Sample", "", org.id, org.name, "data", now, now,
        {point: 21.5},
    )  # fmt: skip


def well() -> tuple[bool, Text]:
    """Red when a target has not taken anything for minutes, when a route is full, or when nobody brings readings onward."""
    live = list(Route.select().where(Route.state == "live"))
    if live and not any(row.process == "routes" for row in health.living()):
        return False, _("Nobody brings readings onward: they wait, for a day.")
    # Without their names: /healthz is open to everybody.
    if full := sum(r.is_full for r in live):
        return False, ngettext(
            "So much waits on {n} route that new readings are left out.",
            "So much waits on {n} routes that new readings are left out.",
            full,
        )
    if odd := sum(not filters.readable(r.filter) for r in live):
        return False, ngettext(
            "The condition of {n} route is not understood any more, and nothing goes.",
            "The conditions of {n} routes are not understood any more, and nothing goes.",
            odd,
        )
    now = clock.now()
    failing = [(now - r.failing_since).total_seconds() for r in live if r.failing_since]
    if ill := sum(seconds > _PATIENCE_S for seconds in failing):
        return False, ngettext(
            "The other system of {n} route takes nothing.",
            "The other systems of {n} routes take nothing.",
            ill,
        )
    return True, ngettext("{n} route is live", "{n} routes are live", len(live))


def _checked(wish: Wish, kind: str, before: Mapping[str, Any], org_id: int) -> dict[str, Any]:
    name = wish.name.strip()
    if not name:
        raise Invalid(_("What shall the route be called?"), "name")
    unknown = (wish.filter.points | wish.shape.points) - POINTS.keys() or wish.filter.kinds - set(SAID)
    if unknown or wish.shape.how not in ("reading", "points"):
        raise Invalid(_("Please choose one."), "points")
    if not 0 <= wish.rate <= MOST_RATE:
        raise Invalid(_("A number from {least} to {most}, please.", least=0, most=MOST_RATE), "rate")
    if not 0 <= wish.kept_days <= MOST_KEPT_DAYS:
        raise Invalid(
            _("A number from {least} to {most}, please.", least=0, most=MOST_KEPT_DAYS), "kept_days"
        )
    condition = filters.checked(wish.filter.condition)
    template = shape.checked(wish.shape.template, "template")
    if wish.shape.how == "points" and "{point}" not in template:
        raise Invalid(_("Without {point} all values would have the same name.", point="{point}"), "template")
    made = Shape(wish.shape.how, wish.shape.points, template)
    target = kinds.KINDS[kind].checked(wish.given, before) | {"org": org_id}
    return {
        "name": name[:80],
        "filter": replace(wish.filter, condition=condition).to_json(),
        "shape": made.to_json(),
        "target": json.dumps(target, ensure_ascii=False),
        "rate": wish.rate,
        "kept_days": wish.kept_days,
    }


def _said(route: Route) -> dict[str, Any]:
    """For the audit log: without secrets, which some web addresses have in their path."""
    parts = urlsplit(kinds.target_of(route)["url"])
    to = f"{parts.scheme}://{parts.netloc or parts.path.strip('/')}"
    return {"name": route.name, "to": to, "filter": route.filter, "shape": route.shape, "rate": route.rate}
