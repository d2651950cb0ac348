"""A secret by which another system comes in: shown to a person once, kept as a digest, known by its first characters, taken back at any time.

For tables with org_id, start, digest (unique), last_used_at, revoked_at and a `subject`.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from backend.core import access, audit, clock, ids
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import NotFound
from backend.core.values import value

_NOTED_EVERY = timedelta(minutes=1)


@value
class Secret:
    """`text` goes to the person and nowhere else; `start` and `digest` are kept."""

    text: str
    start: str
    digest: str


def made(prefix: str = "", shown: int = 10) -> Secret:
    """A new one of 24 random bytes behind `prefix`, of which `shown` characters stay readable."""
    text = prefix + ids.token(24)
    return Secret(text, text[:shown], _digest(text))


def opened(table: Any, text: str, *also: Any) -> Any:
    """What this secret opens, its use noted; None when there is nothing, or not any more. `also`: further conditions."""
    query = table.select().where(table.digest == _digest(text), table.revoked_at.is_null(), *also)
    found = query.first()
    now = clock.now()
    if found is not None and (found.last_used_at is None or now - found.last_used_at > _NOTED_EVERY):
        with transaction():
            table.update(last_used_at=now).where(table.id == found.id).execute()
    return found


def seen(table: Any, actor: Actor, number: int, right: str) -> Any:
    """Raises NotFound, also for one that the actor may not see."""
    found = table.get_or_none(table.id == number)
    if found is None or not access.may(actor, right, found.org_id):
        raise NotFound()
    return found


def listed(table: Any, actor: Actor, right: str) -> list[Any]:
    """Those that the actor may see: those in use first, then the newest."""
    query = table.select().where(table.org_id.in_(access.org_ids(actor, right)))
    return list(query.order_by(table.revoked_at.is_null(False), table.id.desc()))


def revoke(actor: Actor, row: Any, action: str) -> None:
    """It opens nothing any more; `action` is how the audit log calls that."""
    with transaction():
        if row.revoked_at is None:
            row.revoked_at = clock.now()
            row.save(only=("revoked_at",))
            audit.record(actor, action, row.subject, org_id=row.org_id)


def _digest(text: str) -> str:
    # Of 24 random bytes there is nothing to guess that a slow hash would protect.
    return hashlib.sha256(text.encode()).hexdigest()
