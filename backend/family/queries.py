"""What other parts ask about relations: whom to tell about a resident, and whom somebody cares for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backend.family.models import Relation
from backend.family.topics import unpacked
from backend.messaging.people import At, Resident, To


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who is told about a resident. `called` is how she calls him (女儿), or his name; `zone` is where he lives, an
    IANA name, empty for here."""

    relation_id: int
    kind: str
    name: str
    called: str
    to: To
    zone: str = ""


def contacts(resident_id: int, topic: str) -> list[Contact]:
    """Whom this resident lets know about `topic`, the nearest first; active relations only."""
    found = Relation.select().where(
        Relation.resident_id == resident_id,
        Relation.status == "active",
        Relation.topics.contains(topic),
    )
    return [_contact(r) for r in found.order_by(Relation.rank, Relation.id) if topic in unpacked(r.topics)]


def _contact(relation: Relation) -> Contact:
    name = relation.name or ""
    to: To = Resident(relation.relative_id) if relation.relative_id else At(relation.identity_id or 0)
    return Contact(relation.id, relation.kind, name, relation.called or name, to, relation.zone)


def cared_for(
    *, identity_id: int | None = None, resident_id: int | None = None, topic: str | None = None
) -> list[int]:
    """The ids of the residents whom this person (an address, a resident, or both) is an active contact of, each once; with
    `topic` only those who let her know about it."""
    whose = Relation.id == -1
    if identity_id is not None:
        whose |= Relation.identity_id == identity_id
    if resident_id is not None:
        whose |= Relation.relative_id == resident_id
    found = Relation.select(Relation.resident_id, Relation.topics).where(whose, Relation.status == "active")
    told = (r for r in found.order_by(Relation.rank, Relation.id) if not topic or topic in unpacked(r.topics))
    return list(dict.fromkeys(r.resident_id for r in told))


def active(relation_ids: Iterable[int]) -> set[int]:
    """Those of the relations that have not ended."""
    mine = Relation.id.in_(list(relation_ids))
    return {r.id for r in Relation.select(Relation.id).where(mine, Relation.status == "active")}


def relations_of(resident_id: int, *statuses: str) -> list[Relation]:
    """Hers, the nearest first; of these statuses (active ones when none is named)."""
    wanted = statuses or ("active",)
    found = Relation.select().where(Relation.resident_id == resident_id, Relation.status.in_(wanted))
    return list(found.order_by(Relation.rank, Relation.id))


def relations_where_told(identity_id: int, resident_id: int | None) -> list[Relation]:
    """The active ones in which this person is the relative."""
    mine = Relation.identity_id == identity_id
    if resident_id is not None:
        mine |= Relation.relative_id == resident_id
    return list(Relation.select().where(mine, Relation.status == "active").order_by(Relation.id))
