"""What the scheduler does: waiting files are scanned, removed ones destroyed when their time is over, orphans swept.

An orphan is a file of the store that no row of `media` tells of, or a row of ours (owner `filed:…`) that no attachment
points to: what a process left that died in between. Both are left alone for a day. Rows that belong to anybody else are
never touched, nor is a store that is mostly unknown to this database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import structlog

from backend.attachments import scanning
from backend.attachments.actions import KEPT, OWNER, destroy
from backend.attachments.models import INFECTED, OPEN, WAITING, FiledAttachment
from backend.core import audit, clock, keeping, media
from backend.core.access import SYSTEM
from backend.core.db import transaction

AT_ONCE = 200
_YOUNG = timedelta(days=1)
_OURS = re.compile(r"[0-9a-f]{32}(\.[0-9a-f]{8})?")
log = structlog.get_logger()


def scan_waiting() -> int:
    """Have the scanner look at what waits for it; returns how many it has seen. Ends when the scanner does not answer."""
    seen = 0
    waiting = FiledAttachment.state == WAITING
    for found in FiledAttachment.select().where(waiting).order_by(FiledAttachment.id).limit(AT_ONCE):
        data, _type = media.load(found.media_key or "")
        try:
            clean = scanning.is_clean(data)
        except scanning.ScannerUnreachable as error:
            log.warning("attachments.scanner_unreachable", error=str(error))
            break
        with transaction():
            if not clean:
                _destroy_bytes(found)
            else:
                FiledAttachment.update(state=OPEN).where(waiting & (FiledAttachment.id == found.id)).execute()
        seen += 1
    return seen


def _destroy_bytes(found: FiledAttachment) -> None:
    """Its line stays, so that whoever added it learns why it is gone."""
    for key in (found.media_key, found.thumb_key):
        if key is not None:
            media.forget(key)
    FiledAttachment.update(state=INFECTED, media_key=None, thumb_key=None).where(
        FiledAttachment.id == found.id
    ).execute()
    audit.record(SYSTEM, "file.infected", found.subject, org_id=found.org_id, before={"name": found.name})


def sweep_removed() -> int:
    """Destroy what was removed longer than KEPT ago."""
    over = FiledAttachment.removed_at < clock.now() - KEPT
    with transaction():
        gone = list(FiledAttachment.select().where(over).limit(AT_ONCE))
        for found in gone:
            destroy(found)
    return len(gone)


def sweep_orphans() -> int:
    """Remove what nothing points to; returns how many files and rows."""
    before = clock.now() - _YOUNG
    store = keeping.store()
    unknown: list[str] = []
    known = 0
    for keys in _in_parts(
        kept.key for kept in store.listed() if kept.at < before and _OURS.fullmatch(kept.key)
    ):
        # A draft's key has an ending, which no row has.
        told = {a.key for a in media.Attachment.select().where(media.Attachment.key.in_(keys))}
        known += len(told)
        unknown += [key for key in keys if key not in told]
    if len(unknown) > known:
        # A store whose files are mostly strange to this database belongs to another one, or the database is the wrong one.
        log.warning("attachments.strange_store", known=known, unknown=len(unknown))
        unknown = []
    for key in unknown:
        store.remove(key)
    return len(unknown) + _sweep_rows(before)


def _sweep_rows(before: datetime) -> int:
    used = (
        FiledAttachment.select(column).where(column.is_null(False))
        for column in (FiledAttachment.media_key, FiledAttachment.thumb_key)
    )
    ours = media.Attachment.owner.startswith(f"{OWNER}:") & (media.Attachment.created_at < before)
    for column in used:
        ours &= media.Attachment.key.not_in(column)
    keys = [a.key for a in media.Attachment.select().where(ours).limit(AT_ONCE)]
    for key in keys:
        media.forget(key)
    return len(keys)


def _in_parts(keys: Iterable[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for key in keys:
        part.append(key)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


JOBS: list[tuple[str, float, Callable[[], int]]] = [
    ("attachments.scan", 60, scan_waiting),
    ("attachments.removed", 3600, sweep_removed),
    ("attachments.orphans", 6 * 3600, sweep_orphans),
]
