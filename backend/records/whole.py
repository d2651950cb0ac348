"""Whether a row of a table that staff made may stand as it is: nothing required is missing, and what it belongs to is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.records import state, tables
from backend.records.tables import Table


def check(table: Table, values: Mapping[str, Any], org_id: int, only: Iterable[str] | None = None) -> None:
    """Raises Invalid for the first required column without a value; for a row at `org_id` only what is seen there is required."""
    for column in table.open:
        missing = values.get(column.key) in (None, "")
        required = not column.field.optional and column.writable and (only is None or column.key in only)
        if missing and required and tables.seen_at(column, org_id):
            raise Invalid(_("“{label}” must not be empty.", label=column.label), column.key)


def check_parents(actor: Actor, table: Table, wanted: set[int | None]) -> None:
    """Raises Invalid where rows of a sub-table would belong to none, or to one that the actor does not read."""
    if table.parent is None:
        return
    main = tables.of(table.parent)
    known = [p for p in state.read_ids([p for p in wanted if p is not None]) if p.table_id == main.id]
    seen = {
        org_id for org_id in {p.org_id for p in known} if access.may(actor, main.permission("read"), org_id)
    }
    if None in wanted or {p.id for p in known if p.org_id in seen} != wanted:
        raise Invalid(
            _("Each row here belongs to one of “{table}”; this one is not there.", table=main.title)
        )
