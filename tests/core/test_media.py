"""Photos lose what they should not tell, and damaged or huge ones are refused kindly."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps

from backend.core import db, media
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import render
from tests.databases import TestDatabase


def picture(kind: str = "JPEG", size: tuple[int, int] = (300, 200), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB" if kind == "JPEG" else "RGBA", size, "teal").save(out, kind, **more)
    return out.getvalue()


def with_gps() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif[0x0112] = 6  # the camera was held upright
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 26.0), 3: "E", 4: (116.0, 23.0, 29.0)})
    return picture(exif=exif)


def huge_png() -> bytes:
    """100,000 × 100,000 pixels in a few hundred bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + bytes(100)


def test_a_photo_comes_back_without_its_position_and_upright(database: TestDatabase) -> None:
    key = media.save(with_gps(), "image/jpeg", "identity:7")
    data, content_type = media.load(key)
    assert content_type == "image/jpeg"
    assert b"PhoneMaker" not in data and not Image.open(io.BytesIO(data)).getexif()
    assert Image.open(io.BytesIO(data)).size == (200, 300)
    assert media.owner_of(key) == "identity:7"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_every_kind_of_picture_becomes_a_jpeg(sqlite_database: TestDatabase, kind: str) -> None:
    data, content_type = media.load(media.save(picture(kind), "application/octet-stream", "identity:7"))
    assert content_type == "image/jpeg" and data.startswith(b"\xff\xd8")


def test_a_large_photo_is_made_smaller(sqlite_database: TestDatabase) -> None:
    data, _kind = media.load(media.save(picture(size=(5000, 3000)), "image/jpeg", "identity:7"))
    assert max(Image.open(io.BytesIO(data)).size) == media.MAX_SIDE


def test_a_pdf_is_kept_as_it_is(sqlite_database: TestDatabase) -> None:
    pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
    assert media.load(media.save(pdf, "image/png", "identity:7")) == (pdf, "application/pdf")


def test_what_lies_on_the_disk_is_sealed_and_cannot_take_anothers_place(
    sqlite_database: TestDatabase,
) -> None:
    first = media.save(picture(), "image/jpeg", "identity:7")
    second = media.save(picture(size=(50, 50)), "image/jpeg", "identity:8")
    assert b"JFIF" not in media.path_of(first).read_bytes()
    media.path_of(second).write_bytes(media.path_of(first).read_bytes())
    with pytest.raises(Exception, match="damaged or moved"):
        media.load(second)


def test_forgotten_is_gone_from_the_disk_too(sqlite_database: TestDatabase) -> None:
    key = media.save(picture(), "image/jpeg", "identity:7")
    media.forget(key)
    assert not media.path_of(key).exists()
    with pytest.raises(NotFound):
        media.load(key)


def test_what_is_forgotten_in_an_act_that_fails_is_still_there(sqlite_database: TestDatabase) -> None:
    key = media.save(picture(), "image/jpeg", "identity:7")
    with pytest.raises(ZeroDivisionError), db.transaction():
        media.forget(key)
        raise ZeroDivisionError
    with db.transaction(), suppress(ZeroDivisionError), db.savepoint():
        media.forget(key)
        raise ZeroDivisionError
    assert media.load(key)


@pytest.mark.parametrize(
    ("data", "claimed", "words"),
    [
        (HEIC, "image/heic", "HEIC"),
        (huge_png(), "image/png", "could not open this picture"),
        (picture()[:300], "image/jpeg", "could not open this picture"),
        (b"MZ\x90\x00" + bytes(500), "application/x-msdownload", "cannot open this kind of file"),
        (b"<svg onload='alert(1)'/>", "image/svg+xml", "could not open this picture"),
        (b"", "image/png", "could not open this picture"),
        (bytes(media.MAX_BYTES + 1), "image/png", "larger than 10 MB"),
    ],
    ids=["heic", "bomb", "half", "program", "svg", "nothing", "too large"],
)
def test_what_cannot_be_kept_is_refused_with_advice(
    sqlite_database: TestDatabase, data: bytes, claimed: str, words: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        media.save(data, claimed, "identity:7")
    assert words in render(refusal.value.text, "en")


@pytest.mark.parametrize("mode", ["P", "RGBA", "1"])
def test_a_few_kilobytes_do_not_unfold_to_the_memory_of_the_server(mode: str) -> None:
    """50 million pixels in 6 kB took 900 MB of a web process: what cannot be decoded at a fraction of its size is refused sooner."""
    out = io.BytesIO()
    Image.new(mode, (7050, 7050)).save(out, "PNG")
    assert len(out.getvalue()) < media.MAX_BYTES / 10
    with pytest.raises(Invalid):
        media.harmless(out.getvalue(), "image/png")


@pytest.mark.parametrize("turned", range(10))
def test_a_photo_is_turned_as_its_camera_was_held(turned: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turned
    marked = Image.new("RGB", (90, 60), "white")
    marked.paste("black", (0, 0, 30, 20))
    out = io.BytesIO()
    marked.save(out, "PNG", exif=exif)
    seen = Image.open(io.BytesIO(media.harmless(out.getvalue(), "image/png")[0]))
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(out.getvalue()))).convert("L")
    assert seen.size == expected.size
    assert ImageChops.difference(seen.convert("L"), expected).reduce(10).getextrema()[1] < 40


@pytest.mark.parametrize("tag", [0x0112, 0x010E, 0x011A])
def test_a_photo_whose_notes_are_damaged_is_kept_all_the_same(tag: int) -> None:
    """The camera's notes are not ours to keep: what is wrong in them is no reason to refuse a photo, and never a fault."""
    whole = picture(exif=b"Exif\0\0MM\0*\0\0\0\x08\0\2" + struct.pack(">HHI4s", 0x0112, 3, 1, b"\0\6\0\0")
                    + struct.pack(">HHI4s", tag, 2, 4, b"\xff\xfea\0") + bytes(4))  # fmt: skip
    assert media.harmless(whole, "image/jpeg")[1] == "image/jpeg"


@hypothesis_settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(st.binary(max_size=200), st.integers(0, 400))
@example(b"", 0)
def test_no_damage_to_a_file_breaks_anything(sqlite_database: TestDatabase, noise: bytes, at: int) -> None:
    whole = picture("PNG", (20, 20))
    for data in (
        noise,
        whole[:at] + noise + whole[at + len(noise) :],
        b"\xff\xd8" + noise,
        b"GIF89a" + noise,
    ):
        with contextlib.suppress(Invalid):
            media.save(data, "image/png", "identity:7")
