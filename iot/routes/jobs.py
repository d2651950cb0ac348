"""What the clock does for routes: nothing waits for ever, nothing grows for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from backend.core import clock
from iot.routes import entries
from iot.routes.models import Route, RoutedReading

DEAD_KEPT = timedelta(days=30)
MOST = {"sent": 20_000, "dead": 100_000}
"""That are kept of each route, however young."""
_AT_ONCE = 5_000
_Entry = RoutedReading


def look_for_room() -> int:
    """Say of each route whether as much waits as may; how many changed. Between two looks a little more may come."""
    changed = 0
    for route in Route.select():
        waits = count_waiting(route.id, route.most)
        # Not at every reading that leaves: once full, a tenth has to go first.
        full = waits >= route.most if not route.is_full else waits > route.most * 9 // 10
        if full != route.is_full:
            changed += int(Route.update(is_full=full).where(Route.id == route.id).execute())
    return changed


def count_waiting(route_id: int, most: int) -> int:
    """How many wait; counted up to `most`."""
    ours = (_Entry.route_id == route_id) & (_Entry.status == "waiting")
    return int(_Entry.select(_Entry.id).where(ours).limit(most).count())


def forget_old() -> int:
    """What was sent is shown for as long as its route says, what is dead for a month; of routes that are gone, nothing."""
    now, done = clock.now(), 0
    kept = {route.id: timedelta(days=route.kept_days) for route in Route.select(Route.id, Route.kept_days)}
    for route_id, days in kept.items():
        ours = _Entry.route_id == route_id
        done += _cleared(ours & (_Entry.status == "sent") & (_Entry.done_at < now - days))
        done += _cleared(ours & (_Entry.status == "dead") & (_Entry.done_at < now - DEAD_KEPT))
    return done + _cleared(_Entry.route_id.not_in(list(kept)))


def keep_few(most: Mapping[str, int] = MOST) -> int:
    """Of what is over the newest of each route; how many went."""
    done = 0
    for (route_id,) in Route.select(Route.id).tuples():
        for status, number in most.items():
            over = (_Entry.route_id == route_id) & (_Entry.status == status) & _Entry.done_at.is_null(False)
            edge = (
                _Entry.select(_Entry.done_at)
                .where(over)
                .order_by(_Entry.done_at.desc())
                .offset(number)
                .limit(1)
            )
            last = edge.scalar()
            if last is not None:
                done += _cleared(over & (_Entry.done_at <= last))
    return done


def _cleared(old: object) -> int:
    """In portions: the listening to devices waits for its turn to write."""
    done = 0
    while True:
        some = [row[0] for row in _Entry.select(_Entry.id).where(old).limit(_AT_ONCE).tuples()]
        if not some:
            return done
        done += int(_Entry.delete().where(_Entry.id.in_(some)).execute())


JOBS = [
    ("routes.room", 10, look_for_room),
    ("routes.too_old", 60, entries.too_old),
    ("routes.keep_few", 60, keep_few),
    ("routes.forget_old", 3_600, forget_old),
]
