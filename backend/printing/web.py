"""The printing pages of the admin: templates, the editor with its preview, pictures of them."""

from __future__ import annotations

import base64
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for

from backend.core import access, media
from backend.core.errors import Invalid, LinliError, NotFound
from backend.core.i18n import LANGUAGES, Text, _, ngettext
from backend.printing import (
    actions,
    batches,
    cleaning,
    document,
    looks,
    page_form,
    record_rows,
    rows,
    starters,
)
from backend.printing.actions import Draft
from backend.printing.models import PrintTemplate
from backend.printing.page import LAYOUTS, PRESETS
from backend.printing.press import PRESS, PressMissing
from backend.web import nav, session, subjects
from backend.web.text import locale, say

blueprint = Blueprint(
    "printing",
    __name__,
    url_prefix="/admin/print",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
SURFACE_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'"
)
"""Of the paper in the editor: it may look as it likes, and do nothing."""

nav.register(_("Printing"), "printing.index", "print.use", 60, group="records")
subjects.register("print_template", _("print template {number}"), "printing.edit", "template_id")


@blueprint.get("")
@session.needs("print.use")
def index() -> Any:
    actor = session.current_actor()
    return render_template(
        "printing/index.html",
        templates=actions.listed(actor),
        presets=PRESETS,
        row_lists=[
            (title, url_for(rows.find(kind).url))
            for kind, title in rows.titles(actor).items()
            if not _of_table(kind)
        ],
        titles=rows.titles(actor),
        batches=batches.listed(actor),
        statuses=batches.STATUSES,
        may_add=access.may(actor, "print.change"),
        lacking=PRESS.lacking(),
    )


def _of_table(kind: str) -> bool:
    return kind.startswith(f"{record_rows.PREFIX}:")


@blueprint.get("/new")
@session.needs("print.change")
def new() -> Any:
    return render_template(
        "printing/new.html",
        starters=starters.listed(locale()),
        names=starters.NAMES,
        presets=PRESETS,
        languages_by=LANGUAGES,
    )


@blueprint.post("/new")
@session.needs("print.change")
def create() -> Any:
    actor = session.current_actor()
    starter = starters.get(request.form.get("starter", ""))
    made = actions.create(actor, actions.home(actor), starter.draft)
    flash(say(_("This is yours to change now.")), "success")
    return redirect(url_for("printing.edit", template_id=made.id), code=303)


@blueprint.get("/<int:template_id>/edit")
@session.needs("print.change")
def edit(template_id: int) -> Any:
    template = actions.get(session.current_actor(), template_id, "print.change")
    return _editor(template, page_form.typed(Draft.of(template)), {})


@blueprint.post("/<int:template_id>/edit")
@session.needs("print.change")
def change(template_id: int) -> Any:
    actor = session.current_actor()
    template = actions.get(actor, template_id, "print.change")
    try:
        actions.change(actor, template_id, page_form.read(request.form, actor))
    except Invalid as problem:
        return _editor(template, request.form, page_form.errors(problem)), problem.status
    flash(say(_("Saved.")), "success")
    return redirect(url_for("printing.edit", template_id=template_id), code=303)


def _editor(template: PrintTemplate, typed: Any, errors: dict[str, Text]) -> str:
    actor = session.current_actor()
    return render_template(
        "printing/edit.html",
        template=template,
        typed=typed,
        errors=errors,
        presets=[(key, preset.label) for key, preset in PRESETS.items()],
        layouts=list(LAYOUTS.items()),
        kinds=list(rows.titles(actor).items()),
        page={
            "base": document.BASE_CSS,
            "presets": page_form.presets(),
            "names": page_form.offered(actor, locale()),
        },
    )


@blueprint.get("/surface")
@session.needs("print.change")
def surface() -> Response:
    """The empty paper that the editor fills."""
    page = render_template("printing/surface.html")
    return Response(page, headers={"Content-Security-Policy": SURFACE_CSP})


@blueprint.post("/<int:template_id>/copy")
@session.needs("print.change")
def copy(template_id: int) -> Any:
    actor = session.current_actor()
    name = say(_("{name} (copy)", name=actions.get(actor, template_id).name))
    made = actions.copy(actor, template_id, name)
    return redirect(url_for("printing.edit", template_id=made.id), code=303)


@blueprint.post("/<int:template_id>/remove")
@session.needs("print.change")
def remove(template_id: int) -> Any:
    actions.remove(session.current_actor(), template_id)
    flash(say(_("The template is gone.")), "success")
    return redirect(url_for("printing.index"), code=303)


# --- how it looks ---------------------------------------------------------------------------------------------


@blueprint.post("/preview")
@session.needs("print.change")
def preview() -> Any:
    """JSON for the editor: the picture of the first page with the record `at` where it can be drawn, and what is not right."""
    actor = session.current_actor()
    try:
        draft = page_form.read(request.form, actor)
        found = looks.look(actor, draft, request.form.get("at", 0, type=int), locale())
    except LinliError as error:
        # While somebody types this is no failure: half a condition is on its way to a whole one.
        return jsonify(problems=[say(error.text)])
    return jsonify(
        src=f"data:image/png;base64,{base64.b64encode(found.png).decode()}",
        pages=say(ngettext("One page", "{n} pages", found.pages)),
        record=say(_("{n} of {all}", n=found.at, all=found.records)) if found.records else "",
        problems=[say(p) for p in found.problems],
    )


@blueprint.get("/<int:template_id>/picture.png")
@session.needs("print.use")
def picture(template_id: int) -> Response:
    template = actions.get(session.current_actor(), template_id)
    return _png(lambda: looks.of_template(template, locale()))


@blueprint.get("/starters/<key>.png")
@session.needs("print.use")
def starter_picture(key: str) -> Response:
    return _png(lambda: looks.of_starter(key))


def _png(make: Any) -> Response:
    try:
        return Response(make(), content_type="image/png", headers={"Cache-Control": "private, no-cache"})
    except PressMissing as error:
        raise NotFound(error.text) from None


@blueprint.post("/<int:template_id>/pictures")
@session.needs("print.change")
def add_picture(template_id: int) -> Any:
    """JSON for the editor: where the picture lies."""
    file = request.files.get("picture")
    if file is None or not file.filename:
        return jsonify(error=say(_("Please choose a picture."))), 422
    try:
        key = actions.add_picture(session.current_actor(), template_id, file.read(), file.mimetype)
    except Invalid as problem:
        return jsonify(error=say(problem.text)), problem.status
    return jsonify(src=f"{cleaning.PICTURES}{key}")


@blueprint.get("/pictures/<key>")
@session.needs("print.use")
def own_picture(key: str) -> Response:
    if not document.is_ours(key):
        raise NotFound()
    data, kind = media.load(key)
    return Response(data, content_type=kind, headers={"Cache-Control": "private, no-store"})
