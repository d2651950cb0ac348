"""Printing rows: choosing the template, seeing the first one, the progress, the file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _, text_from_json
from backend.printing import actions, batches, looks, record_rows, rows, starters
from backend.printing.actions import Draft
from backend.printing.models import PrintBatch
from backend.printing.page import PRESETS
from backend.printing.press import PRESS
from backend.records import asked, bulk, bulk_web, tables
from backend.web import session, subjects
from backend.web.text import locale, say

blueprint = Blueprint(
    "print_batches", __name__, url_prefix="/admin/print/batches", template_folder="templates"
)
LOOKED_THROUGH = 500
"""Rows in which empty values are counted before printing."""

subjects.register("print_batch", _("print {number}"))


@blueprint.post("")
@session.needs("print.use")
def prepare() -> Any:
    """`ids`: of rows of `kind`, separated by commas."""
    given = request.form.get("ids", "").split(",")
    ids = [int(i) for i in given if i.isascii() and i.isdigit() and len(i) < 10]
    return prepared(session.current_actor(), request.form.get("kind", ""), ids)


@blueprint.post("/table/<key>")
@session.needs("print.use")
def of_table(key: str) -> Any:
    """The rows of a table that were ticked in its list, or all that fit the question there."""
    actor = session.current_actor()
    kind, given = f"{record_rows.PREFIX}:{key}", request.form
    access.check(actor, rows.find(kind).permission)
    table = tables.of(key)
    params = {name: given.getlist(name) for name in asked.KEPT}
    question = asked.read(table, tables.columns_for(actor, table), params, locale())
    ticked = bulk_web.ticked(given.getlist("row"))
    if not ticked and given.get("every") != "1":
        return bulk_web.ask_for_all(actor, table)
    return prepared(actor, kind, bulk.chosen(actor, question.query, ticked, given.get("every") == "1"))


def prepared(actor: Actor, kind: str, ids: list[int]) -> Any:
    """For the lists of other parts: to the page where the template is chosen."""
    batch = batches.prepare(actor, kind, ids, locale())
    return redirect(url_for("print_batches.show", batch_id=batch.id), code=303)


@blueprint.get("/<int:batch_id>")
@session.needs("print.use")
def show(batch_id: int) -> Any:
    actor = session.current_actor()
    batch = batches.own(actor, batch_id)
    source = rows.find(batch.kind)
    chosen = request.args.get("design", "")
    draft = _design(actor, chosen) if chosen and batch.status == "draft" else None
    return render_template(
        "printing/batch.html",
        batch=batch,
        title=source.title,
        list_url=url_for(source.url),
        status=batches.STATUSES[batch.status],
        why=text_from_json(batch.why) if batch.why else "",
        templates=actions.listed(actor, batch.kind),
        starters=[s for s in starters.listed(locale()) if s.draft.kind in ("", batch.kind)],
        starter_names=starters.NAMES,
        presets=PRESETS,
        chosen=chosen,
        draft=draft,
        checked=_checked(actor, batch, draft) if draft else None,
        may_change=access.may(actor, "print.change"),
        lacking=PRESS.lacking() if batch.status == "draft" else None,
    )


def _design(actor: Actor, chosen: str) -> Draft:
    """`t7`: template 7; `s<key>`: a starter. Raises NotFound."""
    if chosen.startswith("s"):
        return starters.get(chosen[1:]).draft
    if chosen.startswith("t") and chosen[1:].isascii() and chosen[1:].isdigit() and len(chosen) < 11:
        return Draft.of(actions.get(actor, int(chosen[1:])))
    raise NotFound()


def _checked(actor: Actor, batch: PrintBatch, draft: Draft) -> dict[str, Any]:
    """What the template asks for and these rows lack: `unknown` names, and how often known values are `empty` among the
    first `of` rows."""
    parts = draft.design().parts
    columns = rows.columns(actor, batch.kind)
    ids = batch.ids[:LOOKED_THROUGH]
    empty = columns.empty(parts, rows.find(batch.kind).rows(actor, ids, locale(), False))
    return {
        "unknown": columns.unknown(parts, locale()),
        "empty": [(columns.label(key, locale()), n) for key, n in empty.items()],
        "of": len(ids),
        "sheets": -(-batch.total // draft.page.per_sheet),
    }


@blueprint.get("/<int:batch_id>/look.png")
@session.needs("print.use")
def look(batch_id: int) -> Response:
    """The first page of the first row with the template `design`."""
    actor = session.current_actor()
    batch = batches.own(actor, batch_id)
    draft = _design(actor, request.args.get("design", ""))
    return Response(
        looks.paper(actor, draft, batch.kind, batch.ids[0], batch.locale), content_type="image/png"
    )


@blueprint.post("/<int:batch_id>/start")
@session.needs("print.use")
def start(batch_id: int) -> Any:
    actor = session.current_actor()
    batches.own(actor, batch_id)
    chosen = request.form.get("design", "")
    if not chosen:
        raise Invalid(_("Please choose a template."), "design")
    batches.start(actor, batch_id, _design(actor, chosen))
    return redirect(url_for("print_batches.show", batch_id=batch_id), code=303)


@blueprint.post("/<int:batch_id>/cancel")
@session.needs("print.use")
def cancel(batch_id: int) -> Any:
    batches.cancel(session.current_actor(), batch_id)
    flash(say(_("Cancelled.")), "success")
    return redirect(url_for("printing.index"), code=303)


@blueprint.get("/<int:batch_id>/file.pdf")
@session.needs("print.use")
def file(batch_id: int) -> Response:
    data = batches.take(session.current_actor(), batch_id)
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="print-{batch_id}.pdf"',
    }
    return Response(data, content_type="application/pdf", headers=headers)
