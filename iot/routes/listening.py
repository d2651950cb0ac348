"""What devices say is put on its way in the transaction that stores it. Without a live route that is one small question and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from backend.core import clock, orgs
from backend.core.db import execute, execute_many, is_postgres
from iot.body import parted
from iot.heard import Heard
from iot.models import Device
from iot.points import BODY
from iot.routes import filters, private
from iot.routes.filters import Filter
from iot.routes.models import RoutedReading
from iot.routes.private import without_body
from iot.uplink import Scalar

_LIVE = "SELECT id, changed_at, is_full FROM route WHERE state = 'live'"
_WHOLE = "SELECT id, changed_at, org_id, filter FROM route WHERE id = ?"
_PUT = {
    False: "INSERT INTO routed_reading (route_id, device_id, kind, at, received_at, said, status, tries, created_at)"
    " SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->5, 'waiting', 0, value->>6 FROM json_each(?)",
    True: "INSERT INTO routed_reading (route_id, device_id, kind, at, received_at, said, status, tries, created_at)"
    " SELECT (value->>0)::int, (value->>1)::int, value->>2, (value->>3)::bigint, (value->>4)::bigint, value->>5, 'waiting', 0,"
    " (value->>6)::bigint FROM jsonb_array_elements(?::jsonb) WITH ORDINALITY AS row(value, place) ORDER BY place",
}
"""The rows as one JSON parameter: the statement is the same however many there are, and they get their numbers in their order."""
_PUT_SEALED = (
    "INSERT INTO routed_reading (route_id, device_id, kind, at, received_at, said, body, status, tries, created_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', 0, ?)"
)
_BIG = 2**63
_NOWHERE = "-"
_NUL = "\\u0000"
_LOST = "UPDATE route SET lost = lost + ?, lost_since = COALESCE(lost_since, ?) WHERE id = ?"


@dataclass(frozen=True, slots=True)
class _Plan:
    changed_at: int
    top: str
    """The path of its Org: what it takes stands below. _NOWHERE takes nothing."""
    filter: Filter


_plans: dict[int, _Plan] = {}


class Passing(NamedTuple):
    """Something that a device said, or that became of an alarm of its; see `Heard`."""

    device: Device
    kind: str
    at: datetime
    received: datetime
    values: Mapping[str, Scalar]
    before: Mapping[str, Scalar]


def listen(batch: Sequence[Heard]) -> None:
    """An entry for each reading and each route that wants it."""
    live = execute(_LIVE).fetchall() if batch else ()
    if live:
        _put(
            live, _open(Passing(h.device, h.uplink.kind, h.at, h.received, h.values, h.before) for h in batch)
        )


def _open(batch: Iterable[Passing]) -> list[Passing]:
    """What of these may go onward, and be asked by a condition."""
    said = list(batch)
    hers = private.of_these((p.device, values) for p in said for values in (p.values, p.before))
    return (
        [
            p._replace(values=without_body(p.values), before=without_body(p.before))
            if p.device.id in hers
            else p
            for p in said
        ]
        if hers
        else said
    )


def put(passing: Passing) -> None:
    """An entry for each route that wants it, in the caller's transaction."""
    if live := execute(_LIVE).fetchall():
        _put(live, [passing])


def _put(live: Sequence[Any], batch: Sequence[Passing]) -> None:
    paths = orgs.paths({p.device.org_id for p in batch if p.device.org_id is not None})
    now = clock.now_ms()
    rows: list[Any] = []
    for route_id, changed_at, is_full in sorted(live):
        plan = _plan(route_id, changed_at)
        wanted = [passing for passing in batch if plan is not None and _wants(plan, passing, paths)]
        if is_full and wanted:
            execute(_LOST, (len(wanted), now, route_id))
            continue
        rows += [
            (route_id, p.device.id, p.kind, clock.to_ms(p.at), clock.to_ms(p.received), dict(p.values), now)
            for p in wanted
        ]
    if any(not BODY.isdisjoint(row[5]) for row in rows):
        execute_many(_PUT_SEALED, [_with_body(row) for row in rows])
    elif rows:
        execute(_PUT[is_postgres()], [_json(rows)])


def _wants(plan: _Plan, passing: Passing, paths: Mapping[int, str]) -> bool:
    device = passing.device
    return (
        device.status == "active"
        and paths.get(device.org_id or 0, "").startswith(plan.top)
        and plan.filter.wants(passing.kind, device.id, device.profile_id, passing.values.keys())
        and plan.filter.holds(passing.kind, passing.values, passing.before, device.name)
    )


def _with_body(row: Any) -> tuple[Any, ...]:
    said, body = parted({point: _readable(value) for point, value in row[5].items()})
    return (
        *row[:5],
        orjson.dumps(said).decode(),
        None if body is None else RoutedReading.body.seal(body),
        row[6],
    )


def _json(rows: Sequence[Any]) -> str:
    try:
        text = orjson.dumps(rows).decode()
    except TypeError:
        text = _NUL
    if _NUL not in text:
        return text
    # Half a surrogate pair, a number beyond 64 bits, a zero byte: what a database or other systems could not read.
    plain = [(*row[:5], {point: _readable(v) for point, v in row[5].items()}, row[6]) for row in rows]
    return orjson.dumps(plain).decode()


def _readable(value: Scalar) -> Scalar:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    return value if not isinstance(value, int) or abs(value) < _BIG else str(value)


def _plan(route_id: int, changed_at: int) -> _Plan | None:
    """Read once for each change of the route; None when it was removed in this moment."""
    known = _plans.get(route_id)
    if known is not None and known.changed_at == changed_at:
        return known
    row = execute(_WHOLE, (route_id,)).fetchone()
    if row is None:
        return None
    top = orgs.paths({row[2]}).get(row[2])
    if top is None:
        return None
    wanted = row[3] if isinstance(row[3], dict) else orjson.loads(row[3])
    if not filters.readable(wanted):
        # The storing of readings and alarms must not fail for it; the health page tells.
        top = _NOWHERE
    made = _Plan(row[1], top, Filter.from_json(wanted))
    _plans[route_id] = made
    return made
