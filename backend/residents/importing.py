"""The residents' table written row by row by staff's lists: what is on file is changed by the same rules as on its page; newcomers are
brought in many at a time, without a word to anybody. Nobody asked them yet, so their files say that the consent is still to come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.core import privacy
from backend.core.access import Actor
from backend.core.db import savepoint, transaction
from backend.core.errors import Conflict, Invalid, LinliError
from backend.core.i18n import _
from backend.messaging import Resident as ToResident
from backend.messaging import forgetting, people
from backend.records import store
from backend.records.sources import Wanted
from backend.residents import approval, decisions, face, file, flags, home_face, newcomers, rights
from backend.residents.form import FILE
from backend.residents.models import Consent, FileChange, Link


def write(actor: Actor, rows: Sequence[Wanted]) -> list[int | LinliError]:
    """See `records.sources.Writer`. A change is on record as a correction of the file; newcomers are one entry of the audit log."""
    answers: dict[int, int | LinliError] = {}
    with transaction():
        for place, row in enumerate(rows):
            if row.subject_id is not None:
                answers[place] = _changed(actor, row, row.subject_id)
        answers |= newcomers.bring_in(actor, {n: r for n, r in enumerate(rows) if r.subject_id is None})
    return [answers[place] for place in range(len(rows))]


def _changed(actor: Actor, row: Wanted, resident_id: int) -> int | LinliError:
    try:
        with savepoint():
            _change(actor, row, resident_id)
    except LinliError as refused:
        return refused
    return resident_id


def _change(actor: Actor, row: Wanted, resident_id: int) -> None:
    resident = decisions.get(actor, resident_id, "resident.change")
    if resident.status == "erased":
        raise Conflict(_("This file is erased already."))
    org_id = resident.org_id
    before = file.answers_of(resident)
    given = _given(row.values, before)
    if given:
        approval.apply(resident, given, quiet=True)
        decisions.noted(actor, "resident.correct", resident, before, row.why)
    if row.org_id not in (org_id, resident.org_id):
        approval.place(actor, resident_id, row.org_id)


def _given(values: Mapping[str, Any], before: file.Answers) -> dict[str, Any]:
    """What differs from the file. Raises Invalid for a value that a file cannot be without."""
    given = {name: v for name, v in values.items() if name in FILE and before.get(name) != v}
    for name in face.NEEDED:
        if name in given and given[name] in (None, ""):
            raise Invalid(_("“{label}” must not be empty.", label=FILE[name].label), name)
    if "gender" in given:
        given["gender"] = given["gender"] or ""
    if "mobile" in given and given["mobile"] is None:
        raise Invalid(
            _("A number that is not hers any more is replaced by another, not left empty."), "mobile"
        )
    if "id_type" in given:
        given["id_type"] = given["id_type"] or newcomers.CARD
        given.setdefault("id_number", before.get("id_number"))
    return given


def remove(actor: Actor, subject_id: int, why: str) -> None:
    """The file of somebody whom a list brought in goes again, now and in its history, as after an erasure. Whoever takes it away puts
    that on record, once for many. Raises Conflict when something hangs on it: a consent, a message, a request."""
    with transaction():
        resident = decisions.get(actor, subject_id, "resident.create")
        if "no_consent" not in flags.listed(resident.flags) or _held(subject_id):
            raise Conflict(_("We have been in touch with {name} since; the file stays.", name=resident.name))
        home_id = resident.household_id
        rights.empty(subject_id)
        store.forget("resident", subject_id)
        home_face.show([home_id])


def _held(resident_id: int) -> bool:
    own = (Consent, FileChange, Link)
    return (
        any(model.select().where(model.resident == resident_id).exists() for model in own)
        or bool(people.identities(ToResident(resident_id), reachable=False))
        or _anything(forgetting.export(resident_id))
        or _anything(privacy.export(resident_id))
    )


def _anything(held: Any) -> bool:
    return any(map(_anything, held.values())) if isinstance(held, Mapping) else bool(held)
