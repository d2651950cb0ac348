"""A relation's row: found for whoever may touch it, ended, and who acts in it."""

from __future__ import annotations

from typing import Any

from backend.core import access, clock, live
from backend.core.access import Actor
from backend.core.db import is_postgres
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import _
from backend.family.models import Relation
from backend.messaging import people
from backend.messaging.people import At, Resident, To
from backend.residents import queries as residents


def subject(relation: Relation) -> str:
    """What the audit log and messages call it."""
    return f"relation:{relation.id}"


def as_relative(relation: Relation) -> Actor:
    return Actor("resident", relation.relative_id or 0, relation.name or "")


def as_resident(resident_id: int) -> Actor:
    return Actor("resident", resident_id, residents.name_of(resident_id))


def to_relative(relation: Relation) -> To | None:
    """Every address that is proven his, in his order, when he is a resident, now or when the relation began; else the one that he
    came from."""
    there = people.by_ids([relation.identity_id]).get(relation.identity_id) if relation.identity_id else None
    resident_id = relation.relative_id
    if resident_id is None and there is not None and there.verified_at is not None:
        resident_id = there.resident_id
    if resident_id is None:
        return At(there.id) if there is not None else None
    everywhere = Resident(resident_id)
    if there is not None and there.state == "active" and not people.identities(everywhere):
        return At(there.id)
    return everywhere


def of_resident(resident_id: int, relation_id: int) -> Relation:
    """One of hers, locked. Raises NotFound."""
    return _locked((Relation.id == relation_id) & (Relation.resident_id == resident_id))


def of_relative(identity_id: int, resident_id: int | None, relation_id: int) -> Relation:
    """One where this person is the relative, locked; a telephone that we rang up is the one that we write to. Raises NotFound."""
    mine = Relation.identity_id.in_([i.id for i in people.same_telephone(identity_id)])
    if resident_id is not None:
        mine |= Relation.relative_id == resident_id
    return _locked((Relation.id == relation_id) & mine)


def for_staff(actor: Actor, relation_id: int) -> Relation:
    """Any, locked, for staff who may change relations where the resident lives. Raises NotFound, Forbidden."""
    relation = _locked(Relation.id == relation_id)
    access.check(actor, "family.change", residents.org_of(relation.resident_id))
    return relation


def _locked(which: Any) -> Relation:
    query = Relation.select().where(which)
    relation = (query.for_update() if is_postgres() else query).first()
    if relation is None:
        raise NotFound(_("We could not find this relation. It may have ended already."))
    return relation  # type: ignore[no-any-return]


def check_new(
    resident_id: int, *, identity_id: int | None, relative_id: int | None, entered: bool = False
) -> None:
    """Raises Conflict when this person is an active contact of hers already; with `entered`, also one whom staff have entered. One
    who comes by himself makes that one needless: it ends."""
    known = _with(resident_id, identity_id, relative_id)
    if known.where(Relation.status.in_(("active", "entered") if entered else ("active",))).exists():
        raise Conflict(_("You are connected already; there is nothing more to do."))
    end_entered(resident_id, identity_id, relative_id)


def end_entered(resident_id: int, identity_id: int | None, relative_id: int | None) -> None:
    """What staff have entered of this person is needless: he has come by himself."""
    waiting = _with(resident_id, identity_id, relative_id).where(Relation.status == "entered")
    for relation in list(waiting):
        end(relation)


def _with(resident_id: int, identity_id: int | None, relative_id: int | None) -> Any:
    """A query of her relations with this person, ended ones too."""
    same = Relation.id == -1
    if identity_id is not None:
        same |= Relation.identity_id == identity_id
    if relative_id is not None:
        same |= Relation.relative_id == relative_id
    return Relation.select().where(Relation.resident_id == resident_id, same)


def end(relation: Relation) -> None:
    """It is over; the row stays as the proof of what was agreed."""
    Relation.update(status="withdrawn", withdrawn_at=clock.now(), code_index=None, code_until=None).where(
        Relation.id == relation.id
    ).execute()
    live.publish(live.ADMIN, {"kind": "family", "id": relation.id})
