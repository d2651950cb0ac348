"""What waits on a route: the next ones, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from backend.core import backoff, clock, orgs
from backend.core.db import transaction
from iot.body import whole
from iot.models import Device, DeviceProfile
from iot.routes import private
from iot.routes.models import Route, RoutedReading
from iot.routes.sending import Failure, Outcome
from iot.routes.shape import Item

TRIES = 10
"""Of a reading that is refused by itself: about a quarter of an hour. What nobody answers to is tried for a day."""
OLDEST = timedelta(days=1)
_Entry = RoutedReading


def waiting(route: Route, most: int) -> list[Item]:
    """The next ones in order, without those of devices whose first one is held after a refusal."""
    now = clock.now()
    ours = (_Entry.route_id == route.id) & (_Entry.status == "waiting")
    held = _Entry.select(_Entry.device_id).where(
        ours & _Entry.next_at.is_null(False) & (_Entry.next_at > now)
    )
    query = _Entry.select().where(ours & _Entry.device_id.not_in(held))
    return items(route, list(query.order_by(_Entry.id).limit(most)))


def items(route: Route, entries: Sequence[RoutedReading]) -> list[Item]:
    """With what is known of their devices now."""
    if not entries:
        return []
    devices = {d.id: d for d in Device.select().where(Device.id.in_({e.device_id for e in entries}))}
    profiles = {d.profile_id for d in devices.values() if d.profile_id is not None}
    models: dict[int, str] = dict(
        DeviceProfile.select(DeviceProfile.id, DeviceProfile.key)
        .where(DeviceProfile.id.in_(profiles))
        .tuples()
    )
    names: dict[int, str] = dict(
        orgs.Org.select(orgs.Org.id, orgs.Org.name)
        .where(orgs.Org.id.in_({d.org_id for d in devices.values() if d.org_id is not None}))
        .tuples()
    )
    # She may have chosen so since they were put on their way.
    hers = private.of_these(
        (devices[e.device_id], e.body) for e in entries if e.body and e.device_id in devices
    )
    return [
        _item(route, e, e.body if e.device_id not in hers else None, devices.get(e.device_id), models, names)
        for e in entries
    ]


def _item(
    route: Route, entry: Any, body: Any, device: Any, models: dict[int, str], names: dict[int, str]
) -> Item:
    org_id = (device.org_id if device is not None else None) or route.org_id
    return Item(
        entry_id=entry.id or 0,
        # SQLite gives the number of a row that is gone to another: the moment tells them apart.
        key=f"{route.uid}-{entry.id or 0}-{clock.to_ms(entry.received_at)}",
        device_id=entry.device_id,
        address=device.address if device is not None else "",
        name=(device.name or device.address) if device is not None else "",
        model=models.get(device.profile_id or 0, "") if device is not None else "",
        org_id=org_id,
        org=names.get(org_id, ""),
        kind=entry.kind,
        at=entry.at,
        received=entry.received_at,
        values=whole(orjson.loads(entry.said), body),
    )


def settle(route_id: int, items_: Sequence[Item], outcomes: Sequence[Outcome], *, ill: bool = False) -> None:
    """Write down what became of them, in one transaction. `ill`: so many were refused one after the other that it is the target's fault."""
    taken = [i.entry_id for i, outcome in zip(items_, outcomes, strict=False) if outcome is None]
    failures = [(i, o) for i, o in zip(items_, outcomes, strict=False) if o is not None]
    now = clock.now()
    with transaction():
        route = Route.get_or_none(Route.id == route_id)
        if route is None:
            return
        if taken:
            _sent(route, taken, now)
        for item, failure in failures:
            if failure.whose == "item":
                _refused(item, failure, now)
        broken = next((f for _i, f in failures if f.whose == "target" or ill), None)
        if broken is not None:
            _fails(route, broken, now)
        # Its state is staff's, who may be pausing it at this moment.
        ours = ["sent", "sent_at", "tries", "next_at", "failing_since", "error"]
        if broken is not None and broken.final:
            route.state, route.changed_at = "paused", now
            ours += ["state", "changed_at"]
        route.save(only=ours)


def _sent(route: Route, taken: Sequence[int], now: datetime) -> None:
    these = _Entry.id.in_(taken) & (_Entry.status == "waiting")
    if route.kept_days:
        done = _Entry.update(status="sent", done_at=now, next_at=None, error=None).where(these).execute()
    else:
        done = _Entry.delete().where(these).execute()
    route.sent += done
    route.sent_at, route.tries = now, 0
    route.next_at = route.failing_since = route.error = None


def _refused(item: Item, failure: Failure, now: datetime) -> None:
    entry = _Entry.get_or_none((_Entry.id == item.entry_id) & (_Entry.status == "waiting"))
    if entry is None:
        return
    entry.tries, entry.error = entry.tries + 1, failure.why[:200]
    if failure.final or entry.tries >= TRIES:
        entry.status, entry.done_at, entry.next_at = "dead", now, None
    else:
        entry.next_at = now + _wait(entry.tries, failure.wait)
    entry.save()


def _fails(route: Route, failure: Failure, now: datetime) -> None:
    route.tries += 1
    route.error = failure.why[:200]
    route.failing_since = route.failing_since or now
    route.next_at = now + _wait(route.tries, failure.wait)


def _wait(tries: int, asked: float | None) -> timedelta:
    return max(backoff.after(tries, first=1, factor=2, most=300), timedelta(seconds=asked or 0))


def too_old() -> int:
    """What has waited for a day is dead; how many that were. Also on routes that are paused: nothing waits for ever."""
    before, now = clock.now() - OLDEST, clock.now()
    done = 0
    for route in Route.select():
        why = f"not taken within a day: {route.error or route.state}"[:200]
        old = (_Entry.route_id == route.id) & (_Entry.status == "waiting") & (_Entry.created_at < before)
        gone = {"status": "dead", "done_at": now, "next_at": None, "error": why}
        done += int(_Entry.update(gone).where(old).execute())
    return done


def forget_bodies(device_ids: Sequence[int]) -> None:
    """What these devices measured of somebody's body goes, whether it waits, was sent or was not taken; a reading of which nothing is left goes altogether."""
    theirs = _Entry.device_id.in_(device_ids) & _Entry.body.is_null(False)
    _Entry.delete().where(theirs & (_Entry.said == "{}")).execute()
    _Entry.update(body=None).where(theirs).execute()
