"""Acts on many rows that a worker does, as acts of staff: begun, looked over, sent off, stopped.

draft → working → done, or stopped on the way; failed when nothing more can be done. What is done stays done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core import access, audit, clock, jobs, live
from backend.core.access import Actor
from backend.core.db import after_commit, is_postgres, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Msg, _
from backend.messaging import outbox
from backend.records import hearers, history, notices, state
from backend.records.models import BulkRun
from backend.records.tables import Table

DRAFT, WORKING, DONE, STOPPED, FAILED = "draft", "working", "done", "stopped", "failed"
WORDS: dict[str, tuple[Msg, str]] = {
    DRAFT: (_("Not sent yet"), "attention"),
    WORKING: (_("At work"), "calm"),
    DONE: (_("Done"), "good"),
    STOPPED: (_("Stopped"), "attention"),
    FAILED: (_("Could not go on"), "urgent"),
}
COUNTED: dict[str, Msg] = {
    "told": _("Told"),
    "recalled": _("Taken back before it went out"),
    "again": _("More rows of somebody who is told already"),
    "unreachable": _("Cannot be reached: no address, or no notices wanted"),
    "silent": _("Not told: no resident any more, not approved yet, or consent taken back"),
    "lacking": _("Left out: a value is missing"),
    "back": _("As before again"),
    "kept": _("Left as they are: somebody wrote since"),
}
MOST = 50_000
"""Rows whose people are told something at once."""
LARGE = 200
"""Rows that are still undone while the page waits."""
WORK = "backend.records.bulk_work.work"
QUEUE = "bulk"


def draft_notice(actor: Actor, table: Table, org_id: int, ids: Sequence[int]) -> BulkRun:
    """A message to the people of these rows, not written yet. Raises Forbidden, NotFound, Conflict, Invalid."""
    if hearers.source_of(table) is None:
        raise Conflict(_("Rows of this table are nobody’s who could be written to."))
    if len(ids) > MOST:
        raise Invalid(_("More than {n} rows at once are too many. Please narrow the question.", n=MOST))
    rows = state.read_ids(ids)
    if len(rows) != len(set(ids)) or any(row.table_id != table.id for row in rows):
        raise NotFound()
    for at in {row.org_id for row in rows}:
        access.check(actor, table.permission("read"), at)
        access.check(actor, notices.RIGHT, at)
    return _begin(actor, "notify", table.id, org_id, DRAFT, [row.id or 0 for row in rows])


def write(actor: Actor, run: BulkRun, table: Table, text: str) -> None:
    """What the message says. Raises Invalid, Conflict once it was sent off."""
    text = notices.checked(table, text)
    with transaction():
        found = _locked(run.id, DRAFT)
        found.text, found.changed_at = text, clock.now()
        found.save(only=(BulkRun.text, BulkRun.changed_at))


def send(actor: Actor, run: BulkRun) -> None:
    """Off it goes. Sent off already: nothing happens. Raises Forbidden, Invalid without a text."""
    access.check(actor, notices.RIGHT)
    with transaction():
        found = _locked(run.id)
        if found.state != DRAFT:
            return
        if not found.text:
            raise Invalid(_("What shall the message say?"), "text")
        # Who sends it answers for it.
        found.by_id, found.by_name = actor.id, actor.name[:80]
        found.save(only=(BulkRun.by_id, BulkRun.by_name))
        move(found, WORKING)
        audit.record(
            actor, "record.notify", f"notice:{run.id}", org_id=run.org_id,
            after={"rows": len(found.rows), "text": found.text},
        )  # fmt: skip
        _nudge(found)


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
        run = _begin(actor, "undo", batch.table_id, batch.org_id, WORKING, ids)
        run.batch_id, run.back_id = batch_id, history.begin_undoing(actor, batch)
        run.save(only=(BulkRun.batch_id, BulkRun.back_id))
        _nudge(run)
        return run


def stop(actor: Actor, run: BulkRun) -> None:
    """No further row, and what was said and has not gone out yet is taken back."""
    with transaction():
        found = _locked(run.id, DRAFT, WORKING, *((DONE,) if run.kind == "notify" else ()))
        if found.kind == "notify" and found.state != DRAFT:
            back = len(outbox.recall(f"notice:{run.id}", "notice"))
            advance(found, 0, {"told": -back, "recalled": back})
        move(found, STOPPED)
        audit.record(actor, "record.stop", f"notice:{run.id}", org_id=run.org_id)


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


def _begin(actor: Actor, kind: str, table_id: int, org_id: int, state_: str, rows: Sequence[int]) -> BulkRun:
    made: BulkRun = BulkRun.create(
        kind=kind, table_id=table_id, org_id=org_id, by_id=actor.id, by_name=actor.name[:80], state=state_, rows=list(rows),
        counts={}, created_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip
    return made


def _nudge(run: BulkRun) -> None:
    run_id = run.id
    after_commit(lambda: jobs.ask(QUEUE, WORK, run_id))
