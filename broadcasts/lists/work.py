"""What a worker does for a list: reads the file into rows, then finds out whose they are, a portion a transaction. Whatever is killed goes
on where it was; only a portion is in memory at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

import peewee
import structlog
from rq.timeouts import BaseTimeoutException

from backend.core import clock, crypto, db
from backend.core.access import Actor
from backend.core.db import execute, transaction
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import Text, _
from backend.sheets import cells, reading
from backend.sheets.cells import Cell
from backend.staff import queries as staff
from broadcasts.lists import actions as lists
from broadcasts.lists import matching as lists_matching
from broadcasts.lists.matching import UNREAD, Line
from broadcasts.models import VALUES_PLACE, AudienceList, AudienceRow

PORTION = 1_000
AT_ONCE = 500
"""Rows of one statement."""
SLICE_S = 6.0
STALE_S = 30
MOST_ROWS = 500_000
KEPT = timedelta(days=7)
"""How long a file waits to be set up."""
_PAUSE_S = 0.005
New = tuple[int, Sequence[Cell], int | None, int | None, str | None]
"""Of a row that is written down: its number, cells, resident, Identity, and why nobody can be told by it."""
log = structlog.get_logger()


def work(list_id: int, seconds: float = SLICE_S) -> bool:
    """The RQ job: one turn of work; whether that was all. May be called twice, or too often."""
    db.reconnect_if_lost()
    try:
        _read(list_id)
        done = _match(list_id, seconds)
    except LinliError as refused:
        _give_up(list_id, refused.text)
        return True
    except (peewee.OperationalError, peewee.InterfaceError, BaseTimeoutException):
        raise  # the database is away, or a worker had no more time: it goes on later
    except Exception:
        log.exception("list.failed", list=list_id)
        _give_up(list_id, _("Something went wrong on our side. Please choose the file again."))
        return True
    if not done:
        lists.nudge(list_id)
    return done


def resume() -> int:
    """Take up what was broken off."""
    long_ago = clock.now() - timedelta(seconds=STALE_S)
    waiting = AudienceList.state.in_(lists.WORKING) & (AudienceList.changed_at < long_ago)
    ids = [row.id for row in AudienceList.select(AudienceList.id).where(waiting)]
    for list_id in ids:
        lists.nudge(list_id)
    return len(ids)


def sweep() -> int:
    """Forget files that nobody set up, or that could not be read; how many."""
    old = AudienceList.state.in_((lists.CHOSEN, lists.FAILED)) & (
        AudienceList.changed_at < clock.now() - KEPT
    )
    swept = 0
    for one in list(AudienceList.select().where(old)):
        with transaction():
            lists.drop_file(one)
            AudienceRow.delete().where(AudienceRow.list_id == one.id).execute()
            swept += one.delete_instance()
    return swept


JOBS = [("lists.resume", 10, resume), ("lists.sweep", 3600, sweep)]


def values_of(sealed: Any) -> list[Cell]:
    """The cells of an AudienceRow, as in its list's Layout."""
    [(_number, found)] = cells.loaded(crypto.decrypt(sealed, VALUES_PLACE.decode()).decode())
    return found


def _read(list_id: int) -> None:
    """The rows of the file. What was broken off reads it again and skips what it has."""
    one = AudienceList.get_or_none(AudienceList.id == list_id)
    if one is None or one.state != lists.READING:
        return
    layout = lists.layout_of(one)
    book = lists.book_of(one, layout.encoding)
    coming = reading.records(
        book.rows(layout.sheet), lists.header_of(layout), [p for p, _n in layout.columns]
    )
    rows: Iterator[reading.Row] = islice(coming, one.rows, None)
    total = one.rows
    while part := list(islice(rows, PORTION)):
        with transaction():
            now = lists.locked(list_id)
            if now is None or now.state != lists.READING or now.rows != total:
                return  # another worker is at it, or it was taken away
            total += len(part)
            if total > MOST_ROWS:
                raise Invalid(_("A list can have {n} rows. Please divide the file.", n=MOST_ROWS))
            insert(list_id, [(number, row, None, None, UNREAD) for number, row in part])
            now.rows, now.changed_at = total, clock.now()
            now.save(only=(AudienceList.rows, AudienceList.changed_at))
            lists.tell(now)
    with transaction():
        now = lists.locked(list_id)
        if now is not None and now.state == lists.READING:
            lists.drop_file(now)
            lists.move(now, lists.MATCHING)


def insert(list_id: int, lines: Sequence[New]) -> None:
    """Write rows down, inside the caller's transaction."""
    for start in range(0, len(lines), AT_ONCE):
        some = lines[start : start + AT_ONCE]
        values = [
            value
            for number, row, resident_id, identity_id, wrong in some
            for value in (
                *(list_id, number, resident_id, identity_id, wrong),
                crypto.encrypt(cells.dumped([(number, row)]), VALUES_PLACE.decode()),
            )
        ]
        execute(f"{_INSERT} {', '.join(['(?, ?, ?, ?, ?, ?)'] * len(some))}", values)


_INSERT = 'INSERT INTO audience_row (list_id, number, resident_id, identity_id, wrong, "values") VALUES'


def _match(list_id: int, seconds: float) -> bool:
    """Whether nothing is left to do."""
    ends = clock.now() + timedelta(seconds=seconds)
    actor: Actor | None = None
    while True:
        with transaction():
            one = lists.locked(list_id)
            if one is None or one.state != lists.MATCHING:
                return True
            if actor is None:
                actor = staff.actor_by_id(one.by_id)
            if not _portion(one, actor):
                one.total = one.counts.get("resident", 0) + one.counts.get("address", 0)
                lists.move(one, lists.READY)
                return True
            lists.tell(one)
        threading.Event().wait(_PAUSE_S)
        if clock.now() >= ends:
            return False


def _portion(one: AudienceList, actor: Actor) -> bool:
    layout = lists.layout_of(one)
    found = (
        AudienceRow.select(AudienceRow.id, AudienceRow.number, AudienceRow.values)
        .where(AudienceRow.list_id == one.id, AudienceRow.number > one.position)
        .order_by(AudienceRow.number)
        .limit(PORTION)
    )
    by_id = {row.id: Line(row.number, values_of(row.values)) for row in found}
    if not by_id:
        return False
    lines = list(by_id.values())
    lists_matching.match(actor, layout, lines, one.org_id)
    _twice(one, lines)
    _update(by_id)
    counts = dict(one.counts)
    for line in lines:
        name = line.wrong or ("resident" if line.resident_id is not None else "address")
        counts[name] = counts.get(name, 0) + 1
    one.counts, one.position, one.changed_at = counts, lines[-1].number, clock.now()
    one.save(only=(AudienceList.counts, AudienceList.position, AudienceList.changed_at))
    return True


def _twice(one: AudienceList, lines: Sequence[Line]) -> None:
    """Mark those who stand in an earlier row."""
    here = [line for line in lines if line.whose is not None]
    taken = _before(one, "resident_id", [line.resident_id for line in here if line.resident_id is not None])
    taken |= _before(one, "identity_id", [line.identity_id for line in here if line.identity_id is not None])
    for line in here:
        names = {("r", line.resident_id), ("i", line.identity_id)} - {("r", None), ("i", None)}
        if names & taken:
            line.wrong = "twice"
        else:
            taken |= names


def _before(one: AudienceList, column: str, ids: Sequence[int]) -> set[tuple[str, int | None]]:
    found: set[tuple[str, int | None]] = set()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        sql = _BEFORE.format(column=column, places=", ".join("?" * len(some)))
        found |= {(column[0], row[0]) for row in execute(sql, (*some, one.id, one.position)).fetchall()}
    return found


_BEFORE = "SELECT {column} FROM audience_row WHERE {column} IN ({places}) AND list_id = ? AND number <= ? AND wrong IS NULL"


def _update(lines: dict[int, Line]) -> None:
    every = list(lines.items())
    for start in range(0, len(every), AT_ONCE):
        some = every[start : start + AT_ONCE]
        values = [v for i, line in some for v in (i, line.resident_id, line.identity_id, line.wrong)]
        execute(_UPDATE.format(", ".join(["(?, ?, ?, ?)"] * len(some))), values)


_UPDATE = (
    "UPDATE audience_row SET resident_id = CAST(v.column2 AS INTEGER), identity_id = CAST(v.column3 AS INTEGER),"
    " wrong = CAST(v.column4 AS VARCHAR(12)) FROM (VALUES {}) AS v WHERE audience_row.id = CAST(v.column1 AS INTEGER)"
)


def _give_up(list_id: int, problem: Text) -> None:
    with transaction():
        one = lists.locked(list_id)
        if one is not None and one.state in lists.WORKING:
            lists.drop_file(one)
            lists.move(one, lists.FAILED, problem)
