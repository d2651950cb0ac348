"""Pages of a list: by number where people leaf through it, by a mark where it goes on from the last row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """One page of `total` rows; `number` counts from 1."""

    items: list[Any]
    total: int
    number: int
    pages: int


def paginate(query: Any, per_page: int = PER_PAGE) -> Page:
    """The page of a peewee query that `?page=` asks for; one beyond the end is the last one."""
    total = query.count()
    pages = max(1, -(-total // per_page))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    return Page(list(query.limit(per_page).offset((number - 1) * per_page)), total, number, pages)


def leafed(items: Sequence[Any], per_page: int = PER_PAGE) -> Page:
    """The same of rows that are at hand already, put in an order that no database knows."""
    pages = max(1, -(-len(items) // per_page))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    return Page(list(items[(number - 1) * per_page : number * per_page]), len(items), number, pages)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some rows in a row; `after` is the mark with which the next ones are asked for, "" when these are the last."""

    items: list[Any]
    after: str


def following(query: Any, order: Sequence[Any], mark: str, most: int = PER_PAGE) -> Stretch:
    """The rows of a peewee query behind `mark`, from the first for "" or one that is none of ours. `order`: columns kept as whole
    numbers that tell any two rows apart, such as a time and the id. Rows that come or go meanwhile neither repeat nor hide any."""
    behind = _values(mark, len(order))
    if behind is not None:
        query = query.where(_beyond(order, behind))
    rows = list(query.order_by(*order).limit(most + 1))
    if len(rows) <= most:
        return Stretch(rows, "")
    last = rows[most - 1]
    values = [column.db_value(getattr(last, column.name)) for column in order]
    return Stretch(rows[:most], "-".join(map(str, values)))


def _beyond(order: Sequence[Any], values: Sequence[int]) -> Any:
    """The condition of coming after a row with these values."""
    column, value = order[0], values[0]
    if len(order) == 1:
        return column > value
    return (column > value) | ((column == value) & _beyond(order[1:], values[1:]))


def _values(mark: str, count: int) -> list[int] | None:
    parts = mark.split("-")
    if len(parts) != count or not all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts):
        return None
    return [int(part) for part in parts]
