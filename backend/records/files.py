"""Photos and documents on a row of a table that staff made. Those of residents and requests lie on their own pages."""

from __future__ import annotations

from backend.attachments import kinds
from backend.attachments.web import section
from backend.core.errors import NotFound
from backend.records import state, tables
from backend.web import sections


def _org_of(row_id: int) -> int:
    found = state.read_ids([row_id])
    if not found or tables.by_id(found[0].table_id).source is not None:
        raise NotFound()
    return found[0].org_id


kinds.register("record", "record.read", "record.change", _org_of)
sections.register("record", section("record"), order=40)
