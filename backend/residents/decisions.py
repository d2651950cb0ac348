"""What every decision of staff about a file shares: it is in their Org, it is made once, and it is on the record."""

from __future__ import annotations

from typing import Any

from backend.core import access, audit, clock, live
from backend.core.access import Actor
from backend.core.db import in_transaction, is_postgres
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import _
from backend.messaging import people
from backend.residents import face, file
from backend.residents.models import FileChange, Resident

PERMISSION = {"change": "resident.approve", "claim": "resident.approve", "erase": "resident.erase"}


def get(actor: Actor, resident_id: int, permission: str) -> Resident:
    """The file, when `actor` holds `permission` over it; in a transaction, locked. Raises NotFound, Forbidden."""
    resident = locked(resident_id)
    access.check(actor, permission, resident.org_id)
    return resident


def locked(resident_id: int) -> Resident:
    """The file, kept from everybody else until the open transaction ends: what is decided upon must not change meanwhile.
    Raises NotFound."""
    query = Resident.select().where(Resident.id == resident_id)
    resident = (query.for_update() if is_postgres() and in_transaction() else query).first()
    if resident is None:
        raise NotFound()
    return resident  # type: ignore[no-any-return]


def get_change(actor: Actor, change_id: int) -> FileChange:
    """What waits for a decision, when the decision is the actor's to make. Raises NotFound, Forbidden."""
    change = FileChange.get_or_none(FileChange.id == change_id)
    if change is None:
        raise NotFound()
    change.resident = get(actor, change.resident_id, PERMISSION[change.kind])  # type: ignore[attr-defined]
    return change  # type: ignore[no-any-return]


def take(actor: Actor, change_id: int, kind: str, status: str, decision: str = "") -> FileChange:
    """Decide a waiting change, once: the second of two colleagues gets Conflict."""
    change = get_change(actor, change_id)
    if change.kind != kind:
        raise NotFound()
    decided = (
        FileChange.update(
            status=status, decided_by=actor.id, decided_at=clock.now(), decision=decision or None
        )
        .where((FileChange.id == change_id) & (FileChange.status == "pending"))
        .execute()
    )
    if not decided:
        raise Conflict(_("A colleague was faster: this is decided already."))
    return change


def noted(
    actor: Actor, action: str, resident: Resident, before: file.Answers | None = None, why: str = ""
) -> None:
    """Audit what was done, and give the file's face as it is now; with `before`, only what differs from the file now is noted."""
    old: dict[str, Any] | None = None
    new: dict[str, Any] | None = None
    if before is not None:
        old, new = differences(file.dumped(before), file.dumped(file.answers_of(resident)))
    audit.record(
        actor, action, file.subject(resident.id), org_id=resident.org_id, before=old, after=new, why=why
    )
    face.show([resident.id], actor, why)
    live.publish(live.ADMIN, {"kind": "resident", "id": resident.id})


def differences(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [n for n in {**before, **after} if before.get(n) != after.get(n)]
    return {n: before.get(n) for n in names}, {n: after.get(n) for n in names}


def renumber(resident: Resident, mobile: str) -> None:
    """She has another, proven number: the old one is no longer hers."""
    if resident.mobile and resident.mobile != mobile:
        for channel in ("sms", "voice"):
            old = people.find(channel, resident.mobile)
            if old is not None and old.resident_id == resident.id:
                people.leave(old.id)
    file.write(resident, {"mobile": mobile})
    file.prove_mobile(resident)
    resident.save()
