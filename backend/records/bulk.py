"""Acts on a whole result at once, each a batch that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import _, ngettext, render
from backend.records import marking, query, store
from backend.records.query import Query
from backend.records.tables import Table

MOST = 20_000
"""Rows of one act on a page; more are changed by an import."""
_PART = 500


def chosen(actor: Actor, asked: Query, ids: Sequence[int], every: bool) -> list[int]:
    """The rows that were ticked, or every row of the result. Raises Invalid for none, and for too many."""
    found = list(islice(query.ids(actor, asked), MOST + 1)) if every else sorted(set(ids))
    if not found:
        raise Invalid(_("No row is chosen."))
    if len(found) > MOST:
        raise Invalid(_("More than {n} rows at once are too many. Please narrow the question.", n=MOST))
    return found


def mark(
    actor: Actor,
    table: Table,
    ids: Sequence[int],
    org_id: int,
    *,
    colour: str | None = None,
    add: str = "",
    remove: str = "",
) -> int:
    """Colour and tags of many rows; the batch's id."""
    batch_id = _batch(actor, table, org_id, "mark", len(ids))
    for part in _parts(ids):
        with transaction():
            marking.mark(
                actor, table, part, colour=colour, add=add.split(), remove=remove.split(), batch_id=batch_id
            )
    return batch_id


def delete(actor: Actor, table: Table, ids: Sequence[int], org_id: int, why: str) -> int:
    """Out of sight; the batch's id. Raises Invalid without a reason."""
    if not why.strip():
        raise Invalid(_("Please say why, in a few words."), "why")
    batch_id = _batch(actor, table, org_id, "delete", len(ids))
    for part in _parts(ids):
        with transaction():
            store.delete(actor, table, part, why=why, batch_id=batch_id)
    return batch_id


def _batch(actor: Actor, table: Table, org_id: int, kind: str, rows: int) -> int:
    title = f"{render(table.title, 'zh_CN')}: {render(ngettext('{n} row', '{n} rows', rows), 'zh_CN')}"
    with transaction():
        return store.batch(actor, kind, table, org_id, title)


def _parts(ids: Sequence[int]) -> list[list[int]]:
    return [list(ids[start : start + _PART]) for start in range(0, len(ids), _PART)]
