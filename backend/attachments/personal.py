"""What lies on a subject, for the person whom it is about: taken along, destroyed."""

from __future__ import annotations

import base64
from typing import Any

from backend.attachments import queries
from backend.attachments.actions import destroy
from backend.attachments.models import OPEN, FiledAttachment
from backend.core import media, privacy
from backend.core.db import transaction

WHOLE = 20 * 1024 * 1024
"""Bytes of files that go into one export; of the others their names do."""


def export(subject: str) -> list[dict[str, Any]]:
    """The files on the subject, with their content in base64 as far as it fits."""
    told, room = [], WHOLE
    for found in queries.on(subject):
        line = {"name": found.name, "size": found.size, "added_at": found.at.isoformat()}
        if found.state == OPEN and found.size <= room:
            room -= found.size
            data, content_type = media.load(found.media_key)
            line |= {"type": content_type, "content": base64.b64encode(data).decode()}
        told.append(line)
    return told


def forget(subject: str) -> None:
    """Destroy the files on the subject, removed ones too."""
    with transaction():
        for found in FiledAttachment.select().where(FiledAttachment.subject == subject):
            destroy(found)


privacy.register(
    "files", lambda number: export(f"resident:{number}"), lambda number: forget(f"resident:{number}")
)
