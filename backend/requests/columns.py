"""The board: requests in columns by how far they are, each with its own next ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import peewee

from backend.core.access import Actor
from backend.requests import queries
from backend.requests.models import Request
from backend.web import listing

STATUSES = ("new", "assigned", "accepted", "on_the_way", "in_progress", "done")
PER_COLUMN = 20


@dataclass(frozen=True, slots=True)
class Column:
    """`total` of all that fit, whatever is shown of them; `after`: the mark of the next ones; `begun`: these are not the first."""

    status: str
    total: int
    cards: list[Request]
    after: str
    begun: bool


def columns(actor: Actor, wanted: queries.Filter, marks: Mapping[str, str]) -> list[Column]:
    """What `actor` reads of it, the most pressing first; `marks` by status say where a column goes on."""
    found = queries.board(actor, wanted)
    counted = found.select(Request.status, peewee.fn.COUNT(Request.id)).order_by().group_by(Request.status)
    totals: dict[str, int] = dict(counted.tuples())
    return [_column(found, status, totals.get(status, 0), marks.get(status, "")) for status in STATUSES]


def _column(found: Any, status: str, total: int, mark: str) -> Column:
    if not total:
        return Column(status, 0, [], "", False)
    query = found.where(Request.status == status)
    part = listing.following(query, (Request.due_at, Request.id), mark, PER_COLUMN)
    return Column(status, total, part.items, part.after, bool(mark))
