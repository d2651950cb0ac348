"""Readings and messages that could not be read, when they are old."""

from __future__ import annotations

from datetime import datetime

from backend.core import clock, retention
from backend.core.db import execute
from backend.core.i18n import _
from iot.commands import actions as commands
from iot.commands.actions import DeviceCommand
from iot.models import QuarantinedMessage, QuarantinePile


def _last_before(before: datetime) -> int:
    """The newest reading of those that came before then, 0 when there is none. They come in the order of their numbers, so that it is found by halving, and no
    index has to be kept for it."""
    (low, high) = execute("SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM reading").fetchone()
    wanted = clock.to_ms(before)
    found = 0
    while low <= high:
        middle = (low + high) // 2
        row = execute(
            "SELECT id, received_at FROM reading WHERE id >= ? AND id <= ? ORDER BY id LIMIT 1",
            (middle, high),
        ).fetchone()
        if row is None:
            high = middle - 1
        elif row[1] < wanted:
            found, low = int(row[0]), int(row[0]) + 1
        else:
            high = middle - 1
    return found


def _count(before: datetime) -> int:
    return int(execute("SELECT count(*) FROM reading WHERE id <= ?", (_last_before(before),)).fetchone()[0])


def _clear(before: datetime, most: int) -> int:
    last = _last_before(before)
    if not last:
        return 0
    sql = "DELETE FROM reading WHERE id IN (SELECT id FROM reading WHERE id <= ? ORDER BY id LIMIT ?)"
    return int(execute(sql, (last, most)).rowcount)


def _clear_aside(before: datetime, most: int) -> int:
    QuarantinePile.delete().where(QuarantinePile.day < clock.local(before).date()).execute()
    old = QuarantinedMessage.select(QuarantinedMessage.id).where(QuarantinedMessage.at < before).limit(most)
    return int(QuarantinedMessage.delete().where(QuarantinedMessage.id.in_(list(old))).execute())


def _clear_commands(before: datetime, most: int) -> int:
    old = DeviceCommand.select(DeviceCommand.id).where(commands.over_before(before)).limit(most)
    return int(DeviceCommand.delete().where(DeviceCommand.id.in_(list(old))).execute())


retention.register(
    retention.Kind(
        "readings",
        _("What devices measured"),
        _("single readings are deleted; alarms and what was billed stay"),
        24,
        1,
        _("What sensors tell of somebody’s home is kept no longer than it serves her (PIPL, article 19)."),
        _count,
        _clear,
        at_once=5_000,
        a_night=5_000_000,
    )
)
retention.register(
    retention.Kind(
        "put_aside",
        _("Device messages that could not be read"),
        _("deleted, with their reasons"),
        3,
        1,
        _("What nobody mended within months nobody will mend (PIPL, article 19)."),
        lambda before: int(QuarantinedMessage.select().where(QuarantinedMessage.at < before).count()),
        _clear_aside,
        at_once=1_000,
    )
)
retention.register(
    retention.Kind(
        "device_commands",
        _("What devices were told"),
        _("deleted; the audit log keeps who told them what"),
        12,
        1,
        _("Who opened which door when is kept as long as somebody may ask about it (PIPL, article 19)."),
        lambda before: int(DeviceCommand.select().where(commands.over_before(before)).count()),
        _clear_commands,
        at_once=1_000,
    )
)
