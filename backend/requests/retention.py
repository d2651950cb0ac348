"""Old requests that are over keep what the office counts: what, when, in which building."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from backend.core import retention
from backend.core.i18n import _
from backend.requests import lifecycle, personal
from backend.requests.models import FIRST_NUMBER, Request


def _old(before: datetime) -> Any:
    """Whose they are is taken away with the rest, so that each is met once."""
    return (
        Request.status.not_in(lifecycle.OPEN)
        & (Request.updated_at < before)
        & (
            Request.resident_id.is_null(False)
            | Request.contact_identity_id.is_null(False)
            | Request.contact_phone.is_null(False)
        )
    )


def _clear(before: datetime, most: int) -> int:
    rows = list(Request.select().where(_old(before)).order_by(Request.id).limit(most))
    for request in rows:
        personal.empty(request)
        Request.update(resident_id=None).where(Request.id == request.id).execute()
    return len(rows)


def _open(numbers: Collection[int]) -> set[int]:
    ids = [number - FIRST_NUMBER for number in numbers]
    rows = Request.select(Request.id).where(Request.id.in_(ids) & Request.status.in_(lifecycle.OPEN))
    return {row.number for row in rows}


retention.register_open("request", _open)
retention.register(
    retention.Kind(
        "requests",
        _("Requests that are over"),
        _("made anonymous: words, photos, name, phone and flat go; what, when, which building and how long it took stay"),
        36,
        12,
        _("Claims about a repair expire after three years (Civil Code, article 188)."),
        lambda before: int(Request.select().where(_old(before)).count()),
        _clear,
    )
)  # fmt: skip
