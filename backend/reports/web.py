"""The statistics page of a table: counted by one thing or two, now, as of a day, between two days; as page, Excel and PDF."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from backend.core.access import Actor
from backend.core.i18n import Text, _
from backend.records import asked, tables
from backend.records.list_web import reached
from backend.records.tables import Table
from backend.reports import axis as axes
from backend.reports import counting, figures, papers
from backend.reports.axis import Axis
from backend.reports.keeping import COUNTED_BY
from backend.web import session
from backend.web.text import locale, say

blueprint = Blueprint(
    "reports",
    __name__,
    url_prefix="/admin/reports",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)


@blueprint.get("/<key>")
@session.needs("report.read")
def show(key: str) -> Any:
    told = _told(session.current_actor(), key)
    name = say(told["table"].title)
    match request.args.get("as"):
        case "excel":
            return papers.excel(told["figures"], name)
        case "pdf":
            return papers.pdf(told["figures"], say(_("Statistics of {table}", table=name)))
    return render_template("reports/show.html", **told)


def _told(actor: Actor, key: str) -> dict[str, Any]:
    table = reached(actor, key, "read")
    columns = tables.columns_for(actor, table)
    params = {name: request.args.getlist(name) for name in request.args}
    question = asked.read(table, columns, params, locale())
    offered = axes.offered(columns)
    by = figures.axis("by", offered, params) or Axis("org")
    across = figures.axis("across", offered, params)
    earlier, problem = _earlier()
    counted = figures.counted(actor, question, by, across, locale(), earlier)
    return {
        "table": table,
        "question": question,
        "params": params,
        "offered": offered,
        "periods": axes.PERIODS,
        "by": by,
        "across": across if counted.cross else None,
        "figures": counted,
        "problem": problem or question.problem,
        "keep": _keep(table, params),
        "link": lambda group: _rows_of(table, by, group.key, params),
    }


def _keep(table: Table, params: asked.Params) -> str:
    """The form that keeps these figures as a report, or as the one that they were asked for to change."""
    asks = {n: v for n, v in params.items() if n in (*asked.KEPT, *COUNTED_BY) and any(v)}
    kept = next(iter(params.get("report", ())), "")
    if kept.isdecimal() and len(kept) < 10:
        page = url_for("reports.edit", report_id=int(kept))
    else:
        page, asks = url_for("reports.keep"), {"table": [table.key], **asks}
    return f"{page}?{urlencode(asks, doseq=True)}"


def _rows_of(table: Table, by: Axis, key: Any, params: asked.Params) -> str:
    """The list of a group's rows; empty where it cannot be asked for."""
    found = None if key == counting.OTHERS else axes.narrowed(by, table, key, asked.kept(params))
    return "" if found is None else f"{url_for('records.rows', key=table.key)}?{urlencode(found, doseq=True)}"


def _earlier() -> tuple[datetime | None, Text | None]:
    """The end of the day to compare with."""
    text = request.args.get("earlier", "")
    if not text:
        return None, None
    try:
        return asked.end_of(date.fromisoformat(text)), None
    except ValueError:
        return None, _("“{text}” is no day. Please write it like 2026-03-05.", text=text[:20])
