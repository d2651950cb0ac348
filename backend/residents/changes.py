"""What a resident wants changed in her own file: kept with before and after until staff decide (row A6)."""

from __future__ import annotations

from typing import Any

from backend.core import audit, clock, live
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import Msg, _
from backend.fields.words import Words
from backend.residents import approval, decisions, file, living
from backend.residents.file import Answers
from backend.residents.form import FILE
from backend.residents.models import FileChange


def request_change(
    resident_id: int, changes: Answers, *, channel: str, identity_id: int | None = None, why: str = ""
) -> int | None:
    """Ask for `changes` (parsed values by Field name). Returns the FileChange's id.

    While nothing is approved yet there is nothing to protect: the change is made at once, on the record, and None is
    returned. A later request about the same file takes the place of the one that waits. Raises Invalid when nothing differs.
    """
    with transaction():
        resident = decisions.locked(resident_id)
        if resident.status not in ("pending", "approved"):
            raise Conflict(_("This file is closed. Please register again, or call the office."))
        before = file.answers_of(resident)
        living.check(before | dict(changes))
        new = {n: v for n, v in changes.items() if n in FILE and before.get(n) != v}
        if not new:
            raise Invalid(_("That is what your file says already."))
        if resident.status == "pending":
            approval.apply(resident, new)
            decisions.noted(file.as_actor(resident), "resident.change", resident, before, why)
            return None
        waiting = FileChange.get_or_none(
            (FileChange.resident == resident_id)
            & (FileChange.kind == "change")
            & (FileChange.status == "pending")
        )
        if waiting is not None:
            new = file.from_text(waiting.after) | new
            FileChange.delete().where(FileChange.id == waiting.id).execute()
        change = FileChange.create(
            resident=resident_id,
            org_id=resident.org_id,
            kind="change",
            status="pending",
            before=file.to_text({n: before.get(n) for n in new}),
            after=file.to_text(new),
            why=why or None,
            identity_id=identity_id,
            by="resident",
            channel=channel,
            at=clock.now(),
        )
        audit.record(
            file.as_actor(resident),
            "resident.request_change",
            file.subject(resident_id),
            org_id=resident.org_id,
            before=file.dumped({n: before.get(n) for n in new}),
            after=file.dumped(new),
            why=why,
        )
        live.publish(live.ADMIN, {"kind": "resident", "id": resident_id})
        return int(change.id)


def approve_change(actor: Actor, change_id: int) -> None:
    """The change is made; she is told. Conflict when a colleague decided first, or the document is on another file."""
    with transaction():
        change = decisions.take(actor, change_id, "change", "approved")
        resident = change.resident
        before = file.answers_of(resident)
        approval.apply(resident, file.from_text(change.after))
        decisions.noted(actor, "resident.approve_change", resident, before)
        approval.tell(
            resident,
            Words(
                _("Your file is changed as you asked: {fields}.", fields=labels(file.from_text(change.after)))
            ),
        )


def reject_change(actor: Actor, change_id: int, why: str) -> None:
    """The file stays as it is; she is told why."""
    if not why.strip():
        raise Invalid(_("Please say why, in a few words."), "why")
    with transaction():
        change = decisions.take(actor, change_id, "change", "rejected", why)
        resident = change.resident
        decisions.noted(actor, "resident.reject_change", resident, why=why)
        approval.tell(
            resident,
            Words(
                _(
                    "We have not changed {fields} in your file: {why}",
                    fields=labels(file.from_text(change.after)),
                    why=why,
                )
            ),
        )


def labels(answers: Answers) -> Msg | str:
    """The names of the fields, as one text."""
    found: Any = [FILE[n].label for n in answers if n in FILE and n != "id_type"]
    if not found:
        return ""
    names = {f"f{i}": label for i, label in enumerate(found)}
    return Msg(", ".join(f"{{{n}}}" for n in names), names)
