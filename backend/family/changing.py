"""Either side withdraws at any time; the resident decides what each is told; staff enter what was agreed elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from backend.core import access, audit, clock, live
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.family import confirming, relations, wording
from backend.family.models import Relation
from backend.family.topics import BY_STAFF, KINDS, packed
from backend.messaging import Resident, people, say
from backend.residents import queries as residents


def withdraw(resident_id: int, relation_id: int) -> Relation:
    """By the resident. Twice is as good as once. Raises NotFound."""
    with transaction():
        relation = relations.of_resident(resident_id, relation_id)
        _end(relations.as_resident(resident_id), relation)
    return relation


def leave(identity_id: int, resident_id: int | None, relation_id: int) -> Relation:
    """By the relative; the resident is told. Raises NotFound."""
    with transaction():
        relation = relations.of_relative(identity_id, resident_id, relation_id)
        if relation.status == "active":
            _ended(relations.as_relative(relation), relation)
            say(
                Resident(relation.resident_id),
                wording.ended_by_relative(relation),
                purpose="family",
                about=relations.subject(relation),
            )
    return relation


def withdraw_for(actor: Actor, relation_id: int, why: str) -> Relation:
    """By staff, for either side. Raises Invalid without a reason."""
    if not why.strip():
        raise Invalid(_("Please say in a few words why it ends."), "why")
    with transaction():
        relation = relations.for_staff(actor, relation_id)
        _end(actor, relation, why.strip())
    return relation


def _end(actor: Actor, relation: Relation, why: str = "") -> None:
    was = relation.status
    if was == "withdrawn":
        return
    _ended(actor, relation, why)
    to = relations.to_relative(relation)
    if was == "active" and to is not None:
        name = residents.name_of(relation.resident_id)
        say(to, wording.ended_by_her(name), purpose="family", about=relations.subject(relation))


def _ended(actor: Actor, relation: Relation, why: str = "") -> None:
    relations.end(relation)
    org_id = residents.org_of(relation.resident_id)
    audit.record(actor, "family.withdraw", relations.subject(relation), org_id=org_id, why=why)


def change_topics(actor: Actor, relation_id: int, topics: Sequence[str]) -> Relation:
    """What the relative is told about, by the resident herself or by staff. Raises NotFound, Forbidden."""
    with transaction():
        if actor.kind == "resident":
            relation = relations.of_resident(actor.id, relation_id)
        else:
            relation = relations.for_staff(actor, relation_id)
        before, relation.topics = relation.topics, packed(topics)
        Relation.update(topics=relation.topics).where(Relation.id == relation.id).execute()
        audit.record(
            actor,
            "family.topics",
            relations.subject(relation),
            org_id=residents.org_of(relation.resident_id),
            before=before,
            after=relation.topics,
        )
        live.publish(live.ADMIN, {"kind": "family", "id": relation.id})
    return relation


@dataclass(frozen=True, slots=True)
class Entered:
    """A relation as staff write it down: `mobile` is E.164, `consent_by` one of `topics.BY_STAFF`."""

    kind: str
    name: str
    called: str
    mobile: str
    topics: tuple[str, ...]
    consent_by: str
    rank: int = 100
    zone: str = ""


def add_by_staff(actor: Actor, resident_id: int, given: Entered) -> Relation:
    """The resident agreed on paper, by phone or at a visit; the relative is asked by SMS whether it is him, see `confirming`.
    Raises Invalid, Forbidden, Conflict."""
    org_id = residents.org_of(resident_id)
    access.check(actor, "family.change", org_id)
    if given.kind not in KINDS:
        raise Invalid(_("Please choose one of these."), "kind")
    if given.consent_by not in BY_STAFF:
        raise Invalid(_("Please say how the resident agreed."), "consent_by")
    if given.zone and given.zone not in available_timezones():
        raise Invalid(_("This time zone is not known. It looks like Asia/Shanghai."), "zone")
    with transaction():
        identity = people.ensure("sms", given.mobile, org_id=org_id)
        relative_id = identity.resident_id if identity.verified_at is not None else None
        if relative_id == resident_id:
            raise Invalid(_("This is the resident's own number."), "mobile")
        relations.check_new(resident_id, identity_id=identity.id, relative_id=relative_id, entered=True)
        now = clock.now()
        relation = Relation.create(
            resident_id=resident_id,
            kind=given.kind,
            name=given.name,
            called=given.called,
            identity_id=identity.id,
            relative_id=relative_id,
            rank=given.rank,
            topics=packed(given.topics),
            status="entered",
            zone=given.zone,
            created_at=now,
            consented_at=now,
            consent_by=given.consent_by,
        )
        audit.record(
            actor,
            "family.add",
            relations.subject(relation),
            org_id=org_id,
            after={"kind": given.kind, "topics": relation.topics, "consent": given.consent_by},
        )
        confirming.ask(relation)
        live.publish(live.ADMIN, {"kind": "family", "id": relation.id})
    return relation  # type: ignore[no-any-return]
