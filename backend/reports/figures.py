"""What a table's statistics say at one moment to one reader: counted, told as a letter keeps it, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backend.core import clock
from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import _, render
from backend.records import asked, tables
from backend.records.asked import Asked
from backend.records.tables import Table
from backend.reports import axis as axes
from backend.reports import counting
from backend.reports.axis import Axis
from backend.reports.counting import Cross, Group

FEW = 5
"""Figures below this may point at a person: they open after signing in, and stand in no letter."""
LISTED = 8
"""Groups in a letter."""
_OPEN = frozenset({"choice", "yes_no", "date", "rating"})


@dataclass(frozen=True, slots=True)
class Figures:
    """`title` is the table's, `by` and `across` what is counted by, all in the reader's language. `as_of` is None for now.
    `timed`: the groups are stretches of time, in their order. `tops`: the parts of the Org tree that were counted. `safe`: the groups' names tell nothing of single people."""

    title: str
    by: str
    across: str
    groups: tuple[Group, ...]
    cross: Cross | None
    as_of: datetime | None
    earlier: datetime | None
    made_at: datetime
    tops: tuple[str, ...]
    safe: bool
    timed: bool

    @property
    def total(self) -> int:
        return sum(g.rows for g in self.groups)

    @property
    def listed(self) -> list[Group]:
        """The groups that may stand in a letter, which others can read on its way: the largest, or the latest."""
        told = [g for g in self.groups if g.rows >= FEW] if self.safe else []
        return told[-LISTED:][::-1] if self.timed else told[:LISTED]

    def to_json(self) -> dict[str, Any]:
        cross = self.cross and {
            "rows": self.cross.rows,
            "columns": self.cross.columns,
            "cells": self.cross.cells,
        }
        return {
            "title": self.title,
            "by": self.by,
            "across": self.across,
            "groups": [[g.label, g.rows, g.percent, g.before] for g in self.groups],
            "cross": cross,
            "as_of": self.as_of and clock.to_ms(self.as_of),
            "earlier": self.earlier and clock.to_ms(self.earlier),
            "made_at": clock.to_ms(self.made_at),
            "tops": self.tops,
            "safe": self.safe,
            "timed": self.timed,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figures:
        cross = data["cross"]
        return cls(
            data["title"],
            data["by"],
            data["across"],
            tuple(Group(*g) for g in data["groups"]),
            cross and Cross(tuple(cross["rows"]), tuple(cross["columns"]), tuple(map(tuple, cross["cells"]))),
            None if data["as_of"] is None else clock.from_ms(data["as_of"]),
            None if data["earlier"] is None else clock.from_ms(data["earlier"]),
            clock.from_ms(data["made_at"]),
            tuple(data["tops"]),
            data["safe"],
            data["timed"],
        )


def counted(
    actor: Actor, question: Asked, by: Axis, across: Axis | None, locale: str, earlier: datetime | None = None
) -> Figures:
    """Count what the actor may read. Raises Invalid."""
    table = question.query.table
    cross = counting.crossed(actor, question.query, by, across, locale) if across and across != by else None
    return Figures(
        render(table.title, locale),
        render(by.label(table), locale),
        render(across.label(table), locale) if across and cross else "",
        tuple(counting.groups(actor, question.query, by, locale, earlier)),
        cross,
        question.query.as_of,
        earlier,
        clock.now(),
        actor.paths(table.permission("read")),
        _safe(by, table) and (cross is None or across is None or _safe(across, table)),
        bool(by.period),
    )


def _safe(by: Axis, table: Table) -> bool:
    return by.key in axes.ROW or table.column(by.column).field.kind in _OPEN


def axis(name: str, offered: Sequence[tuple[str, Any, bool]], params: asked.Params) -> Axis | None:
    """What the parameters `name` and `name_period` say to count by; None for nothing that is offered."""
    key = next(iter(params.get(name, ())), "")
    found = next((timed for k, _label, timed in offered if k == key), None)
    if found is None:
        return None
    period = next(iter(params.get(f"{name}_period", ())), "month")
    return Axis(key, (period if period in axes.PERIODS else "month") if found else "")


def of_kept(
    actor: Actor,
    table: Table,
    params: asked.Params,
    asked_in: str,
    locale: str,
    at: datetime,
    earlier: datetime | None = None,
) -> Figures:
    """The figures of a report that was kept, as of the instant `at`. Raises Invalid where something that it asks for is not there
    any more, or not for this actor: a figure without one of its conditions would be a wrong one."""
    columns = tables.columns_for(actor, table)
    question = asked.read(table, columns, params, asked_in)
    if question.problem or any(row.problem for row in question.rows):
        raise Invalid(_("A condition of this report does not fit its table any more."))
    offered = axes.offered(columns)
    by, across = axis("by", offered, params), axis("across", offered, params)
    if by is None or (across is None and any(params.get("across", ()))):
        raise Invalid(_("What this report counts by is not there any more."))
    then = replace(question, query=replace(question.query, as_of=at, sort=()))
    return counted(actor, then, by, across, locale, earlier)
