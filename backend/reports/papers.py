"""Figures as a file to take away: Excel and PDF."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from backend.core import clock
from backend.core.i18n import _, tag
from backend.printing.document import BASE_CSS, Document
from backend.printing.press import PRESS
from backend.reports import counting
from backend.reports.figures import Figures
from backend.web import workbook
from backend.web.text import locale, say
from backend.web.workbook import Sheet

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


def excel(figures: Figures, name: str) -> Response:
    """A sheet of the groups, and one of the combinations."""
    headers = [figures.by, say(_("Rows")), say(_("Share, %"))]
    if figures.earlier:
        headers += [say(_("Before")), say(_("Difference"))]
    sheets = [Sheet(figures.title, headers, counting.sheet_rows(figures.groups))]
    if cross := figures.cross:
        rows: list[list[Any]] = [
            [label, *cells, sum(cells)] for label, cells in zip(cross.rows, cross.cells, strict=True)
        ]
        label = f"{figures.by} × {figures.across}"
        sheets.append(Sheet(label, ["", *cross.columns, say(_("All"))], rows))
    day = clock.local(figures.as_of or figures.made_at)
    return workbook.download(f"{name} {day:%Y-%m-%d}", *sheets)


def pdf(figures: Figures, name: str) -> Response:
    html = render_template("reports/paper.html", lang=tag(locale()), figures=figures, name=name)
    data, _pages = PRESS.pdf(Document(html, BASE_CSS + PAPER, {}), records=PAGES)
    return Response(
        data,
        content_type="application/pdf",
        headers={
            "Content-Disposition": 'attachment; filename="report.pdf"',
            "Cache-Control": "private, no-store",
        },
    )
