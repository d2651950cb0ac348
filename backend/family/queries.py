"""What other parts ask about relations: whom to tell about a resident, and whom somebody cares for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core.i18n import LOCALES, render
from backend.family import relations
from backend.family.models import Relation
from backend.family.topics import CALLED, KINDS, unpacked
from backend.messaging.people import At, To


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who is told about a resident. `called` is how she calls him (女儿), or his name; `zone` is where he lives, an
    IANA name, empty for here. `confirmed`: he has said himself that it is him (see `confirming`)."""

    relation_id: int
    kind: str
    name: str
    called: str
    to: To
    zone: str = ""
    confirmed: bool = True


def contacts(resident_id: int, topic: str, *, unconfirmed: bool = False) -> list[Contact]:
    """Whom this resident lets know about `topic`, the nearest first; with `unconfirmed` also those whom staff have entered and who
    have not answered yet, for what must reach somebody: who asks for them says next to nothing to them."""
    found = Relation.select().where(
        Relation.resident_id == resident_id,
        Relation.status.in_(("active", "entered") if unconfirmed else ("active",)),
        Relation.topics.contains(topic),
    )
    return [_contact(r) for r in found.order_by(Relation.rank, Relation.id) if topic in unpacked(r.topics)]


def _contact(relation: Relation) -> Contact:
    name = relation.name or ""
    to = relations.to_relative(relation) or At(0)
    called = relation.called or name
    return Contact(relation.id, relation.kind, name, called, to, relation.zone, relation.status != "entered")


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


@dataclass(frozen=True, slots=True)
class Kin:
    """Somebody of a resident's family who is no resident: his own name, and what she calls him; either may be empty."""

    of: int
    name: str
    called: str


def known_at(identity_ids: Iterable[int]) -> dict[int, Kin]:
    """Who is at these addresses as somebody's family, though no resident: the nearest relation of each that has not ended."""
    mine = Relation.identity_id.in_(list(identity_ids)) & Relation.status.in_(("active", "entered"))
    found = Relation.select().where(mine).order_by(Relation.rank.desc(), Relation.id.desc())
    return {r.identity_id: Kin(r.resident_id, r.name or "", r.called or "") for r in found}


def standing(relation_ids: Iterable[int]) -> dict[int, bool]:
    """Those of the relations that have not ended; whether the relative has confirmed that it is him."""
    mine = Relation.id.in_(list(relation_ids)) & Relation.status.in_(("active", "entered"))
    return {r.id: r.status == "active" for r in Relation.select(Relation.id, Relation.status).where(mine)}


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


def relied_on(identity_id: int, resident_id: int | None, topic: str) -> list[Relation]:
    """Those in which this person is a relative who is told about `topic`, whom staff have entered too."""
    mine = Relation.identity_id == identity_id
    if resident_id is not None:
        mine |= Relation.relative_id == resident_id
    found = Relation.select().where(mine, Relation.status.in_(("active", "entered"))).order_by(Relation.id)
    return [relation for relation in found if topic in unpacked(relation.topics)]


AT_ONCE = 500
ANY = "any"


@dataclass(frozen=True, slots=True)
class Relative:
    """Who is somebody's family by an active relation: a resident, an address, or both."""

    of: int
    relative_id: int | None
    identity_id: int | None


def relatives(resident_ids: Sequence[int], wanted: Sequence[str]) -> list[Relative]:
    """Those of these residents who said yes to it, nearest first: of these kinds (`topics.KINDS`), called so (`topics.CALLED`), or
    "any"."""
    found: list[Relative] = []
    words = {name: _spoken(name) for name in wanted if name not in KINDS}
    for start in range(0, len(resident_ids), AT_ONCE):
        hers = Relation.resident_id.in_(list(resident_ids[start : start + AT_ONCE]))
        query = Relation.select().where(hers, Relation.status == "active")
        for r in query.order_by(Relation.resident_id, Relation.rank, Relation.id):
            called = (r.called or "").strip().casefold()
            if ANY in wanted or r.kind in wanted or any(called in some for some in words.values()):
                found.append(Relative(r.resident_id, r.relative_id, r.identity_id))
    return found


def _spoken(name: str) -> frozenset[str]:
    """What a resident may call such a relative."""
    label = CALLED.get(name, name)
    return frozenset((name.casefold(), *(render(label, locale).casefold() for locale in LOCALES)))


def holders(kind: str) -> list[int]:
    """The residents who are somebody's contact of this kind: volunteers, carers."""
    his = (Relation.kind == kind) & (Relation.status == "active") & Relation.relative_id.is_null(False)
    query: Any = Relation.select(Relation.relative_id).where(his).distinct().tuples()
    return sorted(row[0] for row in query)


def cared_by(resident_ids: Sequence[int], identity_ids: Sequence[int]) -> set[int]:
    """The residents whose active contact one of these is, as a resident or at one of these addresses."""
    found: set[int] = set()
    for column, numbers in ((Relation.relative_id, resident_ids), (Relation.identity_id, identity_ids)):
        for start in range(0, len(numbers), AT_ONCE):
            his = column.in_(list(numbers[start : start + AT_ONCE]))
            query = Relation.select(Relation.resident_id).where(his, Relation.status == "active")
            rows: Any = query.distinct().tuples()
            found |= {row[0] for row in rows}
    return found
