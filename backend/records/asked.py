"""A question as a page's address says it: what was typed, conditions row by row, sorting, the moment. Pure.

`q` the search box; `col`, `op`, `val` repeated together, one condition each, and `match=any` for "or"; `colour`, `tag`, `org`; `who` is
responsible ("me", "nobody", the id of a staff member); `class` a node of a classification, `key:path`;
`sort` repeated, `-key` for downwards; `as_of` a day. The same parameters are what a saved view keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from backend.core import clock
from backend.core.i18n import LANGUAGES, Msg, Text, _, render
from backend.fields.base import Context, Misunderstood
from backend.fields.words import Said
from backend.records import expressions, holding
from backend.records.query import Query, Sort
from backend.records.tables import Column, Table

Params = Mapping[str, Sequence[str]]
KEPT = ("q", "col", "op", "val", "match", "colour", "tag", "org", "who", "class", "sort", "as_of")
"""The parameters that make a question; all else (`page`, …) is about the page."""
COLOURS: dict[str, Msg] = {
    "red": _("Red"),
    "orange": _("Orange"),
    "yellow": _("Yellow"),
    "green": _("Green"),
    "blue": _("Blue"),
    "purple": _("Purple"),
}
OPS: dict[str, Msg] = {
    "eq": _("is"),
    "under": _("is within"),
    "ne": _("is not"),
    "contains": _("contains"),
    "starts": _("starts with"),
    "lt": _("is below or before"),
    "le": _("is at most"),
    "gt": _("is above or after"),
    "ge": _("is at least"),
    "last_days": _("was in the last … days"),
    "has": _("has"),
    "empty": _("is empty"),
    "filled": _("is filled"),
    "building_is": _("is in building"),
    "unit_is": _("is in unit"),
    "room_is": _("is in room"),
    "coloured": _("has the colour"),
}
_FITTING = {
    "text": ("eq", "ne", "contains", "starts", "empty", "filled"),
    "number": ("eq", "ne", "lt", "le", "gt", "ge", "empty", "filled"),
    "date": ("eq", "lt", "le", "gt", "ge", "last_days", "empty", "filled"),
    "choice": ("eq", "ne", "empty", "filled"),
    "tree_choice": ("under", "eq", "ne", "empty", "filled"),
    "flag": ("eq", "empty", "filled"),
    "list": ("has", "empty", "filled"),
    "home": ("eq", "building_is", "unit_is", "room_is", "empty", "filled"),
    "sealed": ("eq", "empty", "filled"),
}
_NO_VALUE = ("empty", "filled")


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as the page shows it; `problem` says what would work."""

    column: Column | None
    op: str
    value: str
    ops: tuple[str, ...]
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, and what the page needs to show it again. Rows with a problem are not part of the question."""

    query: Query
    rows: tuple[Row, ...]
    as_of: date | None
    problem: Text | None = None


def read(table: Table, columns: Sequence[Column], params: Params, locale: str) -> Asked:
    """What the address asks of this table; only `columns` can be asked for."""
    known = {c.key: c for c in columns}
    rows = [
        _row(known.get(key), op, value, locale)
        for key, op, value in zip(_all(params, "col"), _all(params, "op"), _all(params, "val"), strict=False)
        if key
    ]
    conditions = [condition for _row_, condition in rows if condition is not None]
    joined: dict[str, Any] = {"or" if _first(params, "match") == "any" and conditions else "and": conditions}
    others: list[Any] = []
    if colours := [c for c in _all(params, "colour") if c in COLOURS]:
        others.append({"colour": colours})
    others += [{"tag": t} for t in _all(params, "tag") if t]
    if who := _first(params, "who"):
        others.append({"responsible": [_staff(who)]})
    others += [
        {"field": key, "op": "under", "value": path}
        for key, path in nodes(params).items()
        if path and key in known and known[key].tree
    ]
    as_of, problem = _day(_first(params, "as_of"))
    org = _first(params, "org")
    query = Query(
        table,
        {"and": [joined, *others]},
        _first(params, "q"),
        tuple(Sort(s.lstrip("-"), s.startswith("-")) for s in _all(params, "sort") if s.lstrip("-") in known),
        end_of(as_of) if as_of else None,
        int(org) if org.isascii() and org.isdecimal() and len(org) < 10 else None,
    )
    return Asked(query, tuple(row for row, _condition in rows), as_of, problem)


def kept(params: Params) -> dict[str, list[str]]:
    """The parameters that make the question, for a saved view."""
    return {name: list(_all(params, name)) for name in KEPT if any(_all(params, name))}


def fitting(column: Column) -> tuple[str, ...]:
    """The comparisons that make sense for a column."""
    kind = column.field.kind
    of = (
        "sealed"
        if column.sealed
        else kind
        if kind in ("date", "choice", "tree_choice")
        else expressions.kind(column)
    )
    return *_FITTING[of], "coloured"


def _row(column: Column | None, op: str, value: str, locale: str) -> tuple[Row, Any]:
    if column is None:
        return Row(None, op, value, (), _("This column is not there any more.")), None
    ops = fitting(column)
    op = op if op in ops else ops[0]
    if op == "coloured":
        return _coloured(column, value.strip(), ops)
    if op in _NO_VALUE:
        return Row(column, op, "", ops), {"field": column.key, "op": op}
    if not value.strip():
        return Row(column, op, value, ops, _("Please say what to look for.")), None
    try:
        return Row(column, op, value, ops), _condition(column, op, value.strip(), locale)
    except Misunderstood as why:
        return Row(column, op, value, ops, why.text), None


def nodes(params: Params) -> dict[str, str]:
    """The nodes of classifications that are looked into, by column."""
    return {key: path for key, _colon, path in (given.partition(":") for given in _all(params, "class"))}


def _staff(who: str) -> str | int | None:
    """Whom `who` names; 0, who is nobody's id, for what names none."""
    if who == "nobody":
        return None
    return who if who == "me" else int(who) if who.isascii() and who.isdecimal() and len(who) < 10 else 0


def _coloured(column: Column, value: str, ops: tuple[str, ...]) -> tuple[Row, Any]:
    """The colour by its name in any language, or any when none is said."""
    said = value.casefold()
    named = {
        render(words, code).casefold(): colour for colour, words in COLOURS.items() for code in LANGUAGES
    }
    colour = said if said in COLOURS else named.get(said) or named.get(f"{said}色", "")
    if said and not colour:
        return Row(column, "coloured", value, ops, _("These are the colours: {names}.", names=_names())), None
    return Row(column, "coloured", colour, ops), {"cell": column.key, "colour": [colour] if colour else []}


def _names() -> Text:
    return {
        code: ("、" if code.startswith("zh") else ", ").join(render(c, code) for c in COLOURS.values())
        for code in LANGUAGES
    }


def _condition(column: Column, op: str, value: str, locale: str) -> dict[str, Any]:
    context = Context(clock.now(), locale, clock.zone())
    field = column.field
    if op.endswith("_is"):
        return {"field": column.key, "op": "eq", "part": op.removesuffix("_is"), "value": value}
    if op == "last_days":
        if not value.isdecimal() or len(value) > 5 or int(value) > 40_000:
            raise Misunderstood(_("How many days? Please write a number."))
        return {"field": column.key, "op": op, "value": int(value)}
    if op in ("contains", "starts", "has") or (
        field.kind in ("text", "long_text", "real_name") and not column.sealed
    ):
        if op == "has":
            value = _option(column, value, context)
        return {"field": column.key, "op": op, "value": value}
    if field.kind == "address":
        home = field.parse(Said(text=value), context).to_json()
        parts = [{"field": column.key, "op": "eq", "part": part, "value": v} for part, v in home.items() if v]
        return {"and": parts}
    parsed = field.known(Said(choice=value), context) if field.kind in ("choice", "tree_choice") else None
    parsed = field.parse(Said(text=value), context) if parsed is None else parsed
    if column.sealed:
        return {"field": column.key, "op": op, "value": holding.blind(column, parsed)}
    return {"field": column.key, "op": op, "value": field.dump(parsed)}


def _option(column: Column, value: str, context: Context) -> str:
    options = column.field.options(context)
    return next((o.value for o in options if value in (o.value, str(o.label))), value)


def _day(text: str) -> tuple[date | None, Text | None]:
    if not text:
        return None, None
    try:
        return date.fromisoformat(text), None
    except ValueError:
        return None, _("“{text}” is no day. Please write it like 2026-03-05.", text=text[:20])


def end_of(day: date) -> datetime:
    """The last moment of that day on the community's clocks; never later than now."""
    if day >= clock.local(clock.now()).date():
        return clock.now()
    return min(
        datetime.combine(day + timedelta(days=1), time(), clock.zone()) - timedelta(milliseconds=1),
        clock.now(),
    )


def _all(params: Params, name: str) -> Sequence[str]:
    return params.get(name, ())


def _first(params: Params, name: str) -> str:
    found = _all(params, name)
    return found[0] if found else ""
