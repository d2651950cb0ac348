"""The pages on which a column becomes another kind."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from backend.core.access import Actor
from backend.core.errors import LinliError, NotFound
from backend.core.i18n import _, ngettext
from backend.records import converting, tables
from backend.records.define_web import KINDS, options_of, read_options
from backend.records.list_web import blueprint, reached
from backend.records.models import BulkRun
from backend.records.tables import Column, Table
from backend.web import session, workbook
from backend.web.text import locale, say
from backend.web.workbook import Cell, Sheet


@blueprint.get("/<key>/columns/<column_key>/convert")
@session.needs("record.define")
def look(key: str, column_key: str) -> Any:
    """What would become of the values; `download` gives those that do not fit as a workbook."""
    actor = session.current_actor()
    table = reached(actor, key, "read")
    column = _column(actor, table, column_key)
    given = request.args
    if not given.get("kind"):
        return _page(table, column, given)
    try:
        found = _report(actor, table, column, given)
    except LinliError as error:
        return _page(table, column, given, error=error), error.status
    if given.get("download"):
        rows: list[list[Cell]] = [[u.row_id, u.value, say(u.why)] for u in found.unfit]
        sheet = Sheet(say(column.label), [say(_("Row")), say(column.label), say(_("Why"))], rows)
        return workbook.download(say(column.label), sheet)
    return _page(table, column, given, found=found)


@blueprint.post("/<key>/columns/<column_key>/convert")
@session.needs("record.define")
def convert(key: str, column_key: str) -> Any:
    actor = session.current_actor()
    table = reached(actor, key, "read")
    column = _column(actor, table, column_key)
    given = request.form
    try:
        converting.convert(actor, table, column_key, _field(column, given))
    except LinliError as error:
        return _page(table, column, given, error=error), error.status
    flash(say(_("The new column is there; its values follow in a moment.")))
    return redirect(url_for("records.columns", key=key), code=303)


@blueprint.post("/<key>/conversions/<int:conversion_id>/undo")
@session.needs("record.define")
def undo_conversion(key: str, conversion_id: int) -> Any:
    actor = session.current_actor()
    table = reached(actor, key, "read")
    try:
        undone = converting.undo(actor, table, conversion_id)
    except LinliError as error:
        flash(say(error.text), "warning")
    else:
        if isinstance(undone, BulkRun):
            return redirect(url_for("records.run", key=key, run_id=undone.id), code=303)
        flash(say(ngettext("{n} row is as it was before.", "{n} rows are as they were before.", undone.rows)))
    return redirect(url_for("records.columns", key=key), code=303)


def _column(actor: Actor, table: Table, key: str) -> Column:
    """Raises NotFound, also for a column that does not concern the actor."""
    column = table.column(key)
    if not tables.reaches(actor, table, column.org_id):
        raise NotFound()
    return column


def _report(actor: Actor, table: Table, column: Column, given: MultiDict[str, str]) -> converting.Report:
    return converting.report(actor, table, column.key, _field(column, given))


def _field(column: Column, given: MultiDict[str, str]) -> dict[str, Any]:
    """JSON of the Field that is wanted: the same words, another kind. Raises Invalid."""
    kept: dict[str, Any] = column.field.to_json()
    field: dict[str, Any] = {name: kept[name] for name in ("label", "optional", "sensitive") if name in kept}
    field["kind"] = given.get("kind", "") if given.get("kind") in KINDS else ""
    if field["kind"] in ("choice", "multi_choice", "tree_choice"):
        field["options"] = read_options(given.get("options", ""), field["kind"])
    return field


def _page(
    table: Table,
    column: Column,
    given: MultiDict[str, str],
    found: converting.Report | None = None,
    error: LinliError | None = None,
) -> str:
    return render_template(
        "records/convert.html",
        table=table,
        column=column,
        kinds={kind: name for kind, name in KINDS.items() if kind != column.field.kind},
        kind_name=KINDS.get(column.field.kind, column.field.kind),
        given={"kind": given.get("kind", ""), "options": given.get("options", options_of(column))},
        found=found,
        error=error,
        examples=converting.EXAMPLES,
        reader=locale(),
    )
