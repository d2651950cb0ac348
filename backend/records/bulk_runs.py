"""Undoing a large batch, which a worker does: begun, stopped.

working → done, or stopped on the way; failed when nothing more can be done. What is done stays done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core import audit, clock, jobs, live
from backend.core.access import Actor
from backend.core.db import after_commit, is_postgres, transaction
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import Msg, _
from backend.records import history
from backend.records.models import BulkRun
from backend.records.tables import Table

WORKING, DONE, STOPPED, FAILED = "working", "done", "stopped", "failed"
WORDS: dict[str, tuple[Msg, str]] = {
    WORKING: (_("At work"), "calm"),
    DONE: (_("Done"), "good"),
    STOPPED: (_("Stopped"), "attention"),
    FAILED: (_("Could not go on"), "urgent"),
}
COUNTED: dict[str, Msg] = {
    "back": _("As before again"),
    "kept": _("Left as they are: somebody wrote since"),
}
LARGE = 200
"""Rows that are still undone while the page waits."""
WORK = "backend.records.bulk_work.work"
QUEUE = "bulk"


def undo(actor: Actor, batch_id: int) -> history.Undone | BulkRun:
    """Take a batch back: a small one now, a large one as a run. Raises NotFound, Forbidden, Conflict."""
    batch, ids = history.to_undo(actor, batch_id)
    if batch.kind == "import":
        # It may still be at work; what it brings in afterwards could never be taken back.
        raise Conflict(_("An import is undone on its own page."))
    if len(ids) <= LARGE:
        return history.undo(actor, batch_id)
    with transaction():
        at_it = BulkRun.get_or_none((BulkRun.batch_id == batch_id) & (BulkRun.state == WORKING))
        if at_it is not None:
            return at_it  # type: ignore[no-any-return]
        run = _begin(actor, batch.table_id, batch.org_id, ids)
        run.batch_id, run.back_id = batch_id, history.begin_undoing(actor, batch)
        run.save(only=(BulkRun.batch_id, BulkRun.back_id))
        _nudge(run)
        return run


def stop(actor: Actor, run: BulkRun) -> None:
    """No further row."""
    with transaction():
        found = _locked(run.id, WORKING)
        move(found, STOPPED)
        audit.record(actor, "record.stop", f"bulk_run:{run.id}", org_id=run.org_id)


def seen(actor: Actor, table: Table, run_id: int) -> BulkRun:
    """Raises NotFound, also for what a colleague began."""
    run = BulkRun.get_or_none((BulkRun.id == run_id) & (BulkRun.table_id == table.id))
    if run is None or run.by_id != actor.id:
        raise NotFound()
    return run  # type: ignore[no-any-return]


def move(run: BulkRun, to: str) -> None:
    run.state, run.changed_at = to, clock.now()
    run.save(only=(BulkRun.state, BulkRun.changed_at))
    tell(run)


def advance(run: BulkRun, rows: int, counts: Mapping[str, int]) -> None:
    """So many rows further, and what came of them."""
    run.position, run.changed_at = run.position + rows, clock.now()
    run.counts = {key: run.counts.get(key, 0) + counts.get(key, 0) for key in {*run.counts, *counts}}
    run.save(only=(BulkRun.position, BulkRun.counts, BulkRun.changed_at))
    tell(run)


def tell(run: BulkRun) -> None:
    """Pages that show it look again."""
    live.publish(live.ADMIN, {"kind": "bulk", "id": run.id})


def locked(run_id: int) -> BulkRun | None:
    """The run, which nobody else changes until the transaction ends."""
    query = BulkRun.select().where(BulkRun.id == run_id)
    found: BulkRun | None = (query.for_update() if is_postgres() else query).first()
    return found


def _locked(run_id: int, *states: str) -> BulkRun:
    found = locked(run_id)
    if found is None:
        raise NotFound()
    if states and found.state not in states:
        raise Conflict(_("This has moved on in the meantime. Please look at it again."))
    return found


def _begin(actor: Actor, table_id: int, org_id: int, rows: Sequence[int]) -> BulkRun:
    made: BulkRun = BulkRun.create(
        kind="undo", table_id=table_id, org_id=org_id, by_id=actor.id, by_name=actor.name[:80], state=WORKING,
        rows=list(rows), counts={}, created_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip
    return made


def _nudge(run: BulkRun) -> None:
    run_id = run.id
    after_commit(lambda: jobs.ask(QUEUE, WORK, run_id))
