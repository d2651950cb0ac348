"""A place of its own in the tree of Orgs for an enterprise or a merchant, so that somebody who works there keeps its rows, and no others."""

from __future__ import annotations

from backend.core import access, audit, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import DEFAULT_LOCALE, _
from backend.core.orgs import Org
from backend.records import reading, state, store, tables
from backend.records.tables import Table


def make(actor: Actor, table: Table, row_id: int, level: str) -> Org:
    """An Org, called as the row is, below the one that the row belongs to; the row and what belongs to it move there. Raises Forbidden,
    NotFound, Invalid, Conflict (it has one, or the row is no main row of the office's own)."""
    if level not in orgs.GUESTS:
        raise Invalid(_("Please choose what kind of place it is."), "level")
    with transaction():
        row = store.get(table, row_id)
        access.check(actor, "record.define", row.org_id)
        above = orgs.get(row.org_id)
        if table.source is not None or table.parent is not None or above.level in orgs.GUESTS:
            raise Conflict(_("This row cannot have a place of its own."))
        made = orgs.add(reading.title(table, row, DEFAULT_LOCALE)[:80], level, above)
        store.move(actor, table, [row_id], made.id)
        for sub in tables.subtables(table, retired=True):
            below = [r.id or 0 for r in state.read("parent_id = ? AND table_id = ?", [row_id, sub.id])]
            if sub.source is None and below:
                store.move(actor, sub, below, made.id)
        audit.record(
            actor, "org.make", f"record:{row_id}", org_id=made.id, after={"name": made.name, "level": level}
        )
        return made
