"""Decided changes of files: that one was asked for and decided stays, what it said goes. Links that opened something once go whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.core import retention
from backend.core.i18n import _
from backend.residents.models import FileChange, Link


def _changes(before: datetime) -> Any:
    said = FileChange.before.is_null(False) | FileChange.after.is_null(False) | FileChange.why.is_null(False)
    return (FileChange.status != "pending") & (FileChange.at < before) & said


def _count(before: datetime) -> int:
    return int(
        FileChange.select().where(_changes(before)).count()
        + Link.select().where(Link.expires_at < before).count()
    )


def _clear(before: datetime, most: int) -> int:
    row = FileChange
    ids = [c.id for c in row.select(row.id).where(_changes(before)).order_by(row.id).limit(most)]
    if ids:
        empty: dict[str, Any] = {"before": None, "after": None, "why": None, "decision": None}
        return int(row.update(**empty).where(row.id.in_(ids)).execute())
    links = [k.id for k in Link.select(Link.id).where(Link.expires_at < before).limit(most)]
    return int(Link.delete().where(Link.id.in_(links)).execute()) if links else 0


retention.register(
    retention.Kind(
        "file_changes",
        _("Decided changes of files"),
        _("emptied: that a change was asked for and decided stays; links that were used up are erased"),
        24,
        6,
        _("Kept only as long as somebody may come back to it (PIPL, article 19)."),
        _count,
        _clear,
    )
)
