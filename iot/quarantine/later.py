"""What was put aside though nothing is wrong with it, because the machine had no memory for its codec, is tried again by itself, until it is a day old. Staff are
told of detectors that could not be read for a minute: it may have been smoke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from backend.core import clock
from backend.core.db import transaction
from iot import known, storing, unheard
from iot.models import Device, QuarantinedMessage
from iot.quarantine import kept as quarantine

AT_ONCE = 200
TELL = timedelta(minutes=1)
OVER = timedelta(days=1)
_Row = QuarantinedMessage


def again() -> int:
    """How many of those that are due could be stored now."""
    due: list[QuarantinedMessage] = list(
        _Row.select().where(_Row.again_at <= clock.now()).order_by(_Row.id).limit(AT_ONCE)
    )
    old = [row.id for row in due if clock.now() - row.at > OVER]
    _Row.update(again_at=None).where(_Row.id.in_(old)).execute()
    rows = [row for row in due if row.id not in old]
    if not rows:
        return 0
    _tell([row for row in rows if clock.now() - row.at > TELL])
    # As `replaying` does it: what still cannot be read is put aside anew.
    done = storing.store_surely([quarantine.arrived_again(row) for row in rows])
    with transaction():
        _Row.delete().where(_Row.id.in_([row.id for row in rows])).execute()
    return len(rows) - done.quarantined


def _tell(rows: Sequence[QuarantinedMessage]) -> None:
    found = {d.address: d for d in Device.select().where(Device.address.in_({row.device for row in rows}))}
    models = known.profiles(found.values())
    with transaction():
        unheard.tell(
            one
            for row in rows
            if (device := found.get(row.device)) is not None
            and (
                one := unheard.of(
                    replace(quarantine.arrived_again(row), first=None),
                    device,
                    models.get(device.profile_id or 0),
                )
            )
        )
