"""The rows of lists from files, `list:<id>`: to be told with their own columns, and to be printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core import access
from backend.core.access import Actor
from backend.core.db import execute
from backend.core.errors import NotFound
from backend.core.i18n import Text, _
from backend.printing import rows
from backend.printing.columns import Column
from backend.printing.rows import Family, Hearing, Row, RowSource
from broadcasts.lists import actions as lists
from broadcasts.lists import work
from broadcasts.lists.columns import shown
from broadcasts.models import AudienceList, AudienceRow

PREFIX = "list"
_RECENT = 30
_AT_ONCE = 500


def kind_of(list_id: int) -> str:
    return f"{PREFIX}:{list_id}"


def list_of(kind: str) -> int:
    """Raises NotFound."""
    prefix, _colon, number = kind.partition(":")
    if prefix != PREFIX or not number.isdecimal():
        raise NotFound()
    return int(number)


def ids(list_id: int, after: int, limit: int) -> list[int]:
    """The next rows that somebody can be told by."""
    row = AudienceRow
    query: Any = row.select(row.id).where(row.list_id == list_id, row.wrong.is_null(), row.id > after)
    return [found[0] for found in query.order_by(row.id).limit(limit).tuples()]


def whose(list_id: int, resident_ids: Sequence[int], identity_ids: Sequence[int]) -> list[int]:
    """The rows of these people."""
    found: set[int] = set()
    for column, numbers in (("resident_id", resident_ids), ("identity_id", identity_ids)):
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            sql = _WHOSE.format(column=column, places=", ".join("?" * len(some)))
            found |= {row[0] for row in execute(sql, (*some, list_id)).fetchall()}
    return sorted(found)


_WHOSE = "SELECT id FROM audience_row WHERE {column} IN ({places}) AND list_id = ? AND wrong IS NULL"


def _titles(actor: Actor) -> dict[str, Text]:
    return {str(one.id): _("List: {name}", name=one.name) for one in lists.visible(actor, lists.READY)}


def _source(name: str) -> RowSource:
    one = AudienceList.get_or_none(AudienceList.id == list_of(f"{PREFIX}:{name}"))
    if one is None:
        raise NotFound()
    reader = _Reader(one)
    return RowSource(
        _("List: {name}", name=one.name),
        lists.RIGHT,
        reader.columns,
        reader.allowed,
        reader.rows,
        lambda _actor: ids(one.id, 0, _RECENT),
        "lists.index",
        Hearing(reader.people, reader.told, reader.addresses),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    of: AudienceList

    def columns(self, actor: Actor) -> list[Column]:
        if not self._open_to(actor):
            return []
        return [Column(key, label) for key, label in self.of.columns]

    def allowed(self, actor: Actor, ids: Sequence[int]) -> list[int]:
        known = {row.id for row in self._found(ids)} if self._open_to(actor) else set()
        return [i for i in dict.fromkeys(ids) if i in known]

    def rows(self, actor: Actor, ids: Sequence[int], locale: str, _in_full: bool) -> Iterator[Row]:
        told = self.told(actor, ids, locale, frozenset(key for key, _label in self.of.columns))
        yield from (told[i] for i in ids if i in told)

    def told(self, actor: Actor, ids: Sequence[int], locale: str, keys: frozenset[str]) -> dict[int, Row]:
        if not self._open_to(actor):
            return {}
        wanted = [(n, key) for n, key, _name in lists.layout_of(self.of).values if key in keys]
        told: dict[int, Row] = {}
        for row in self._found(ids):
            cells = work.values_of(row.values)
            told[row.id] = {
                key: shown(cells[n], locale) for n, key in wanted if n < len(cells) and cells[n] is not None
            }
        return told

    def people(self, ids: Sequence[int]) -> dict[int, int]:
        return {row.id: row.resident_id for row in self._whose(ids) if row.resident_id is not None}

    def addresses(self, ids: Sequence[int]) -> dict[int, int]:
        return {row.id: row.identity_id for row in self._whose(ids) if row.identity_id is not None}

    def _open_to(self, actor: Actor) -> bool:
        return access.may(actor, lists.RIGHT, self.of.org_id)

    def _found(self, ids: Sequence[int]) -> list[AudienceRow]:
        row = AudienceRow
        mine = row.id.in_(list(ids)) & (row.list_id == self.of.id) & row.wrong.is_null()
        return list(row.select(row.id, row.values).where(mine))

    def _whose(self, ids: Sequence[int]) -> list[AudienceRow]:
        row = AudienceRow
        mine = row.id.in_(list(ids)) & (row.list_id == self.of.id) & row.wrong.is_null()
        return list(row.select(row.id, row.resident_id, row.identity_id).where(mine))


rows.register_family(PREFIX, Family(_titles, _source))
