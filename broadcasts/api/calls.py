"""A call that names itself is done once, however often it comes: the answer of the first time is given again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from backend.core import clock
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import _
from broadcasts.api.models import ApiCall, ApiKey

Answer = tuple[int, dict[str, Any]]
_NAME = re.compile(r"[\x21-\x7e]{1,64}")


def once(key: ApiKey, name: str | None, asked: bytes, do: Callable[[], Answer]) -> Answer:
    """Do it in one transaction, and remember the answer under `name` (the Idempotency-Key header; None: every call counts).
    Raises Invalid for a bad name, Conflict when the same name asked for something else; what `do` raises undoes everything."""
    if name is None:
        with transaction():
            return do()
    if not _NAME.fullmatch(name):
        raise Invalid(_("An Idempotency-Key has 1 to 64 visible characters."), "Idempotency-Key")
    digest = hashlib.sha256(asked).hexdigest()
    which = (ApiCall.key_id == key.id) & (ApiCall.idempotency == name)
    with transaction():
        # Whoever comes second waits here until the first is done.
        row = ApiCall.insert(key_id=key.id, idempotency=name, digest=digest, status=0, created_at=clock.now())
        made = row.on_conflict_ignore().returning(ApiCall.id).execute()
        if not list(made):
            known = ApiCall.get(which)
            if known.digest != digest:
                raise Conflict(_("This Idempotency-Key was used for another call."))
            return known.status, known.answer
        status, answer = do()
        ApiCall.update(status=status, answer=answer).where(which).execute()
        return status, answer
