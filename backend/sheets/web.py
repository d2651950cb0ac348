"""The wizard that brings files in, and files to take away: /admin/imports."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from backend.core import access, orgs
from backend.core.access import Actor
from backend.core.errors import Invalid, LinliError, NotFound
from backend.core.i18n import _, text_from_json
from backend.core.orgs import Org
from backend.records import asked, tables
from backend.records.tables import Table
from backend.settings import settings
from backend.sheets import databases, exporting, laying, lists, reading, results, runs, states
from backend.sheets.choices import Choices
from backend.sheets.formats import FORMATS
from backend.sheets.known import KINDS
from backend.sheets.lists import ListTable
from backend.sheets.mapping import ID
from backend.sheets.models import ImportRun
from backend.sheets.text_files import ENCODINGS
from backend.web import listing, nav, session, subjects, workbook
from backend.web.text import locale, say
from backend.web.workbook import Sheet

blueprint = Blueprint("imports", __name__, url_prefix="/admin/imports", template_folder="templates")

nav.register(_("Imports"), "imports.index", "record.import", 26, group="records")
subjects.register("import", _("Import {number}"), "imports.show", "run_id")

POLICIES = {
    "both": _("New rows are made, rows that are there are changed"),
    "create": _("Only new rows are made"),
    "update": _("Only rows that are there are changed"),
}
WRONG_SHOWN = 50


@blueprint.get("")
@session.needs("record.import")
def index(problem: LinliError | None = None) -> Any:
    actor = session.current_actor()
    wanted = request.values.get("table", "")
    page = listing.paginate(runs.visible(actor))
    open_tables = [t for t in tables.visible(actor) if access.may(actor, t.permission("change"))]
    return render_template(
        "sheets/index.html",
        page=page,
        words=states.WORDS,
        tones=states.TONES,
        titles=_titles(actor, open_tables, [*(run.table_key for run in page.items), wanted]),
        tables=[(t.key, t.title) for t in open_tables],
        wanted=wanted,
        wanted_list=wanted if ":" in wanted else "",
        orgs=_orgs(actor),
        databases=bool(settings().import_hosts),
        problem=problem,
    )


@blueprint.post("")
@session.needs("record.import")
def begin() -> Any:
    actor = session.current_actor()
    given = request.form
    file, address = request.files.get("file"), given.get("address", "").strip()
    try:
        org_id = int(given.get("org") or 0)
        if not given.get("table"):
            raise Invalid(_("Please choose the table that it goes into."), "table")
        if address:
            databases.check_allowed(address)
            found = databases.opened(address)
            run = runs.begin(
                actor,
                given.get("table", ""),
                org_id,
                databases.without_password(address),
                found.sheets,
                source=address,
            )
        else:
            data = file.read() if file else b""
            if file is None or not data:
                raise Invalid(_("Please choose a file."), "file")
            name = file.filename or ""
            book = reading.opened(data, name)
            run = runs.begin(
                actor, given.get("table", ""), org_id, name, book.sheets, data=data, encoding=book.encoding
            )
    except (LinliError, ValueError) as error:
        known = error if isinstance(error, LinliError) else Invalid(_("Please choose where the rows belong."))
        return index(known), known.status
    return redirect(url_for("imports.columns", run_id=run.id), code=303)


@blueprint.get("/<int:run_id>/columns")
@session.needs("record.import")
def columns(run_id: int, problem: Invalid | None = None, chosen: Choices | None = None) -> Any:
    actor = session.current_actor()
    run = _settable(actor, run_id)
    sheets = runs.preview(run)
    kept = Choices.from_json(run.choices)
    args = request.args
    if run.file_key and args.get("encoding") in ENCODINGS and args["encoding"] != kept.encoding:
        run = runs.recode(actor, run_id, args["encoding"])
        kept = Choices.from_json(run.choices)
        sheets = runs.preview(run)
    sheet, at = args.get("sheet", kept.sheet, type=int), args.get("header", type=int)
    if chosen is None and (not kept.columns or "sheet" in args or at is not None or "encoding" in args):
        try:
            chosen = laying.laid(actor, run, sheet, at)
        except Invalid as error:
            problem = error
    chosen = chosen or kept
    table = runs.table_of(run)
    fields = laying.fields_for(actor, table)
    main = tables.of(table.parent) if table.parent else None
    return render_template(
        "sheets/columns.html",
        run=run,
        table=table,
        sheets=sheets,
        sheet=sheet,
        chosen=chosen,
        rows=laying.sample(run, chosen),
        fields=[(key, field.label) for key, field in fields.items()],
        required={key for key, field in fields.items() if not field.optional},
        specials=[(key, laying.SPECIAL[key]) for key in laying.specials(table)],
        new_kinds=list(laying.NEW_KINDS.items()) if _may_add_columns(actor, run) else [],
        keys=[(ID, laying.SPECIAL[ID]), *((k, f.label) for k, f in fields.items() if f.kind in KINDS)],
        main_keys=[(ID, laying.SPECIAL[ID])]
        + [(c.key, c.label) for c in (main.open if main else ()) if c.field.kind in KINDS],
        policies=list(POLICIES.items()),
        encodings=[(e, e.upper()) for e in ENCODINGS] if kept.encoding else [],
        problem=problem,
    ), 422 if problem else 200


@blueprint.post("/<int:run_id>/columns")
@session.needs("record.import")
def understood(run_id: int) -> Any:
    actor = session.current_actor()
    run = _settable(actor, run_id)
    given = request.form
    laid = laying.laid(actor, run, int(given.get("sheet") or 0), int(given.get("header") or 0) or None)
    meanings = {p: said for p in range(len(laid.columns)) if (said := given.get(f"column{p}", ""))}
    policy = given.get("policy", "both")
    chosen = Choices.from_json(
        laid.to_json()
        | {
            "meanings": meanings, "key": given.get("key", ""), "policy": policy if policy in POLICIES else "both",
            "erase": given.get("erase") == "1", "parent_by": given.get("parent_by") or ID,
        }
    )  # fmt: skip
    try:
        runs.check(actor, run_id, laying.settle(actor, run, chosen))
    except Invalid as error:
        return columns(run_id, error, chosen)
    return redirect(url_for("imports.show", run_id=run_id), code=303)


@blueprint.get("/<int:run_id>")
@session.needs("record.import")
def show(run_id: int) -> Any:
    actor = session.current_actor()
    run = runs.seen(actor, run_id)
    if run.state == states.CHOSEN:
        return redirect(url_for("imports.columns", run_id=run_id))
    start = max(request.args.get("from", 0, type=int), 0)
    chosen, table = Choices.from_json(run.choices), runs.table_of(run)
    wrong = [] if run.state in states.WORKING else results.wrong(run, start, WRONG_SHOWN + 1)
    return render_template(
        "sheets/show.html",
        run=run,
        table=table,
        home=_home(table),
        names=[name for _place, name in chosen.columns],
        words=states.WORDS,
        tones=states.TONES,
        counted=states.COUNTED,
        counts=run.counts,
        working=run.state in states.WORKING,
        setting_up=run.state in states.SETTING_UP and run.batch_id is None and run.preview is not None,
        ready=run.counts.get("create", 0) + run.counts.get("change", 0),
        problem=text_from_json(run.problem) if run.problem else None,
        wrong=wrong[:WRONG_SHOWN],
        more=len(wrong) > WRONG_SHOWN,
        start=start,
        step=WRONG_SHOWN,
    )


@blueprint.post("/<int:run_id>/<act>")
@session.needs("record.import")
def act(run_id: int, act: str) -> Any:
    actor = session.current_actor()
    try:
        if act == "write":
            runs.write(actor, run_id, whole=request.form.get("whole") == "1")
        elif act == "stop":
            runs.stop(actor, run_id)
        elif act == "undo":
            runs.undo(actor, run_id)
        elif act == "forget":
            runs.forget(actor, run_id)
            flash(say(_("The import is thrown away; nothing of the file is kept.")))
            return redirect(url_for("imports.index"), code=303)
        else:
            raise NotFound()
    except LinliError as error:
        if isinstance(error, NotFound):
            raise
        flash(say(error.text), "warning")
    return redirect(url_for("imports.show", run_id=run_id), code=303)


@blueprint.get("/<int:run_id>/wrong.xlsx")
@session.needs("record.import")
def wrong_rows(run_id: int) -> Response:
    """The rows that something is wrong with, to be corrected and brought in again."""
    run = runs.seen(session.current_actor(), run_id)
    name = say(_("{name}, to correct", name=run.name.rpartition(".")[0] or run.name))
    return workbook.download(name, results.annotated(run, locale()))


@blueprint.get("/template/<key>.xlsx")
@session.needs("record.import")
def template(key: str) -> Response:
    actor = session.current_actor()
    table = _table(actor, key)
    return _file("xlsx", exporting.template(table, tables.columns_for(actor, table), locale()))


@blueprint.get("/export/<key>.<ending>")
@session.needs("record.export")
def export(key: str, ending: str) -> Response:
    """The rows that a list's address asks for (see `records.asked`); `shown` names the columns, all when none; `full=1`."""
    actor = session.current_actor()
    table = _table(actor, key)
    if ending not in FORMATS:
        raise NotFound()
    every = tables.columns_for(actor, table)
    params = {name: request.args.getlist(name) for name in (*asked.KEPT, "shown")}
    question = asked.read(table, every, params, locale())
    shown = [c for c in every if not params["shown"] or c.key in params["shown"]]
    full = request.args.get("full") == "1"
    return _file(ending, exporting.sheet(actor, question.query, shown, locale(), full=full))


def _file(ending: str, sheet: Sheet) -> Response:
    known = FORMATS[ending]
    buffer = io.BytesIO()
    known.write(buffer, [sheet])
    headers = workbook.attachment(sheet.title, ending)
    return Response(buffer.getvalue(), content_type=known.content_type, headers=headers)


def _table(actor: Actor, key: str) -> Table:
    """Raises NotFound, also for a table that does not concern the actor."""
    table = tables.of(key)
    if table.key not in {t.key for t in tables.visible(actor)}:
        raise NotFound()
    return table


def _settable(actor: Actor, run_id: int) -> ImportRun:
    run = runs.seen(actor, run_id)
    if run.state not in states.SETTING_UP or run.preview is None:
        raise NotFound()
    return run


def _may_add_columns(actor: Actor, run: ImportRun) -> bool:
    return not isinstance(runs.table_of(run), ListTable) and access.may(actor, "record.define", run.org_id)


def _home(table: Table) -> str | None:
    """The page that a list stands on."""
    source = table.source
    if not isinstance(table, ListTable) or source is None:
        return None
    arguments: dict[str, Any] = {source.arg: table.subject_id}
    return url_for(source.endpoint, **arguments)


def _titles(actor: Actor, known: list[Table], keys: list[str]) -> dict[str, str]:
    """By key; of the lists those of subjects that the actor may read."""
    found = [lists.table_of(key) for key in set(keys) if ":" in key and lists.is_there(key)]
    seen = [t for t in found if access.may(actor, t.permission("read"), t.org_id)]
    return {t.key: say(t.title) for t in (*known, *seen)}


def _orgs(actor: Actor) -> list[tuple[int, str]]:
    found: list[Org] = list(orgs.within(actor.paths("record.import")).select(Org).order_by(Org.path))
    return [(org.id, orgs.full_name(org)) for org in found]
