"""Lists of people from files in the admin: /admin/lists."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from backend.core import audit, orgs, privacy
from backend.core.errors import Conflict, Invalid, LinliError
from backend.core.i18n import _, text_from_json
from backend.sheets.text_files import ENCODINGS
from backend.web import listing, nav, session, subjects, workbook
from backend.web.text import locale, say
from broadcasts.lists import actions as lists
from broadcasts.lists import keeping, results
from broadcasts.lists import work as lists_work
from broadcasts.lists.actions import RIGHT
from broadcasts.lists.columns import ROLES, Layout
from broadcasts.models import AudienceList

blueprint = Blueprint(
    "lists", __name__, url_prefix="/admin/lists", template_folder="../templates", static_folder="../static"
)

nav.register(_("Lists of people"), "lists.index", RIGHT, 46, group="messages")
subjects.register("list", _("List {number}"), "lists.show", "list_id")
privacy.register("audience_lists", keeping.export, keeping.forget)

AT_ONCE = 2_000
"""A file of so many rows is read while its sender waits."""
WRONG_SHOWN = 50
SAMPLES = 3


@blueprint.get("")
@session.needs(RIGHT)
def index(problem: LinliError | None = None) -> Any:
    actor = session.current_actor()
    return render_template(
        "broadcasts/lists.html",
        page=listing.paginate(lists.visible(actor)),
        words=lists.WORDS,
        orgs=[(o.id, orgs.full_name(o)) for o in _orgs()],
        problem=problem,
    )


@blueprint.post("")
@session.needs(RIGHT)
def begin() -> Any:
    file, given = request.files.get("file"), request.form
    try:
        data = file.read() if file else b""
        if file is None or not data:
            raise Invalid(_("Please choose a file."), "file")
        org_id = given.get("org", type=int)
        if org_id is None:
            raise Invalid(_("Please choose where the list belongs."), "org")
        made = lists.begin(session.current_actor(), org_id, given.get("name", ""), file.filename or "", data)
    except LinliError as error:
        return index(error), error.status
    return redirect(url_for("lists.columns", list_id=made.id), code=303)


@blueprint.get("/<int:list_id>/columns")
@session.needs(RIGHT)
def columns(list_id: int, problem: Invalid | None = None, chosen: Layout | None = None) -> Any:
    actor, args = session.current_actor(), request.args
    one = lists.seen(actor, list_id)
    if one.state != lists.CHOSEN:
        return redirect(url_for("lists.show", list_id=list_id))
    kept = lists.layout_of(one)
    try:
        if kept.encoding and args.get("encoding") in ENCODINGS and args["encoding"] != kept.encoding:
            one = lists.recode(actor, list_id, args["encoding"])
            kept = lists.layout_of(one)
        elif chosen is None and ("sheet" in args or "header" in args):
            sheet, header = args.get("sheet", kept.sheet, type=int), args.get("header", type=int)
            kept = lists.laid(lists.preview(one), sheet, header, kept.encoding)
    except Invalid as error:
        problem = error
    chosen = chosen or kept
    return render_template(
        "broadcasts/list_columns.html",
        one=one,
        sheets=lists.preview(one),
        chosen=chosen,
        rows=_sample(one, chosen),
        roles=list(ROLES.items()),
        encodings=[(e, e.upper()) for e in ENCODINGS] if chosen.encoding else [],
        problem=problem,
    ), 422 if problem else 200


@blueprint.post("/<int:list_id>/columns")
@session.needs(RIGHT)
def understood(list_id: int) -> Any:
    actor, given = session.current_actor(), request.form
    one = lists.seen(actor, list_id)
    sheets, kept = lists.preview(one), lists.layout_of(one)
    if not sheets:
        return redirect(url_for("lists.show", list_id=list_id), code=303)
    laid = lists.laid(sheets, given.get("sheet", 0, type=int), given.get("header", type=int), kept.encoding)
    chosen = lists.with_roles(laid, [given.get(f"column{n}", "") for n in range(len(laid.columns))])
    try:
        lists.settle(actor, list_id, chosen)
    except Invalid as error:
        return columns(list_id, error, chosen)
    if next(s.rows for s in sheets if s.index == chosen.sheet) <= AT_ONCE:
        lists_work.work(list_id)
    return redirect(url_for("lists.show", list_id=list_id), code=303)


@blueprint.get("/<int:list_id>")
@session.needs(RIGHT)
def show(list_id: int) -> Any:
    one = lists.seen(session.current_actor(), list_id)
    if one.state == lists.CHOSEN:
        return redirect(url_for("lists.columns", list_id=list_id))
    after = max(request.args.get("after", 0, type=int), 0)
    wrong = [] if one.state != lists.READY else results.wrong(one, after, WRONG_SHOWN + 1)
    return render_template(
        "broadcasts/list.html",
        one=one,
        word=lists.WORDS[one.state],
        working=one.state in lists.WORKING,
        matching=one.state == lists.MATCHING,
        done=sum(one.counts.values()),
        counted=results.COUNTED,
        columns=results.columns_of(lists.layout_of(one)),
        problem=text_from_json(one.problem) if one.problem else None,
        wrong=wrong[:WRONG_SHOWN],
        names=[name for _place, name in lists.layout_of(one).columns],
        after=after,
        next_after=wrong[WRONG_SHOWN - 1].number if len(wrong) > WRONG_SHOWN else None,
        ready=one.state == lists.READY,
    )


@blueprint.get("/<int:list_id>/wrong.xlsx")
@session.needs(RIGHT)
def wrong_rows(list_id: int) -> Response:
    """The rows that nobody is told by, to be corrected and brought in again."""
    actor = session.current_actor()
    one = lists.seen(actor, list_id)
    audit.record(actor, "list.wrong_export", lists.subject(one), org_id=one.org_id, after={"name": one.name})
    name = say(_("{name}, to correct", name=one.name))
    return workbook.download(name, results.annotated(one, locale()))


@blueprint.post("/<int:list_id>/remove")
@session.needs(RIGHT)
def remove(list_id: int) -> Any:
    try:
        keeping.remove(session.current_actor(), list_id)
    except Conflict as error:
        flash(say(error.text), "warning")
        return redirect(url_for("lists.show", list_id=list_id), code=303)
    flash(say(_("The list is gone; nothing of it is kept.")))
    return redirect(url_for("lists.index"), code=303)


def _sample(one: AudienceList, layout: Layout) -> list[list[Any]]:
    info = next((s for s in lists.preview(one) if s.index == layout.sheet), None)
    return [] if info is None else lists.sample(info, layout, SAMPLES)


def _orgs() -> list[orgs.Org]:
    found = orgs.within(session.current_actor().paths(RIGHT)).select(orgs.Org)
    return list(found.order_by(orgs.Org.path))
