"""One row of a table that staff made: what it says, what it said, its sub-tables; adding, changing, deleting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from backend.core import access, audit, clock, orgs
from backend.core.access import Actor
from backend.core.errors import Conflict, Invalid, LinliError, NotFound
from backend.core.i18n import Text, _
from backend.fields.form import Form
from backend.records import bulk, history, marks_web, places, query, reading, same, store, tables
from backend.records.list_web import blueprint, marks_of, org_of, orgs_of, page_of, reached
from backend.records.state import State
from backend.records.store import New
from backend.records.tables import Column, Table
from backend.web import form_rows, sections, session
from backend.web.text import locale, say


@dataclass(frozen=True, slots=True)
class Told:
    """One change of a row as its page tells it: each value's label, before and after."""

    at: datetime
    who: str
    why: str
    changes: list[tuple[Text, str, str]]
    deleted: bool
    batch_id: int | None


@blueprint.get("/<key>/<int:row_id>")
@session.staff_only
def show(key: str, row_id: int) -> Any:
    actor = session.current_actor()
    table = reached(actor, key, "read")
    row = _row(actor, table, row_id, "read")
    columns = tables.columns_for(actor, table)
    subs = [s for s in tables.subtables(table) if access.may(actor, s.permission("read"), row.org_id)]
    values = reading.shown(table, row, columns, locale())
    return render_template(
        "records/record.html",
        table=table,
        row=row,
        title=reading.title(table, row, locale()),
        lines=[(c.label, values.get(c.key, "–"), row.cells.get(c.key, "")) for c in columns],
        columns=columns,
        same=same_of(actor, table, row),
        places=_places(actor, table, row),
        **marks_of(actor, table, [row]),
        told=told(table, columns, row_id),
        subtables=[(s, of_parent(actor, s, row_id)) for s in subs],
        may_change=access.may(actor, table.permission("change"), row.org_id) and row.deleted_at is None,
        may_delete=access.may(actor, table.permission("delete"), row.org_id) and table.source is None,
        may_reveal=table.source is None
        and any(c.sealed for c in columns)
        and access.may(actor, "resident.reveal", row.org_id),
        revealed=None,
        sections=sections.made("record", actor, row_id),
    )


@blueprint.post("/<key>/<int:row_id>/reveal")
@session.needs("resident.reveal")
def reveal(key: str, row_id: int) -> Any:
    """Sensitive values in full, once; that somebody looked is written down."""
    actor = session.current_actor()
    table = reached(actor, key, "read")
    row = _row(actor, table, row_id, "read")
    if table.source is not None:
        raise NotFound()  # its domain shows it, and asks for the reason
    access.check(actor, "resident.reveal", row.org_id)
    audit.record(actor, "record.reveal", f"record:{row_id}", org_id=row.org_id)
    columns = [c for c in tables.columns_for(actor, table) if c.sealed]
    return render_template(
        "records/revealed.html",
        table=table,
        row=row,
        title=reading.title(table, row, locale()),
        lines=[
            (c.label, reading.shown(table, row, [c], locale(), open_=True).get(c.key, "–")) for c in columns
        ],
    )


@blueprint.route("/<key>/new", methods=["GET", "POST"])
@session.staff_only
def add(key: str) -> Any:
    """A new row; `?of=` is the main row that one of a sub-table belongs to."""
    actor = session.current_actor()
    table = reached(actor, key, "create")
    parent_id = request.values.get("of", type=int)
    parent = _row(actor, tables.of(table.parent or ""), parent_id or 0, "read") if table.parent else None
    errors: dict[str, Text] = {}
    if request.method == "POST":
        values, errors = _read(actor, table, request.form)
        org_id = parent.org_id if parent else request.form.get("org", type=int) or org_of(actor, table)
        if not errors:
            try:
                (row_id,) = store.create(actor, table, [New(org_id, values, parent_id)])
            except Invalid as error:
                errors[error.field or ""] = error.text
            else:
                flash(say(_("Saved.")))
                to = (
                    page_of(tables.of(table.parent or ""), parent)
                    if parent
                    else url_for("records.show", key=key, row_id=row_id)
                )
                return redirect(to, code=303)
    return _form_page(actor, table, None, parent, request.form, errors)


@blueprint.route("/<key>/<int:row_id>/change", methods=["GET", "POST"])
@session.staff_only
def change(key: str, row_id: int) -> Any:
    actor = session.current_actor()
    table = reached(actor, key, "change")
    row = _row(actor, table, row_id, "change")
    if row.deleted_at is not None:
        raise NotFound()
    values = store.values_of(table, row)
    kept = reading.kept_of(row, reading.private_of(table, [row]))
    typed: Mapping[str, Any] = reading.typed(table, values, kept)
    errors: dict[str, Text] = {}
    if request.method == "POST":
        typed = request.form
        given, errors = _read(actor, table, typed, row=values, kept=kept)
        if not errors:
            try:
                stamp = request.form.get("stamp", type=int) or 0
                store.change(actor, table, {row_id: given}, why=typed.get("why", ""), stamps={row_id: stamp})
            except Conflict as error:
                flash(say(error.text), "warning")
                return redirect(url_for("records.change", key=key, row_id=row_id), code=303)
            except Invalid as error:
                errors[error.field or ""] = error.text
            else:
                flash(say(_("Saved.")))
                return redirect(page_of(table, row), code=303)
    return _form_page(actor, table, row, None, typed, errors, kept)


@blueprint.post("/<key>/<int:row_id>/delete")
@session.staff_only
def delete(key: str, row_id: int) -> Any:
    actor = session.current_actor()
    table = reached(actor, key, "delete")
    _row(actor, table, row_id, "delete")
    if request.form.get("back") == "1":
        store.restore(actor, table, [row_id])
        flash(say(_("The row is back.")))
    else:
        why = request.form.get("why", "")
        if request.form.get("below") == "1":
            batch_id, _count = bulk.delete(
                actor, table, [row_id], org_of(actor, table), why.strip() or say(_("not said")), "below"
            )
            flash(say(_("The row is deleted, and what belongs to it.")))
            return redirect(url_for("records.rows", key=key, undo=batch_id), code=303)
        store.delete(actor, table, [row_id], why=why)
        flash(say(_("The row is deleted. It can be brought back from its page.")))
    return redirect(url_for("records.show", key=key, row_id=row_id), code=303)


def same_of(actor: Actor, table: Table, row: State) -> list[tuple[Text, str, str, Text]]:
    """Who stands in other lists with the same number: list, name, address of the page, by which column."""
    return [
        (s.table.title, reading.title(s.table, s.row, locale()), page_of(s.table, s.row), s.by)
        for s in same.rows(actor, table, row)
    ]


def _places(actor: Actor, table: Table, row: State) -> list[tuple[str, Text]]:
    """The kinds of places that the row can be given as its own."""
    main = table.source is None and table.parent is None and row.deleted_at is None
    if (
        not main
        or orgs.get(row.org_id).level in orgs.GUESTS
        or not access.may(actor, "record.define", row.org_id)
    ):
        return []
    return [("enterprise", _("Enterprise")), ("merchant", _("Merchant"))]


@blueprint.post("/<key>/<int:row_id>/place")
@session.needs("record.define")
def make_place(key: str, row_id: int) -> Any:
    actor = session.current_actor()
    table = reached(actor, key, "change")
    try:
        made = places.make(actor, table, row_id, request.form.get("level", ""))
    except LinliError as error:
        flash(say(error.text), "warning")
    else:
        flash(
            say(
                _(
                    "“{name}” has a place of its own. Give a colleague there a role under Staff.",
                    name=made.name,
                )
            )
        )
    return redirect(url_for("records.show", key=key, row_id=row_id), code=303)


def told(table: Table, columns: tuple[Column, ...], row_id: int) -> list[Told]:
    """The changes of a row, the newest first."""
    said = history.versions(row_id)
    private, names = reading.private_of(table, said), marks_web.names_of(said)
    lines = []
    for before, now in zip([None, *said], said, strict=False):
        old = reading.shown(table, before, columns, locale(), private=private) if before else {}
        new = reading.shown(table, now, columns, locale(), private=private)
        changes = [
            (c.label, old.get(c.key, "–"), new.get(c.key, "–"))
            for c in columns
            if old.get(c.key) != new.get(c.key) or (before is not None and _differs(c, before, now))
        ] + marks_web.told(before, now, columns, names)
        lines.append(
            Told(
                clock.from_ms(now.since), now.by_name or say(_("The resident")), now.why or "", changes,
                now.deleted_at is not None, now.batch_id,
            )
        )  # fmt: skip
    return lines[::-1]


def _differs(column: Column, before: State, now: State) -> bool:
    """A masked value may look the same and be another."""
    return column.sealed and before.data.get(column.key) != now.data.get(column.key)


def _row(actor: Actor, table: Table, row_id: int, act: str) -> State:
    row = store.get(table, row_id)
    if not access.may(actor, table.permission(act), row.org_id):
        raise NotFound()
    return row


def of_parent(actor: Actor, sub: Table, row_id: int) -> list[tuple[int, list[str]]]:
    columns = tables.columns_for(actor, sub)[:6]
    found = query.page(actor, query.Query(sub, {"parent": row_id}), limit=20)
    return [
        (row.id or 0, [reading.shown(sub, row, [c], locale()).get(c.key, "–") for c in columns])
        for row in found
    ]


def _form(actor: Actor, table: Table, *, changing: bool, kept: frozenset[str] = frozenset()) -> Form:
    """The columns that are typed; a sensitive one, or one that its person keeps to herself, keeps its value when left empty."""
    fields = [
        replace(c.field, optional=True) if changing and (c.sealed or c.key in kept) else c.field
        for c in tables.columns_for(actor, table)
        if c.writable and not (table.source and c.id is None)
    ]
    return Form(table.key, table.title, fields, review=False)


def _read(
    actor: Actor,
    table: Table,
    typed: Mapping[str, str],
    row: Mapping[str, Any] | None = None,
    kept: frozenset[str] = frozenset(),
) -> tuple[dict[str, Any], dict[str, Text]]:
    form = _form(actor, table, changing=row is not None, kept=kept)
    given = {f.name: typed[f.name] for f in form.fields if typed.get(f.name, "").strip()}
    values, errors = form.validate(given, {}, clock.now(), locale())
    if row is not None:
        for field in form.fields:
            unseen = table.column(field.name).sealed or field.name in kept
            if field.name in typed and not typed[field.name].strip() and not unseen:
                values[field.name] = None
    return values, errors


def _form_page(
    actor: Actor,
    table: Table,
    row: State | None,
    parent: State | None,
    typed: Mapping[str, Any],
    errors: dict[str, Text],
    kept: frozenset[str] = frozenset(),
) -> Any:
    form = _form(actor, table, changing=row is not None, kept=kept)
    page = render_template(
        "records/form.html",
        table=table,
        row=row,
        parent=parent,
        title=reading.title(table, row, locale()) if row else "",
        drawn=form_rows.rows(form, typed, errors, {}, locale()),
        errors=errors,
        orgs=orgs_of(actor, table.permission("create")),
    )
    return page, 422 if errors else 200
