"""What a row is marked with beside what it says: its colour, its tags, the colours of single values, who is responsible for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.records import store
from backend.records.state import State
from backend.records.tables import Table


def mark(
    actor: Actor,
    table: Table,
    ids: Sequence[int],
    *,
    colour: str | None = None,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    batch_id: int | None = None,
) -> None:
    """Another colour ("" takes it away), tags more or fewer."""

    def marked(old: State) -> State:
        kept = [t for t in old.tags.split() if t not in remove]
        tags = list(dict.fromkeys([*kept, *add]))
        text = f" {' '.join(tags)} " if tags else ""
        if len(text) > 200:
            raise Invalid(_("These are too many tags for one row."), "tags")
        fresh = replace(old, colour=old.colour if colour is None else colour, tags=text)
        return store.with_values(table, fresh, store.values_of(table, old))

    store.each(actor, table, "change", ids, marked, "", batch_id, "record.mark")


def colour_values(
    actor: Actor, table: Table, ids: Sequence[int], key: str, colour: str, *, batch_id: int | None = None
) -> None:
    """The colour of one column's value in these rows; "" takes it away. Raises NotFound for no such column."""
    table.column(key)

    def coloured(old: State) -> State:
        rest = {k: c for k, c in old.cells.items() if k != key}
        return replace(old, cells=rest | {key: colour} if colour else rest)

    store.each(actor, table, "change", ids, coloured, "", batch_id, "record.mark")


def hand(
    actor: Actor, table: Table, ids: Sequence[int], staff_id: int | None, *, batch_id: int | None = None
) -> None:
    """From now on this staff member is responsible for the rows, or nobody. Whether she may be is the caller's to know."""

    def handed(old: State) -> State:
        return replace(old, responsible_id=staff_id)

    store.each(actor, table, "change", ids, handed, "", batch_id, "record.hand")
