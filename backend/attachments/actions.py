"""Adding files to a subject, removing them, bringing them back."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from PIL import Image

from backend.attachments import kinds, queries, scanning, sniffing
from backend.attachments.models import INFECTED, OPEN, WAITING, FiledAttachment
from backend.core import audit, clock, media
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import _
from backend.settings import settings

KEPT = timedelta(days=30)
"""How long a removed file can be brought back."""
MOST = 200
"""Files on one subject."""
SIDE = 320
OWNER = "filed"
"""Whose the bytes are, as `media` knows it: `filed:resident:12`."""
VIRUS = _(
    "A virus was found in this file, so it was not kept. Please have the computer looked at that it came from."
)


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that may be kept: its bytes as they will be, the small picture of a photo."""

    kind: str
    data: bytes
    small: bytes | None
    state: str


def add(actor: Actor, subject: str, name: str, data: bytes) -> int:
    """Keep a file on the subject; returns its id. Raises Forbidden, NotFound, and Invalid with words for whoever sent it. While
    the virus scanner does not answer, the file is kept and shown to nobody."""
    return _filed(actor, subject, name, data, lambda: kinds.reached(actor, subject, "add"))


def receive(sender: Actor, subject: str, org_id: int, name: str, media_key: str) -> int:
    """File what somebody sent in a conversation, and what `media` holds, with what it belongs to; returns its id. The caller's domain
    knows that it is the sender's own. Raises Invalid, NotFound."""
    data, _type = media.load(media_key)
    return _filed(sender, subject, name, data, lambda: org_id)


def _filed(actor: Actor, subject: str, name: str, data: bytes, org_of: Callable[[], int]) -> int:
    org_of()
    looked = look(data)
    owner = f"{OWNER}:{subject}"
    content_type = sniffing.KINDS[looked.kind][1]
    key = media.keep(looked.data, content_type, owner)
    small = media.keep(looked.small, "image/jpeg", owner) if looked.small is not None else None
    with transaction():
        org_id = org_of()
        if queries.on(subject).count() >= MOST:
            media.forget(key)
            if small is not None:
                media.forget(small)
            refused = True
        else:
            refused = False
            at = clock.now()
            made = FiledAttachment.create(
                subject=subject,
                media_key=key,
                thumb_key=small,
                name=sniffing.named(name, looked.kind, f"{clock.local(at):%Y-%m-%d %H.%M}"),
                kind=looked.kind,
                size=len(looked.data),
                state=looked.state,
                org_id=org_id,
                by_id=actor.id,
                by_name=actor.name[:80],
                at=at,
            )
            audit.record(actor, "file.add", subject, org_id=org_id, after=_told(made))
    if refused:
        raise Invalid(_("There are {n} files here already. Please remove some first.", n=MOST))
    return int(made.id)


def look(data: bytes) -> Looked:
    """What would be kept of this file. Raises Invalid."""
    most = settings().file_mb
    if len(data) > most * 1024 * 1024:
        raise Invalid(_("This file is larger than {n} MB. Could you make it smaller, or divide it?", n=most))
    kind = sniffing.kind_of(data)
    small = None
    if kind == sniffing.PHOTO:
        data, _type = media.harmless(data, "image/")
        small = thumbnail(data)
    elif kind in ("txt", "csv"):
        data = sniffing.in_utf8(data)
    try:
        if not scanning.is_clean(data):
            raise Invalid(VIRUS)
    except scanning.ScannerUnreachable:
        return Looked(kind, data, small, WAITING)
    return Looked(kind, data, small, OPEN)


def thumbnail(photo: bytes) -> bytes:
    """A small JPEG of one that we drew ourselves."""
    picture = Image.open(io.BytesIO(photo), formats=("JPEG",))
    picture.draft("RGB", (SIDE, SIDE))
    picture.thumbnail((SIDE, SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80, optimize=True)
    return out.getvalue()


def remove(actor: Actor, file_id: int) -> None:
    """Out of sight; it can be brought back for KEPT, then it is destroyed. One that is infected is gone at once."""
    with transaction():
        found = queries.locked(actor, file_id, "change")
        if found.removed_at is not None:
            return
        audit.record(actor, "file.remove", found.subject, org_id=found.org_id, before=_told(found))
        if found.state == INFECTED:
            found.delete_instance()
            return
        found.removed_at = clock.now()
        found.save(only=[FiledAttachment.removed_at])


def restore(actor: Actor, file_id: int) -> None:
    """Bring a removed file back. Raises Conflict when its time is over."""
    with transaction():
        found = queries.locked(actor, file_id, "change")
        if found.removed_at is None:
            return
        if found.removed_at < clock.now() - KEPT:
            raise Conflict(_("This file was removed too long ago; it cannot be brought back."))
        found.removed_at = None
        found.save(only=[FiledAttachment.removed_at])
        audit.record(actor, "file.restore", found.subject, org_id=found.org_id, after=_told(found))


def destroy(found: FiledAttachment) -> None:
    """The file and what told of it, for good, inside a transaction."""
    for key in (found.media_key, found.thumb_key):
        if key is not None:
            media.forget(key)
    found.delete_instance()


def _told(found: FiledAttachment) -> dict[str, object]:
    return {"name": found.name, "kind": found.kind, "size": found.size}
