"""What a file is, told from its bytes alone; neither its name nor what its sender claims counts. Pure.

Kept: photos, PDF, the documents of today's office programs, plain text. Refused, with words that say what works instead:
programs, pages of the web, documents with macros, archives, the old office formats (which hide macros).
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from pathlib import PurePosixPath

from backend.core.errors import Invalid
from backend.core.i18n import _

PHOTO = "photo"
_ODF = "application/vnd.oasis.opendocument"
_OOXML = "application/vnd.openxmlformats-officedocument"
KINDS: dict[str, tuple[str, str]] = {
    PHOTO: ("jpg", "image/jpeg"),
    "pdf": ("pdf", "application/pdf"),
    "docx": ("docx", f"{_OOXML}.wordprocessingml.document"),
    "xlsx": ("xlsx", f"{_OOXML}.spreadsheetml.sheet"),
    "pptx": ("pptx", f"{_OOXML}.presentationml.presentation"),
    "odt": ("odt", f"{_ODF}.text"),
    "ods": ("ods", f"{_ODF}.spreadsheet"),
    "csv": ("csv", "text/csv; charset=utf-8"),
    "txt": ("txt", "text/plain; charset=utf-8"),
}
"""Of each kind the ending of its name, and its type."""

MOST_PARTS = 10_000
MOST_TEXT = 2 * 1024 * 1024
"""Characters of a part of a document that we read."""
LONGEST_NAME = 120
_PHOTOS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_PROGRAMS = (
    *(b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"dex\n", b"\0asm", b"L\0\0\0\x01\x14\x02\0"),
    *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
)
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"MSCF")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_WEB = re.compile(r"<\s*(!doctype|html|head|body|svg|script|iframe|math|\?xml)\b|<\?xml", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MACRO_PARTS = re.compile(
    r"(vbaproject|vbadata)[^/]*$|^(basic|scripts)/|(^|/)(activex|macrosheets)/", re.IGNORECASE
)
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError)

UNKNOWN = _(
    "We cannot keep this kind of file. Photos (JPEG, PNG), PDF, Word, Excel, PowerPoint and OpenDocument files and plain text work."
)
PROGRAM = _("This is a program. Programs are not kept here, as they could do harm.")
WEB = _(
    "This is a page of the web (HTML or SVG), which could do harm when opened. A PDF or a photo of it works."
)
MACROS = _(
    "This document contains macros, which could do harm. Please save it without them, as .docx, .xlsx or .pptx."
)
OLD_OFFICE = _(
    "This is an older Office file, which may hide macros. Please save it as .docx, .xlsx or .pptx, or as PDF."
)
ARCHIVE = _("This is an archive of files. Please add the files that are in it one by one.")
LOCKED = _(
    "This document is locked with a password, so nobody could look into it here. Please save it without one."
)
BROKEN = _("This document is damaged, we could not open it. Could you save it again, or as PDF?")


def kind_of(data: bytes) -> str:
    """One of KINDS. Raises Invalid, with words for whoever sent it."""
    if not data:
        raise Invalid(_("This file is empty. Could you choose it again?"))
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(_PHOTOS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or data[4:8] == b"ftyp":
        return PHOTO  # of what `ftyp` begins, media says what works instead
    for starts, words in ((_PROGRAMS, PROGRAM), (_ARCHIVES, ARCHIVE), (_OLD_OFFICE, OLD_OFFICE)):
        if data.startswith(starts):
            raise Invalid(words)
    if data.startswith(b"PK\x03\x04"):
        return _document(data)
    return _text(data)


def _document(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            return _of_parts(parts)
    except _BROKEN:
        raise Invalid(BROKEN) from None


def _of_parts(parts: zipfile.ZipFile) -> str:
    names = parts.namelist()
    if len(names) > MOST_PARTS or any(".." in PurePosixPath(n).parts or n.startswith("/") for n in names):
        raise Invalid(BROKEN)
    if any(info.flag_bits & 1 for info in parts.infolist()):
        raise Invalid(LOCKED)
    if any(_MACRO_PARTS.search(name) for name in names):
        raise Invalid(MACROS)
    if "mimetype" in names:
        said = _part(parts, "mimetype").strip()
        for kind in ("odt", "ods"):
            if said == KINDS[kind][1]:
                if "encryption-data" in _part(parts, "META-INF/manifest.xml"):
                    raise Invalid(LOCKED)
                return kind
    if "[Content_Types].xml" in names:
        types = _part(parts, "[Content_Types].xml").lower()
        if "macroenabled" in types or "vbaproject" in types:
            raise Invalid(MACROS)
        for part, kind in _MAIN_PARTS.items():
            if part in names and KINDS[kind][1].lower() in types:
                return kind
    raise Invalid(ARCHIVE)


def _part(parts: zipfile.ZipFile, name: str) -> str:
    """A small part, read no further than MOST_TEXT however far it unfolds."""
    if name not in parts.namelist():
        return ""
    with parts.open(name) as part:
        return part.read(MOST_TEXT).decode("utf-8", "replace")


def _text(data: bytes) -> str:
    words = _decoded(data)
    if words is None or _CONTROL.search(words):
        raise Invalid(UNKNOWN)
    if _WEB.search(words):
        raise Invalid(WEB)
    lines = [line for line in words.splitlines()[:20] if line.strip()]
    for comma in ",\t;":
        counts = {line.count(comma) for line in lines}
        if len(lines) > 1 and len(counts) == 1 and counts != {0}:
            return "csv"
    return "txt"


def _decoded(data: bytes) -> str | None:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ("utf-16",) if wide else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def in_utf8(data: bytes) -> bytes:
    """A text as it is served, whatever encoding it came in."""
    return (_decoded(data) or "").encode()


def named(given: str, kind: str, otherwise: str) -> str:
    """A name to show and to save under: no folders, nothing invisible that turns it around, the ending of what it is."""
    last = re.split(r"[\\/]", given)[-1]
    clean = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    ending = f".{KINDS[kind][0]}"
    stem = " ".join(clean.split()).strip(". ")
    same = (".jpg", ".jpeg", ".png", ".gif", ".webp") if kind == PHOTO else (ending,)
    for known in same:
        if stem.lower().endswith(known):
            stem = stem[: -len(known)].rstrip(". ")
            break
    return f"{stem[:LONGEST_NAME] or otherwise}{ending}"
