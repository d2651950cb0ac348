"""Photos and documents that people send: made harmless, encrypted, kept under VAR_DIR/media.

A photo is decoded and drawn anew, so that nothing of the sender's file survives but its pixels: no GPS position, no
hidden payload. What a file is, is told from its bytes, never from what the sender calls it.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from contextlib import suppress
from pathlib import Path

import peewee
from PIL import Image, ImageOps

from backend.core import clock, crypto
from backend.core.db import Instant, Model, after_commit, transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _
from backend.settings import settings

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 2048
PLACE = "attachment.data"
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Pillow's decoders raise any of these on a damaged file; an unknown format is an OSError too.
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, MemoryError, Image.DecompressionBombError)
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
    kept, kind = _harmless(data, content_type)
    key = secrets.token_hex(16)
    with transaction():
        _write(key, kept, kind, owner)
    return key


def _write(key: str, data: bytes, content_type: str, owner: str) -> None:
    Attachment.create(
        key=key,
        sha256=hashlib.sha256(data).hexdigest(),
        content_type=content_type,
        size=len(data),
        owner=owner,
        created_at=clock.now(),
    )
    write_sealed(key, data)


def keep(data: bytes, content_type: str, owner: str) -> str:
    """Keep a file that we made ourselves, as it is and however large; returns its key."""
    key = secrets.token_hex(16)
    with transaction():
        _write(key, data, content_type, owner)
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
        after_commit(lambda: path_of(key).unlink(missing_ok=True))


def path_of(key: str) -> Path:
    """Where the sealed bytes of `key` lie."""
    return settings().var_dir / "media" / key[:2] / key


def read_sealed(key: str) -> bytes:
    return crypto.decrypt(path_of(key).read_bytes(), f"{PLACE}.{key}")


def write_sealed(key: str, data: bytes) -> None:
    """Whole or not at all: a reader never meets half a file."""
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{key}.{secrets.token_hex(4)}")
    with draft.open("wb") as file:
        file.write(crypto.encrypt(data, f"{PLACE}.{key}"))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _harmless(data: bytes, claimed: str) -> tuple[bytes, str]:
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
