"""OpenDocument spreadsheets, written as the rows come. By the OpenDocument 1.3 format: a zip of the type, the content, the manifest."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from backend.web.workbook import FILLS, Cell, Coloured, Plain, Sheet, bare, defused, local

TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MOST_DIGITS = 10**15
_KEPT = {"\r": "&#13;"}
"""What a reader of XML would take for the end of a line."""
_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name, space in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
    )
)
_STYLES = "".join(
    f'<style:style style:name="{colour}" style:family="table-cell">'
    f'<style:table-cell-properties fo:background-color="{fill}"/></style:style>'
    for colour, fill in FILLS.items()
)
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-content {_NAMES} office:version="1.3"><office:automatic-styles>{_STYLES}</office:automatic-styles><office:body><office:spreadsheet>"""
_TAIL = "</office:spreadsheet></office:body></office:document-content>"
_MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{TYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


def write(target: str | IO[bytes], sheets: Iterable[Sheet]) -> None:
    """The sheets as one .ods file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        # The first part, and not packed: by it the file is known.
        packed.writestr(zipfile.ZipInfo("mimetype"), TYPE)
        packed.writestr("META-INF/manifest.xml", _MANIFEST)
        with packed.open("content.xml", "w", force_zip64=True) as content:
            content.write(_HEAD.encode())
            for sheet in sheets:
                content.write(f"<table:table table:name={quoteattr(defused(sheet.title))}>".encode())
                for column in range(len(sheet.headers)):
                    look = sheet.looks.get(column)
                    gone = ' table:visibility="collapse"' if look and look.hidden else ""
                    content.write(f"<table:table-column{gone}/>".encode())
                content.write(_row(sheet.headers).encode())
                for row in sheet.rows:
                    content.write(_row(row).encode())
                content.write(b"</table:table>")
            content.write(_TAIL.encode())


def _row(cells: Iterable[Cell]) -> str:
    return f"<table:table-row>{''.join(map(_cell, cells))}</table:table-row>"


def _cell(value: Cell) -> str:
    written = _plain(local(bare(value)))
    if isinstance(value, Coloured) and value.colour in FILLS:
        return written.replace("<table:table-cell", f'<table:table-cell table:style-name="{value.colour}"', 1)
    return written


def _plain(plain: Plain) -> str:
    match plain:
        case None | "":
            return "<table:table-cell/>"
        case bool():
            return _typed("boolean", f'office:boolean-value="{str(plain).lower()}"', str(plain).upper())
        case int() | float() | Decimal() if abs(float(plain)) < _MOST_DIGITS:
            return _typed("float", f'office:value="{plain}"', str(plain))
        case datetime():
            return _typed("date", f'office:date-value="{plain:%Y-%m-%dT%H:%M:%S}"', f"{plain:%Y-%m-%d %H:%M}")
        case date():
            return _typed("date", f'office:date-value="{plain.isoformat()}"', plain.isoformat())
    return _typed("string", "", defused(str(plain)))


def _typed(kind: str, value: str, text: str) -> str:
    lines = "".join(f"<text:p>{escape(line, _KEPT)}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell office:value-type="{kind}" {value}>{lines}</table:table-cell>'
