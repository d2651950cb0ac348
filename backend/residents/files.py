"""Photos and documents on a resident's file."""

from __future__ import annotations

from backend.attachments import kinds
from backend.attachments.web import section
from backend.core.errors import NotFound
from backend.residents import queries
from backend.web import sections


def _org_of(resident_id: int) -> int:
    found = queries.by_id(resident_id)
    if found.status == "erased":
        raise NotFound()
    return found.org_id


kinds.register("resident", "resident.read", "resident.change", _org_of)
sections.register("resident", section("resident"), order=40)
