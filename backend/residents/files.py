"""Photos and documents on a resident's file, and on her home."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from backend.attachments import actions as attachments
from backend.attachments import kinds, personal
from backend.attachments.web import section
from backend.core import privacy
from backend.core.access import Actor
from backend.core.errors import LinliError, NotFound
from backend.residents import households, queries
from backend.residents.models import Resident
from backend.web import sections

MOST_SENT = 10
"""Photos of one conversation."""


def _org_of(resident_id: int) -> int:
    found = queries.by_id(resident_id)
    if found.status == "erased":
        raise NotFound()
    return found.org_id


def _home_files(resident_id: int) -> list[dict[str, Any]]:
    home_id = Resident.get_by_id(resident_id).household_id
    return personal.export(f"household:{home_id}") if home_id else []


def _forget_home(resident_id: int) -> None:
    """What lies on her home stays while somebody else lives there."""
    home_id = Resident.get_by_id(resident_id).household_id
    if home_id and all(member.id == resident_id for member in households.members(home_id)):
        personal.forget(f"household:{home_id}")


def received(resident_id: int, keys: Sequence[str]) -> int:
    """Photos that she sent with a change of her file (keys of `core.media`) are filed with it; how many. What cannot be kept is left
    out: the change is what she came for."""
    person = queries.by_id(resident_id)
    kept = 0
    for key in keys[:MOST_SENT]:
        with suppress(LinliError):
            actor = Actor("resident", resident_id, person.name)
            attachments.receive(actor, f"resident:{resident_id}", person.org_id, "", key)
            kept += 1
    return kept


_RIGHTS = ("resident.read", "resident.change")
kinds.register("resident", *_RIGHTS, _org_of, add="resident.attach")
kinds.register("household", *_RIGHTS, lambda home_id: households.get(home_id).org_id, add="resident.attach")
privacy.register("files_of_home", _home_files, _forget_home)
for page in ("resident", "household"):
    sections.register(page, section(page), order=40)
