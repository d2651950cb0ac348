"""Reports kept under a name: the list, one with its history, its form, what was sent to me."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for

from backend.core import health, privacy
from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Msg, Text, _
from backend.fields.calendar import WEEKDAYS
from backend.records import asked, tables
from backend.records.list_web import reached
from backend.records.tables import Table
from backend.reports import keeping, late, letters, papers
from backend.reports.keeping import COMPARE, COUNTED_BY, EVERY, FILES, Wanted
from backend.reports.models import Report
from backend.reports.web import blueprint
from backend.web import nav, session, subjects
from backend.web.text import locale, say

nav.register(_("Reports"), "reports.index", "report.read", 27, group="records")
health.register("reports", late.check, _("Reports by e-mail"), _("Please look whether the scheduler runs."))
privacy.register("reports", lambda _resident_id: [], letters.forget_named)
subjects.register("report", _("report {number}"), "reports.kept", "report_id")


@blueprint.get("")
@session.needs("report.read")
def index() -> Any:
    actor = session.current_actor()
    found = keeping.seen(actor)
    return render_template(
        "reports/index.html",
        reports=[(r, _table_of(r), how_often(r)) for r in found],
        received=letters.received(actor),
        tables=[t for t in tables.visible(actor) if keeping.may_read(actor, t)],
    )


@blueprint.get("/kept/<int:report_id>")
@session.needs("report.read")
def kept(report_id: int) -> Any:
    actor = session.current_actor()
    report = keeping.get(actor, report_id)
    table = _table_of(report)
    return render_template(
        "reports/kept.html",
        report=report,
        table=table,
        how_often=how_often(report),
        compare=COMPARE[report.compare],
        files=[FILES[f] for f in report.files.split()],
        live=url_for("reports.show", key=table.key) + "?" + urlencode(report.asked, doseq=True),
        history=letters.history(report),
        status=letters.STATUS,
        may_change=keeping.may_change(actor, report),
        names=keeping.names(report),
    )  # fmt: skip


@blueprint.route("/kept/new", methods=["GET", "POST"])
@session.needs("report.read")
def keep() -> Any:
    table = reached(session.current_actor(), request.values.get("table", ""), "read")
    return _form(table, None)


@blueprint.route("/kept/<int:report_id>/edit", methods=["GET", "POST"])
@session.needs("report.read")
def edit(report_id: int) -> Any:
    report = keeping.changed_by(session.current_actor(), report_id)
    return _form(tables.by_id(report.table_id), report)


@blueprint.post("/kept/<int:report_id>/pause")
@session.needs("report.read")
def pause(report_id: int) -> Any:
    paused = request.form.get("paused") == "1"
    keeping.pause(session.current_actor(), report_id, paused=paused)
    return _done(report_id, _("It is not sent until you let it go on.") if paused else _("It goes on."))


@blueprint.post("/kept/<int:report_id>/send")
@session.needs("report.read")
def send_now(report_id: int) -> Any:
    keeping.send_now(session.current_actor(), report_id)
    return _done(report_id, _("It goes out within half a minute."))


@blueprint.post("/kept/<int:report_id>/remove")
@session.needs("report.read")
def remove(report_id: int) -> Any:
    keeping.remove(session.current_actor(), report_id)
    flash(say(_("The report is removed.")), "success")
    return redirect(url_for("reports.index"), code=303)


@blueprint.get("/letters/<int:letter_id>")
@session.staff_only
def letter(letter_id: int) -> Any:
    """Where a letter leads: its figures, as they were at the moment it tells."""
    report, found, figures = letters.opened(session.current_actor(), letter_id)
    match request.args.get("as"):
        case "excel":
            return papers.excel(figures, report.name)
        case "pdf":
            return papers.pdf(figures, report.name)
    return render_template("reports/letter.html", report=report, letter=found, figures=figures)


def how_often(report: Report) -> Text:
    """When it is sent, in words."""
    match report.every:
        case "day":
            words = _("every day at {time}", time=report.at)
        case "week":
            words = _("every {weekday} at {time}", weekday=WEEKDAYS[report.day - 1], time=report.at)
        case "month":
            words = _("on day {day} of every month at {time}", day=report.day, time=report.at)
        case _:
            return EVERY[""]
    return _("{when}, on working days", when=words) if report.working_days else words


def _form(table: Table, report: Report | None) -> Any:
    actor = session.current_actor()
    wanted = _typed() if request.method == "POST" else _proposed(table, report)
    problem: Invalid | None = None
    if request.method == "POST":
        try:
            saved = keeping.save(actor, table, wanted, locale(), None if report is None else report.id)
        except Invalid as error:
            problem = error
        else:
            return _done(saved, _("The report is kept."))
    page = render_template(
        "reports/form.html",
        table=table,
        report=report,
        wanted=wanted,
        problem=problem,
        every=list(EVERY.items()),
        compare=list(COMPARE.items()),
        files=list(FILES.items()),
        weekdays=list(enumerate(WEEKDAYS, 1)),
        colleagues=_colleagues(actor, table, report),
        live=url_for("reports.show", key=table.key) + "?" + urlencode(wanted.asked, doseq=True),
    )
    return page, 422 if problem else 200


def _colleagues(actor: Actor, table: Table, report: Report | None) -> list[tuple[int, str]]:
    """Who may be chosen, and whoever gets it already; those without an address are told."""
    chosen = {s.id: s for s in keeping.candidates(actor, table)}
    if report is not None:
        chosen |= keeping.names(report)
    missing = say(_("no e-mail address yet"))
    return [(s.id, s.name if s.email else f"{s.name} ({missing})") for s in chosen.values()]


def _typed() -> Wanted:
    given = request.form
    every = given.get("every", "")
    day = given.get("weekday" if every == "week" else "monthday", "")
    return Wanted(
        given.get("name", ""),
        {name: given.getlist(name) for name in (*asked.KEPT, *COUNTED_BY) if given.getlist(name)},
        given.get("compare", ""),
        tuple(given.getlist("files")),
        every,
        int(day) if day.isdecimal() and len(day) < 3 else 0,
        given.get("at", ""),
        given.get("working_days") == "1",
        tuple(int(i) for i in given.getlist("recipients") if i.isdecimal() and len(i) < 10),
    )


def _proposed(table: Table, report: Report | None) -> Wanted:
    """What the form shows first: the question of the page that led here, or what is kept."""
    asks = {n: request.args.getlist(n) for n in (*asked.KEPT, *COUNTED_BY) if any(request.args.getlist(n))}
    if report is None:
        return Wanted(say(_("Statistics of {table}", table=table.title)), asks, every="", day=1)
    return Wanted(
        report.name, asks or report.asked, report.compare, tuple(report.files.split()), report.every, report.day or 1,
        report.at, report.working_days, tuple(keeping.recipients(report)),
    )  # fmt: skip


def _table_of(report: Report) -> Table:
    return tables.by_id(report.table_id)


def _done(report_id: int, words: Msg) -> Any:
    flash(say(words), "success")
    return redirect(url_for("reports.kept", report_id=report_id), code=303)
