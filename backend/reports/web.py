"""The statistics page of a table: counted by one thing or two, now, as of a day, between two days; as page, Excel and PDF."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from backend.core import clock
from backend.core.access import Actor
from backend.core.i18n import Text, _, tag
from backend.printing.document import BASE_CSS, Document
from backend.printing.press import PRESS
from backend.records import asked, query, tables
from backend.records.list_web import reached
from backend.records.tables import Table
from backend.reports import axis as axes
from backend.reports import counting
from backend.reports.axis import Axis
from backend.web import session, workbook
from backend.web.text import locale, say
from backend.web.workbook import Sheet

blueprint = Blueprint(
    "reports",
    __name__,
    url_prefix="/admin/reports",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
PAGES = 5
"""A report's pages, as so many records."""
PAPER = """
@page { size: A4; margin: 16mm 14mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 9pt; } }
h1 { font-size: 16pt; margin-bottom: 2mm; } h2 { font-size: 13pt; margin: 6mm 0 2mm; }
.quiet { color: #555; font-size: 10pt; margin-bottom: 4mm; }
table { width: 100%; font-size: 10pt; } thead { display: table-header-group; }
th, td { padding: 1mm 2mm; border-bottom: .2mm solid #bbb; text-align: left; font-weight: normal; }
thead th { font-weight: bold; } .number { text-align: right; }
.bar { display: block; width: 40mm; height: 2.5mm; } .bar-ground { fill: #ddd; } .bar-part { fill: #0f6e62; }
"""


@blueprint.get("/<key>")
@session.needs("report.read")
def show(key: str) -> Any:
    told = _told(session.current_actor(), key)
    match request.args.get("as"):
        case "excel":
            return _excel(told)
        case "pdf":
            return _pdf(told)
    return render_template("reports/show.html", **told)


def _told(actor: Actor, key: str) -> dict[str, Any]:
    table = reached(actor, key, "read")
    columns = tables.columns_for(actor, table)
    params = {name: request.args.getlist(name) for name in request.args}
    question = asked.read(table, columns, params, locale())
    offered = axes.offered(columns)
    timed = {k for k, _label, period in offered if period}
    by = _axis("by", {k for k, _l, _p in offered}, timed) or Axis("org")
    across = _axis("across", {k for k, _l, _p in offered}, timed)
    earlier, problem = _earlier()
    cross = counting.crossed(actor, question.query, by, across, locale()) if across and across != by else None
    return {
        "table": table,
        "question": question,
        "params": params,
        "offered": offered,
        "periods": axes.PERIODS,
        "by": by,
        "across": across if cross else None,
        "groups": counting.groups(actor, question.query, by, locale(), earlier),
        "cross": cross,
        "earlier": earlier,
        "problem": problem or question.problem,
        "total": query.count(actor, question.query),
        "counted": query.COUNTED,
        "made_at": clock.now(),
        "link": lambda group: _rows_of(table, by, group.key, params),
    }


def _rows_of(table: Table, by: Axis, key: Any, params: asked.Params) -> str:
    """The list of a group's rows; empty where it cannot be asked for."""
    found = None if key == counting.OTHERS else axes.narrowed(by, table, key, asked.kept(params))
    return "" if found is None else f"{url_for('records.rows', key=table.key)}?{urlencode(found, doseq=True)}"


def _axis(name: str, keys: set[str], timed: set[str]) -> Axis | None:
    key = request.args.get(name, "")
    if key not in keys:
        return None
    period = request.args.get(f"{name}_period", "month")
    return Axis(key, (period if period in axes.PERIODS else "month") if key in timed else "")


def _earlier() -> tuple[datetime | None, Text | None]:
    """The end of the day to compare with."""
    text = request.args.get("earlier", "")
    if not text:
        return None, None
    try:
        return asked.end_of(date.fromisoformat(text)), None
    except ValueError:
        return None, _("“{text}” is no day. Please write it like 2026-03-05.", text=text[:20])


def _excel(told: dict[str, Any]) -> Response:
    table = told["table"]
    headers = [say(told["by"].label(table)), say(_("Rows")), say(_("Share, %"))]
    if told["earlier"]:
        headers += [say(_("Before")), say(_("Difference"))]
    sheets = [Sheet(say(table.title), headers, counting.sheet_rows(told["groups"]))]
    if cross := told["cross"]:
        label = f"{say(told['by'].label(table))} × {say(told['across'].label(table))}"
        rows = [[name, *cells, sum(cells)] for name, cells in zip(cross.rows, cross.cells, strict=True)]
        sheets.append(Sheet(label, ["", *cross.columns, say(_("All"))], rows))
    return workbook.download(f"{say(table.title)} {clock.local(clock.now()):%Y-%m-%d}", *sheets)


def _pdf(told: dict[str, Any]) -> Response:
    html = render_template("reports/paper.html", lang=tag(locale()), **told)
    data, _pages = PRESS.pdf(Document(html, BASE_CSS + PAPER, {}), records=PAGES)
    return Response(
        data,
        content_type="application/pdf",
        headers={
            "Content-Disposition": 'attachment; filename="report.pdf"',
            "Cache-Control": "private, no-store",
        },
    )
