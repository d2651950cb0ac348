"""Acts on what was ticked in a list, or on the whole result: colours, tags, who is responsible, what other parts offer, deleting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from backend.core.access import Actor
from backend.core.errors import Conflict, LinliError
from backend.core.i18n import _, ngettext
from backend.records import acts, asked, bulk, bulk_runs, query, tables
from backend.records.list_web import address, blueprint, org_of, reached
from backend.records.models import BulkRun
from backend.records.tables import Table
from backend.web import session, subjects
from backend.web.text import locale, say

subjects.register("bulk_run", _("undoing {number}"))
MOST = 50_000
"""Rows that are taken from a list at once: to be printed, for example."""


@blueprint.post("/<key>/bulk")
@session.staff_only
def act(key: str) -> Any:
    """Do it to what was ticked, or to the whole result; with nothing chosen the page asks."""
    actor = session.current_actor()
    table = reached(actor, key, "read")
    given = request.form
    ids, every = ticked(given.getlist("row")), given.get("every") == "1"
    what = given.get("act", "")
    other = acts.find(what)
    if not ids and not every:
        return ask_for_all(actor, table, other.most if other is not None else MOST)
    params = {name: given.getlist(name) for name in asked.KEPT}
    question = asked.read(table, tables.columns_for(actor, table), params, locale())
    try:
        if other is not None:
            ticked_ = None if every else bulk.chosen(actor, question.query, ids, False, at_most=other.most)
            return redirect(other.begin(actor, table, ticked_, params), code=303)
        chosen = bulk.chosen(actor, question.query, ids, every)
        if what == "hand":
            return _handed(actor, table, chosen, given.get("responsible", ""), params)
        if what == "delete":
            if given.get("strategy") not in bulk.STRATEGIES:
                return _before_deleting(table, chosen, params)
            batch_id, count = bulk.delete(
                actor, table, chosen, org_of(actor, table), given.get("why", ""), given["strategy"]
            )
            flash(say(ngettext("{n} row is deleted.", "{n} rows are deleted.", count)), "success")
            return redirect(address(key, params, undo=batch_id), code=303)
        batch_id = _do(actor, table, what, chosen, given)
    except LinliError as error:
        flash(say(error.text), "warning")
        return redirect(address(key, params), code=303)
    flash(say(ngettext("{n} row is changed.", "{n} rows are changed.", len(chosen))), "success")
    return redirect(address(key, params, undo=batch_id), code=303)


def _before_deleting(table: Table, ids: Sequence[int], params: asked.Params) -> Any:
    """The page that says what would go, and asks how and why."""
    below = bulk.belonging(table, ids)
    return render_template(
        "records/delete.html",
        table=table,
        count=len(ids),
        below=[(sub.title, len(rows), len({main for _row, main in rows})) for sub, rows in below],
        strategies=bulk.STRATEGIES,
        given=_given(("csrf_token", "why", "strategy")),
        why=request.form.get("why", ""),
        back=address(table.key, params),
    )


def _given(but: Sequence[str]) -> list[tuple[str, str]]:
    """What was posted, to be posted once more."""
    return [(name, value) for name, values in request.form.lists() if name not in but for value in values]


def ask_for_all(actor: Actor, table: Table, most: int = MOST) -> Any:
    """The page that says how many rows "all" are, before anything is done to them. What was posted goes along."""
    params = {name: request.form.getlist(name) for name in asked.KEPT}
    question = asked.read(table, tables.columns_for(actor, table), params, locale())
    count = query.count(actor, question.query, most)
    if not count:
        flash(say(_("No row is chosen.")), "warning")
        return redirect(address(table.key, params), code=303)
    return render_template(
        "records/all_of_them.html",
        table=table,
        target=request.path,
        given=_given(("csrf_token", "row", "every")),
        count=count,
        most=most,
        back=address(table.key, params),
    )


def ticked(values: Sequence[str]) -> list[int]:
    return [int(i) for i in values if i.isascii() and i.isdigit() and len(i) < 10]


def _do(actor: Actor, table: Table, what: str, ids: list[int], given: Any) -> int:
    org_id = org_of(actor, table)
    if what == "colour":
        colour = given.get("new_colour", "")
        colour = colour if colour in asked.COLOURS else ""
        if cell := given.get("cell"):
            return bulk.colour_values(actor, table, ids, org_id, cell, colour)
        return bulk.mark(actor, table, ids, org_id, colour=colour)
    if what in ("tag", "untag"):
        words = {"add" if what == "tag" else "remove": given.get("words", "")}
        return bulk.mark(actor, table, ids, org_id, **words)
    raise Conflict(_("Please choose what to do with these rows."))


def _handed(actor: Actor, table: Table, ids: list[int], who: str, params: asked.Params) -> Any:
    staff_id = int(who) if who.isascii() and who.isdigit() and len(who) < 10 else None
    done = bulk.hand(actor, table, ids, org_of(actor, table), staff_id)
    flash(say(ngettext("{n} row is handed over.", "{n} rows are handed over.", done.rows)), "success")
    for _row_id, why in done.refused[:5]:
        flash(say(why), "warning")
    more = {} if done.batch_id is None else {"undo": done.batch_id}
    return redirect(address(table.key, params, **more), code=303)


@blueprint.post("/<key>/undo/<int:batch_id>")
@session.staff_only
def undo(key: str, batch_id: int) -> Any:
    actor = session.current_actor()
    reached(actor, key, "read")
    undone = bulk_runs.undo(actor, batch_id)
    if isinstance(undone, BulkRun):
        return redirect(url_for("records.run", key=key, run_id=undone.id), code=303)
    flash(say(ngettext("{n} row is as it was before.", "{n} rows are as they were before.", undone.rows)))
    for _row_id, why in undone.kept[:5]:
        flash(say(why), "warning")
    return redirect(url_for("records.rows", key=key), code=303)


@blueprint.get("/<key>/runs/<int:run_id>")
@session.staff_only
def run(key: str, run_id: int) -> Any:
    """How far the undoing of a large batch is."""
    actor = session.current_actor()
    table = reached(actor, key, "read")
    return render_template(
        "records/run.html",
        table=table,
        run=bulk_runs.seen(actor, table, run_id),
        words=bulk_runs.WORDS,
        counted=bulk_runs.COUNTED,
    )


@blueprint.post("/<key>/runs/<int:run_id>/stop")
@session.staff_only
def stop_run(key: str, run_id: int) -> Any:
    actor = session.current_actor()
    table = reached(actor, key, "read")
    try:
        bulk_runs.stop(actor, bulk_runs.seen(actor, table, run_id))
    except LinliError as error:
        flash(say(error.text), "warning")
    return redirect(url_for("records.run", key=key, run_id=run_id), code=303)
