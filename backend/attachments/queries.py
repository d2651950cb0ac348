"""Reading what lies on a subject, for those who may."""

from __future__ import annotations

from typing import Any

from backend.attachments import kinds
from backend.attachments.models import OPEN, FiledAttachment
from backend.core import media
from backend.core.access import Actor
from backend.core.db import is_postgres
from backend.core.errors import NotFound


def on(subject: str) -> Any:
    """Its files, the oldest first, without the removed ones. Checks no right."""
    return (
        FiledAttachment.select()
        .where((FiledAttachment.subject == subject) & FiledAttachment.removed_at.is_null())
        .order_by(FiledAttachment.id)
    )


def listed(actor: Actor, subject: str) -> list[FiledAttachment]:
    """Raises NotFound when the actor may not read the subject."""
    kinds.reached(actor, subject, "read")
    return list(on(subject))


def removed(actor: Actor, subject: str, limit: int = 20) -> list[FiledAttachment]:
    """Those that can still be brought back, the latest first."""
    kinds.reached(actor, subject, "change")
    gone = (FiledAttachment.subject == subject) & FiledAttachment.removed_at.is_null(False)
    return list(FiledAttachment.select().where(gone).order_by(FiledAttachment.removed_at.desc()).limit(limit))


def locked(actor: Actor, file_id: int, act: str) -> FiledAttachment:
    """One file, held until the transaction ends. Raises NotFound, Forbidden."""
    query = FiledAttachment.select().where(FiledAttachment.id == file_id)
    found: FiledAttachment | None = (query.for_update() if is_postgres() else query).first()
    if found is None:
        raise NotFound()
    kinds.reached(actor, found.subject, act)
    return found


def opened(actor: Actor, file_id: int, *, small: bool = False) -> tuple[FiledAttachment, bytes]:
    """A file and its bytes (of a photo also the `small` ones). Raises NotFound, also while it waits for the scanner; a
    removed one is shown to nobody."""
    found = FiledAttachment.get_or_none(FiledAttachment.id == file_id)
    if found is None:
        raise NotFound()
    kinds.reached(actor, found.subject, "read")
    key = found.thumb_key if small else found.media_key
    if found.state != OPEN or found.removed_at is not None or key is None:
        raise NotFound()
    data, _type = media.load(key)
    return found, data
