"""What Mosquitto tells of itself ($SYS): whether it threw messages away, and how many wait there."""

from __future__ import annotations

from datetime import timedelta

import structlog

from backend.core import clock
from backend.core.db import transaction
from backend.core.i18n import Text, _
from iot.ingest.models import BrokerFigure
from iot.uplink import Arrived

DROPPED = "$SYS/broker/publish/messages/dropped"
WAITING = "$SYS/broker/store/messages/count"
TOPICS = (DROPPED, WAITING)
TOLD_FOR = timedelta(hours=1)
"""So long it is told that messages were lost."""
MANY = 20_000
"""Messages that wait: more than a minute's work."""
log = structlog.get_logger()


def note(arrived: Arrived) -> None:
    """Write a figure down."""
    if arrived.topic not in TOPICS or not arrived.payload.isdigit():
        return
    figure, now = int(arrived.payload), clock.now()
    with transaction():
        before = BrokerFigure.get_or_none(BrokerFigure.name == arrived.topic)
        if before is None:
            BrokerFigure.create(name=arrived.topic, figure=figure, at=now)
            return
        # A smaller one: the broker was started anew, and has counted from nothing.
        grown = figure - before.figure if figure >= before.figure else figure
        if grown > 0:
            before.grown, before.grew_at = grown, now
        before.figure, before.at = figure, now
        before.save()
    if grown > 0 and arrived.topic == DROPPED:
        log.error("ingest.broker_dropped_messages", messages=grown)


def standing() -> tuple[bool, Text]:
    """Red for an hour after the broker lost messages, and while more wait than we take away."""
    now = clock.now()
    known = {row.name: row for row in BrokerFigure.select()}
    dropped, waiting = known.get(DROPPED), known.get(WAITING)
    if dropped is not None and dropped.grew_at is not None and now - dropped.grew_at < TOLD_FOR:
        return False, _("The broker threw {n} messages of devices away.", n=dropped.grown)
    if waiting is not None and waiting.figure > MANY:
        return False, _("{n} messages wait at the broker.", n=waiting.figure)
    return True, _("Nothing was lost at the broker.")
