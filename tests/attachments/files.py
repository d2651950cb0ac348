"""Files that people add: those that are welcome, and those that are not."""

from __future__ import annotations

import io
import zipfile

from backend.attachments.sniffing import KINDS

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
EXE = b"MZ\x90\x00" + bytes(60)
HTML = "  <!DOCTYPE html><p>你好</p>".encode()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
_MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def zipped(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def office(kind: str, **more: str) -> bytes:
    """The smallest document of an office program that has what tells it."""
    if kind in ("odt", "ods"):
        return zipped(
            {"mimetype": KINDS[kind][1], "content.xml": "<x/>", "META-INF/manifest.xml": "<x/>", **more}
        )
    types = f'<Types><Override PartName="/{_MAIN[kind]}" ContentType="{KINDS[kind][1]}.main+xml"/></Types>'
    return zipped({"[Content_Types].xml": types, _MAIN[kind]: "<x/>", **more})
