"""What kind of file it is, told from its bytes, and whether it may be opened at all. Pure."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal

from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.sheets.decoding import NO_ARCHIVE

Kind = Literal["workbook", "text"]
LARGEST = 64 * 1024 * 1024
"""Bytes of a file."""
MOST_ENTRIES = 4_000
LARGEST_INSIDE = 1_000_000_000
"""Bytes of all that is packed in a workbook, together."""
_PACKED_TIGHT = 20_000_000
_RATIO = 150
"""A part beyond `_PACKED_TIGHT` bytes that is packed tighter than this is no table that somebody wrote."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LOCKED = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
"""How an old workbook with a password begins: by [MS-XLS] the record FilePass comes after BOF, or after WriteProtect."""
_MANIFEST, _ENCRYPTION, _MOST_OF_MANIFEST = "META-INF/manifest.xml", b"encryption-data", 1_000_000
_BOOKS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
_MARKUP = (b"<html", b"<!doctype", b"<?xml", b"<table", b"<meta")
_OTHERS = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"SQLite format 3",
)

PASSWORD = _(
    "This file is protected by a password. Please open it, save it without one, and choose it again."
)
BROKEN = _(
    "We could not open this file: it seems to be damaged. Please open it in Excel or WPS, save it as .xlsx, and choose it again."
)
TOO_LARGE = _(
    "This sheet is larger than we can open. Please delete the empty rows and columns below and beside the table, or divide it "
    "into several files."
)
EMPTY = _("There is nothing in this file.")
_OTHER = _("This is no table that we can open. An Excel file (.xlsx, .xls), an .ods or a .csv works.")
_WEB_PAGE = _(
    "This file is a web page, whatever it is called. Please open it in Excel or WPS, save it as .xlsx, and choose it again."
)


def kind_of(data: bytes) -> Kind:
    """A workbook or a text file. Raises Invalid for anything else, and for what is made to exhaust us."""
    if not data.strip():
        raise Invalid(EMPTY)
    if len(data) > LARGEST:
        raise Invalid(TOO_LARGE)
    if data.startswith(_OLE):
        if _ENCRYPTED in data or _LOCKED.search(data):
            raise Invalid(PASSWORD)
        return "workbook"
    if data.startswith(b"PK"):
        _check_packed(data)
        return "workbook"
    head = data[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(_MARKUP):
        raise Invalid(_WEB_PAGE)
    if data.startswith(_OTHERS):
        raise Invalid(_OTHER)
    return "text"


def _check_packed(data: bytes) -> None:
    if data.count(b"PK\x01\x02") > MOST_ENTRIES:
        raise Invalid(TOO_LARGE)
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
        parts = packed.infolist()
        locked = any(part.flag_bits & 1 for part in parts) or _ENCRYPTION in _manifest(packed)
    except NO_ARCHIVE:
        raise Invalid(BROKEN) from None
    if locked:
        raise Invalid(PASSWORD)
    if not any(part.filename in _BOOKS for part in parts):
        raise Invalid(_OTHER)
    tight = any(
        part.file_size > _PACKED_TIGHT and part.file_size > _RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if tight or len(parts) > MOST_ENTRIES or sum(part.file_size for part in parts) > LARGEST_INSIDE:
        raise Invalid(TOO_LARGE)


def _manifest(packed: zipfile.ZipFile) -> bytes:
    """What an OpenDocument file says about its parts: which of them are encrypted."""
    if _MANIFEST not in packed.namelist():
        return b""
    with packed.open(_MANIFEST) as part:
        return part.read(_MOST_OF_MANIFEST)
