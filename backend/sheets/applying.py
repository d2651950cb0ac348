"""Writes what was planned: rows of staff's own tables at once, those of built-in tables by their domain's own rules."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.access import Actor
from backend.core.db import savepoint
from backend.core.errors import LinliError
from backend.core.i18n import Text, _
from backend.records import state, store
from backend.records.sources import Source, Wanted
from backend.records.store import New
from backend.records.tables import Table
from backend.sheets.planning import ROW, Planned

_NOT_HERE = _("This value is not written here.")


class _Back(Exception):
    """Takes a rehearsal back."""


def write(actor: Actor, table: Table, planned: Sequence[Planned], batch_id: int | None, why: str) -> None:
    """Create and change these rows, inside the caller's transaction. A row that is refused says so in its `wrong`, becomes "wrong",
    and leaves nothing; the others are written."""
    with store.in_batch(batch_id):
        if table.source is not None:
            _by_domain(actor, table, table.source, planned, batch_id, why)
            return
        try:
            with savepoint():
                _own(actor, table, planned, batch_id, why)
        except LinliError:
            # One of them is refused: one by one, so that the others are written.
            for one in planned:
                try:
                    with savepoint():
                        _own(actor, table, [one], batch_id, why)
                except LinliError as refused:
                    _refuse(one, refused.text, refused)


def rehearse(actor: Actor, table: Table, planned: Sequence[Planned], why: str) -> None:
    """Ask a built-in table's domain whether it would write these rows: it does, and everything is taken back. Those that it refuses say
    so in their `wrong`. What concerns staff's own tables is known from the plan."""
    if table.source is None:
        return
    try:
        with savepoint(), store.faceless():
            write(actor, table, planned, None, why)
            raise _Back
    except _Back:
        pass


def _own(actor: Actor, table: Table, planned: Sequence[Planned], batch_id: int | None, why: str) -> None:
    new = [New(p.org_id, p.values, p.parent_id) for p in planned if p.act == "create"]
    if new:
        store.create(actor, table, new, why=why, batch_id=batch_id)
    there = {p.record.id: p for p in planned if p.act == "change" and p.record and p.record.id}
    wanted = {row_id: p.values for row_id, p in there.items() if p.values}
    if wanted:
        stamps = {row_id: p.record.since for row_id, p in there.items() if p.record}
        store.change(actor, table, wanted, why=why, batch_id=batch_id, stamps=stamps)
    moved: dict[int, list[int]] = {}
    for row_id, one in there.items():
        if one.record and one.org_id != one.record.org_id:
            moved.setdefault(one.org_id, []).append(row_id)
    for org_id, ids in moved.items():
        store.move(actor, table, ids, org_id, why=why, batch_id=batch_id)


def _by_domain(
    actor: Actor, table: Table, source: Source, planned: Sequence[Planned], batch_id: int | None, why: str
) -> None:
    own = {c.key for c in table.columns if c.id is None}
    asked = [p for p in planned if p.act in ("create", "change")]
    domain = [p for p in asked if p.act == "create" or own & p.values.keys() or _moves(p)]
    subjects = {id(p): p.record.subject_id for p in asked if p.record and p.record.subject_id}
    if domain and source.write is None:
        for one in domain:
            _refuse(one, _NOT_HERE)
    elif domain and source.write is not None:
        rows = [
            Wanted(
                p.org_id,
                subjects.get(id(p)),
                {k: v for k, v in p.values.items() if k in own},
                why,
                {k: v for k, v in p.values.items() if k not in own} if p.act == "create" else {},
            )
            for p in domain
        ]
        for one, answer in zip(domain, source.write(actor, rows), strict=True):
            if isinstance(answer, LinliError):
                _refuse(one, answer.text, answer)
            else:
                subjects[id(one)] = answer
    _added(actor, table, [(p, subjects[id(p)]) for p in asked if p.act == "change"], own, batch_id, why)


def _moves(one: Planned) -> bool:
    return one.record is not None and one.org_id != one.record.org_id


def _added(
    actor: Actor,
    table: Table,
    rows: Sequence[tuple[Planned, int]],
    own: set[str],
    batch_id: int | None,
    why: str,
) -> None:
    """What staff's own columns say, on the faces of those who were there."""
    more = {subject: {k: v for k, v in p.values.items() if k not in own} for p, subject in rows}
    more = {subject: values for subject, values in more.items() if values}
    if not more:
        return
    places = ", ".join("?" * len(more))
    faces = state.read(f"table_id = ? AND subject_id IN ({places})", [table.id, *more])
    wanted = {f.id: more[f.subject_id] for f in faces if f.id is not None and f.subject_id is not None}
    store.change(actor, table, wanted, why=why, batch_id=batch_id)


def _refuse(one: Planned, text: Text, error: LinliError | None = None) -> None:
    field = getattr(error, "field", None) or ROW
    one.act = "wrong"
    one.wrong[field] = text
