"""The lists of the dynamic database: every table, and one table's rows with its search box, conditions, views and acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import LinliError, NotFound
from backend.core.i18n import _
from backend.core.orgs import Org
from backend.records import acts, asked, bulk, classes, query, reading, tables, views
from backend.records.state import State
from backend.records.tables import Column, Table
from backend.staff import queries as staff
from backend.web import nav, session
from backend.web.text import locale, say, url_with

blueprint = Blueprint(
    "records",
    __name__,
    url_prefix="/admin/data",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
PER_PAGE = 50
LAST_PAGE = query.COUNTED // PER_PAGE
WIDE = 8
"""Columns shown when a view says nothing."""

nav.register(_("Data"), "records.index", "record.read", 25, group="records")


@blueprint.get("")
@session.needs("record.read")
def index() -> Any:
    actor = session.current_actor()
    found = tables.visible(actor)
    return render_template(
        "records/index.html",
        tables=[t for t in found if t.parent is None],
        subtables={t.key: [s for s in found if s.parent == t.key] for t in found},
        counts={t.key: query.count(actor, query.Query(t)) for t in found},
        counted=query.COUNTED,
        may_define=access.may(actor, "record.define"),
        orgs=orgs_of(actor, "record.define"),
        parents=[(t.key, t.title) for t in found if t.parent is None],
    )


@blueprint.get("/<key>")
@session.staff_only
def rows(key: str) -> Any:
    actor = session.current_actor()
    table = reached(actor, key, "read")
    columns = tables.columns_for(actor, table)
    view_id = request.args.get("view", 0, type=int)
    view = views.get(actor, table, view_id) if 0 < view_id < 2**31 else None
    params = _params() if view is None or asked.kept(_params()) else view.asked
    question = asked.read(table, columns, params, locale())
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    found = query.page(actor, question.query, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
    shown = _shown(columns, view)
    count = query.count(actor, question.query)
    private = reading.private_of(table, found)
    return render_template(
        "records/rows.html",
        table=table,
        columns=columns,
        shown=shown,
        rows=[_line(table, row, shown, private) for row in found[:PER_PAGE]],
        question=question,
        params={name: list(values) for name, values in params.items()},
        count=count,
        levels=classes.levels(actor, question.query, columns, asked.nodes(params), count, _within),
        counted=query.COUNTED,
        number=number,
        more=len(found) > PER_PAGE and number < LAST_PAGE,
        views=views.seen(actor, table),
        view=view,
        ops=asked.OPS,
        fitting={c.key: asked.fitting(c) for c in columns},
        orgs=orgs_of(actor, table.permission("read")),
        roles=access.ROLES,
        **marks_of(actor, table, found),
        may_add=access.may(actor, table.permission("create"))
        and table.source is None
        and table.parent is None,
        may_delete=access.may(actor, table.permission("delete"))
        and table.source is None
        and question.as_of is None,
        may_define=access.may(actor, "record.define"),
        may_count=access.may(actor, "report.read"),
        question_kept={n: v for n, v in asked.kept(params).items() if n != "sort"},
    )


@blueprint.post("/<key>/views")
@session.staff_only
def save_view(key: str) -> Any:
    actor = session.current_actor()
    table = reached(actor, key, "read")
    given = request.form
    params = {name: given.getlist(name) for name in asked.KEPT}
    try:
        view_id = views.save(
            actor, table, given.get("name", ""), params, given.getlist("shown"), int(given.get("at") or org_of(actor, table)),
            shared=given.get("shared") == "1", role=given.get("role", ""),
        )  # fmt: skip
    except LinliError as error:
        flash(say(error.text), "warning")
        return redirect(address(key, params), code=303)
    flash(say(_("The view is saved.")))
    return redirect(url_for("records.rows", key=key, view=view_id), code=303)


@blueprint.post("/<key>/views/<int:view_id>/delete")
@session.staff_only
def delete_view(key: str, view_id: int) -> Any:
    actor = session.current_actor()
    views.delete(actor, reached(actor, key, "read"), view_id)
    flash(say(_("The view is deleted.")))
    return redirect(url_for("records.rows", key=key), code=303)


def reached(actor: Actor, key: str, act_: str) -> Table:
    """The table, when the actor may do this somewhere in it. Raises NotFound, also for one that does not concern her; Forbidden."""
    table = tables.of(key)
    if not tables.reaches(actor, table, table.org_id):
        raise NotFound()
    access.check(actor, table.permission(act_))
    if actor.guest and not tables.shown_to(actor, table):
        raise NotFound()
    return table


def org_of(actor: Actor, table: Table) -> int:
    """Where the actor's acts on this table are noted: the highest Org that she serves."""
    tops = actor.paths(table.permission("read"))
    org = Org.select().where(Org.path.in_(list(tops))).order_by(Org.path).first()
    return int(org.id) if org else int(Org.select().order_by(Org.id).first().id)


def orgs_of(actor: Actor, permission: str) -> list[tuple[int, str]]:
    """The Orgs where the actor holds the permission, as (id, name), those below indented."""
    found = list(Org.select().where(Org.id.in_(access.org_ids(actor, permission))).order_by(Org.path))
    least = min((o.path.count("/") for o in found), default=0)
    return [(o.id, "　" * (o.path.count("/") - least) + o.name) for o in found]


def marks_of(actor: Actor, table: Table, rows: Sequence[State]) -> dict[str, Any]:
    """What a page needs to show and change the marks of these rows."""
    today = not request.args.get("as_of")
    changing = today and access.may(actor, table.permission("change"))
    colleagues = bulk.colleagues(actor, table) if changing else []
    responsible = {row.responsible_id for row in rows if row.responsible_id is not None}
    return {
        "colours": asked.COLOURS,
        "may_mark": changing,
        "colleagues": colleagues,
        "names": {i: s.name for i, s in staff.by_ids(sorted(responsible)).items()},
        "acts": acts.offered(actor, table) if today else [],
    }


def address(key: str, params: asked.Params, **more: int) -> str:
    """The list as it was asked for."""
    kept = urlencode(asked.kept(params) | more, doseq=True)
    return url_for("records.rows", key=key) + (f"?{kept}" if kept else "")


def _params() -> dict[str, list[str]]:
    return {name: request.args.getlist(name) for name in request.args}


def _within(chosen: list[str]) -> str:
    return url_with(**{"class": chosen})


def _shown(columns: tuple[Column, ...], view: Any) -> list[Column]:
    wanted = request.args.getlist("show") or (view.shown if view is not None else [])
    known = {c.key: c for c in columns}
    return [known[k] for k in wanted if k in known] or list(columns[:WIDE])


def page_of(table: Table, row: State) -> str:
    """The page of a row; that of a built-in table's is its domain's."""
    source = table.source
    if source is None or row.subject_id is None:
        return url_for("records.show", key=table.key, row_id=row.id)
    values: dict[str, Any] = {source.arg: row.subject_id}
    return url_for(source.endpoint, **values)


def _line(
    table: Table, row: State, shown: list[Column], private: Mapping[int, frozenset[str]]
) -> dict[str, Any]:
    return {
        "id": row.id,
        "link": page_of(table, row),
        "values": reading.shown(table, row, shown, locale(), private=private),
        "colour": row.colour,
        "tags": row.tags.split(),
        "cells": row.cells,
        "responsible": row.responsible_id,
    }
