"""The rows of every table of the dynamic database, to print: `table:<key>`, whatever columns it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.core import access
from backend.core.access import Actor
from backend.core.i18n import Text, _
from backend.printing import rows
from backend.printing.columns import Column
from backend.printing.rows import Family, Hearing, Row, RowSource
from backend.records import hearers, query, reading, sources, state, store, tables
from backend.records.query import Query
from backend.records.tables import Table

PREFIX = "table"
_RECENT = 30


def _kinds(actor: Actor) -> dict[str, Text]:
    """A table that a domain keeps may have columns that only staff know of, so it stands beside the domain's own rows."""
    return {
        t.key: _("{table} (with the columns of the data table)", table=t.title) if t.source else t.title
        for t in tables.visible(actor)
    }


def _source(key: str) -> RowSource:
    table = tables.of(key)
    readers = _Readers(table)
    return RowSource(
        table.title,
        table.permission("read"),
        readers.columns,
        readers.allowed,
        readers.rows,
        readers.recent,
        "records.index",
        Hearing(readers.people, readers.told) if hearers.source_of(table) is not None else None,
    )


@dataclass(frozen=True, slots=True)
class _Readers:
    table: Table

    def columns(self, actor: Actor) -> list[Column]:
        return [
            Column(c.key, c.label, photo=c.field.kind == "photo")
            for c in tables.columns_for(actor, self.table)
        ]

    def allowed(self, actor: Actor, ids: Sequence[int]) -> list[int]:
        known = self._seen(actor, ids)
        return [i for i in dict.fromkeys(ids) if i in known]

    def rows(self, actor: Actor, ids: Sequence[int], locale: str, in_full: bool) -> Iterator[Row]:
        """In full only what an export would hold, and of no table that a domain keeps; ID numbers never."""
        found = self._seen(actor, ids)
        columns = tables.columns_for(actor, self.table)
        private = reading.private_of(self.table, found.values())
        for row in (found[i] for i in ids if i in found):
            whole = in_full and self.table.source is None and access.may(actor, "record.export", row.org_id)
            kept = reading.kept_of(row, private)
            values = {k: v for k, v in store.values_of(self.table, row).items() if k not in kept}
            yield dict.fromkeys(kept, sources.KEPT) | {
                c.key: values[c.key].key
                if c.field.kind == "photo"
                else reading.text(c, values[c.key], locale, open_=whole and c.field.kind != "id_number")
                for c in columns
                if values.get(c.key) is not None
            }

    def recent(self, actor: Actor) -> list[int]:
        return [int(row.id or 0) for row in query.page(actor, Query(self.table), limit=_RECENT)]

    def people(self, ids: Sequence[int]) -> dict[int, int]:
        return hearers.people(self.table, ids)

    def told(self, actor: Actor, ids: Sequence[int], locale: str, keys: frozenset[str]) -> dict[int, Row]:
        """What she keeps to herself is told to nobody, for the office may not know it."""
        found = self._seen(actor, ids)
        private = reading.private_of(self.table, found.values())
        columns = [c for c in tables.columns_for(actor, self.table) if c.key in keys]
        told: dict[int, Row] = {}
        for number, row in found.items():
            kept = reading.kept_of(row, private)
            mine = [c for c in columns if c.key not in kept]
            told[number] = reading.shown(self.table, row, mine, locale, private=private)
        return told

    def _seen(self, actor: Actor, ids: Sequence[int]) -> dict[int, state.State]:
        permission = self.table.permission("read")
        mine = self._living(ids)
        places = access.where(actor, permission, {row.org_id for row in mine})
        return {int(row.id or 0): row for row in mine if row.org_id in places}

    def _living(self, ids: Sequence[int]) -> list[state.State]:
        return [
            row for row in state.read_ids(ids) if row.table_id == self.table.id and row.deleted_at is None
        ]


rows.register_family(PREFIX, Family(_kinds, _source))
