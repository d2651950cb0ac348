"""Marks on the page of one row: its colour, the colours of its values, who is responsible; and how its history tells them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import flash, redirect, request

from backend.core.errors import LinliError
from backend.core.i18n import Text, _
from backend.records import asked, bulk, marking, store
from backend.records.bulk_web import ticked
from backend.records.list_web import blueprint, org_of, page_of, reached
from backend.records.state import State
from backend.records.tables import Column
from backend.staff import queries as staff
from backend.web import session
from backend.web.text import say


@blueprint.post("/<key>/<int:row_id>/mark")
@session.staff_only
def mark_row(key: str, row_id: int) -> Any:
    actor = session.current_actor()
    table = reached(actor, key, "change")
    given = request.form
    try:
        if given.get("act") == "hand":
            who = ticked([given.get("responsible", "")])
            done = bulk.hand(actor, table, [row_id], org_of(actor, table), who[0] if who else None)
            for _row_id, why in done.refused:
                flash(say(why), "warning")
        else:
            colour = given.get("new_colour", "")
            colour = colour if colour in asked.COLOURS else ""
            if cell := given.get("cell"):
                marking.colour_values(actor, table, [row_id], cell, colour)
            else:
                marking.mark(actor, table, [row_id], colour=colour)
    except LinliError as error:
        flash(say(error.text), "warning")
    return redirect(page_of(table, store.get(table, row_id)), code=303)


def told(
    before: State | None, now: State, columns: Iterable[Column], names: dict[int, str]
) -> list[tuple[Text, str, str]]:
    """What changed of a row's marks, as (what, before, after)."""

    def colour(of: str) -> str:
        return say(asked.COLOURS[of]) if of in asked.COLOURS else "–"

    def name(of: int | None) -> str:
        return names.get(of, f"#{of}") if of is not None else "–"

    old, cells = (before.colour, before.cells) if before else ("", {})
    found: list[tuple[Text, str, str]] = []
    if old != now.colour:
        found.append((_("Colour"), colour(old), colour(now.colour)))
    for column in columns:
        was, is_ = cells.get(column.key, ""), now.cells.get(column.key, "")
        if was != is_:
            found.append((_("Colour of “{label}”", label=column.label), colour(was), colour(is_)))
    tags = before.tags if before else ""
    if tags != now.tags:
        found.append((_("Tags"), tags.strip() or "–", now.tags.strip() or "–"))
    held = before.responsible_id if before else None
    if held != now.responsible_id:
        found.append((_("Responsible"), name(held), name(now.responsible_id)))
    return found


def names_of(said: Iterable[State]) -> dict[int, str]:
    """Who was ever responsible, by id."""
    ids = sorted({row.responsible_id for row in said if row.responsible_id is not None})
    return {one: found.name for one, found in staff.by_ids(ids).items()}
