"""What a file is, its bytes say; what could do harm is refused with words that help."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.attachments import sniffing
from backend.attachments.sniffing import (
    ARCHIVE,
    BROKEN,
    LOCKED,
    MACROS,
    OLD_OFFICE,
    PROGRAM,
    UNKNOWN,
    WEB,
    named,
)
from backend.core.errors import Invalid
from backend.core.i18n import Msg
from tests.attachments.files import EXE, HTML, PDF, SVG, office, zipped
from tests.core.test_media import HEIC, picture


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, "pdf"),
        (picture(), "photo"),
        (picture("PNG"), "photo"),
        (picture("WEBP"), "photo"),
        (HEIC, "photo"),
        *((office(kind), kind) for kind in ("docx", "xlsx", "pptx", "odt", "ods")),
        ("会议记录\n到场十二人".encode("gb18030"), "txt"),
        ("会议记录".encode("utf-16"), "txt"),
        (b"Tom & Jerry: 3 < 4", "txt"),
        ("\ufeff姓名,电话\n陈秀英,1380013\n".encode(), "csv"),
    ],
)
def test_what_is_welcome_is_known_by_its_bytes(data: bytes, kind: str) -> None:
    assert sniffing.kind_of(data) == kind


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (EXE, PROGRAM),
        (b"\x7fELF" + bytes(20), PROGRAM),
        (b"#!/bin/sh\nrm -rf /", PROGRAM),
        (HTML, WEB),
        (SVG, WEB),
        (b'<?xml version="1.0"?><svg/>', WEB),
        (b"hello\n<script>alert(1)</script>", WEB),
        ("<html>".encode("utf-16"), WEB),
        (office("docx", **{"word/vbaProject.bin": "x"}), MACROS),
        (office("xlsx", **{"xl/macrosheets/sheet1.xml": "x"}), MACROS),
        (office("odt", **{"Basic/Standard/Module1.xml": "x"}), MACROS),
        (zipped({"[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml": ""}), MACROS),
        (zipped({"report.docx": "x"}), ARCHIVE),
        (zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "x"}), ARCHIVE),
        (b"Rar!\x1a\x07\x01\x00", ARCHIVE),
        (b"\x1f\x8b\x08" + bytes(20), ARCHIVE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), OLD_OFFICE),
        (zipped({"mimetype": sniffing.KINDS["odt"][1], "META-INF/manifest.xml": "<manifest:encryption-data/>"}), LOCKED),
        (office("docx", **{"../../etc/passwd": "x"}), BROKEN),
        (office("docx")[:-30], BROKEN),
        (bytes(range(256)) * 4, UNKNOWN),
        (b"ID3\x04\0\0\0\0" + bytes(50), UNKNOWN),
    ],
)  # fmt: skip
def test_what_could_do_harm_is_refused_with_words_that_help(data: bytes, words: Msg) -> None:
    with pytest.raises(Invalid) as refused:
        sniffing.kind_of(data)
    assert refused.value.text == words


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Invalid):
        sniffing.kind_of(b"")


def test_a_part_that_unfolds_without_end_is_read_only_so_far() -> None:
    bomb = zipped({"[Content_Types].xml": " " * (sniffing.MOST_TEXT * 3), "word/document.xml": "x"})
    with pytest.raises(Invalid) as refused:
        sniffing.kind_of(bomb)
    assert refused.value.text == ARCHIVE


@pytest.mark.parametrize(
    ("given_name", "kind", "shown"),
    [
        ("C:\\Users\\li\\合同.PDF", "pdf", "合同.pdf"),
        ("../../etc/passwd", "txt", "passwd.txt"),
        ("photo\u202egpj.exe", "photo", "photogpj.exe.jpg"),
        ("家门口.HEIC.png", "photo", "家门口.HEIC.jpg"),
        ("bad.bat", "txt", "bad.bat.txt"),
        ('a"\r\nSet-Cookie: x.csv', "csv", 'a"Set-Cookie: x.csv'),
        ("...", "pdf", "2026-11-02.pdf"),
        ("x" * 300, "pdf", "x" * 120 + ".pdf"),
    ],
)
def test_a_name_has_no_folder_nothing_hidden_and_the_true_ending(
    given_name: str, kind: str, shown: str
) -> None:
    assert named(given_name, kind, "2026-11-02") == shown


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", office("docx")[:200], b"%PDF-", b"\xff\xfe"]),
)
def test_any_bytes_are_a_known_kind_or_kindly_refused(data: bytes, start: bytes) -> None:
    try:
        assert sniffing.kind_of(start + data) in sniffing.KINDS
    except Invalid as refused:
        assert refused.text
