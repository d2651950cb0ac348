"""What a worker does to undo a large batch. Each portion is one transaction with the position of the run: whatever is killed goes on where
it was, and no row comes twice. A worker stops after a few seconds and asks to be called again: others wait for it too."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta

import peewee
import structlog
from rq.timeouts import BaseTimeoutException

from backend.core import clock, db, jobs
from backend.core.db import transaction
from backend.core.errors import LinliError
from backend.records import bulk_runs, history
from backend.records.models import BulkRun, RecordBatch
from backend.staff import queries as staff

PORTION = 100
SLICE_S = 6.0
STALE_S = 30
"""A run that nobody worked at for so long is taken up again."""
_PAUSE_S = 0.005
"""Between portions: others write too."""
log = structlog.get_logger()


def work(run_id: int, seconds: float = SLICE_S) -> bool:
    """One turn of work at the run; whether that was all. Called by a worker; may be called twice, or too often."""
    db.reconnect_if_lost()
    ends = clock.now() + timedelta(seconds=seconds)
    try:
        while _portion(run_id):
            threading.Event().wait(_PAUSE_S)
            if clock.now() >= ends:
                jobs.ask(bulk_runs.QUEUE, bulk_runs.WORK, run_id)
                return False
    except (peewee.OperationalError, peewee.InterfaceError, BaseTimeoutException):
        raise  # the database is away, or a worker had no more time: it goes on later
    except Exception as error:
        if not isinstance(error, LinliError):
            log.exception("bulk.failed", run=run_id)
        with transaction():
            run = bulk_runs.locked(run_id)
            if run is not None and run.state == bulk_runs.WORKING:
                bulk_runs.move(run, bulk_runs.FAILED)
    return True


def resume() -> int:
    """Take up what was broken off."""
    long_ago = clock.now() - timedelta(seconds=STALE_S)
    waiting = BulkRun.select(BulkRun.id).where(
        (BulkRun.state == bulk_runs.WORKING) & (BulkRun.changed_at < long_ago)
    )
    ids = [row.id for row in waiting]
    for run_id in ids:
        jobs.ask(bulk_runs.QUEUE, bulk_runs.WORK, run_id)
    return len(ids)


def _portion(run_id: int) -> bool:
    """The next rows; whether there are more."""
    with transaction():
        run = bulk_runs.locked(run_id)
        if run is None or run.state != bulk_runs.WORKING:
            return False
        rows = run.rows[run.position : run.position + PORTION]
        if rows:
            bulk_runs.advance(run, len(rows), _done(run, rows))
        if run.position < len(run.rows):
            return True
        batch = RecordBatch.get_by_id(run.batch_id)
        back, kept = run.counts.get("back", 0), run.counts.get("kept", 0)
        history.end_undoing(staff.actor_by_id(run.by_id), batch, back, kept)
        bulk_runs.move(run, bulk_runs.DONE)
        return False


def _done(run: BulkRun, rows: list[int]) -> Mapping[str, int]:
    actor = staff.actor_by_id(run.by_id)
    undone = history.undo_rows(actor, RecordBatch.get_by_id(run.batch_id), rows, run.back_id or 0)
    return {"back": undone.rows, "kept": len(undone.kept)}
