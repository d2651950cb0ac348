"""Photos and documents that people send: made harmless, encrypted, kept under VAR_DIR/media or in the store of MEDIA_URL.

A photo is decoded and drawn anew, so that nothing of the sender's file survives but its pixels: no GPS position, no
hidden payload. What a file is, is told from its bytes, never from what the sender calls it.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import struct
from contextlib import suppress
from pathlib import Path

import peewee
import structlog
from PIL import Image

from backend.core import clock, crypto, keeping
from backend.core.db import Instant, Model, after_commit, transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_PIXELS_WHOLE = 24_000_000
"""Of what is no JPEG, and so is decoded at its full size: four bytes a pixel."""
MAX_SIDE = 2048
PLACE = "attachment.data"
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
UNREADABLE = (
    *(OSError, SyntaxError, ValueError, EOFError, MemoryError, Image.DecompressionBombError),
    *(struct.error, TypeError, LookupError, ArithmeticError, AttributeError),
)
"""What Pillow raises on a damaged file; an unknown format is an OSError too."""
_SHRINK_WELL = ("L", "RGB", "RGBA", "LA", "CMYK", "YCbCr")
"""Modes whose pixels may be averaged; those of a palette may not."""
_ORIENTATION = 0x0112
_TURNS: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By the value of EXIF's Orientation (0x0112)."""
log = structlog.get_logger()
_HEIC = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"}


class Attachment(Model):
    key = peewee.CharField(32, unique=True)
    sha256 = peewee.CharField(64)
    content_type = peewee.CharField(60)
    size = peewee.IntegerField()
    owner = peewee.CharField(60, index=True)
    created_at = Instant()


def save(data: bytes, content_type: str, owner: str) -> str:
    """Keep a photo (JPEG, PNG, WebP, GIF) or a PDF; returns its key. `owner` is `kind:id`, e.g. `identity:7`.

    Raises Invalid, with words for the sender, when it is too large or cannot be opened. `content_type` is what the
    channel claims: it only chooses the words of a refusal.
    """
    if len(data) > MAX_BYTES:
        raise Invalid(
            _("This file is larger than 10 MB. Could you send a smaller one, or a screenshot of it?")
        )
    kept, kind = harmless(data, content_type)
    return keep(kept, kind, owner)


def keep(data: bytes, content_type: str, owner: str) -> str:
    """Keep a file that we made or looked into ourselves, as it is and however large; returns its key."""
    key = secrets.token_hex(16)
    # Before its row: a file without one is swept away later, a row without its file would be a loss.
    write_sealed(key, data)
    with transaction():
        Attachment.create(
            key=key,
            sha256=hashlib.sha256(data).hexdigest(),
            content_type=content_type,
            size=len(data),
            owner=owner,
            created_at=clock.now(),
        )
    return key


def load(key: str) -> tuple[bytes, str]:
    """The content and its type. Raises NotFound."""
    row = Attachment.get_or_none(Attachment.key == key)
    if row is None:
        raise NotFound()
    try:
        return read_sealed(key), row.content_type
    except FileNotFoundError:
        raise NotFound() from None


def owner_of(key: str) -> str:
    """Whose file it is, for the check before it is shown. Raises NotFound."""
    row = Attachment.get_or_none(Attachment.key == key)
    if row is None:
        raise NotFound()
    return str(row.owner)


def forget(key: str) -> None:
    """Remove the file and its row: a person's erasure request."""
    with transaction():
        Attachment.delete().where(Attachment.key == key).execute()
        after_commit(lambda: _remove(key))


def _remove(key: str) -> None:
    try:
        keeping.store().remove(key)
    except OSError as error:
        # Its row is gone: the sweep of files without one comes by.
        log.warning("media.not_removed", error=type(error).__name__)


def path_of(key: str) -> Path:
    """Where the sealed bytes of `key` lie, when they lie in our own folder."""
    return keeping.folder().path(key)


def sealed(key: str) -> bytes:
    """The bytes as the store has them. Raises FileNotFoundError."""
    return keeping.store().get(key)


def read_sealed(key: str) -> bytes:
    return crypto.decrypt(sealed(key), f"{PLACE}.{key}")


def write_sealed(key: str, data: bytes) -> None:
    keeping.store().put(key, crypto.encrypt(data, f"{PLACE}.{key}"))


def harmless(data: bytes, claimed: str) -> tuple[bytes, str]:
    """What is kept of a photo or PDF, and its type. Raises Invalid, with words for the sender."""
    if data.startswith(b"%PDF-"):
        return data, "application/pdf"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        raise Invalid(
            _(
                "This photo is in Apple's HEIC format, which we cannot open yet. A screenshot of it, or a photo taken with the "
                "“Most Compatible” setting, works."
            )
        )
    with suppress(*UNREADABLE):
        return _redrawn(data), "image/jpeg"
    if claimed.startswith("image/"):
        raise Invalid(_("We could not open this picture. Could you take it again, or send a screenshot?"))
    raise Invalid(_("We cannot open this kind of file. A photo (JPEG or PNG) or a PDF works."))


def _redrawn(data: bytes) -> bytes:
    out = io.BytesIO()
    drawn(data, MAX_SIDE).save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def drawn(data: bytes, side: int) -> Image.Image:
    """The pixels of a photo in RGB, upright, on white, no side longer than `side`. Raises one of UNREADABLE.

    It is made smaller before anything else: a few kilobytes may unfold to millions of pixels, and every copy of those counts.
    """
    picture: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
    pixels = picture.width * picture.height
    if pixels > (MAX_PIXELS if picture.format == "JPEG" else MAX_PIXELS_WHOLE):
        raise Image.DecompressionBombError
    picture.draft("RGB", (side, side))  # a large JPEG is decoded at a fraction of its size
    turn = _TURNS.get(_orientation(picture))
    if picture.mode not in _SHRINK_WELL:
        picture = picture.convert("L" if picture.mode == "1" else "RGBA")
    picture.thumbnail((side, side))
    if picture.mode in ("RGBA", "LA"):
        seen = picture.convert("RGBA")
        picture = Image.new("RGB", seen.size, "white")
        picture.paste(seen, mask=seen.getchannel("A"))
    upright = picture if turn is None else picture.transpose(turn)
    return upright.convert("RGB")


def _orientation(picture: Image.Image) -> object:
    """As its EXIF says; 1, upright, where that is damaged: it is no reason to refuse a photo."""
    try:
        return picture.getexif().get(_ORIENTATION, 1)
    except UNREADABLE:
        return 1
