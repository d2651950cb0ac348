"""Pages of a list."""

from __future__ import annotations

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
