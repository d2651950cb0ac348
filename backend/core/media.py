"""Photos and documents that people send: made harmless, encrypted, kept under VAR_DIR/media or in the store of MEDIA_URL.

A photo is decoded and drawn anew, so that nothing of the sender's file survives but its pixels: no GPS position, no
hidden payload. What a file is, is told from its bytes, never from what the sender calls it.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from contextlib import suppress
from pathlib import Path

import peewee
import structlog
from PIL import Image, ImageOps

from backend.core import clock, crypto, keeping
from backend.core.db import Instant, Model, after_commit, transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 2048
PLACE = "attachment.data"
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Pillow's decoders raise any of these on a damaged file; an unknown format is an OSError too.
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, MemoryError, Image.DecompressionBombError)
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
    with suppress(*_UNREADABLE):
        return _redrawn(data), "image/jpeg"
    if claimed.startswith("image/"):
        raise Invalid(_("We could not open this picture. Could you take it again, or send a screenshot?"))
    raise Invalid(_("We cannot open this kind of file. A photo (JPEG or PNG) or a PDF works."))


def _redrawn(data: bytes) -> bytes:
    picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    if picture.width * picture.height > MAX_PIXELS:
        raise Image.DecompressionBombError
    picture.draft("RGB", (MAX_SIDE, MAX_SIDE))  # a large JPEG is decoded at a fraction of its size
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("RGBA", "LA", "P", "PA"):
        seen = upright.convert("RGBA")
        paper = Image.new("RGB", seen.size, "white")
        paper.paste(seen, mask=seen.getchannel("A"))
        upright = paper
    upright = upright.convert("RGB")
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
