"""What a worker does for an import: reads the file into parts, checks them, brings them in, or undoes it. Each part is one transaction
with the position of the import, so that whatever is killed goes on where it was, and no row comes twice. A worker stops after a few
seconds and asks to be called again: others wait for it too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar

import orjson
import peewee
import structlog
from rq.timeouts import BaseTimeoutException

from backend.core import clock, db, health, jobs, lease, media
from backend.core.access import SYSTEM, Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, LinliError
from backend.core.i18n import DEFAULT_LOCALE, LOCALES, Text, _, render
from backend.fields.base import Context
from backend.records import history
from backend.sheets import applying, cells, databases, reading, runs, states
from backend.sheets.checking import Once
from backend.sheets.choices import Choices
from backend.sheets.layout import Header
from backend.sheets.models import ImportPart, ImportRun
from backend.sheets.planning import Planned, Planner
from backend.staff import queries as staff

PART = 250
"""Rows of a part."""
SLICE_S = 6.0
STALE_S = 30
"""An import that nobody worked at for so long is taken up again."""
_UNDO_S = 600.0
"""How long one worker has to undo before another tries."""
_WRITE_S = 60.0
"""How long a table is kept for an import whose worker died."""
_NEXT_S = 0.3
"""Before it is asked again whether the table is free."""
_READ_AT_ONCE = 8
_KEYS_AT_ONCE = 40
"""Parts."""
_PAUSE_S = 0.005
"""Between parts: others write too."""
_TOLD_EVERY = timedelta(seconds=1)
T = TypeVar("T")
log = structlog.get_logger()


def work(run_id: int, seconds: float = SLICE_S) -> bool:
    """One turn of work at the import; whether that was all. Called by a worker; may be called twice, or too often."""
    db.reconnect_if_lost()
    run = ImportRun.get_or_none(ImportRun.id == run_id)
    if run is None or run.state not in states.WORKING:
        return True
    doing = run.state
    try:
        _STEPS[doing](run, _Turn(seconds))
    except LinliError as refused:
        _give_up(run_id, refused.text)
    except (peewee.OperationalError, peewee.InterfaceError, BaseTimeoutException):
        raise  # the database is away, or a worker had no more time: it goes on later
    except Exception:
        log.exception("import.failed", run=run_id)
        _give_up(run_id, _("Something went wrong on our side. Nothing was half written; please try again."))
    state = ImportRun.select(ImportRun.state).where(ImportRun.id == run_id).scalar()
    if state in states.WORKING and doing != states.UNDOING:
        jobs.ask(runs.QUEUE, runs.WORK, run_id)
    return state not in states.WORKING


def resume() -> int:
    """Take up what was broken off."""
    long_ago = clock.now() - timedelta(seconds=STALE_S)
    waiting = ImportRun.select(ImportRun.id).where(
        ImportRun.state.in_(states.WORKING), ImportRun.changed_at < long_ago
    )
    ids = [row.id for row in waiting]
    for run_id in ids:
        jobs.ask(runs.QUEUE, runs.WORK, run_id)
    return len(ids)


class _Turn:
    """How long one turn takes, and when pages were told last."""

    def __init__(self, seconds: float) -> None:
        self._ends = clock.now() + timedelta(seconds=seconds)
        self._told = clock.now() - _TOLD_EVERY

    def over(self) -> bool:
        threading.Event().wait(_PAUSE_S)
        return clock.now() >= self._ends

    def tell(self, run: ImportRun) -> None:
        if clock.now() - self._told >= _TOLD_EVERY:
            self._told = clock.now()
            runs.tell(run)


def _give_up(run_id: int, problem: Text) -> None:
    with transaction():
        run = runs.locked(run_id)
        if run is not None:
            runs.finish(run, states.STOPPED if run.batch_id else states.FAILED, problem)


# --- reading ----------------------------------------------------------------------------------------------------


def _read(run: ImportRun, turn: _Turn) -> None:
    """The chosen rows of the file, as parts. One that was broken off reads the file again and skips what it has."""
    for number, group in enumerate(_groups(_groups(_rows(run), PART), _READ_AT_ONCE)):
        first = number * _READ_AT_ONCE
        if first < run.parts:
            continue
        with transaction():
            now = runs.locked(run.id)
            if now is None or now.state != states.READING or now.parts != first:
                return
            for n, part in enumerate(group):
                ImportPart.create(run=run.id, number=first + n, cells=cells.dumped(part))
            run.parts, run.rows = first + len(group), now.rows + sum(map(len, group))
            run.changed_at = clock.now()
            run.save(only=(ImportRun.parts, ImportRun.rows, ImportRun.changed_at))
            turn.tell(run)
    with transaction():
        now = runs.locked(run.id)
        if now is not None and now.state == states.READING:
            runs.move(now, states.CHECKING, counts={})


def _rows(run: ImportRun) -> Iterator[reading.Row]:
    choices = Choices.from_json(run.choices)
    if run.source:
        rows = databases.opened(run.source).rows(choices.sheet)
    else:
        data, _type = media.load(run.file_key or "")
        rows = reading.opened(data, run.name, choices.encoding).rows(choices.sheet)
    header = Header(choices.header, choices.last, dict(choices.columns))
    return reading.records(rows, header, list(header.names))


def _groups(things: Iterable[T], size: int) -> Iterator[list[T]]:
    each = iter(things)
    while group := list(islice(each, size)):
        yield group


# --- checking and writing ---------------------------------------------------------------------------------------


def _check(run: ImportRun, turn: _Turn) -> None:
    planner, once = _planner(run), _keys_before(run)
    table, actor = runs.table_of(run), _actor(run)
    for number in range(run.position, run.parts):
        with transaction():
            part = _part(run, states.CHECKING, number)
            if part is None:
                return
            planned = planner.part(cells.loaded(part.cells), once)
            applying.rehearse(actor, table, planned, run.name)
            _note(run, part, planned)
            turn.tell(run)
        if turn.over():
            break
    _end(run, states.CHECKING, states.CHECKED)


def _write(run: ImportRun, turn: _Turn) -> None:
    """One import at a time writes into a table: of two that know rows by the same number, the later one must find what the earlier
    one made. The import holds the table, whichever worker is at it: what one leaves when it dies, the next takes up at once."""
    name, holder = f"import.write:{run.table_key}"[:60], f"import:{run.id}"
    if not lease.acquire(name, holder, _WRITE_S):
        threading.Event().wait(_NEXT_S)
        return
    try:
        _write_parts(run, turn)
    finally:
        lease.release(name, holder)


def _write_parts(run: ImportRun, turn: _Turn) -> None:
    planner, once = _planner(run), _keys_before(run)
    table, actor = runs.table_of(run), _actor(run)
    whole = Choices.from_json(run.choices).whole
    for number in range(run.position, run.parts):
        with transaction():
            part = _part(run, states.WRITING, number)
            if part is None:
                return
            planned = planner.part(cells.loaded(part.cells), once)
            applying.write(actor, table, planned, run.batch_id, run.name)
            _note(run, part, planned)
            turn.tell(run)
            if whole and run.counts.get("wrong"):
                if run.batch_id is None:
                    raise _refused(planned)
                runs.move(run, states.UNDOING)
                return
        if turn.over():
            break
    _end(run, states.WRITING, states.WRITTEN)


def _refused(planned: list[Planned]) -> Conflict:
    """Why nothing of these rows stays: of a list, what was written before them cannot be undone together."""
    one = next(p for p in planned if p.act == "wrong")
    why = next(iter(one.wrong.values()))
    return Conflict(
        _("Row {n} could not be brought in any more: {why}", n=one.number, why=render(why, DEFAULT_LOCALE))
    )


def _planner(run: ImportRun) -> Planner:
    ctx = Context(clock.now(), DEFAULT_LOCALE, clock.zone())
    return Planner(_actor(run), runs.table_of(run), run.org_id, Choices.from_json(run.choices), ctx)


def _actor(run: ImportRun) -> Actor:
    return staff.actor_by_id(run.by_id) if run.by_id else SYSTEM


def _keys_before(run: ImportRun) -> Once:
    once = Once()
    for first in range(0, run.position, _KEYS_AT_ONCE):
        these = (ImportPart.number >= first) & (ImportPart.number < min(first + _KEYS_AT_ONCE, run.position))
        # Where it is written, too: of another connection, SQLite would keep what it read beside the keys as well.
        with transaction():
            for part in ImportPart.select(ImportPart.keys).where((ImportPart.run == run.id) & these):
                for key, row in orjson.loads(part.keys or "{}").items():
                    once.again(key, row)
    return once


def _part(run: ImportRun, state: str, number: int) -> ImportPart | None:
    """The part, when it is still its turn: nobody stopped the import, and nobody else works at it."""
    now = runs.locked(run.id)
    if now is None or now.state != state or now.position != number:
        return None
    run.counts = now.counts
    found: ImportPart | None = ImportPart.get_or_none(
        (ImportPart.run == run.id) & (ImportPart.number == number)
    )
    return found


def _note(run: ImportRun, part: ImportPart, planned: list[Planned]) -> None:
    wrong = {str(p.number): {k: _said(t) for k, t in p.wrong.items()} for p in planned if p.act == "wrong"}
    keys = {p.key: p.number for p in planned if p.key}
    part.wrong = orjson.dumps(wrong).decode() if wrong else None
    part.keys = orjson.dumps(keys).decode() if keys else None
    part.save(only=(ImportPart.wrong, ImportPart.keys))
    counts = dict(run.counts)
    for one in planned:
        counts[one.act] = counts.get(one.act, 0) + 1
    runs.advance(run, part.number + 1, counts)


def _said(text: Text) -> dict[str, str]:
    return {locale: render(text, locale) for locale in LOCALES}


def _end(run: ImportRun, state: str, then: str) -> None:
    with transaction():
        now = runs.locked(run.id)
        if now is None or now.state != state or now.position < now.parts:
            return
        if then == states.WRITTEN:
            _keep_wrong(now)
        runs.finish(now, then)


def _keep_wrong(run: ImportRun) -> None:
    """Of the rows of the file only those stay that were not brought in, to be corrected."""
    ImportPart.delete().where((ImportPart.run == run.id) & ImportPart.wrong.is_null()).execute()
    kept = [part.id for part in ImportPart.select(ImportPart.id).where(ImportPart.run == run.id)]
    for part in map(ImportPart.get_by_id, kept):
        wrong = orjson.loads(part.wrong)
        part.cells = cells.dumped([row for row in cells.loaded(part.cells) if str(row[0]) in wrong])
        part.keys = None
        part.save(only=(ImportPart.cells, ImportPart.keys))


# --- undoing ----------------------------------------------------------------------------------------------------


def _undo(run: ImportRun, turn: _Turn) -> None:
    name = f"import.undo:{run.id}"
    if not lease.acquire(name, health.INSTANCE, _UNDO_S):
        return  # another worker is at it
    undone = history.undo(_actor(run), run.batch_id or 0)
    lease.release(name, health.INSTANCE)
    kept = len(undone.kept)
    problem = _("{n} rows stay as they are: somebody wrote there since.", n=kept) if kept else None
    with transaction():
        now = runs.locked(run.id)
        if now is not None and now.state == states.UNDOING:
            runs.finish(now, states.UNDONE, problem)


_STEPS: dict[str, Callable[[ImportRun, _Turn], Any]] = {
    states.READING: _read,
    states.CHECKING: _check,
    states.WRITING: _write,
    states.UNDOING: _undo,
}
