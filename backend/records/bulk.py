"""Acts on a whole result at once, each a batch that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from backend.core import access
from backend.core.access import Actor
from backend.core.db import execute, transaction
from backend.core.errors import Invalid, LinliError, NotFound
from backend.core.i18n import Msg, Text, _, ngettext, render
from backend.fields.words import Words
from backend.messaging import StaffMember, say
from backend.records import marking, query, state, store, tables
from backend.records.query import Query
from backend.records.sources import Handing
from backend.records.tables import Table
from backend.settings import settings
from backend.staff import queries as staff

MOST = 20_000
"""Rows of one act on a page; more are changed by an import."""
_PART = 500


def chosen(actor: Actor, asked: Query, ids: Sequence[int], every: bool, *, at_most: int = MOST) -> list[int]:
    """The rows that were ticked, as far as the actor sees them, or every row of the result. Raises Invalid for none, and for too many."""
    found = list(islice(query.ids(actor, asked), at_most + 1)) if every else sorted(set(ids))
    if len(found) > at_most:
        raise Invalid(_("More than {n} rows at once are too many. Please narrow the question.", n=at_most))
    if not every:
        ticked = [query.ids(actor, Query(asked.table, {"ids": part})) for part in _parts(found)]
        found = [row_id for part in ticked for row_id in part]
    if not found:
        raise Invalid(_("No row is chosen."))
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


def colour_values(actor: Actor, table: Table, ids: Sequence[int], org_id: int, key: str, colour: str) -> int:
    """The colour of one column's values in many rows; the batch's id."""
    batch_id = _batch(actor, table, org_id, "mark", len(ids))
    for part in _parts(ids):
        with transaction():
            marking.colour_values(actor, table, part, key, colour, batch_id=batch_id)
    return batch_id


@dataclass(frozen=True, slots=True)
class Handed:
    """How many rows were handed over, as which batch (None where a domain gave them), and why others were not: row id and why."""

    rows: int
    batch_id: int | None
    refused: tuple[tuple[int, Text], ...] = ()


def colleagues(actor: Actor, table: Table) -> list[tuple[int, str]]:
    """Who may be made responsible for rows where the actor changes them, as (id, name)."""
    paths, source = actor.paths(table.permission("change")), table.source
    if source is not None and source.handing is not None:
        found = staff.working_below(paths, role=source.handing.role)
    else:
        found = staff.working_below(paths, permission=table.permission("read"))
    return [(one.id, one.name) for one in found]


def hand(actor: Actor, table: Table, ids: Sequence[int], org_id: int, staff_id: int | None) -> Handed:
    """Make a colleague responsible for the rows, who is told once; None: nobody. Where the domain has its own way of giving a
    subject to somebody, that is taken. Raises Forbidden, Invalid, NotFound."""
    source = table.source
    if source is not None and source.handing is not None:
        if staff_id is None:
            raise Invalid(_("Please choose somebody."), "who")
        return _given(actor, table, ids, staff_id, source.handing)
    rows = state.read_ids(ids)
    if staff_id is not None:
        whom = staff.actor_by_id(staff_id)
        if any(not access.may(whom, table.permission("read"), at) for at in {row.org_id for row in rows}):
            raise Invalid(_("{name} does not work where some of these rows belong.", name=whom.name), "who")
    batch_id = _batch(actor, table, org_id, "hand", len(ids))
    for part in _parts(ids):
        with transaction():
            marking.hand(actor, table, part, staff_id, batch_id=batch_id)
    if staff_id is not None and staff_id != actor.id:
        count = ngettext("{n} row", "{n} rows", len(ids))
        link = f"{settings().base_url}/admin/data/{table.key}?who=me"
        words = _(
            "{name} made you responsible for {count} of “{table}”: {link}",
            name=actor.name, count=count, table=table.title, link=link,
        )  # fmt: skip
        say(StaffMember(staff_id), Words(words), purpose="notice", dedupe=f"hand:{batch_id}")
    return Handed(len(ids), batch_id)


def _given(actor: Actor, table: Table, ids: Sequence[int], staff_id: int, handing: Handing) -> Handed:
    refused: list[tuple[int, Text]] = []
    for row in state.read_ids(ids):
        if row.table_id != table.id or row.subject_id is None:
            raise NotFound()
        try:
            handing.give(actor, row.subject_id, staff_id)
        except LinliError as error:
            refused.append((row.id or 0, error.text))
    return Handed(len(ids) - len(refused), None, tuple(refused))


STRATEGIES: dict[str, Msg] = {
    "below": _("Delete them, and what belongs to them too"),
    "empty": _("Delete only those that nothing belongs to"),
    "alone": _("Delete only these; what belongs to them stays in its own list"),
}


def belonging(table: Table, ids: Sequence[int]) -> list[tuple[Table, list[tuple[int, int]]]]:
    """What belongs to these rows in each of the office's own sub-tables, as (row, its main row)."""
    found = []
    for sub in tables.subtables(table):
        rows: list[tuple[int, int]] = []
        for part in _parts(ids) if sub.source is None else ():
            places = ", ".join("?" * len(part))
            sql = f"SELECT id, parent_id FROM record WHERE parent_id IN ({places}) AND table_id = ? AND deleted_at IS NULL"
            rows += [(row[0], row[1]) for row in execute(sql, [*part, sub.id]).fetchall()]
        if rows:
            found.append((sub, rows))
    return found


def delete(
    actor: Actor, table: Table, ids: Sequence[int], org_id: int, why: str, strategy: str = "alone"
) -> tuple[int, int]:
    """Out of sight, by one of STRATEGIES: the batch's id, and how many main rows. Raises Invalid without a reason, and where the
    strategy leaves no row."""
    if not why.strip():
        raise Invalid(_("Please say why, in a few words."), "why")
    below = belonging(table, ids) if strategy != "alone" else []
    if strategy == "empty":
        full = {main for _sub, rows in below for _row, main in rows}
        ids, below = [i for i in ids if i not in full], []
        if not ids:
            raise Invalid(_("Something belongs to each of these rows: none is deleted."))
    batch_id = _batch(actor, table, org_id, "delete", len(ids))
    for of, chosen_ in [*((sub, [row for row, _main in rows]) for sub, rows in below), (table, ids)]:
        for part in _parts(chosen_):
            with transaction():
                store.delete(actor, of, part, why=why, batch_id=batch_id)
    return batch_id, len(ids)


def _batch(actor: Actor, table: Table, org_id: int, kind: str, rows: int) -> int:
    title = f"{render(table.title, 'zh_CN')}: {render(ngettext('{n} row', '{n} rows', rows), 'zh_CN')}"
    with transaction():
        return store.batch(actor, kind, table, org_id, title)


def _parts(ids: Sequence[int]) -> list[list[int]]:
    return [list(ids[start : start + _PART]) for start in range(0, len(ids), _PART)]
