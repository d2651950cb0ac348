"""Where readings go onward, and what is on its way there."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model
from iot.body import Sealed


class Route(Model):
    """What devices below an Org say goes to `target` (JSON by its `kind`, with its secrets). `filter` and `shape`: see filters.py and shape.py.

    live | paused. `rate`: readings a second at most, 0 for no limit. `most`: how many may wait; `is_full` while there are that many, and then `lost`
    counts those that were left out since `lost_since`. `kept_days`: how long what was sent is still shown. While the target does not take what we send,
    `failing_since` and `error` say so, `tries` counts and `next_at` is when it is tried again.
    """

    org_id = peewee.IntegerField(index=True)
    name = peewee.CharField(80)
    kind = peewee.CharField(8)
    uid = peewee.CharField(24, unique=True)
    filter = peewee.JSONField()
    shape = peewee.JSONField()
    target = Encrypted()
    state = peewee.CharField(8)
    rate = peewee.IntegerField()
    kept_days = peewee.IntegerField()
    most = peewee.IntegerField()
    is_full = peewee.BooleanField(default=False)
    lost = peewee.IntegerField(default=0)
    lost_since = Instant(null=True)
    sent = peewee.BigIntegerField(default=0)
    sent_at = Instant(null=True)
    tries = peewee.IntegerField(default=0)
    next_at = Instant(null=True)
    failing_since = Instant(null=True)
    error = peewee.CharField(200, null=True)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    created_at = Instant()
    changed_at = Instant()

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return f"route:{self.id}"


class RoutedReading(Model):
    """One reading on its way along one route. waiting | sent | dead; `said` is JSON by Point, `body` what of it was measured on somebody's body. `next_at`: it was refused by itself, and is tried again then; its
    device's later ones wait behind it. `created_at`: since when it waits."""

    route_id = peewee.IntegerField()
    device_id = peewee.IntegerField()
    kind = peewee.CharField(8)
    at = Instant()
    received_at = Instant()
    said = peewee.TextField()
    body = Sealed(null=True)
    status = peewee.CharField(8)
    tries = peewee.IntegerField(default=0)
    next_at = Instant(null=True)
    error = peewee.CharField(200, null=True)
    created_at = Instant()
    done_at = Instant(null=True)


_entry = RoutedReading
_entry.add_index(_entry.route_id, _entry.id, where=_entry.status == "waiting", name="routedreading_waiting")
_entry.add_index(
    _entry.route_id,
    _entry.next_at,
    where=(_entry.status == "waiting") & _entry.next_at.is_null(False),
    name="routedreading_held",
)
_entry.add_index(_entry.route_id, _entry.id, where=_entry.status == "dead", name="routedreading_dead")
_entry.add_index(_entry.done_at, where=_entry.done_at.is_null(False), name="routedreading_done")
